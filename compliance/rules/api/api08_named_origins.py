"""API08: CORS names its origins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from compliance.findings import Severity
from compliance.intrinsics import ABSENT, Text, Unknown, Value, truth
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

ORIGIN: Final = "access-control-allow-origin"
CREDENTIALS: Final = "access-control-allow-credentials"
ANY: Final = ("*", "http://*", "https://*")
"""Origins that are every page (API Gateway Developer Guide, 'Configure CORS for HTTP APIs')."""
CORS: Final[Mapping[str, str]] = {
    "AWS::ApiGatewayV2::Api": "CorsConfiguration",
    "AWS::Lambda::Url": "Cors",
    "AWS::Serverless::HttpApi": "CorsConfiguration",
}
"""Where HTTP APIs and function URLs keep their CORS settings."""

_QUOTES: Final = "'\" "
"""API Gateway writes a header's literal value in quotes."""


@dataclass(frozen=True)
class _Origin:
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
    resource_types = ("AWS::ApiGateway::Method", "AWS::ApiGateway::GatewayResponse", *CORS)

    def judge(self, resource: Resource, context: Context) -> Iterator[Judgement]:
        """Judge each place that sets Access-Control-Allow-Origin."""
        origins = list(_origins(resource, context))
        if origins:
            yield from or_passed(
                judgement for origin in origins for judgement in self._origin(origin)
            )

    def _origin(self, origin: _Origin) -> Iterator[Judgement]:
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
        return value.unknown and host == "\N{OBJECT REPLACEMENT CHARACTER}"
    return isinstance(value, Unknown)


def _origins(resource: Resource, context: Context) -> Iterator[_Origin]:
    if resource.type in CORS:
        yield from _of_settings(resource, context)
    elif resource.type == "AWS::ApiGateway::GatewayResponse":
        for block in context.get(resource, "ResponseParameters"):
            yield from _of_headers(block, "Properties.ResponseParameters", resource, context)
    else:
        resolver = context.of(resource)
        place = "Properties.Integration.IntegrationResponses"
        for responses in context.get(resource, "Integration", "IntegrationResponses"):
            for where, response in resolver.items(responses, place):
                for block in resolver.get(response, "ResponseParameters"):
                    yield from _of_headers(block, f"{where}.ResponseParameters", resource, context)


def _of_settings(resource: Resource, context: Context) -> Iterator[_Origin]:
    name = CORS[resource.type]
    place = f"Properties.{name}"
    for block in context.get(resource, name):
        if truth(block):
            # SAM's short form: `CorsConfiguration: true` allows every origin.
            yield _Origin(place, "*", credentials=False)
            continue
        credentials = any(truth(v) for v in context.of(resource).get(block, "AllowCredentials"))
        for origins in context.of(resource).get(block, "AllowOrigins"):
            for where, value in context.of(resource).items(origins, f"{place}.AllowOrigins"):
                yield _Origin(where, value, credentials)


def _of_headers(
    block: Value, place: str, resource: Resource, context: Context
) -> Iterator[_Origin]:
    """Origins among the headers of one response."""
    if isinstance(block, Unknown):
        yield _Origin(place, block, credentials=False)
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
            yield _Origin(f"{place}.{name}", value, credentials)
