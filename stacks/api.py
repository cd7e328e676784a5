"""The REST API: who may call, how often, what is checked, what is logged."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_iam as iam

from stacks.caller import AUTHORIZATION_HEADER, caller
from stacks.environment_stack import EnvironmentStack
from stacks.firewall import put_firewall_before

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk import aws_lambda as lambda_
    from aws_cdk import aws_logs as logs
    from constructs import Construct

    from stacks.settings import Settings

STAGE = "v1"
"""The API's only stage, of one name everywhere: an environment is a host, not a path."""

ALLOWED_HEADERS = (
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "X-Amz-Content-Sha256",
    "X-Amz-Date",
    "X-Amz-Security-Token",
    "X-Api-Key",
)
"""What a browser may send; a SigV4 signature takes three of them."""

EXPOSED_HEADERS = ("ETag", "Location", "Retry-After")
"""What of an answer's headers a page may read."""

LIST_PARAMETERS = ("limit", "next", "status")
"""The query parameters of GET /items."""

ACCESS_LOG_FIELDS = {
    "requestId": "$context.requestId",
    "extendedRequestId": "$context.extendedRequestId",
    "traceId": "$context.xrayTraceId",
    "requestTime": "$context.requestTime",
    "httpMethod": "$context.httpMethod",
    "resourcePath": "$context.resourcePath",
    "protocol": "$context.protocol",
    "status": "$context.status",
    "responseLength": "$context.responseLength",
    "responseLatency": "$context.responseLatency",
    "integrationStatus": "$context.integration.integrationStatus",
    "integrationLatency": "$context.integration.latency",
    "errorType": "$context.error.responseType",
    "wafStatus": "$context.wafResponseCode",
    "sourceIp": "$context.identity.sourceIp",
    "caller": "$context.identity.caller",
    "userArn": "$context.identity.userArn",
    "subject": "$context.authorizer.claims.sub",
    "apiKeyId": "$context.identity.apiKeyId",
}
"""What is known of every request: who, what, when, with which outcome. No path with an item's id,
no query string, no header, no key, no body.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
"""


