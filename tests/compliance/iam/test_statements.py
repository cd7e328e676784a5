"""Policy statements wherever a template keeps them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from compliance.assembly import Assembly, Template
from compliance.iam.statements import (
    DOCUMENTS,
    IDENTITY_TYPES,
    Opaque,
    PolicyKind,
    Statement,
    statements,
)
from compliance.intrinsics import ABSENT, Resolver, Text, Unknown

Json = dict[str, Any]
ALLOW: Json = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::items/*"}
DENY: Json = {"Effect": "Deny", "Action": "*", "Resource": "*"}


def found(kind: str, properties: Json) -> list[Statement | Opaque]:
    """The statements of one resource."""
    body = {
        "Resources": {"It": {"Type": kind, "Properties": properties}},
        "Parameters": {"Unset": {"Type": "String"}},
    }
    template = Template(name="t.json", path=Path("t.json"), body=body)
    resolver = Resolver(template, Assembly(Path("t.json"), (template,), is_assembly=False))
    return list(statements(template.resources["It"], resolver))


def of_document(document: object) -> list[Statement | Opaque]:
    """The statements of one policy document."""
    return found("AWS::IAM::Policy", {"PolicyDocument": document})


def places(statements: list[Statement | Opaque]) -> list[str]:
    """Where statements stand."""
    return [statement.place for statement in statements]


@pytest.mark.parametrize(
    ("kind", "path", "policy"),
    [
        (kind, path, policy)
        for kind, entries in DOCUMENTS.items()
        for path, policy in entries
        if "{}" not in path
    ],
)
def test_every_place_of_the_table_is_read(kind: str, path: str, policy: PolicyKind) -> None:
    """A statement is found with its kind and its place, whatever carries the policy."""
    document = {"Statement": [DENY, ALLOW]}
    outer, several, inner = path.partition("[]")
    listed = [{"PolicyName": "other"}, {inner[1:]: document} if inner else document]
    properties: Json = {outer: listed if several else document}
    first, second = found(kind, properties)
    place = f"Properties.{outer}[1]{inner}" if several else f"Properties.{outer}"
    assert isinstance(first, Statement)
    assert isinstance(second, Statement)
    assert (first.kind, second.kind) == (policy, policy)
    assert places([first, second]) == [f"{place}.Statement[0]", f"{place}.Statement[1]"]
    assert (first.allows, second.allows) == (False, True)


def test_the_places_that_matter_are_in_the_table() -> None:
    """Removing one would leave its policies unjudged."""
    assert set(IDENTITY_TYPES) == {
        "AWS::IAM::Policy",
        "AWS::IAM::ManagedPolicy",
        "AWS::IAM::RolePolicy",
        "AWS::IAM::UserPolicy",
        "AWS::IAM::GroupPolicy",
        "AWS::IAM::Role",
        "AWS::IAM::User",
        "AWS::IAM::Group",
        "AWS::SSO::PermissionSet",
        "AWS::Serverless::Function",
        "AWS::Serverless::StateMachine",
    }
    assert {kind for kind, places in DOCUMENTS.items() if places[0][1] is PolicyKind.RESOURCE} == {
        "AWS::S3::AccessPoint",
        "AWS::S3::BucketPolicy",
        "AWS::S3::MultiRegionAccessPointPolicy",
        "AWS::S3Express::AccessPoint",
        "AWS::S3Express::BucketPolicy",
        "AWS::S3ObjectLambda::AccessPointPolicy",
        "AWS::S3Outposts::AccessPoint",
        "AWS::S3Outposts::BucketPolicy",
        "AWS::S3Tables::TableBucketPolicy",
        "AWS::S3Tables::TablePolicy",
        "AWS::S3Vectors::VectorBucketPolicy",
        "AWS::SQS::QueuePolicy",
        "AWS::SQS::QueueInlinePolicy",
        "AWS::SNS::TopicPolicy",
        "AWS::SNS::TopicInlinePolicy",
        "AWS::SecretsManager::ResourcePolicy",
        "AWS::ECR::PublicRepository",
        "AWS::ECR::RegistryPolicy",
        "AWS::ECR::Repository",
        "AWS::ECR::RepositoryCreationTemplate",
        "AWS::Events::EventBus",
        "AWS::Events::EventBusPolicy",
        "AWS::OpenSearchService::Domain",
        "AWS::Elasticsearch::Domain",
        "AWS::EFS::FileSystem",
        "AWS::ApiGateway::RestApi",
        "Custom::ElasticsearchAccessPolicy",
        "Custom::OpenSearchAccessPolicy",
    }
    assert DOCUMENTS["AWS::KMS::Key"] == (("KeyPolicy", PolicyKind.KEY),)
    assert ("AssumeRolePolicyDocument", PolicyKind.TRUST) in DOCUMENTS["AWS::IAM::Role"]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"Statement": ALLOW}, ["Properties.PolicyDocument.Statement"]),
        ({"Statement": [ALLOW]}, ["Properties.PolicyDocument.Statement[0]"]),
        (ALLOW, ["Properties.PolicyDocument"]),
        ([ALLOW, DENY], ["Properties.PolicyDocument[0]", "Properties.PolicyDocument[1]"]),
        (
            '{"Statement": [{"Effect": "Allow"}]}',
            ["Properties.PolicyDocument.Statement[0]"],
        ),
        (
            {"Statement": [{"Fn::If": ["C", ALLOW, {"Ref": "AWS::NoValue"}]}, DENY]},
            ["Properties.PolicyDocument.Statement[0]", "Properties.PolicyDocument.Statement[1]"],
        ),
        (
            {"Fn::If": ["C", {"Statement": ALLOW}, {"Statement": [DENY]}]},
            ["Properties.PolicyDocument.Statement", "Properties.PolicyDocument.Statement[0]"],
        ),
        (
            {"Statement": {"Fn::If": ["C", [ALLOW, DENY], ALLOW]}},
            [
                "Properties.PolicyDocument.Statement[0]",
                "Properties.PolicyDocument.Statement[1]",
                "Properties.PolicyDocument.Statement",
            ],
        ),
        ({}, []),
        ({"Version": "2012-10-17"}, []),
        ({"Statement": []}, []),
        ({"Ref": "AWS::NoValue"}, []),
    ],
    ids=[
        "an object",
        "a list",
        "no document around it",
        "a bare list",
        "JSON text",
        "a condition around a statement",
        "a condition around the document",
        "a condition around the list",
        "empty",
        "no statements",
        "an empty list",
        "no value",
    ],
)
def test_each_form_of_a_document(document: object, expected: list[str]) -> None:
    """IAM takes several; each statement is found where it stands."""
    assert places(of_document(document)) == expected


@pytest.mark.parametrize(
    ("document", "place", "reason"),
    [
        ({"Ref": "Unset"}, "Properties.PolicyDocument", "parameter Unset has no default"),
        (
            {"Fn::Sub": '{"Statement": ${AWS::Region}}'},
            "Properties.PolicyDocument",
            "the policy is a text with values of the deployment in it",
        ),
        (
            {"Fn::Sub": '{"Statement": "${AWS::Region}"}'},
            "Properties.PolicyDocument.Statement",
            "the statement is no object",
        ),
        (
            {"Fn::Join": [",", [{"Ref": "AWS::Region"}] * 0x1901]},
            "Properties.PolicyDocument",
            "the policy is a text with too many values of the deployment in it",
        ),
        ("no JSON", "Properties.PolicyDocument", "the policy is a text that is no JSON"),
        ("[" * 100_000, "Properties.PolicyDocument", "the policy is a text that is no JSON"),
        (7, "Properties.PolicyDocument", "the policy is no object"),
        ("7", "Properties.PolicyDocument", "the policy is no object"),
        (
            {"Statement": [ALLOW, {"Ref": "Unset"}]},
            "Properties.PolicyDocument.Statement[1]",
            "parameter Unset has no default",
        ),
        (
            {"Statement": "text"},
            "Properties.PolicyDocument.Statement",
            "the statement is no object",
        ),
    ],
    ids=[
        "parameter",
        "sub",
        "sub of a statement",
        "many",
        "text",
        "deep",
        "number",
        "JSON number",
        "statement",
        "odd statement",
    ],
)
def test_what_only_the_deployment_knows_is_opaque(
    document: object, place: str, reason: str
) -> None:
    """It is told with its place and the reason, and never left out."""
    *_, last = of_document(document)
    assert last == Opaque(PolicyKind.IDENTITY, place, reason)


def test_an_inline_policy_that_is_unknown_is_opaque() -> None:
    """As a whole, or its document."""
    properties = {"Policies": [{"Ref": "Unset"}, {"PolicyDocument": {"Ref": "Unset"}}]}
    assert places(found("AWS::IAM::Group", properties)) == [
        "Properties.Policies[0]",
        "Properties.Policies[1].PolicyDocument",
    ]
    assert all(isinstance(each, Opaque) for each in found("AWS::IAM::Group", properties))


def test_a_resource_without_a_policy_has_no_statements() -> None:
    """And a type that carries none, either."""
    assert found("AWS::IAM::Role", {}) == []
    assert found("AWS::SQS::Queue", {"PolicyDocument": {"Statement": ALLOW}}) == []


@pytest.mark.parametrize(
    ("effect", "allows"),
    [
        ("Allow", [True]),
        ("Deny", [False]),
        ("deny", [True]),
        ({"Fn::If": ["C", "Allow", "Deny"]}, [True, False]),
        ({"Ref": "Unset"}, [True]),
        (None, [True]),
    ],
)
def test_only_a_plain_deny_does_not_grant(effect: object, allows: list[bool]) -> None:
    """Anything else may: a statement is a grant until it says otherwise."""
    judged = of_document({"Statement": {**ALLOW, "Effect": effect}})
    assert [each.allows for each in judged if isinstance(each, Statement)] == allows


def one(**more: object) -> Statement:
    """A statement with some elements laid over it."""
    (statement,) = of_document({"Statement": [{**ALLOW, **more}]})
    assert isinstance(statement, Statement)
    return statement


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("s3:*", [(".Action", "s3:*")]),
        (["s3:*"], [(".Action[0]", "s3:*")]),
        (
            ["a", {"Fn::If": ["C", "b", "c"]}],
            [(".Action[0]", "a"), (".Action[1]", "b"), (".Action[1]", "c")],
        ),
        ({"Fn::If": ["C", ["a"], "b"]}, [(".Action[0]", "a"), (".Action", "b")]),
        ([], []),
    ],
    ids=str,
)
def test_entries_are_placed(action: object, expected: list[tuple[str, str]]) -> None:
    """A list or a single element, each alternative with its place."""
    place = "Properties.PolicyDocument.Statement[0]"
    entries = one(Action=action).entries("Action")
    assert [(entry.place, entry.value) for entry in entries] == [
        (f"{place}{where}", value) for where, value in expected
    ]


def test_an_element_is_there_if_it_may_be() -> None:
    """One branch of a condition is enough."""
    statement = one(NotAction={"Fn::If": ["C", "s3:*", {"Ref": "AWS::NoValue"}]})
    assert statement.has("Action")
    assert statement.has("NotAction")
    assert not statement.has("NotResource")
    assert not one(NotAction={"Ref": "AWS::NoValue"}).has("NotAction")


def test_conditions_have_alternatives() -> None:
    """A condition that is there in one branch only is no condition in the other."""
    block = {"StringEquals": {"aws:ResourceAccount": "123456789012"}}
    assert one().conditions == ({},)
    assert one(Condition=block).conditions == (block,)
    assert one(Condition={"Fn::If": ["C", block, {"Ref": "AWS::NoValue"}]}).conditions == (
        block,
        {},
    )
    unset, odd = (one(Condition=value).conditions[0] for value in ({"Ref": "Unset"}, "text"))
    assert isinstance(unset, Unknown)
    assert isinstance(odd, Unknown)
    assert odd.reason == "Condition is no object"


def test_an_absent_element_has_no_entries() -> None:
    """And what is no value is none."""
    assert one().entries("NotResource") == []
    assert one(Resource=ABSENT).entries("Resource") == []


def test_a_policy_as_text_keeps_its_tokens() -> None:
    """What the deployment puts into a string of it is in its place."""
    text = (
        '{"Statement": [{"Effect": "Allow", "Action": ["s3:Get*", 7, null], "Principal": {"AWS": '
        '"arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}, "Resource": "${Unset}", '
        '"Condition": {"StringEquals": {"a": "b"}}}]}'
    )
    (found,) = of_document({"Fn::Sub": text})
    assert isinstance(found, Statement)
    assert found.place == "Properties.PolicyDocument.Statement[0]"
    assert [entry.value for entry in found.entries("Action")] == ["s3:Get*", 7]
    assert (
        str(found.body["Principal"]["AWS"]) == "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"
    )
    assert [token.name for token in found.body["Principal"]["AWS"].tokens] == [
        "AWS::Partition",
        "AWS::AccountId",
    ]
    (resource,) = found.entries("Resource")
    assert isinstance(resource.value, Text)
    assert resource.value.unknown


def test_a_text_without_tokens_is_kept_as_it_is() -> None:
    """Whatever characters it holds."""
    (found,) = of_document('{"Statement": {"Effect": "Allow", "Action": "\ue000s3:*"}}')
    assert isinstance(found, Statement)
    assert [entry.value for entry in found.entries("Action")] == ["\ue000s3:*"]


def bus(**properties: object) -> list[Statement]:
    """The statements of an event bus's policy."""
    read = found("AWS::Events::EventBusPolicy", properties)
    assert all(isinstance(each, Statement) for each in read)
    return [each for each in read if isinstance(each, Statement)]


