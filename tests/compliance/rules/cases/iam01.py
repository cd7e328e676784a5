"""IAM01: an action that can be scoped to resources is scoped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.config import Config, Iam
from tests.compliance.rules.case import (
    NO_VALUE,
    PARTITION,
    STATEMENT,
    UNSET,
    Case,
    Json,
    allow,
    assembly,
    case,
    document,
    either,
    exported,
    fails,
    get,
    join,
    passes,
    policy,
    ref,
    resource,
    resources,
    sub,
    trust,
    undecided,
)

if TYPE_CHECKING:
    from tests.compliance.rules.case import Row

RULE: Final = "IAM01"
TABLE: Json = {"Table": {"Type": "AWS::DynamoDB::Table"}}
WIDE: Final = "can be scoped to single resources"
FOUR: Final = ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan"]
NETWORK: Final = [
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DeleteNetworkInterface",
]
SSM: Json = {
    "Parameters": {"Arn": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/items/arn"}}
}


def wide(name: str, action: object, on: object, phrase: str = WIDE, **more: object) -> Case:
    """One statement whose resource is too wide."""
    row = fails("Policy", f"{STATEMENT}.Resource", phrase)
    return case(name, policy(allow(action, on, **more), more=UNSET), row)


def fine(name: str, action: object, on: object, **more: object) -> Case:
    """One statement that the rule lets pass."""
    return case(name, policy(allow(action, on, **more), more=UNSET), *passes("Policy"))


def unknown(name: str, on: object, phrase: str = "known only at deploy time", **more: Json) -> Case:
    """One statement whose resource only the deployment knows."""
    row = undecided("Policy", f"{STATEMENT}.Resource", phrase)
    return case(name, policy(allow("dynamodb:GetItem", on), more={**UNSET, **more}), row)


def conditional(name: str, condition: object, *, fine: bool, action: str = "s3:ListBucket") -> Case:
    """One statement on everything, under a condition."""
    row = fails("Policy", f"{STATEMENT}.Resource", WIDE)
    template = policy(allow(action, "*", Condition=condition), more=UNSET)
    return case(name, template, *(passes("Policy") if fine else (row,)))


def function(name: str, *rows: Row, role: Json, vpc: object, action: object = NETWORK) -> Case:
    """A function's policy on everything."""
    config = {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}
    body = resources(
        Role=role,
        Policy=resource(
            "AWS::IAM::Policy", PolicyDocument=document(allow(action, "*")), Roles=[ref("Role")]
        ),
        Function=resource(
            "AWS::Lambda::Function",
            Role=get("Role", "Arn"),
            **({"VpcConfig": config} if vpc is True else {"VpcConfig": vpc} if vpc else {}),
        ),
    )
    return case(name, body, *rows)


def lambda_role(*services: object) -> Json:
    """A role for services."""
    return resource("AWS::IAM::Role", AssumeRolePolicyDocument=trust(*services))


TOO_WIDE: Final = fails("Policy", f"{STATEMENT}.Resource", "ec2:CreateNetworkInterface")

