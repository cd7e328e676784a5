"""What inside of a resource looks like a policy, or says as which role something acts.

A table names where policies stand; what stands elsewhere is found by its shape, so that a type that
the table does not know is not overlooked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from compliance.intrinsics import is_intrinsic
from compliance.intrinsics.values import shown

if TYPE_CHECKING:
    from compliance.assembly.model import Json

MAX_DEPTH: Final = 32
"""Objects inside one another that are looked through for policies."""

_ACTS_AS: Final = re.compile(r"role|instanceprofile", re.IGNORECASE)


def policies(node: Json, place: str, depth: int = 0) -> Iterator[tuple[str, Json]]:
    """Values inside of a resource that look like policy documents, as objects or as JSON text."""
    if depth > MAX_DEPTH:
        return
    if isinstance(node, str):
        if node.lstrip().startswith("{") and '"Statement"' in node:
            yield place, node
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from policies(value, f"{place}[{index}]", depth + 1)
    elif isinstance(node, Mapping):
        is_text = is_intrinsic(node) and '"Statement' in shown(node).replace("\\", "")
        if is_text or ("Statement" in node and _has_effect(node["Statement"])):
            yield place, node
        else:
            for key, value in node.items():
                yield from policies(value, f"{place}.{key}", depth + 1)


def _has_effect(node: Json) -> bool:
    text = shown(node)
    return '"Effect"' in text or "Fn::Transform" in text


def roles(
    node: Json, place: str, *, acts: bool = False, depth: int = 0
) -> Iterator[tuple[str, Json]]:
    """Values of properties that say as which role something acts."""
    if depth > MAX_DEPTH:
        return
    if isinstance(node, str) or is_intrinsic(node):
        if acts:
            yield place, node
    elif isinstance(node, Mapping):
        for key, value in node.items():
            is_role = acts or (_ACTS_AS.search(str(key)) is not None and key != "RoleName")
            yield from roles(value, f"{place}.{key}", acts=is_role, depth=depth + 1)
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from roles(value, f"{place}[{index}]", acts=acts, depth=depth + 1)
