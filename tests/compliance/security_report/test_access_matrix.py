"""The access matrix: who may do what, with every grant, and what cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from compliance.iam import actions
from compliance.security_report import grants
from compliance.security_report.model import Level
from tests.compliance.security_report import portraits
from tests.compliance.security_report.portraits import arn, of, resource, row, told

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TRUST = {
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ]
}
HANDLER = "ServerlessStack/DataProcessingFunctionRole"


def role(**properties: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """A role that Lambda may assume."""
    return resource("AWS::IAM::Role", AssumeRolePolicyDocument=TRUST, **properties)


def inline(*statements: dict[str, Any]) -> list[dict[str, Any]]:
    """Inline policies of a role."""
    return [{"PolicyName": "P", "PolicyDocument": {"Statement": list(statements)}}]


def allow(action: Any, on: Any = "*", **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """A statement that allows."""
    return {"Effect": "Allow", "Action": action, "Resource": on, **more}


# -- the project's own assembly, and the seed -----------------------------------------------------


def test_the_functions_role_has_each_grant_with_its_level_and_resource(
    assemblies: Callable[[str], Path],
) -> None:
    """Grants on tables of another stack are shown by construct path, the gravest level first."""
    found = row(portraits.of_folder(assemblies("dev")), HANDLER, "dynamodb")
    assert told(found.grants) == [
        ("Write", "dynamodb:DeleteItem", "${StorageStack/IdempotencyTable}"),
        ("Write", "dynamodb:DeleteItem", "${StorageStack/ItemsTable}"),
        ("Write", "dynamodb:PutItem", "${StorageStack/IdempotencyTable}"),
        ("Write", "dynamodb:PutItem", "${StorageStack/ItemsTable}"),
        ("Write", "dynamodb:UpdateItem", "${StorageStack/IdempotencyTable}"),
        ("Read", "dynamodb:GetItem", "${StorageStack/ItemsTable}"),
        ("Read", "dynamodb:Query", "${StorageStack/ItemsTable}/index/status-index"),
    ]
    assert found.principal.trusted_by == ("Service: lambda.amazonaws.com",)
    assert found.principal.used_by == ("ServerlessStack/DataProcessingFunction",)
    first = found.grants[1]
    assert first.sid == "Items"
    assert first.location == "Properties.PolicyDocument.Statement[0]"
    assert first.place.construct_path == "ServerlessStack/DataProcessingPolicy/Resource"
    assert first.place.source is not None


def test_a_refusal_is_shown_as_one_behind_what_is_allowed(
    assemblies: Callable[[str], Path],
) -> None:
    """The code's own calls may not make network interfaces: a Deny with its condition."""
    found = row(portraits.of_folder(assemblies("dev")), HANDLER, "ec2")
    assert [grant.deny for grant in found.grants] == [False] * 6 + [True] * 6
    assert found.grants[-1].condition == (
        "lambda:SourceFunctionArn ArnEquals ${ServerlessStack/DataProcessingFunction}"
    )


def test_a_role_of_aws_managed_policies_alone_has_a_row(
    assemblies: Callable[[str], Path],
) -> None:
    """No template tells what the policy grants: it may be anything, so its level is unknown."""
    found = row(portraits.of_folder(assemblies("dev")), "ApiStack/AccountLoggingRole", "*")
    assert found.principal.managed == ("service-role/AmazonAPIGatewayPushToCloudWatchLogs",)
    assert found.principal.used_by == ("ApiStack/AccountLogging",)
    assert told(found.grants) == [("Unknown", "?", "?")]
    assert found.grants[0].unread == (
        "service-role/AmazonAPIGatewayPushToCloudWatchLogs stands in no template"
    )
    assert found.grants[0].location == "Properties.ManagedPolicyArns[0]"


def test_whom_policies_of_resources_let_in_are_rows_of_their_own(
    assemblies: Callable[[str], Path],
) -> None:
    """A bucket's, a topic's, a queue's and a key's policy, and permissions of functions."""
    found = portraits.of_folder(assemblies("dev"))
    rows = {(each.principal.kind, each.principal.name, each.service) for each in found.access}
    assert rows >= {
        ("anyone", "*", "s3"),
        ("account", "AWS: arn:aws:iam::${AWS::AccountId}:root", "kms"),
        ("service", "Service: apigateway.amazonaws.com", "lambda"),
        ("service", "Service: cloudwatch.amazonaws.com", "sns"),
        ("service", "Service: logging.s3.amazonaws.com", "s3"),
        ("service", "Service: sns.amazonaws.com", "sqs"),
    }
    assert all(grant.deny for grant in row(found, "*", "s3").grants)
    (bucket,) = row(found, "Service: logging.s3.amazonaws.com", "s3").grants
    assert bucket.resource == "${StorageStack/AccessLogBucket}/data/*"
    assert bucket.place.construct_path == "StorageStack/AccessLogBucket/Policy/Resource"