def test_an_event_bus_may_spread_its_statement_over_its_properties() -> None:
    """The older form: what it says stands where the properties stand."""
    condition = {"Type": "StringEquals", "Key": "aws:PrincipalOrgID", "Value": "o-1"}
    (statement,) = bus(Action="events:PutEvents", Principal="*", Condition=condition)
    assert (statement.kind, statement.place) == (PolicyKind.RESOURCE, "Properties")
    assert (statement.effect, statement.allows) == ("Allow", True)
    assert [(each.place, each.value) for each in statement.entries("Action")] == [
        ("Properties.Action", "events:PutEvents")
    ]
    assert statement.body["Principal"] == "*"
    assert statement.conditions == ({"StringEquals": {"aws:PrincipalOrgID": "o-1"}},)


def test_an_event_bus_without_a_condition_has_none() -> None:
    """In each of its branches."""
    condition = {"Type": "StringEquals", "Key": "a", "Value": "b"}
    (bare,) = bus(Principal="111122223333")
    assert bare.conditions == ({},)
    assert "Action" not in bare.body
    one, other = bus(Principal="*", Condition={"Fn::If": ["C", condition, {"Ref": "AWS::NoValue"}]})
    assert (one.conditions, other.conditions) == (({"StringEquals": {"a": "b"}},), ({},))


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        ({"Ref": "Unset"}, "parameter Unset has no default"),
        (
            {"Type": {"Ref": "Unset"}, "Key": "a", "Value": "b"},
            "Condition is known only at deploy time",
        ),
        (
            {"Type": "StringEquals", "Key": {"Ref": "Unset"}, "Value": "b"},
            "Condition is known only at deploy time",
        ),
        ({"Type": "StringEquals"}, "Condition is known only at deploy time"),
        ("text", "Condition is no object"),
    ],
    ids=str,
)
def test_an_event_buss_condition_may_be_unknown(condition: object, reason: str) -> None:
    """It is never left out."""
    (statement,) = bus(Principal="*", Condition=condition)
    (unknown,) = statement.conditions
    assert isinstance(unknown, Unknown)
    assert unknown.reason == reason


