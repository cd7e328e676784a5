"""The routes of a REST API, as the resources of an assembly say, and which one a request takes.

Facts: CloudFormation, `AWS::ApiGateway::*`; API Gateway Developer Guide, 'Set up a proxy
integration with a proxy resource'.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from compliance.config import Config
from compliance.findings import SynthgateError
from compliance.intrinsics import ABSENT, Text, Token, Unknown, Value, referred, truth
from compliance.rehearsal.model import Place
from compliance.rules.api import apis, methods, openapi
from compliance.rules.api.api01_authorized_methods import ASKING, is_preflight
from compliance.rules.base import Context, show

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compliance.assembly.model import Assembly, Resource

SERVER: Final = "AWS::Cognito::UserPoolResourceServer"
NONE: Final = "NONE"
ANY: Final = "ANY"
PLACEHOLDER: Final = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Route:
    """One method of a REST API.

    Attributes:
        method: HTTP method in capitals, or `ANY`.
        path: template, such as `/items/{id}`; a greedy placeholder is `{proxy+}`.
        authorization: `AuthorizationType`: `AWS_IAM`, `COGNITO_USER_POOLS`, `CUSTOM` or `NONE`.
        scopes: of which a token needs one, sorted.
        api_key_required: whether it asks for an API key.
        place: the method's resource.
        is_preflight: whether it is an `OPTIONS` that API Gateway answers itself.
    """

    method: str
    path: str
    authorization: str
    scopes: tuple[str, ...]
    api_key_required: bool
    place: Place
    is_preflight: bool = False

    @property
    def operation(self) -> str:
        """Its name: method and path template."""
        return f"{self.method} {self.path}"


def routes(assembly: Assembly, *, api: str | None = None) -> tuple[Route, ...]:
    """The methods of a REST API, by path and then by method.

    Args:
        assembly: where it is.
        api: its logical id, or `<stack's construct path>/<logical id>`; not needed for the only
            one.

    Raises:
        SynthgateError: no such API, or several; or something of it is known only at deploy time.
    """
    return tuple(route for route, _ in Api.of(assembly, api).methods)


def operation(routes: Iterable[Route], method: str, path: str) -> str:
    """The operation that a request is routed to.

    A literal segment goes before a placeholder, and that before a greedy one. A path that does not
    serve the method leaves the request to a greedy one that does.

    Args:
        routes: of the API.
        method: of the request.
        path: of the request, below the stage, without a query. A slash at its end makes no
            difference to API Gateway.

    Returns:
        Method and path template, such as `GET /items/{id}`; empty when there is none.
    """
    segments = _segments(path)
    found = [route for route in routes if _matches(_segments(route.path), segments)]
    first = min(map(_precedence, found), default=())
    served = [
        route
        for route in found
        if route.method in (method.upper(), ANY)
        and (_precedence(route) == first or route.path.endswith("+}"))
    ]
    best = min(served, key=lambda route: (_precedence(route), route.method == ANY), default=None)
    return best.operation if best else ""


def _segments(path: str) -> list[str]:
    return [segment for segment in path.split("/") if segment]


def _matches(template: list[str], segments: list[str]) -> bool:
    if template and template[-1].endswith("+}"):
        template, rest = template[:-1], segments[len(template) - 1 :]
        if not rest:
            return False
        segments = segments[: len(template)]
    return len(template) == len(segments) and all(
        PLACEHOLDER.fullmatch(wanted) or wanted == segment
        for wanted, segment in zip(template, segments, strict=True)
    )


def _precedence(route: Route) -> tuple[int, ...]:
    return tuple(
        2 if segment.endswith("+}") else 1 if PLACEHOLDER.fullmatch(segment) else 0
        for segment in _segments(route.path)
    )


@dataclass(frozen=True)
class Api:
    """A REST API, and the values of its resources.

    Attributes:
        resource: the API.
        context: where values are looked up.
    """

    resource: Resource
    context: Context

    @classmethod
    def of(cls, assembly: Assembly, name: str | None) -> Api:
        """The API of that name, or the only one.

        Raises:
            SynthgateError: there is none, or more than one; or it is written as a document.
        """
        known = list(assembly.resources(apis.REST_API))
        found = [api for api in known if name in (None, api.logical_id, _name(api))]
        listed = ", ".join(map(_name, known)) or "none"
        if not found:
            wanted = f"REST API {name}" if name else "REST API"
            raise SynthgateError(f"{assembly.path}: no {wanted}; the assembly has {listed}")
        if len(found) > 1:
            raise SynthgateError(
                f"{assembly.path}: {len(found)} REST APIs; name one of {listed} to rehearse it"
            )
        context = Context(assembly, Config())
        api = cls(found[0], context)
        for key in (openapi.INLINE[apis.REST_API], openapi.STORED[apis.REST_API]):
            if any(value is not ABSENT for value in context.get(api.resource, key)):
                raise api._wrong(
                    api.resource, key, "an OpenAPI document", "methods as resources of their own"
                )
        return api

    @cached_property
    def methods(self) -> tuple[tuple[Route, Resource], ...]:
        """Its methods, by path and then by method, each with its resource."""
        found = [(self._route(method), method) for method in self.parts(apis.METHOD)]
        return tuple(sorted(found, key=lambda pair: (pair[0].path, pair[0].method)))

    @cached_property
    def stages(self) -> tuple[str, ...]:
        """Names of its stages, as far as they are literal."""
        found = (self.text(stage, "StageName") for stage in self.parts("AWS::ApiGateway::Stage"))
        return tuple(sorted(filter(None, found)))

    def parts(self, kind: str) -> Iterator[Resource]:
        """Resources of a type that belong to it."""
        for resource in self.context.assembly.resources(kind):
            if any(
                referred(value) is self.resource
                for value in self.context.get(resource, "RestApiId")
            ):
                yield resource

    def one(self, resource: Resource, key: str, *, node: object = None) -> Value:
        """The value of a property, or of an entry of `node`, a part of the resource.

        Raises:
            SynthgateError: a condition decides between several.
        """
        part = resource.properties if node is None else node
        found = self.context.of(resource).get(part, key)
        if len(found) > 1 or isinstance(found[0], Unknown):
            seen = " or ".join(map(show, found))
            raise self._wrong(resource, key, seen, "a value that no condition decides")
        return found[0]

    def text(self, resource: Resource, key: str) -> str:
        """A property's text; empty when it is absent or holds what only the deployment knows."""
        found = self.one(resource, key)
        return found if isinstance(found, str) else ""

    def truth(self, resource: Resource, key: str) -> bool:
        """A property's boolean; absent is `False`.

        Raises:
            SynthgateError: it is none.
        """
        found = self.one(resource, key)
        told = False if found is ABSENT else truth(found)
        if told is None:
            raise self._wrong(resource, key, show(found), "true or false")
        return told

    def entries(
        self, resource: Resource, key: str, *, node: object = None
    ) -> Iterator[tuple[str, Value]]:
        """Names and values of an object."""
        found = self.one(resource, key, node=node)
        if isinstance(found, dict):
            for name in found:
                yield name, self.one(resource, name, node=found)

    def elements(self, resource: Resource, key: str) -> Iterator[Value]:
        """Elements of a list."""
        for _, element in self.context.of(resource).items(self.one(resource, key)):
            yield element

    def _route(self, method: Resource) -> Route:
        path = methods.path_of(method, self.context)
        if path is None:
            seen = show(self.one(method, "ResourceId"))
            raise self._wrong(method, "ResourceId", seen, "a resource of the assembly")
        kind = self.one(method, "AuthorizationType")
        if kind is ABSENT:
            kind = NONE
        if kind not in (*ASKING, NONE):
            allowed = ", ".join((*ASKING, NONE))
            raise self._wrong(method, "AuthorizationType", show(kind), f"one of {allowed}")
        scopes = {self._scope(scope) for scope in self.elements(method, "AuthorizationScopes")}
        verb = self.one(method, "HttpMethod")
        if not isinstance(verb, str):
            raise self._wrong(method, "HttpMethod", show(verb), "a method of HTTP")
        return Route(
            method=verb.upper(),
            path=path,
            authorization=kind,
            scopes=tuple(sorted(scopes)),
            api_key_required=self.truth(method, "ApiKeyRequired"),
            place=place_of(method),
            is_preflight=is_preflight(method, self.context),
        )

    def _scope(self, scope: Value) -> str:
        """A scope's name; a reference to a resource server stands for its identifier.

        CloudFormation, `AWS::Cognito::UserPoolResourceServer`, 'Return values'.
        """
        parts = scope.parts if isinstance(scope, Text) else (scope,)
        return "".join(
            self.text(part.resource, "Identifier")
            if isinstance(part, Token) and part.resource and part.resource.type == SERVER
            else show(part)
            for part in parts
        )

    def _wrong(self, resource: Resource, key: str, seen: str, allowed: str) -> SynthgateError:
        return SynthgateError(f"{_name(resource)}: {key} is {seen}; a rehearsal reads {allowed}")


def place_of(resource: Resource) -> Place:
    """A resource of the assembly, as findings name it."""
    return Place(
        template=resource.template.name,
        stack=resource.template.stack,
        logical_id=resource.logical_id,
        resource_type=resource.type,
        construct_path=resource.construct_path,
    )


def _name(resource: Resource) -> str:
    return f"{resource.template.stack}/{resource.logical_id}"
