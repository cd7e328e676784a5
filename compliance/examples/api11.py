"""API11 in CDK."""

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigw


def failing(stack: cdk.Stack) -> None:
    """May use up what all APIs of the account share."""
    api = apigw.RestApi(stack, "Items")
    api.root.add_method("GET", authorization_type=apigw.AuthorizationType.IAM)


def mended(stack: cdk.Stack) -> None:
    """Takes 100 calls a second, and 50 at once."""
    api = apigw.RestApi(
        stack,
        "Items",
        deploy_options=apigw.StageOptions(throttling_rate_limit=100, throttling_burst_limit=50),
    )
    api.root.add_method("GET", authorization_type=apigw.AuthorizationType.IAM)
