"""API02 in CDK."""

import aws_cdk as cdk
from aws_cdk import aws_apigatewayv2 as apigwv2
from aws_cdk.aws_apigatewayv2_authorizers import HttpIamAuthorizer
from aws_cdk.aws_apigatewayv2_integrations import HttpUrlIntegration


def failing(stack: cdk.Stack) -> None:
    """Has a route that answers anybody."""
    api = apigwv2.HttpApi(stack, "Items")
    api.add_routes(path="/items", integration=HttpUrlIntegration("Backend", "https://example.com"))


def mended(stack: cdk.Stack) -> None:
    """Has every route answer callers who sign their requests."""
    api = apigwv2.HttpApi(stack, "Items", default_authorizer=HttpIamAuthorizer())
    api.add_routes(path="/items", integration=HttpUrlIntegration("Backend", "https://example.com"))
