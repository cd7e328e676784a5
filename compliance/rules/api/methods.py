"""The methods of a REST API, wherever the template keeps them.

They are resources of their own, operations of an OpenAPI document, or events of SAM's functions.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from compliance.assembly.model import Resource
from compliance.intrinsics import ABSENT, Text, Unknown, Value, referred, truth
from compliance.rules import sam
from compliance.rules.api import apis, openapi
from compliance.rules.api.api01_authorized_methods import ASKING, is_preflight

if TYPE_CHECKING:
    from compliance.intrinsics import Resolver
    from compliance.rules.base import Context

HEADER: Final = "method.request.header.authorization"
"""Where signed requests, and most tokens, say who calls; header names know no case."""
REQUEST: Final = "method.request."
MAX_DEPTH: Final = 50
"""How many resources of an API may stand in one another; also what ends a circle of them."""


@dataclass(frozen=True)
class Method:
    """A method that is no preflight. What is known only at deploy time is `None`.

    Attributes:
        name: how a finding names it.
        path: such as `/items/{id}`.
        verb: the HTTP method in capitals, or `ANY`.
        is_authorized: whether it asks who calls.
        wants_key: whether it asks for an API key.
        cache_keys: the parameters by which answers are cached, once for each alternative.
        identity: the parameters that say who calls.
    """

    name: str
    path: str | None
    verb: str | None
    is_authorized: bool | None
    wants_key: bool | None
    cache_keys: tuple[frozenset[str] | None, ...]
    identity: frozenset[str] | None


def of_api(api: Hashable, context: Context) -> Iterator[Method | Unknown]:
    """The methods of an API; `Unknown` for those that are not in the template.

    Args:
        api: the API's identity (`compliance.rules.api.apis.identity`).
        context: where they are looked up.
    """
    known = context.answer(_known)
    if api not in known:
        known[api] = tuple(_of_api(api, context))
    yield from known[api]


def _known(_context: Context) -> dict[Hashable, tuple[Method | Unknown, ...]]:
    """Methods by API, worked out once for all of its stages."""
    return {}


def _of_api(api: Hashable, context: Context) -> Iterator[Method | Unknown]:
    resources = apis.parts(api, apis.METHOD, context)
    for resource in resources:
        if not is_preflight(resource, context):
            yield _of_resource(resource, context)
    if isinstance(api, Resource) and api.type in openapi.REST_APIS:
        yield from _of_documents(api, context)
        yield from _of_events(api, context)
    elif not resources:
        yield Unknown("the API is not in the template")


# -- resources of their own -----------------------------------------------------------------------


def _of_resource(method: Resource, context: Context) -> Method:
    kinds = context.get(method, "AuthorizationType")
    integrations = context.get(method, "Integration")
    return Method(
        name=method.logical_id,
        path=path_of(method, context),
        verb=_verb(context.get(method, "HttpMethod")),
        is_authorized=_some([_asks(kind) for kind in kinds]),
        wants_key=_every([truth(value) for value in context.get(method, "ApiKeyRequired")]),
        cache_keys=tuple(
            _parameters(keys, context.of(method))
            for integration in integrations
            for keys in context.of(method).get(integration, "CacheKeyParameters")
        ),
        identity=_identity(method, context),
    )


def _asks(kind: Value) -> bool | None:
    return None if isinstance(kind, Text | Unknown) else kind in ASKING


def _identity(method: Resource, context: Context) -> frozenset[str] | None:
    """Where a method's callers say who they are, `None` if its authorizer is not here."""
    found: set[str] = set()
    for kind in context.get(method, "AuthorizationType"):
        for value in context.get(method, "AuthorizerId") if kind != "AWS_IAM" else ():
            authorizer = referred(value)
            if authorizer is None:
                return None
            for source in context.get(authorizer, "IdentitySource"):
                found |= _sources(source)
    return frozenset(found or {HEADER})


def path_of(method: Resource, context: Context) -> str | None:
    """A method's path, `None` when a resource on the way is not in the assembly."""
    parts: list[str] = []
    value = _only(context.get(method, "ResourceId"))
    while len(parts) <= MAX_DEPTH:
        resource = referred(value)
        if resource is None:
            return None
        if resource.type in openapi.REST_APIS:
            return "/" + "/".join(reversed(parts))
        part = _only_text(context.get(resource, "PathPart"))
        if part is None:
            return None
        parts.append(part)
        value = _only(context.get(resource, "ParentId"))
    return None


# -- operations of a document ---------------------------------------------------------------------


def _of_documents(api: Resource, context: Context) -> Iterator[Method | Unknown]:
    default = _default_asks(api, context)
    for document in openapi.documents(api, context):
        found = [document] if isinstance(document, tuple) else openapi.operations(document)
        for operation in found:
            if isinstance(operation, tuple):
                yield operation[1]
            elif not operation.is_preflight:
                yield _of_operation(operation, default=default)


