"""API09 in CDK."""

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigw


def failing(stack: cdk.Stack) -> None:
    """Writes requests and answers, bodies and all, into the log."""
    api = apigw.RestApi(
        stack,
        "Items",
        deploy_options=apigw.StageOptions(
            logging_level=apigw.MethodLoggingLevel.INFO, data_trace_enabled=True
        ),
    )
    api.root.add_method("GET", authorization_type=apigw.AuthorizationType.IAM)


def mended(stack: cdk.Stack) -> None:
    """Logs errors without bodies."""
    api = apigw.RestApi(
        stack,
        "Items",
        deploy_options=apigw.StageOptions(
            logging_level=apigw.MethodLoggingLevel.ERROR, data_trace_enabled=False
        ),
    )
    api.root.add_method("GET", authorization_type=apigw.AuthorizationType.IAM)
