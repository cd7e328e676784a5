"""API08: CORS names its origins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from compliance.findings import Severity
from compliance.intrinsics import ABSENT, HOLE, Text, Unknown, Value, truth
from compliance.rules import sam
from compliance.rules.api import apis, openapi
from compliance.rules.base import (
    Context,
    Family,
    Judgement,
    Rule,
    Standard,
    fail,
    or_passed,
    unknown,
)

if TYPE_CHECKING:
    from compliance.assembly.model import Resource
    from compliance.intrinsics import Resolver

ORIGIN: Final = "access-control-allow-origin"
CREDENTIALS: Final = "access-control-allow-credentials"
ANY: Final = ("*", "http://*", "https://*")
"""Origins that are every page (API Gateway Developer Guide, 'Configure CORS for HTTP APIs')."""
CORS: Final[Mapping[str, tuple[str, ...]]] = {
    "AWS::ApiGatewayV2::Api": ("CorsConfiguration",),
    "AWS::Lambda::Url": ("Cors",),
    sam.API: ("Cors",),
    sam.FUNCTION: ("FunctionUrlConfig", "Cors"),
    sam.HTTP_API: ("CorsConfiguration",),
}
"""Where APIs and function URLs keep their CORS settings."""
ORIGINS: Final = ("AllowOrigins", "AllowOrigin", "allowOrigins")
"""What the settings call the origins; SAM's REST API has one."""
ALLOW_CREDENTIALS: Final = ("AllowCredentials", "allowCredentials")
IN_DOCUMENT: Final = "x-amazon-apigateway-cors"
GATEWAY_RESPONSES: Final = "x-amazon-apigateway-gateway-responses"
"""Extensions of an OpenAPI document (API Gateway Developer Guide)."""

_QUOTES: Final = "'\" "
"""API Gateway writes a header's literal value in quotes."""


@dataclass(frozen=True)
class Origin:
    """A value of Access-Control-Allow-Origin, its place, and whether credentials go along."""

    place: str
    value: Value
    credentials: bool


class NamedOrigins(Rule):
    """API08."""

    id = "API08"
    family = Family.API
    severity = Severity.MEDIUM
    title = "CORS names its origins"
    rationale = (
        "With origin * any page that a signed-in user visits can read the API's answers in that "
        "user's browser."
    )
    remediation = "List the origins of the pages that are meant to call the API."
    references = (
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-cors.html",
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html",
    )
    controls = {Standard.NIST: ("AC-4",)}
    resource_types = (
        "AWS::ApiGateway::Method",
        "AWS::ApiGateway::GatewayResponse",
        apis.REST_API,
        *CORS,
    )

    def judge(self, resource: Resource, context: Context) -> Iterator[Judgement]:
        """Judge each place that sets Access-Control-Allow-Origin."""
        origins = list(origins_of(resource, context))
        if origins:
            yield from or_passed(
                judgement for origin in origins for judgement in self._origin(origin)
            )

    def _origin(self, origin: Origin) -> Iterator[Judgement]:
        value = origin.value
        if isinstance(value, str) and value.strip(_QUOTES) in ANY:
            yield fail(
                "Any web page may read the API's answers"
                + (", with the caller's credentials." if origin.credentials else "."),
                location=origin.place,
                observed=value,
                severity=Severity.HIGH if origin.credentials else None,
            )
        elif _is_unknown(value):
            yield unknown("The origin", value, location=origin.place)


def _is_unknown(value: Value) -> bool:
    """Whether only the deployment knows the host: the whole of it, not a part."""
    if isinstance(value, Text):
        host = value.literal.strip(_QUOTES).removeprefix("http://").removeprefix("https://")
        return value.unknown and host == HOLE
    return isinstance(value, Unknown)


