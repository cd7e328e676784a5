"""Where an own rule and a stock check say different things of the same construct, and who is right.

Within the three families: IAM, API auth, logs. A test holds both verdicts of each row.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final


class Right(enum.StrEnum):
    """Who is right."""

    OWN = "own"
    BOTH = "both"


@dataclass(frozen=True)
class Disagreement:
    """One construct, two verdicts.

    Attributes:
        pattern: where.
        construct: path, as patterns write it.
        stock: ids of a rule of cdk-nag (the beginning of all its findings where it ends in `::`)
            and of a check of Checkov; empty where neither has one.
        own: what the own rules say of the construct, such as `LOG03 high`; empty for nothing.
        right: who is right.
        why: the fact of AWS that it rests on.
        about: words of the matter, where no stock check asks about it.
    """

    pattern: str
    construct: str
    stock: tuple[str, ...]
    own: str
    right: Right
    why: str
    about: str = ""


STOCK_ALONE: Final[tuple[Disagreement, ...]] = (
    Disagreement(
        "bucket-grants",
        "Reader/ServiceRole/DefaultPolicy",
        ("AwsSolutions-IAM5[Action::s3:GetObject*]",),
        "",
        Right.OWN,
        "`grant_read`: reads of one bucket, which the statement names. The wildcard reaches no "
        "other bucket and no write.",
    ),
    Disagreement(
        "bucket-grants",
        "Reader/ServiceRole/DefaultPolicy",
        ("NIST.800.53.R5-IAMNoInlinePolicy",),
        "",
        Right.OWN,
        "Every grant of CDK is an `AWS::IAM::Policy`. How a policy is attached does not change "
        "what it allows, and one of a single role goes with the role.",
    ),
    Disagreement(
        "table-grants",
        "Reader/ServiceRole/DefaultPolicy",
        ("AwsSolutions-IAM5[Resource::<TableCD117FA1.Arn>/index/*]",),
        "",
        Right.OWN,
        "`…/index/*` below one table's ARN are the indexes of that table alone.",
    ),
    Disagreement(
        "state-machine-with-logs",
        "Machine/Role/DefaultPolicy",
        ("AwsSolutions-IAM5[Resource::<Function76856677.Arn>:*]",),
        "",
        Right.OWN,
        "What follows the colon is a version or an alias of that one function.",
    ),
    Disagreement(
        "traced-function",
        "Function/ServiceRole/DefaultPolicy",
        ("AwsSolutions-IAM5[Resource::*]",),
        "",
        Right.OWN,
        "`xray:PutTraceSegments` takes no resource: the Service Authorization Reference lists no "
        "type for it, so `*` is the only form.",
    ),
    Disagreement(
        "user-pool-with-text-messages",
        "Users/smsRole",
        ("AwsSolutions-IAM5[Resource::*]", "CKV_AWS_111"),
        "",
        Right.OWN,
        "The role sends text messages by `sns:Publish` to phone numbers, which have no ARN; its "
        "trust asks for an external id.",
    ),
    Disagreement(
        "delivery-of-the-app",
        "Delivery/UpdatePipeline/SelfMutation/Role/DefaultPolicy",
        ("AwsSolutions-IAM5[Resource::arn:*:iam::<AWS::AccountId>:role/*]",),
        "IAM01 high",
        Right.OWN,
        "`sts:AssumeRole` on `role/*` is narrowed by `iam:ResourceTag/aws-cdk:bootstrap-role`. "
        "IAM01 is about another statement of the same policy, reads on `*`.",
    ),
    Disagreement(
        "default-function",
        "Function/ServiceRole",
        ("AwsSolutions-IAM4[Policy::",),
        "IAM04 low",
        Right.BOTH,
        "AWSLambdaBasicExecutionRole writes to any log group and reads nothing. It is wider than "
        "needed, and no reason to stop a release.",
    ),
    Disagreement(
        "rest-api-with-execution-logs",
        "Api/CloudWatchRole",
        ("AwsSolutions-IAM4[Policy::",),
        "",
        Right.OWN,
        "One role of API Gateway for all APIs of the account and region; "
        "AmazonAPIGatewayPushToCloudWatchLogs is what AWS documents for it.",
    ),
    Disagreement(
        "load-balancer-with-access-logs",
        "Function/Invoke2UTWxhlfyqbT5FTn--5jvgbLgj+FfJwzswGk55DU1H--Y=",
        ("CKV_AWS_364",),
        "IAM10 low",
        Right.OWN,
        "The source would be the target group, which registers the function as it is made and "
        "needs the permission before: the two would wait for each other.",
    ),
    Disagreement(
        "rest-api-iam",
        "Api/Default/GET",
        ("AwsSolutions-COG4",),
        "",
        Right.OWN,
        "The method asks for a signature (`AWS_IAM`): that is authorization.",
    ),
    Disagreement(
        "websocket-api",
        "Api/$default-Route",
        ("AwsSolutions-APIG4",),
        "",
        Right.OWN,
        "A WebSocket API asks who calls at `$connect` alone; no other route can have an "
        "authorizer.",
    ),
    Disagreement(
        "rest-api-with-usage-plan",
        "Api/DeploymentStage.prod",
        ("Serverless-APIGWDefaultThrottling",),
        "API10 medium",
        Right.OWN,
        "The usage plan throttles the stage, and the method asks for a key. API10 is about the "
        "access log.",
    ),
    Disagreement(
        "rest-api-with-execution-logs",
        "Api/DeploymentStage.prod",
        ("Serverless-APIGWDefaultThrottling",),
        "API10 medium, LOG04 medium",
        Right.OWN,
        "The rate is limited for the whole stage. The stock rule wants a burst too, which is the "
        "size of the token bucket that the rate fills.",
    ),
    Disagreement(
        "rest-api-cognito",
        "Api/DeploymentStage.prod",
        ("NIST.800.53.R5-APIGWCacheEnabledAndEncrypted", "CKV_AWS_120"),
        "",
        Right.OWN,
        "A cache protects nobody. Without the caller in its key it hands one's answer to another; "
        "that is what API12 asks of those that are on.",
    ),
    Disagreement(
        "rest-api-cognito",
        "Api/DeploymentStage.prod",
        ("AwsSolutions-APIG6", "NIST.800.53.R5-APIGWExecutionLoggingEnabled"),
        "",
        Right.BOTH,
        "The stage writes access logs, which say who called what. Whether it writes execution logs "
        "too is a team's choice; LOG04 asks that they expire.",
    ),
    Disagreement(
        "event-rule-targets",
        "Machine",
        ("AwsSolutions-SF1",),
        "",
        Right.BOTH,
        "Another question: the stock rule asks for a log, LOG05 that a log that is on has a group "
        "which expires.",
    ),
    Disagreement(
        "state-machine-runs-container",
        "Task",
        ("AwsSolutions-ECS7",),
        "",
        Right.BOTH,
        "Likewise, of a container.",
    ),
    Disagreement(
        "default-function",
        "Function/LogGroup",
        ("NIST.800.53.R5-CloudWatchLogGroupEncrypted", "CKV_AWS_158"),
        "LOG06 low",
        Right.BOTH,
        "CloudWatch Logs encrypts every group. A key of one's own adds that one can withdraw it: "
        "listed, and blocks only where the key locks the service out. In cdk-nag it is an error.",
    ),
)
"""A stock check fails; the own rules are silent, or say less."""

OWN_ALONE: Final[tuple[Disagreement, ...]] = (
    Disagreement(
        "function-without-log-group",
        "Function",
        (),
        "LOG03 high",
        Right.OWN,
        "Lambda makes `/aws/lambda/<name>` at the first call, and it never expires. No check of "
        "either asks for the group.",
        about="log group",
    ),
    Disagreement(
        "auto-delete-objects",
        "Custom::S3AutoDeleteObjectsCustomResourceProvider/Handler",
        (),
        "LOG03 high",
        Right.OWN,
        "The same of the functions that CDK adds for itself.",
        about="log group",
    ),
    Disagreement(
        "auto-delete-objects",
        "Custom::S3AutoDeleteObjectsCustomResourceProvider/Role",
        ("AwsSolutions-IAM4[Policy::",),
        "IAM04 low",
        Right.OWN,
        "CDK makes this role as an untyped `CfnResource`, which cdk-nag's rule does not look at. "
        "The template shows the policy.",
    ),
    Disagreement(
        "rest-api-with-execution-logs",
        "Api/DeploymentStage.prod",
        (),
        "API10 medium, LOG04 medium",
        Right.OWN,
        "API Gateway makes `API-Gateway-Execution-Logs_<api>/<stage>`, and it never expires. Of "
        "the execution log's group no stock check speaks; of the missing access log they do.",
        about="execution log",
    ),
    Disagreement(
        "default-build",
        "Build",
        (),
        "LOG05 medium",
        Right.OWN,
        "CodeBuild makes `/aws/codebuild/<project>`, and it never expires. What the stock rules "
        "say of this project is about its key (AwsSolutions-CB4).",
        about="log",
    ),
    Disagreement(
        "function-with-log-retention",
        "Function/LogRetention",
        (),
        "LOG05 medium",
        Right.OWN,
        "The group belongs to no stack: `Custom::LogRetention` sets its retention, and that is "
        "all that can be said of it.",
        about="log",
    ),
    Disagreement(
        "grant-to-another-account",
        "Bucket/Policy",
        (),
        "IAM09 critical",
        Right.OWN,
        "The bucket's policy lets in an account that nobody has named. The stock checks look for "
        "`*` as principal at most.",
        about="account|principal",
    ),
    Disagreement(
        "trail-with-logs",
        "Trail/S3/Policy",
        (),
        "IAM09 low",
        Right.OWN,
        "CloudTrail may write for anybody's trail; AWS asks for `aws:SourceArn` in this policy. "
        "CDK's L2 leaves it out.",
        about="source|principal|service",
    ),
    Disagreement(
        "secret-with-rotation",
        "Function/InvokeN0--a2GKfZP0JmDqDE--Vhhu6+A0TUv3NyNbk4YM+FKNc=",
        ("NIST.800.53.R5-LambdaFunctionPublicAccessProhibited",),
        "IAM10 high",
        Right.OWN,
        "cdk-nag asks about `*` as principal only. Checkov's CKV_AWS_364 fails it as IAM10 does: "
        "AWS recommends `SourceAccount` for a rotation function's permission.",
    ),
    Disagreement(
        "delivery-of-the-app",
        "Delivery/UpdatePipeline/SelfMutation/Role/DefaultPolicy",
        ("CKV_AWS_107", "CKV_AWS_108", "CKV_AWS_109", "CKV_AWS_111"),
        "IAM01 high",
        Right.OWN,
        "`s3:ListBucket` on `*` lists the objects of every bucket. It is none of the reads that "
        "Checkov knows; cdk-nag's IAM5 agrees.",
    ),
)
"""An own rule fails; the stock check passes, or there is none."""
