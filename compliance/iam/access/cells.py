"""The actions of a statement, told apart by the other statements that name them as well.

Actions that are in the same statements share a fate, so they are decided together: a cell. Names
that a pattern takes in and that AWS does not list (yet) make cells of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from compliance.iam import actions
from compliance.iam.access.globs import EVERYTHING, OTHER, Machine, pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from compliance.iam.access.clauses import Clause, Listed
    from compliance.iam.access.globs import Budget, Pattern
    from compliance.iam.actions import Action

_ANY_ACTION: Final = "*"
_ANY_SERVICE_COST: Final = 1500
"""States that looking through the actions of every service counts for."""
_RANKS: Final = ("Permissions management", "Write", "Tagging", "Read", "List")
"""Access levels, those that a reviewer asks for first in front."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Some actions of a statement.

    Attributes:
        asked: the statement's pattern that takes them in.
        actions: those that AWS lists, the gravest first; none for names that it does not list.
        sample: one of their names.
        named_by: whether each of the other statements names them, in the order given.
    """

    asked: str
    actions: tuple[Action, ...]
    sample: str
    named_by: tuple[bool, ...]


def cells(clause: Clause, others: Sequence[Clause], *, budget: Budget) -> Iterator[Cell]:
    """The actions of a statement, in cells.

    Args:
        clause: the statement.
        others: statements to tell them apart by.
        budget: of states.

    Raises:
        TooManyError: the budget is spent.
    """
    listed = clause.actions
    for asked in (_ANY_ACTION,) if listed.negated else sorted(listed.items):
        texts = {asked, *listed.items, *(each for other in others for each in other.actions.items)}
        for text in texts - {_ANY_ACTION}:
            if _is_pattern(text.partition(":")[0]):
                budget.spend(_ANY_SERVICE_COST)
        if _is_pattern(asked):
            yield from _of_pattern(asked, listed, others, budget)
        else:
            found = actions.expand(asked)
            named_by = tuple(_names(other.actions, asked) for other in others)
            yield Cell(asked, found, found[0].name if found else asked, named_by)


def _of_pattern(
    asked: str, listed: Listed[str], others: Sequence[Clause], budget: Budget
) -> Iterator[Cell]:
    start = _known(asked)
    blocks: list[tuple[frozenset[str], tuple[bool, ...]]] = [
        (start - _all_known(listed.items) if listed.negated else start, ())
    ]
    for other in others:
        named = _all_known(other.actions.items)
        split = []
        for block, vector in blocks:
            inside, outside = block & named, block - named
            split += [
                (part, (*vector, is_inside is not other.actions.negated))
                for part, is_inside in ((inside, True), (outside, False))
                if part
            ]
        blocks = split
    told = set()
    for block, vector in blocks:
        if block:
            told.add(vector)
            found = tuple(action for name, action in _by_name(asked).items() if name in block)
            yield Cell(asked, found, found[0].name, vector)
    for sample, vector in _unlisted(asked, listed, others, budget):
        if vector not in told:
            told.add(vector)
            yield Cell(asked, (), sample, vector)


def _unlisted(
    asked: str, listed: Listed[str], others: Sequence[Clause], budget: Budget
) -> Iterator[tuple[str, tuple[bool, ...]]]:
    """Names that a pattern takes in and AWS does not list: one for each set of statements."""
    elements = [other.actions for other in others]
    texts = dict.fromkeys(
        text
        for element in (*elements, *([listed] if listed.negated else []))
        for text in sorted(element.items)
        if _is_pattern(text) or not actions.expand(text)
    )
    places = {text: index + 2 for index, text in enumerate(texts)}
    # Every action has a service and a name.
    machine = Machine([_glob(asked), _glob("?*:?*"), *map(_glob, places)])
    named = machine.accepts[1]
    bits = {text: machine.accepts[place] for text, place in places.items()}
    for key, text in machine.search(within=0, budget=budget):
        if not key & named:
            continue

        def takes(element: Listed[str], key: int = key) -> bool:
            inside = any(key & bits.get(item, 0) for item in element.items)
            return inside is not element.negated

        if listed.negated and not takes(listed):
            continue
        yield "".join(text).replace(OTHER, "…"), tuple(map(takes, elements))


def _names(listed: Listed[str], action: str) -> bool:
    return any(_matches(item, action) for item in listed.items) is not listed.negated


@lru_cache(maxsize=65536)
def _matches(item: str, action: str) -> bool:
    return item == action or (_is_pattern(item) and actions.matches(item, action))


def _is_pattern(text: str) -> bool:
    return "*" in text or "?" in text


@lru_cache(maxsize=8192)
def _glob(text: str) -> Pattern:
    return EVERYTHING if text == _ANY_ACTION else pattern(text, variables=False)


@lru_cache(maxsize=4096)
def _by_name(text: str) -> dict[str, Action]:
    """Actions that a pattern takes in, by their names in lower case, the gravest first."""
    return {action.name.lower(): action for action in sorted(actions.expand(text), key=_rank)}


def _known(text: str) -> frozenset[str]:
    return frozenset(_by_name(text))


@lru_cache(maxsize=4096)
def _all_known(items: frozenset[str]) -> frozenset[str]:
    return frozenset().union(*map(_known, items))


def _rank(action: Action) -> tuple[int, int, str]:
    level = next((rank for rank, name in enumerate(_RANKS) if name in action.level), len(_RANKS))
    return level, not action.arns, action.name
