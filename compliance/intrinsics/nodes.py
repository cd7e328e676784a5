"""Which JSON values of a template are calls of an intrinsic function."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from compliance.assembly.model import Json


def is_intrinsic(node: Json) -> bool:
    """Whether a JSON value is a call of an intrinsic function."""
    if not (isinstance(node, Mapping) and len(node) == 1):
        return False
    name = next(iter(node))
    return name == "Ref" or (isinstance(name, str) and name.startswith("Fn::"))


def holds_intrinsics(node: Json) -> bool:
    """Whether such a call stands anywhere in it."""
    if isinstance(node, Mapping):
        return is_intrinsic(node) or any(holds_intrinsics(value) for value in node.values())
    return isinstance(node, list) and any(holds_intrinsics(value) for value in node)