def test_an_event_bus_has_one_form_or_the_other() -> None:
    """Its `Statement` counts; without a principal there is neither."""
    (statement,) = bus(Statement=ALLOW, Principal="*")
    assert statement.place == "Properties.Statement"
    assert bus(Action="events:PutEvents") == []
    assert found("AWS::SQS::QueuePolicy", {"Principal": "*", "Action": "*"}) == []


@pytest.mark.parametrize(
    "kind", ["Custom::OpenSearchAccessPolicy", "Custom::ElasticsearchAccessPolicy"]
)
def test_a_search_domains_policy_is_read_from_the_call_that_sets_it(kind: str) -> None:
    """CDK's custom resource keeps it as text inside of text."""
    policy = json.dumps({"Statement": [ALLOW, {**DENY, "Resource": "${AWS::Region}"}]})
    call = json.dumps({"action": "x", "parameters": {"AccessPolicies": policy}})
    first, second = found(kind, {"Create": {"Fn::Sub": call}, "Update": "other"})
    assert isinstance(second, Statement)
    assert first.kind is PolicyKind.RESOURCE
    place = "Properties.Create.parameters.AccessPolicies"
    assert places([first, second]) == [f"{place}.Statement[0]", f"{place}.Statement[1]"]
    assert [str(entry.value) for entry in second.entries("Resource")] == ["${AWS::Region}"]


