"""Markdown for a comment on GitHub: what keeps it harmless, and what keeps it short enough.

Untrusted strings are either code spans or escaped prose (see `code` and `prose`), and stand only in
table cells, list items and after words of ours, so that they cannot open a block. What looks like
a secret is masked before anything is cut, since half a secret is not known for one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from compliance.masking import mask_text
from compliance.reports.wording import counted
from compliance.sanitize import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LIMIT: Final = 60_000
"""Characters; GitHub refuses a comment of more than 65,536."""
_RESERVE: Final = 1_000
"""Characters kept for the notes on what was left out, and for closing tags."""
_NAME: Final = 160
_MESSAGE: Final = 400

_JOINT: Final = "&#8203;"
# Mentions, issue references and bare links are looked for in the rendered text, where an escape is
# gone: only a (zero-width) character between their parts stops them.
_SPECIAL: Final = re.compile(
    r"(?P<bar>\|)|(?P<markup>[\\`*_\[\]<>&~$])|(?P<link>@|#|:(?=//)|\bwww(?=\.)|\bGH-(?=\d))",
    re.IGNORECASE,
)


def prose(text: str, *, limit: int = _MESSAGE) -> str:
    """Untrusted text as Markdown that shows exactly that text: no markup, link, mention or HTML."""
    return _SPECIAL.sub(_escape, clean(mask_text(text), limit=limit))


def code(text: str, *, limit: int = _NAME) -> str:
    """Untrusted text as inline code, safe in a table's cell; nothing for an empty text."""
    cleaned = clean(mask_text(text), limit=limit)
    if not cleaned:
        return ""
    if "`" in cleaned or "|" in cleaned:
        # Parsers disagree on a bar after a backslash in a code span: no span, no dispute.
        return f"<code>{_SPECIAL.sub(_escape, cleaned)}</code>"
    return f"`{cleaned}`"


def _escape(match: re.Match[str]) -> str:
    if match["bar"]:
        return "&#124;"
    if match["markup"]:
        return f"\\{match[0]}"
    return f"{match[0]}{_JOINT}"


class Comment:
    """Text with a budget: rows that no longer fit are counted instead.

    Args:
        elsewhere: where a reader finds what is left out, such as `see the JSON report`.
    """

    def __init__(self, *, elsewhere: str) -> None:
        self._elsewhere = elsewhere
        self._parts: list[str] = []
        self._left = LIMIT - _RESERVE

    def reserve(self, size: int) -> None:
        """Keep room for `size` characters that are added at the end."""
        self._left -= size

    def add(self, text: str) -> bool:
        """Add `text` if there is room for it."""
        if len(text) > self._left:
            return False
        self._parts.append(text)
        self._left -= len(text)
        return True

    def rows(
        self,
        rows: Iterable[str],
        *,
        total: int,
        noun: str,
        opening: str,
        closing: str = "",
        ending: str = "",
    ) -> None:
        """Add as many of `total` rows as there is room for, and say how many are left out.

        Args:
            rows: each a line, with its end.
            total: how many there are; nothing is added for none.
            noun: what one is called.
            opening: what stands before them.
            closing: what has to follow the last row, such as a fence; to be reserved.
            ending: what comes last, after the words on what is left out, such as a closing tag.
        """
        if not total:
            return
        shown = 0
        opened = self.add(opening)
        if opened:
            for row in rows:
                if not self.add(row):
                    break
                shown += 1
            self._parts.append(closing)
        # These few words, and the closing tag, are what `_RESERVE` is for.
        if shown < total:
            left = counted(total - shown, f"more {noun}")
            self._parts.append(f"\n**{left} not shown here**: {self._elsewhere}.\n")
        if opened:
            self._parts.append(ending)

    def table(
        self,
        summary: str,
        heads: Sequence[str],
        rows: Iterable[Sequence[str]],
        *,
        total: int,
        noun: str,
    ) -> None:
        """Add a table, collapsed when it has a summary."""
        opening = f"<details><summary>{summary}</summary>\n\n" if summary else ""
        self.rows(
            (f"| {' | '.join(row)} |\n" for row in rows),
            total=total,
            noun=noun,
            opening=f"\n{opening}| {' | '.join(heads)} |\n|{' --- |' * len(heads)}\n",
            ending="\n</details>\n" if summary else "",
        )

    def text(self) -> str:
        """All that was added."""
        return "".join(self._parts)
