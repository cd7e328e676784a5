"""HTTP, WebSocket and GraphQL APIs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import aws_cdk as cdk
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_appsync as appsync
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs

from tests.ordinary.pattern import (
    function_defaults,
    high,
    legacy_retention,
    low,
    ordinary,
    unlimited,
    unlogged_accesses,
)
from tests.ordinary.patterns.parts import function

if TYPE_CHECKING:
    from tests.ordinary.pattern import Pattern

SCHEMA: Final = Path(__file__).with_name("items.graphql")


def _log_accesses(stack: cdk.Stack, stage: apigatewayv2.IStage) -> None:
    """Log as an L1 does: Python has no class for the L2's `access_log_settings`."""
    group = logs.LogGroup(stack, "AccessLog", retention=logs.RetentionDays.ONE_YEAR)
    declared = stage.node.default_child
    assert isinstance(declared, apigatewayv2.CfnStage)
    declared.access_log_settings = apigatewayv2.CfnStage.AccessLogSettingsProperty(
        destination_arn=group.log_group_arn,
        format='{"requestId": "$context.requestId", "status": "$context.status"}',
    )


@ordinary(
    function_defaults("Function"),
    unlogged_accesses("Api/DefaultStage"),
    unlimited("Api/DefaultStage"),
)
def http_api_jwt(stack: cdk.Stack) -> None:
    """An HTTP API for the tokens of one issuer, else without any setting."""
    api = apigatewayv2.HttpApi(
        stack,
        "Api",
        default_authorizer=authorizers.HttpJwtAuthorizer(
            "Tokens", "https://issuer.example.com", jwt_audience=["items"]
        ),
    )
    api.add_routes(
        path="/items",
        methods=[apigatewayv2.HttpMethod.GET],
        integration=integrations.HttpLambdaIntegration("Items", function(stack)),
    )


@ordinary(function_defaults("Function"), low("LOG06", "AccessLog"))
def http_api_iam(stack: cdk.Stack) -> None:
    """An HTTP API for callers who sign, one web page, access logs and a limit."""
    api = apigatewayv2.HttpApi(
        stack,
        "Api",
        create_default_stage=False,
        default_authorizer=authorizers.HttpIamAuthorizer(),
        cors_preflight=apigatewayv2.CorsPreflightOptions(
            allow_origins=["https://www.example.com"],
            allow_methods=[apigatewayv2.CorsHttpMethod.GET],
        ),
    )
    api.add_routes(
        path="/items",
        methods=[apigatewayv2.HttpMethod.GET],
        integration=integrations.HttpLambdaIntegration("Items", function(stack)),
    )
    stage = apigatewayv2.HttpStage(
        stack,
        "Live",
        http_api=api,
        auto_deploy=True,
        throttle=apigatewayv2.ThrottleSettings(rate_limit=100, burst_limit=200),
    )
    _log_accesses(stack, stage)


@ordinary(function_defaults("Connect", "Message"), low("LOG06", "AccessLog"))
def websocket_api(stack: cdk.Stack) -> None:
    """A WebSocket API that asks for a signature when a client connects, and answers it."""
    messages = function(stack, "Message")
    api = apigatewayv2.WebSocketApi(
        stack,
        "Api",
        connect_route_options=apigatewayv2.WebSocketRouteOptions(
            integration=integrations.WebSocketLambdaIntegration(
                "ConnectIntegration", function(stack, "Connect")
            ),
            authorizer=authorizers.WebSocketIamAuthorizer(),
        ),
        default_route_options=apigatewayv2.WebSocketRouteOptions(
            integration=integrations.WebSocketLambdaIntegration("MessageIntegration", messages)
        ),
    )
    stage = apigatewayv2.WebSocketStage(
        stack,
        "Live",
        web_socket_api=api,
        stage_name="live",
        auto_deploy=True,
        throttle=apigatewayv2.ThrottleSettings(rate_limit=100, burst_limit=200),
    )
    _log_accesses(stack, stage)
    stage.grant_management_api_access(messages)


@ordinary(
    function_defaults("Function"),
    high(
        "IAM04",
        "Api/ApiLogsRole",
        because="it may write to every log group of the account; a role of one's own names the "
        "API's",
    ),
    legacy_retention("Api/LogRetention"),
)
def graphql_api(stack: cdk.Stack) -> None:
    """A GraphQL API for callers who sign, with its errors logged."""
    api = appsync.GraphqlApi(
        stack,
        "Api",
        name="items",
        definition=appsync.Definition.from_file(str(SCHEMA)),
        authorization_config=appsync.AuthorizationConfig(
            default_authorization=appsync.AuthorizationMode(
                authorization_type=appsync.AuthorizationType.IAM
            )
        ),
        log_config=appsync.LogConfig(retention=logs.RetentionDays.ONE_MONTH),
    )
    items = api.add_lambda_data_source("Items", function(stack))
    items.create_resolver("ListItems", type_name="Query", field_name="items")
    reader = iam.Role(stack, "Reader", assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"))
    api.grant_query(reader, "items")


PATTERNS: Final[tuple[Pattern, ...]] = (
    http_api_jwt,
    http_api_iam,
    websocket_api,
    graphql_api,
)
