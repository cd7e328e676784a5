"""API04 in CDK."""

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_


def failing(stack: cdk.Stack) -> None:
    """Lets anybody call the function by its URL."""
    handler = lambda_.Function(
        stack,
        "Handler",
        runtime=lambda_.Runtime.PYTHON_3_13,
        handler="index.handler",
        code=lambda_.Code.from_inline("def handler(event, context): ..."),
    )
    handler.add_function_url(auth_type=lambda_.FunctionUrlAuthType.NONE)


def mended(stack: cdk.Stack) -> None:
    """Lets in callers who sign their requests and are allowed to call."""
    handler = lambda_.Function(
        stack,
        "Handler",
        runtime=lambda_.Runtime.PYTHON_3_13,
        handler="index.handler",
        code=lambda_.Code.from_inline("def handler(event, context): ..."),
    )
    handler.add_function_url(auth_type=lambda_.FunctionUrlAuthType.AWS_IAM)
