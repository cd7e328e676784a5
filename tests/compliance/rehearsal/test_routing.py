"""The routes of a REST API, and which of them a request takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from compliance.assembly import read
from compliance.findings import SynthgateError
from compliance.rehearsal.model import Place
from compliance.rehearsal.routing import operation, routes
from tests.compliance.rehearsal.apis import API, OF_API, api, assembly

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.synthesized import Assembly

MOCK = {"HttpMethod": "OPTIONS", "Integration": {"Type": "MOCK"}}


def test_the_routes_of_the_service(assemblies: Callable[[str], Path]) -> None:
    """Signed, with a key; preflights with neither."""
    found = routes(read(assemblies("dev")))

    assert [
        (route.operation, route.authorization, route.api_key_required, route.is_preflight)
        for route in found
    ] == [
        ("GET /items", "AWS_IAM", True, False),
        ("OPTIONS /items", "NONE", False, True),
        ("POST /items", "AWS_IAM", True, False),
        ("DELETE /items/{id}", "AWS_IAM", True, False),
        ("GET /items/{id}", "AWS_IAM", True, False),
        ("OPTIONS /items/{id}", "NONE", False, True),
        ("PUT /items/{id}", "AWS_IAM", True, False),
    ]
    place = found[0].place
    assert (place.template, place.stack) == ("ApiStack.template.json", "ApiStack")
    assert place.resource_type == "AWS::ApiGateway::Method"
    assert place.construct_path == "ApiStack/ServerlessApi/Default/items/GET/Resource"


def test_scopes_are_named_as_tokens_have_them(cognito: Assembly) -> None:
    """A reference to the resource server stands for its identifier."""
    found = {route.operation: route for route in routes(read(cognito.folder))}

    assert found["GET /items"].authorization == "COGNITO_USER_POOLS"
    assert found["GET /items"].scopes == ("items/read",)
    assert found["PUT /items/{id}"].scopes == ("items/write",)


def test_a_method_is_told_with_its_place() -> None:
    """Values are resolved, absent ones are CloudFormation's defaults."""
    properties: dict[str, Any] = {
        "AuthorizationType": {"Ref": "Kind"},
        "AuthorizationScopes": ["b", "a"],
        "ApiKeyRequired": "true",
    }
    resources = api("any /things", method=properties)
    found = assembly(resources)
    found.templates[0].body["Parameters"] = {"Kind": {"Type": "String", "Default": "AWS_IAM"}}  # type: ignore[index]
    (route,) = routes(found)

    assert route.operation == "ANY /things"
    assert (route.authorization, route.scopes) == ("AWS_IAM", ("a", "b"))
    assert route.api_key_required is True
    assert route.place == Place("0.template.json", "Stack0", "Method0", "AWS::ApiGateway::Method")


def test_a_method_that_says_nothing_asks_nothing() -> None:
    """No authorization, no key."""
    resources = api("GET /")
    del resources["Method0"]["Properties"]["AuthorizationType"]
    (route,) = routes(assembly(resources))

    assert (route.operation, route.authorization) == ("GET /", "NONE")
    assert (route.scopes, route.api_key_required, route.is_preflight) == ((), False, False)


def test_options_that_reach_a_backend_are_no_preflight() -> None:
    """Only what API Gateway answers itself is one."""
    mocked, reached = (
        routes(assembly(api("OPTIONS /", method=properties)))[0]
        for properties in (MOCK, {"Integration": {"Type": "AWS_PROXY"}})
    )
    assert (mocked.is_preflight, reached.is_preflight) == (True, False)