CASES: Final = (
    # -- what is everything
    wide("everything", "s3:GetObject", "*", "s3:GetObject can be scoped"),
    wide("everything by Fn::Sub", "s3:GetObject", sub("*")),
    wide("everything by Fn::Join", "s3:GetObject", {"Fn::Join": ["", ["*"]]}),
    wide("everything by a question mark and an asterisk", "s3:GetObject", "?*"),
    wide("every ARN", "s3:GetObject", "arn:aws:*"),
    wide("every bucket", "s3:ListBucket", "arn:aws:s3:::*"),
    wide("every bucket's objects", "s3:GetObject", "arn:aws:s3:::*/*"),
    wide("every object by the bucket's pattern", "s3:GetObject", "arn:aws:s3:::*"),
    wide("every bucket, a character named", "s3:ListBucket", "arn:aws:s3:::?*"),
    wide("every table of an account", "dynamodb:GetItem", "arn:aws:dynamodb:*:1:table/*"),
    wide(
        "every table by a join that ends in table/*",
        "dynamodb:*",
        join("arn:", PARTITION, ":dynamodb:", ref("AWS::Region"), ":", "1", ":table/*"),
    ),
    wide(
        "every function by Fn::Sub",
        "lambda:InvokeFunction",
        sub("arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:*"),
    ),
    wide(
        "every log group with its streams", "logs:CreateLogGroup", "arn:aws:logs:*:*:log-group:*:*"
    ),
    wide("every role", "iam:PassRole", "arn:aws:iam::123456789012:role/*"),
    wide("an action in capitals", "S3:GETOBJECT", "*", "s3:GetObject can be scoped"),
    wide("the tokens of a whole account", "sts:AssumeRole", "*"),
    wide("four actions", FOUR, "*", "dynamodb:Query, dynamodb:Scan can be scoped"),
    wide(
        "five actions", [*FOUR, "dynamodb:PutItem"], "*", "dynamodb:Scan and 1 more can be scoped"
    ),
    # -- what names something
    fine("one table", "dynamodb:GetItem", get("Table", "Arn")),
    fine("one table's indexes", "dynamodb:Query", join(get("Table", "Arn"), "/index/*")),
    fine("one bucket's objects", "s3:GetObject", "arn:aws:s3:::items/*"),
    fine("a reference's objects", "s3:GetObject", sub("arn:aws:s3:::${Bucket}/*")),
    fine(
        "a named prefix",
        "ssm:GetParameter",
        sub("arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/app/*"),
    ),
    fine("a bucket's name with a wildcard", "s3:ListBucket", "arn:aws:s3:::items-*"),
    fine(
        "a stream of any log group of a prefix",
        "logs:PutLogEvents",
        "arn:aws:logs:*:*:log-group:/x:*",
    ),
    fine("an import", "dynamodb:GetItem", {"Fn::ImportValue": "TableArn"}),
    fine("an import's part", "dynamodb:Query", join({"Fn::ImportValue": "TableArn"}, "/index/*")),
    fine(
        "a weak reference",
        "dynamodb:GetItem",
        {"Fn::GetStackOutput": {"StackName": "Storage", "OutputName": "Arn"}},
    ),
    fine("a parameter as the name", "s3:GetObject", sub("arn:aws:s3:::${Unset}/*")),
    fine(
        "a piece of a reference's ARN",
        "s3:GetObject",
        join(
            "arn:aws:s3:::",
            {"Fn::Select": [5, {"Fn::Split": [":", get("Role", "Arn")]}]},
            "/*",
        ),
    ),
    fine(
        "the region in a map, the table named",
        "dynamodb:GetItem",
        sub("arn:aws:dynamodb:${Unset}:1:table/t"),
    ),
    # -- what cannot be scoped
    fine("segments of traces", ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "*"),
    fine("the registry's token", "ecr:GetAuthorizationToken", "*"),
    fine("instances described", "ec2:DescribeInstances", "*"),
    fine("metrics written", "cloudwatch:PutMetricData", "*"),
    fine("metrics read", ["cloudwatch:GetMetricData", "cloudwatch:ListMetrics"], "*"),
    fine("a text translated", "translate:TranslateText", "*"),
    fine("no such action", "s3:NoSuchAction", "*"),
    fine("no such service", "nothing:Get", "*"),
    # -- wildcards in the action
    wide("every action of a service", "s3:*", "*"),
    wide("writes by a wildcard", "s3:PutObj*", "*", "s3:PutObject"),
    wide("writes by a question mark", "s3:PutObjec?", "*", "s3:PutObject can be scoped"),
    wide("reads by a wildcard", "dynamodb:Get*", "*", "dynamodb:GetItem"),
    wide("objects by a wildcard", "s3:Get*", "*", "more can be scoped"),
    wide("everything on everything", "*", "*", "Every action is allowed on every resource."),
    wide("everything, spelt out", "*:*", "*", "Every action is allowed on every resource."),
    wide("everything on every bucket", "*", "arn:aws:s3:::*", "s3:"),
    fine("everything on one bucket", "*", "arn:aws:s3:::items"),
    fine("descriptions by a wildcard", "ec2:Describe*", "*"),
    fine("lists by a wildcard", "s3:List*", "*"),
    wide(
        "one that can among those that cannot",
        ["ec2:Describe*", "sqs:SendMessage"],
        "*",
        "sqs:SendMessage can",
    ),
    # -- conditions
    conditional("a resource's tag", {"StringEquals": {"aws:ResourceTag/team": "items"}}, fine=True),
    conditional(
        "a service's tag",
        {"StringLike": {"ec2:ResourceTag/team": "it*"}},
        fine=True,
        action="ec2:StopInstances",
    ),
    conditional(
        "the resource's account",
        {"StringEquals": {"aws:ResourceAccount": ref("AWS::AccountId")}},
        fine=True,
    ),
    conditional(
        "the resource's organisation", {"StringEquals": {"aws:ResourceOrgID": "o-1"}}, fine=True
    ),
    conditional(
        "the organisation's paths",
        {"ForAnyValue:StringLike": {"aws:ResourceOrgPaths": ["o-1/*"]}},
        fine=True,
    ),
    conditional("the prefix", {"StringLike": {"s3:prefix": ["items/*"]}}, fine=True),
    conditional("the key in capitals", {"StringEquals": {"AWS:RESOURCEACCOUNT": "1"}}, fine=True),
    conditional(
        "the cluster",
        {"ArnEquals": {"ecs:cluster": get("Role", "Arn")}},
        fine=True,
        action="ecs:Poll",
    ),
    conditional(
        "the access point, as CDK grants a function its file system",
        {"StringEquals": {"elasticfilesystem:AccessPointArn": get("Role", "Arn")}},
        fine=True,
        action="elasticfilesystem:ClientMount",
    ),
    conditional(
        "a service with a context",
        {
            "StringEquals": {
                "kms:ViaService": "s3.eu-west-1.amazonaws.com",
                "kms:EncryptionContext:aws:s3:arn": "arn",
            }
        },
        fine=True,
        action="kms:Decrypt",
    ),
    conditional(
        "a service without a context",
        {"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}},
        fine=False,
        action="kms:Decrypt",
    ),
    conditional(
        "a context without a service",
        {"StringEquals": {"kms:EncryptionContext:purpose": "items"}},
        fine=False,
        action="kms:Decrypt",
    ),
    conditional(
        "the region asked for", {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}, fine=False
    ),
    conditional("the caller", {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, fine=False),
    conditional(
        "a value that is everything", {"StringLike": {"aws:ResourceAccount": "*"}}, fine=False
    ),
    conditional(
        "one value that is everything", {"StringLike": {"s3:prefix": ["items/*", "*"]}}, fine=False
    ),
    conditional("no value", {"StringEquals": {"aws:ResourceAccount": []}}, fine=False),
    conditional(
        "all but one account", {"StringNotEquals": {"aws:ResourceAccount": "1"}}, fine=False
    ),
    conditional(
        "only if the key is there",
        {"StringEqualsIfExists": {"aws:ResourceAccount": "1"}},
        fine=False,
    ),
    conditional(
        "for all of none", {"ForAllValues:StringEquals": {"aws:ResourceOrgPaths": "o"}}, fine=False
    ),
    conditional("that the key is there", {"Null": {"aws:ResourceAccount": "false"}}, fine=False),
    conditional(
        "in both branches",
        either({"StringEquals": {"s3:prefix": "a"}}, {"StringEquals": {"s3:prefix": "b"}}),
        fine=True,
    ),
    conditional(
        "in one branch", either({"StringEquals": {"s3:prefix": "a"}}, NO_VALUE), fine=False
    ),
    case(
        "a text in place of its pairs",
        policy(allow("s3:ListBucket", "*", Condition={"StringEquals": "text"})),
        undecided("Policy", f"{STATEMENT}.Resource", "Whether a condition restricts s3:ListBucket"),
    ),
    conditional(
        "an operator in one branch",
        {"StringEquals": either({"s3:prefix": "a"}, NO_VALUE)},
        fine=False,
    ),
    conditional(
        "a key in one branch", {"StringEquals": {"s3:prefix": either("a", NO_VALUE)}}, fine=False
    ),
    conditional(
        "everything in one branch", {"StringLike": {"s3:prefix": either("a", "*")}}, fine=False
    ),
    conditional(
        "one key or another",
        either(
            {"StringEquals": {"s3:prefix": "a"}}, {"StringEquals": {"aws:ResourceAccount": "1"}}
        ),
        fine=True,
    ),
    conditional(
        "a service in one line, its context in another that holds without it",
        {
            "StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"},
            "StringEqualsIfExists": {"kms:EncryptionContext:aws:s3:arn": "arn"},
        },
        fine=False,
        action="kms:Decrypt",
    ),
    case(
        "a condition that only the deployment knows",
        policy(allow("s3:ListBucket", "*", Condition=ref("Unset")), more=UNSET),
        undecided("Policy", f"{STATEMENT}.Resource", "Whether a condition restricts s3:ListBucket"),
    ),
    case(
        "an unknown condition on one resource",
        policy(allow("s3:ListBucket", "arn:aws:s3:::items", Condition=ref("Unset")), more=UNSET),
        *passes("Policy"),
    ),
    # -- both branches
    case(
        "one branch of a condition is everything",
        policy(allow("s3:GetObject", either("arn:aws:s3:::items/*", "*"))),
        fails("Policy", f"{STATEMENT}.Resource", WIDE),
    ),
    case(
        "a branch is nothing",
        policy(
            allow("s3:GetObject", ["arn:aws:s3:::items/*", either("arn:aws:s3:::more/*", NO_VALUE)])
        ),
        *passes("Policy"),
    ),
    case(
        "each entry is placed",
        policy(allow("dynamodb:Query", [get("Role", "Arn"), "*", either("*", "arn:aws:x")])),
        fails("Policy", f"{STATEMENT}.Resource[1]", "dynamodb:Query"),
        fails("Policy", f"{STATEMENT}.Resource[2]", "dynamodb:Query"),
    ),
    # -- what only the deployment knows
    unknown("a parameter without a default", ref("Unset"), "parameter Unset has no default"),
    unknown("a parameter and a pattern behind it", join(ref("Unset"), "/*")),
    unknown("a parameter by Fn::Sub", sub("${Unset}")),
    unknown("a stored parameter", join(ref("Arn"), "/*"), **SSM),
    unknown("a dynamic reference", "{{resolve:ssm:/items/arn}}", "a dynamic reference"),
    unknown("a reference to nothing", ref("Nothing"), "Ref Nothing names nothing"),
    unknown("a map without such a key", {"Fn::FindInMap": ["M", ref("AWS::Region"), "k"]}),
    fine("an unknown resource where none can be named", "xray:PutTraceSegments", ref("Unset")),
    case(
        "an unknown resource where one can be named",
        policy(allow(["xray:PutTraceSegments", "s3:GetObject"], ref("Unset")), more=UNSET),
        undecided("Policy", f"{STATEMENT}.Resource", "parameter Unset has no default"),
    ),
    case(
        "a parameter with a default that is everything",
        policy(
            allow("s3:GetObject", ref("Scope")),
            more={"Parameters": {"Scope": {"Type": "String", "Default": "*"}}},
        ),
        fails("Policy", f"{STATEMENT}.Resource", WIDE),
    ),
    case(
        "a whole policy that only the deployment knows",
        resources(UNSET, Policy=resource("AWS::IAM::ManagedPolicy", PolicyDocument=ref("Unset"))),
        undecided("Policy", "PolicyDocument", "parameter Unset has no default"),
    ),
    # -- what is not judged
    case("a denial", policy({**allow("s3:*", "*"), "Effect": "Deny"}), *passes("Policy")),
    case(
        "an exclusion",
        policy({"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}),
        *passes("Policy"),
    ),
    case("a parameter as action", policy(allow(ref("Unset"), "*"), more=UNSET), *passes("Policy")),
    case("a number as resource", policy(allow("s3:GetObject", 7)), *passes("Policy")),
    case(
        "no statements",
        policy(),
    ),
    case("a role without policies", resources(Role=lambda_role("lambda.amazonaws.com"))),
    case(
        "policies of resources",
        resources(
            Bucket=resource("AWS::S3::BucketPolicy", PolicyDocument=document(allow("s3:*", "*"))),
            Key=resource("AWS::KMS::Key", KeyPolicy=document(allow("kms:*", "*"))),
        ),
    ),
    # -- every place
    case(
        "inline in a role, a user and a group",
        resources(
            **{
                kind: resource(
                    f"AWS::IAM::{kind}",
                    Policies=[{"PolicyDocument": document(allow("s3:GetObject", "*"))}],
                )
                for kind in ("Role", "User", "Group")
            }
        ),
        *(
            fails(kind, "Policies[0].PolicyDocument.Statement[0].Resource", WIDE)
            for kind in ("Role", "User", "Group")
        ),
    ),
    case(
        "policies of their own",
        resources(
            **{
                kind: resource(
                    f"AWS::IAM::{kind}", PolicyDocument=document(allow("s3:GetObject", "*"))
                )
                for kind in ("ManagedPolicy", "RolePolicy", "UserPolicy", "GroupPolicy")
            }
        ),
        *(
            fails(kind, f"{STATEMENT}.Resource", WIDE)
            for kind in ("ManagedPolicy", "RolePolicy", "UserPolicy", "GroupPolicy")
        ),
    ),
    case(
        "a statement that is no list",
        resources(
            Policy=resource(
                "AWS::IAM::Policy", PolicyDocument={"Statement": allow("s3:GetObject", "*")}
            )
        ),
        fails("Policy", "PolicyDocument.Statement.Resource", WIDE),
    ),
    # -- a function in a VPC
    function(
        "a function in a VPC", *passes("Policy"), role=lambda_role("lambda.amazonaws.com"), vpc=True
    ),
    function(
        "a function in a VPC under a condition",
        *passes("Policy"),
        role=lambda_role(join("lambda.", ref("AWS::URLSuffix"))),
        vpc=either({"SubnetIds": ["subnet-1"]}, NO_VALUE),
    ),
    function(
        "a function without a VPC", TOO_WIDE, role=lambda_role("lambda.amazonaws.com"), vpc=None
    ),
    function(
        "a role that another service may assume too",
        TOO_WIDE,
        role=lambda_role("lambda.amazonaws.com", "ec2.amazonaws.com"),
        vpc=True,
    ),
    function(
        "a role that a person may assume too",
        TOO_WIDE,
        role=resource(
            "AWS::IAM::Role",
            AssumeRolePolicyDocument=document(
                {
                    "Effect": "Allow",
                    "Action": "sts:AssumeRole",
                    "Principal": {"Service": "lambda.amazonaws.com", "AWS": "123456789012"},
                }
            ),
        ),
        vpc=True,
    ),
    function(
        "a role whose trust is unknown",
        TOO_WIDE,
        role=resource("AWS::IAM::Role", AssumeRolePolicyDocument=ref("Unset")),
        vpc=True,
    ),
    function(
        "more than network interfaces",
        fails("Policy", f"{STATEMENT}.Resource", "sqs:SendMessage can be scoped"),
        role=lambda_role("lambda.amazonaws.com"),
        vpc=True,
        action=[*NETWORK, "sqs:SendMessage"],
    ),
    case(
        "a managed policy that the role names",
        resources(
            Role=resource(
                "AWS::IAM::Role",
                AssumeRolePolicyDocument=trust("lambda.amazonaws.com"),
                ManagedPolicyArns=[ref("Policy"), "arn:aws:iam::123456789012:policy/other"],
            ),
            Policy=resource(
                "AWS::IAM::ManagedPolicy", PolicyDocument=document(allow(NETWORK, "*"))
            ),
            Function=resource(
                "AWS::Lambda::Function",
                Role=get("Role", "Arn"),
                VpcConfig={"SubnetIds": ["subnet-1"]},
            ),
        ),
        *passes("Policy"),
    ),
    case(
        "a policy of a role from elsewhere",
        resources(
            Policy=resource(
                "AWS::IAM::Policy",
                PolicyDocument=document(allow(NETWORK, "*")),
                Roles=["role-of-another-team"],
            ),
        ),
        TOO_WIDE,
    ),
    assembly(
        "a function in a VPC of another stack",
        {
            "Api": resources(
                Function=resource(
                    "AWS::Lambda::Function",
                    Role={"Fn::GetStackOutput": {"StackName": "Roles", "OutputName": "Arn"}},
                    VpcConfig={"SubnetIds": ["subnet-1"]},
                )
            ),
            "Roles": resources(
                {"Outputs": {"Arn": {"Value": get("Role", "Arn")}}},
                Role=resource(
                    "AWS::IAM::Role",
                    AssumeRolePolicyDocument=trust("lambda.amazonaws.com"),
                    Policies=[{"PolicyDocument": document(allow(NETWORK, "*"))}],
                ),
            ),
        },
        *passes("Role"),
    ),
    # -- text messages of a user pool
    case(
        "text messages of a user pool",
        resources(
            Role=resource(
                "AWS::IAM::Role",
                AssumeRolePolicyDocument=trust("cognito-idp.amazonaws.com"),
                Policies=[{"PolicyDocument": document(allow("sns:Publish", "*"))}],
            )
        ),
        *passes("Role"),
    ),
    case(
        "text messages of anything else",
        policy(allow("sns:Publish", "*")),
        fails("Policy", f"{STATEMENT}.Resource", "sns:Publish can be scoped"),
    ),
    # -- over stacks
    assembly(
        "an import that is everything",
        {
            "Api": policy(allow("s3:GetObject", {"Fn::ImportValue": "Scope"})),
            "Storage": resources({"Outputs": {"Scope": exported("Scope", "*")}}),
        },
        fails("Policy", f"{STATEMENT}.Resource", WIDE),
    ),
    # -- what the team accepts
    case(
        "an action that the team accepts on everything",
        policy(allow(["sns:Publish", "sqs:SendMessage"], "*")),
        fails("Policy", f"{STATEMENT}.Resource", "sqs:SendMessage can be scoped"),
        config=Config(iam=Iam(unscoped_actions=("sns:*",))),
    ),
    case(
        "nothing but what the team accepts on everything",
        policy(allow("SNS:Publish", "*")),
        *passes("Policy"),
        config=Config(iam=Iam(unscoped_actions=("sns:publish",))),
    ),
    case(
        "everything, of which the team accepts a part",
        policy(allow("*", "*")),
        fails("Policy", f"{STATEMENT}.Resource", "Every action is allowed on every resource."),
        config=Config(iam=Iam(unscoped_actions=("sns:Publish",))),
    ),
)
