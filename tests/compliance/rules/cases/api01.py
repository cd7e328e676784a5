"""API01: every REST method asks who calls."""

from __future__ import annotations

from typing import Final

from tests.compliance.rules.case import (
    NO_VALUE,
    UNSET,
    Case,
    Json,
    Row,
    assembly,
    case,
    either,
    exported,
    fails,
    passes,
    ref,
    resource,
    resources,
    undecided,
)

RULE: Final = "API01"
NOBODY: Final = "The method asks nobody who they are."
KEY_ALONE: Final = "an API key alone is no authorization."


def method(name: str, *expected: str, **properties: object) -> Case:
    """One method: passes unless a phrase is expected."""
    body = resources(
        {"Parameters": {**UNSET["Parameters"], "Open": {"Type": "String", "Default": "NONE"}}},
        Method=resource("AWS::ApiGateway::Method", **{"HttpMethod": "GET", **properties}),
        Key=resource("AWS::ApiGateway::ApiKey"),
    )
    rows = [fails("Method", "AuthorizationType", phrase) for phrase in expected]
    return case(name, body, *(rows or passes("Method")))


def unknown(name: str, phrase: str, kind: object) -> Case:
    """One method of which nobody can say whether it asks."""
    body = resources(
        UNSET,
        Method=resource("AWS::ApiGateway::Method", HttpMethod="GET", AuthorizationType=kind),
        Key=resource("AWS::ApiGateway::ApiKey"),
    )
    return case(name, body, undecided("Method", "AuthorizationType", phrase))


def preflight(name: str, *expected: str, **properties: object) -> Case:
    """An OPTIONS method."""
    body = resources(
        Method=resource(
            "AWS::ApiGateway::Method",
            **{"HttpMethod": "OPTIONS", "Integration": {"Type": "MOCK"}, **properties},
        )
    )
    return case(name, body, *(fails("Method", "AuthorizationType", phrase) for phrase in expected))


EVENT: Final = "Events.Get.Properties.Auth.Authorizer"


def event(kind: str = "Api", **properties: object) -> Json:
    """One event of a function of SAM's."""
    return {"Type": kind, "Properties": {"Path": "/items", "Method": "get", **properties}}


def events(name: str, *rows: Row, shared: Json | None = None, **made: Json) -> Case:
    """A function of SAM's with these events."""
    body = resources(
        {**UNSET, **({"Globals": shared} if shared else {})},
        Function=resource("AWS::Serverless::Function", Events=made),
        Api={"Type": "AWS::Serverless::Api"},
    )
    return case(name, body, *rows)


CASES: Final = (
    method("signed requests", AuthorizationType="AWS_IAM"),
    method("a function decides", AuthorizationType="CUSTOM", AuthorizerId="a"),
    method("a user pool", AuthorizationType="COGNITO_USER_POOLS"),
    method("signed or by a function", AuthorizationType=either("AWS_IAM", "CUSTOM")),
    method("signed, with a key", AuthorizationType="AWS_IAM", ApiKeyRequired=True),
    method("nothing is said", NOBODY),
    method("nobody is asked", NOBODY, AuthorizationType="NONE"),
    method("no value", NOBODY, AuthorizationType=NO_VALUE),
    method("null", NOBODY, AuthorizationType=None),
    method("a key alone", KEY_ALONE, AuthorizationType="NONE", ApiKeyRequired=True),
    method("a key alone, as text", KEY_ALONE, ApiKeyRequired="true"),
    method("a key alone in one branch", KEY_ALONE, ApiKeyRequired=either("true", "false")),
    case(
        "what was seen",
        resources(
            Silent=resource("AWS::ApiGateway::Method"),
            Open=resource("AWS::ApiGateway::Method", AuthorizationType="NONE"),
        ),
        fails("Silent", "AuthorizationType", NOBODY, None, "absent"),
        fails("Open", "AuthorizationType", NOBODY, None, "NONE"),
    ),
    method("one branch", NOBODY, AuthorizationType=either("AWS_IAM", "NONE")),
    method("one branch without", NOBODY, AuthorizationType=either("AWS_IAM", NO_VALUE)),
    method("a parameter that says no", NOBODY, AuthorizationType=ref("Open")),
    method("a type that does not exist", NOBODY, AuthorizationType="API_KEY"),
    method("an object", NOBODY, AuthorizationType={"a": 1}),
    method("any method", NOBODY, HttpMethod="ANY", AuthorizationType="NONE"),
    method("a mock that is no preflight", NOBODY, Integration={"Type": "MOCK"}),
    unknown("a parameter", "parameter Unset has no default", ref("Unset")),
    unknown("a reference to nothing", "Ref Nothing names nothing", ref("Nothing")),
    unknown("a dynamic reference", "a dynamic reference", "{{resolve:ssm:/auth}}"),
    unknown("a reference to a resource", "known only at deploy time.", ref("Key")),
    unknown("an import from outside", "known only at deploy time.", {"Fn::ImportValue": "Auth"}),
    preflight("a preflight"),
    preflight("a preflight that says so", AuthorizationType="NONE"),
    preflight("OPTIONS with a function behind it", NOBODY, Integration={"Type": "AWS_PROXY"}),
    preflight("a preflight in one branch", NOBODY, HttpMethod=either("OPTIONS", "GET")),
    case("no method", resources(Api=resource("AWS::ApiGateway::RestApi"))),
    assembly(
        "an import from a stack that is here",
        {
            "Api": resources(
                Method=resource(
                    "AWS::ApiGateway::Method",
                    HttpMethod="GET",
                    AuthorizationType={"Fn::ImportValue": "Auth"},
                )
            ),
            "Base": resources({"Outputs": {"A": exported("Auth", "NONE")}}),
        },
        fails("Method", "AuthorizationType", NOBODY),
    ),
    # -- events of SAM's functions
    events(
        "an event that opens its route",
        fails("Function", EVENT, "The route of event Get asks nobody", observed="NONE"),
        Get=event(RestApiId=ref("Api"), Auth={"Authorizer": "NONE"}),
    ),
    events(
        "an event that asks",
        *passes("Function"),
        Get=event(RestApiId=ref("Api"), Auth={"Authorizer": "AWS_IAM"}),
    ),
    events(
        "an event of an API of the template", *passes("Function"), Get=event(RestApiId=ref("Api"))
    ),
    events(
        "an event of the API that SAM makes",
        fails("Function", EVENT, "neither the event nor `Globals`", observed="absent"),
        Get=event(Auth={"ApiKeyRequired": True}),
    ),
    events(
        "an event of the API that SAM makes, with a default",
        *passes("Function"),
        shared={"Api": {"Auth": {"DefaultAuthorizer": "AWS_IAM"}}},
        Get=event(),
    ),
    events(
        "a default of HTTP APIs is none of REST APIs",
        fails("Function", EVENT, "neither the event nor `Globals`"),
        shared={"HttpApi": {"Auth": {"DefaultAuthorizer": "AWS_IAM"}}},
        Get=event(),
    ),
    events("an HTTP API's event", Get=event("HttpApi")),
    events(
        "an authorizer by parameter",
        undecided("Function", EVENT, "parameter Unset has no default"),
        Get=event(Auth={"Authorizer": ref("Unset")}),
    ),
)
