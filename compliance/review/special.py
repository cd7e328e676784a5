"""What is replaced in ways that no schema can say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from compliance.intrinsics import truth
from compliance.review.model import Replaced
from compliance.review.places import at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.assembly.model import Json, Resource

GROUP: Final = "AWS::AutoScaling::AutoScalingGroup"
TABLES: Final = frozenset({"AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"})


def key_types(resource: Resource, before: Json, after: Json) -> Iterator[tuple[Replaced, str]]:
    """Keys of a table whose type changes, each as a reason.

    Source: Template Reference, `AWS::DynamoDB::Table`, `AttributeDefinitions`: 'Replacement if you
    edit an existing AttributeDefinition'. Those of indexes alone may change with their index.
    """
    if resource.type not in TABLES:
        return
    keys = {_get(key, "AttributeName") for key in _items(at(before, ("KeySchema",)))}
    types = {
        _get(item, "AttributeName"): _get(item, "AttributeType")
        for item in _items(at(before, ("AttributeDefinitions",)))
    }
    for item in _items(at(after, ("AttributeDefinitions",))):
        name, kind = _get(item, "AttributeName"), _get(item, "AttributeType")
        if name in keys and types.get(name, kind) != kind:
            why = f"{name}, which is a key, was {types[name]} and is {kind}"
            yield Replaced.YES, f"Properties.AttributeDefinitions cannot change in place: {why}"


def will_replace(resource: Resource) -> Replaced:
    """Whether a group of instances is replaced when what it launches, or where, changes.

    Source: Template Reference, 'UpdatePolicy attribute', `AutoScalingReplacingUpdate`.
    """
    policy = resource.body.get("UpdatePolicy")
    replacing = policy.get("AutoScalingReplacingUpdate") if isinstance(policy, Mapping) else None
    found = replacing.get("WillReplace") if isinstance(replacing, Mapping) else False
    on = truth(found)
    return Replaced.MAYBE if on is None else Replaced.YES if on else Replaced.NO


def _items(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _get(item: Json, key: str) -> str:
    found = item.get(key) if isinstance(item, Mapping) else None
    return found if isinstance(found, str) else ""