def origins_of(resource: Resource, context: Context) -> Iterator[Origin]:
    """Every value of Access-Control-Allow-Origin that a resource sets."""
    if resource.type in CORS:
        yield from _of_property(resource, context)
    if resource.type == sam.API:
        yield from _of_sam_responses(resource, context)
    if resource.type in openapi.INLINE:
        yield from _of_documents(resource, context)
    elif resource.type == "AWS::ApiGateway::GatewayResponse":
        for block in context.get(resource, "ResponseParameters"):
            yield from _of_headers(block, "Properties.ResponseParameters", resource, context)
    elif resource.type == "AWS::ApiGateway::Method":
        resolver = context.of(resource)
        place = "Properties.Integration.IntegrationResponses"
        for responses in context.get(resource, "Integration", "IntegrationResponses"):
            for where, response in resolver.items(responses, place):
                for block in resolver.get(response, "ResponseParameters"):
                    yield from _of_headers(block, f"{where}.ResponseParameters", resource, context)


def _of_property(resource: Resource, context: Context) -> Iterator[Origin]:
    path = CORS[resource.type]
    place = ".".join(("Properties", *path))
    for block in sam.get(resource, context, *path):
        if truth(block):
            # SAM's short form: `CorsConfiguration: true` allows every origin.
            yield Origin(place, "*", credentials=False)
        elif isinstance(block, str | Text | Unknown) and truth(block) is None:
            yield Origin(place, block, credentials=False)
        else:
            yield from _of_settings(block, place, context.of(resource))


def _of_settings(block: Value, place: str, resolver: Resolver) -> Iterator[Origin]:
    credentials = any(
        truth(value) for name in ALLOW_CREDENTIALS for value in resolver.get(block, name)
    )
    for name in ORIGINS:
        for origins in resolver.get(block, name):
            for where, value in resolver.items(origins, f"{place}.{name}"):
                yield Origin(where, value, credentials)


def _of_documents(api: Resource, context: Context) -> Iterator[Origin]:
    """Origins in an OpenAPI document. That one cannot be read is API06's to say."""
    for document in openapi.documents(api, context):
        if isinstance(document, tuple):
            continue
        resolver = document.resolver
        for block in resolver.get(document.root, IN_DOCUMENT):
            yield from _of_settings(block, f"{document.place}.{IN_DOCUMENT}", resolver)
        responses = [(document.root, document.place, (GATEWAY_RESPONSES,))] + [
            (operation.body, operation.place, (openapi.INTEGRATION, "responses"))
            for operation in openapi.operations(document)
            if not isinstance(operation, tuple)
        ]
        for node, place, path in responses:
            for found in resolver.get(node, *path):
                for name, raw in found.items() if isinstance(found, Mapping) else ():
                    where = ".".join((place, *path, name, "responseParameters"))
                    for block in resolver.get(raw, "responseParameters"):
                        yield from _of_headers(block, where, api, context)


def _of_sam_responses(api: Resource, context: Context) -> Iterator[Origin]:
    """SAM's gateway responses; the names of headers stand there alone."""
    resolver = context.of(api)
    path = ("ResponseParameters", "Headers")
    for found in sam.get(api, context, "GatewayResponses"):
        for name, raw in found.items() if isinstance(found, Mapping) else ():
            place = ".".join(("Properties.GatewayResponses", name, *path))
            for block in resolver.get(raw, *path):
                yield from _of_headers(block, place, api, context)


def _of_headers(block: Value, place: str, resource: Resource, context: Context) -> Iterator[Origin]:
    """Origins among the headers of one response."""
    if isinstance(block, Unknown):
        yield Origin(place, block, credentials=False)
    headers = [
        (name, value)
        for name, raw in (block.items() if isinstance(block, Mapping) else ())
        for value in context.of(resource).values(raw)
        if value is not ABSENT
    ]
    credentials = any(
        name.lower().endswith(CREDENTIALS) and truth(str(value).strip(_QUOTES))
        for name, value in headers
    )
    for name, value in headers:
        if name.lower().endswith(ORIGIN):
            yield Origin(f"{place}.{name}", value, credentials)
