"""An app that leaves everything open, and beside it what an aspect has to leave alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigw
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import custom_resources as cr

from compliance.aspects import mending
from compliance.aspects.interface import Aspect
from compliance.config import Aspects

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from constructs import Construct

    from compliance.aspects import Change
    from compliance.aspects.tree import Tree

EVERYTHING: Final = Aspects(
    retention_days=400,
    function_log_groups=True,
    tracing=True,
    tls_only=True,
    permissions_boundary="Boundary",
)


class Counting(Aspect):
    """Changes nothing, and notes how often it is called, each time with how many log groups."""

    name = "counting"

    def __init__(self) -> None:
        self.calls: list[int] = []

    def wanted(self, settings: Aspects) -> bool:
        """Whether retention is asked for."""
        return settings.retention_days is not None

    def mend(self, tree: Tree, settings: Aspects) -> Iterator[Change]:  # noqa: ARG002 - the interface's
        """Count."""
        self.calls.append(len(tree.of("AWS::Logs::LogGroup")))
        yield from ()


def synthesize(folder: Path) -> None:
    """Write the app as it is, mended, and mended by aspects that were put on it twice.

    And what was changed: `plain.json`, `mended.json`, and in `twice.json` what the second ones
    changed and what is changed after that.
    """
    folder.mkdir()
    app = _app(folder / "plain")
    plain = mending.attach(app, Aspects())
    counting = Counting()
    counted = _app(folder / "counted")
    mending.attach(counted, EVERYTHING, aspects=[counting])
    counted.synth()
    (folder / "counted.json").write_text(json.dumps(counting.calls))
    app.synth()
    _write(folder / "plain.json", plain.changes)

    app = _app(folder / "mended")
    mended = mending.attach(app, EVERYTHING)
    app.synth()
    _write(folder / "mended.json", mended.changes)

    app = _app(folder / "twice")
    mending.attach(app, EVERYTHING)
    second = mending.attach(app, EVERYTHING)
    app.synth()
    later = [
        *mending.mend(app, EVERYTHING),
        *mending.mend(app, Aspects(tracing=True)),
    ]
    _write(folder / "twice.json", [*second.changes, *later])


def _app(folder: Path) -> cdk.App:
    app = cdk.App(outdir=str(folder), analytics_reporting=False)
    logging(cdk.Stack(app, "Logging"))
    tracing(cdk.Stack(app, "Tracing"))
    transport(cdk.Stack(app, "Transport"))
    bounds(cdk.Stack(app, "Bounds"))
    stage = cdk.Stage(app, "Prod")
    inner = cdk.Stack(stage, "Inner")
    logs.LogGroup(inner, "Forever", retention=logs.RetentionDays.INFINITE)
    nested = cdk.NestedStack(inner, "Nested")
    logs.LogGroup(nested, "Forever", retention=logs.RetentionDays.INFINITE)
    cdk.Tags.of(app).add("team", "items")
    return app


def logging(stack: cdk.Stack) -> None:
    """Log groups, and functions with and without one."""
    logs.LogGroup(stack, "Forever", retention=logs.RetentionDays.INFINITE)
    logs.LogGroup(stack, "Week", retention=logs.RetentionDays.ONE_WEEK)
    logs.CfnLogGroup(stack, "Declared")
    cdk.CfnResource(stack, "Untyped", type="AWS::Logs::LogGroup")
    overridden = logs.CfnLogGroup(stack, "Overridden")
    overridden.add_property_override("RetentionInDays", 30)

    _function(stack, "Bare")
    _function(stack, "Json", logging_format=lambda_.LoggingFormat.JSON)
    lambda_.CfnFunction(
        stack,
        "Low",
        code={"zip_file": "x"},
        handler="index.handler",
        runtime="python3.13",
        role=_role(stack, "LowRole").role_arn,
    )
    _function(stack, "Own", log_group=logs.LogGroup(stack, "OwnLogs"))
    named = _function(stack, "Named")
    logs.LogGroup(stack, "NamedLogs", log_group_name=f"/aws/lambda/{named.function_name}")
    _function(stack, "Literal", function_name="literal")
    logs.LogGroup(stack, "LiteralLogs", log_group_name="/aws/lambda/literal")
    _function(stack, "Foreign", role=_foreign(stack))
    _function(stack, "Edge", role=_role(stack, "EdgeRole", "edgelambda"))
    cdk.CfnResource(stack, "Roleless", type="AWS::Lambda::Function")
    _function(stack, "Narrow", role=_role(stack, "NarrowRole"))
    # Their functions are CDK's own: an untyped resource, and a singleton.
    s3.Bucket(stack, "Emptied", auto_delete_objects=True, removal_policy=cdk.RemovalPolicy.DESTROY)
    cr.AwsCustomResource(
        stack,
        "Custom",
        on_create=cr.AwsSdkCall(
            service="S3",
            action="listBuckets",
            physical_resource_id=cr.PhysicalResourceId.of("x"),
        ),
        policy=cr.AwsCustomResourcePolicy.from_sdk_calls(resources=["arn:aws:s3:::x"]),
        install_latest_aws_sdk=False,
    )


def tracing(stack: cdk.Stack) -> None:
    """Functions, stages and state machines that say something of tracing, or nothing."""
    _function(stack, "Silent")
    _function(stack, "Traced", tracing=lambda_.Tracing.ACTIVE)
    _function(stack, "Passing", tracing=lambda_.Tracing.PASS_THROUGH)
    _function(stack, "Foreign", role=_foreign(stack))
    _function(stack, "Edge", role=_role(stack, "EdgeRole", "edgelambda"))
    api = apigw.RestApi(stack, "Api")
    api.root.add_method("GET")
    deployment = api.latest_deployment
    assert deployment is not None
    apigw.Stage(stack, "Off", deployment=deployment, stage_name="off", tracing_enabled=False)
    untyped = {"RestApiId": api.rest_api_id, "DeploymentId": deployment.deployment_id}
    cdk.CfnResource(stack, "Untyped", type="AWS::ApiGateway::Stage", properties=untyped)
    body = sfn.DefinitionBody.from_string("{}")
    sfn.StateMachine(stack, "Steps", definition_body=body)
    sfn.StateMachine(stack, "TracedSteps", definition_body=body, tracing_enabled=True)
    foreign = sfn.CfnStateMachine(stack, "ForeignSteps", role_arn="arn:aws:iam::1:role/r")
    foreign.definition_string = "{}"
    cdk.CfnResource(
        stack,
        "UntypedSteps",
        type="AWS::StepFunctions::StateMachine",
        properties={"RoleArn": _role(stack, "StepsRole", "states").role_arn},
    )


def transport(stack: cdk.Stack) -> None:
    """Buckets, queues and topics with and without a policy, by each way to write one."""
    s3.Bucket(stack, "Bucket")
    s3.Bucket(stack, "Strict", enforce_ssl=True)
    s3.CfnBucket(stack, "LowBucket")
    listed = s3.CfnBucket(stack, "Listed")
    s3.CfnBucketPolicy(
        stack,
        "ListedPolicy",
        bucket=listed.ref,
        policy_document={"Version": "2012-10-17", "Statement": _reads(listed.attr_arn)},
    )
    untyped = s3.CfnBucket(stack, "UntypedPolicyBucket")
    cdk.CfnResource(
        stack,
        "UntypedPolicy",
        type="AWS::S3::BucketPolicy",
        properties={"Bucket": untyped.ref, "PolicyDocument": {"Statement": []}},
    )
    refused = s3.CfnBucket(stack, "Refusing")
    s3.CfnBucketPolicy(
        stack,
        "RefusingPolicy",
        bucket=refused.ref,
        policy_document={
            "Statement": [
                _reads(refused.attr_arn),
                _denies(refused.attr_arn, {"AWS": "arn:aws:iam::123456789012:root"}),
                _denies(refused.attr_arn, "*", "aws:ViaAWSService"),
                {
                    "Effect": "Deny",
                    "Principal": {"AWS": "*"},
                    "Action": "s3:*",
                    "Resource": f"{refused.attr_arn}/*",
                    "Condition": {"Bool": {"AWS:SecureTransport": False}},
                },
            ]
        },
    )
    sqs.Queue(stack, "Queue")
    sqs.Queue(stack, "StrictQueue", enforce_ssl=True)
    one, two = sqs.CfnQueue(stack, "One"), sqs.CfnQueue(stack, "Two")
    sqs.CfnQueuePolicy(
        stack,
        "Shared",
        queues=[one.ref, two.ref],
        policy_document={
            "Statement": [
                {
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "sqs:*",
                    "Resource": one.attr_arn,
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                }
            ]
        },
    )
    sns.Topic(stack, "Topic")
    sns.Topic(stack, "StrictTopic", enforce_ssl=True)
    open_topic = sns.Topic(stack, "OpenTopic")
    open_topic.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[iam.ServicePrincipal("s3.amazonaws.com")],
            actions=["sns:Publish"],
            resources=[open_topic.topic_arn],
        )
    )
    sns.CfnTopic(stack, "LowTopic")
    sqs.CfnQueue(stack, "LowQueue")
    partly = s3.CfnBucket(stack, "Partly")
    s3.CfnBucketPolicy(
        stack,
        "PartlyPolicy",
        bucket=partly.ref,
        policy_document={
            "Statement": [
                _denies(partly.attr_arn, {"AWS": "arn:aws:iam::123456789012:root"}),
                _denies(partly.attr_arn, "*", "aws:ViaAWSService"),
                _denies(partly.attr_arn, "*", value="true"),
                {**_denies(partly.attr_arn, "*"), "Effect": "Allow"},
            ]
        },
    )
    s3.CfnBucketPolicy(stack, "ForeignPolicy", bucket="elsewhere", policy_document={})


def bounds(stack: cdk.Stack) -> None:
    """Roles and users with and without a boundary."""
    _role(stack, "Unbound")
    iam.User(stack, "User")
    iam.Group(stack, "Group")
    cdk.CfnResource(stack, "Untyped", type="AWS::IAM::Role")
    iam.CfnRole(
        stack,
        "Bound",
        assume_role_policy_document={},
        permissions_boundary="arn:aws:iam::1:policy/Mine",
    )


def _reads(arn: str) -> dict[str, object]:
    return {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
        "Action": "s3:GetObject",
        "Resource": f"{arn}/*",
    }


def _function(stack: cdk.Stack, name: str, **more: Any) -> lambda_.Function:  # noqa: ANN401 - CDK's own
    return lambda_.Function(
        stack,
        name,
        runtime=lambda_.Runtime.PYTHON_3_13,
        handler="index.handler",
        code=lambda_.Code.from_inline("def handler(event, context): ..."),
        **more,
    )


def _denies(
    arn: str, principal: object, key: str = "aws:SecureTransport", value: str = "false"
) -> dict[str, object]:
    return {
        "Effect": "Deny",
        "Principal": principal,
        "Action": "s3:*",
        "Resource": f"{arn}/*",
        "Condition": {"Bool": {key: value}},
    }


def _role(stack: cdk.Stack, name: str, service: str = "lambda") -> iam.Role:
    return iam.Role(stack, name, assumed_by=iam.ServicePrincipal(f"{service}.amazonaws.com"))


def _foreign(scope: Construct) -> iam.IRole:
    return iam.Role.from_role_arn(
        scope, "ForeignRole", "arn:aws:iam::123456789012:role/foreign", mutable=False
    )


def _write(path: Path, changes: Sequence[Change]) -> None:
    path.write_text(json.dumps([change.model_dump() for change in changes]), encoding="utf-8")
