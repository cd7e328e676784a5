"""What stands at a place that a schema names, through the intrinsics on the way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from compliance.intrinsics import ABSENT, is_intrinsic
from compliance.review.schemas import ITEMS

if TYPE_CHECKING:
    from compliance.assembly.model import Json
    from compliance.review.schemas import Pointer


def at(node: Json, pointer: Pointer) -> Json:
    """What stands at a place.

    Args:
        node: a value.
        pointer: a place inside of it.

    Returns:
        `ABSENT` where nothing stands; the branches of that place where `Fn::If` stands on the way;
        any other intrinsic on the way as it is; of every element of a list a list.
    """
    if not pointer or node is ABSENT:
        return node
    match node:
        case {"Fn::If": [condition, yes, no]}:
            return {"Fn::If": [condition, _branch(yes, pointer), _branch(no, pointer)]}
        case _:
            pass
    if is_intrinsic(node):
        return ABSENT if node == {"Ref": "AWS::NoValue"} else node
    first, *rest = pointer
    if first == ITEMS:
        return [at(item, tuple(rest)) for item in node] if isinstance(node, list) else ABSENT
    return at(node.get(first, ABSENT), tuple(rest)) if isinstance(node, Mapping) else ABSENT


def _branch(node: Json, pointer: Pointer) -> Json:
    found = at(node, pointer)
    return {"Ref": "AWS::NoValue"} if found is ABSENT else found


def place(pointer: Pointer) -> str:
    """A place as a reviewer reads it, such as `Properties.Rules[*].Name`."""
    return ".".join(("Properties", *pointer)).replace(f".{ITEMS}", "[*]")
