"""What a resource's properties refer to: other resources, and names and ARNs written out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from compliance.intrinsics import ABSENT, Resolver, Text, Unknown, Value, is_intrinsic

if TYPE_CHECKING:
    from compliance.assembly.model import Json, Resource

_NOT_CALLED: Final = frozenset(
    {
        "AssumeRolePolicyDocument",
        "DashboardBody",
        "DefinitionString",
        "Environment",
        "KeyPolicy",
        "Metadata",
        "Policies",
        "PolicyDocument",
        "ResourcePolicyDocument",
        "Tags",
    }
)
"""What a handler hands on as it is: it calls nothing that is named in there."""
DYNAMIC: Final = re.compile(r"resolve:(ssm|ssm-secure|secretsmanager):(.*)", re.DOTALL)
"""Dynamic references (`compliance.intrinsics.dynamic`)."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value of a resource's properties.

    Attributes:
        key: the name of the property it is, or is an element of.
        value: a literal, `Text` or `Unknown`.
    """

    key: str
    value: Value

    @property
    def resources(self) -> tuple[Resource, ...]:
        """The resources it is put together from."""
        tokens = self.value.tokens if isinstance(self.value, Text) else ()
        return tuple(token.resource for token in tokens if token.resource is not None)


def leaves(node: Json, resolver: Resolver, *, whole: bool = False) -> Iterator[Leaf]:
    """The values of properties that a handler acts on, with every alternative.

    Args:
        node: the properties.
        resolver: of their template.
        whole: also what is only handed on.
    """
    yield from _leaves(node, "", resolver, whole=whole)


def _leaves(node: Json, key: str, resolver: Resolver, *, whole: bool) -> Iterator[Leaf]:
    if isinstance(node, Mapping) and is_intrinsic(node):
        for value in resolver.values(node):
            if isinstance(value, Mapping | list) and value is not node:
                yield from _leaves(value, key, resolver, whole=whole)
            elif value is not ABSENT:
                yield Leaf(key, value)
    elif isinstance(node, Mapping):
        for name, inner in node.items():
            if whole or name not in _NOT_CALLED:
                yield from _leaves(inner, str(name), resolver, whole=whole)
    elif isinstance(node, list):
        for item in node:
            yield from _leaves(item, key, resolver, whole=whole)
    else:
        for value in resolver.values(node):
            if value is not ABSENT:
                yield Leaf(key, value)


def dynamic(found: Leaf) -> Iterator[tuple[str, str]]:
    """Service and name of each dynamic reference of a value."""
    named = [token.name for token in found.value.tokens] if isinstance(found.value, Text) else []
    if isinstance(found.value, Unknown):
        named.append(found.value.name)
    for name in named:
        match = DYNAMIC.fullmatch(name)
        if match is not None:
            yield match[1], match[2]
