"""IAM12: a statement can have an effect."""

from __future__ import annotations

from typing import Final

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
    undecided,
)

RULE: Final = "IAM12"
PLACE: Final = f"{STATEMENT}.Action"
BUCKET: Final = "arn:aws:s3:::items"
NO_SUCH: Final = "there is no such action"
OTHER: Final = "no resource of the statement is one"
NEEDS_ALL: Final = "it takes no resource, and needs `*`"
STREAM: Final = "arn:aws:kinesis:eu-west-1:123456789012:stream/items"
GRANTS: Final = {
    "cloudformation:ValidateTemplate": "arn:aws:cloudformation:eu-west-1:123456789012:stack/x/*",
    "dynamodb:GetRecords": get("Table", "Arn"),
    "dynamodb:GetShardIterator": get("Table", "Arn"),
    "dynamodb:ListStreams": get("Table", "StreamArn"),
    "kinesis:DescribeStreamConsumer": STREAM,
    "kinesis:ListStreams": STREAM,
    "kinesis:SubscribeToShard": STREAM,
    "logs:DescribeLogGroups": "arn:aws:logs:eu-west-1:123456789012:log-group:/x:*",
    "ssm:DescribeParameters": "arn:aws:ssm:eu-west-1:123456789012:parameter/app/x",
    "states:ListStateMachines": "arn:aws:states:eu-west-1:123456789012:stateMachine:x",
    "states:SendTaskFailure": "arn:aws:states:eu-west-1:123456789012:stateMachine:x",
    "states:SendTaskHeartbeat": "arn:aws:states:eu-west-1:123456789012:stateMachine:x",
    "states:SendTaskSuccess": "arn:aws:states:eu-west-1:123456789012:stateMachine:x",
}
TYPES: Final = (
    ("s3:ListBucket", "s3:GetObject", "AWS::S3::Bucket", "Arn"),
    ("dynamodb:GetItem", "dynamodb:DescribeStream", "AWS::DynamoDB::Table", "Arn"),
    ("dynamodb:DescribeStream", "dynamodb:GetItem", "AWS::DynamoDB::Table", "StreamArn"),
    ("dynamodb:GetItem", "s3:GetObject", "AWS::DynamoDB::GlobalTable", "Arn"),
    ("dynamodb:DescribeStream", "dynamodb:GetItem", "AWS::DynamoDB::GlobalTable", "StreamArn"),
    ("dynamodb:GetItem", "dynamodb:DescribeStream", "AWS::Serverless::SimpleTable", "Arn"),
    ("sqs:SendMessage", "sns:Publish", "AWS::SQS::Queue", "Arn"),
    ("sns:Publish", "sqs:SendMessage", "AWS::SNS::Topic", ""),
    ("sns:Publish", "sqs:SendMessage", "AWS::SNS::Topic", "TopicArn"),
    ("kms:Decrypt", "s3:GetObject", "AWS::KMS::Key", "Arn"),
    ("lambda:InvokeFunction", "sqs:SendMessage", "AWS::Lambda::Function", "Arn"),
    ("lambda:InvokeFunction", "sqs:SendMessage", "AWS::Serverless::Function", "Arn"),
    ("logs:PutLogEvents", "sqs:SendMessage", "AWS::Logs::LogGroup", "Arn"),
    ("logs:CreateLogGroup", "s3:GetObject", "AWS::Logs::LogGroup", "Arn"),
    ("secretsmanager:GetSecretValue", "ssm:GetParameter", "AWS::SecretsManager::Secret", ""),
    ("states:StartExecution", "states:StopExecution", "AWS::StepFunctions::StateMachine", ""),
    ("states:StartExecution", "states:StopExecution", "AWS::StepFunctions::StateMachine", "Arn"),
    ("kinesis:PutRecord", "firehose:PutRecord", "AWS::Kinesis::Stream", "Arn"),
    ("firehose:PutRecord", "kinesis:PutRecord", "AWS::KinesisFirehose::DeliveryStream", "Arn"),
    ("ecr:BatchGetImage", "ecs:RunTask", "AWS::ECR::Repository", "Arn"),
    ("ecs:ListContainerInstances", "ecs:RunTask", "AWS::ECS::Cluster", "Arn"),
    ("ecs:RunTask", "ecs:ListContainerInstances", "AWS::ECS::TaskDefinition", ""),
    ("events:PutEvents", "events:PutRule", "AWS::Events::EventBus", "Arn"),
    ("codebuild:StartBuild", "sqs:SendMessage", "AWS::CodeBuild::Project", "Arn"),
    ("cognito-idp:AdminGetUser", "sqs:SendMessage", "AWS::Cognito::UserPool", "Arn"),
    ("iam:PassRole", "iam:GetUser", "AWS::IAM::Role", "Arn"),
    ("iam:GetUser", "iam:PassRole", "AWS::IAM::User", "Arn"),
    ("iam:GetGroup", "iam:GetUser", "AWS::IAM::Group", "Arn"),
    ("iam:GetInstanceProfile", "iam:PassRole", "AWS::IAM::InstanceProfile", "Arn"),
    ("iam:GetPolicy", "iam:GetUser", "AWS::IAM::ManagedPolicy", ""),
)
"""What a reference to a type serves, and what it does not."""


