"""API02: every HTTP API route, and a WebSocket API's `$connect`, asks who calls."""

from __future__ import annotations

from typing import Final

from tests.compliance.rules.case import (
    NO_VALUE,
    UNSET,
    Case,
    Json,
    assembly,
    case,
    either,
    exported,
    fails,
    get,
    passes,
    ref,
    resource,
    resources,
    undecided,
)

RULE: Final = "API02"
NOBODY: Final = "The route asks nobody who they are."
TARGET: Final = "The API is made with a target: its one route asks nobody who they are."
NOT_TOLD: Final = "one of a WebSocket API's messages is known only at deploy time"
TYPE: Final = "AuthorizationType"
KIND: Final = "AWS::ApiGatewayV2::Route"
OVERRIDES: Final = "AWS::ApiGatewayV2::ApiGatewayManagedOverrides"
LAMBDA: Final = "arn:aws:lambda:eu-west-1:123456789012:function:f"


def template(protocol: object, **properties: object) -> Json:
    """An API with one route."""
    return resources(
        {"Parameters": {**UNSET["Parameters"], "Open": {"Type": "String", "Default": "NONE"}}},
        Api=resource("AWS::ApiGatewayV2::Api", Name="a", ProtocolType=protocol),
        Route=resource(KIND, **{"ApiId": ref("Api"), "RouteKey": "GET /items", **properties}),
    )


def route(name: str, *expected: str, protocol: object = "HTTP", **properties: object) -> Case:
    """One route: passes unless a phrase is expected."""
    rows = [fails("Route", TYPE, phrase) for phrase in expected]
    return case(name, template(protocol, **properties), *(rows or passes("Route")))


def free(name: str, protocol: object = "WEBSOCKET", **properties: object) -> Case:
    """One route that need not ask."""
    return case(name, template(protocol, **properties))


def unclear(name: str, phrase: str, protocol: object = "HTTP", **properties: object) -> Case:
    """One route of which nobody can say."""
    return case(name, template(protocol, **properties), undecided("Route", TYPE, phrase))


def quick(name: str, override: Json | None, *rows: object) -> Case:
    """An API made with a target, and perhaps an override of its route."""
    more = {"Override": override} if override else {}
    api = resource("AWS::ApiGatewayV2::Api", Name="a", ProtocolType="HTTP", Target=LAMBDA)
    return case(name, resources(Api=api, **more), *rows)  # type: ignore[arg-type]


def events(name: str, *rows: object, shared: Json | None = None, **made: Json) -> Case:
    """A function of SAM's with these events."""
    body = resources(
        {**UNSET, **({"Globals": shared} if shared else {})},
        Function=resource("AWS::Serverless::Function", Events=made),
        Api=resource("AWS::Serverless::HttpApi"),
    )
    return case(name, body, *rows)  # type: ignore[arg-type]


def event(kind: str = "HttpApi", **properties: object) -> Json:
    """One event."""
    return {"Type": kind, "Properties": {"Path": "/items", "Method": "get", **properties}}


def auth(default: object) -> Json:
    """Globals with a default authorizer for HTTP APIs."""
    return {"HttpApi": {"Auth": {"DefaultAuthorizer": default}}}


EVENT: Final = "Events.Get.Properties.Auth.Authorizer"
NEITHER: Final = "asks nobody who they are: neither the event nor `Globals` names an authorizer."

