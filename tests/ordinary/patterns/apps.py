"""What joins stacks, and what CDK brings along itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import custom_resources

from tests.ordinary.pattern import function_defaults, high, low, ordinary
from tests.ordinary.patterns.parts import function

if TYPE_CHECKING:
    from tests.ordinary.pattern import Pattern

SHARED: Final = (*low("LOG06", "Logs"), *low("IAM04", "Consumer/Function/ServiceRole"))
WEAK: Final = {"@aws-cdk/core:defaultCrossStackReferences": "weak"}


def _share(stack: cdk.Stack) -> None:
    """Make a bucket, table and key in one stack, and use them in another."""
    key = kms.Key(stack, "Key", enable_key_rotation=True)
    bucket = s3.Bucket(stack, "Bucket", encryption_key=key)
    table = dynamodb.TableV2(
        stack,
        "Table",
        partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING),
    )
    group = logs.LogGroup(stack, "Logs", retention=logs.RetentionDays.ONE_MONTH)
    consumer = cdk.Stack(cdk.Stage.of(stack) or stack, "Consumer")
    worker = function(consumer, log_group=group)
    bucket.grant_read_write(worker)
    table.grant_read_write_data(worker)


@ordinary(SHARED)
def references_between_stacks(stack: cdk.Stack) -> None:
    """A function in one stack that uses a bucket, table and log group of another, by exports."""
    _share(stack)


@ordinary(SHARED, context=WEAK)
def weak_references_between_stacks(stack: cdk.Stack) -> None:
    """The same by `Fn::GetStackOutput`, as the recommended flags have it."""
    _share(stack)


@ordinary(function_defaults("Nested/Function"))
def nested_stack(stack: cdk.Stack) -> None:
    """A nested stack with a function that reads a bucket of its parent."""
    bucket = s3.Bucket(stack, "Bucket")
    nested = cdk.NestedStack(stack, "Nested")
    bucket.grant_read(function(nested))


@ordinary(function_defaults("Function", "Provider/framework-onEvent"))
def custom_resource_with_provider(stack: cdk.Stack) -> None:
    """A custom resource of the team behind CDK's provider framework."""
    provider = custom_resources.Provider(stack, "Provider", on_event_handler=function(stack))
    cdk.CustomResource(stack, "Thing", service_token=provider.service_token)


@ordinary(function_defaults("AWS679f53fac002430cb0da5b7982bd2287"))
def custom_resource_of_one_call(stack: cdk.Stack) -> None:
    """A parameter of another region, read by CDK's own function."""
    arn = stack.format_arn(
        service="ssm", region="eu-west-1", resource="parameter", resource_name="items/certificate"
    )
    custom_resources.AwsCustomResource(
        stack,
        "Read",
        on_update=custom_resources.AwsSdkCall(
            service="SSM",
            action="GetParameter",
            parameters={"Name": "/items/certificate"},
            region="eu-west-1",
            physical_resource_id=custom_resources.PhysicalResourceId.of("certificate"),
        ),
        policy=custom_resources.AwsCustomResourcePolicy.from_sdk_calls(resources=[arn]),
    )


@ordinary(
    function_defaults("AWS679f53fac002430cb0da5b7982bd2287"),
    high(
        "IAM01",
        "Read/CustomResourcePolicy",
        because="CDK's own function may read every parameter of the account",
    ),
)
def custom_resource_on_anything(stack: cdk.Stack) -> None:
    """The same with the policy that CDK's examples show."""
    custom_resources.AwsCustomResource(
        stack,
        "Read",
        on_update=custom_resources.AwsSdkCall(
            service="SSM",
            action="GetParameter",
            parameters={"Name": "/items/certificate"},
            physical_resource_id=custom_resources.PhysicalResourceId.of("certificate"),
        ),
        policy=custom_resources.AwsCustomResourcePolicy.from_sdk_calls(
            resources=custom_resources.AwsCustomResourcePolicy.ANY_RESOURCE
        ),
    )


PATTERNS: Final[tuple[Pattern, ...]] = (
    references_between_stacks,
    weak_references_between_stacks,
    nested_stack,
    custom_resource_with_provider,
    custom_resource_of_one_call,
    custom_resource_on_anything,
)
