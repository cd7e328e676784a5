"""Routes of HTTP and WebSocket APIs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.intrinsics import ABSENT, Text, referred, truth
from compliance.rules.api import apis
from compliance.rules.api.api02_authorized_routes import CONNECT, DEFAULT, WEBSOCKET
from compliance.security_report.entrances import asking, surroundings
from compliance.security_report.entrances.rest import answering
from compliance.security_report.model import Endpoint
from compliance.security_report.naming import listed, name, short

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping

    from compliance.assembly.model import Resource
    from compliance.rules.base import Context
    from compliance.security_report.naming import Places

HTTP: Final = "HTTP"
SOCKET: Final = "WebSocket"
LET_IN: Final = "a connection that $connect let in"
INTEGRATION: Final = "AWS::ApiGatewayV2::Integration"


def endpoints(context: Context, places: Places) -> Iterator[Endpoint]:
    """Routes in the templates' order, then APIs that make theirs by themselves."""
    for route in context.assembly.resources(apis.ROUTE):
        yield _of_route(route, context, places)
    for api in context.assembly.resources(apis.WEB_API):
        if context.get(api, "Target") != (ABSENT,):
            yield _of_target(api, context, places)


def _of_route(route: Resource, context: Context, places: Places) -> Endpoint:
    key = short(context.of(route).one(route.properties.get("RouteKey")))
    here = apis.here(route, context)
    api = here[0] if here else None
    identity: Hashable = next(iter(sorted(apis.of(route, context), key=str)), "")
    socket = api is not None and WEBSOCKET in context.get(api, "ProtocolType")
    verb, _, path = key.partition(" ") if not socket else (key, "", "")
    asks: tuple[str, ...] = asking.authorization(route, context)
    is_open = asking.is_open(context.get(route, "AuthorizationType"))
    if socket and key != CONNECT:
        # A WebSocket API asks at `$connect` or never (API Gateway Developer Guide, 'Control access
        # to WebSocket APIs').
        is_open = context.answer(_connects).get(identity, True)
        asks = () if is_open else (LET_IN,)
    if all(truth(value) for value in context.get(route, "ApiKeyRequired")):
        asks = (*asks, asking.KEY)
    return Endpoint(
        kind=SOCKET if socket else HTTP,
        api=name(api)
        if api is not None
        else short(context.of(route).one(route.properties.get("ApiId"))),
        method=verb if path or socket else "ANY",
        path=path if path or socket else key,
        asks=asks,
        open=is_open,
        # What a function answers is no preflight, whatever it is called: the API answers those.
        preflight=not socket
        and verb.upper() == "OPTIONS"
        and context.get(route, "Target") == (ABSENT,),
        limits=surroundings.limit_of(verb, path, surroundings.limits(identity, context)),
        firewall=surroundings.firewall(identity, context),
        calls=listed(dict.fromkeys(_called(route, context))),
        place=places.of(route),
    )


def _connects(context: Context) -> Mapping[Hashable, bool | None]:
    """Whether anybody may connect to an API, by the API."""
    return {
        api: asking.is_open(context.get(route, "AuthorizationType"))
        for route in context.assembly.resources(apis.ROUTE)
        if CONNECT in context.get(route, "RouteKey")
        for api in apis.of(route, context)
    }


def _called(route: Resource, context: Context) -> Iterator[str]:
    for target in context.get(route, "Target"):
        for token in target.tokens if isinstance(target, Text) else ():
            there = token.resource
            if there is not None and there.type == INTEGRATION:
                for uri in context.get(there, "IntegrationUri"):
                    yield from answering(uri)
            elif there is not None:
                yield name(there)


def _of_target(api: Resource, context: Context, places: Places) -> Endpoint:
    """The one route of an API that is made with a target; an override alone can guard it."""
    kinds = tuple(
        value
        for override in apis.parts(api, apis.OVERRIDES, context)
        for value in context.get(override, "Route", "AuthorizationType")
    ) or (ABSENT,)
    is_open = asking.is_open(kinds)
    return Endpoint(
        kind=HTTP,
        api=name(api),
        method="ANY",
        path=DEFAULT,
        asks=() if is_open else tuple(dict.fromkeys(asking.told(kind) for kind in kinds)),
        open=is_open,
        limits=surroundings.limit_of("", DEFAULT, surroundings.limits(api, context)),
        firewall=surroundings.firewall(api, context),
        calls=listed(
            dict.fromkeys(
                name(there) if (there := referred(value)) is not None else short(value)
                for value in context.get(api, "Target")
                if value is not ABSENT
            )
        ),
        place=places.of(api),
    )
