"""Untrusted text made fit for human eyes.

Names, values and messages come from templates that anyone may have written. Every format that
people read passes them through `clean`, then escapes them for its own syntax.
"""

from __future__ import annotations

from typing import Final

DEFAULT_LIMIT: Final = 300


def clean(text: str, *, limit: int = DEFAULT_LIMIT) -> str:
    r"""`text` as one printable line of bounded length.

    What does not print (C0 and C1 controls and so ANSI escapes, bidirectional and zero-width
    controls, surrogates, code points that Unicode has not assigned) is written as its escape, such
    as `\x1b`, so that a reader sees that it is there. White space becomes a single space.

    Args:
        text: anything.
        limit: number of characters kept; the result then says how many more there were.

    Returns:
        Text for which `str.isprintable` holds; it is legal in XML 1.0 as well.
    """
    if len(text) <= limit and text.isprintable():
        return text.strip(" ")
    pieces: list[str] = []
    size = 0
    for position, character in enumerate(text):
        if character.isspace():
            piece = " " if pieces and pieces[-1] != " " else ""
        elif character.isprintable():
            piece = character
        else:
            piece = character.encode("unicode_escape").decode("ascii")
        if size + len(piece) > limit:
            return f"{''.join(pieces).rstrip()}… [{len(text) - position:,} more characters]"
        if piece:
            pieces.append(piece)
            size += len(piece)
    return "".join(pieces).rstrip()


def printable(text: str, *, limit: int = DEFAULT_LIMIT) -> str:
    r"""`text` as one line in which every character is seen, white space as it is.

    Other than `clean`, for text that is compared sign by sign, such as a line of a diff: two blanks
    stay two, and what does not print, a tab too, is written as its escape.

    Args:
        text: anything.
        limit: number of characters kept; the result then says how many more there were.
    """
    kept = text if len(text) <= limit else text[:limit]
    if not kept.isprintable():
        kept = "".join(
            character
            if character.isprintable()
            else character.encode("unicode_escape").decode("ascii")
            for character in kept
        )
    more = len(text) - limit
    return f"{kept}… [{more:,} more characters]" if more > 0 else kept


def well_formed(text: str) -> str:
    """`text` that UTF-8 can encode: a lone surrogate, which JSON can smuggle in, becomes U+FFFD."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
