"""Operations of OpenAPI documents, and events of SAM's functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from compliance.intrinsics import ABSENT, Unknown, Value, referred, truth
from compliance.rules import sam
from compliance.rules.api import openapi
from compliance.security_report.entrances import asking, surroundings
from compliance.security_report.entrances.rest import answering
from compliance.security_report.model import Endpoint
from compliance.security_report.naming import cut, listed, name, short

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.assembly.model import Resource
    from compliance.rules.base import Context
    from compliance.security_report.naming import Places

REST: Final = "REST"
HTTP: Final = "HTTP"
_OF_EVENT: Final = {"Api": REST, "HttpApi": HTTP}


def endpoints(context: Context, places: Places) -> Iterator[Endpoint]:
    """Operations, then events."""
    for api in context.assembly.resources(*openapi.INLINE):
        yield from _of_api(api, context, places)
    for function in context.assembly.resources(sam.FUNCTION):
        for event in sam.events(function, context):
            yield _of_event(event, context, places)


def _of_api(api: Resource, context: Context, places: Places) -> Iterator[Endpoint]:
    for document in openapi.documents(api, context):
        found = [document] if isinstance(document, tuple) else openapi.operations(document)
        for operation in found:
            if isinstance(operation, tuple):
                _, why = operation
                yield Endpoint(
                    kind=REST if api.type in openapi.REST_APIS else HTTP,
                    api=name(api),
                    path="?",
                    asks=(cut(f"known only at deploy time: {why.reason}"),),
                    open=None,
                    private=_is_private(api, context),
                    place=places.of(api),
                )
            else:
                yield _of_operation(operation, context, places)


def _is_private(api: Resource, context: Context) -> bool:
    return api.type in openapi.REST_APIS and surroundings.is_private(api, context)


def _of_operation(operation: openapi.Operation, context: Context, places: Places) -> Endpoint:
    document = operation.document
    api = document.api
    kinds = {each: document.kind(each) for each in sorted(filter(None, operation.schemes))}
    asks = [asking.SIGNED] if operation.is_signed else []
    asks += [f"authorizer {each}" for each, kind in kinds.items() if kind is openapi.Scheme.ASKS]
    is_open: bool | None = not asks
    if is_open:
        defaults = sam.get(api, context, "Auth", "DefaultAuthorizer")
        asks += _authorizers(defaults)
        is_open = _is_open(defaults)
    if openapi.Scheme.KEY in kinds.values():
        asks.append(asking.KEY)
    if openapi.Scheme.UNKNOWN in kinds.values():
        asks.append(asking.UNTOLD)
        is_open = None if is_open else is_open
    if surroundings.policy_opens(api, context) is False:
        asks.append(asking.POLICY)
        is_open = None if is_open else is_open
    integrations = document.resolver.get(operation.body, openapi.INTEGRATION)
    return Endpoint(
        kind=REST if document.is_rest else HTTP,
        api=name(api),
        method=operation.verb,
        path=cut(operation.path),
        asks=tuple(cut(each) for each in dict.fromkeys(asks)),
        open=is_open,
        # In an HTTP API, what an integration answers is a way in whatever its verb.
        preflight=operation.is_preflight and (document.is_rest or integrations == (ABSENT,)),
        limits=surroundings.limit_of(
            operation.verb,
            operation.path,
            surroundings.limits(api, context),
            keyed=asking.KEY in asks,
        ),
        firewall=surroundings.firewall(api, context),
        calls=listed(
            dict.fromkeys(
                called
                for integration in integrations
                for uri in document.resolver.get(integration, "uri")
                for called in answering(uri)
            )
        ),
        private=_is_private(api, context),
        place=places.of(api),
    )


def _of_event(event: sam.Event, context: Context, places: Places) -> Endpoint:
    function = event.function
    resolver = context.of(function)
    value = resolver.one(event.properties.get(sam.API_OF_EVENT[event.kind]))
    api = referred(value)
    named = resolver.get(event.properties, "Auth", "Authorizer")
    if ABSENT in named:
        named = (*(each for each in named if each is not ABSENT), *_default(event, api, context))
    keys = resolver.get(event.properties, "Auth", "ApiKeyRequired")
    verb = short(resolver.one(event.properties.get("Method"))).upper() or "ANY"
    path = short(resolver.one(event.properties.get("Path"))) or "$default"
    return Endpoint(
        kind=_OF_EVENT[event.kind],
        api=name(api) if api is not None else short(value) or f"{name(function)}/{event.kind}",
        method=verb,
        path=path,
        asks=(*_authorizers(named), *([asking.KEY] if all(truth(key) for key in keys) else ())),
        open=_is_open(named),
        limits=surroundings.limit_of(verb, path, surroundings.limits(api, context)) if api else "",
        firewall=surroundings.firewall(api, context) if api is not None else "",
        calls=name(function),
        private=api is not None and _is_private(api, context),
        place=places.of(function),
    )


def _default(event: sam.Event, api: Resource | None, context: Context) -> tuple[Value, ...]:
    path = ("Auth", "DefaultAuthorizer")
    if api is not None:
        return sam.get(api, context, *path)
    return sam.shared(event.function.template, context, event.kind, *path)


def _authorizers(values: tuple[Value, ...]) -> tuple[str, ...]:
    """Authorizers by the names that SAM gives them."""
    return tuple(
        asking.SIGNED
        if value == "AWS_IAM"
        else asking.UNTOLD
        if isinstance(value, Unknown)
        else cut(f"authorizer {short(value)}")
        for value in values
        if value is not ABSENT and value != sam.OPEN and not isinstance(value, Mapping)
    )


def _is_open(values: tuple[Value, ...]) -> bool | None:
    answers = [
        None if isinstance(value, Unknown) else value in (ABSENT, sam.OPEN) for value in values
    ]
    return True if True in answers else None if None in answers else False
