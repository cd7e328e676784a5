"""Where the words of an arrow stand: on its own line, clear of boxes, arrows and other words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from compliance.security_report.showing import cut, width

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from compliance.security_report.routing import Cell, Grid, Route

_LETTER: Final = 6.3
"""Pixels of a letter, a wide one, at the size in which the style sheet writes labels."""
_PADDING: Final = 8
MAX_LETTERS: Final = 34
"""Letters of the longest label."""


@dataclass(frozen=True, slots=True)
class Label:
    """Words beside an arrow, in pixels; empty where there is no room for any."""

    text: str = ""
    x: float = 0
    y: float = 0
    room: float = 0


class Letterer:
    """Finds room for labels, one after another.

    Args:
        grid: with every box and every arrow.
        cell: pixels of a cell.
    """

    def __init__(self, grid: Grid, *, cell: int) -> None:
        self._grid = grid
        self._cell = cell
        self._taken: set[Cell] = set()

    def put(self, route: Route, texts: Sequence[str]) -> Label:
        """The first of some texts, longest first, that there is room for."""
        own = frozenset(route.cells)
        for text in dict.fromkeys(cut(text, room=MAX_LETTERS) for text in texts):
            room = width(text) * _LETTER + _PADDING
            half = int(room / 2 / self._cell + 0.5)
            for column, row in self._places(route, half):
                cells = [(column + step, row) for step in range(-half, half + 1)]
                # A line of letters is higher than a cell.
                near = {(across, down) for across, _ in cells for down in (row - 1, row, row + 1)}
                if (
                    near.isdisjoint(self._taken)
                    and self._grid.clear(near)
                    and self._grid.free(cells, own=own)
                ):
                    self._taken.update(cells)
                    middle = self._cell / 2
                    return Label(
                        text=text,
                        x=column * self._cell + middle,
                        y=row * self._cell + middle,
                        room=round(room, 1),
                    )
        return Label()

    def _places(self, route: Route, half: int) -> Iterator[Cell]:
        """Cells of the route, those first that leave the label on a level stretch of it."""
        cells = route.cells[1:-2] or route.cells[:1]
        own = set(route.cells)
        middle = len(cells) / 2
        ranked = sorted(
            range(len(cells)),
            key=lambda number: (
                not all(
                    (cells[number][0] + step, cells[number][1]) in own for step in (-half, half)
                ),
                abs(number - middle),
                number,
            ),
        )
        for number in ranked:
            yield cells[number]
