"""The policy of an assembly: what its resources' handlers need, on what they are."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from compliance.assembly import read
from compliance.config import Config
from compliance.engines.own import OwnEngine
from compliance.execution_policy import MAX_DOCUMENTS, ExecutionPolicy, handlers, make, names
from compliance.execution_policy.model import Omitted, Target, Undecided
from compliance.findings import Outcome, SynthgateError
from compliance.intrinsics import Resolver
from compliance.rules.base import Context
from tests.compliance.execution_policy.given import (
    ACCOUNT,
    REGION,
    TAIL,
    assembly,
    conditions_of,
    denied,
    filled,
    made,
    policy,
    resource,
    resources_of,
    role,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from compliance.assembly.model import Assembly

QUEUE = resource("AWS::SQS::Queue")


def arn(service: str, name: str) -> str:
    """An ARN of the account."""
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{name}"


# -- the project's own assemblies ------------------------------------------------------------------


@pytest.fixture(params=["dev", "staging", "prod"])
def real(request: pytest.FixtureRequest, assemblies: Callable[[str], Path]) -> Assembly:
    """An environment of the project, as it is synthesized."""
    return read(assemblies(request.param))


def physical(found: Assembly) -> dict[str, str]:
    """A name for each resource, as an account would give it."""
    there: dict[str, str] = {}
    for each in found.resources():
        stack = each.template.stack_name
        last = each.type.rpartition("::")[2]
        name: Any = each.properties.get(f"{last}Name") or each.properties.get("Name")
        if name is None:
            name = made(stack, each.logical_id, names.LIMITS.get(each.type, 64))
            name = name.lower() if each.type in names.LOWER else name
        else:
            target = Target(account=ACCOUNT, region="us-east-1")
            value = Resolver(each.template, found).one(name)
            name = names.rendered(value, target=target, stack=stack).replace("*", "a1b2c3d4e5")
        there[f"{stack}/{each.logical_id}"] = name.lstrip("/") if "SSM" in each.type else name
    return there


def test_what_the_handlers_call_is_allowed_on_the_names_that_resources_get(real: Assembly) -> None:
    """Each action of each type, and nothing is undecided."""
    found = make([real], account=ACCOUNT)
    region = {"aws:RequestedRegion": "us-east-1"}
    there = physical(real)
    requests = [
        (
            check.action,
            filled(check.resource, there),
            {key: filled(value, there).replace("*", "x") for key, value in check.context.items()}
            or (region if check.resource == "*" else {}),
        )
        for need in found.needs
        for check in need.checks
    ]
    assert found.undecided == ()
    assert len(found.documents) <= MAX_DOCUMENTS
    assert len(requests) > 500
    assert denied(found, requests) == []
    told = {(each.kind, each.action.lower()) for each in found.omitted}
    for need in found.needs:
        for template in real.templates:
            if need.logical_id in template.resources:
                told.add((template.resources[need.logical_id].type, need.action.lower()))
    for kind in {each.type for each in real.resources()}:
        for action in handlers.actions(kind, "us-east-1") or ():
            assert (kind, action.lower()) in told


def test_what_lies_outside_is_not_allowed(real: Assembly) -> None:
    """Other names, other services, other accounts and regions, and data."""
    found = make([real], account=ACCOUNT)
    outside: list[tuple[str, str, dict[str, str]]] = [
        ("iam:CreateUser", f"arn:aws:iam::{ACCOUNT}:user/mallory", {}),
        ("iam:CreateRole", f"arn:aws:iam::{ACCOUNT}:role/mallory", {}),
        ("iam:AttachRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/OrganizationAccess", {}),
        (
            "iam:PassRole",
            f"arn:aws:iam::{ACCOUNT}:role/Admin",
            {"iam:PassedToService": "lambda.amazonaws.com"},
        ),
        ("s3:GetObject", "arn:aws:s3:::payroll/salaries.csv", {}),
        ("s3:PutBucketPolicy", "arn:aws:s3:::payroll", {}),
        ("dynamodb:Scan", f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/payroll", {}),
        ("lambda:UpdateFunctionCode", f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:payroll", {}),
        ("kms:ScheduleKeyDeletion", "arn:aws:kms:us-east-1:999999999999:key/k", {}),
        ("kms:CreateKey", "*", {"aws:RequestedRegion": "eu-west-1"}),
        ("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/Admin", {}),
        ("ec2:RunInstances", f"arn:aws:ec2:us-east-1:{ACCOUNT}:instance/*", {}),
    ]
    assert len(denied(found, outside)) == len(outside)
    assert list(real.resources("AWS::DynamoDB::Table"))
    assert not resources_of(found, "dynamodb:Scan")
    assert not resources_of(found, "dynamodb:GetItem")


def test_a_role_is_passed_only_to_the_services_that_take_it_on(real: Assembly) -> None:
    """Any other role of the assembly is refused to them, too."""
    found = make([real], account=ACCOUNT)
    conditions = conditions_of(found, "iam:PassRole")
    services = [each["StringEquals"]["iam:PassedToService"] for each in conditions]
    assert ["lambda.amazonaws.com"] in services
    assert all(each for each in services)
    assert all(
        pattern.startswith(f"arn:aws:iam::{ACCOUNT}:role/serverless-infrastructur")
        for pattern in resources_of(found, "iam:PassRole")
    )


def test_policies_are_attached_only_where_the_templates_attach_them(real: Assembly) -> None:
    """AdministratorAccess is none of them."""
    (condition,) = conditions_of(make([real], account=ACCOUNT), "iam:AttachRolePolicy")
    attached = condition["ArnLike"]["iam:PolicyARN"]
    assert attached
    assert not [each for each in attached if each.endswith(("AdministratorAccess", "policy/*"))]


def test_every_allowed_wildcard_of_resources_is_of_an_action_that_takes_none(
    real: Assembly,
) -> None:
    """And is bound to the region, unless its service is in none."""
    found = make([real], account=ACCOUNT)
    for document in found.documents:
        for statement in document.body["Statement"]:
            if "*" in statement["Resource"]:
                assert statement["Resource"] == ["*"]
                assert statement["Condition"] == {
                    "StringEquals": {"aws:RequestedRegion": ["us-east-1"]}
                }


def test_the_own_rules_find_nothing_that_is_not_said(real: Assembly, tmp_path: Path) -> None:
    """Judged like any policy of a template.

    IAM01 finds what is wide, and says so; IAM05 that roles are passed by the pattern of their name;
    IAM07 what the package's documentation says of who may write a role. No action is a wildcard, no
    condition is empty, nothing is allowed by exclusion.
    """
    found = make([real], account=ACCOUNT)
    path = tmp_path / "policy.json"
    kind = "AWS::IAM::ManagedPolicy"
    policies = {
        f"P{number}": resource(kind, PolicyDocument=document.body)
        for number, document in enumerate(found.documents)
    }
    path.write_text(json.dumps({"Resources": policies}))
    context = Context(read(path), Config())
    said = [
        each
        for each in OwnEngine().examine(context).findings
        if each.outcome is Outcome.FAIL and each.rule.startswith("IAM")
    ]
    assert {each.rule for each in said} == {"IAM01", "IAM05", "IAM07"}
    gateway = "arn:aws:apigateway:us-east-1::/"
    roles = f"arn:aws:iam::{ACCOUNT}:role/serverless-infrastructur"
    for each in said:
        match each.rule:
            case "IAM01":
                assert each.observed in found.wide or each.observed.startswith(gateway), each
            case "IAM05":
                assert each.observed.startswith(roles)
            case rule:
                assert rule == "IAM07", each


def test_the_same_assembly_has_the_same_policy(real: Assembly) -> None:
    """To the byte."""
    first, second = (make([real], account=ACCOUNT) for _ in range(2))
    assert [each.text for each in first.documents] == [each.text for each in second.documents]


# -- what is scoped to what --------------------------------------------------------------------


def test_a_resource_is_scoped_by_its_name(tmp_path: Path) -> None:
    """Given, put together, or made."""
    found = policy(
        tmp_path,
        {
            "Made": QUEUE,
            "Given": resource("AWS::SQS::Queue", QueueName="orders"),
            "Put": resource("AWS::SQS::Queue", QueueName={"Fn::Sub": "q-${AWS::Region}"}),
            "Either": resource(
                "AWS::SQS::Queue", QueueName={"Fn::If": ["C", "first", {"Ref": "AWS::NoValue"}]}
            ),
            "Told": resource("AWS::SQS::Queue", QueueName={"Fn::Sub": "x-${Made.QueueName}"}),
        },
        Conditions={"C": {"Fn::Equals": [{"Ref": "AWS::Region"}, "x"]}},
    )
    assert resources_of(found, "sqs:CreateQueue") == [
        arn("sqs", "first"),
        arn("sqs", "orders"),
        arn("sqs", f"q-{REGION}"),
        arn("sqs", "shop-Either-*"),
        arn("sqs", "shop-Made-*"),
        arn("sqs", "x-*"),
    ]
    assert found.wide == {arn("sqs", "x-*"): "its name is put together at deploy time"}


def test_a_name_that_nobody_tells_is_any(tmp_path: Path) -> None:
    """And said."""
    found = policy(
        tmp_path,
        {"Q": resource("AWS::SQS::Queue", QueueName={"Ref": "Name"})},
        Parameters={"Name": {"Type": "String"}},
    )
    assert resources_of(found, "sqs:CreateQueue") == [arn("sqs", "*")]
    assert "parameter Name has no default" in found.wide[arn("sqs", "*")]


def test_paths_and_parts_of_a_resource_belong_to_it(tmp_path: Path) -> None:
    """A role's path, a function's versions, a group's streams, a parameter's slash."""
    found = policy(
        tmp_path,
        {
            "R": role(RoleName="worker", Path="/app/"),
            "F": resource("AWS::Lambda::Function", FunctionName="work"),
            "L": resource("AWS::Logs::LogGroup", LogGroupName="/app/log"),
            "P": resource("AWS::SSM::Parameter", Name="/app/setting"),
            "B": resource("AWS::S3::Bucket", BucketName="data"),
        },
    )
    assert resources_of(found, "iam:CreateRole") == [f"arn:aws:iam::{ACCOUNT}:role/app/worker"]
    assert resources_of(found, "lambda:CreateFunction") == [
        arn("lambda", "function:work"),
        arn("lambda", "function:work:*"),
    ]
    assert arn("logs", "log-group:/app/log:*") in resources_of(found, "logs:CreateLogGroup")
    assert resources_of(found, "ssm:PutParameter") == [arn("ssm", "parameter/app/setting")]
    assert resources_of(found, "s3:CreateBucket") == ["arn:aws:s3:::data"]


def test_what_acts_on_another_resource_is_scoped_to_that(tmp_path: Path) -> None:
    """Referred to, written out as an ARN, or by its name; or not told."""
    found = policy(
        tmp_path,
        {
            "T": resource("AWS::SNS::Topic"),
            "A": resource("AWS::SNS::Subscription", TopicArn={"Ref": "T"}, Protocol="sqs"),
            "B": resource("AWS::SNS::Subscription", TopicArn=arn("sns", "other"), Protocol="sqs"),
            "P": resource("AWS::Lambda::Permission", FunctionName="work"),
            "Q": resource("AWS::SQS::QueuePolicy", Queues=[{"Ref": "Url"}], PolicyDocument={}),
        },
        Parameters={"Url": {"Type": "String"}},
    )
    assert resources_of(found, "sns:Subscribe") == [arn("sns", "other"), arn("sns", "shop-T-*")]
    assert resources_of(found, "lambda:AddPermission") == [arn("lambda", "function:work")]
    assert resources_of(found, "sqs:SetQueueAttributes") == [arn("sqs", "*")]
    assert found.wide[arn("sqs", "*")] == "Q.Queues is not told"


def test_what_is_handed_on_is_not_called(tmp_path: Path) -> None:
    """A function's environment and its role's policy name a bucket: CloudFormation reads none.

    The bucket of the code is read.
    """
    found = policy(
        tmp_path,
        {
            "B": resource("AWS::S3::Bucket", BucketName="data"),
            "R": role(Policies=[{"PolicyDocument": {"x": {"Fn::GetAtt": ["B", "Arn"]}}}]),
            "F": resource(
                "AWS::Lambda::Function",
                Role={"Fn::GetAtt": ["R", "Arn"]},
                Environment={"Variables": {"BucketName": {"Ref": "B"}}},
                Code={
                    "S3Bucket": {
                        "Fn::Sub": "cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}"
                    },
                    "S3Key": "a.zip",
                },
            ),
        },
    )
    assert resources_of(found, "s3:GetObject") == [
        f"arn:aws:s3:::cdk-hnb659fds-assets-{ACCOUNT}-{REGION}/*"
    ]


def test_api_gateways_paths_are_its_resources(tmp_path: Path) -> None:
    """By collection, for the ids in them are random."""
    found = policy(
        tmp_path,
        {
            "Api": resource("AWS::ApiGateway::RestApi", Name="a"),
            "Key": resource("AWS::ApiGateway::ApiKey"),
            "Http": resource("AWS::ApiGatewayV2::Api"),
            "Route": resource("AWS::ApiGatewayV2::Route", ApiId={"Ref": "Http"}),
        },
    )
    start = f"arn:aws:apigateway:{REGION}::"
    assert resources_of(found, "apigateway:POST") == [
        f"{start}{path}"
        for path in (
            *("/apikeys", "/apikeys/*", "/apis", "/apis/*", "/restapis", "/restapis/*", "/tags/*"),
        )
    ]


def test_what_one_property_alone_needs_comes_with_it(tmp_path: Path) -> None:
    """Items of a table are read for its copies in other regions."""
    one = {"ReplicaSpecification": 1}
    for replicas, there in (([one], False), ([one, one], True), ({"Fn::If": ["C", [], []]}, True)):
        found = policy(tmp_path, {"T": resource("AWS::DynamoDB::GlobalTable", Replicas=replicas)})
        assert bool(resources_of(found, "dynamodb:Scan")) is there
    assert not resources_of(policy(tmp_path, {"R": role()}), "iam:PutRolePolicy")
    written = policy(tmp_path, {"R": role(Policies=[{"PolicyName": "p"}])})
    assert resources_of(written, "iam:PutRolePolicy") == [f"arn:aws:iam::{ACCOUNT}:role/shop-R-*"]


# -- IAM ---------------------------------------------------------------------------------------


def test_a_boundary_that_all_roles_carry_is_asked_for_and_never_taken_off(tmp_path: Path) -> None:
    """One role without it, and nobody can be held to it."""
    boundary = f"arn:aws:iam::{ACCOUNT}:policy/limit"
    found = policy(
        tmp_path,
        {
            "A": role(PermissionsBoundary=boundary, Policies=[{"PolicyName": "p"}]),
            "B": role(PermissionsBoundary=boundary),
        },
    )
    for action in ("iam:CreateRole", "iam:PutRolePolicy", "iam:PutRolePermissionsBoundary"):
        assert conditions_of(found, action) == [
            {"ArnLike": {"iam:PermissionsBoundary": [boundary]}}
        ]
    assert not resources_of(found, "iam:DeleteRolePermissionsBoundary")
    assert (
        Omitted(
            "AWS::IAM::Role",
            "iam:DeleteRolePermissionsBoundary",
            "it would take off the permissions boundary",
        )
        in found.omitted
    )
    free = policy(tmp_path, {"A": role(PermissionsBoundary=boundary), "B": role()})
    assert conditions_of(free, "iam:CreateRole") == [{}]


def test_users_and_groups_are_held_like_roles(tmp_path: Path) -> None:
    """The policies that the templates attach to each of them alone; groups have no boundary."""
    limit, read_only = (f"arn:aws:iam::{ACCOUNT}:policy/{name}" for name in ("limit", "read"))
    found = policy(
        tmp_path,
        {
            "U": resource(
                "AWS::IAM::User",
                PermissionsBoundary=limit,
                ManagedPolicyArns=[read_only],
                Policies=[{"PolicyName": "p"}],
            ),
            "G": resource("AWS::IAM::Group"),
            "L": resource("AWS::IAM::ManagedPolicy", PolicyDocument={}, Groups=[{"Ref": "G"}]),
            "R": role(),
        },
    )
    boundary = {"iam:PermissionsBoundary": [limit]}
    assert conditions_of(found, "iam:AttachUserPolicy") == [
        {"ArnLike": {"iam:PolicyARN": [read_only], **boundary}}
    ]
    assert conditions_of(found, "iam:AttachGroupPolicy") == [
        {"ArnLike": {"iam:PolicyARN": [f"arn:aws:iam::{ACCOUNT}:policy/shop-L-*"]}}
    ]
    for action in ("iam:CreateUser", "iam:PutUserPolicy"):
        assert conditions_of(found, action) == [{"ArnLike": boundary}]
    assert not resources_of(found, "iam:DeleteUserPermissionsBoundary")
    assert conditions_of(found, "iam:CreateRole") == [{}]
    assert not resources_of(found, "iam:AttachRolePolicy")
    administrator = {"iam:PolicyARN": "arn:aws:iam::aws:policy/AdministratorAccess"}
    asked = ("iam:AttachUserPolicy", f"arn:aws:iam::{ACCOUNT}:user/shop-U{TAIL}", administrator)
    assert denied(found, [asked])


def test_a_boundary_may_be_of_the_assembly(tmp_path: Path) -> None:
    """By the name that it gets."""
    found = policy(
        tmp_path,
        {
            "L": resource("AWS::IAM::ManagedPolicy", PolicyDocument={}),
            "R": role(PermissionsBoundary={"Ref": "L"}, ManagedPolicyArns=[{"Ref": "L"}]),
        },
    )
    made_of = [f"arn:aws:iam::{ACCOUNT}:policy/shop-L-*"]
    assert conditions_of(found, "iam:AttachRolePolicy") == [
        {"ArnLike": {"iam:PolicyARN": made_of, "iam:PermissionsBoundary": made_of}}
    ]


def test_a_managed_policy_that_is_not_told_is_wide(tmp_path: Path) -> None:
    """Any may be attached then, an administrator's too: that is told."""
    untold = {"Fn::ImportValue": "policy"}
    found = policy(tmp_path, {"R": role(ManagedPolicyArns=[untold], PermissionsBoundary=untold)})
    assert conditions_of(found, "iam:AttachRolePolicy") == [
        {"ArnLike": {"iam:PolicyARN": ["*"], "iam:PermissionsBoundary": ["*"]}}
    ]
    assert {"iam:PolicyARN *", "iam:PermissionsBoundary *"} <= found.wide.keys()


