"""The OpenAPI document of a REST API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from schemathesis.specs.openapi.definitions import OPENAPI_30_VALIDATOR

from compliance.assembly import read
from compliance.findings import SynthgateError
from compliance.rehearsal.openapi import document
from tests.compliance.rehearsal.apis import API, OF_API, api, assembly, model
from tests.contract.page import ENVIRONMENT, PAGE, rendered

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.synthesized import Assembly

Json = dict[str, Any]

VALIDATOR: Json = {
    "Type": "AWS::ApiGateway::RequestValidator",
    "Properties": {**OF_API, "ValidateRequestBody": True},
}


def described(resources: Json) -> Json:
    """The document of an API, which is one by the specification's own schema."""
    found = document(assembly(resources))
    OPENAPI_30_VALIDATOR.validate(found)
    return found


def operation(verb: str = "GET", path: str = "/things", **method: Any) -> Json:  # noqa: ANN401 - JSON
    """What the document says of a method with these properties."""
    found: Json = described(api(f"{verb} {path}", method=method))["paths"][path][verb.lower()]
    return found


# -- the service ----------------------------------------------------------------------------------


def test_the_published_document_is_the_one_that_the_stacks_make(
    assemblies: Callable[[str], Path],
) -> None:
    """Whoever changes the API or the item's schema writes it anew."""
    assert PAGE.read_text(encoding="utf-8") == rendered(assemblies(ENVIRONMENT)), (
        f"{PAGE.name} differs from the stacks: run `python -m tests.contract.page`"
    )


def test_the_document_of_the_service(assemblies: Callable[[str], Path]) -> None:
    """Its operations, who may call them, what they take and answer."""
    found = document(read(assemblies("prod")))
    OPENAPI_30_VALIDATOR.validate(found)
    items, item = found["paths"]["/items"], found["paths"]["/items/{id}"]

    assert [*items, *item] == ["get", "options", "post", "delete", "get", "options", "put"]
    assert [each["name"] for each in items["get"]["parameters"]] == ["limit", "next", "status"]
    assert item["put"]["requestBody"] == {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ItemModel"}}},
    }
    assert list(item["put"]["responses"]) == ["200", "400", "404", "412", "4XX", "5XX"]
    assert item["put"]["security"] == [{"awsSigv4": [], "api_key": []}]
    assert items["options"]["security"] == []
    assert found["components"]["schemas"]["ItemModel"]["required"] == ["data"]


def test_a_pool_of_users_is_described(cognito: Assembly) -> None:
    """By its authorizer, with the scope that each operation asks for."""
    found = document(read(cognito.folder))
    OPENAPI_30_VALIDATOR.validate(found)

    assert found["paths"]["/items"]["get"]["security"] == [
        {"AuthorizerBD825682": ["items/read"], "api_key": []}
    ]
    assert found["components"]["securitySchemes"] == {
        "AuthorizerBD825682": {
            "type": "apiKey",
            "name": "Authorization",
            "in": "header",
            "x-amazon-apigateway-authtype": "cognito_user_pools",
        },
        "api_key": {"type": "apiKey", "name": "x-api-key", "in": "header"},
    }


def test_the_document_is_the_same_for_the_same_templates(
    assemblies: Callable[[str], Path],
) -> None:
    """Whatever the order in which resources stand."""
    resources = api("POST /b", "GET /a", "ANY /a/{id}", method={"AuthorizationType": "AWS_IAM"})
    backwards = dict(reversed(resources.items()))

    assert json.dumps(described(resources)) == json.dumps(described(backwards))
    folder = assemblies("dev")
    assert json.dumps(document(read(folder))) == json.dumps(document(read(folder)))


# -- any REST API ---------------------------------------------------------------------------------


