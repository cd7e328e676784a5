"""API06: an API given as an OpenAPI body secures each operation."""

from __future__ import annotations

import json
from typing import Final

from tests.compliance.rules.case import (
    NO_VALUE,
    UNSET,
    Case,
    Json,
    Row,
    case,
    either,
    fails,
    get,
    passes,
    ref,
    resource,
    resources,
    sub,
    undecided,
)

RULE: Final = "API06"
INTEGRATION: Final = "x-amazon-apigateway-integration"
VERBS: Final = ("get", "put", "post", "delete", "head", "patch", "trace")
ANY: Final = "x-amazon-apigateway-any-method"
MOCK: Final = {INTEGRATION: {"type": "mock"}}
NONE: Final = "GET /items asks nobody who they are: it has no security."
IGNORED: Final = "it has no security of its own, and a REST API ignores the document's."
EMPTY: Final = "an empty requirement lets anybody in."
BEHIND: Final = "has no authorizer and no signed requests behind it."
KEY_ALONE: Final = "an API key alone is no authorization."
WHETHER: Final = "Whether each operation asks who calls is known only at deploy time"
WHERE: Final = "Body.paths./items.get.security"
SIGNED: Final[list[Json]] = [{"sigv4": []}]
SCHEMES: Final[Json] = {
    "sigv4": {
        "type": "apiKey",
        "name": "Authorization",
        "in": "header",
        "x-amazon-apigateway-authtype": "awsSigv4",
    },
    "pool": {
        "type": "apiKey",
        "name": "Authorization",
        "in": "header",
        "x-amazon-apigateway-authtype": "cognito_user_pools",
        "x-amazon-apigateway-authorizer": {"type": "cognito_user_pools"},
    },
    "jwt": {"type": "oauth2", "x-amazon-apigateway-authorizer": {"type": "jwt"}},
    "named": {"type": "apiKey", "name": "Authorization", "x-amazon-apigateway-authtype": "custom"},
    "empty": {"type": "oauth2", "x-amazon-apigateway-authorizer": {}},
    "half": {"type": "oauth2", "x-amazon-apigateway-authorizer": either({"type": "jwt"}, NO_VALUE)},
    "included": {"x-amazon-apigateway-authorizer": {"Fn::Transform": {"Name": "AWS::Include"}}},
    "unset": {"type": "oauth2", "x-amazon-apigateway-authorizer": ref("Unset")},
    "key": {"type": "apiKey", "name": "x-api-key", "in": "header"},
    "Key": {"type": "apiKey", "name": "X-API-Key", "in": "header"},
    "parameter": ref("Unset"),
}


def document(paths: object, **more: object) -> Json:
    """An OpenAPI 3 document with schemes of every kind."""
    return {"openapi": "3.0.1", "components": {"securitySchemes": SCHEMES}, "paths": paths, **more}


def operation(**body: object) -> Json:
    """A document with one operation."""
    return document({"/items": {"get": body}})


def rest(name: str, body: object, *rows: Row, **more: object) -> Case:
    """A REST API given as a body."""
    api = resource("AWS::ApiGateway::RestApi", Body=body, **more)
    return case(name, resources(UNSET, Api=api), *rows)


def http(name: str, body: object, *rows: Row, **more: object) -> Case:
    """An HTTP API given as a body."""
    return case(
        name, resources(UNSET, Api=resource("AWS::ApiGatewayV2::Api", Body=body, **more)), *rows
    )


def sam(name: str, *rows: Row, kind: str = "Api", shared: object = None, **more: object) -> Case:
    """An API of SAM's."""
    sections = {**UNSET, **({"Globals": {kind: shared}} if shared else {})}
    body = resources(sections, Api=resource(f"AWS::Serverless::{kind}", **more))
    return case(name, body, *rows)


def secured(name: str, security: object, *rows: Row) -> tuple[Case, Case]:
    """The same `security` in a REST API and in an HTTP API."""
    body = operation(security=security)
    return rest(f"{name}, REST", body, *rows), http(f"{name}, HTTP", body, *rows)


def wrong(phrase: str, observed: str | None = None) -> Row:
    """A row that says what is wrong with the only operation."""
    return fails("Api", WHERE, phrase, None, observed)


