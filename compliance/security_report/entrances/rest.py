"""Methods of REST APIs that are resources of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from compliance.intrinsics import ABSENT, Text, Unknown, referred, truth
from compliance.rules.api import apis
from compliance.rules.api.api01_authorized_methods import is_preflight
from compliance.rules.api.methods import path_of
from compliance.security_report.entrances import asking, surroundings
from compliance.security_report.model import Endpoint
from compliance.security_report.naming import cut, listed, name, short

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from compliance.assembly.model import Resource
    from compliance.rules.base import Context
    from compliance.security_report.naming import Places

KIND: Final = "REST"
_MODELS: Final = 3
_PROXIES: Final = ("MOCK",)


def endpoints(context: Context, places: Places) -> Iterator[Endpoint]:
    """The methods, in the templates' order."""
    for method in context.assembly.resources(apis.METHOD):
        yield _of_method(method, context, places)


def _of_method(method: Resource, context: Context, places: Places) -> Endpoint:
    apis_here = apis.here(method, context)
    identity: Hashable = next(iter(sorted(apis.of(method, context), key=str)), "")
    api = apis_here[0] if apis_here else None
    verb = short(context.of(method).one(method.properties.get("HttpMethod"))).upper()
    path = path_of(method, context)
    path = path if path is not None else short(_only(method, "ResourceId", context))
    preflight = is_preflight(method, context)
    is_open = asking.is_open(context.get(method, "AuthorizationType"))
    asks = [*asking.authorization(method, context), *_key(method, context)]
    opens = surroundings.policy_opens(api, context) if api is not None else None
    if opens is False:
        asks.append(asking.POLICY)
        is_open = None if is_open else is_open
    return Endpoint(
        kind=KIND,
        api=_called(api, method, context),
        method=verb,
        path=cut(path),
        asks=tuple(dict.fromkeys(asks)),
        open=is_open,
        preflight=preflight,
        validates=tuple(_validated(method, context)),
        limits=surroundings.limit_of(
            verb, path, surroundings.limits(identity, context), keyed=asking.KEY in asks
        ),
        firewall=surroundings.firewall(identity, context),
        calls=listed(dict.fromkeys(_called_by(method, context))),
        private=api is not None and surroundings.is_private(api, context),
        place=places.of(method),
    )


def _called(api: Resource | None, method: Resource, context: Context) -> str:
    return name(api) if api is not None else short(_only(method, apis.API_OF[method.type], context))


def _only(resource: Resource, element: str, context: Context) -> object:
    return context.of(resource).one(resource.properties.get(element))


def _key(method: Resource, context: Context) -> list[str]:
    asked = context.get(method, "ApiKeyRequired")
    return [asking.KEY] if all(truth(value) for value in asked) else []


def _validated(method: Resource, context: Context) -> Iterator[str]:
    for value in context.get(method, "RequestValidatorId"):
        validator = referred(value)
        if validator is None:
            if value is not ABSENT:
                yield f"by {short(value)}"
            continue
        # Without a model, or a required parameter, a validator checks nothing (API Gateway
        # Developer Guide, 'Request validation for REST APIs').
        models = listed(_models(method, context), most=_MODELS)
        if models and _does(validator, "ValidateRequestBody", context):
            yield f"body against {models}"
        required = listed(_required(method, context), most=_MODELS)
        if required and _does(validator, "ValidateRequestParameters", context):
            yield f"parameters {required}"


def _does(validator: Resource, what: str, context: Context) -> bool:
    return all(truth(each) for each in context.get(validator, what))


def _required(method: Resource, context: Context) -> Iterator[str]:
    for block in context.get(method, "RequestParameters"):
        for parameter, raw in block.items() if isinstance(block, Mapping) else ():
            if all(truth(each) for each in context.of(method).values(raw)):
                yield str(parameter).rpartition(".")[2]


def _models(method: Resource, context: Context) -> Iterator[str]:
    for block in context.get(method, "RequestModels"):
        for raw in block.values() if isinstance(block, Mapping) else ():
            for model in context.of(method).values(raw):
                there = referred(model)
                yield name(there).rpartition("/")[2] if there is not None else short(model)


def _called_by(method: Resource, context: Context) -> Iterator[str]:
    """What answers: a resource of the templates, or what the integration says."""
    for uri in context.get(method, "Integration", "Uri"):
        yield from answering(uri)
    for kind in context.get(method, "Integration", "Type"):
        if kind in _PROXIES:
            yield str(kind)


def answering(uri: object) -> Iterator[str]:
    """What an integration's URI names: the resources in it, else itself."""
    if isinstance(uri, Text):
        there = [token.resource for token in uri.tokens if token.resource is not None]
        for resource in there:
            yield name(resource)
        if not there:
            yield short(uri)
    elif isinstance(uri, str | Unknown):
        yield short(uri)