def test_everything_in_the_policy_of_a_key_is_the_key(assemblies: Callable[[str], Path]) -> None:
    """`*` there is no grant on all keys of the account."""
    found = portraits.of_folder(assemblies("dev"))
    keys = row(found, "AWS: arn:aws:iam::${AWS::AccountId}:root", "kms")
    assert ("Permissions management", "kms:*", "${StorageStack/Key}") in told(keys.grants)
    assert "*" not in {grant.resource for grant in keys.grants}


def test_the_seeds_role_reads_the_whole_table(seed: Path) -> None:
    """The first version's role may scan, and carries an AWS-managed policy."""
    found = row(portraits.of_folder(seed), "ServerlessStack/LambdaExecutionRole", "dynamodb")
    assert ("Read", "dynamodb:Scan", "${BaseStack/Table}") in told(found.grants)
    assert found.principal.managed == ("service-role/AWSLambdaVPCAccessExecutionRole",)


# -- levels ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "level"),
    [
        ("*", Level.PERMISSIONS),
        ("s*:*", Level.PERMISSIONS),
        ("s3:*", Level.PERMISSIONS),
        ("s3:Get*", Level.READ),
        ("s3:ListBucket", Level.LIST),
        ("SQS:sendmessage", Level.WRITE),
        ("logs:CreateLogGroup", Level.WRITE),
        ("s3:NoSuchThing", Level.UNKNOWN),
        ("nosuchservice:*", Level.UNKNOWN),
        ("", Level.UNKNOWN),
    ],
)
def test_a_pattern_has_the_gravest_level_of_its_actions(pattern: str, level: Level) -> None:
    """Of a combined level the graver one counts; what nobody knows is unknown."""
    assert grants.level(pattern) is level


def test_a_combined_level_counts_as_the_graver() -> None:
    """`Tagging, Write` is a Write."""
    (action,) = actions.expand("sqs:TagQueue")
    assert action.level == "Tagging, Write"
    assert grants.level("sqs:TagQueue") is Level.WRITE


# -- what a template may say ----------------------------------------------------------------------


def test_what_is_not_named_is_granted() -> None:
    """`NotAction` and `NotResource` are shown as what they are, at the gravest level."""
    body = {"Effect": "Allow", "NotAction": ["iam:*", "sts:*"], "NotResource": "arn:aws:s3:::a"}
    found = row(of(Role=role(Policies=inline(body))), "Stack/Role", "*")
    assert told(found.grants) == [("Permissions management", "!iam:*,sts:*", "!arn:aws:s3:::a")]


def test_what_only_the_deployment_knows_is_a_grant_of_an_unknown_level() -> None:
    """A parameter without a default, a part of an action, a whole policy: none is dropped."""
    found = of(
        sections={"Parameters": {"P": {"Type": "String"}}},
        Role=role(
            Policies=[
                *inline(allow({"Ref": "P"}), allow({"Fn::Sub": "sqs:${P}"})),
                {"PolicyName": "Q", "PolicyDocument": {"Ref": "P"}},
            ]
        ),
    )
    everywhere = row(found, "Stack/Role", "*").grants
    assert {(grant.level, grant.action, grant.unread) for grant in everywhere} == {
        (Level.UNKNOWN, "${P}", "parameter P has no default"),
        (Level.UNKNOWN, "?", "parameter P has no default"),
    }
    (partly,) = row(found, "Stack/Role", "sqs").grants
    assert (partly.level, partly.action) == (Level.UNKNOWN, "sqs:${P}")


def test_a_statement_without_action_or_with_a_strange_effect_is_shown() -> None:
    """Neither is a policy that IAM takes; a reviewer sees both."""
    found = of(
        Role=role(
            Policies=inline(
                {"Effect": "Allow", "Resource": "*"},
                {**allow("sqs:SendMessage"), "Effect": "Maybe"},
            )
        )
    )
    assert row(found, "Stack/Role", "*").grants[0].unread == "the statement names no action"
    assert row(found, "Stack/Role", "sqs").grants[0].unread == "its effect is Maybe"


