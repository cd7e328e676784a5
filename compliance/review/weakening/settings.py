"""Tables of settings, held against what was and what is.

A path names keys and elements of lists: `A.B`; `A[0].B` for the first element;
`A[Key=deletion_protection.enabled].Value` for the element that says so; `A[Name].B` for every
element that is there before and after, told apart by its `Name`; `A{Name}.B` also for those that
are there on one side only, because what no element is about has the defaults.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Final

from compliance.intrinsics import ABSENT, Unknown, Value
from compliance.intrinsics.alternatives import unique
from compliance.review.model import Note, Subject
from compliance.review.weakening.wording import cut, listed, shown
from compliance.rules.branches import is_decided, ways

if TYPE_CHECKING:
    from compliance.assembly.model import Json
    from compliance.review.weakening.orders import Order, Rank
    from compliance.review.weakening.sides import Pair, Side, Sides

_STEP: Final = re.compile(r"([^.\[\]{}]+)|\[([^\]]*)\]|\{([^}]*)\}")
_TOLD: Final = re.compile(r"\[\D|\{")
"""What begins a step that has no place of its own in a template."""
_ROOT: Final = "Properties"


@dataclass(frozen=True)
class Setting:
    """One row of a table.

    Attributes:
        types: resource types that have it, with spaces between them.
        path: where among the properties; see the module.
        order: which of two values is the weaker one.
        weaker: what is said then: `{name}` is the resource, `{old}` and `{new}` the values,
            `{more}` and `{less}` the elements gained and lost, `{which}` what tells the element.
        added: what is said of a new resource on which the setting protects nothing; empty when
            nothing is.
    """

    types: str
    path: str
    order: Order
    weaker: str
    added: str = ""

    @property
    def place(self) -> str:
        """The path inside the resource, up to the list that tells elements by what they say."""
        return f"{_ROOT}.{_TOLD.split(self.path, maxsplit=1)[0]}"


@dataclass(frozen=True)
class _Step:
    """One step of a path: a key, the element at a position, one that says so, or each."""

    key: str = ""
    position: int | None = None
    says: tuple[str, str] | None = None
    each: tuple[str, ...] = ()
    lone: bool = False


@cache
def _steps(path: str) -> tuple[_Step, ...]:
    return tuple(_step(*found.groups()) for found in _STEP.finditer(path))


def _step(key: str | None, of_both: str | None, of_any: str | None) -> _Step:
    if key is not None:
        return _Step(key=key)
    if of_any is not None:
        return _Step(each=tuple(of_any.split(",")), lone=True)
    told = of_both or ""
    if told.isdigit():
        return _Step(position=int(told))
    name, says, value = told.partition("=")
    return _Step(says=(name, value)) if says else _Step(each=tuple(told.split(",")))


@dataclass(frozen=True)
class Table:
    """Rows, by type of resource.

    Attributes:
        subject: what the notes are about.
        rows: the table.
    """

    subject: Subject
    rows: tuple[Setting, ...]

    @cached_property
    def by_type(self) -> Mapping[str, tuple[Setting, ...]]:
        """Rows by type of resource."""
        found: dict[str, list[Setting]] = defaultdict(list)
        for row in self.rows:
            for kind in row.types.split():
                found[kind].append(row)
        return {kind: tuple(rows) for kind, rows in found.items()}

    def notes(self, sides: Sides) -> Iterator[Note]:
        """What is weaker than it was, and what is new and protects nothing."""
        for pair in sides.pairs:
            for row in self.by_type.get(pair.resource.type, ()):
                yield from self.of_row(row, pair, sides)

    def of_row(self, row: Setting, pair: Pair, sides: Sides) -> Iterator[Note]:
        """What one row says of one pair."""
        if pair.both is not None:
            sentences = dict.fromkeys(_weakened(row, pair, sides))
        elif pair.new is not None and row.added:
            sentences = dict.fromkeys(_added(row, pair, sides.new))
        else:
            return
        for sentence in sentences:
            yield Note(self.subject, pair.resource, sentence, row.place)


# -- a row against a pair -------------------------------------------------------------------------


def _weakened(row: Setting, pair: Pair, sides: Sides) -> Iterator[str]:
    old, new = pair.both or (pair.resource, pair.resource)
    steps = _steps(row.path)
    top = steps[0].key
    before, after = (side.properties.get(top, ABSENT) for side in (old, new))
    if before == after and not sides.differs_elsewhere:
        return
    if is_decided(before) and is_decided(after):
        yield from _in_one_way(row, pair, (before, after), sides, steps[1:])
        return
    found = [tuple(_in_one_way(row, pair, way, sides, steps[1:])) for way in _ways(before, after)]
    for sentence in dict.fromkeys(sentence for sentences in found for sentence in sentences):
        always = all(sentence in sentences for sentences in found)
        yield sentence if always else f"{sentence} (under a condition)"


def _ways(before: Json, after: Json) -> Iterator[tuple[Json, Json]]:
    """Both values, `Fn::If` of one condition decided alike in both."""
    yield from ways([before, after])


def _in_one_way(
    row: Setting,
    pair: Pair,
    values: tuple[Json, Json],
    sides: Sides,
    steps: tuple[_Step, ...],
) -> Iterator[str]:
    before = _found(values[0], steps, sides.old)
    after = _found(values[1], steps, sides.new)
    for which in dict.fromkeys((*before, *after)):
        was, now = before.get(which), after.get(which)
        if (was is None or now is None) and not any(step.lone for step in steps):
            # An element that is gone, or new, is no setting that changed; an unknown list is one.
            if now is not None or _ANY not in after or was == (ABSENT,):
                continue
            now = after[_ANY]
        if which != _ANY:
            yield from _compared(
                row, pair, (was or (ABSENT,), now or (ABSENT,)), sides, ", ".join(which)
            )


_ANY: Final = ("*any*",)
"""What tells the elements of a list that only the deployment knows."""

_Found = dict[tuple[str, ...], tuple[Value, ...]]


def _found(node: Json, steps: tuple[_Step, ...], side: Side) -> _Found:
    """The alternatives at a path, by what tells the elements on the way."""
    found: _Found = {(): side.resolver.values(node)}
    for step in steps:
        after: dict[tuple[str, ...], list[Value]] = defaultdict(list)
        for which, values in found.items():
            for value in values:
                for name, inner in _taken(step, value, side):
                    after[_ANY if _ANY in (which, name) else (*which, *name)] += inner
        found = {which: unique(values) for which, values in after.items()}
    return found


def _taken(
    step: _Step, value: Value, side: Side
) -> Iterator[tuple[tuple[str, ...], tuple[Value, ...]]]:
    resolver = side.resolver
    if step.key:
        yield (), resolver.get(value, step.key)
    elif isinstance(value, Unknown):
        yield _ANY if step.each else (), (value,)
    elif step.each:
        for element in value if isinstance(value, list) else ():
            for inner in resolver.values(element):
                if isinstance(inner, Mapping):
                    yield tuple(_told(inner, name, side) for name in step.each), (inner,)
    elif step.position is not None:
        is_there = isinstance(value, list) and len(value) > step.position
        yield (), resolver.values(value[step.position]) if is_there else (ABSENT,)
    else:
        name, says = step.says or ("", "")
        elements = [inner for _, inner in resolver.items(value)]
        chosen = [
            inner
            for inner in elements
            if isinstance(inner, Mapping) and _told(inner, name, side) == says
        ]
        # Where none says so, one that only the deployment knows may.
        hidden = [inner for inner in elements if isinstance(inner, Unknown)]
        yield (), tuple(chosen or hidden or [ABSENT])


def _told(element: Mapping[str, Json], name: str, side: Side) -> str:
    return cut(str(side.plain(element.get(name, ABSENT))))


def _compared(
    row: Setting,
    pair: Pair,
    values: tuple[tuple[Value, ...], tuple[Value, ...]],
    sides: Sides,
    which: str,
) -> Iterator[str]:
    """The one sentence on a setting's alternatives as they were and as they are."""
    order = row.order
    olds = [(value, order.rank(value, sides.old)) for value in values[0]]
    news = [(value, order.rank(value, sides.new)) for value in values[1]]
    for new, now in news:
        for old, was in olds:
            if was is not None and now is not None:
                if order.is_weaker(now, was) and now not in [rank for _, rank in olds]:
                    yield _sentence(row.weaker, row, pair, (old, was), (new, now), which)
                    return
            elif was is not None and not order.is_open(was):
                yield _only_deployment_knows(row, pair, old, new, which)
                return
            elif now is not None and was is None and order.is_open(now):
                yield _only_deployment_knew(row, pair, new, which)
                return


