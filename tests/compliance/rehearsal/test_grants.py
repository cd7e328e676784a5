"""What is granted is read from the account, and nothing that the templates write is missed."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from compliance.rehearsal.copying import place
from compliance.rehearsal.errors import RehearsalError
from compliance.rehearsal.grants import deployed
from compliance.rehearsal.model import Grant, Kind
from tests.compliance.rehearsal.accounts import (
    ACCOUNT,
    API,
    BUCKET,
    FUNCTION,
    KEY,
    MANAGED,
    OF_AWS,
    QUEUE,
    ROLE,
    SECRET,
    TABLE,
    TOPIC,
    allow,
    answers,
    assembly,
    denied,
    get,
    policy,
    resource,
    stage,
    template,
)


def _read(resources: dict[str, Any] | None = None, **more: Any) -> tuple[Grant, ...]:  # noqa: ANN401
    return deployed(stage(**more), assembly(resources or template()))


def _of(found: tuple[Grant, ...], logical_id: str) -> list[tuple[str, str, str]]:
    return [
        (grant.principal, grant.action, grant.resource)
        for grant in found
        if grant.place.logical_id == logical_id and grant.kind is not Kind.TRUST
    ]


def test_every_policy_of_a_role_is_read() -> None:
    """Attached, inline, inside of the role and AWS's own: each pair of action and resource."""
    found = _read()
    assert _of(found, "Managed") == [
        (ROLE, "sqs:GetQueueUrl", QUEUE),
        (ROLE, "sqs:SendMessage", QUEUE),
    ]
    assert _of(found, "Role") == [
        (ROLE, "logs:PutLogEvents", "*"),
        (ROLE, "s3:GetObject", f"{BUCKET}/*"),
    ]


def test_what_a_statement_leaves_is_one_grant() -> None:
    """`NotAction` and `NotResource` are told with an exclamation mark."""
    assert _of(_read(), "Inline") == [(ROLE, "!iam:*,sts:*", "!arn:aws:s3:::x")]


def test_a_trust_policy_is_a_grant_of_the_role() -> None:
    """Who may assume it, on the role itself, in the role's own place."""
    (found,) = [grant for grant in _read() if grant.kind is Kind.TRUST]
    assert (found.principal, found.action, found.resource, found.holder) == (
        "Service:lambda.amazonaws.com",
        "sts:AssumeRole",
        ROLE,
        ROLE,
    )
    assert found.place.logical_id == "Role"
    assert found.location == "Properties.AssumeRolePolicyDocument.Statement[0]"


@pytest.mark.parametrize(
    ("logical_id", "holder", "expected"),
    [
        ("BucketPolicy", BUCKET, [(f"AWS:{ROLE}", "s3:ListBucket", BUCKET)]),
        (
            "QueuePolicy",
            QUEUE,
            [
                ("Service:events.amazonaws.com", "sqs:SendMessage", QUEUE),
                ("Service:sns.amazonaws.com", "sqs:SendMessage", QUEUE),
            ],
        ),
        ("TopicPolicy", TOPIC, [("*", "sns:Publish", TOPIC)]),
        ("Key", KEY, [(f"AWS:arn:aws:iam::{ACCOUNT}:root", "kms:*", "*")]),
        (
            "Permission",
            FUNCTION,
            [("Service:apigateway.amazonaws.com", "lambda:InvokeFunction", FUNCTION)],
        ),
        ("Api", API, [("*", "execute-api:Invoke", f"{API}/*")]),
        (
            "SecretPolicy",
            SECRET,
            [(f"AWS:arn:aws:iam::{ACCOUNT}:root", "secretsmanager:GetSecretValue", "*")],
        ),
        ("Table", TABLE, [(f"AWS:arn:aws:iam::{ACCOUNT}:root", "dynamodb:GetItem", TABLE)]),
    ],
)
def test_a_resource_policy_is_read_from_its_resource(
    logical_id: str, holder: str, expected: list[tuple[str, str, str]]
) -> None:
    """One reader for each type that carries a policy."""
    found = _read()
    assert _of(found, logical_id) == expected
    assert {grant.holder for grant in found if grant.place.logical_id == logical_id} == {holder}