def test_a_trust_policy_that_does_not_tell_its_service_is_undecided(tmp_path: Path) -> None:
    """A condition on it would hold for nothing."""
    found = policy(
        tmp_path,
        {
            "R": role({"Fn::ImportValue": "service"}),
            "F": resource("AWS::Lambda::Function", Role={"Fn::GetAtt": ["R", "Arn"]}),
        },
    )
    assert [(each.place, each.reason) for each in found.undecided] == [
        (
            "Shop.template.json: F",
            "it is given a role whose trust policy names a service that is not told",
        )
    ]
    assert not [need for need in found.needs if need.action == "iam:PassRole"]


def test_a_role_of_elsewhere_is_undecided(tmp_path: Path) -> None:
    """To which services it may be passed is not known; service-linked ones say it themselves."""
    linked = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"
    functions = {
        "Out": resource("AWS::Lambda::Function", Role=f"arn:aws:iam::{ACCOUNT}:role/Admin"),
        "Told": resource("AWS::Lambda::Function", Role={"Ref": "RoleArn"}),
        "Linked": resource("AWS::Lambda::Function", Role=linked),
        "None": resource("AWS::Lambda::Function", Role={"Fn::GetAtt": ["Idle", "Arn"]}),
        "Idle": resource(
            "AWS::IAM::Role",
            AssumeRolePolicyDocument={
                "Statement": [
                    {"Effect": "Deny", "Principal": {"Service": "lambda.amazonaws.com"}},
                    {"Effect": "Allow", "Principal": {"AWS": "*"}},
                ]
            },
        ),
    }
    found = policy(tmp_path, functions, Parameters={"RoleArn": {"Type": "String"}})
    assert [
        (each.place, "which is not of this assembly" in each.reason) for each in (found.undecided)
    ] == [("Shop.template.json: Out", True), ("Shop.template.json: Told", True)]
    assert resources_of(found, "iam:PassRole") == [linked]
    assert conditions_of(found, "iam:PassRole") == [
        {"StringEquals": {"iam:PassedToService": ["ecs.amazonaws.com"]}}
    ]


