"""What lets somebody in has a row: what is read as it is read, what is not as unknown."""

from __future__ import annotations

from typing import Any

import pytest

from compliance.security_report import granting
from tests.compliance.security_report.portraits import arn, of, resource, row, told

Json = dict[str, Any]
OPEN: Json = {
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "x:*", "Resource": "*"}]
}
BUCKET = "AWS::S3::Bucket"


def nested(path: str) -> Json:
    """Properties that hold an open document at a path of the table."""
    value: Any = OPEN
    for step in reversed(path.split(".")):
        name = step.removesuffix("[]")
        value = {name: [value] if name != step else value}
    assert isinstance(value, dict)
    return value


@pytest.mark.parametrize(
    ("kind", "path"),
    [(kind, path) for kind, paths in granting.TABLE.items() for path in paths],
)
def test_a_document_at_each_place_of_the_table_is_read(kind: str, path: str) -> None:
    """Whom it lets in is a row, with the place of the statement."""
    (found,) = of(Thing=resource(kind, **nested(path))).access
    who = ("policy", "Stack/Thing") if kind == granting.IOT_POLICY else ("anyone", "*")
    assert (found.principal.kind, found.principal.name) == who
    (grant,) = found.grants
    assert (grant.action, grant.resource) == ("x:*", "*")
    assert grant.location == f"Properties.{path.replace('[]', '[0]')}.Statement[0]"


def test_a_place_known_only_at_deploy_time_is_unknown() -> None:
    """Replicas that a parameter tells may have a policy each."""
    found = of(
        sections={"Parameters": {"P": {"Type": "String"}}},
        Table=resource("AWS::DynamoDB::GlobalTable", Replicas={"Ref": "P"}),
    )
    grants = row(found, "Stack/Table", "*").grants
    assert {(each.level, each.unread) for each in grants} == {
        ("Unknown", "parameter P has no default")
    }


def test_both_policies_of_a_table_are_shown() -> None:
    """That of the table and that of its stream."""
    found = of(
        Table=resource(
            "AWS::DynamoDB::Table",
            ResourcePolicy={"PolicyDocument": OPEN},
            StreamSpecification={"ResourcePolicy": {"PolicyDocument": OPEN}},
        )
    )
    assert [each.location for each in row(found, "*", "x").grants] == [
        "Properties.ResourcePolicy.PolicyDocument.Statement[0]",
        "Properties.StreamSpecification.ResourcePolicy.PolicyDocument.Statement[0]",
    ]


@pytest.mark.parametrize(
    "kind",
    [
        "AWS::ACMPCA::Permission",
        "AWS::EKS::AccessEntry",
        "AWS::LakeFormation::PrincipalPermissions",
        "AWS::RAM::ResourceShare",
        "AWS::Serverless::Connector",
        "AWS::Signer::ProfilePermission",
        "AWS::Tomorrow::ResourcePolicy",
    ],
)
def test_what_is_not_read_is_named(kind: str) -> None:
    """One grant of an unknown level, that says by its type what stands there."""
    (found,) = of(Thing=resource(kind)).access
    assert (found.principal.kind, found.principal.name) == ("unknown", "Stack/Thing")
    assert told(found.grants) == [("Unknown", "?", "?")]
    assert found.grants[0].unread == f"{kind} stands here and is not read"


@pytest.mark.parametrize(
    "kind", ["AWS::IAM::OIDCProvider", "AWS::RAM::Permission", "AWS::SQS::Queue"]
)
def test_what_grants_nothing_by_itself_has_no_row(kind: str) -> None:
    """Neither has a queue without a policy."""
    assert of(Thing=resource(kind)).access == ()


def test_connectors_of_sam_are_grants_of_their_function() -> None:
    """SAM writes their policies; of what has no role of its own, nobody is named."""
    connectors = {"Connectors": {"C": {"Properties": {"Destination": {"Id": "Table"}}}}}
    found = of(
        Fn=resource("AWS::Serverless::Function") | connectors,
        Api=resource("AWS::Serverless::HttpApi") | connectors,
    )
    assert [
        (each.principal.kind, each.principal.name, each.grants[0].unread, each.grants[0].location)
        for each in found.access
    ] == [
        ("unknown", "Stack/Api", "SAM writes a policy for each connector", "Connectors"),
        ("role", "Stack/Fn", "SAM writes a policy for each connector", "Connectors"),
    ]


def test_a_key_without_a_policy_has_the_default_one() -> None:
    """It lets its own account do everything with it; one with a policy has that alone."""
    found = of(Key=resource("AWS::KMS::Key"))
    grants = row(found, "AWS: 123456789012", "kms").grants
    assert told(grants) == [("Permissions management", "kms:*", "${Stack/Key}")]
    (other,) = of(Key=resource("AWS::KMS::Key", KeyPolicy=OPEN)).access
    assert other.principal.name == "*"


