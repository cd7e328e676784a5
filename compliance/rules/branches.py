"""What becomes of properties when the template's conditions turn out one way or another.

Alternatives of single values forget which belong together. `Fn::If` of one condition in two
properties decides both at once, and a rule that compares the two has to see them so.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from compliance.assembly.model import Json, Resource

MAX_CONDITIONS: Final = 6
"""With more conditions than this, each value keeps its own alternatives: 64 ways are enough."""


def branches(resource: Resource, *names: str) -> Iterator[Resource]:
    """The resource once for each way in which its conditions may turn out.

    Args:
        resource: any resource.
        names: properties that matter; the others are left out.

    Yields:
        The resource with these properties, `Fn::If` decided alike in all of them.
    """
    properties = {name: resource.properties[name] for name in names if name in resource.properties}
    for chosen in ways(properties):
        yield replace(resource, body={**resource.body, "Properties": chosen})


def ways(node: Json) -> Iterator[Json]:
    """A value once for each way in which the conditions in it may turn out, without `Fn::If`."""
    names = sorted(set(_conditions(node)))
    if len(names) > MAX_CONDITIONS:
        yield node
        return
    for outcomes in itertools.product((True, False), repeat=len(names)):
        yield _decided(node, dict(zip(names, outcomes, strict=True)))


def is_decided(node: Json) -> bool:
    """Whether no `Fn::If` is left in a value."""
    return not any(True for _ in _conditions(node))


def _choice(node: Json) -> tuple[str, Json, Json] | None:
    match node:
        case {"Fn::If": [str(name), yes, no]} if len(node) == 1:
            return name, yes, no
        case _:
            return None


def _conditions(node: Json) -> Iterator[str]:
    choice = _choice(node)
    if choice:
        yield choice[0]
    inner = node.values() if isinstance(node, Mapping) else node if isinstance(node, list) else ()
    for value in inner:
        yield from _conditions(value)


def _decided(node: Json, outcomes: Mapping[str, bool]) -> Json:
    choice = _choice(node)
    if choice:
        name, yes, no = choice
        return _decided(yes if outcomes[name] else no, outcomes)
    if isinstance(node, Mapping):
        return {key: _decided(value, outcomes) for key, value in node.items()}
    return [_decided(value, outcomes) for value in node] if isinstance(node, list) else node
