"""A page of a terminal with the parts that a rehearsal has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from compliance.rehearsal.reports import wording
from compliance.reports.page import Page
from compliance.reports.wording import counted

if TYPE_CHECKING:
    from collections.abc import Sequence


class RehearsalPage(Page):
    """A page with the parts that a rehearsal has."""

    def head(self, text: str, *more: tuple[str, str]) -> None:
        """The first line of a section."""
        self.gap()
        self.paragraph((text, "bold"), *more, hanging=2)

    def more(self, left: int, noun: str, *, indent: int = 2) -> None:
        """That something is cut."""
        if left > 0:
            said = f"and {counted(left, f'more {noun}')}; {wording.ELSEWHERE}"
            self.paragraph((said, "dim"), indent=indent, hanging=2)

    def items(self, head: str, items: Sequence[str]) -> None:
        """A start of a line, and items after it that are wrapped below each other, each whole."""
        for line in _packed(items, self.width - cell_len(head)):
            self.line((head, ""), (line, ""))
            head = " " * cell_len(head)


def _packed(items: Sequence[str], room: int) -> list[str]:
    lines = [""]
    for number, item in enumerate(items):
        text = f"{item}," if number < len(items) - 1 else item
        joined = f"{lines[-1]} {text}".lstrip()
        if lines[-1] and cell_len(joined) > room:
            lines.append(text)
        else:
            lines[-1] = joined
    return lines
