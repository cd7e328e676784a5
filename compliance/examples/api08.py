"""API08 in CDK."""

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigw


def failing(stack: cdk.Stack) -> None:
    """Lets any web page read the answers."""
    api = apigw.RestApi(stack, "Items")
    api.root.add_method("GET", authorization_type=apigw.AuthorizationType.IAM)
    api.root.add_cors_preflight(allow_origins=apigw.Cors.ALL_ORIGINS)


def mended(stack: cdk.Stack) -> None:
    """Names the page that calls the API."""
    api = apigw.RestApi(stack, "Items")
    api.root.add_method("GET", authorization_type=apigw.AuthorizationType.IAM)
    api.root.add_cors_preflight(allow_origins=["https://shop.example.com"])