def test_policies_of_other_stacks_reach_their_role() -> None:
    """An inline policy and a managed one that name the role through an export are its grants."""
    document = {"Statement": [allow("sqs:SendMessage")]}
    export = {"RoleName": {"Value": {"Ref": "Role"}, "Export": {"Name": "the-role"}}}
    found = portraits.of_stacks(
        {
            "One": {"Resources": {"Role": role()}, "Outputs": export},
            "Two": {
                "Resources": {
                    "Inline": resource(
                        "AWS::IAM::Policy",
                        Roles=[{"Fn::ImportValue": "the-role"}],
                        PolicyDocument=document,
                    ),
                    "Managed": resource(
                        "AWS::IAM::ManagedPolicy",
                        Roles=[{"Fn::ImportValue": "the-role"}],
                        PolicyDocument={"Statement": [allow("sqs:ReceiveMessage")]},
                    ),
                }
            },
        }
    )
    assert {
        (grant.action, grant.place.logical_id) for grant in row(found, "One/Role", "sqs").grants
    } == {("sqs:SendMessage", "Inline"), ("sqs:ReceiveMessage", "Managed")}


def test_a_policy_of_nobody_known_is_shown_under_its_own_name() -> None:
    """Whoever gets it later gets this; a policy of a role from elsewhere is that role's."""
    found = of(
        Loose=resource(
            "AWS::IAM::ManagedPolicy", PolicyDocument={"Statement": [allow("sqs:SendMessage")]}
        ),
        Given=resource(
            "AWS::IAM::Policy",
            Roles=["theirs"],
            PolicyDocument={"Statement": [allow("sns:Publish")]},
        ),
    )
    assert row(found, "Stack/Loose", "sqs").principal.kind == "policy"
    assert row(found, "theirs", "sns").principal.kind == "role"
    assert row(found, "theirs", "sns").principal.place is None


def test_users_and_groups_and_boundaries_are_shown() -> None:
    """A user's boundary stands beside its grants; a group has rows of its own."""
    found = of(
        Group=resource("AWS::IAM::Group", Policies=inline(allow("sqs:SendMessage"))),
        User=resource(
            "AWS::IAM::User",
            PermissionsBoundary="arn:aws:iam::aws:policy/PowerUserAccess",
            Policies=inline(allow("sqs:ReceiveMessage")),
        ),
    )
    assert row(found, "Stack/Group", "sqs").principal.kind == "group"
    user = row(found, "Stack/User", "sqs").principal
    assert (user.kind, user.boundary) == ("user", "arn:aws:iam::aws:policy/PowerUserAccess")


def test_a_role_that_a_resources_policy_names_has_the_grant_in_its_row() -> None:
    """What a bucket lets a role do is among what the role may do."""
    found = of(
        Role=role(),
        Bucket=resource("AWS::S3::Bucket"),
        Policy=resource(
            "AWS::S3::BucketPolicy",
            Bucket={"Ref": "Bucket"},
            PolicyDocument={
                "Statement": [allow("s3:GetObject", arn("Bucket"), Principal={"AWS": arn("Role")})]
            },
        ),
    )
    (grant,) = row(found, "Stack/Role", "s3").grants
    assert (grant.resource, grant.place.logical_id) == ("${Stack/Bucket}", "Policy")


def test_everybody_but_some_and_nobody_named_are_shown() -> None:
    """`NotPrincipal` is everyone else; a statement that names nobody is of somebody unknown."""
    found = of(
        Queue=resource("AWS::SQS::Queue"),
        Policy=resource(
            "AWS::SQS::QueuePolicy",
            Queues=[{"Ref": "Queue"}],
            PolicyDocument={
                "Statement": [
                    {
                        "Effect": "Allow",
                        "NotPrincipal": {"AWS": "111122223333"},
                        "Action": "sqs:SendMessage",
                    },
                    {"Effect": "Allow", "Action": "sqs:ReceiveMessage"},
                ]
            },
        ),
    )
    others = row(found, "everyone but AWS: 111122223333", "sqs")
    assert (others.principal.kind, others.grants[0].resource) == ("anyone", "${Stack/Queue}")
    assert row(found, "?", "sqs").principal.kind == "unknown"


def test_a_policy_of_a_resource_that_cannot_be_read_is_a_grant_to_somebody_unknown() -> None:
    """It is shown under the name of what it protects."""
    found = of(
        sections={"Parameters": {"P": {"Type": "String"}}},
        Topic=resource("AWS::SNS::Topic"),
        Policy=resource(
            "AWS::SNS::TopicPolicy", Topics=[{"Ref": "Topic"}], PolicyDocument={"Ref": "P"}
        ),
    )
    (grant,) = row(found, "Stack/Topic", "*").grants
    assert (grant.level, grant.unread) == (Level.UNKNOWN, "parameter P has no default")


