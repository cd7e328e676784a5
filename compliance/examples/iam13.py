"""IAM13 in CDK."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_


def failing(stack: cdk.Stack) -> None:
    """Runs two functions with one role."""
    role = iam.Role(stack, "Shared", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    for name in ("Read", "Write"):
        lambda_.Function(
            stack,
            name,
            runtime=lambda_.Runtime.PYTHON_3_13,
            handler="index.handler",
            code=lambda_.Code.from_inline("def handler(event, context): ..."),
            role=role,
        )


def mended(stack: cdk.Stack) -> None:
    """Names no role, so that each function has one of its own."""
    for name in ("Read", "Write"):
        lambda_.Function(
            stack,
            name,
            runtime=lambda_.Runtime.PYTHON_3_13,
            handler="index.handler",
            code=lambda_.Code.from_inline("def handler(event, context): ..."),
        )
