"""Where in a JSON text a fault stands that its parser names without a place.

Read only when a text is refused: Python's parser is fast because it keeps no positions.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKENS: Final = re.compile(r'"(?:[^"\\]|\\.)*"(?P<key>\s*:)?|[{}\[\]]')


def nested_too_deeply(text: str, *, limit: int) -> str:
    """Line and column, such as `3:17`, of the first bracket that is one too many; else empty."""
    for depth, found in _brackets(text):
        if depth > limit:
            return _place(text, found.start())
    return ""


def repeated_key(text: str) -> str:
    """Line and column of the first key that its object holds for the second time; else empty."""
    keys: list[set[str]] = []
    for found in _TOKENS.finditer(text):
        part = found.group()
        if part in "{[":
            keys.append(set())
        elif part in "}]":
            # What is written with an escape is another key here, and the rest may be no JSON.
            if keys:
                keys.pop()
        elif found["key"] and keys:
            key = part.rstrip(": \t\r\n")
            if key in keys[-1]:
                return _place(text, found.start())
            keys[-1].add(key)
    return ""


def _brackets(text: str) -> Iterator[tuple[int, re.Match[str]]]:
    depth = 0
    for found in _TOKENS.finditer(text):
        if found.group() in "{[":
            depth += 1
            yield depth, found
        elif found.group() in "}]":
            depth -= 1


def _place(text: str, index: int) -> str:
    return f"{text.count(chr(10), 0, index) + 1}:{index - text.rfind(chr(10), 0, index)}"
