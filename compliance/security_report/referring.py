"""Which resources refer to which, through the intrinsics and over all stacks of an assembly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from compliance.intrinsics import Text, is_intrinsic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.assembly.model import Json, Resource
    from compliance.intrinsics import Resolver, Token
    from compliance.rules.base import Context

References = Mapping["Resource", tuple["Resource", ...]]


def references(context: Context) -> References:
    """The resources that the properties of each resource refer to, each once."""
    return context.answer(_references)


def referring(context: Context) -> References:
    """The resources whose properties refer to each resource, each once."""
    return context.answer(_referring)


def tokens(node: Json, resolver: Resolver) -> Iterator[Token]:
    """Every token in a value, however deep inside."""
    if isinstance(node, Text):
        yield from node.tokens
    elif is_intrinsic(node):
        for value in resolver.values(node):
            if not is_intrinsic(value):
                yield from tokens(value, resolver)
    elif isinstance(node, Mapping):
        for value in node.values():
            yield from tokens(value, resolver)
    elif isinstance(node, list):
        for value in node:
            yield from tokens(value, resolver)


def _references(context: Context) -> References:
    return {
        resource: tuple(
            dict.fromkeys(
                token.resource
                for token in tokens(resource.properties, context.of(resource))
                if token.resource is not None
            )
        )
        for resource in context.assembly.resources()
    }


def _referring(context: Context) -> References:
    found: dict[Resource, list[Resource]] = {}
    for resource, named in references(context).items():
        for there in named:
            found.setdefault(there, []).append(resource)
    return {there: tuple(named) for there, named in found.items()}