def test_a_call_that_is_unknown_is_opaque() -> None:
    """And one that sets no policy has none."""
    kind = "Custom::OpenSearchAccessPolicy"
    place = "Properties.Create.parameters.AccessPolicies"
    (unset,) = found(kind, {"Create": {"Ref": "Unset"}})
    assert unset == Opaque(PolicyKind.RESOURCE, place, "parameter Unset has no default")
    (odd,) = found(kind, {"Create": "no JSON"})
    assert odd == Opaque(PolicyKind.RESOURCE, place, "the policy is a text that is no JSON")
    calls: list[object] = [{"parameters": {}}, "{}", [], {"Ref": "AWS::NoValue"}]
    for create in calls:
        assert found(kind, {"Create": create}) == []
    assert found(kind, {}) == []


@pytest.mark.parametrize("text", ["", " \n"])
def test_an_empty_text_is_no_policy(text: str) -> None:
    """The Serverless Framework writes it on APIs without one."""
    assert found("AWS::ApiGateway::RestApi", {"Policy": text}) == []


def test_of_what_sam_lists_the_documents_are_read() -> None:
    """Names of managed policies and SAM's own templates stand beside them."""
    listed = ["AWSXrayWriteOnlyAccess", {"SQSPollerPolicy": {"QueueName": "q"}}, ALLOW]
    assert places(found("AWS::Serverless::Function", {"Policies": listed})) == [
        "Properties.Policies[2]"
    ]
    assert places(found("AWS::Serverless::Function", {"Policies": {"Statement": ALLOW}})) == [
        "Properties.Policies.Statement"
    ]
    assert found("AWS::Serverless::Function", {"Policies": {"Ref": "Unset"}}) == []