def test_service_linked_roles_are_made_for_the_services_of_a_type(tmp_path: Path) -> None:
    """Of a type whose services are not known, for any, which is said."""
    found = policy(tmp_path, {"F": resource("AWS::EC2::FlowLog", ResourceId="vpc-1")})
    start = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/"
    assert resources_of(found, "iam:CreateServiceLinkedRole") == [
        f"{start}delivery.logs.amazonaws.com/*"
    ]
    assert conditions_of(found, "iam:CreateServiceLinkedRole") == [
        {"StringEquals": {"iam:AWSServiceName": ["delivery.logs.amazonaws.com"]}}
    ]
    found = policy(tmp_path, {"C": resource("AWS::ECS::Cluster")})
    assert resources_of(found, "iam:CreateServiceLinkedRole") == [f"{start}*"]
    assert f"{start}*" in found.wide


# -- what is not a handler's -------------------------------------------------------------------


def test_custom_resources_ask_their_provider(tmp_path: Path) -> None:
    """A function or a topic, of the assembly or of elsewhere; anything else is undecided."""
    custom = "Custom::Thing"
    found = policy(
        tmp_path,
        {
            "F": resource("AWS::Lambda::Function"),
            "A": resource(custom, ServiceToken={"Fn::GetAtt": ["F", "Arn"]}),
            "T": resource("AWS::SNS::Topic", TopicName="ask"),
            "B": resource("AWS::CloudFormation::CustomResource", ServiceToken={"Ref": "T"}),
            "C": resource(custom, ServiceToken=arn("lambda", "function:theirs")),
            "D": resource(custom, ServiceToken={"Ref": "Token"}),
            "E": resource(custom, ServiceToken=arn("sqs", "queue")),
        },
        Parameters={"Token": {"Type": "String"}},
    )
    assert resources_of(found, "lambda:InvokeFunction") == [
        arn("lambda", "function:shop-F-*"),
        arn("lambda", "function:theirs"),
    ]
    assert resources_of(found, "sns:Publish") == [arn("sns", "ask")]
    reason = "its ServiceToken names no provider here"
    assert found.undecided == (
        Undecided("Shop.template.json: D", custom, reason),
        Undecided("Shop.template.json: E", custom, reason),
    )


