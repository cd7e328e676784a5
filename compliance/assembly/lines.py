"""On which line of a template's text each of its resources begins.

Read only when a line is to be shown: Python's parsers are fast because they keep no positions.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from compliance.assembly.template import MAX_BYTES, read_text
from compliance.findings import SynthgateError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

SECTION: Final = "Resources"
_SPACE: Final = re.compile(r"[ \t\r\n]*")
_SCANNER: Final = json.JSONDecoder()


def of_resources(path: Path) -> Mapping[str, int]:
    """Line by logical id, 1-based, of a template that has been read before.

    Returns:
        Nothing when the file cannot be read a second time: a pipe, or a file that has changed.
    """
    # To open a pipe again would wait for ever.
    if not path.is_file():
        return {}
    try:
        return in_text(read_text(path, shown=str(path), limit=MAX_BYTES))
    except SynthgateError:
        return {}


def in_text(text: str) -> Mapping[str, int]:
    """Line by logical id, 1-based, in the text of a template; empty when it is none."""
    if text.lstrip()[:1] != "{":
        from compliance.assembly import yaml  # noqa: PLC0415 - most templates are JSON

        return yaml.key_lines(text, section=SECTION)
    found: dict[str, int] = {}
    line, counted = 1, 0
    try:
        for logical_id, place in _resources(text):
            line += text.count("\n", counted, place)
            counted = place
            found[logical_id] = line
    except (ValueError, IndexError, RecursionError):
        return {}
    return found


def _resources(text: str) -> Iterator[tuple[str, int]]:
    """Each logical id and where its key stands."""
    for key, _, value in _members(text, _skip(text, 0)):
        if key == SECTION:
            for logical_id, place, _ in _members(text, value):
                yield logical_id, place
            return


def _members(text: str, start: int) -> Iterator[tuple[str, int, int]]:
    """Keys of the object that starts there, where each stands, and where its value does.

    The values are skipped by Python's own scanner, which is several times faster than to look at
    every token here.

    Raises:
        ValueError: what is there is no JSON.
        IndexError: the text ends too early.
    """
    place = _skip(text, start + 1) if text[start] == "{" else len(text)
    while text[place] == '"':
        key, end = _SCANNER.raw_decode(text, place)
        value = _skip(text, _skip(text, end) + 1)
        yield key, place, value
        _, end = _SCANNER.raw_decode(text, value)
        place = _skip(text, _skip(text, end) + 1)


def _skip(text: str, place: int) -> int:
    """The first place from there that is no white space."""
    found = _SPACE.match(text, place)
    return found.end() if found else place
