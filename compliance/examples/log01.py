"""LOG01 in CDK."""

import aws_cdk as cdk
from aws_cdk import aws_logs as logs


def failing(stack: cdk.Stack) -> None:
    """Keeps every line forever."""
    logs.LogGroup(stack, "Orders", retention=logs.RetentionDays.INFINITE)


def mended(stack: cdk.Stack) -> None:
    """Keeps a line for a year."""
    logs.LogGroup(stack, "Orders", retention=logs.RetentionDays.ONE_YEAR)
