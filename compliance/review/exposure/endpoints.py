"""Which endpoints ask fewer callers who they are.

Endpoints are compared by their API, verb and path, wherever the template keeps them: as resources
of their own, as operations of an OpenAPI document, or as events of SAM's functions.

Sources: API Gateway REST API Reference, `Method.authorizationType`; API Gateway V2 API Reference,
`Route.authorizationType`, `authorizationScopes`; AWS SAM Developer Guide, 'Control API access with
your AWS SAM template'.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from compliance.assembly.model import Resource
from compliance.intrinsics import ABSENT, Text, Unknown, Value, referred, truth
from compliance.review.model import Note, Subject
from compliance.review.weakening import cut
from compliance.review.weakening.wording import listed
from compliance.rules import sam
from compliance.rules.api import api01_authorized_methods as methods_rule
from compliance.rules.api import api02_authorized_routes as routes_rule
from compliance.rules.api import apis, openapi
from compliance.rules.api.methods import path_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from compliance.review.weakening import Side, Sides

NOBODY: Final = ""
"""Stands among those who are asked for an endpoint that asks nobody."""
ANY: Final = "ANY"
OPTIONS: Final = "OPTIONS"


@dataclass(frozen=True)
class Endpoint:
    """One endpoint of an API, and whom it asks.

    Attributes:
        api: what the other side would call the API.
        name: such as `GET /items/{id}`.
        resource: what declares it.
        place: path inside the resource, where it says whom it asks.
        asked: by what its callers are told apart, in each way the template's conditions may turn
            out; `NOBODY` where by nothing.
        authorizers: which authorizers decide.
        scopes: one of which a token has to have; empty where any token will do.
        wants_key: whether it asks for an API key.
        key_place: path inside the resource, where it says so; empty where that is `place`.
        unknown: why only the deployment knows whom it asks; empty when it is known.
    """

    api: str
    name: str
    resource: Resource
    place: str
    asked: frozenset[str]
    authorizers: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()
    wants_key: bool = False
    key_place: str = ""
    unknown: str = ""


@dataclass(frozen=True)
class _Unread:
    """A document of an API that cannot be read."""

    api: str
    resource: Resource
    place: str
    reason: str


def notes(sides: Sides) -> Iterator[Note]:
    """Endpoints that ask less than they did, and new ones that ask nobody."""
    before, _ = _indexed(_endpoints(sides.old))
    after, unread = _indexed(_endpoints(sides.new))
    for (api, name), endpoint in after.items():
        verb, _, path = name.partition(" ")
        was = before.get((api, name)) or before.get((api, f"{ANY} {path}" if verb else ""))
        for message in _lost(endpoint, was) if was else _opened(endpoint):
            yield _note(endpoint, message)
        if was and was.wants_key and not endpoint.wants_key:
            yield _note(
                replace(endpoint, place=endpoint.key_place or endpoint.place),
                f"{cut(name)} asks for no API key any more: no usage plan counts and throttles its "
                "callers",
            )
    guarded = {
        api
        for (api, name), endpoint in before.items()
        if NOBODY not in endpoint.asked and (api, name) not in after
    }
    for document in unread:
        if document.api in guarded:
            yield _note(
                document,
                f"whether operations of {cut(document.resource.logical_id)} still ask who calls, "
                f"only the deployment knows: {cut(document.reason)}",
            )


def _note(found: Endpoint | _Unread, message: str) -> Note:
    return Note(Subject.EXPOSURE, found.resource, message, found.place)


def _indexed(
    found: Iterable[Endpoint | _Unread],
) -> tuple[Mapping[tuple[str, str], Endpoint], list[_Unread]]:
    endpoints: dict[tuple[str, str], Endpoint] = {}
    unread = []
    for each in found:
        if isinstance(each, Endpoint):
            endpoints.setdefault((each.api, each.name), each)
        else:
            unread.append(each)
    return endpoints, unread


# -- what is said ---------------------------------------------------------------------------------


def _opened(now: Endpoint) -> Iterator[str]:
    name = cut(now.name)
    if now.unknown:
        yield (
            f"{name} is new, and whether it asks who calls, only the deployment knows: "
            f"{cut(now.unknown)}"
        )
    elif NOBODY in now.asked:
        yield f"{name} is new and has no authorizer: {_who(now)}{_sometimes(now)}"


def _lost(now: Endpoint, was: Endpoint) -> Iterator[str]:
    name = cut(now.name)
    if NOBODY in was.asked or was.unknown:
        if NOBODY in now.asked and was.unknown:
            yield (f"{name} has no authorizer: {_who(now)}; what it had, only the deployment knew")
    elif now.unknown:
        yield (
            f"{name} was authorized by {_told(was.asked)}; whether it still is, only the "
            f"deployment knows: {cut(now.unknown)}"
        )
    elif NOBODY in now.asked:
        yield (
            f"{name} lost its authorizer ({_told(was.asked)}, now NONE): "
            f"{_who(now)}{_sometimes(now)}"
        )
    elif now.asked - was.asked:
        yield (
            f"{name} is authorized by {_told(now.asked)} instead of {_told(was.asked)}: other "
            "callers get in"
        )
    elif now.authorizers - was.authorizers:
        yield (
            f"{name} is authorized by {_told(now.authorizers)} instead of "
            f"{_told(was.authorizers)}: other callers get in"
        )
    elif was.scopes and not now.scopes:
        yield f"{name} asks for no scope any more ({_told(was.scopes)}): any token will do"
    elif was.scopes and now.scopes - was.scopes:
        yield f"{name} takes tokens of scope {_told(now.scopes - was.scopes)} too"


def _who(now: Endpoint) -> str:
    if now.wants_key:
        return "whoever has an API key may call it"
    return "anyone who reaches the API may call it"


def _sometimes(now: Endpoint) -> str:
    return " (under a condition)" if len(now.asked) > 1 else ""


def _told(names: frozenset[str]) -> str:
    return listed(names - {NOBODY})


# -- where endpoints stand ------------------------------------------------------------------------


def _endpoints(side: Side) -> Iterator[Endpoint | _Unread]:
    yield from _of_methods(side)
    yield from _of_routes(side)
    for kind in openapi.INLINE:
        for api in side.template.by_type.get(kind, ()):
            yield from _of_documents(api, side)
    for function in side.template.by_type.get(sam.FUNCTION, ()):
        for event in sam.events(function, side.context):
            yield from _of_event(event, side)


def name_of(method: Resource, side: Side) -> str:
    """A REST method as `GET /items/{id}`, or by its logical id where its path is not here."""
    path = path_of(method, side.context)
    verb = side.one(method, "HttpMethod")
    if path is None or not isinstance(verb, str):
        return side.name(method)
    return f"{verb.upper()} {path}"


def _of_methods(side: Side) -> Iterator[Endpoint]:
    for method in side.template.by_type.get(apis.METHOD, ()):
        if not methods_rule.is_preflight(method, side.context):
            yield _of_resource(method, name_of(method, side), methods_rule.ASKING, side)


def _of_routes(side: Side) -> Iterator[Endpoint]:
    for route in side.template.by_type.get(apis.ROUTE, ()):
        name = str(side.one(route, "RouteKey"))
        if not _is_free(name, _speaks_websocket(route, side)):
            yield _of_resource(route, name, routes_rule.ASKING, side)
    for api in side.template.by_type.get(apis.WEB_API, ()):
        if side.get(api, "Target") != (ABSENT,):
            yield _of_target(api, side)


def _is_free(key: str, is_websocket: bool) -> bool:  # noqa: FBT001 - private
    """Whether a route need not ask: a preflight, or a message on a connection that was let in."""
    if is_websocket or not (" " in key or key in {routes_rule.DEFAULT, routes_rule.CONNECT}):
        return key != routes_rule.CONNECT
    return key.upper().startswith(f"{OPTIONS} ")


def _speaks_websocket(route: Resource, side: Side) -> bool:
    return any(
        side.one(api, "ProtocolType") == routes_rule.WEBSOCKET
        for api in apis.here(route, side.context)
    )


def _of_resource(resource: Resource, name: str, asking: tuple[str, ...], side: Side) -> Endpoint:
    kinds = side.get(resource, "AuthorizationType")
    ids = frozenset(
        side.text(value) for value in side.get(resource, "AuthorizerId") if value is not ABSENT
    )
    return Endpoint(
        api=_identified(sorted(map(str, _identities(resource, side)))),
        name=name,
        resource=resource,
        place="Properties.AuthorizationType",
        asked=frozenset(kind if kind in asking else NOBODY for kind in kinds),
        authorizers=ids,
        scopes=_scopes(side.get(resource, "AuthorizationScopes"), side),
        wants_key=all(truth(value) for value in side.get(resource, "ApiKeyRequired")),
        key_place="Properties.ApiKeyRequired",
        unknown=_reason(kinds),
    )


def _identities(part: Resource, side: Side) -> Iterator[str]:
    for api in apis.of(part, side.context):
        yield _api(api, side)


def _api(api: Hashable, side: Side) -> str:
    if isinstance(api, Resource):
        return side.name(api)
    return str(api[0] if isinstance(api, tuple) else api)


def _identified(names: list[str]) -> str:
    return names[0] if names else ""


def _reason(values: tuple[Value, ...]) -> str:
    """Why a value is not known; empty when it is."""
    for value in values:
        if isinstance(value, Unknown):
            return value.reason
        if isinstance(value, Text):
            return f"it is {value}"
    return ""


def _scopes(values: tuple[Value, ...], side: Side) -> frozenset[str]:
    return frozenset().union(*(side.members(value) or () for value in values))


def _of_target(api: Resource, side: Side) -> Endpoint:
    """The one route of an API that is made with a target; an override alone can guard it."""
    kinds = tuple(
        value
        for override in apis.parts(api, apis.OVERRIDES, side.context)
        for value in side.get(override, "Route", "AuthorizationType")
    ) or (ABSENT,)
    return Endpoint(
        api=_api(api, side),
        name=routes_rule.DEFAULT,
        resource=api,
        place="Properties.Target",
        asked=frozenset(kind if kind in routes_rule.ASKING else NOBODY for kind in kinds),
        unknown=_reason(kinds),
    )


# -- operations of a document ---------------------------------------------------------------------


def _of_documents(api: Resource, side: Side) -> Iterator[Endpoint | _Unread]:
    for document in openapi.documents(api, side.context):
        found = [document] if isinstance(document, tuple) else openapi.operations(document)
        for operation in found:
            if isinstance(operation, tuple):
                place, why = operation
                yield _Unread(_api(api, side), api, place, why.reason)
            elif not operation.is_preflight:
                yield _of_operation(operation, side)


def _of_operation(operation: openapi.Operation, side: Side) -> Endpoint:
    document = operation.document
    kinds = {name: document.kind(name) for name in operation.schemes if name}
    asking = frozenset(name for name, kind in kinds.items() if kind is openapi.Scheme.ASKS)
    default = sam.get(document.api, side.context, "Auth", "DefaultAuthorizer")
    asked = frozenset({"AWS_IAM"}) if operation.is_signed else asking or _named(default)
    untold = [name for name, kind in kinds.items() if kind is openapi.Scheme.UNKNOWN]
    return Endpoint(
        api=_api(document.api, side),
        name=f"{operation.verb} {operation.path}",
        resource=document.api,
        place=operation.place,
        asked=asked,
        scopes=frozenset(
            scope
            for required in operation.requirements
            for _, entry in side.resolver.items(required)
            for name in asking
            if isinstance(entry, Mapping)
            for scope in side.members(entry.get(name, ABSENT)) or ()
        ),
        wants_key=openapi.Scheme.KEY in kinds.values(),
        unknown=f"nothing here tells what {untold[0]} is" if NOBODY in asked and untold else "",
    )


def _named(values: tuple[Value, ...]) -> frozenset[str]:
    """Authorizers that SAM's `Authorizer` and `DefaultAuthorizer` name."""
    return frozenset(
        NOBODY if value is ABSENT or value == sam.OPEN else str(value) for value in values
    )


