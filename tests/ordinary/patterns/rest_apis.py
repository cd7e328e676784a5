"""REST APIs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_certificatemanager as certificates
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_logs as logs

from tests.ordinary.pattern import (
    critical,
    function_defaults,
    low,
    medium,
    ordinary,
    unlimited,
    unlogged_accesses,
)
from tests.ordinary.patterns.parts import function, network

if TYPE_CHECKING:
    from tests.ordinary.pattern import Pattern

SIGNED: Final = apigateway.MethodOptions(authorization_type=apigateway.AuthorizationType.IAM)
CERTIFICATE: Final = (
    "arn:aws:acm:us-east-1:111122223333:certificate/12345678-1234-1234-1234-123456789012"
)

DOCUMENT: Final = {
    "openapi": "3.0.1",
    "info": {"title": "items", "version": "1"},
    "components": {
        "securitySchemes": {
            "signed": {
                "type": "apiKey",
                "name": "Authorization",
                "in": "header",
                "x-amazon-apigateway-authtype": "awsSigv4",
            }
        }
    },
    "paths": {
        "/items": {
            "get": {
                "security": [{"signed": []}],
                "responses": {"200": {"description": "The items"}},
                "x-amazon-apigateway-integration": {
                    "type": "mock",
                    "requestTemplates": {"application/json": '{"statusCode": 200}'},
                    "responses": {"default": {"statusCode": "200"}},
                },
            }
        }
    },
}


def _with_access_log(stack: cdk.Stack, **more: Any) -> apigateway.StageOptions:  # noqa: ANN401 - CDK checks
    group = logs.LogGroup(stack, "AccessLog", retention=logs.RetentionDays.ONE_YEAR)
    return apigateway.StageOptions(
        access_log_destination=apigateway.LogGroupLogDestination(group),
        access_log_format=apigateway.AccessLogFormat.json_with_standard_fields(
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
        throttling_rate_limit=100,
        throttling_burst_limit=200,
        **more,
    )


@ordinary(
    function_defaults("Function"),
    critical(
        "API01",
        "Api/Default/ANY",
        "Api/Default/{proxy+}/ANY",
        because="anybody who finds the address may call it",
    ),
    unlogged_accesses("Api/DeploymentStage.prod"),
    unlimited("Api/DeploymentStage.prod"),
)
def rest_api_open(stack: cdk.Stack) -> None:
    """The shortest REST API: everybody may call it."""
    apigateway.LambdaRestApi(stack, "Api", handler=function(stack))


@ordinary(
    function_defaults("Function"),
    unlogged_accesses("Api/DeploymentStage.prod"),
    unlimited("Api/DeploymentStage.prod"),
)
def rest_api_iam(stack: cdk.Stack) -> None:
    """A REST API for callers who sign, else without any setting."""
    api = apigateway.RestApi(stack, "Api", default_method_options=SIGNED)
    api.root.add_method("GET", apigateway.LambdaIntegration(function(stack)))


@ordinary(function_defaults("Function"), low("LOG06", "AccessLog"))
def rest_api_cognito(stack: cdk.Stack) -> None:
    """A REST API for the users of a pool, with access logs and a limit."""
    api = apigateway.RestApi(stack, "Api", deploy_options=_with_access_log(stack))
    authorizer = apigateway.CognitoUserPoolsAuthorizer(
        stack, "Users", cognito_user_pools=[cognito.UserPool(stack, "Pool")]
    )
    api.root.add_resource("items").add_method(
        "GET",
        apigateway.LambdaIntegration(function(stack)),
        authorizer=authorizer,
        authorization_type=apigateway.AuthorizationType.COGNITO,
    )


@ordinary(function_defaults("Function", "Authorizer"), low("LOG06", "AccessLog"))
def rest_api_lambda_authorizer(stack: cdk.Stack) -> None:
    """A REST API that asks a function who calls, with access logs and a limit."""
    authorizer = apigateway.TokenAuthorizer(stack, "Tokens", handler=function(stack, "Authorizer"))
    api = apigateway.RestApi(stack, "Api", deploy_options=_with_access_log(stack))
    api.root.add_method(
        "POST", apigateway.LambdaIntegration(function(stack)), authorizer=authorizer
    )


@ordinary(function_defaults("Function"), low("LOG06", "AccessLog"))
def rest_api_with_cors(stack: cdk.Stack) -> None:
    """A REST API for one web page, with preflights, access logs and a limit."""
    api = apigateway.RestApi(
        stack,
        "Api",
        default_method_options=SIGNED,
        default_cors_preflight_options=apigateway.CorsOptions(
            allow_origins=["https://www.example.com"], allow_credentials=True
        ),
        deploy_options=_with_access_log(stack),
    )
    api.root.add_resource("items").add_method("ANY", apigateway.LambdaIntegration(function(stack)))


@ordinary(function_defaults("Function"), unlogged_accesses("Api/DeploymentStage.prod"))
def rest_api_with_usage_plan(stack: cdk.Stack) -> None:
    """A REST API for callers who sign and have a key, each with a limit of its own."""
    api = apigateway.RestApi(stack, "Api")
    api.root.add_method(
        "GET",
        apigateway.LambdaIntegration(function(stack)),
        authorization_type=apigateway.AuthorizationType.IAM,
        api_key_required=True,
    )
    plan = api.add_usage_plan(
        "Plan", throttle=apigateway.ThrottleSettings(rate_limit=10, burst_limit=20)
    )
    plan.add_api_stage(stage=api.deployment_stage)
    plan.add_api_key(api.add_api_key("Key"))


@ordinary(
    function_defaults("Function"),
    unlogged_accesses("Api/DeploymentStage.prod"),
    medium(
        "LOG04",
        "Api/DeploymentStage.prod",
        because="API Gateway makes the group of the execution log, which never expires",
    ),
)
def rest_api_with_execution_logs(stack: cdk.Stack) -> None:
    """A REST API that logs its errors, with the account's role for it."""
    api = apigateway.RestApi(
        stack,
        "Api",
        default_method_options=SIGNED,
        cloud_watch_role=True,
        deploy_options=apigateway.StageOptions(
            logging_level=apigateway.MethodLoggingLevel.ERROR, throttling_rate_limit=100
        ),
    )
    api.root.add_method("GET", apigateway.LambdaIntegration(function(stack)))


