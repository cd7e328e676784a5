"""API05 in CDK."""

import aws_cdk as cdk
from aws_cdk import aws_appsync as appsync


def failing(stack: cdk.Stack) -> None:
    """Lets in whoever has read the key out of one of the clients."""
    appsync.CfnGraphQLApi(stack, "Items", name="items", authentication_type="API_KEY")


def mended(stack: cdk.Stack) -> None:
    """Lets in callers who sign their requests."""
    appsync.CfnGraphQLApi(stack, "Items", name="items", authentication_type="AWS_IAM")
