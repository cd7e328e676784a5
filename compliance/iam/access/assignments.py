"""CloudFormation's conditions on both sides of a comparison, taken one way and the other.

What decides a condition in the end are comparisons, `Fn::Equals`. One that both templates hold has
the same answer on both sides; of several that compare one value with different texts, one at most
is true.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from compliance.intrinsics.values import shown

if TYPE_CHECKING:
    from compliance.assembly import Assembly, Resource, Template
    from compliance.assembly.model import Json

MAX_WAYS: Final = 32
"""Ways in which conditions may turn out that are all tried."""
MAX_DEPTH: Final = 32
"""Conditions inside one another."""
_WORD: Final = re.compile(r"[A-Za-z0-9]+")

Condition = tuple[str, str]
"""Name of a template, and of a condition of it."""
Truth = Mapping[Condition, bool]
_Fact = tuple[str, str]
"""What is compared, with all that decides it, and with which text."""


class TooManyConditionsError(Exception):
    """More conditions than can be tried one way and the other."""


def assignments(
    old: Assembly, new: Assembly, relevant: Iterable[Resource]
) -> Iterator[tuple[Truth, Truth]]:
    """Truth values of conditions, for the old side and the new one.

    Args:
        old: as it was.
        new: as it is.
        relevant: resources of both sides whose conditions matter.

    Raises:
        TooManyConditionsError: there are more than `MAX_WAYS` ways, or conditions stand deeper in
            one another than `MAX_DEPTH`.
    """
    used = {
        (resource.template.name, name)
        for resource in relevant
        for name in {*_names(resource.body), str(resource.body.get("Condition", ""))}
        if name in _conditions(resource.template)
    }
    sides = tuple(
        {
            (template.name, name): template
            for template in assembly.templates
            for name in _conditions(template)
            if (template.name, name) in used
        }
        for assembly in (old, new)
    )
    compared: dict[str, set[str]] = {}
    for side in sides:
        for (_, name), template in side.items():
            for subject, text in _facts({"Condition": name}, template):
                compared.setdefault(subject, set()).add(text)
    choices = [
        [(subject, text) for text in (*sorted(texts), "")]
        for subject, texts in sorted(compared.items())
    ]
    number = 1
    for choice in choices:
        number *= len(choice)
        if number > MAX_WAYS:
            raise TooManyConditionsError
    told = set()
    for way in itertools.product(*choices):
        facts = frozenset(way)
        truths = tuple(
            {
                condition: _holds({"Condition": condition[1]}, template, facts)
                for condition, template in side.items()
            }
            for side in sides
        )
        key = tuple(tuple(sorted(truth.items())) for truth in truths)
        if key not in told:
            told.add(key)
            yield truths[0], truths[1]


def _names(node: Json) -> Iterator[str]:
    if isinstance(node, Mapping):
        match node.get("Fn::If"):
            case [str(name), *_]:
                yield name
        for value in node.values():
            yield from _names(value)
    elif isinstance(node, list):
        for value in node:
            yield from _names(value)


def _facts(
    node: Json, template: Template, depth: int = 0, within: frozenset[str] = frozenset()
) -> Iterator[_Fact]:
    """Comparisons that decide a condition; what is no condition is one by itself."""
    if depth > MAX_DEPTH:
        raise TooManyConditionsError
    match node:
        case {"Condition": str(name)} if name in within:
            pass  # CloudFormation refuses a condition that rests on itself: it never holds
        case {"Condition": str(name)} if name in _conditions(template):
            yield from _facts(_conditions(template)[name], template, depth + 1, within | {name})
        case {"Fn::And": [*parts]} | {"Fn::Or": [*parts]} | {"Fn::Not": [*parts]}:
            for part in parts:
                yield from _facts(part, template, depth + 1, within)
        case {"Fn::Equals": [str(_), str(_)]}:
            pass
        case _:
            yield _fact(node, template)


def _fact(node: Json, template: Template) -> _Fact:
    match node:
        case {"Fn::Equals": [str(text), value]} | {"Fn::Equals": [value, str(text)]}:
            return (_whole(value, template), f"={text}")
        case _:
            return (_whole(node, template), "=")


def _holds(node: Json, template: Template, facts: frozenset[_Fact], depth: int = 0) -> bool:
    if depth > MAX_DEPTH:
        return False

    def of(parts: list[Json]) -> Iterator[bool]:
        return (_holds(part, template, facts, depth + 1) for part in parts)

    match node:
        case {"Condition": str(name)} if name in _conditions(template):
            found = any(of([_conditions(template)[name]]))
        case {"Fn::And": [*parts]}:
            found = all(of(parts))
        case {"Fn::Or": [*parts]}:
            found = any(of(parts))
        case {"Fn::Not": [part]}:
            found = not any(of([part]))
        case {"Fn::Equals": [str(one), str(other)]}:
            found = one == other
        case _:
            found = _fact(node, template) in facts
    return found


def _whole(node: Json, template: Template) -> str:
    """A value with all that the template says of what decides it: each stack has its own."""
    declared = {**template.parameters, **template.mappings, **_conditions(template)}
    text = shown(node)
    found: dict[str, str] = {}
    todo = _WORD.findall(text)
    while todo:
        each = todo.pop()
        if each in found or each not in declared:
            continue
        found[each] = shown(declared[each])
        todo += _WORD.findall(found[each])
    return shown([template.name, text, found])


def _conditions(template: Template) -> Mapping[str, Json]:
    found = template.body.get("Conditions")
    return found if isinstance(found, Mapping) else {}