def test_a_grant_tells_where_it_is_written() -> None:
    """Policy, statement, property path and role, so that a finding can name them."""
    found = next(grant for grant in _read() if grant.action == "sqs:SendMessage")
    assert (found.policy, found.sid, found.location) == (
        MANAGED,
        "Send",
        "Properties.PolicyDocument.Statement[0]",
    )
    assert found.role is not None
    assert found.role.logical_id == "Role"


def test_what_only_the_account_has_stands_at_the_role() -> None:
    """AWS's own policy is written in no template: the role that it is attached to is its place."""
    (found,) = [grant for grant in _read() if grant.policy == OF_AWS]
    assert (found.place.logical_id, found.location) == ("Role", "")


def test_the_policy_of_an_endpoint_grants_nothing() -> None:
    """It narrows what others grant."""
    assert not _of(_read(), "Endpoint")


def test_a_policy_that_no_role_has_grants_nothing() -> None:
    """Such as a permissions boundary."""
    resources = template()
    resources["Boundary"] = resource(
        "AWS::IAM::ManagedPolicy", PolicyDocument=policy(allow("s3:*", "*"))
    )
    resources["Role"]["Properties"]["PermissionsBoundary"] = {"Ref": "Boundary"}
    found = _read(resources, Boundary=f"arn:aws:iam::{ACCOUNT}:policy/boundary-1")
    assert "s3:*" not in {grant.action for grant in found}


def test_what_was_taken_out_is_not_looked_for() -> None:
    """A resource that is not rehearsed has no policy in the account."""
    resources = template()
    resources["Gone"] = resource("AWS::Backup::BackupVault", AccessPolicy=policy(allow("x:y", "*")))
    whole = assembly(resources)
    gone = place(whole.templates[0].resources["Gone"])
    assert deployed(stage(), whole, removed=[gone]) == _read()


def test_what_a_condition_left_out_is_not_looked_for() -> None:
    """CloudFormation did not make it, so it has no physical id."""
    resources = template()
    resources["TopicPolicy"]["Condition"] = "IsProd"
    assert not _of(_read(resources, TopicPolicy=""), "TopicPolicy")


def _refused(resources: dict[str, Any] | None = None, *wanted: str, **more: Any) -> None:  # noqa: ANN401
    with pytest.raises(RehearsalError) as error:
        _read(resources, **more)
    for word in wanted:
        assert word in str(error.value)


def test_a_statement_that_is_not_deployed_stops_the_rehearsal() -> None:
    """The message names the resource and the statement."""
    resources = template()
    resources["Managed"]["Properties"]["PolicyDocument"]["Statement"].append(
        allow("sqs:PurgeQueue", get("Queue"))
    )
    _refused(resources, "Stack/Managed", "Properties.PolicyDocument.Statement[2]", "not deployed")


@pytest.mark.parametrize(
    "change",
    [
        {"Resource": "*"},
        {"Sid": "Another"},
        {"Action": ["sqs:SendMessage"]},
        {"Condition": {"Bool": {"aws:SecureTransport": True}}},
    ],
)
def test_a_statement_that_differs_is_not_the_same(change: dict[str, Any]) -> None:
    """Resource, id, actions and conditions all count."""
    resources = template()
    resources["Managed"]["Properties"]["PolicyDocument"]["Statement"][0] |= change
    _refused(resources, "Properties.PolicyDocument.Statement[0]")


def test_every_queue_of_a_policy_must_have_it() -> None:
    """One policy may be for several queues; a queue without it is told."""
    resources = template()
    resources["QueuePolicy"]["Properties"]["Queues"].append({"Ref": "Other"})
    resources["Other"] = resource("AWS::SQS::Queue")
    found = answers()
    of_first = found["sqs.get_queue_attributes"]
    other = {"Attributes": {"QueueArn": f"{QUEUE}-other", "Policy": json.dumps(policy())}}
    found["sqs.get_queue_attributes"] = lambda **asked: (
        other if asked["QueueUrl"].endswith("other") else of_first()
    )
    _refused(resources, "Stack/QueuePolicy", found=found, Other="https://sqs/1/other")


def test_a_policy_that_is_not_attached_stops_the_rehearsal() -> None:
    """The template says that the role has it."""
    found = answers()
    found["iam.list_attached_role_policies"] = lambda **_: {
        "AttachedPolicies": [{"PolicyArn": OF_AWS}]
    }
    _refused(None, "Stack/Role", "Stack/Managed", "not attached", found=found)


