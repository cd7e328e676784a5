"""The unified diff of two canonical templates, resource by resource.

Keys of a canonical text are sorted, so what stands under one key is compared with what stands under
the same key, never with its neighbour: the diff reads better, and a large template costs no more
than its parts do.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from itertools import takewhile
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    Code = tuple[str, int, int, int, int]
    Key = tuple[str, str]

CONTEXT: Final = 3
"""Unchanged lines that are shown around each change."""
MAX_COMPARED: Final = 5_000
"""Lines of one resource that are compared; longer ones are shown as taken out and put in."""
NOWHERE: Final = "/dev/null"
_OPENS: Final = re.compile(r'  "(?:[^"\\]|\\.)*": \{$')
_CLOSES: Final = {"  }": "}", "  },": "}", "}": "}"}


def diff(old: str, new: str, *, labels: tuple[str, str]) -> tuple[str, ...]:
    """A unified diff, without line ends; empty when the texts are the same.

    Args:
        old: canonical text; empty when there is none.
        new: likewise.
        labels: what the two are called in the first lines.
    """
    before, after = _lines(old), _lines(new)
    names = tuple(
        label if lines else NOWHERE for label, lines in zip(labels, (before, after), strict=True)
    )
    found = []
    for codes in _Given(list(_codes(before, after))).get_grouped_opcodes(CONTEXT):
        found.append(f"@@ -{_extent(codes, 1, 2)} +{_extent(codes, 3, 4)} @@")
        for tag, low, high, start, end in codes:
            if tag == "equal":
                found += [f" {line}" for line in before[low:high]]
                continue
            found += [f"-{line}" for line in before[low:high]]
            found += [f"+{line}" for line in after[start:end]]
    return (f"--- {names[0]}", f"+++ {names[1]}", *found) if found else ()


class _Given(SequenceMatcher[str]):
    """Groups codes that are known into the hunks of a diff."""

    def __init__(self, codes: list[Code]) -> None:
        super().__init__(None, (), ())
        self._codes = codes

    def get_opcodes(self) -> list[Code]:  # type: ignore[override]  # typeshed's tags are literals
        return self._codes


def _lines(text: str) -> list[str]:
    # Not `splitlines`: a string may hold U+2028, which ends no line of JSON.
    return text.removesuffix("\n").split("\n") if text else []


def _extent(codes: Sequence[Code], low: int, high: int) -> str:
    """A range as a hunk names it (POSIX, `diff -u`): an empty one by the line before it."""
    start, end = int(codes[0][low]), int(codes[-1][high])
    length = end - start
    if length == 1:
        return str(start + 1)
    return f"{start + 1 if length else start},{length}"


def _codes(old: Sequence[str], new: Sequence[str]) -> Iterator[Code]:
    """What difflib's `get_opcodes` gives; neighbours that are equal are one."""
    equal: Code | None = None
    for code in _part_by_part(old, new):
        if code[0] == "equal":
            low, start = (equal[1], equal[3]) if equal else (code[1], code[3])
            equal = ("equal", low, code[2], start, code[4])
            continue
        if equal:
            yield equal
            equal = None
        yield code
    if equal:
        yield equal


def _part_by_part(old: Sequence[str], new: Sequence[str]) -> Iterator[Code]:
    before, after = _parts(old), _parts(new)
    low = start = 0
    for key in _merged(before, after):
        one, other = before.get(key, ()), after.get(key, ())
        for tag, a, b, c, d in _compared(one, other):
            yield tag, low + a, low + b, start + c, start + d
        low, start = low + len(one), start + len(other)


def _parts(lines: Iterable[str]) -> Mapping[Key, list[str]]:
    """Lines by the keys of the first two levels, in order."""
    found: dict[Key, list[str]] = {}
    section, part, split = "", "", False
    for line in lines:
        if line.startswith('  "'):
            section, part, split = line, "", bool(_OPENS.match(line))
        elif split and line.startswith('    "'):
            part = line
        elif line in _CLOSES:
            # Not a piece of the last part: it would be taken out and put in with it.
            section, part, split = section if line != "}" else "", _CLOSES[line], False
        found.setdefault((section, part), []).append(line)
    return found


def _merged(before: Mapping[Key, list[str]], after: Mapping[Key, list[str]]) -> Iterator[Key]:
    """The keys of both, those that both have in the order that they have there."""
    waiting = iter(after)
    for key in before:
        if key in after:
            yield from takewhile(lambda other, key=key: other != key, waiting)  # type: ignore[misc]
        yield key
    yield from waiting


def _compared(old: Sequence[str], new: Sequence[str]) -> Iterator[Code]:
    if old == new:
        yield "equal", 0, len(old), 0, len(new)
    elif max(len(old), len(new)) > MAX_COMPARED or not (old and new):
        yield "replace", 0, len(old), 0, len(new)
    else:
        yield from SequenceMatcher(None, old, new).get_opcodes()