def test_parameters_and_dynamic_references_are_read(tmp_path: Path) -> None:
    """The bootstrap's version, settings, and secrets by name, by ARN and of the assembly."""
    secret = arn("secretsmanager", "secret:db-AbCdEf")
    found = policy(
        tmp_path,
        {
            "S": resource("AWS::SecretsManager::Secret", Name="own"),
            "T": resource(
                "AWS::SNS::Topic",
                DisplayName="{{resolve:ssm:/app/title:1}}",
                TopicName="{{resolve:secretsmanager:db:SecretString:name}}",
                Tags=[
                    {"Key": "a", "Value": f"{{{{resolve:secretsmanager:{secret}:SecretString}}}}"},
                    {
                        "Key": "b",
                        "Value": {"Fn::Sub": "x-{{resolve:secretsmanager:${S}:SecretString}}"},
                    },
                    {
                        "Key": "c",
                        "Value": {"Fn::Sub": "{{resolve:secretsmanager:${P}:SecretString}}"},
                    },
                ],
            ),
        },
        Parameters={
            "BootstrapVersion": {
                "Type": "AWS::SSM::Parameter::Value<String>",
                "Default": "/cdk-bootstrap/hnb659fds/version",
            },
            "Image": {"Type": "AWS::SSM::Parameter::Value<String>"},
            "P": {"Type": "String"},
        },
    )
    assert resources_of(found, "ssm:GetParameters") == [
        arn("ssm", "parameter/app/title"),
        arn("ssm", "parameter/cdk-bootstrap/hnb659fds/version"),
    ]
    read_of = resources_of(found, "secretsmanager:GetSecretValue")
    assert arn("secretsmanager", "secret:*") in read_of
    assert [each.place for each in found.undecided] == ["Shop.template.json: parameter Image"]


