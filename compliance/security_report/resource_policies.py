"""The policies of resources that let somebody in, wherever a template keeps them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from compliance.iam.access.places import (
    LAYER_PERMISSION,
    PERMISSION,
    PERMISSION_CONDITIONS,
    PROTECTED,
)
from compliance.iam.statements import (
    DOCUMENTS,
    Opaque,
    PolicyKind,
    Statement,
    of_document,
    statements,
)
from compliance.intrinsics import ABSENT, referred
from compliance.review.exposure.policies import MORE_DOCUMENTS
from compliance.rules.api import openapi, resource_policies
from compliance.security_report import granting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.assembly.model import Json, Resource
    from compliance.rules.base import Context

LETTING_IN: Final = frozenset({PolicyKind.RESOURCE, PolicyKind.KEY})
TYPES: Final = (
    *(
        kind
        for kind, places in DOCUMENTS.items()
        if kind not in openapi.REST_APIS and any(policy in LETTING_IN for _, policy in places)
    ),
    *openapi.REST_APIS,
    *MORE_DOCUMENTS,
    PERMISSION,
    LAYER_PERMISSION,
    *granting.TABLE,
    granting.BUCKET,
)
"""Types that carry, or are, the policy of a resource."""
APIS: Final = openapi.REST_APIS
"""Types whose endpoints ask for what their policy does."""
FUNCTION: Final = "FunctionName"
LAYER: Final = "LayerVersionArn"
_SERVICE: Final = re.compile(r"\.amazonaws\.com(\.cn)?$")


def of(resource: Resource, context: Context) -> Iterator[Statement | Opaque]:
    """The statements by which a resource of `TYPES` lets somebody in, or keeps them out."""
    if resource.type in (PERMISSION, LAYER_PERMISSION):
        yield from _of_permission(resource, context)
    elif resource.type in openapi.REST_APIS:
        found = resource_policies.of(resource, context)
        if isinstance(found, list):
            yield from found
        elif found.reason:
            yield Opaque(PolicyKind.RESOURCE, found.place, found.reason)
    elif resource.type in MORE_DOCUMENTS:
        path = MORE_DOCUMENTS[resource.type]
        place = ".".join(("Properties", *path))
        for document in context.get(resource, *path):
            yield from of_document(document, place, PolicyKind.RESOURCE, context.of(resource))
    if resource.type in DOCUMENTS and resource.type not in openapi.REST_APIS:
        for statement in statements(resource, context.of(resource)):
            if statement.kind in LETTING_IN:
                yield statement
    yield from granting.of(resource, context)


def protected(resource: Resource, context: Context) -> Resource:
    """What a policy protects: itself, where nothing else of the assembly is named."""
    named = {
        PERMISSION: FUNCTION,
        LAYER_PERMISSION: LAYER,
        **PROTECTED,
    }.get(resource.type)
    if named is None:
        return resource
    for _, value in context.of(resource).items(resource.properties.get(named, ABSENT)):
        there = referred(value)
        if there is not None:
            return there
    return resource


def _of_permission(resource: Resource, context: Context) -> Iterator[Statement]:
    """The statement that Lambda makes of a permission."""
    properties = resource.properties
    conditions: dict[str, dict[str, Json]] = {}
    for name, (operator, key) in PERMISSION_CONDITIONS.items():
        if name in properties:
            conditions.setdefault(operator, {})[key] = properties[name]
    for principal in context.get(resource, "Principal"):
        is_service = _SERVICE.search(str(principal)) is not None
        body = {
            "Effect": "Allow",
            "Principal": {"Service" if is_service else "AWS": properties.get("Principal")},
            "Action": properties.get("Action", ABSENT),
            "Resource": properties.get(
                LAYER if resource.type == LAYER_PERMISSION else FUNCTION, ABSENT
            ),
            **({"Condition": conditions} if conditions else {}),
        }
        yield Statement(PolicyKind.RESOURCE, "Properties", "Allow", body, context.of(resource))
