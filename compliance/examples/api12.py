"""API12 in CDK."""

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigw

CALLER = "method.request.header.Authorization"


def failing(stack: cdk.Stack) -> None:
    """Answers one caller with what it has kept of another's answer."""
    api = apigw.RestApi(
        stack,
        "Items",
        deploy_options=apigw.StageOptions(
            cache_cluster_enabled=True, caching_enabled=True, cache_data_encrypted=True
        ),
    )
    api.root.add_method(
        "GET",
        apigw.HttpIntegration("https://example.com"),
        authorization_type=apigw.AuthorizationType.IAM,
    )


def mended(stack: cdk.Stack) -> None:
    """Keeps answers apart by what says who calls."""
    api = apigw.RestApi(
        stack,
        "Items",
        deploy_options=apigw.StageOptions(
            cache_cluster_enabled=True, caching_enabled=True, cache_data_encrypted=True
        ),
    )
    api.root.add_method(
        "GET",
        apigw.HttpIntegration(
            "https://example.com",
            options=apigw.IntegrationOptions(cache_key_parameters=[CALLER]),
        ),
        authorization_type=apigw.AuthorizationType.IAM,
        request_parameters={CALLER: True},
    )
