"""Functions, and what calls them straight away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_ssm as ssm

from tests.ordinary.pattern import function_defaults, high, legacy_retention, low, ordinary
from tests.ordinary.patterns.parts import function, network

if TYPE_CHECKING:
    import aws_cdk as cdk

    from tests.ordinary.pattern import Pattern


@ordinary(function_defaults("Function"))
def default_function(stack: cdk.Stack) -> None:
    """A function without any setting: the recommended flags give it a log group."""
    function(stack)


@ordinary(
    low("IAM04", "Function/ServiceRole"),
    high("LOG03", "Function", because="Lambda makes a group for it that never expires"),
    context={"@aws-cdk/aws-lambda:useCdkManagedLogGroup": False},
)
def function_without_log_group(stack: cdk.Stack) -> None:
    """The same in an app without that flag."""
    function(stack)


@ordinary(function_defaults("Function", vpc=True))
def function_in_vpc(stack: cdk.Stack) -> None:
    """A function with an address in a private subnet."""
    function(stack, vpc=network(stack))


@ordinary(low("IAM04", "Function/ServiceRole"), low("IAM09", "Key"))
def function_with_log_group(stack: cdk.Stack) -> None:
    """A function that logs to an encrypted group of a month."""
    key = kms.Key(stack, "Key", enable_key_rotation=True)
    key.grant_encrypt_decrypt(iam.ServicePrincipal("logs.us-east-1.amazonaws.com"))
    group = logs.LogGroup(stack, "Logs", retention=logs.RetentionDays.ONE_MONTH, encryption_key=key)
    function(stack, log_group=group)


@ordinary(low("IAM04", "Function/ServiceRole"), legacy_retention("Function/LogRetention"))
def function_with_log_retention(stack: cdk.Stack) -> None:
    """The legacy way to make a function's logs expire."""
    function(stack, log_retention=logs.RetentionDays.ONE_MONTH)


@ordinary(function_defaults("Function"))
def traced_function(stack: cdk.Stack) -> None:
    """A function with X-Ray, a queue for what failed, and a parameter to read."""
    parameter = ssm.StringParameter(stack, "Setting", string_value="on")
    worker = function(
        stack, tracing=lambda_.Tracing.ACTIVE, dead_letter_queue=sqs.Queue(stack, "Failed")
    )
    parameter.grant_read(worker)


@ordinary(function_defaults("Caller", "Function"))
def function_calls_function(stack: cdk.Stack) -> None:
    """A function that may call an alias of another."""
    callee = function(stack)
    alias = lambda_.Alias(stack, "Live", alias_name="live", version=callee.current_version)
    alias.grant_invoke(function(stack, "Caller"))


@ordinary(function_defaults("Function"))
def function_url(stack: cdk.Stack) -> None:
    """A function with an address for callers who sign, one role among them."""
    url = function(stack).add_function_url()
    caller = iam.Role(stack, "Caller", assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"))
    url.grant_invoke_url(caller)


PATTERNS: Final[tuple[Pattern, ...]] = (
    default_function,
    function_without_log_group,
    function_in_vpc,
    function_with_log_group,
    function_with_log_retention,
    traced_function,
    function_calls_function,
    function_url,
)