def test_secrets_are_read_by_name_with_their_random_end(tmp_path: Path) -> None:
    """And by ARN as it is."""
    secret = arn("secretsmanager", "secret:db-AbCdEf")
    for written, wanted in (
        ("db", arn("secretsmanager", "secret:db-??????")),
        (secret, secret),
    ):
        found = policy(
            tmp_path,
            {
                "T": resource(
                    "AWS::SNS::Topic",
                    DisplayName=f"{{{{resolve:secretsmanager:{written}:SecretString:x}}}}",
                )
            },
        )
        assert resources_of(found, "secretsmanager:GetSecretValue") == [wanted]


def test_nested_stacks_are_made_and_their_templates_read(tmp_path: Path) -> None:
    """By the name that they get."""
    bucket = f"cdk-hnb659fds-assets-{ACCOUNT}-{REGION}"
    url = {"Fn::Sub": f"https://s3.${{AWS::Region}}.${{AWS::URLSuffix}}/{bucket}/inner.json"}
    found = policy(
        tmp_path,
        {
            "Inner": resource("AWS::CloudFormation::Stack", TemplateURL=url),
            "Told": resource("AWS::CloudFormation::Stack", TemplateURL={"Ref": "Url"}),
        },
        Parameters={"Url": {"Type": "String"}},
    )
    assert resources_of(found, "cloudformation:CreateStack") == [
        arn("cloudformation", "stack/shop-Inner-*/*"),
        arn("cloudformation", "stack/shop-Told-*/*"),
    ]
    assert resources_of(found, "s3:GetObject") == [f"arn:aws:s3:::{bucket}/*"]
    assert f"arn:aws:s3:::{bucket}/*" in found.wide
    assert [each.place for each in found.undecided] == ["Shop.template.json: Told"]