def test_an_api_is_named() -> None:
    """By its own name and description; its version is the only stage's name."""
    stage = {"Type": "AWS::ApiGateway::Stage", "Properties": {**OF_API, "StageName": "live"}}
    told = {"Api": {**API, "Properties": {"Name": "things", "Description": "All of them"}}}

    assert described(api("GET /") | told)["info"] == {
        "title": "things",
        "version": "1",
        "description": "All of them",
    }
    assert described(api("GET /", Live=stage))["info"] == {"title": "things", "version": "live"}
    assert described(api("GET /", A=stage, B=stage))["info"]["version"] == "1"
    bare = {"Api": {"Type": API["Type"]}}
    assert described(api("GET /") | bare)["info"]["title"] == "Api"


def test_parameters_are_described() -> None:
    """Path parameters always, others as declared; not the headers that OpenAPI has its own for."""
    found = operation(
        path="/things/{id}/{rest+}",
        RequestParameters={
            "method.request.path.id": True,
            "method.request.querystring.page": True,
            "method.request.multivaluequerystring.tag": False,
            "method.request.header.If-Match": "false",
            "method.request.header.Authorization": True,
            "method.request.multivalueheader.x": True,
            "integration.request.header.y": "'z'",
        },
    )

    text, texts = {"type": "string"}, {"type": "array", "items": {"type": "string"}}
    assert found["parameters"] == [
        {"name": "id", "in": "path", "required": True, "schema": text},
        {"name": "rest+", "in": "path", "required": True, "schema": text},
        {"name": "If-Match", "in": "header", "required": False, "schema": text},
        {"name": "x", "in": "header", "required": True, "schema": texts},
        {"name": "tag", "in": "query", "required": False, "schema": texts},
        {"name": "page", "in": "query", "required": True, "schema": text},
    ]


def test_any_is_written_out() -> None:
    """Every method that has none of its own there, each with an id of its own."""
    found = described(api("ANY /things", "GET /things", method={"OperationName": "things"}))
    ids = {verb: each["operationId"] for verb, each in found["paths"]["/things"].items()}

    assert ids == {
        "delete": "DELETE /things",
        "get": "things",
        "head": "HEAD /things",
        "options": "OPTIONS /things",
        "patch": "PATCH /things",
        "post": "POST /things",
        "put": "PUT /things",
    }


def test_an_operation_is_named_by_its_method_and_path() -> None:
    """As reports name it."""
    assert operation(path="/things/{id}")["operationId"] == "GET /things/{id}"


@pytest.mark.parametrize(
    ("method", "more", "required"),
    [
        ({"RequestValidatorId": {"Ref": "Validator"}}, {"Validator": VALIDATOR}, True),
        ({"RequestValidatorId": "abc123"}, {}, False),
        ({}, {}, False),
        (
            {"RequestValidatorId": {"Ref": "Validator"}},
            {"Validator": {**VALIDATOR, "Properties": {**OF_API, "ValidateRequestBody": False}}},
            False,
        ),
    ],
)
def test_a_body_is_required_where_it_is_validated(
    method: Json, more: Json, *, required: bool
) -> None:
    """Without a validator, API Gateway lets a request pass that has none."""
    properties = {**method, "RequestModels": {"application/json": {"Ref": "Model"}}}
    resources = api("PUT /", method=properties, Model=model({"type": "object"}), **more)
    found = described(resources)

    assert found["paths"]["/"]["put"]["requestBody"] == {
        "required": required,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}},
    }
    assert found["components"]["schemas"] == {"Thing": {"type": "object"}}


def test_a_model_is_found_by_its_name() -> None:
    """Where a method names it so; what every API has needs no resource."""
    resources = api(
        "PUT /",
        method={"RequestModels": {"text/json": "Thing", "application/json": "Empty"}},
        Model=model('{"type": "array"}'),
    )
    found = described(resources)

    assert list(found["paths"]["/"]["put"]["requestBody"]["content"]) == [
        "application/json",
        "text/json",
    ]
    assert found["components"]["schemas"] == {
        "Empty": {"title": "Empty Schema", "type": "object"},
        "Thing": {"type": "array", "items": {}},
    }


