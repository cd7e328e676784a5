"""LOG07 in CDK."""

import aws_cdk as cdk
from aws_cdk import aws_logs as logs


def failing(stack: cdk.Stack) -> None:
    """Deletes the record with the stack."""
    logs.LogGroup(
        stack,
        "Audit",
        retention=logs.RetentionDays.ONE_YEAR,
        removal_policy=cdk.RemovalPolicy.DESTROY,
    )


def mended(stack: cdk.Stack) -> None:
    """Keeps the record until it expires."""
    logs.LogGroup(
        stack,
        "Audit",
        retention=logs.RetentionDays.ONE_YEAR,
        removal_policy=cdk.RemovalPolicy.RETAIN,
    )