def test_what_is_not_known_is_undecided(tmp_path: Path) -> None:
    """Types without handlers, of other vendors, and what a macro makes; CDK's own needs nothing."""
    found = policy(
        tmp_path,
        {
            "M": resource("AWS::CDK::Metadata"),
            "P": resource("AWS::CodeBuild::Project"),
            "V": resource("Datadog::Monitors::Monitor"),
        },
        Transform="AWS::Serverless-2016-10-31",
    )
    assert [(each.place, each.kind) for each in found.undecided] == [
        ("Shop.template.json", "Transform"),
        ("Shop.template.json: P", "AWS::CodeBuild::Project"),
        ("Shop.template.json: V", "Datadog::Monitors::Monitor"),
    ]
    assert found.documents == ()


def test_names_of_schemas_that_are_no_actions_are_listed(tmp_path: Path) -> None:
    """They are left out, and it shows."""
    found = policy(tmp_path, {"B": resource("AWS::S3::Bucket")})
    assert (
        Omitted("AWS::S3::Bucket", "s3:DeleteBucketCors", "is no action that IAM knows")
        in found.omitted
    )


# -- where it is for ---------------------------------------------------------------------------


def test_it_is_for_one_account_and_region(tmp_path: Path) -> None:
    """Which the stacks name, or the caller."""
    folder = assembly(tmp_path / "one", {"Q": QUEUE})
    assert make([read(folder)]).target.account == ACCOUNT
    with pytest.raises(SynthgateError, match=r"--account: 999999999999; the stacks name 1111"):
        make([read(folder)], account="999999999999")
    other = tmp_path / "two"
    shutil.copytree(folder, other)
    manifest = (other / "manifest.json").read_text().replace(REGION, "us-east-1")
    (other / "manifest.json").write_text(manifest)
    both = [read(folder), read(other)]
    with pytest.raises(SynthgateError, match="--region: not given; the stacks name eu-west-1, us"):
        make(both)
    assert resources_of(make(both, region="us-east-1"), "sqs:CreateQueue") == [
        f"arn:aws:sqs:us-east-1:{ACCOUNT}:shop-Q-*"
    ]


