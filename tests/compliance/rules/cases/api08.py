"""API08: CORS names its origins."""

from __future__ import annotations

from typing import Final

from compliance.findings import Severity
from tests.compliance.rules.case import (
    NO_VALUE,
    UNSET,
    Case,
    Json,
    case,
    either,
    fails,
    passes,
    ref,
    resource,
    resources,
    sub,
    undecided,
)

RULE: Final = "API08"
ANY: Final = "Any web page may read the API's answers."
WITH_CREDENTIALS: Final = "with the caller's credentials."
HEADER: Final = "method.response.header.Access-Control-Allow-Origin"
CREDENTIALS: Final = "method.response.header.Access-Control-Allow-Credentials"
PLACE: Final = f"Integration.IntegrationResponses[0].ResponseParameters.{HEADER}"
KINDS: Final = {
    "AWS::ApiGatewayV2::Api": "CorsConfiguration",
    "AWS::Lambda::Url": "Cors",
    "AWS::Serverless::HttpApi": "CorsConfiguration",
}


def preflight(origin: object, **more: object) -> Json:
    """An API's preflight, as CDK writes it."""
    return resources(
        UNSET,
        Site={"Type": "AWS::CloudFront::Distribution"},
        Method=resource(
            "AWS::ApiGateway::Method",
            HttpMethod="OPTIONS",
            Integration={
                "Type": "MOCK",
                "IntegrationResponses": [
                    {"StatusCode": "204", "ResponseParameters": {HEADER: origin, **more}}
                ],
            },
        ),
    )


def cors(kind: str, settings: object) -> Json:
    """An HTTP API or a function URL."""
    return resources(UNSET, Api=resource(kind, **{KINDS[kind]: settings}))


def named(name: str, origin: object) -> Case:
    """A preflight that the rule lets pass."""
    return case(name, preflight(origin), *passes("Method"))


HEADER_NAME: Final = "Access-Control-Allow-Origin"
RESPONSES: Final = (
    "Body.paths./items.options.x-amazon-apigateway-integration.responses.default.responseParameters"
)


def described(kind: str, parameters: object) -> Json:
    """An API by an OpenAPI document, with one preflight."""
    integration = {
        "type": "mock",
        "responses": {"default": {"responseParameters": parameters}},
    }
    operation = {"x-amazon-apigateway-integration": integration}
    name = "DefinitionBody" if kind == "AWS::Serverless::Api" else "Body"
    body = {"paths": {"/items": {"options": operation, "get": {}}}}
    return resources(UNSET, Api=resource(kind, **{name: body}))


def sam_responses(parameters: Json) -> Json:
    """An API of SAM's whose errors have these parameters."""
    responses = {"DEFAULT_4XX": {"ResponseParameters": parameters}}
    return resources(Api=resource("AWS::Serverless::Api", GatewayResponses=responses))