def test_permissions_of_functions_and_layers_are_grants() -> None:
    """With what narrows them: a source, or an organisation."""
    found = of(
        Function=resource("AWS::Lambda::Function"),
        ByAccount=resource(
            "AWS::Lambda::Permission",
            Action="lambda:InvokeFunction",
            FunctionName={"Ref": "Function"},
            Principal="111122223333",
        ),
        Layer=resource("AWS::Lambda::LayerVersion"),
        Shared=resource(
            "AWS::Lambda::LayerVersionPermission",
            Action="lambda:GetLayerVersion",
            LayerVersionArn={"Ref": "Layer"},
            OrganizationId="o-1",
            Principal="*",
        ),
    )
    (invoked,) = row(found, "AWS: 111122223333", "lambda").grants
    assert (invoked.action, invoked.resource) == ("lambda:InvokeFunction", "${Stack/Function}")
    (shared,) = row(found, "*", "lambda").grants
    assert shared.condition == "aws:PrincipalOrgID StringEquals o-1"


def test_a_function_of_sam_is_the_principal_of_its_own_policies() -> None:
    """Documents are read, names are AWS's policies, and SAM's templates are told as unknown."""
    found = of(
        Function=resource(
            "AWS::Serverless::Function",
            Policies=[
                "AmazonSQSReadOnlyAccess",
                {"DynamoDBCrudPolicy": {"TableName": "items"}},
                {"Statement": [allow("sqs:SendMessage")]},
            ],
        )
    )
    told_row = row(found, "Stack/Function", "sqs")
    assert told_row.principal.managed == ("AmazonSQSReadOnlyAccess",)
    assert told_row.principal.used_by == ("Stack/Function",)
    assert [grant.unread for grant in row(found, "Stack/Function", "*").grants] == [
        "AmazonSQSReadOnlyAccess stands in no template",
        "DynamoDBCrudPolicy is a policy template of SAM",
    ]


def test_who_may_assume_a_role_is_told_with_its_condition() -> None:
    """Federation is the way in of a deployment pipeline."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/git.example"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringLike": {"git.example:sub": ["repo:a/b:*", "repo:a/c:*"]}},
    }
    denied = {"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    found = of(
        sections={"Parameters": {"P": {"Type": "String"}}},
        Role=resource(
            "AWS::IAM::Role", AssumeRolePolicyDocument={"Statement": [statement, denied]}
        ),
        Other=resource("AWS::IAM::Role", AssumeRolePolicyDocument={"Ref": "P"}),
    )
    assert row(found, "Stack/Role", "").principal.trusted_by == (
        (
            "Federated: arn:aws:iam::123456789012:oidc-provider/git.example if "
            "git.example:sub StringLike repo:a/b:*, repo:a/c:*"
        ),
        "not *",
    )
    assert row(found, "Stack/Other", "").principal.trusted_by == (
        "known only at deploy time: parameter P has no default",
    )


def test_a_statement_of_thousands_of_pairs_is_bounded() -> None:
    """Its resources are told together, none of its actions is left out."""
    statement = allow(
        [f"sqs:A{index}" for index in range(300)], [f"arn:aws:sqs:::q{i}" for i in range(300)]
    )
    found = row(of(Role=role(Policies=inline(statement))), "Stack/Role", "sqs")
    assert len(found.grants) == 300
    assert {grant.resource.rpartition(" and ")[2] for grant in found.grants} == {"292 more"}


@pytest.mark.parametrize(
    ("condition", "shown"),
    [
        ("StringEquals", "known only at deploy time: Condition is no object"),
        ({"StringEquals": "x"}, "StringEquals x"),
        (
            {"Fn::If": ["C", {"Bool": {"aws:SecureTransport": "true"}}, {"Ref": "AWS::NoValue"}]},
            "aws:SecureTransport Bool true",
        ),
    ],
)
def test_conditions_of_any_form_are_told(condition: object, shown: str) -> None:
    """What is no condition is said to be unknown; alternatives stand side by side."""
    statement = allow("sqs:SendMessage", Condition=condition)
    (grant,) = row(of(Role=role(Policies=inline(statement))), "Stack/Role", "sqs").grants
    assert grant.condition == shown
