"""Whether an alarm comes later than it did, or not at all: threshold and periods.

Source: CloudWatch API Reference, 'PutMetricAlarm': `Threshold`, `ComparisonOperator`,
`EvaluationPeriods` (N) and `DatapointsToAlarm` (M of N; N where it is not set).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.intrinsics import ABSENT, Value, whole
from compliance.review.model import Note, Subject
from compliance.review.weakening import Number, Setting, cut, shown
from compliance.review.weakening.settings import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.assembly.model import Resource
    from compliance.review.weakening import Pair, Side, Sides

ALARM: Final = "AWS::CloudWatch::Alarm"

_TABLE: Final = Table(Subject.PROTECTION, ())


def _threshold(when: str, *, is_above: bool) -> Setting:
    return Setting(
        ALARM,
        "Threshold",
        # An alarm on what is too much comes later the greater its threshold is.
        Number(less_is_weaker=not is_above, default=float("inf") if is_above else float("-inf")),
        f"{{name}} alarms {when} instead of {{old}}",
    )


_THRESHOLDS: Final = {
    "GreaterThanThreshold": _threshold("above {new}", is_above=True),
    "GreaterThanOrEqualToThreshold": _threshold("from {new} on", is_above=True),
    "LessThanThreshold": _threshold("below {new}", is_above=False),
    "LessThanOrEqualToThreshold": _threshold("at {new} and below", is_above=False),
}


def notes(sides: Sides) -> Iterator[Note]:
    """Alarms that come later than they did."""
    for pair in sides.of_types(ALARM):
        if pair.both is None:
            continue
        old, new = pair.both
        before = sides.old.one(old, "ComparisonOperator")
        after = sides.new.one(new, "ComparisonOperator")
        if str(before) != str(after):
            yield Note(
                Subject.PROTECTION,
                new,
                f"{cut(new.logical_id)} compares in another way: {shown(after)} instead of "
                f"{shown(before)}",
                "Properties.ComparisonOperator",
            )
        elif isinstance(after, str) and after in _THRESHOLDS:
            yield from _TABLE.of_row(_THRESHOLDS[after], pair, sides)
        yield from _periods(pair, old, new, sides)


def _periods(pair: Pair, old: Resource, new: Resource, sides: Sides) -> Iterator[Note]:
    before, after = _needed(old, sides.old), _needed(new, sides.new)
    if before is None or before == after:
        return
    name = cut(pair.resource.logical_id)
    place = "Properties.EvaluationPeriods"
    if after is None:
        yield Note(
            Subject.PROTECTION,
            new,
            f"{name} alarmed after {_of(before)} periods; after how many it does now, only the "
            "deployment knows",
            place,
        )
    elif after[0] > before[0] or (after[0] == before[0] and after[1] < before[1]):
        yield Note(
            Subject.PROTECTION,
            new,
            f"{name} alarms after {_of(after)} periods instead of {_of(before)}",
            place,
        )


def _needed(alarm: Resource, side: Side) -> tuple[int, int] | None:
    """How many periods of how many have to be bad."""
    periods = _whole(side.one(alarm, "EvaluationPeriods"), 1)
    points = _whole(side.one(alarm, "DatapointsToAlarm"), periods)
    return None if periods is None or points is None else (points, periods)


def _whole(value: Value, default: int | None) -> int | None:
    return default if value is ABSENT else whole(value)


def _of(needed: tuple[int, int]) -> str:
    points, periods = needed
    return str(points) if points == periods else f"{points} of {periods}"