def test_answers_are_described() -> None:
    """Status, headers and model; classes of statuses that the gateway answers by itself."""
    gateway = {
        f"Default{kind}": {
            "Type": "AWS::ApiGateway::GatewayResponse",
            "Properties": {**OF_API, "ResponseType": kind},
        }
        for kind in ("DEFAULT_4XX", "DEFAULT_5XX", "THROTTLED")
    }
    answer = {
        "StatusCode": 200,
        "ResponseParameters": {"method.response.header.ETag": True},
        "ResponseModels": {"application/json": "Error"},
    }
    resources = api("GET /", method={"MethodResponses": [answer]}, **gateway)

    assert described(resources)["paths"]["/"]["get"]["responses"] == {
        "200": {
            "description": "Status 200",
            "headers": {"ETag": {"schema": {"type": "string"}}},
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
        },
        "4XX": {"description": "The request was refused"},
        "5XX": {"description": "The request failed"},
    }


def test_a_method_that_declares_no_answer_may_give_any() -> None:
    """OpenAPI asks for one at least."""
    assert operation()["responses"] == {"default": {"description": "Any status"}}


@pytest.mark.parametrize(
    ("method", "more", "security", "schemes"),
    [
        ({}, {}, [], {}),
        (
            {"AuthorizationType": "AWS_IAM"},
            {},
            [{"awsSigv4": []}],
            {"awsSigv4": ("Authorization", "awsSigv4")},
        ),
        ({"ApiKeyRequired": True}, {}, [{"api_key": []}], {"api_key": ("x-api-key", None)}),
        (
            {"AuthorizationType": "CUSTOM", "AuthorizerId": {"Ref": "Own"}},
            {"IdentitySource": "method.request.header.X-Token"},
            [{"Own": []}],
            {"Own": ("X-Token", "custom")},
        ),
        (
            {"AuthorizationType": "CUSTOM", "AuthorizerId": {"Ref": "Own"}},
            {"IdentitySource": "method.request.header.A, method.request.querystring.b"},
            [{"Own": []}],
            {"Own": ("Authorization", "custom")},
        ),
        (
            {"AuthorizationType": "COGNITO_USER_POOLS", "AuthorizerId": "abc123"},
            {},
            [{"cognito_user_pools": []}],
            {"cognito_user_pools": ("Authorization", "cognito_user_pools")},
        ),
    ],
)
def test_who_may_call_is_described(
    method: Json, more: Json, security: list[Json], schemes: Json
) -> None:
    """A signature, a token in the header that the authorizer reads, an API key."""
    own = {"Type": "AWS::ApiGateway::Authorizer", "Properties": {**OF_API, **more}}
    found = described(api("GET /", method=method, Own=own))

    assert found["paths"]["/"]["get"]["security"] == security
    told = found.get("components", {}).get("securitySchemes", {})
    assert {
        name: (scheme["name"], scheme.get("x-amazon-apigateway-authtype"))
        for name, scheme in told.items()
    } == schemes


def test_a_key_that_an_authorizer_brings_is_no_header() -> None:
    """`ApiKeySourceType` says whose business it is."""
    resources = api("GET /", method={"ApiKeyRequired": True})
    resources["Api"] = {**API, "Properties": {"ApiKeySourceType": "AUTHORIZER"}}

    assert described(resources)["paths"]["/"]["get"]["security"] == []


def test_a_model_that_is_not_there_is_told() -> None:
    """With those that are."""
    resources = api("PUT /", method={"RequestModels": {"a/b": "Nope"}}, Model=model({}))
    with pytest.raises(SynthgateError) as told:
        document(assembly(resources))
    assert str(told.value) == (
        "Stack0/Method0: the API has no model Nope; it has Empty, Error, Thing"
    )


@pytest.mark.parametrize("schema", ["{", "[]", 7, None])
def test_a_model_that_is_no_schema_is_told(schema: object) -> None:
    """A schema is a JSON object, or the text of one."""
    resources = api("PUT /", method={"RequestModels": {"a/b": "Thing"}}, Model=model(schema))
    with pytest.raises(SynthgateError, match="Stack0/Model: Schema is no JSON object"):
        document(assembly(resources))