ROUTES = routes(
    assembly(
        api(
            "GET /",
            "GET /things",
            "POST /things",
            "ANY /things/{id}",
            "GET /things/{id}",
            "GET /things/new",
            "GET /things/{id}/parts/{part}",
            "GET /things/new/{proxy+}",
            "PUT /{proxy+}",
            "GET /files/{path+}",
        )
    )
)


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/", "GET /"),
        ("GET", "", "GET /"),
        ("GET", "/things", "GET /things"),
        ("get", "/things/", "GET /things"),
        ("GET", "/things/7", "GET /things/{id}"),
        ("DELETE", "/things/7", "ANY /things/{id}"),
        ("GET", "/things/new", "GET /things/new"),
        ("GET", "/things/%20x", "GET /things/{id}"),
        ("GET", "/things/7/parts/8", "GET /things/{id}/parts/{part}"),
        ("GET", "/things/new/parts/8", "GET /things/new/{proxy+}"),
        ("GET", "/files/a/b/c", "GET /files/{path+}"),
        ("GET", "/files", ""),
        ("GET", "/other", ""),
        ("PATCH", "/things", ""),
        ("PUT", "/things", "PUT /{proxy+}"),
        ("PUT", "/files/a", "PUT /{proxy+}"),
        ("DELETE", "/things/new", ""),
        ("GET", "/things/7/parts", ""),
        ("GET", "/Things", ""),
    ],
)
def test_the_operation_of_a_request(method: str, path: str, expected: str) -> None:
    """Literal before placeholder before greedy; the method's own before `ANY`."""
    assert operation(ROUTES, method, path) == expected
    assert operation(reversed(ROUTES), method, path) == expected


TWO = assembly(api("GET /a"), api("GET /b"))


def test_one_of_several_apis_is_named() -> None:
    """By logical id, or with its stack where that is not enough."""
    other = {"Other": API, **api("GET /a")}

    assert [route.path for route in routes(assembly(other), api="Api")] == ["/a"]
    assert routes(assembly(other), api="Other") == ()
    assert [route.path for route in routes(TWO, api="Stack1/Api")] == ["/b"]


@pytest.mark.parametrize(
    ("found", "name", "message"),
    [
        (assembly({}), None, "cdk.out: no REST API; the assembly has none"),
        (TWO, "Nope", "cdk.out: no REST API Nope; the assembly has Stack0/Api, Stack1/Api"),
        (TWO, None, "2 REST APIs; name one of Stack0/Api, Stack1/Api"),
        (TWO, "Api", "2 REST APIs; name one of Stack0/Api, Stack1/Api"),
        (
            assembly(api("GET /a", method={"AuthorizationType": {"Ref": "Nothing"}})),
            None,
            "Stack0/Method0: AuthorizationType is ${Nothing}; a rehearsal reads",
        ),
        (
            assembly(api("GET /a", method={"AuthorizationType": "MAGIC"})),
            None,
            "AuthorizationType is MAGIC; a rehearsal reads one of AWS_IAM, CUSTOM,",
        ),
        (
            assembly(api("GET /a", method={"ApiKeyRequired": "maybe"})),
            None,
            "ApiKeyRequired is maybe; a rehearsal reads true or false",
        ),
        (
            assembly(api("GET /a", method={"ApiKeyRequired": {"Fn::If": ["X", True, False]}})),
            None,
            "ApiKeyRequired is true or false; a rehearsal reads a value that no condition decides",
        ),
        (
            assembly(api("GET /a", method={"ResourceId": "abc123"})),
            None,
            "Stack0/Method0: ResourceId is abc123; a rehearsal reads a resource of the assembly",
        ),
        (
            assembly(api("GET /a", method={"HttpMethod": {"Ref": "Api"}})),
            None,
            "HttpMethod is ${Api}; a rehearsal reads a method of HTTP",
        ),
        (
            assembly({"Api": {**API, "Properties": {"Body": {"openapi": "3.0.1"}}}}),
            None,
            "Stack0/Api: Body is an OpenAPI document; a rehearsal reads methods as resources",
        ),
    ],
)
def test_what_cannot_be_read_is_told(found: Any, name: str | None, message: str) -> None:  # noqa: ANN401 - an assembly
    """With its place, what was seen and what is allowed."""
    with pytest.raises(SynthgateError) as told:
        routes(found, api=name)
    assert message in str(told.value)


def test_a_part_of_another_api_is_none_of_this_one() -> None:
    """Nor is one that names its API by a literal id."""
    resources = api("GET /a")
    for other in ("abc123", {"Ref": "Other"}):
        resources[f"Of{len(resources)}"] = {
            **resources["Method0"],
            "Properties": {**resources["Method0"]["Properties"], **OF_API, "RestApiId": other},
        }
    found = assembly({**resources, "Other": API})

    assert [route.place.logical_id for route in routes(found, api="Api")] == ["Method0"]