CASES: Final = (
    route("signed requests", AuthorizationType="AWS_IAM"),
    route("a token", AuthorizationType="JWT", AuthorizerId="a"),
    route("a function decides", AuthorizationType="CUSTOM", AuthorizerId="a"),
    route("nothing is said", NOBODY),
    route("nobody is asked", NOBODY, AuthorizationType="NONE"),
    route("no value", NOBODY, AuthorizationType=NO_VALUE),
    route("an API key alone", NOBODY, ApiKeyRequired=True),
    route("a type that HTTP APIs have not", NOBODY, AuthorizationType="COGNITO_USER_POOLS"),
    route("one branch", NOBODY, AuthorizationType=either("JWT", "NONE")),
    route("a parameter that says no", NOBODY, AuthorizationType=ref("Open")),
    route("an object", NOBODY, AuthorizationType={"a": 1}),
    route("any method", NOBODY, RouteKey="ANY /{proxy+}"),
    route("the default route", NOBODY, RouteKey="$default"),
    case(
        "what was seen",
        resources(
            Silent=resource(KIND, RouteKey="GET /a"),
            Open=resource(KIND, RouteKey="GET /b", AuthorizationType="NONE"),
        ),
        fails("Silent", TYPE, NOBODY, None, "absent"),
        fails("Open", TYPE, NOBODY, None, "NONE"),
    ),
    unclear("a parameter", "parameter Unset has no default", AuthorizationType=ref("Unset")),
    unclear("a reference", "known only at deploy time.", AuthorizationType=ref("Api")),
    free("a preflight", "HTTP", RouteKey="OPTIONS /items"),
    free("a preflight in small letters", "HTTP", RouteKey="options /items"),
    route("a preflight in one branch", NOBODY, RouteKey=either("OPTIONS /a", "GET /a")),
    route("a path that begins like one", NOBODY, RouteKey="GET /OPTIONS /a"),
    # -- WebSocket APIs
    route("a connection", protocol="WEBSOCKET", RouteKey="$connect", AuthorizationType="AWS_IAM"),
    route("an open connection", NOBODY, protocol="WEBSOCKET", RouteKey="$connect"),
    route(
        "a connection in one branch",
        NOBODY,
        protocol="WEBSOCKET",
        RouteKey=either("$connect", "$default"),
    ),
    free("an end of a connection", RouteKey="$disconnect"),
    free("a message", RouteKey="send"),
    free("any message", RouteKey="$default"),
    free("a message with a space", RouteKey="send it"),
    unclear("a key not told", NOT_TOLD, "WEBSOCKET", RouteKey=ref("Unset")),
    route(
        "a key not told, that asks",
        protocol="WEBSOCKET",
        RouteKey=ref("Unset"),
        **{TYPE: "AWS_IAM"},
    ),
    route("a protocol in a parameter", NOBODY, protocol=ref("Unset")),
    unclear("a protocol not told", NOT_TOLD, ref("Unset"), RouteKey="$default"),
    unclear("either protocol", NOT_TOLD, either("HTTP", "WEBSOCKET"), RouteKey="send"),
    # -- an API that is not here
    free("a message of an API from outside", ApiId="abc", RouteKey="send"),
    free("a preflight of an API from outside", ApiId="abc", RouteKey="OPTIONS /items"),
    route("a route of an API from outside", NOBODY, ApiId={"Fn::ImportValue": "Api"}),
    route("a connection of an API from outside", NOBODY, ApiId="abc", RouteKey="$connect"),
    unclear("a default route of an API from outside", NOT_TOLD, ApiId="abc", RouteKey="$default"),
    case(
        "a default route of a nested stack's API",
        resources(
            Stack=resource("AWS::CloudFormation::Stack"),
            Route=resource(KIND, ApiId=get("Stack", "Outputs.Api"), RouteKey="$default"),
        ),
        undecided("Route", TYPE, NOT_TOLD),
    ),
    case(
        "a route of an API of SAM's",
        resources(
            Api=resource("AWS::Serverless::HttpApi"),
            Route=resource(KIND, ApiId=ref("Api"), RouteKey="$default"),
        ),
        fails("Route", TYPE, NOBODY),
    ),
    assembly(
        "a message of an API of another stack",
        {
            "Api": resources(
                {"Outputs": {"Id": exported("Api", ref("Api"))}},
                Api=resource("AWS::ApiGatewayV2::Api", ProtocolType="WEBSOCKET"),
            ),
            "Routes": resources(
                Message=resource(KIND, ApiId={"Fn::ImportValue": "Api"}, RouteKey="$default"),
                Connect=resource(KIND, ApiId={"Fn::ImportValue": "Api"}, RouteKey="$connect"),
            ),
        },
        fails("Connect", TYPE, NOBODY),
    ),
    # -- an API with a target
    quick("a target", None, fails("Api", "Target", TARGET, None, LAMBDA)),
    quick(
        "a target whose route is overridden",
        resource(OVERRIDES, ApiId=ref("Api"), Route={TYPE: "AWS_IAM"}),
        *passes("Api"),
    ),
    quick(
        "a target whose route is overridden in one branch",
        resource(OVERRIDES, ApiId=ref("Api"), Route={TYPE: either("JWT", "NONE")}),
        fails("Api", "Target", TARGET),
    ),
    quick(
        "an override of something else",
        resource(OVERRIDES, ApiId=ref("Api"), Stage={"Description": "x"}),
        fails("Api", "Target", TARGET),
    ),
    quick(
        "an override of another API",
        resource(OVERRIDES, ApiId=ref("Other"), Route={TYPE: "AWS_IAM"}),
        fails("Api", "Target", TARGET),
    ),
    case(
        "an API without a target",
        resources(Api=resource("AWS::ApiGatewayV2::Api", ProtocolType="HTTP", Target=NO_VALUE)),
    ),
    # -- events of SAM's functions
    events("an event with no authorizer", fails("Function", EVENT, NEITHER), Get=event()),
    events(
        "an event that opens its route",
        fails("Function", EVENT, "The route of event Get asks nobody", None, "NONE"),
        shared=auth("Pool"),
        Get=event(Auth={"Authorizer": "NONE"}),
    ),
    events(
        "an event with its authorizer", *passes("Function"), Get=event(Auth={"Authorizer": "Pool"})
    ),
    events("a default for all events", *passes("Function"), shared=auth("Pool"), Get=event()),
    events(
        "no default for all events",
        fails("Function", EVENT, NEITHER, None, "NONE"),
        shared=auth("NONE"),
        Get=event(),
    ),
    events(
        "an unknown default",
        undecided("Function", EVENT, "parameter Unset has no default"),
        shared=auth(ref("Unset")),
        Get=event(),
    ),
    events(
        "an unknown authorizer",
        undecided("Function", EVENT, "parameter Unset has no default"),
        Get=event(Auth={"Authorizer": ref("Unset")}),
    ),
    events(
        "an API in a parameter",
        undecided("Function", EVENT, "The default authorizer of the route's API"),
        Get=event(ApiId=ref("Unset")),
    ),
    events("an API that is judged itself", *passes("Function"), Get=event(ApiId=ref("Api"))),
    events("a preflight event", Get=event(Method="OPTIONS")),
    events("an event in small letters", Get=event(Method="options")),
    events("an event of a REST API", Get=event("Api")),
    events("an event of a queue", Get=event("SQS")),
    events(
        "the event that is open",
        fails("Function", EVENT, NEITHER),
        Get=event(),
        Post=event(Auth={"Authorizer": "Pool"}),
    ),
    case(
        "events that are no events",
        resources(
            List=resource("AWS::Serverless::Function", Events=["a"]),
            Text=resource("AWS::Serverless::Function", Events={"Get": "a"}),
            None_=resource("AWS::Serverless::Function"),
            Bare=resource("AWS::Serverless::Function", Events={"Get": {"Type": "HttpApi"}}),
        ),
    ),
    case("a function alone", resources(Function=resource("AWS::Lambda::Function"))),
)