CASES: Final = (
    # -- a preflight
    case("any origin", preflight("'*'"), fails("Method", PLACE, ANY)),
    case("any origin without quotes", preflight("*"), fails("Method", PLACE, ANY)),
    case(
        "any origin with credentials",
        preflight("'*'", **{CREDENTIALS: "'true'"}),
        fails("Method", PLACE, WITH_CREDENTIALS, Severity.HIGH),
    ),
    case(
        "any origin, credentials off",
        preflight("'*'", **{CREDENTIALS: "'false'"}),
        fails("Method", PLACE, ANY),
    ),
    case(
        "any origin in one branch",
        preflight(either("'*'", "'https://a.example'")),
        fails("Method", PLACE, ANY),
    ),
    case(
        "any origin by a join",
        preflight({"Fn::Join": ["", ["'", "*", "'"]]}),
        fails("Method", PLACE, ANY),
    ),
    named("one origin", "'https://items.example.com'"),
    named("what the integration says", "integration.response.header.Access-Control-Allow-Origin"),
    named("a host of the deployment's region", sub("'https://${AWS::Region}.example.com'")),
    named("a name with a parameter in it", sub("'https://${Unset}.example.com'")),
    named("a reference", sub("'https://${Site.DomainName}'")),
    case(
        "a parameter",
        preflight(ref("Unset")),
        undecided("Method", PLACE, "parameter Unset has no default"),
    ),
    case(
        "a parameter in quotes",
        preflight({"Fn::Join": ["", ["'", ref("Unset"), "'"]]}),
        undecided("Method", PLACE, "The origin is known only at deploy time."),
    ),
    case(
        "a parameter as host",
        preflight(sub("'https://${Unset}'")),
        undecided("Method", PLACE, "The origin is known only at deploy time."),
    ),
    case("a header that is no value", preflight(NO_VALUE)),
    case(
        "headers that only the deployment knows",
        resources(
            UNSET,
            Method=resource(
                "AWS::ApiGateway::Method",
                Integration={"IntegrationResponses": [{"ResponseParameters": ref("Unset")}]},
            ),
        ),
        undecided(
            "Method",
            "Integration.IntegrationResponses[0].ResponseParameters",
            "parameter Unset has no default",
        ),
    ),
    case("a method without responses", resources(Method=resource("AWS::ApiGateway::Method"))),
    # -- a gateway's response
    case(
        "any origin of an error",
        resources(
            Response=resource(
                "AWS::ApiGateway::GatewayResponse",
                ResponseParameters={
                    "gatewayresponse.header.Access-Control-Allow-Origin": "'*'",
                    "gatewayresponse.header.Access-Control-Allow-Headers": "'*'",
                },
            )
        ),
        fails(
            "Response",
            "ResponseParameters.gatewayresponse.header.Access-Control-Allow-Origin",
            ANY,
        ),
    ),
    case(
        "an error's own origin",
        resources(
            Response=resource(
                "AWS::ApiGateway::GatewayResponse",
                ResponseParameters={
                    "gatewayresponse.header.access-control-allow-origin": "'https://a.example'"
                },
            )
        ),
        *passes("Response"),
    ),
    case(
        "an error without such a header",
        resources(
            Response=resource(
                "AWS::ApiGateway::GatewayResponse",
                ResponseParameters={"gatewayresponse.header.x": "'*'"},
            )
        ),
    ),
    # -- HTTP APIs and function URLs
    *(
        made
        for kind, block in KINDS.items()
        for made in (
            case(
                f"any origin of {kind}",
                cors(kind, {"AllowOrigins": ["https://a.example", "*"]}),
                fails("Api", f"{block}.AllowOrigins[1]", ANY),
            ),
            case(
                f"any origin of {kind} with credentials",
                cors(kind, {"AllowOrigins": ["*"], "AllowCredentials": True}),
                fails("Api", f"{block}.AllowOrigins[0]", WITH_CREDENTIALS, Severity.HIGH),
            ),
            case(
                f"any secure origin of {kind}",
                cors(kind, {"AllowOrigins": ["https://*"], "AllowCredentials": "true"}),
                fails("Api", f"{block}.AllowOrigins[0]", WITH_CREDENTIALS, Severity.HIGH),
            ),
            case(
                f"one origin of {kind}",
                cors(kind, {"AllowOrigins": ["https://a.example"], "AllowCredentials": True}),
                *passes("Api"),
            ),
            case(
                f"unknown origins of {kind}",
                cors(kind, {"AllowOrigins": ref("Unset")}),
                undecided("Api", f"{block}.AllowOrigins", "parameter Unset has no default"),
            ),
            case(f"no CORS of {kind}", cors(kind, NO_VALUE)),
        )
    ),
    case(
        "any origin with credentials in one branch",
        cors(
            "AWS::Lambda::Url", {"AllowOrigins": ["*"], "AllowCredentials": either("true", "false")}
        ),
        fails("Api", "Cors.AllowOrigins[0]", WITH_CREDENTIALS, Severity.HIGH, "*"),
    ),
    case(
        "SAM's short form",
        cors("AWS::Serverless::HttpApi", settings=True),
        fails("Api", "CorsConfiguration", ANY),
    ),
    case(
        "SAM's short form, off",
        cors("AWS::Serverless::HttpApi", settings=False),
    ),
    case(
        "SAM's REST API, as text",
        resources(Api=resource("AWS::Serverless::Api", Cors="'*'")),
        fails("Api", "Cors", ANY, observed="'*'"),
    ),
    case(
        "SAM's REST API, one page as text",
        resources(Api=resource("AWS::Serverless::Api", Cors="'https://a.example'")),
        *passes("Api"),
    ),
    case(
        "SAM's REST API",
        resources(
            Api=resource(
                "AWS::Serverless::Api", Cors={"AllowOrigin": "'*'", "AllowCredentials": True}
            )
        ),
        fails("Api", "Cors.AllowOrigin", WITH_CREDENTIALS, Severity.HIGH),
    ),
    case(
        "SAM's REST API, known at deploy time",
        resources(UNSET, Api=resource("AWS::Serverless::Api", Cors=ref("Unset"))),
        undecided("Api", "Cors", "parameter Unset has no default"),
    ),
    case(
        "SAM's Globals",
        resources(
            {"Globals": {"HttpApi": {"CorsConfiguration": {"AllowOrigins": ["*"]}}}},
            Api=resource("AWS::Serverless::HttpApi"),
        ),
        fails("Api", "CorsConfiguration.AllowOrigins[0]", ANY),
    ),
    case(
        "the URL of SAM's function",
        resources(
            Function=resource(
                "AWS::Serverless::Function", FunctionUrlConfig={"Cors": {"AllowOrigins": ["*"]}}
            )
        ),
        fails("Function", "FunctionUrlConfig.Cors.AllowOrigins[0]", ANY),
    ),
    case("a function of SAM's without a URL", resources(F=resource("AWS::Serverless::Function"))),
    # -- OpenAPI documents
    case(
        "any origin of a document's preflight",
        described("AWS::ApiGateway::RestApi", {"method.response.header." + HEADER_NAME: "'*'"}),
        fails("Api", f"{RESPONSES}.method.response.header.{HEADER_NAME}", ANY),
    ),
    case(
        "any origin of a document's preflight, with credentials, in SAM",
        described(
            "AWS::Serverless::Api",
            {
                "method.response.header." + HEADER_NAME: "'*'",
                "method.response.header.Access-Control-Allow-Credentials": "'true'",
            },
        ),
        fails(
            "Api",
            f"Definition{RESPONSES}.method.response.header.{HEADER_NAME}",
            WITH_CREDENTIALS,
            Severity.HIGH,
        ),
    ),
    case(
        "one origin of a document's preflight",
        described(
            "AWS::ApiGateway::RestApi", {"method.response.header." + HEADER_NAME: "'https://a.ex'"}
        ),
        *passes("Api"),
    ),
    case(
        "a document's response known at deploy time",
        described("AWS::ApiGateway::RestApi", ref("Unset")),
        undecided("Api", RESPONSES, "parameter Unset has no default"),
    ),
    case(
        "any origin of a document's errors",
        resources(
            Api=resource(
                "AWS::ApiGateway::RestApi",
                Body={
                    "x-amazon-apigateway-gateway-responses": {
                        "DEFAULT_4XX": {
                            "responseParameters": {"gatewayresponse.header." + HEADER_NAME: "'*'"}
                        }
                    }
                },
            )
        ),
        fails(
            "Api",
            "Body.x-amazon-apigateway-gateway-responses.DEFAULT_4XX.responseParameters."
            f"gatewayresponse.header.{HEADER_NAME}",
            ANY,
        ),
    ),
    case(
        "any origin of an HTTP API's document",
        resources(
            Api=resource(
                "AWS::ApiGatewayV2::Api",
                Body={
                    "x-amazon-apigateway-cors": {"allowOrigins": ["*"], "allowCredentials": True}
                },
            )
        ),
        fails(
            "Api",
            "Body.x-amazon-apigateway-cors.allowOrigins[0]",
            WITH_CREDENTIALS,
            Severity.HIGH,
        ),
    ),
    case(
        "a document that is elsewhere",
        resources(Api=resource("AWS::ApiGateway::RestApi", BodyS3Location={"Bucket": "b"})),
    ),
    case("an API without a document", resources(Api=resource("AWS::ApiGateway::RestApi"))),
    # -- SAM's gateway responses
    case(
        "any origin of SAM's errors",
        sam_responses({"Headers": {HEADER_NAME: "'*'"}}),
        fails(
            "Api",
            f"GatewayResponses.DEFAULT_4XX.ResponseParameters.Headers.{HEADER_NAME}",
            ANY,
        ),
    ),
    case(
        "one origin of SAM's errors",
        sam_responses({"Headers": {HEADER_NAME: "'https://a.example'"}}),
        *passes("Api"),
    ),
    case("SAM's errors without headers", sam_responses({})),
    case(
        "any origin of the errors of SAM's Globals",
        resources(
            {
                "Globals": {
                    "Api": {
                        "GatewayResponses": {
                            "DEFAULT_5XX": {"ResponseParameters": {"Headers": {HEADER_NAME: "'*'"}}}
                        }
                    }
                }
            },
            Api=resource("AWS::Serverless::Api"),
        ),
        fails(
            "Api",
            f"GatewayResponses.DEFAULT_5XX.ResponseParameters.Headers.{HEADER_NAME}",
            ANY,
        ),
    ),
)
