"""The catalogue: one table of rules, in the order of their ids."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from compliance.rules.base import Family, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compliance.assembly.model import Resource
    from compliance.rules.base import Context, Judgement

__all__ = ["Family", "Rule", "by_id", "judge", "rules"]


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule, in the order of the ids. Loaded when first asked for."""
    from compliance.rules import table  # noqa: PLC0415 - `--help` needs no rule

    return table.RULES


@cache
def by_id() -> Mapping[str, Rule]:
    """The rules by canonical id."""
    return {rule.id: rule for rule in rules()}


@cache
def _by_type() -> Mapping[str, tuple[Rule, ...]]:
    index: dict[str, list[Rule]] = {}
    for rule in rules():
        for kind in rule.resource_types:
            index.setdefault(kind, []).append(rule)
    return {kind: tuple(found) for kind, found in index.items()}


def judge(resource: Resource, context: Context) -> Iterator[tuple[Rule, Judgement]]:
    """Every rule's judgements of one resource."""
    for rule in _by_type().get(resource.type, ()):
        for judgement in rule.judge(resource, context):
            yield rule, judgement