@pytest.mark.parametrize(
    ("acl", "actions"),
    [
        (
            "PublicRead",
            ["s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:ListBucketVersions"],
        ),
        (
            "PublicReadWrite",
            [
                "s3:PutObject",
                "s3:ListBucket",
                "s3:ListBucketMultipartUploads",
                "s3:ListBucketVersions",
            ],
        ),
    ],
)
def test_a_list_for_everybody_lets_everybody_in(acl: str, actions: list[str]) -> None:
    """On the bucket that it is of."""
    grants = row(of(Bucket=resource(BUCKET, AccessControl=acl)), "*", "s3").grants
    assert [(each.action, each.resource) for each in grants] == [
        (action, "${Stack/Bucket}") for action in actions
    ]


def test_another_list_is_not_read() -> None:
    """It lets in somebody, whom this does not tell."""
    grants = row(of(B=resource(BUCKET, AccessControl="AwsExecRead")), "Stack/B", "*").grants
    assert [each.unread for each in grants] == ["the access control list AwsExecRead is not read"]


@pytest.mark.parametrize(
    "properties",
    [
        {},
        {"AccessControl": "Private"},
        {
            "AccessControl": "PublicRead",
            "PublicAccessBlockConfiguration": {"IgnorePublicAcls": True},
        },
    ],
)
def test_a_closed_bucket_has_no_row(properties: Json) -> None:
    """Nor has one that ignores lists for everybody."""
    assert of(Bucket=resource(BUCKET, **properties)).access == ()


def test_a_policy_of_an_api_that_cannot_be_read_is_unknown() -> None:
    """The document that may hold it is a file elsewhere."""
    found = of(Api=resource("AWS::ApiGateway::RestApi", BodyS3Location={"Bucket": "b", "Key": "k"}))
    assert [each.level for each in row(found, "Stack/Api", "*").grants] == ["Unknown"]


# -- who may assume a role ------------------------------------------------------------------------


def trusting(*statements: Json) -> Any:  # noqa: ANN401 - a row
    """The row of a role with these statements in its trust policy."""
    body = [{"Effect": "Allow", "Action": "sts:AssumeRole", **each} for each in statements]
    document = {"Statement": body}
    found = of(
        sections={"Parameters": {"P": {"Type": "String"}}},
        Role=resource("AWS::IAM::Role", AssumeRolePolicyDocument=document),
        Other=resource("AWS::IAM::Group"),
    )
    return row(found, "Stack/Role", "").principal


CONDITION = {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}
IF = "aws:PrincipalOrgID StringEquals o-1"
ELSEWHERE = "arn:aws:iam::999999999999:root"


@pytest.mark.parametrize(
    ("statement", "outsiders", "anyone"),
    [
        ({"Principal": "*"}, ("*",), True),
        ({"Principal": {"AWS": "*"}}, ("*",), True),
        ({"Principal": "*", "Condition": CONDITION}, (f"* if {IF}",), False),
        ({"NotPrincipal": {"AWS": "1"}}, ("everyone but AWS: 1",), True),
        ({"Principal": {"AWS": ELSEWHERE}}, (f"AWS: {ELSEWHERE}",), False),
        ({"Principal": {"AWS": {"Ref": "P"}}}, ("AWS: ${P}",), False),
        ({"Principal": {"AWS": "arn:aws:iam::123456789012:root"}}, (), False),
        ({"Principal": {"AWS": {"Ref": "AWS::AccountId"}}}, (), False),
        ({"Principal": {"Service": "lambda.amazonaws.com"}}, (), False),
        ({"Principal": {"Federated": "accounts.google.com"}}, (), False),
        ({"Effect": "Deny", "Principal": "*"}, (), False),
    ],
    ids=str,
)
def test_who_from_outside_may_assume_a_role(
    statement: Json, outsiders: tuple[str, ...], *, anyone: bool
) -> None:
    """Anybody, another account, or somebody whom only the deployment knows."""
    found = trusting(statement)
    assert (found.outsiders, found.anyone) == (outsiders, anyone)


def test_a_trust_policy_that_cannot_be_read_may_let_in_anybody() -> None:
    """It is told as the outsider."""
    document = {"Ref": "P"}
    found = of(
        sections={"Parameters": {"P": {"Type": "String"}}},
        Role=resource("AWS::IAM::Role", AssumeRolePolicyDocument=document, Path=arn("Role")),
    )
    (one,) = found.access
    assert one.principal.outsiders
    assert one.principal.outsiders == one.principal.trusted_by
