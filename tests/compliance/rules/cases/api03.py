"""API03: a named authorizer exists and fits."""

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
    get,
    passes,
    ref,
    resource,
    resources,
    sub,
    undecided,
)

RULE: Final = "API03"
ID: Final = "AuthorizerId"
MISSING: Final = "and no authorizer is named."
ANOTHER: Final = "belongs to another API."
SAME: Final = "is of the same API is known only at deploy time"
UNKNOWN: Final = "The authorizer is known only at deploy time"


def template(kind: str, part: Json) -> Json:
    """Authorizers of every kind, of two APIs, and one part of the first."""
    version, id_, type_ = (
        ("V2", "ApiId", "AuthorizerType") if kind == "Route" else ("", "RestApiId", "Type")
    )
    authorizer = f"AWS::ApiGateway{version}::Authorizer"
    api = resource(f"AWS::ApiGateway{version}::{'Api' if version else 'RestApi'}")
    kinds = {"Token": "TOKEN", "Request": "REQUEST", "Pool": "COGNITO_USER_POOLS", "Jwt": "JWT"}
    properties = {id_: ref("Api"), **part}
    return resources(
        UNSET,
        Api=api,
        OtherApi=api,
        Users=resource("AWS::Cognito::UserPool"),
        Stack=resource("AWS::CloudFormation::Stack"),
        Custom=resource("Custom::Authorizer"),
        Parameter=resource("AWS::SSM::Parameter"),
        **{
            name: resource(authorizer, **{id_: ref("Api"), type_: value})
            for name, value in kinds.items()
        },
        Other=resource(authorizer, **{id_: ref("OtherApi"), type_: "REQUEST"}),
        Elsewhere=resource(authorizer, **{id_: "abc123", type_: "REQUEST"}),
        Nowhere=resource(authorizer, **{type_: "REQUEST"}),
        Untold=resource(authorizer, **{id_: ref("Api"), type_: ref("Unset")}),
        Kindless=resource(authorizer, **{id_: ref("Api")}),
        Part=resource(f"AWS::ApiGateway{version}::{kind}", **properties),
    )


def method(name: str, type_: object, authorizer: object, *rows: Row, **more: object) -> Case:
    """A method with an authorization type and an authorizer."""
    part = {"AuthorizationType": type_, ID: authorizer, **more}
    return case(name, template("Method", part), *rows)


def route(name: str, type_: object, authorizer: object, *rows: Row, **more: object) -> Case:
    """A route with an authorization type and an authorizer."""
    part = {"AuthorizationType": type_, ID: authorizer, **more}
    return case(name, template("Route", part), *rows)


def wrong(phrase: str, observed: str | None = None) -> Row:
    """A row that says what is wrong with the part."""
    return fails("Part", ID, phrase, None, observed)


def unclear(phrase: str) -> Row:
    """A row that says what is not known of the part."""
    return undecided("Part", ID, phrase)


OK: Final = passes("Part")

