"""Which API a method, a route, a stage or an authorizer belongs to, and what belongs to an API."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from compliance.intrinsics import ABSENT, Value, referred
from compliance.rules import sam

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from compliance.assembly.model import Resource
    from compliance.rules.base import Context

METHOD: Final = "AWS::ApiGateway::Method"
REST_API: Final = "AWS::ApiGateway::RestApi"
ROUTE: Final = "AWS::ApiGatewayV2::Route"
WEB_API: Final = "AWS::ApiGatewayV2::Api"
"""An HTTP or WebSocket API."""
APIS: Final = (REST_API, WEB_API, sam.API, sam.HTTP_API)
OVERRIDES: Final = "AWS::ApiGatewayV2::ApiGatewayManagedOverrides"
API_OF: Final[Mapping[str, str]] = {
    METHOD: "RestApiId",
    "AWS::ApiGateway::Authorizer": "RestApiId",
    "AWS::ApiGateway::Stage": "RestApiId",
    "AWS::ApiGateway::Deployment": "RestApiId",
    ROUTE: "ApiId",
    "AWS::ApiGatewayV2::Authorizer": "ApiId",
    OVERRIDES: "ApiId",
}
"""Where a part of an API names the API."""


def identity(value: Value, resource: Resource) -> Hashable:
    """What an API's id is compared by.

    Returns:
        The API itself when the id refers to one of the assembly; a literal id; or an expression
        and the template that it is in, because elsewhere it may mean another API.
    """
    api = _api(value)
    if api is not None or isinstance(value, str):
        return api or value
    return str(value), resource.template.name


def of(part: Resource, context: Context) -> frozenset[Hashable]:
    """Identities of the API that a part belongs to, one for each alternative."""
    ids = context.get(part, API_OF[part.type])
    return frozenset(identity(value, part) for value in ids if value is not ABSENT)


def here(part: Resource, context: Context) -> tuple[Resource, ...]:
    """The APIs of the assembly that a part may belong to."""
    found = (_api(value) for value in context.get(part, API_OF[part.type]))
    return tuple(api for api in found if api is not None)


def parts(api: Hashable, kind: str, context: Context) -> tuple[Resource, ...]:
    """Resources of one type that belong to an API.

    Args:
        api: the API's identity.
        kind: a type out of `API_OF`.
        context: where they are looked up.
    """
    return tuple(context.answer(_parts).get((api, kind), ()))


def are_told_apart(one: Hashable, other: Hashable) -> bool:
    """Whether two identities are surely of different APIs: references, or literals, that differ."""
    return type(one) is type(other) and not isinstance(one, tuple) and one != other


def _api(value: Value) -> Resource | None:
    """The API that a value refers to; an attribute of something else only holds an API's id."""
    found = referred(value)
    return found if found is not None and found.type in APIS else None


def _parts(context: Context) -> Mapping[tuple[Hashable, str], list[Resource]]:
    found: dict[tuple[Hashable, str], list[Resource]] = defaultdict(list)
    for part in context.assembly.resources(*API_OF):
        for api in of(part, context):
            found[api, part.type].append(part)
    return found
