"""How text is laid out in lines of a terminal's width, through Rich."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final, TypeAlias

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

if TYPE_CHECKING:
    from rich.table import Table

_WIDTH: Final = 80
"""Columns where there is no terminal to ask."""
_NARROWEST: Final = 24
_LABEL: Final = 10

Part: TypeAlias = tuple[str, str]
"""A text and its Rich style."""


class Page:
    """Lines of at most `width` cells, collected, then printed in one go.

    What is given to a page is shown as it is: it is never read as Rich markup.
    """

    def __init__(self, *, width: int | None, color: bool) -> None:
        self.bounded = width is not None
        self.width = max(width or _WIDTH, _NARROWEST)
        self._color = color
        self._out = io.StringIO()
        # All that Rich would ask the environment is said here: the same report, the same text.
        self._console = Console(
            file=self._out,
            width=self.width,
            color_system="standard",
            force_terminal=True,
            force_interactive=False,
            force_jupyter=False,
            no_color=False,
            legacy_windows=False,
            markup=False,
            emoji=False,
            highlight=False,
        )
        self._lines: list[tuple[Part | Text, ...]] = []

    def gap(self) -> None:
        """An empty line between two sections, one however often it is asked for."""
        if self._lines and self._lines[-1]:
            self._lines.append(())

    def line(self, *parts: Part) -> None:
        """Styled parts as one line, cut with an ellipsis where the page ends."""
        if sum(cell_len(text) for text, _ in parts) > self.width:
            cut = Text.assemble(*parts)
            cut.truncate(self.width, overflow="ellipsis")
            self._lines.append((cut,))
        else:
            self._lines.append(parts)

    def paragraph(self, *parts: Part, indent: int = 0, hanging: int = 0) -> None:
        """Styled parts, wrapped at words, and inside a word longer than a line.

        Args:
            parts: text and style.
            indent: of all lines, in cells.
            hanging: of the lines after the first, on top of that.
        """
        if indent + sum(cell_len(text) for text, _ in parts) <= self.width:
            self._lines.append(((" " * indent, ""), *parts))
            return
        for number, line in enumerate(self._wrap(parts, self.width - indent - hanging)):
            self._lines.append(((" " * (indent + (hanging if number else 0)), ""), line))

    def field(self, label: str, value: str, *, indent: int) -> None:
        """A labelled value, its further lines under its first; nothing for an empty value."""
        if not value:
            return
        head = (f"{' ' * indent}{label:<{_LABEL}}", "dim")
        room = self.width - indent - _LABEL
        if cell_len(value) <= room:
            self._lines.append((head, (value, "")))
            return
        for number, line in enumerate(self._wrap(((value, ""),), room)):
            self._lines.append((head if number == 0 else (" " * (indent + _LABEL), ""), line))

    def table(self, table: Table) -> None:
        """A Rich table, as lines of this page."""
        for segments in self._console.render_lines(table, pad=False):
            line = Text.assemble(*((segment.text, segment.style or "") for segment in segments))
            line.rstrip()
            self._lines.append((line,))

    def whole(self, line: str, style: str) -> None:
        """One line, however long."""
        self._lines.append(((line, style),))

    def text(self) -> str:
        """All lines, each ended by a newline."""
        if not self._color:
            # Rich would print the very same, only more slowly.
            return "".join(f"{''.join(map(_plain, line))}\n" for line in self._lines)
        parts = [part for line in self._lines for part in (*line, ("\n", ""))]
        self._console.print(Text.assemble(*parts), soft_wrap=True, end="")
        return self._out.getvalue()

    def _wrap(self, parts: tuple[Part, ...], width: int) -> list[Text]:
        lines = Text.assemble(*parts).wrap(self._console, width, overflow="fold")
        for line in lines:
            line.rstrip()
        return list(lines)


def _plain(part: Part | Text) -> str:
    return part.plain if isinstance(part, Text) else part[0]