CASES: Final = (
    method("a function reads the token", "CUSTOM", ref("Token"), *OK),
    method("a function reads the request", "CUSTOM", ref("Request"), *OK),
    method("a user pool", "COGNITO_USER_POOLS", ref("Pool"), *OK),
    method("by its attribute", "COGNITO_USER_POOLS", get("Pool", "AuthorizerId"), *OK),
    method("by its text", "CUSTOM", sub("${Token}"), *OK),
    method("an id from outside", "CUSTOM", "abc123", *OK),
    route("a token", "JWT", ref("Jwt"), *OK),
    route("a function decides", "CUSTOM", ref("Request"), *OK),
    method("signed requests", "AWS_IAM", NO_VALUE),
    method("nobody is asked", "NONE", NO_VALUE),
    method("nothing is said", NO_VALUE, ref("Token")),
    method("a type that only routes have", "JWT", NO_VALUE),
    route("a type that only methods have", "COGNITO_USER_POOLS", NO_VALUE),
    method("a type not told", ref("Unset"), NO_VALUE),
    method("a type that is an object", {"a": 1}, NO_VALUE),
    # -- none
    method(
        "a function, and none is named",
        "CUSTOM",
        NO_VALUE,
        wrong("Authorization is CUSTOM, and no authorizer is named.", "absent"),
    ),
    method("a pool, and none is named", "COGNITO_USER_POOLS", NO_VALUE, wrong(MISSING)),
    method("an empty name", "CUSTOM", "", wrong(MISSING)),
    route("a token, and none is named", "JWT", NO_VALUE, wrong(MISSING)),
    route("a route's function, and none is named", "CUSTOM", NO_VALUE, wrong(MISSING)),
    method("none in one branch", "CUSTOM", either(ref("Token"), NO_VALUE), wrong(MISSING)),
    method(
        "the same condition decides both",
        either("CUSTOM", "AWS_IAM"),
        either(ref("Token"), NO_VALUE),
        *OK,
    ),
    method(
        "the same condition decides both the wrong way",
        either("AWS_IAM", "CUSTOM"),
        either(ref("Token"), NO_VALUE),
        wrong(MISSING),
    ),
    method(
        "two conditions",
        either("CUSTOM", "AWS_IAM"),
        {"Fn::If": ["Other", ref("Token"), NO_VALUE]},
        wrong(MISSING),
    ),
    method(
        "the authorizer of each type",
        either("CUSTOM", "COGNITO_USER_POOLS"),
        either(ref("Token"), ref("Pool")),
        *OK,
    ),
    # -- of another kind
    method(
        "a pool's method with a function",
        "COGNITO_USER_POOLS",
        ref("Token"),
        wrong("is of kind TOKEN: it has to be COGNITO_USER_POOLS.", "Token"),
    ),
    method(
        "a function's method with a pool",
        "CUSTOM",
        ref("Pool"),
        wrong("is of kind COGNITO_USER_POOLS: it has to be TOKEN or REQUEST."),
    ),
    route("a token's route with a function", "JWT", ref("Request"), wrong("has to be JWT.")),
    route("a function's route with a token", "CUSTOM", ref("Jwt"), wrong("has to be REQUEST.")),
    route("a route with what methods have", "CUSTOM", ref("Token"), wrong("is of kind TOKEN")),
    method("an authorizer without a kind", "CUSTOM", ref("Kindless"), wrong("is of kind absent")),
    method("a kind not told", "CUSTOM", ref("Untold"), unclear("The kind of authorizer Untold")),
    # -- no authorizer
    method(
        "a user pool in its place",
        "COGNITO_USER_POOLS",
        ref("Users"),
        wrong(
            "Users is no authorizer that fits: it is of type AWS::Cognito::UserPool.", "${Users}"
        ),
    ),
    case(
        "a method with a route's authorizer",
        resources(
            Jwt=resource("AWS::ApiGatewayV2::Authorizer", AuthorizerType="REQUEST"),
            Part=resource(
                "AWS::ApiGateway::Method", AuthorizationType="CUSTOM", AuthorizerId=ref("Jwt")
            ),
        ),
        wrong("Jwt is no authorizer that fits"),
    ),
    # -- of another API
    method("another API's", "CUSTOM", ref("Other"), wrong(ANOTHER, "Other")),
    route("another API's, for a route", "CUSTOM", ref("Other"), wrong(ANOTHER)),
    method("an API's with a literal id", "CUSTOM", ref("Elsewhere"), unclear(SAME)),
    method("no API's", "CUSTOM", ref("Nowhere"), unclear(SAME)),
    method("the same literal id", "CUSTOM", ref("Elsewhere"), *OK, RestApiId="abc123"),
    method("another literal id", "CUSTOM", ref("Elsewhere"), wrong(ANOTHER), RestApiId="abc124"),
    method(
        "an id that a nested stack holds",
        "CUSTOM",
        ref("Request"),
        unclear(SAME),
        RestApiId=get("Stack", "Outputs.Api"),
    ),
    method("an id not told", "CUSTOM", ref("Request"), unclear(SAME), RestApiId=ref("Unset")),
    method(
        "one of two APIs",
        "CUSTOM",
        ref("Request"),
        wrong(ANOTHER),
        RestApiId=either(ref("Api"), ref("OtherApi")),
    ),
    method(
        "the API's authorizer in each branch",
        "CUSTOM",
        either(ref("Request"), ref("Other")),
        *OK,
        RestApiId=either(ref("Api"), ref("OtherApi")),
    ),
    method(
        "another API's of another kind",
        "COGNITO_USER_POOLS",
        ref("Other"),
        wrong(ANOTHER),
        wrong("is of kind REQUEST"),
    ),
    # -- not told
    method("a parameter", "CUSTOM", ref("Unset"), unclear("parameter Unset has no default")),
    method("an import", "CUSTOM", {"Fn::ImportValue": "Authorizer"}, unclear(UNKNOWN)),
    method("a dynamic reference", "CUSTOM", "{{resolve:ssm:/authorizer}}", unclear(UNKNOWN)),
    method("a nested stack's", "CUSTOM", get("Stack", "Outputs.Id"), unclear(UNKNOWN)),
    method("a custom resource's", "CUSTOM", get("Custom", "Id"), unclear(UNKNOWN)),
    method("a stored one", "CUSTOM", get("Parameter", "Value"), unclear(UNKNOWN)),
    assembly(
        "authorizers of another stack",
        {
            "Base": resources(
                {
                    "Outputs": {
                        "Api": exported("Api", ref("Api")),
                        "Its": exported("Its", ref("Its")),
                        "Other": exported("Other", ref("Other")),
                    }
                },
                Api=resource("AWS::ApiGateway::RestApi"),
                Its=resource("AWS::ApiGateway::Authorizer", RestApiId=ref("Api"), Type="TOKEN"),
                Other=resource("AWS::ApiGateway::Authorizer", RestApiId=ref("Fuge"), Type="TOKEN"),
                Fuge=resource("AWS::ApiGateway::RestApi"),
            ),
            "Methods": resources(
                **{
                    name: resource(
                        "AWS::ApiGateway::Method",
                        RestApiId={"Fn::ImportValue": "Api"},
                        AuthorizationType="CUSTOM",
                        AuthorizerId={"Fn::ImportValue": name},
                    )
                    for name in ("Its", "Other")
                }
            ),
        },
        *passes("Its"),
        fails("Other", ID, ANOTHER),
    ),
    case(
        "one expression for the API of both",
        resources(
            UNSET,
            Its=resource("AWS::ApiGateway::Authorizer", RestApiId=ref("Unset"), Type="TOKEN"),
            Part=resource(
                "AWS::ApiGateway::Method",
                RestApiId=ref("Unset"),
                AuthorizationType="CUSTOM",
                AuthorizerId=ref("Its"),
            ),
        ),
        *OK,
    ),
)