def idle(name: str, action: object, on: object, phrase: str = OTHER, **more: Json) -> Case:
    """A statement that does nothing."""
    row = fails("Policy", PLACE, phrase)
    return case(name, policy(allow(action, on), more={**UNSET, **more}), row)


def fine(name: str, action: object, on: object, **more: object) -> Case:
    """A statement that does something."""
    return case(name, policy(allow(action, on, **more), more=UNSET), *passes("Policy"))


def asks(name: str, action: object, on: object) -> Case:
    """A statement whose effect only the deployment knows."""
    row = undecided("Policy", f"{STATEMENT}.Resource", "known only at deploy time")
    return case(name, policy(allow(action, on), more=UNSET), row)


def referring(action: str, kind: str, attribute: str) -> Json:
    """A policy on a reference to a resource of a type."""
    return resources(
        Target={"Type": kind},
        Policy=resource(
            "AWS::IAM::RolePolicy",
            PolicyDocument=document(
                allow(action, get("Target", attribute) if attribute else ref("Target"))
            ),
        ),
    )


CASES: Final = (
    # -- what does not exist
    idle(
        "a misspelt action",
        "s3:GetObjects",
        "*",
        "s3:GetObjects allows nothing: there is no such action",
    ),
    idle("an action of the API that IAM does not know", "s3:ListObjects", "*", NO_SUCH),
    idle("a wildcard that matches nothing", "s3:Fetch*", "*", NO_SUCH),
    idle("a misspelt service", "lamda:InvokeFunction", "*", "there is no such service"),
    idle("an action without a service", "GetObject", "*", "there is no such service"),
    idle("no such action on one resource", "sqs:SendMessageBatch", get("Key", "Arn"), NO_SUCH),
    fine("an action in capitals", "S3:GETOBJECT", "*"),
    fine("a wildcard that matches something", "s3:GetObj*", "*"),
    fine("every action", "*", BUCKET),
    fine("every action, spelt out", "*:*", get("Bucket", "Arn")),
    fine("a wildcard in the service", "s?:NoSuch", "*"),
    case(
        "no such action where resources are excluded",
        policy(
            {"Effect": "Allow", "Action": ["s3:GetObjects", "s3:GetObject"], "NotResource": "*"}
        ),
        fails("Policy", f"{PLACE}[0]", NO_SUCH),
    ),
    case(
        "each action is placed",
        policy(allow(["s3:ListBucket", "s3:GetObject", "s3:PutObject", "s3:Nothing"], BUCKET)),
        fails("Policy", f"{PLACE}[1]", "s3:GetObject allows nothing here: it takes"),
        fails("Policy", f"{PLACE}[2]", OTHER),
        fails("Policy", f"{PLACE}[3]", NO_SUCH),
    ),
    # -- another kind of resource
    idle(
        "objects by a bucket's ARN", "s3:GetObject", BUCKET, "arn:${Partition}:s3:::${BucketName}/"
    ),
    idle("objects by a bucket's attribute", "s3:GetObject", get("Bucket", "Arn")),
    idle("objects by a bucket's name", "s3:PutObject", sub("arn:aws:s3:::${Bucket}")),
    fine(
        "a bucket by its parts", "s3:ListBucket", join("arn:", PARTITION, ":s3:::", ref("Bucket"))
    ),
    idle("objects by a wildcard in the action", "s3:GetObject*", BUCKET),
    idle("a bucket by its objects", "s3:ListBucket", f"{BUCKET}/*"),
    idle("a bucket by its attribute's objects", "s3:ListBucket", join(get("Bucket", "Arn"), "/*")),
    idle("a bucket's bare name", "s3:ListBucket", ref("Bucket")),
    idle("a table by its indexes", "dynamodb:GetItem", join(get("Table", "Arn"), "/index/*")),
    idle("a table's bare name", "dynamodb:GetItem", ref("Table")),
    idle("a key by its alias", "kms:Decrypt", "arn:aws:kms:eu-west-1:123456789012:alias/items"),
    idle(
        "streams of a log group without them",
        "logs:PutLogEvents",
        "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/items",
    ),
    idle("a region where there is none", "s3:ListBucket", "arn:aws:s3:eu-west-1::items"),
    idle("no account where there is one", "iam:GetRole", "arn:aws:iam:eu-west-1:1:role/items"),
    idle("another service's resource", "sqs:SendMessage", BUCKET),
    idle("no ARN at all", "s3:GetObject", "items/*"),
    idle("in both branches", "s3:GetObject", either(BUCKET, "arn:aws:s3:::more")),
    idle("all of several resources", "s3:GetObject", [BUCKET, get("Table", "Arn")]),
    idle("nothing", "s3:GetObject", ""),
    idle("a number", "s3:GetObject", 7),
    fine("objects", "s3:GetObject", f"{BUCKET}/*"),
    fine("one object", "s3:GetObject", f"{BUCKET}/a/b.json"),
    fine("objects by attribute", "s3:GetObject", join(get("Bucket", "Arn"), "/*")),
    fine("objects by a pattern of buckets", "s3:GetObject", "arn:aws:s3:::items*"),
    fine("objects by question marks", "s3:GetObject", "arn:aws:s3:::items??"),
    fine(
        "objects of an access point",
        "s3:GetObject",
        "arn:aws:s3:eu-west-1:1:accesspoint/a/object/*",
    ),
    fine("a bucket", "s3:ListBucket", BUCKET),
    fine("one of several resources", ["s3:GetObject", "s3:ListBucket"], [BUCKET, f"{BUCKET}/*"]),
    fine("one of two branches", "s3:GetObject", either(BUCKET, f"{BUCKET}/*")),
    fine("a branch that is nothing", "s3:ListBucket", [BUCKET, either(f"{BUCKET}/*", NO_VALUE)]),
    fine("a bucket by a wildcard in the action", "s3:GetBucket*", BUCKET),
    fine("every ARN", "s3:GetObject", "arn:aws:*"),
    fine("everything among others", "s3:GetObject", [BUCKET, "*"]),
    fine("everything by Fn::Sub", "s3:GetObject", sub("*")),
    fine("indexes", "dynamodb:Query", join(get("Table", "Arn"), "/index/*")),
    fine(
        "a log group's streams", "logs:PutLogEvents", "arn:aws:logs:*:*:log-group:/aws/lambda/x:*"
    ),
    fine(
        "the root of an API", "execute-api:Invoke", "arn:aws:execute-api:eu-west-1:1:api/prod/GET/"
    ),
    fine(
        "a version of a function",
        "lambda:InvokeFunction",
        "arn:aws:lambda:eu-west-1:1:function:f:1",
    ),
    fine("a role with a path", "iam:PassRole", "arn:aws:iam::123456789012:role/service/items"),
    fine("one's own user", "iam:CreateAccessKey", "arn:aws:iam::123456789012:user/${aws:username}"),
    fine("objects of one's own", "s3:GetObject", "arn:aws:s3:::${aws:PrincipalTag/bucket}"),
    fine(
        "a name of pseudo parameters",
        "s3:ListBucket",
        sub("arn:${AWS::Partition}:s3:::items-${AWS::AccountId}-${AWS::Region}"),
    ),
    idle(
        "objects by a name of pseudo parameters",
        "s3:GetObject",
        sub("arn:aws:s3:::items-${AWS::AccountId}"),
    ),
    fine("an ARN of the stack", "cloudformation:DescribeStacks", ref("AWS::StackId")),
    fine("an import", "s3:GetObject", {"Fn::ImportValue": "Arn"}),
    fine("an import with objects", "s3:ListBucket", join({"Fn::ImportValue": "Arn"}, "/*")),
    fine("a reference to a type that is not listed", "s3:GetObject", get("Role", "RoleId")),
    fine("resources excluded", ["s3:GetObject"], "*", NotResource=BUCKET),
    case(
        "no resource at all",
        policy({"Effect": "Allow", "Action": ["s3:GetObject", "xray:PutTraceSegments"]}),
        *passes("Policy"),
    ),
    *(
        case(
            f"{action} on {kind} {attribute}",
            referring(action, kind, attribute),
            *passes("Policy"),
        )
        for action, _, kind, attribute in TYPES
    ),
    *(
        case(
            f"{other} on {kind} {attribute}",
            referring(other, kind, attribute),
            fails("Policy", PLACE, OTHER),
        )
        for _, other, kind, attribute in TYPES
    ),
    *(
        case(
            f"the name of {kind} for a bucket's",
            resources(
                Target={"Type": kind},
                Policy=resource(
                    "AWS::IAM::Policy",
                    PolicyDocument=document(
                        allow("s3:GetObject", join("arn:aws:s3:::", ref("Target")))
                    ),
                ),
            ),
            fails("Policy", PLACE, OTHER),
        )
        for kind in (
            "AWS::S3::Bucket",
            "AWS::DynamoDB::Table",
            "AWS::DynamoDB::GlobalTable",
            "AWS::Serverless::SimpleTable",
        )
    ),
    # -- actions that take no resource
    idle("traces on one resource", "xray:PutTraceSegments", get("Key", "Arn"), NEEDS_ALL),
    idle(
        "descriptions of one instance",
        "ec2:DescribeInstances",
        "arn:aws:ec2:eu-west-1:123456789012:instance/i-1",
        NEEDS_ALL,
    ),
    idle("all buckets listed by one", "s3:ListAllMyBuckets", BUCKET, NEEDS_ALL),
    idle("traces on an import", "xray:PutTraceSegments", {"Fn::ImportValue": "Arn"}, NEEDS_ALL),
    fine("traces on everything among others", "xray:PutTraceSegments", [BUCKET, "*"]),
    fine("traces on everything", "xray:PutTraceSegments", "*"),
    fine("descriptions by a wildcard on everything", "ec2:Describe*", "*"),
    # -- what CDK's grants add
    *(fine(f"{action} as CDK grants it", action, on) for action, on in GRANTS.items()),
    *(
        case(
            f"{action} on something else",
            policy(allow(action, BUCKET)),
            fails("Policy", PLACE, f"{action} allows nothing here"),
        )
        for action in GRANTS
    ),
    case(
        "a table's grant",
        policy(
            allow(
                [
                    "dynamodb:BatchGetItem",
                    "dynamodb:GetRecords",
                    "dynamodb:GetShardIterator",
                    "dynamodb:Query",
                    "dynamodb:GetItem",
                    "dynamodb:Scan",
                    "dynamodb:ConditionCheckItem",
                    "dynamodb:DescribeTable",
                ],
                [get("Table", "Arn"), join(get("Table", "Arn"), "/index/*")],
            )
        ),
        *passes("Policy"),
    ),
    # -- policy data
    case(
        "an action that is accepted",
        policy(allow(["S3:getObject", "s3:PutObject", "s3:Nothing"], BUCKET)),
        fails("Policy", f"{PLACE}[2]", NO_SUCH),
        config=Config(iam=Iam(idle_actions=("s3:GetObject", "s3:Put*"))),
    ),
    # -- what only the deployment knows
    asks("a parameter", "s3:GetObject", ref("Unset")),
    asks("two actions on a parameter", ["s3:GetObject", "s3:ListBucket"], ref("Unset")),
    asks("an action without resources on a parameter", "xray:PutTraceSegments", ref("Unset")),
    asks("a name of a parameter for an object's", "s3:GetObject", sub("arn:aws:s3:::${Unset}")),
    case(
        "a parameter among others",
        policy(allow("s3:GetObject", [BUCKET, 7, ref("Unset")]), more=UNSET),
        undecided("Policy", f"{STATEMENT}.Resource[2]", "parameter Unset has no default"),
    ),
    case(
        "a parameter, and what does not exist",
        policy(allow(["s3:Nothing", "s3:GetObject"], ref("Unset")), more=UNSET),
        fails("Policy", f"{PLACE}[0]", NO_SUCH),
        undecided("Policy", f"{STATEMENT}.Resource", "The resource of an Allow statement"),
    ),
    fine("a bucket's name of a parameter", "s3:ListBucket", sub("arn:aws:s3:::${Unset}")),
    asks("objects of a parameter", "s3:GetObject", join(ref("Unset"), "/*")),
    fine("a parameter beside what serves", "s3:GetObject", [ref("Unset"), f"{BUCKET}/*"]),
    case(
        "a policy that only the deployment knows",
        resources(UNSET, Policy=resource("AWS::IAM::ManagedPolicy", PolicyDocument=ref("Unset"))),
        undecided("Policy", "PolicyDocument", "parameter Unset has no default"),
    ),
    # -- over stacks
    assembly(
        "a bucket of another stack",
        {
            "Api": policy(allow("s3:GetObject", {"Fn::ImportValue": "Items"})),
            "Storage": resources(
                {"Outputs": {"Items": exported("Items", get("Items", "Arn"))}},
                Items={"Type": "AWS::S3::Bucket"},
            ),
        },
        fails("Policy", PLACE, OTHER),
    ),
    # -- what is not judged
    case("a denial", policy({**allow("s3:Nothing", "*"), "Effect": "Deny"}), *passes("Policy")),
    fine("a parameter as action", ref("Unset"), "*"),
    case("no statements", policy()),
    case(
        "a resource policy",
        resources(Key=resource("AWS::KMS::Key", KeyPolicy=document(allow("kms:Nothing", "*")))),
    ),
    case(
        "a connection by its service's older name",
        policy(
            allow(
                "codestar-connections:UseConnection",
                "arn:aws:codeconnections:eu-west-1:123456789012:connection/a",
            )
        ),
        *passes("Policy"),
    ),
    case(
        "a deployment group's hook, as CDK grants it",
        policy(
            allow(
                "codedeploy:PutLifecycleEventHookExecutionStatus",
                "arn:aws:codedeploy:eu-west-1:123456789012:deploymentgroup:items/prod",
            )
        ),
        *passes("Policy"),
    ),
)