def _of_operation(operation: openapi.Operation, *, default: bool | None) -> Method:
    resolver = operation.document.resolver
    names = operation.schemes
    kinds = {operation.document.kind(name) for name in names}
    asks = operation.is_signed or openapi.Scheme.ASKS in kinds
    integrations = resolver.get(operation.body, openapi.INTEGRATION)
    return Method(
        name=f"{operation.verb} {operation.path}",
        path=operation.path,
        verb=operation.verb,
        is_authorized=True if asks else _some([default, _is_unclear(kinds)]),
        wants_key=openapi.Scheme.KEY in kinds,
        cache_keys=tuple(
            _parameters(keys, resolver)
            for integration in integrations
            for keys in resolver.get(integration, "cacheKeyParameters")
        ),
        identity=frozenset().union(
            *(_of_scheme(operation.document, name) for name in names if name)
        )
        or frozenset({HEADER}),
    )


def _is_unclear(kinds: set[openapi.Scheme]) -> bool | None:
    return None if openapi.Scheme.UNKNOWN in kinds else False


def _of_scheme(document: openapi.Document, name: str) -> frozenset[str]:
    """Where a scheme's callers say who they are."""
    scheme = document.scheme(name)
    if document.kind(name) is not openapi.Scheme.ASKS or not isinstance(scheme, Mapping):
        return frozenset()
    told = document.resolver.get(scheme, openapi.AUTHORIZER, "identitySource")
    found = frozenset[str]().union(*(_sources(source) for source in told if source is not ABSENT))
    header = _only_text(document.resolver.get(scheme, "name"))
    return found or frozenset({f"{REQUEST}header.{header.lower()}" if header else HEADER})


# -- events of SAM's functions --------------------------------------------------------------------


def _default_asks(api: Resource, context: Context) -> bool | None:
    """Whether the default authorizer of an API asks who calls: only SAM knows one."""
    defaults = sam.get(api, context, "Auth", "DefaultAuthorizer")
    return _some([_names_authorizer(value) for value in defaults])


def _names_authorizer(value: Value) -> bool | None:
    if isinstance(value, Unknown):
        return None
    return value is not ABSENT and value != sam.OPEN


def _of_events(api: Resource, context: Context) -> Iterator[Method]:
    default = _default_asks(api, context)
    keyed = _every([truth(value) for value in sam.get(api, context, "Auth", "ApiKeyRequired")])
    for event in sam.events_of(api, context):
        resolver = context.of(event.function)
        named = resolver.get(event.properties, "Auth", "Authorizer")
        keys = resolver.get(event.properties, "Auth", "ApiKeyRequired")
        verb = _verb(resolver.get(event.properties, "Method"))
        if verb != "OPTIONS":
            yield Method(
                name=f"{event.function.logical_id}.{event.name}",
                path=_only_text(resolver.get(event.properties, "Path")),
                verb=verb,
                is_authorized=_some(
                    [default if value is ABSENT else _names_authorizer(value) for value in named]
                ),
                wants_key=keyed if keys == (ABSENT,) else _every([truth(key) for key in keys]),
                cache_keys=(_cached(event, resolver),),
                # What the authorizer of an API of SAM's reads has defaults of SAM's own.
                identity=None,
            )


def _cached(event: sam.Event, resolver: Resolver) -> frozenset[str] | None:
    """Request parameters of an event by which answers are cached."""
    found = set()
    for listed in resolver.get(event.properties, "RequestParameters"):
        for _, entry in resolver.items(listed):
            if isinstance(entry, Unknown):
                return None
            for name in entry if isinstance(entry, Mapping) else ():
                if any(truth(value) for value in resolver.get(entry, name, "Caching")):
                    found.add(_parameter(str(name)))
    return frozenset(found)


# -- values ---------------------------------------------------------------------------------------


def _only(values: tuple[Value, ...]) -> Value:
    return values[0] if len(values) == 1 else ABSENT


def _only_text(values: tuple[Value, ...]) -> str | None:
    value = _only(values)
    return value if isinstance(value, str) else None


def _verb(values: tuple[Value, ...]) -> str | None:
    found = _only_text(values)
    return found.upper() if found else None


def _some(answers: list[bool | None]) -> bool | None:
    """Whether it holds in some branch."""
    return True if True in answers else None if None in answers else False


def _every(answers: list[bool | None]) -> bool:
    return all(answers)


def _parameters(listed: Value, resolver: Resolver) -> frozenset[str] | None:
    found = [value for _, value in resolver.items(listed)]
    if any(isinstance(value, Text | Unknown) for value in found):
        return None
    return frozenset(_parameter(value) for value in found if isinstance(value, str))


def _sources(listed: Value) -> frozenset[str]:
    """The request parameters among an authorizer's identity sources."""
    names = listed.split(",") if isinstance(listed, str) else ()
    return frozenset(_parameter(name) for name in names if name.strip().startswith(REQUEST))


def _parameter(name: str) -> str:
    """A request parameter's name as it is compared: headers know no case."""
    name = name.strip()
    return name.lower() if name.startswith(f"{REQUEST}header.") else name
