"""API02: every HTTP API route, and a WebSocket API's `$connect`, asks who calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.findings import Severity
from compliance.intrinsics import ABSENT, Text, Unknown
from compliance.rules import sam
from compliance.rules.api import apis, sam_events
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
    from collections.abc import Iterator

    from compliance.assembly.model import Resource
    from compliance.intrinsics import Value

ASKING: Final = ("AWS_IAM", "CUSTOM", "JWT")
"""Authorization types that ask (API Gateway V2 API Reference, `Route.authorizationType`)."""
HTTP: Final = "HTTP"
WEBSOCKET: Final = "WEBSOCKET"
PROTOCOLS: Final = (HTTP, WEBSOCKET)
CONNECT: Final = "$connect"
DEFAULT: Final = "$default"
NOBODY: Final = "asks nobody who they are"


class AuthorizedRoutes(Rule):
    """API02."""

    id = "API02"
    family = Family.API
    severity = Severity.CRITICAL
    title = "Every HTTP API route, and a WebSocket API's `$connect`, asks who calls"
    rationale = (
        "A route without authorization answers anybody who finds its address; a WebSocket API asks "
        "at `$connect` or never."
    )
    remediation = (
        "Give the route an authorizer, or the API a default one: `default_authorizer=` with "
        "`HttpIamAuthorizer()`, a JWT authorizer or a function."
    )
    references = (
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control.html",
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-control-access.html",
    )
    controls = {
        Standard.FSBP: ("APIGateway.8",),
        Standard.NIST: ("AC-3", "CM-2", "CM-2(2)"),
    }
    stock = ("AwsSolutions-APIG4",)
    resource_types = (apis.ROUTE, apis.WEB_API, sam.FUNCTION)

    def judge(self, resource: Resource, context: Context) -> Iterator[Judgement]:
        """Judge a route, an API that makes a route by itself, or a function's events."""
        if resource.type == apis.ROUTE:
            protocols = _protocols(resource, context)
            if not _is_free(resource, context, protocols):
                yield from or_passed(_route(resource, context, protocols))
        elif resource.type == apis.WEB_API:
            if any(value is not ABSENT for value in context.get(resource, "Target")):
                yield from or_passed(_quick_api(resource, context))
        else:
            events = [
                event
                for event in sam.events(resource, context)
                if event.kind == "HttpApi" and not sam_events.is_preflight(event, context)
            ]
            if events:
                yield from or_passed(
                    judgement
                    for event in events
                    for judgement in sam_events.judgements(event, context)
                )


def _protocols(route: Resource, context: Context) -> frozenset[str]:
    """What the route's API may speak: both, where neither the API nor the route's key tells."""
    told = [
        protocol
        for api in apis.here(route, context)
        for protocol in (context.get(api, "ProtocolType") if api.type == apis.WEB_API else (HTTP,))
    ]
    if told and all(protocol in PROTOCOLS for protocol in told):
        return frozenset(told)
    keys = context.get(route, "RouteKey")
    if all(isinstance(key, str) and key != DEFAULT for key in keys):
        # A route of an HTTP API names a method and a path.
        return frozenset(HTTP if " " in key else WEBSOCKET for key in keys)
    return frozenset(PROTOCOLS)


def _is_free(route: Resource, context: Context, protocols: frozenset[str]) -> bool:
    """Whether a route need not ask: a preflight, or a message on a connection that was let in."""
    keys = context.get(route, "RouteKey")
    if protocols == {WEBSOCKET}:
        return all(isinstance(key, str) and key != CONNECT for key in keys)
    return protocols == {HTTP} and all(
        isinstance(key, str) and key.upper().startswith("OPTIONS ") for key in keys
    )


def _route(route: Resource, context: Context, protocols: frozenset[str]) -> Iterator[Judgement]:
    location = "Properties.AuthorizationType"
    for value in context.get(route, "AuthorizationType"):
        if isinstance(value, Unknown | Text):
            yield unknown("The route's authorization", value, location=location)
        elif value in ASKING:
            continue
        elif protocols == {HTTP} or CONNECT in context.get(route, "RouteKey"):
            yield _open(f"The route {NOBODY}.", value, location)
        else:
            yield unknown(
                "Whether the route, which asks for no authorization, is one of a WebSocket API's "
                "messages",
                Unknown("its API or its key is not in the template"),
                location=location,
            )


def _quick_api(api: Resource, context: Context) -> Iterator[Judgement]:
    """An API with a target has one route, whose authorization only an override can set."""
    overrides = apis.parts(api, apis.OVERRIDES, context)
    asked = [
        value
        for override in overrides
        for value in context.get(override, "Route", "AuthorizationType")
    ]
    if not asked or any(value not in ASKING for value in asked):
        yield _open(
            f"The API is made with a target: its one route {NOBODY}.",
            next(iter(context.get(api, "Target"))),
            "Properties.Target",
        )


def _open(message: str, value: Value, location: str) -> Judgement:
    return fail(message, location=location, observed="absent" if value is ABSENT else value)