def _added(row: Setting, pair: Pair, side: Side) -> Iterator[str]:
    assert pair.new is not None  # noqa: S101 - the caller has looked
    steps = _steps(row.path)
    node = pair.new.properties.get(steps[0].key, ABSENT)
    for which, values in _found(node, steps[1:], side).items():
        for value in values:
            rank = row.order.rank(value, side, is_new=True)
            if rank is not None and row.order.is_open(rank):
                yield _sentence(
                    row.added, row, pair, (ABSENT, rank), (value, rank), ", ".join(which)
                )
                break


# -- sentences ------------------------------------------------------------------------------------


def _sentence(
    text: str,
    row: Setting,
    pair: Pair,
    old: tuple[Value, Rank],
    new: tuple[Value, Rank],
    which: str,
) -> str:
    was, now = old[1], new[1]
    of_sets = isinstance(was, frozenset) and isinstance(now, frozenset)
    return text.format(
        name=cut(pair.resource.logical_id),
        old=shown(old[0], absent=row.order.absent),
        new=shown(new[0], absent=row.order.absent),
        more=listed(now - was) if of_sets else "",
        less=listed(was - now) if of_sets else "",
        which=which,
    )


def _only_deployment_knows(row: Setting, pair: Pair, old: Value, new: Value, which: str) -> str:
    was = shown(old, absent=row.order.absent)
    reason = new.reason if isinstance(new, Unknown) else _by_default(row, new)
    return (
        f"{_named(row, pair, which)} was {was}; whether that still holds, only the deployment "
        f"knows: {cut(reason)}"
    )


def _only_deployment_knew(row: Setting, pair: Pair, new: Value, which: str) -> str:
    now = shown(new, absent=row.order.absent)
    return f"{_named(row, pair, which)} is {now}; what it was, only the deployment knew"


def _by_default(row: Setting, new: Value) -> str:
    default = row.order.default
    if new is ABSENT and isinstance(default, Unknown):
        return f"it is not set now, and {default.reason}"
    return f"it is {shown(new)} now"


def _named(row: Setting, pair: Pair, which: str) -> str:
    name = cut(pair.resource.logical_id)
    of = f" ({which})" if which else ""
    chosen = next((step.says[1] for step in reversed(_steps(row.path)) if step.says), "")
    return f"{chosen or row.path.rpartition('.')[2]} of {name}{of}"
