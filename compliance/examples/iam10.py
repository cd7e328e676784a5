"""IAM10 in CDK."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_


def failing(stack: cdk.Stack) -> None:
    """Lets S3 invoke the function for any customer's bucket."""
    function = lambda_.Function(
        stack,
        "Handler",
        runtime=lambda_.Runtime.PYTHON_3_13,
        handler="index.handler",
        code=lambda_.Code.from_inline("def handler(event, context): ..."),
    )

    function.add_permission("Uploads", principal=iam.ServicePrincipal("s3.amazonaws.com"))


def mended(stack: cdk.Stack) -> None:
    """Lets S3 invoke the function for one bucket of this account."""
    function = lambda_.Function(
        stack,
        "Handler",
        runtime=lambda_.Runtime.PYTHON_3_13,
        handler="index.handler",
        code=lambda_.Code.from_inline("def handler(event, context): ..."),
    )

    function.add_permission(
        "Uploads",
        principal=iam.ServicePrincipal("s3.amazonaws.com"),
        source_arn="arn:aws:s3:::uploads",
        source_account=stack.account,
    )