def test_a_policy_of_aws_that_is_not_attached_stops_the_rehearsal() -> None:
    """It is known by its ARN."""
    found = answers()
    found["iam.list_attached_role_policies"] = lambda **_: {
        "AttachedPolicies": [{"PolicyArn": MANAGED}]
    }
    _refused(None, "Stack/Role", OF_AWS, found=found)


def test_a_permission_that_the_function_lacks_stops_the_rehearsal() -> None:
    """It is known by the id of its statement."""
    _refused(None, "Stack/Permission", "no permission other", Permission="other")


@pytest.mark.parametrize(
    ("kind", "properties", "where"),
    [
        ("AWS::ECR::Repository", {"RepositoryPolicyText": policy(allow("ecr:*"))}, "Statement[0]"),
        (
            "AWS::Backup::BackupVault",
            {"AccessPolicy": policy(allow("backup:*", "*"))},
            "Statement[0]",
        ),
        ("AWS::New::Thing", {"Deep": [{"Text": json.dumps(policy(allow("x:y")))}]}, "Deep[0].Text"),
        (
            "AWS::New::Thing",
            {
                "Text": {
                    "Fn::Join": ["", ['{"Statement":[{"Effect":"Allow","Action":"', get("Key")]]
                }
            },
            "Properties.Text",
        ),
        ("AWS::IAM::UserPolicy", {"PolicyDocument": policy(allow("x:y", "*"))}, "Statement[0]"),
        ("AWS::ECR::Repository", {"RepositoryPolicyText": {"Fn::Transform": {}}}, "Repository"),
    ],
)
def test_a_policy_that_cannot_be_read_back_stops_the_rehearsal(
    kind: str, properties: dict[str, Any], where: str
) -> None:
    """Wherever it stands, as an object or as text: what is not seen is not proven."""
    _refused({**template(), "Strange": resource(kind, **properties)}, "Stack/Strange", kind, where)


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        ("AWS::DynamoDB::Table", {}),
        (
            "AWS::ECR::Repository",
            {"RepositoryPolicyText": policy({"Effect": "Deny", "Action": "ecr:*"})},
        ),
        (
            "AWS::Backup::BackupVault",
            {"AccessPolicy": policy({"Effect": "Deny", "Action": "backup:*", "Resource": "*"})},
        ),
        ("AWS::WAFv2::WebACL", {"Rules": [{"Action": {"Block": {}}}]}),
        ("AWS::X::Y", {"Text": "{}", "One": {"Fn::Join": "odd"}, "Two": {"Fn::Join": ["", "odd"]}}),
    ],
)
def test_what_grants_nothing_is_left_alone(kind: str, properties: dict[str, Any]) -> None:
    """Policies that only deny, or are none; a firewall's rule, which has actions too."""
    resources = {**template(), "Harmless": resource(kind, **properties)}
    assert _read(resources, Harmless="harmless-1") == _read()


def test_a_policy_known_only_at_deploy_time_stops_the_rehearsal() -> None:
    """Nobody can say whether all of it is deployed."""
    resources = template()
    resources["TopicPolicy"]["Properties"]["PolicyDocument"] = {"Fn::Transform": {"Name": "x"}}
    _refused(resources, "Stack/TopicPolicy", "next:")


@pytest.mark.parametrize("whom", ["Users", "Groups"])
def test_a_policy_of_users_stops_the_rehearsal(whom: str) -> None:
    """A rehearsal sees what roles do."""
    resources = template()
    resources["Managed"]["Properties"][whom] = ["somebody"]
    _refused(resources, f"Properties.{whom}")


def test_a_policy_of_a_role_of_others_stops_the_rehearsal() -> None:
    """What that role does is not rehearsed."""
    resources = template()
    resources["Inline"]["Properties"]["Roles"] = ["elsewhere"]
    _refused(resources, "Stack/Inline", "elsewhere")


def test_a_role_policy_names_its_role() -> None:
    """`AWS::IAM::RolePolicy` is an inline policy by another name."""
    resources = template()
    inline = resources["Inline"]
    inline["Type"] = "AWS::IAM::RolePolicy"
    inline["Properties"]["RoleName"] = inline["Properties"].pop("Roles")[0]
    assert _of(_read(resources), "Inline") == [(ROLE, "!iam:*,sts:*", "!arn:aws:s3:::x")]


