"""How text is laid out in lines of a terminal's width, through Rich."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

if TYPE_CHECKING:
    from rich.table import Table

_WIDTH: Final = 80
"""Columns where there is no terminal to ask."""
_NARROWEST: Final = 24
_LABEL: Final = 10


class Page:
    """Lines of at most `width` cells, collected, then printed in one go."""

    def __init__(self, *, width: int | None, color: bool) -> None:
        self.bounded = width is not None
        self.width = max(width or _WIDTH, _NARROWEST)
        self._out = io.StringIO()
        # All that Rich would ask the environment is said here: the same report, the same text.
        self.console = Console(
            file=self._out,
            width=self.width,
            color_system="standard" if color else None,
            force_terminal=color,
            force_interactive=False,
            force_jupyter=False,
            no_color=not color,
            legacy_windows=False,
            markup=False,
            emoji=False,
            highlight=False,
        )
        self._lines: list[Text] = []

    def gap(self) -> None:
        """An empty line between two sections."""
        if self._lines:
            self._lines.append(Text())

    def line(self, *parts: tuple[str, str]) -> None:
        """Styled parts as one line, cut with an ellipsis where the page ends."""
        text = Text.assemble(*parts)
        if text.cell_len > self.width:
            text.truncate(self.width, overflow="ellipsis")
        self._lines.append(text)

    def paragraph(self, *parts: tuple[str, str], indent: int = 0, hanging: int = 0) -> None:
        """Styled parts, wrapped at words, and inside a word longer than a line.

        Args:
            parts: text and style.
            indent: of all lines, in cells.
            hanging: of the lines after the first, on top of that.
        """
        text = Text.assemble(*parts)
        if indent + text.cell_len <= self.width:
            self._lines.append(Text(" " * indent).append_text(text))
            return
        lines = text.wrap(self.console, self.width - indent - hanging, overflow="fold")
        for number, line in enumerate(lines):
            line.rstrip()
            self._lines.append(Text(" " * (indent + (hanging if number else 0))).append_text(line))

    def field(self, label: str, value: str, *, indent: int) -> None:
        """A labelled value, its further lines under its first; nothing for an empty value."""
        if not value:
            return
        room = self.width - indent - _LABEL
        lines = (
            [value]
            if cell_len(value) <= room
            else [
                line.plain.rstrip()
                for line in Text(value).wrap(self.console, room, overflow="fold")
            ]
        )
        for number, line in enumerate(lines):
            head = f"{label:<{_LABEL}}" if number == 0 else " " * _LABEL
            self._lines.append(Text.assemble(" " * indent, (head, "dim"), line))

    def table(self, table: Table) -> None:
        """A Rich table, as lines of this page."""
        for segments in self.console.render_lines(table, pad=False):
            line = Text.assemble(*((segment.text, segment.style or "") for segment in segments))
            line.rstrip()
            self._lines.append(line)

    def whole(self, line: str, style: str) -> None:
        """One line, however long."""
        self._lines.append(Text(line, style))

    def text(self) -> str:
        """All lines, each ended by a newline."""
        self.console.print(Text("\n").join(self._lines), soft_wrap=True)
        return self._out.getvalue()
