"""How the arrows of the architecture picture run: along a grid, around every box.

A* search over cells and directions. A turn costs, a crossing costs, and running where another arrow
already runs costs so much that arrows lie side by side; so each can be followed from end to end.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from compliance.security_report.placing import Box

Cell = tuple[int, int]
"""Column and row."""

_RIGHT, _DOWN, _LEFT, _UP = range(4)
_TURN: Final = 5
_CROSSING: Final = 3
_SHARED: Final = 40
_CORNER: Final = 12
"""Where another arrow turns."""
_TIGHT: Final = 1
"""Beside a box."""
_FROM: Final = {_DOWN: 0, _RIGHT: 3, _LEFT: 3, _UP: 9}
"""What it costs to leave by each side: down is how the picture is read."""
_INTO: Final = {_DOWN: 0, _RIGHT: 3, _LEFT: 3, _UP: 9}


@dataclass(frozen=True, slots=True)
class Route:
    """The way of one arrow.

    Attributes:
        cells: from the first outside of its source to the last outside of its target.
        leaves: direction of the first step: 0 right, 1 down, 2 left, 3 up.
        enters: direction of the last.
    """

    cells: tuple[Cell, ...]
    leaves: int
    enters: int

    @property
    def corners(self) -> tuple[Cell, ...]:
        """Its ends and the cells in which it turns."""
        cells = self.cells
        turns = [
            here
            for before, here, after in zip(cells, cells[1:], cells[2:], strict=False)
            if before[0] != after[0] and before[1] != after[1]
        ]
        return (cells[0], *turns, *cells[-1:]) if len(cells) > 1 else cells


@dataclass(slots=True)
class Grid:
    """What stands in the way, and the arrows routed so far.

    Attributes:
        width: in cells.
        height: likewise.
    """

    width: int
    height: int
    _blocked: bytearray = field(init=False)
    _cost: bytearray = field(init=False)
    _along: tuple[bytearray, bytearray] = field(init=False)
    _corner: bytearray = field(init=False)

    def __post_init__(self) -> None:
        size = self.width * self.height
        self._blocked, self._cost, self._corner = bytearray(size), bytearray(size), bytearray(size)
        self._along = bytearray(size), bytearray(size)

    def block(self, box: Box) -> None:
        """Keep arrows out of a box, and, if they can, from running beside it."""
        for row in range(max(0, box.y - 1), min(self.height, box.bottom + 1)):
            for column in range(max(0, box.x - 1), min(self.width, box.right + 1)):
                cell = row * self.width + column
                inside = box.y <= row < box.bottom and box.x <= column < box.right
                if inside:
                    self._blocked[cell] = 1
                self._cost[cell] = _TIGHT

    def clear(self, cells: Iterable[Cell]) -> bool:
        """Whether no box is in the cells."""
        return not any(
            self._blocked[row * self.width + column]
            for column, row in cells
            if 0 <= column < self.width and 0 <= row < self.height
        )

    def free(self, cells: Iterable[Cell], *, own: frozenset[Cell]) -> bool:
        """Whether the cells are on the page and no arrow, other than that of `own`, is in them."""
        return all(
            0 <= column < self.width
            and 0 <= row < self.height
            and ((column, row) in own or not self._used(row * self.width + column))
            for column, row in cells
        )

    def route(self, source: Box, target: Box) -> Route | None:
        """The best way from one box to another; None when there is none."""
        goals = {
            (cell, direction): _INTO[direction]
            for cell, direction in self._doors(target, into=True)
        }
        steps = (1, self.width, -1, -self.width)
        open_: list[tuple[int, int, int, int]] = []
        best: dict[tuple[int, int], int] = {}
        came: dict[tuple[int, int], tuple[int, int]] = {}
        for cell, direction in self._doors(source, into=False):
            cost = _FROM[direction] + self._price(cell, direction)
            best[cell, direction] = cost
            heappush(open_, (cost + self._far(cell, target), cost, cell, direction))
        ended: tuple[int, int] | None = None
        while open_:
            _, cost, cell, direction = heappop(open_)
            state = (cell, direction)
            if direction < 0:
                ended = came[state]
                break
            if cost > best[state]:
                continue
            if state in goals and (total := cost + goals[state]) < best.get((-1, -1), 1 << 30):
                best[-1, -1] = total
                came[-1, -1] = state
                heappush(open_, (total, total, -1, -1))
            column = cell % self.width
            for turn in range(4):
                if turn == (direction + 2) % 4:
                    continue
                if (turn == _RIGHT and column + 1 == self.width) or (turn == _LEFT and not column):
                    continue
                reached = cell + steps[turn]
                if not 0 <= reached < len(self._blocked) or self._blocked[reached]:
                    continue
                price = cost + 1 + self._price(reached, turn)
                if turn != direction:
                    price += _TURN + (_CORNER if self._used(cell) else 0)
                if price < best.get((reached, turn), 1 << 30):
                    best[reached, turn] = price
                    came[reached, turn] = state
                    heappush(open_, (price + self._far(reached, target), price, reached, turn))
        return self._taken(ended, came) if ended else None

    def _taken(self, ended: tuple[int, int], came: dict[tuple[int, int], tuple[int, int]]) -> Route:
        states = [ended]
        while states[-1] in came:
            states.append(came[states[-1]])
        states.reverse()
        for number, (cell, direction) in enumerate(states):
            after = states[number + 1][1] if number + 1 < len(states) else direction
            self._along[direction % 2][cell] = 1
            for side in (
                (cell - 1, cell + 1) if direction % 2 else (cell - self.width, cell + self.width)
            ):
                if 0 <= side < len(self._cost):
                    self._cost[side] = max(self._cost[side], _TIGHT)
            if after != direction:
                self._along[after % 2][cell] = 1
                self._corner[cell] = 1
        return Route(
            cells=tuple((cell % self.width, cell // self.width) for cell, _ in states),
            leaves=states[0][1],
            enters=states[-1][1],
        )

    def _price(self, cell: int, direction: int) -> int:
        return (
            self._cost[cell]
            + (_SHARED if self._along[direction % 2][cell] else 0)
            + (_CROSSING if self._along[1 - direction % 2][cell] else 0)
            + (_CORNER if self._corner[cell] else 0)
        )

    def _used(self, cell: int) -> bool:
        return bool(self._along[0][cell] or self._along[1][cell])

    def _far(self, cell: int, box: Box) -> int:
        row, column = divmod(cell, self.width)
        across = max(box.x - column, column - box.right + 1, 0)
        down = max(box.y - row, row - box.bottom + 1, 0)
        return max(0, across + down - 1)

    def _doors(self, box: Box, *, into: bool) -> Iterable[tuple[int, int]]:
        """Cells beside a box with the direction in which an arrow passes, corners left out."""
        columns = range(box.x + 1, box.right - 1)
        rows = range(box.y + 1, box.bottom - 1)
        sides: Sequence[tuple[int, Iterable[Cell]]] = (
            (_DOWN, ((column, box.y - 1 if into else box.bottom) for column in columns)),
            (_UP, ((column, box.bottom if into else box.y - 1) for column in columns)),
            (_RIGHT, ((box.x - 1 if into else box.right, row) for row in rows)),
            (_LEFT, ((box.right if into else box.x - 1, row) for row in rows)),
        )
        for direction, cells in sides:
            for column, row in cells:
                if 0 <= column < self.width and 0 <= row < self.height:
                    cell = row * self.width + column
                    if not self._blocked[cell]:
                        yield cell, direction