class ApiStack(EnvironmentStack):
    """The REST API before the function.

    Attributes:
        api: the API.
        stage: its only stage.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        function: lambda_.IFunction,
        item_schema: Mapping[str, object],
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            settings=settings,
            description="REST API with authorization, API key, validation, throttling and logs",
        )
        self._function = function
        self._caller = caller(self)
        self._origins = list(settings.api.allowed_origins)
        self.api = self._make_api(self.log_group("AccessLogs"))
        self.stage = self.api.deployment_stage
        self._log_executions()
        self._add_methods(self._make_model(item_schema))
        self._answer_errors_with_cors()
        if settings.api.firewall:
            put_firewall_before(self, self.stage)
        key = self._make_usage_plan()
        cdk.CfnOutput(self, "ApiGatewayUrl", value=self.api.url, description="API Gateway URL")
        cdk.CfnOutput(
            self, "ApiGatewayId", value=self.api.rest_api_id, description="API Gateway ID"
        )
        cdk.CfnOutput(self, "ApiKeyId", value=key.key_id, description="API Key ID")

    def _make_api(self, access_logs: logs.LogGroup) -> apigateway.RestApi:
        config = self.config.api
        cache = config.cache
        return apigateway.RestApi(
            self,
            "ServerlessApi",
            rest_api_name=f"{self.config.project}-{self.config.environment}",
            description="Serverless Data Processing API",
            endpoint_configuration=apigateway.EndpointConfiguration(
                types=[apigateway.EndpointType.REGIONAL]
            ),
            cloud_watch_role=False,  # the account's, see _log_executions
            deploy_options=apigateway.StageOptions(
                stage_name=STAGE,
                access_log_destination=apigateway.LogGroupLogDestination(access_logs),
                access_log_format=apigateway.AccessLogFormat.custom(json.dumps(ACCESS_LOG_FIELDS)),
                logging_level=apigateway.MethodLoggingLevel.INFO,
                data_trace_enabled=False,
                metrics_enabled=True,
                tracing_enabled=True,
                throttling_rate_limit=config.rate_limit,
                throttling_burst_limit=config.burst_limit,
                cache_cluster_enabled=cache is not None,
                cache_cluster_size=cache.size_gb if cache else None,
                caching_enabled=True if cache else None,
                cache_data_encrypted=True if cache else None,
                cache_ttl=cdk.Duration.seconds(cache.ttl_seconds) if cache else None,
            ),
        )

    def _log_executions(self) -> None:
        """Make the log group that API Gateway would else make itself, to keep for ever."""
        # The name, with the id of the API and the stage, is API Gateway's own:
        # https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
        log_group = self.log_group(
            "ExecutionLogs",
            name=f"API-Gateway-Execution-Logs_{self.api.rest_api_id}/{STAGE}",
        )
        self.stage.node.add_dependency(log_group)
        if self.config.api.account_logging:
            self.stage.node.add_dependency(self._account_logging())

    def _account_logging(self) -> apigateway.CfnAccount:
        """Set the role with which API Gateway logs, one for all APIs of account and region.

        It outlives the stack: other APIs may log with it by then.
        """
        role = iam.Role(
            self,
            "AccountLoggingRole",
            description="Lets API Gateway write logs, for all APIs of the account in this region",
            assumed_by=iam.ServicePrincipal("apigateway.amazonaws.com"),
            managed_policies=[
                iam.ManagedPolicy.from_aws_managed_policy_name(
                    "service-role/AmazonAPIGatewayPushToCloudWatchLogs"
                )
            ],
        )
        role.apply_removal_policy(cdk.RemovalPolicy.RETAIN)
        account = apigateway.CfnAccount(self, "AccountLogging", cloud_watch_role_arn=role.role_arn)
        account.apply_removal_policy(cdk.RemovalPolicy.RETAIN)
        return account

    def _make_model(self, item_schema: Mapping[str, object]) -> apigateway.IModel:
        # An L1 construct takes the schema as it is; the L2 knows a subset, in its own spelling.
        model = apigateway.CfnModel(
            self,
            "ItemModel",
            rest_api_id=self.api.rest_api_id,
            name="ItemModel",
            content_type="application/json",
            description="What POST and PUT take",
            schema=item_schema,
        )
        deployment = self.api.latest_deployment
        if deployment is not None:
            deployment.node.add_dependency(model)
            deployment.add_to_logical_id({"model": item_schema})
        return apigateway.Model.from_model_name(self, "ItemModelReference", model.ref)

    def _add_methods(self, model: apigateway.IModel) -> None:
        items = self.api.root.add_resource(
            "items",
            default_cors_preflight_options=apigateway.CorsOptions(
                allow_origins=self._origins,
                allow_methods=["GET", "POST", "PUT", "DELETE", "OPTIONS"],
                allow_headers=list(ALLOWED_HEADERS),
                expose_headers=list(EXPOSED_HEADERS),
                max_age=cdk.Duration.minutes(10),
            ),
        )
        item = items.add_resource("{id}")
        validator = self.api.add_request_validator(
            "RequestValidator", validate_request_body=True, validate_request_parameters=True
        )
        body = {"application/json": model}
        by_id = {"method.request.path.id": True}
        query = {f"method.request.querystring.{name}": False for name in LIST_PARAMETERS}
        for resource, verb, parameters, models, statuses in (
            (items, "GET", query, None, ("200", "400")),
            (items, "POST", {}, body, ("201", "400")),
            (item, "GET", by_id, None, ("200", "404")),
            (item, "PUT", by_id, body, ("200", "400", "404", "412")),
            (item, "DELETE", by_id, None, ("204", "404", "412")),
        ):
            reading = verb == "GET"
            keyed = self._cache_key(parameters)
            options = self._caller.options(reading=reading)
            resource.add_method(
                verb,
                apigateway.LambdaIntegration(
                    self._function,
                    proxy=True,
                    allow_test_invoke=False,
                    cache_key_parameters=list(keyed) or None,
                ),
                authorization_type=options.authorization_type,
                authorizer=options.authorizer,
                authorization_scopes=options.authorization_scopes,
                api_key_required=options.api_key_required,
                request_parameters=parameters | keyed,
                request_models=models,
                request_validator=validator,
                method_responses=[
                    apigateway.MethodResponse(
                        status_code=status,
                        response_parameters={
                            "method.response.header.Access-Control-Allow-Origin": True
                        },
                    )
                    for status in statuses
                ],
            )

    def _cache_key(self, parameters: Mapping[str, bool]) -> dict[str, bool]:
        """Return all that an answer depends on, where answers are cached at all."""
        if self.config.api.cache is None:
            return {}
        # The origin too: the function names it in the answer's CORS header.
        return {
            **parameters,
            AUTHORIZATION_HEADER: True,
            "method.request.header.Origin": False,
        }

    def _answer_errors_with_cors(self) -> None:
        """Let a browser read the errors that API Gateway answers without asking the function.

        Such an answer can name one fixed origin only, so it names the first of those allowed: a
        page of another sees a network error in place of the status.
        """
        for construct_id, kind in (
            ("Default4xx", apigateway.ResponseType.DEFAULT_4_XX),
            ("Default5xx", apigateway.ResponseType.DEFAULT_5_XX),
        ):
            self.api.add_gateway_response(
                construct_id,
                type=kind,
                response_headers={
                    "Access-Control-Allow-Origin": f"'{self._origins[0]}'",
                    "Vary": "'Origin'",
                },
            )

    def _make_usage_plan(self) -> apigateway.IApiKey:
        config = self.config.api
        plan = self.api.add_usage_plan(
            "UsagePlan",
            name=f"{self.config.project}-{self.config.environment}",
            description="Usage plan for serverless API",
            throttle=apigateway.ThrottleSettings(
                rate_limit=config.rate_limit, burst_limit=config.burst_limit
            ),
            quota=apigateway.QuotaSettings(limit=config.daily_quota, period=apigateway.Period.DAY),
        )
        plan.add_api_stage(stage=self.stage)
        key = self.api.add_api_key(
            "ApiKey", description="Counts and throttles; it is no proof of who calls"
        )
        plan.add_api_key(key)
        return key
