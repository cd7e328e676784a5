"""An API's OpenAPI document: its operations, and how each asks who calls.

Facts: API Gateway Developer Guide, 'OpenAPI extensions for API Gateway' and 'API Gateway known
issues and limitations' (root-level `security` is ignored for REST APIs).
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from compliance.assembly.template import parse_json
from compliance.intrinsics import ABSENT, Text, Unknown, Value
from compliance.rules import sam
from compliance.rules.api import apis
from compliance.rules.branches import ways

if TYPE_CHECKING:
    from compliance.assembly.model import Json, Resource
    from compliance.intrinsics import Resolver
    from compliance.rules.base import Context

INLINE: Final[Mapping[str, str]] = {
    apis.REST_API: "Body",
    apis.WEB_API: "Body",
    sam.API: "DefinitionBody",
    sam.HTTP_API: "DefinitionBody",
}
STORED: Final[Mapping[str, str]] = {
    apis.REST_API: "BodyS3Location",
    apis.WEB_API: "BodyS3Location",
    sam.API: "DefinitionUri",
    sam.HTTP_API: "DefinitionUri",
}
REST_APIS: Final = (apis.REST_API, sam.API)
ANY: Final = "x-amazon-apigateway-any-method"
METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace", ANY)
DEFINITIONS: Final = (("securityDefinitions",), ("components", "securitySchemes"))
"""Where Swagger 2 and OpenAPI 3 define security schemes."""
INTEGRATION: Final = "x-amazon-apigateway-integration"
AUTH: Final = "x-amazon-apigateway-auth"
AUTHORIZER: Final = "x-amazon-apigateway-authorizer"
AUTHTYPE: Final = "x-amazon-apigateway-authtype"
INCLUDE: Final = "Fn::Transform"
"""`AWS::Include` puts a file from S3 in its place, beside what stands there already."""

REFERENCE: Final = "$ref"
"""Stands for a path that is written down elsewhere (OpenAPI Specification, 'Path Item Object')."""


class Scheme(enum.Enum):
    """What stands behind the name of a security scheme."""

    ASKS = "asks"
    KEY = "key"
    """An API key, which says nothing of who calls."""
    NOTHING = "nothing"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Document:
    """An OpenAPI document of an API.

    Attributes:
        api: the API.
        place: where it stands.
        root: the document.
        resolver: resolves its values.
        schemes: security schemes that are defined outside of it.
    """

    api: Resource
    place: str
    root: Mapping[str, Json]
    resolver: Resolver
    schemes: frozenset[str]

    @property
    def is_rest(self) -> bool:
        """Whether it describes a REST API, not an HTTP API."""
        return self.api.type in REST_APIS

    def scheme(self, name: str) -> Mapping[str, Json] | Unknown | None:
        """The definition of a security scheme; `None` when there is none."""
        for path in DEFINITIONS:
            for found in self.resolver.get(self.root, *path, name):
                if isinstance(found, Mapping | Unknown):
                    return found
        included = any(
            INCLUDE in block
            for path in ((), ("components",), *DEFINITIONS)
            for block in self.resolver.get(self.root, *path)
            if isinstance(block, Mapping)
        )
        return Unknown("a part of the document is included at deploy time") if included else None

    def kind(self, name: str) -> Scheme:
        """What stands behind the name of a security scheme."""
        if name in self.schemes:
            return Scheme.ASKS
        found = self.scheme(name)
        authorizers = self.resolver.get(found, AUTHORIZER)
        if any(isinstance(authorizer, Unknown) for authorizer in authorizers):
            return Scheme.UNKNOWN
        if all(isinstance(authorizer, Mapping) and authorizer for authorizer in authorizers) or (
            _words(self.resolver.get(found, AUTHTYPE)) == ("awssigv4",)
        ):
            return Scheme.ASKS
        called = self.resolver.get(found, "name")
        return Scheme.KEY if _words(called) == ("x-api-key",) else Scheme.NOTHING


@dataclass(frozen=True)
class Operation:
    """One operation of a document.

    Attributes:
        document: the document.
        path: such as `/items/{id}`.
        verb: the HTTP method in capitals, or `ANY`.
        place: where it stands.
        body: what the document says of it.
    """

    document: Document
    path: str
    verb: str
    place: str
    body: Mapping[str, Json]

    @property
    def is_preflight(self) -> bool:
        """Whether it answers what a browser asks before a call, and reaches no backend.

        A mock does for a REST API. An HTTP API has none, and answers preflights without asking.
        """
        if self.verb != "OPTIONS":
            return False
        kinds = self.document.resolver.get(self.body, INTEGRATION, "type")
        return not self.document.is_rest or _words(kinds) == ("mock",)

    @property
    def is_signed(self) -> bool:
        """Whether the operation itself asks for signed requests, without a security scheme."""
        return _words(self.document.resolver.get(self.body, AUTH, "type")) == ("aws_iam",)

    @property
    def requirements(self) -> Iterator[Value]:
        """What holds as its `security`, once for each way in which conditions may turn out."""
        resolver = self.document.resolver
        for own in ways(self.body.get("security", ABSENT)):
            for value in resolver.values(own):
                if value is not ABSENT or self.document.is_rest:
                    yield value
                else:
                    yield from resolver.get(self.document.root, "security")

    @property
    def schemes(self) -> frozenset[str]:
        """Names of the security schemes that it requires."""
        resolver = self.document.resolver
        return frozenset(
            str(name)
            for required in self.requirements
            for _, entry in resolver.items(required)
            if isinstance(entry, Mapping)
            for name in entry
        )


def documents(api: Resource, context: Context) -> Iterator[Document | tuple[str, Unknown]]:
    """The OpenAPI documents of an API; where one cannot be read, its place and why."""
    inline, stored = INLINE[api.type], STORED[api.type]
    resolver = context.of(api)
    place = f"Properties.{inline}"
    schemes = _of_sam(api, context)
    for value in context.get(api, inline):
        root = _parsed(value) if isinstance(value, str | Text) else value
        if isinstance(root, Mapping):
            yield Document(api, place, root, resolver, schemes)
        elif root is not ABSENT:
            why = root if isinstance(root, Unknown) else Unknown("it is no OpenAPI document")
            yield place, why
    if any(value is not ABSENT for value in sam.get(api, context, stored)):
        yield f"Properties.{stored}", Unknown("the document is not in the template")


def operations(document: Document) -> Iterator[Operation | tuple[str, Unknown]]:
    """A document's operations; where some are known only at deploy time, the place and why."""
    yield from _includes(document.root, document.place)
    for block in document.resolver.get(document.root, "paths"):
        place = f"{document.place}.paths"
        yield from _includes(block, place)
        for path, raw in block.items() if isinstance(block, Mapping) else ():
            for item in document.resolver.values(raw) if path != INCLUDE else ():
                yield from _of_path(document, str(path), item, f"{place}.{path}")


