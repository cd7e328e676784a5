"""How values stand in a sentence. They stay raw: who renders a note escapes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.intrinsics import ABSENT, Value
from compliance.rules.base import show

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

MAX_SHOWN: Final = 120
"""Characters of a template's value that a sentence shows."""
MAX_LISTED: Final = 3
"""Values of a list that a sentence names one by one."""


def cut(text: str) -> str:
    """A text of the template on one line, no longer than a sentence bears."""
    line = " ".join(text.split())
    return line if len(line) <= MAX_SHOWN else f"{line[: MAX_SHOWN - 1]}…"


def shown(value: Value, *, absent: str = "not set") -> str:
    """A value as a sentence shows it.

    Args:
        value: of a template.
        absent: what it is called when it is not there.
    """
    return absent if value is ABSENT else cut(show(value))


def listed(values: Collection[str]) -> str:
    """Some values, the first of them by name: `a, b, c and 4 more`."""
    ordered = sorted(values)
    more = len(ordered) - MAX_LISTED
    named = _names(ordered[:MAX_LISTED])
    return f"{named} and {more} more" if more > 0 else named


def _names(values: Iterable[str]) -> str:
    return cut(", ".join(values))