@pytest.mark.parametrize(
    "document",
    [
        {"statement": [ALLOW]},
        {"Statement": [{key.lower(): value for key, value in ALLOW.items()}]},
        {key: value for key, value in ALLOW.items() if key != "Effect"},
    ],
    ids=["statement", "elements", "no effect"],
)
def test_a_grant_is_found_however_its_elements_are_spelled(document: Json) -> None:
    """A small letter hides no grant, nor does a missing Effect."""
    (only,) = of_document(document)
    assert isinstance(only, Statement)
    assert only.allows
    assert [entry.value for entry in only.entries("Action")] == ["s3:GetObject"]


def test_both_spellings_of_an_element_count() -> None:
    """The second does not take the first one's place."""
    (only,) = of_document({"Statement": {**ALLOW, "action": "s3:PutObject"}})
    assert isinstance(only, Statement)
    assert [entry.value for entry in only.entries("Action")] == ["s3:GetObject", "s3:PutObject"]


def test_white_space_is_no_part_of_an_entry() -> None:
    """`iam:PassRole ` is iam:PassRole."""
    (only,) = of_document({"Statement": {**ALLOW, "Action": " iam:PassRole "}})
    assert isinstance(only, Statement)
    assert [entry.value for entry in only.entries("Action")] == ["iam:PassRole"]


@pytest.mark.parametrize(
    "properties",
    [
        {"PolicyDocument": {"Statement": [ALLOW]}, "Fn::Transform": {"Name": "AWS::Include"}},
        {"PolicyDocument": {"Version": "2012-10-17", "Fn::Transform": {"Name": "AWS::Include"}}},
        {"PolicyDocument": {"Statement": [{**ALLOW, "Fn::Transform": {"Name": "AWS::Include"}}]}},
    ],
    ids=["properties", "document", "statement"],
)
def test_what_is_included_at_deploy_time_is_opaque(properties: Json) -> None:
    """A file from S3 may bring in statements and elements that nobody sees here."""
    assert "a part of it is included at deploy time" in [
        each.reason for each in found("AWS::IAM::Policy", properties) if isinstance(each, Opaque)
    ]


def test_a_policy_as_text_that_repeats_a_key_is_opaque() -> None:
    """Which of the two counts is the service's to say."""
    (only,) = of_document('{"Statement": [], "Statement": [{}]}')
    assert isinstance(only, Opaque)
    assert "key 'Statement' stands twice" in only.reason
