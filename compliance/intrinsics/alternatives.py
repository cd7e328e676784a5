"""Values that a condition decides: every alternative, without repetition, and not too many."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Final, TypeVar

from compliance.intrinsics.values import Unknown, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

T = TypeVar("T")

MAX_ALTERNATIVES: Final = 64
"""A value with more alternatives than this is unknown: nested conditions multiply."""
TOO_MANY: Final = Unknown(
    "more alternatives than are looked at one by one", "too many alternatives"
)


def unique(values: Iterable[Value]) -> tuple[Value, ...]:
    """The values without repetition, or `TOO_MANY` alone."""
    found: list[Value] = []
    for value in values:
        if not any(
            value is other or (type(value) is type(other) and value == other) for other in found
        ):
            found.append(value)
            if len(found) > MAX_ALTERNATIVES:
                return (TOO_MANY,)
    return tuple(found)


def combinations(choices: Sequence[Sequence[T]]) -> Iterator[tuple[T, ...]] | None:
    """Every way to choose one alternative each, or `None` when there are too many."""
    if math.prod(len(alternatives) for alternatives in choices) > MAX_ALTERNATIVES:
        return None
    return itertools.product(*choices)
