"""Resources that wait for each other: CloudFormation refuses a template in which any do.

Source: CloudFormation User Guide, 'Troubleshooting CloudFormation', 'Circular dependency between
resources'.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from compliance.assembly.model import Json

_SUBSTITUTED: Final = re.compile(r"\$\{\s*+([A-Za-z0-9]++)[^{}]*+\}")


def first_circle(resources: Mapping[str, Mapping[str, Json]]) -> tuple[str, ...]:
    """Logical ids of resources that wait for each other, the first of them again at the end.

    Args:
        resources: declarations by logical id.

    Returns:
        Empty when they can be made one after the other.
    """
    waits = {
        name: {wanted for wanted in _wanted(body) if wanted in resources}
        for name, body in resources.items()
    }
    try:
        TopologicalSorter(waits).prepare()
    except CycleError as error:
        # It lists who is waited for before who waits.
        return tuple(reversed(error.args[1]))
    return ()


def _wanted(body: Mapping[str, Json]) -> Iterator[str]:
    """Names that a declaration refers to, those of parameters among them."""
    depends = body.get("DependsOn")
    yield from (
        name
        for name in (depends if isinstance(depends, list) else [depends])
        if isinstance(name, str)
    )
    yield from _references(body.get("Properties"))


def _references(node: Json) -> Iterator[str]:
    if isinstance(node, list):
        for element in node:
            yield from _references(element)
    elif isinstance(node, Mapping):
        if len(node) == 1:
            ((name, argument),) = node.items()
            yield from _named(name, argument)
        for value in node.values():
            yield from _references(value)


def _named(function: str, argument: Json) -> Iterator[str]:
    if function == "Ref" and isinstance(argument, str):
        yield argument
    elif function == "Fn::GetAtt":
        head = argument[0] if isinstance(argument, list) and argument else argument
        if isinstance(head, str):
            yield head.partition(".")[0]
    elif function == "Fn::Sub":
        own: Mapping[str, Json] = {}
        if isinstance(argument, list) and len(argument) == 2:  # noqa: PLR2004 - text, variables
            argument, given = argument
            own = given if isinstance(given, Mapping) else {}
        if isinstance(argument, str):
            yield from (name for name in _SUBSTITUTED.findall(argument) if name not in own)