def test_assemblies_of_one_role_have_one_policy(tmp_path: Path) -> None:
    """It allows what each of them needs."""
    first = assembly(tmp_path / "one", {"Q": QUEUE})
    second = assembly(tmp_path / "two", {"T": resource("AWS::SNS::Topic")})
    found = make([read(first), read(second)])
    assert resources_of(found, "sqs:CreateQueue")
    assert resources_of(found, "sns:CreateTopic")


def test_stacks_of_another_region_are_another_roles(tmp_path: Path) -> None:
    """They are left to the policy of that."""
    folder = assembly(tmp_path / "one", {"Q": QUEUE})
    manifest = json.loads((folder / "manifest.json").read_text())
    other = json.loads(json.dumps(manifest["artifacts"]["Shop"]).replace(REGION, "us-east-1"))
    other["properties"] = {"templateFile": "Other.template.json", "stackName": "other"}
    manifest["artifacts"]["Other"] = other
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (folder / "Other.template.json").write_text(
        json.dumps({"Resources": {"T": resource("AWS::SNS::Topic")}})
    )
    found = make([read(folder)], region=REGION)
    assert not resources_of(found, "sns:CreateTopic")
    assert resources_of(found, "sqs:CreateQueue")


def test_a_lone_template_has_no_stack_name(tmp_path: Path) -> None:
    """Its names are patterns of their logical ids."""
    path = tmp_path / "lone.json"
    path.write_text(json.dumps({"Resources": {"Q": QUEUE}}))
    found: ExecutionPolicy = make([read(path)], account=ACCOUNT, region=REGION)
    assert resources_of(found, "sqs:CreateQueue") == [arn("sqs", "*-Q-*")]
    assert TAIL