# -- events of SAM's functions --------------------------------------------------------------------


def _of_event(event: sam.Event, side: Side) -> Iterator[Endpoint]:
    resolver = side.resolver
    verb = str(resolver.one(event.properties.get("Method", ABSENT))).upper()
    path = resolver.one(event.properties.get("Path", ABSENT))
    if verb == OPTIONS:
        return
    api = resolver.one(event.properties.get(sam.API_OF_EVENT[event.kind], ABSENT))
    here = referred(api)
    own = resolver.get(event.properties, "Auth", "Authorizer")
    if ABSENT in own:
        own = (*(value for value in own if value is not ABSENT), *_default(event, here, side))
    keys = resolver.get(event.properties, "Auth", "ApiKeyRequired")
    yield Endpoint(
        api=_api(here, side) if here else str(api) if api is not ABSENT else event.kind,
        name=f"{verb} {path}"
        if isinstance(path, str)
        else f"{event.function.logical_id}.{event.name}",
        resource=event.function,
        place=f"{event.place}.Auth",
        asked=_named(own),
        scopes=_scopes(resolver.get(event.properties, "Auth", "AuthorizationScopes"), side),
        wants_key=any(truth(key) for key in keys),
        unknown=_reason(tuple(value for value in own if isinstance(value, Unknown))),
    )


def _default(event: sam.Event, api: Resource | None, side: Side) -> tuple[Value, ...]:
    path = ("Auth", "DefaultAuthorizer")
    if api is not None:
        return sam.get(api, side.context, *path)
    return sam.shared(event.function.template, side.context, event.kind, *path)
