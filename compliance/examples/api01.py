"""API01 in CDK."""

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigw


def failing(stack: cdk.Stack) -> None:
    """Answers anybody."""
    api = apigw.RestApi(stack, "Items")
    api.root.add_method("GET", apigw.MockIntegration())


def mended(stack: cdk.Stack) -> None:
    """Answers callers who sign their requests."""
    api = apigw.RestApi(stack, "Items")
    api.root.add_method(
        "GET", apigw.MockIntegration(), authorization_type=apigw.AuthorizationType.IAM
    )
