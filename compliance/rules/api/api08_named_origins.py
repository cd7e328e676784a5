"""API08: CORS names its origins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from compliance.findings import Severity
from compliance.intrinsics import ABSENT, Text, Unknown, Value
from compliance.rules.base import Context, Family, Judgement, Rule, fail, or_passed, undecided

if TYPE_CHECKING:
    from compliance.assembly.model import Resource

HEADER: Final = "access-control-allow-origin"
CORS: Final[Mapping[str, tuple[str, str, str]]] = {
    "AWS::ApiGatewayV2::Api": ("CorsConfiguration", "AllowOrigins", "AllowCredentials"),
    "AWS::Lambda::Url": ("Cors", "AllowOrigins", "AllowCredentials"),
    "AWS::Serverless::HttpApi": ("CorsConfiguration", "AllowOrigins", "AllowCredentials"),
}
"""Where HTTP APIs and function URLs keep their CORS settings."""


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
    resource_types = ("AWS::ApiGateway::Method", "AWS::ApiGateway::GatewayResponse", *CORS)

    def judge(self, resource: Resource, context: Context) -> Iterator[Judgement]:
        """Judge each place that sets Access-Control-Allow-Origin."""
        if resource.type in CORS:
            origins = list(self._configured(resource, context))
            credentials = True in context.get(
                resource, CORS[resource.type][0], CORS[resource.type][2]
            )
        elif resource.type == "AWS::ApiGateway::Method":
            origins = list(self._method(resource, context))
            credentials = False
        else:
            origins = list(
                self._headers(
                    resource,
                    context,
                    context.get(resource, "ResponseParameters"),
                    "Properties.ResponseParameters",
                )
            )
            credentials = False
        if origins:
            yield from or_passed(self._judge(origins, credentials=credentials))

    def _judge(self, origins: list[tuple[str, Value]], *, credentials: bool) -> Iterator[Judgement]:
        for place, value in origins:
            if isinstance(value, Unknown):
                yield undecided(
                    f"The origin is known only at deploy time: {value.reason}.",
                    location=place,
                    observed=value,
                )
            elif isinstance(value, str | Text) and str(value).strip("'\" ") == "*":
                yield fail(
                    "Any web page may read the API's answers"
                    + (", with the caller's credentials." if credentials else "."),
                    location=place,
                    observed=value,
                    severity=Severity.HIGH if credentials else None,
                )

    def _configured(self, resource: Resource, context: Context) -> Iterator[tuple[str, Value]]:
        block, origins, _ = CORS[resource.type]
        for value in context.get(resource, block, origins):
            yield from context.of(resource).items(value, f"Properties.{block}.{origins}")

    def _method(self, resource: Resource, context: Context) -> Iterator[tuple[str, Value]]:
        resolver = context.of(resource)
        place = "Properties.Integration.IntegrationResponses"
        for responses in context.get(resource, "Integration", "IntegrationResponses"):
            for where, response in resolver.items(responses, place):
                if isinstance(response, Mapping):
                    yield from self._headers(
                        resource,
                        context,
                        resolver.get(response, "ResponseParameters"),
                        f"{where}.ResponseParameters",
                    )

    def _headers(
        self, resource: Resource, context: Context, blocks: tuple[Value, ...], place: str
    ) -> Iterator[tuple[str, Value]]:
        for block in blocks:
            if isinstance(block, Mapping):
                for name, value in block.items():
                    if name.lower().endswith(HEADER):
                        for resolved in context.of(resource).values(value):
                            if resolved is not ABSENT:
                                yield f"{place}.{name}", resolved