def _of_path(
    document: Document, path: str, item: Value, place: str
) -> Iterator[Operation | tuple[str, Unknown]]:
    yield from _includes(item, place)
    for name, raw in item.items() if isinstance(item, Mapping) else ():
        verb = str(name).lower()
        for body in document.resolver.values(raw) if verb in METHODS else ():
            where = f"{place}.{name}"
            yield from _includes(body, where)
            if isinstance(body, Mapping):
                shown = "ANY" if verb == ANY else verb.upper()
                yield Operation(document, path, shown, where, body)


def _includes(value: Value, place: str) -> Iterator[tuple[str, Unknown]]:
    if isinstance(value, Unknown):
        yield place, value
    elif isinstance(value, Mapping) and INCLUDE in value:
        yield place, Unknown("a part of the document is included at deploy time")
    elif isinstance(value, Mapping) and REFERENCE in value:
        yield place, Unknown("it is a reference to another part of the document")


def _parsed(text: str | Text) -> Json:
    """A document given as text. What only the deployment knows stays a hole in a string of it."""
    try:
        return parse_json(text.literal if isinstance(text, Text) else text)
    except (ValueError, RecursionError):
        return Unknown("it is text, and no JSON")


def _of_sam(api: Resource, context: Context) -> frozenset[str]:
    """Schemes that SAM puts into the document: the authorizers that `Auth` names."""
    return frozenset(
        str(name)
        for block in sam.get(api, context, "Auth", "Authorizers")
        if isinstance(block, Mapping)
        for name in block
    )


def _words(values: tuple[Value, ...]) -> tuple[str, ...]:
    """The only alternative in small letters, nothing where there are several."""
    return (values[0].lower(),) if len(values) == 1 and isinstance(values[0], str) else ()
