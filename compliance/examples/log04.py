"""LOG04 in CDK."""

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigw
from aws_cdk import aws_logs as logs


def failing(stack: cdk.Stack) -> None:
    """Leaves the execution log to API Gateway, which never lets it expire."""
    api = apigw.RestApi(
        stack,
        "Items",
        deploy_options=apigw.StageOptions(logging_level=apigw.MethodLoggingLevel.ERROR),
    )
    api.root.add_method("GET", authorization_type=apigw.AuthorizationType.IAM)


def mended(stack: cdk.Stack) -> None:
    """Makes the execution log group first, with retention."""
    api = apigw.RestApi(
        stack,
        "Items",
        deploy_options=apigw.StageOptions(
            stage_name="prod", logging_level=apigw.MethodLoggingLevel.ERROR
        ),
    )
    api.root.add_method("GET", authorization_type=apigw.AuthorizationType.IAM)
    group = logs.LogGroup(
        stack,
        "ExecutionLog",
        log_group_name=f"API-Gateway-Execution-Logs_{api.rest_api_id}/prod",
        retention=logs.RetentionDays.ONE_YEAR,
    )
    api.deployment_stage.node.add_dependency(group)