@ordinary(function_defaults("Function"), low("LOG06", "AccessLog"))
def rest_api_private(stack: cdk.Stack) -> None:
    """A REST API that one VPC endpoint alone reaches, with access logs and a limit."""
    endpoint = ec2.InterfaceVpcEndpoint(
        stack,
        "Endpoint",
        vpc=network(stack),
        service=ec2.InterfaceVpcEndpointAwsService.APIGATEWAY,
    )
    api = apigateway.RestApi(
        stack,
        "Api",
        default_method_options=SIGNED,
        deploy_options=_with_access_log(stack),
        endpoint_configuration=apigateway.EndpointConfiguration(
            types=[apigateway.EndpointType.PRIVATE], vpc_endpoints=[endpoint]
        ),
    )
    api.grant_invoke_from_vpc_endpoints_only([endpoint])
    api.root.add_method("GET", apigateway.LambdaIntegration(function(stack)))


@ordinary(function_defaults("Function"), low("LOG06", "AccessLog"))
def rest_api_with_domain(stack: cdk.Stack) -> None:
    """A REST API with access logs, a limit and a name of its own."""
    api = apigateway.RestApi(
        stack, "Api", default_method_options=SIGNED, deploy_options=_with_access_log(stack)
    )
    api.root.add_method("GET", apigateway.LambdaIntegration(function(stack)))
    api.add_domain_name(
        "Domain",
        domain_name="api.example.com",
        certificate=certificates.Certificate.from_certificate_arn(
            stack, "Certificate", CERTIFICATE
        ),
    )


@ordinary(low("LOG06", "AccessLog"))
def rest_api_of_a_document(stack: cdk.Stack) -> None:
    """A REST API written as OpenAPI, each operation signed, with access logs and a limit."""
    apigateway.SpecRestApi(
        stack,
        "Api",
        api_definition=apigateway.ApiDefinition.from_inline(DOCUMENT),
        deploy_options=_with_access_log(stack),
    )


@ordinary(function_defaults("Function"), low("LOG06", "AccessLog"))
def rest_api_with_cache(stack: cdk.Stack) -> None:
    """A REST API with an encrypted cache that keeps callers apart."""
    authorization = "method.request.header.Authorization"
    options = _with_access_log(stack, caching_enabled=True, cache_data_encrypted=True)
    api = apigateway.RestApi(stack, "Api", default_method_options=SIGNED, deploy_options=options)
    api.root.add_method(
        "GET",
        apigateway.LambdaIntegration(function(stack), cache_key_parameters=[authorization]),
        request_parameters={authorization: True},
    )


PATTERNS: Final[tuple[Pattern, ...]] = (
    rest_api_open,
    rest_api_iam,
    rest_api_cognito,
    rest_api_lambda_authorizer,
    rest_api_with_cors,
    rest_api_with_usage_plan,
    rest_api_with_execution_logs,
    rest_api_private,
    rest_api_with_domain,
    rest_api_with_cache,
    rest_api_of_a_document,
)
