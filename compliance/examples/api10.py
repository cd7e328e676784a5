"""API10 in CDK."""

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigw
from aws_cdk import aws_logs as logs


def failing(stack: cdk.Stack) -> None:
    """Keeps no record of who called."""
    api = apigw.RestApi(stack, "Items")
    api.root.add_method("GET", authorization_type=apigw.AuthorizationType.IAM)


def mended(stack: cdk.Stack) -> None:
    """Writes one line for each call."""
    group = logs.LogGroup(stack, "Access", retention=logs.RetentionDays.ONE_YEAR)
    api = apigw.RestApi(
        stack,
        "Items",
        deploy_options=apigw.StageOptions(
            access_log_destination=apigw.LogGroupLogDestination(group),
            access_log_format=apigw.AccessLogFormat.json_with_standard_fields(
                caller=True,
                http_method=True,
                ip=True,
                protocol=True,
                request_time=True,
                resource_path=True,
                response_length=True,
                status=True,
                user=True,
            ),
        ),
    )
    api.root.add_method("GET", authorization_type=apigw.AuthorizationType.IAM)
