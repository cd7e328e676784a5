"""The OpenAPI document of a REST API, as the resources of an assembly describe it.

Facts: API Gateway Developer Guide, 'OpenAPI extensions for API Gateway', 'Data models for REST
APIs' and 'Request validation for REST APIs'; CloudFormation, `AWS::ApiGateway::*`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from compliance.intrinsics import referred, truth
from compliance.rehearsal.routing import ANY, NONE, PLACEHOLDER, Api, Route, operation, routes
from compliance.rehearsal.schemas import Models

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compliance.assembly.model import Assembly, Resource

Json = dict[str, Any]

__all__ = ["Route", "document", "operation", "routes"]

VERSION: Final = "3.0.3"
VERBS: Final = ("GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH")
"""What `ANY` stands for."""
KEY: Final = "api_key"
HEADER: Final = "Authorization"
SCHEMES: Final[Mapping[str, str]] = {
    "AWS_IAM": "awsSigv4",
    "COGNITO_USER_POOLS": "cognito_user_pools",
    "CUSTOM": "custom",
}
"""`x-amazon-apigateway-authtype` by authorization type."""
GATEWAY_ANSWERS: Final = {"DEFAULT_4XX": "4XX", "DEFAULT_5XX": "5XX"}
"""Gateway responses that stand for a whole class of statuses, on every method."""
ANSWERS: Final = {"4XX": "The request was refused", "5XX": "The request failed"}

_PLACES: Final = {
    "path": ("path", False),
    "querystring": ("query", False),
    "multivaluequerystring": ("query", True),
    "header": ("header", False),
    "multivalueheader": ("header", True),
}
_NOT_DESCRIBED: Final = frozenset({"accept", "authorization", "content-type"})
"""Headers that OpenAPI does not take as parameters (OpenAPI Specification, 'Parameter Object')."""


def document(assembly: Assembly, *, api: str | None = None) -> Json:
    """The OpenAPI 3.0 document of a REST API.

    It describes paths below the stage, and names no server. An operation's id is its name, unless
    the method has an `OperationName`. `ANY` is written out as every method that has none of its
    own on that path.

    Args:
        assembly: where the API is.
        api: its logical id, or `<stack's construct path>/<logical id>`; not needed for the only
            one.

    Returns:
        The document; the same for the same templates.

    Raises:
        SynthgateError: no such API, or several; or something of it is known only at deploy time.
    """
    return _Writer(Api.of(assembly, api)).document()


class _Writer:
    """Writes the document of one API."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._models = Models(api)
        self._schemes: Json = {}

    def document(self) -> Json:
        paths: Json = {}
        described = {(route.method, route.path) for route, _ in self._api.methods}
        for route, method in self._api.methods:
            item = paths.setdefault(route.path, {})
            for verb in (route.method,) if route.method != ANY else VERBS:
                if route.method != ANY or (verb, route.path) not in described:
                    item[verb.lower()] = self._operation(verb, route, method)
        # The operations name schemes and models on the way, so these come last.
        components: Json = {
            "schemas": self._models.schemas(),
            "securitySchemes": dict(sorted(self._schemes.items())),
        }
        return {
            "openapi": VERSION,
            "info": self._info(),
            "paths": {path: dict(sorted(item.items())) for path, item in sorted(paths.items())},
            "components": {name: part for name, part in components.items() if part},
        }

    def _info(self) -> Json:
        name = self._api.text(self._api.resource, "Name")
        told = self._api.text(self._api.resource, "Description")
        stages = self._api.stages
        info = {
            "title": name or self._api.resource.logical_id,
            "version": stages[0] if len(stages) == 1 else "1",
        }
        return {**info, "description": told} if told else info

    def _operation(self, verb: str, route: Route, method: Resource) -> Json:
        named = self._api.text(method, "OperationName")
        written: Json = {
            "operationId": named if named and route.method != ANY else f"{verb} {route.path}",
            "parameters": list(self._parameters(route, method)),
            "requestBody": self._body(method),
            "responses": self._responses(method, preflight=route.is_preflight),
            "security": self._security(route, method),
        }
        return {name: part for name, part in written.items() if part or name == "security"}

    def _parameters(self, route: Route, method: Resource) -> Iterator[Json]:
        declared = dict.fromkeys(
            (("path", name, False) for name in PLACEHOLDER.findall(route.path)), True
        )
        for key, value in sorted(self._api.entries(method, "RequestParameters")):
            _, _, rest = key.partition("method.request.")
            kind, _, name = rest.partition(".")
            place, several = _PLACES.get(kind, ("", False))
            if place in ("query", "header") and name.lower() not in _NOT_DESCRIBED:
                declared[place, name, several] = bool(truth(value))
        for (place, name, several), required in declared.items():
            text: Json = {"type": "string"}
            yield {
                "name": name,
                "in": place,
                "required": required,
                "schema": {"type": "array", "items": text} if several else text,
            }

    def _body(self, method: Resource) -> Json:
        content = self._content(method.properties, "RequestModels", method)
        if not content:
            return {}
        validator = referred(self._api.one(method, "RequestValidatorId"))
        required = validator is not None and self._api.truth(validator, "ValidateRequestBody")
        return {"required": required, "content": content}

    def _content(self, node: object, key: str, method: Resource) -> Json:
        return {
            kind: {"schema": {"$ref": self._models.reference(model, method)}}
            for kind, model in sorted(self._api.entries(method, key, node=node))
        }

    def _responses(self, method: Resource, *, preflight: bool) -> Json:
        found: Json = {}
        for answer in self._api.elements(method, "MethodResponses"):
            status = str(self._api.one(method, "StatusCode", node=answer))
            headers = sorted(
                key.removeprefix("method.response.header.")
                for key, _ in self._api.entries(method, "ResponseParameters", node=answer)
            )
            parts = {
                "headers": {name: {"schema": {"type": "string"}} for name in headers},
                "content": self._content(answer, "ResponseModels", method),
            }
            found[status] = {
                "description": f"Status {status}",
                **{name: part for name, part in parts.items() if part},
            }
        if not preflight:
            found |= {status: {"description": ANSWERS[status]} for status in self._of_gateway()}
        return dict(sorted(found.items())) or {"default": {"description": "Any status"}}

    def _of_gateway(self) -> Iterator[str]:
        for answer in self._api.parts("AWS::ApiGateway::GatewayResponse"):
            status = GATEWAY_ANSWERS.get(self._api.text(answer, "ResponseType"))
            if status:
                yield status

    def _security(self, route: Route, method: Resource) -> list[Json]:
        asked: Json = {}
        if route.authorization != NONE:
            asked[self._scheme(route, method)] = list(route.scopes)
        key_in_header = self._api.text(self._api.resource, "ApiKeySourceType") != "AUTHORIZER"
        if route.api_key_required and key_in_header:
            asked[KEY] = []
            self._schemes[KEY] = {"type": "apiKey", "name": "x-api-key", "in": "header"}
        return [asked] if asked else []

    def _scheme(self, route: Route, method: Resource) -> str:
        """The name of a method's security scheme, which is described on the way."""
        authorizer = referred(self._api.one(method, "AuthorizerId"))
        kind = SCHEMES[route.authorization]
        name = authorizer.logical_id if authorizer else kind
        source = self._api.text(authorizer, "IdentitySource") if authorizer else ""
        place, _, header = source.removeprefix("method.request.").partition(".")
        self._schemes[name] = {
            "type": "apiKey",
            "name": header if place == "header" and "," not in source else HEADER,
            "in": "header",
            "x-amazon-apigateway-authtype": kind,
        }
        return name
