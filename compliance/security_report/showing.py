"""A template author's text, made fit for the report before it is cut or measured."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from compliance.masking import mask_text
from compliance.sanitize import clean

_WORDS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[-_./: ])")
"""Where a name may be broken: before the words of `CamelCase`, after what parts words."""


def shown(text: str, *, limit: int = 1000) -> str:
    """`text` on one printable line without what looks like a secret.

    The secret goes first: one that is cut in two is not known for what it is.
    """
    return clean(mask_text(text), limit=limit)


def width(text: str) -> int:
    """How many cells of a terminal, or narrow letters of a picture, a text takes."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def cut(text: str, *, room: int) -> str:
    """`text`, its end left out where it is wider than `room`."""
    if width(text) <= room:
        return text
    kept = ""
    used = 1
    for letter in text:
        used += width(letter)
        if used > room:
            break
        kept += letter
    return f"{kept.rstrip()}…"


def broken(text: str, *, room: int, lines: int) -> tuple[str, ...]:
    """A name on at most so many lines, broken between its words, the last one cut.

    Args:
        text: one printable line.
        room: letters on a line.
        lines: how many there are at most.
    """
    found = [""]
    for word in _WORDS.split(text):
        if not found[-1] or width(found[-1] + word) <= room:
            found[-1] += word
        else:
            found.append(word)
    head, rest = found[: lines - 1], "".join(found[lines - 1 :])
    return tuple(cut(line.strip(), room=room) for line in (*head, rest) if line.strip())