def unclear(phrase: str = "Whether the operation asks who calls") -> Row:
    """A row that says what is not known of the only operation."""
    return undecided("Api", WHERE, phrase)


OK: Final = passes("Api")
DEFAULT: Final = "Auth.DefaultAuthorizer"
NO_DEFAULT: Final = "The API has no default authorizer: an event that names none lets anybody in."

CASES: Final = (
    *secured("signed requests", SIGNED, *OK),
    *secured("a user pool", [{"pool": []}], *OK),
    *secured("a token", [{"jwt": ["items:read"]}], *OK),
    *secured("an authorizer and a key", [{"pool": []}, {"key": []}], *OK),
    *secured("an authorizer and a key, together", [{"pool": [], "key": []}], *OK),
    *secured("an authorizer and an unknown scheme, together", [{"pool": [], "named": []}], *OK),
    *secured("nothing required", [], wrong(EMPTY, "[]")),
    *secured("nothing required besides", [{"sigv4": []}, {}], wrong(EMPTY)),
    *secured("an object in its place", {"sigv4": []}, *OK),
    *secured("words in its place", ["sigv4"], wrong(EMPTY)),
    *secured("no authorizer behind the scheme", [{"named": []}], wrong(f"named {BEHIND}")),
    *secured("an empty authorizer", [{"empty": []}], wrong(f"empty {BEHIND}")),
    *secured("an authorizer in one branch", [{"half": []}], wrong(f"half {BEHIND}")),
    *secured("a scheme that is not defined", [{"other": []}], wrong(f"other {BEHIND}")),
    *secured("another way in", [{"sigv4": []}, {"named": []}], wrong(f"named {BEHIND}")),
    *secured("a key alone", [{"key": []}], wrong(KEY_ALONE)),
    *secured("a key alone, in capitals", [{"Key": []}], wrong(KEY_ALONE)),
    *secured("an included authorizer", [{"included": []}], unclear()),
    *secured("an authorizer in a parameter", [{"unset": []}], unclear()),
    *secured("a scheme in a parameter", [{"parameter": []}], unclear()),
    *secured("an unknown scheme besides", [{"sigv4": []}, {"included": []}], unclear()),
    *secured("security in a parameter", ref("Unset"), unclear("parameter Unset has no default")),
    *secured("an entry in a parameter", [ref("Unset")], unclear("parameter Unset has no default")),
    *secured("a good and an unknown entry", [{"sigv4": []}, ref("Unset")], unclear()),
    *secured("one branch", either(SIGNED, []), wrong(EMPTY)),
    *secured("an entry in one branch", [either({"sigv4": []}, NO_VALUE)], wrong(EMPTY)),
    *secured("an entry in each branch", [either({"sigv4": []}, {"pool": []})], *OK),
    rest("no security", operation(), wrong(NONE, "absent")),
    http("no security, HTTP", operation(), wrong(NONE, "absent")),
    rest("no value", operation(security=NO_VALUE), wrong(NONE)),
    rest("null", operation(security=None), wrong(NONE)),
    rest(
        "the document's security",
        document({"/items": {"get": {}}}, security=SIGNED),
        wrong(IGNORED),
    ),
    http("the document's security, HTTP", document({"/items": {"get": {}}}, security=SIGNED), *OK),
    http(
        "the document's security, which is empty",
        document({"/items": {"get": {}}}, security=[]),
        wrong(EMPTY),
    ),
    http(
        "its own security against the document's",
        document({"/items": {"get": {"security": []}}}, security=SIGNED),
        wrong(EMPTY),
    ),
    http(
        "its own security in one branch",
        document({"/items": {"get": {"security": either([], NO_VALUE)}}}, security=SIGNED),
        wrong(EMPTY),
    ),
    # -- what the operation says without a scheme
    rest(
        "an operation that is signed",
        operation(**{"x-amazon-apigateway-auth": {"type": "aws_iam"}}),
        *OK,
    ),
    rest(
        "an operation that is open",
        operation(**{"x-amazon-apigateway-auth": {"type": "NONE"}}),
        wrong(NONE),
    ),
    # -- preflights
    rest("a preflight", document({"/items": {"options": MOCK}}), *OK),
    rest(
        "a preflight in capitals",
        document({"/items": {"OPTIONS": {INTEGRATION: {"type": "MOCK"}}}}),
        *OK,
    ),
    rest(
        "a preflight with a function behind it",
        document({"/items": {"options": {INTEGRATION: {"type": "aws_proxy"}}}}),
        fails("Api", "Body.paths./items.options.security", "OPTIONS /items asks nobody"),
    ),
    rest("a mock that is no preflight", operation(**MOCK), wrong(NONE)),
    http("a preflight, HTTP", document({"/items": {"options": {}}}), *OK),
    # -- forms of documents
    rest(
        "every method",
        document(
            {
                "/items": {
                    **{verb: {} for verb in VERBS},
                    ANY: {},
                }
            }
        ),
        *(
            fails("Api", f"Body.paths./items.{verb}.security", f"{verb.upper()} /items asks")
            for verb in VERBS
        ),
        fails("Api", f"Body.paths./items.{ANY}.security", "ANY /items asks nobody"),
    ),
    rest(
        "what is no method",
        document({"/items": {"parameters": [{}], "summary": "x", "x-internal": {}}}),
        *OK,
    ),
    rest(
        "one operation of several",
        document({"/items": {"get": {"security": SIGNED}}, "/open": {"post": {}}}),
        fails("Api", "Body.paths./open.post.security", "POST /open asks nobody"),
    ),
    rest(
        "Swagger 2",
        {
            "swagger": "2.0",
            "securityDefinitions": SCHEMES,
            "paths": {
                "/items": {"get": {"security": SIGNED}, "put": {"security": [{"named": []}]}}
            },
        },
        fails("Api", "Body.paths./items.put.security", BEHIND),
    ),
    rest(
        "a document as text",
        json.dumps(document({"/items": {"get": {}, "put": {"security": SIGNED}}}, security=SIGNED)),
        wrong(IGNORED),
    ),
    rest(
        "a document as text with tokens",
        sub('{"paths": {"/items": {"get": {"x": "${AWS::Region}"}}}}'),
        wrong(NONE),
    ),
    rest(
        "text that is no document",
        "openapi: 3.0.1",
        undecided("Api", "Body", "it is text, and no JSON"),
    ),
    rest("a list", [], undecided("Api", "Body", "it is no OpenAPI document")),
    rest("no paths", {"openapi": "3.0.1"}, *OK),
    rest("paths that are none", {"paths": ["a"]}, *OK),
    rest("a path that is none", {"paths": {"/items": "a"}}, *OK),
    rest("an operation that is none", {"paths": {"/items": {"get": "a"}}}, *OK),
    rest(
        "an open operation in one branch",
        document({"/items": either({"get": {"security": SIGNED}}, {"get": {}})}),
        wrong(NONE),
    ),
    rest("a document in one branch", either(operation(), NO_VALUE), wrong(NONE)),
    rest(
        "schemes in a parameter",
        {"components": ref("Unset"), "paths": {"/items": {"get": {"security": SIGNED}}}},
        unclear(),
    ),
    # -- what is not in the template
    rest(
        "a document in a bucket",
        NO_VALUE,
        undecided("Api", "BodyS3Location", WHETHER),
        BodyS3Location={"Bucket": "b", "Key": "k"},
    ),
    http(
        "a document in a bucket, HTTP",
        NO_VALUE,
        undecided("Api", "BodyS3Location", "the document is not in the template"),
        BodyS3Location={"Bucket": "b", "Key": "k"},
    ),
    rest(
        "a document in a parameter",
        ref("Unset"),
        undecided("Api", "Body", "parameter Unset has no default"),
    ),
    rest(
        "an included document",
        {"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "s3://b/k"}}},
        undecided("Api", "Body", WHETHER),
    ),
    *(
        rest(
            f"an include in {place or 'the document'}",
            body,
            undecided("Api", f"Body{place}", "is included at deploy time"),
        )
        for place, body in (
            ("", {"paths": {}, "Fn::Transform": {}}),
            (".paths", {"paths": {"/a": {}, "Fn::Transform": {}}}),
            (".paths./a", {"paths": {"/a": {"summary": "x", "Fn::Transform": {}}}}),
        )
    ),
    rest(
        "a path that is written elsewhere",
        document({"/items": {"$ref": "#/x"}}),
        undecided("Api", "Body.paths./items", "reference to another part of the document"),
    ),
    rest(
        "an include in an operation",
        operation(security=SIGNED, **{"Fn::Transform": {}}),
        undecided("Api", "Body.paths./items.get", "is included at deploy time"),
    ),
    rest(
        "an included path",
        {"paths": {"/a": {"Fn::Transform": {}}}},
        undecided("Api", "Body.paths./a", "Fn::Transform is decided at deploy time"),
    ),
    *(
        rest(
            f"a scheme that may be included in {name}",
            {**body, "paths": {"/items": {"get": {"security": SIGNED}}}},
            *more,
            unclear(),
        )
        for name, body, more in (
            ("the document", {"Fn::Transform": {}}, [undecided("Api", "Body", "is included")]),
            ("the components", {"components": {"x": {}, "Fn::Transform": {}}}, []),
            (
                "the schemes",
                {"components": {"securitySchemes": {"x": {}, "Fn::Transform": {}}}},
                [],
            ),
            ("Swagger's schemes", {"securityDefinitions": {"x": {}, "Fn::Transform": {}}}, []),
        )
    ),
    rest("no body", NO_VALUE),
    http("no body, HTTP", NO_VALUE),
    case("no API", resources(Method=resource("AWS::ApiGateway::Method", Body=operation()))),
    # -- SAM
    sam("a default of SAM's", *OK, Auth={"DefaultAuthorizer": "Pool"}),
    sam("a default of SAM's, HTTP", *OK, kind="HttpApi", Auth={"DefaultAuthorizer": "Pool"}),
    sam("no default of SAM's", fails("Api", DEFAULT, NO_DEFAULT, None, "absent")),
    sam("no default of SAM's, HTTP", fails("Api", DEFAULT, NO_DEFAULT), kind="HttpApi"),
    sam(
        "NONE as default",
        fails("Api", DEFAULT, NO_DEFAULT, None, "NONE"),
        Auth={"DefaultAuthorizer": "NONE"},
    ),
    sam("a key alone of SAM's", fails("Api", DEFAULT, NO_DEFAULT), Auth={"ApiKeyRequired": True}),
    sam(
        "a default in one branch",
        fails("Api", DEFAULT, NO_DEFAULT),
        Auth={"DefaultAuthorizer": either("Pool", NO_VALUE)},
    ),
    sam(
        "a default in a parameter",
        undecided("Api", DEFAULT, "Unset has no default"),
        Auth={"DefaultAuthorizer": ref("Unset")},
    ),
    sam("a default for all APIs", *OK, shared={"Auth": {"DefaultAuthorizer": "Pool"}}),
    sam(
        "a default for all APIs, HTTP",
        *OK,
        kind="HttpApi",
        shared={"Auth": {"DefaultAuthorizer": "Pool"}},
    ),
    sam("a document of SAM's", *OK, DefinitionBody=operation(security=SIGNED)),
    sam(
        "an open document of SAM's",
        fails("Api", "DefinitionBody.paths./items.get.security", NONE),
        DefinitionBody=operation(),
    ),
    sam(
        "an open document and a default",
        *OK,
        DefinitionBody=operation(),
        Auth={"DefaultAuthorizer": "Pool"},
    ),
    sam(
        "the document's security, SAM",
        fails("Api", "DefinitionBody.paths./items.get.security", IGNORED),
        DefinitionBody=document({"/items": {"get": {}}}, security=SIGNED),
    ),
    sam(
        "the document's security, SAM and HTTP",
        *OK,
        kind="HttpApi",
        DefinitionBody=document({"/items": {"get": {}}}, security=SIGNED),
    ),
    sam(
        "an authorizer that SAM defines",
        *OK,
        Auth={"Authorizers": {"Pool": {"UserPoolArn": get("Users", "Arn")}}},
        DefinitionBody=operation(security=[{"Pool": []}]),
    ),
    sam(
        "a document of SAM's in a bucket",
        undecided("Api", "DefinitionUri", WHETHER),
        DefinitionUri="s3://b/k",
    ),
    sam(
        "a document of SAM's in a bucket, HTTP",
        undecided("Api", "DefinitionUri", WHETHER),
        kind="HttpApi",
        DefinitionUri="api.yaml",
    ),
    sam(
        "a document of all APIs",
        undecided("Api", "DefinitionUri", WHETHER),
        shared={"DefinitionUri": "s3://b/k"},
    ),
)