@pytest.mark.parametrize("operation", ["iam.get_role", "s3.get_bucket_policy"])
def test_what_the_operator_may_not_read_stops_the_rehearsal(operation: str) -> None:
    """The message says what to do."""

    def refuse(**_: object) -> None:
        raise denied()

    _refused(None, "AccessDenied", "next:", found={**answers(), operation: refuse})


@pytest.mark.parametrize("text", ["no json", "[]", None])
def test_a_policy_that_is_no_json_stops_the_rehearsal(text: str | None) -> None:
    """Such an answer cannot be understood."""
    found = {**answers(), "s3.get_bucket_policy": lambda **_: {"Policy": text}}
    _refused(None, "Stack/BucketPolicy", "no JSON object", found=found)


def test_a_resource_that_was_not_deployed_stops_the_rehearsal() -> None:
    """The assembly is another than the one that was deployed."""
    _refused(None, "Stack/Key", "physical id", Key="")


def test_a_value_that_cannot_be_told_stops_the_rehearsal() -> None:
    """Which bucket it is, only CloudFormation knows."""
    resources = template()
    resources["BucketPolicy"]["Properties"]["Bucket"] = get("Bucket", "DomainName")
    _refused(resources, "Stack/BucketPolicy", "cannot tell", "Bucket")


def test_other_principals_of_a_permission_are_accounts() -> None:
    """A permission for an account or for everyone is compared as such."""
    for principal, told in ((ACCOUNT, f"AWS:arn:aws:iam::{ACCOUNT}:root"), ("*", "*")):
        resources = template()
        resources["Permission"]["Properties"] |= {"Principal": principal}
        resources["Permission"]["Properties"].pop("SourceArn")
        deployed_as = {"AWS": told.removeprefix("AWS:")} if principal != "*" else "*"
        statement = allow(
            "lambda:InvokeFunction", FUNCTION, Sid="permission-1", Principal=deployed_as
        )
        found = {
            **answers(),
            "lambda.get_policy": lambda _statement=statement, **_: {
                "Policy": json.dumps(policy(_statement))
            },
        }
        assert _of(_read(resources, found=found), "Permission") == [
            (told, "lambda:InvokeFunction", FUNCTION)
        ]


def test_whom_a_statement_leaves_out_is_told() -> None:
    """`NotPrincipal` allows everybody else."""
    resources = template()
    resources["TopicPolicy"]["Properties"]["PolicyDocument"]["Statement"] = {
        "Effect": "Allow",
        "NotPrincipal": {"AWS": "arn:aws:iam::1:root"},
        "Action": "sns:Publish",
        "Resource": {"Ref": "Topic"},
    }
    statement = {
        "Effect": "Allow",
        "NotPrincipal": {"AWS": "arn:aws:iam::1:root"},
        "Action": "sns:Publish",
        "Resource": TOPIC,
    }
    found = {
        **answers(),
        "sns.get_topic_attributes": lambda **_: {
            "Attributes": {"Policy": json.dumps(policy(statement))}
        },
    }
    assert _of(_read(resources, found=found), "TopicPolicy") == [
        ("!AWS:arn:aws:iam::1:root", "sns:Publish", TOPIC)
    ]


def test_grants_of_one_statement_are_told_apart_by_action_alone() -> None:
    """They have all else in common."""
    one, other = (grant for grant in _read() if grant.sid == "Send")
    assert replace(one, action=other.action) == other


def test_a_policy_of_two_roles_is_granted_to_both() -> None:
    """One policy, and a row for each of its roles."""
    resources = template()
    resources["Other"] = resource("AWS::IAM::Role", AssumeRolePolicyDocument=policy())
    resources["Managed"]["Properties"]["Roles"].append({"Ref": "Other"})
    found = answers()
    of_first = found["iam.get_role"]
    other = {"Arn": f"{ROLE}-other", "AssumeRolePolicyDocument": policy()}
    found["iam.get_role"] = lambda **asked: (
        {"Role": other} if asked["RoleName"] == "other" else of_first()
    )
    found["iam.list_role_policies"] = lambda **asked: {
        "PolicyNames": [] if asked["RoleName"] == "other" else ["inside", "inline-1"]
    }
    sent = {
        grant.holder
        for grant in _read(resources, found=found, Other="other")
        if grant.action == "sqs:SendMessage" and grant.kind is Kind.ROLE
    }
    assert sent == {ROLE, f"{ROLE}-other"}
