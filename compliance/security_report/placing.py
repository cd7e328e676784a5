"""Where the boxes of the architecture picture stand.

Boundaries lie in one another. Inside each, what calls stands above what is called: the page is read
from the top, and a column of rows fits a screen, a phone that scrolls and a sheet of paper alike.
All is measured in cells of a grid, since arrows run through the middle of cells (see `routing`) and
so never along a box or a border.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from compliance.security_report.model import Architecture

NODE_WIDTH: Final = 17
NODE_HEIGHT: Final = 5
MAX_WIDTH: Final = 83
"""Cells of the widest row: what a desktop's window holds without scrolling."""
_COLUMN_GAP: Final = 3
_ROW_GAP: Final = 4
_MAX_ROW_GAP: Final = 9
_ARROWS_A_LANE: Final = 3
"""Arrow ends at a row for which one more lane is kept free below it."""
_SIDE: Final = 2
HEAD: Final = 3
"""Cells at the top of a boundary: its name stands there."""
_EDGE: Final = 1
_COLUMNS: Final = (2, 3, 4, 5)
"""Nodes side by side in a boundary: each is tried, and the lowest picture is taken."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of cells."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The first column after it."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """The first row below it."""
        return self.y + self.height


@dataclass(frozen=True, slots=True)
class Placed:
    """Where everything stands.

    Attributes:
        width: of the picture, in cells.
        height: likewise.
        nodes: by id.
        boundaries: by id, parents before children; those with nothing in them are left out.
    """

    width: int
    height: int
    nodes: Mapping[str, Box]
    boundaries: Mapping[str, Box]


@dataclass(slots=True)
class _Block:
    """A node, or a boundary with what is in it, before it has a place on the page."""

    id: str
    width: int
    height: int
    inner: list[tuple[_Block, int, int]] = field(default_factory=list)
    boundary: bool = False


def place(architecture: Architecture) -> Placed:
    """Find a place for every node and boundary.

    Args:
        architecture: nodes whose boundary is unknown stand outside of all of them.
    """
    placers = [_Placer(architecture, columns) for columns in _COLUMNS]
    roots = [placer.root() for placer in placers]
    root = min(roots, key=lambda block: (max(0, block.width - MAX_WIDTH), block.height))
    nodes: dict[str, Box] = {}
    boundaries: dict[str, Box] = {}
    _settle(root, 0, 0, nodes, boundaries)
    return Placed(root.width, root.height, nodes, boundaries)


def _settle(
    block: _Block, x: int, y: int, nodes: dict[str, Box], boundaries: dict[str, Box]
) -> None:
    for child, left, top in block.inner:
        box = Box(x + left, y + top, child.width, child.height)
        (boundaries if child.boundary else nodes)[child.id] = box
        _settle(child, box.x, box.y, nodes, boundaries)


class _Placer:
    """One try, with a number of nodes side by side."""

    def __init__(self, architecture: Architecture, columns: int) -> None:
        self._columns = columns
        known = {boundary.id for boundary in architecture.boundaries}
        self._parent: dict[str, str] = {
            boundary.id: boundary.parent if boundary.parent in known else ""
            for boundary in architecture.boundaries
        }
        self._children: dict[str, list[str]] = defaultdict(list)
        for name, parent in self._parent.items():
            self._children[parent].append(name)
        self._nodes: dict[str, list[str]] = defaultdict(list)
        for node in architecture.nodes:
            self._parent[node.id] = node.boundary if node.boundary in known else ""
            self._nodes[self._parent[node.id]].append(node.id)
        self._pairs = [
            (arrow.source, arrow.target)
            for arrow in architecture.arrows
            if arrow.source in self._parent and arrow.target in self._parent
        ]

    def root(self) -> _Block:
        """The whole picture."""
        inner = self._rows("", limit=MAX_WIDTH - 2 * _EDGE, seen=frozenset())
        return _packed("", inner, sides=_EDGE, head=_EDGE)

    def _block(self, name: str, *, limit: int, seen: frozenset[str]) -> _Block | None:
        columns = NODE_WIDTH * self._columns + _COLUMN_GAP * (self._columns - 1)
        within = limit - 2 * _SIDE
        # What holds boundaries is as wide as it may be; what holds nodes alone, as narrow.
        if not self._children[name]:
            within = min(columns, within)
        rows = self._rows(name, limit=within, seen=seen | {name})
        if not rows:
            return None
        block = _packed(name, rows, sides=_SIDE, head=HEAD)
        block.boundary = True
        return block

    def _rows(self, name: str, *, limit: int, seen: frozenset[str]) -> list[_Row]:
        blocks = {node: _Block(node, NODE_WIDTH, NODE_HEIGHT) for node in self._nodes[name]}
        for child in self._children[name]:
            block = None if child in seen else self._block(child, limit=limit, seen=seen)
            if block:
                blocks[child] = block
        pairs = [pair for pair in map(self._lifter(blocks), self._pairs) if pair[0] != pair[1]]
        inside = [(one, other) for one, other in pairs if one in blocks and other in blocks]
        ends: dict[str, int] = defaultdict(int)
        for pair in pairs:
            for end in pair:
                ends[end] += 1
        busy = [item for item in blocks if ends[item]]
        idle = [item for item in blocks if not ends[item]]
        # Boundaries first: a row of boxes under a boundary reads better than one above it.
        idle.sort(key=lambda item: not blocks[item].boundary)
        layers = [*_layers(busy, inside), idle]
        return [
            _Row(
                [blocks[item] for item in row],
                gap=min(_MAX_ROW_GAP, _ROW_GAP + sum(ends[item] for item in row) // _ARROWS_A_LANE),
            )
            for layer in layers
            for row in _wrapped(layer, blocks, limit)
        ]

    def _lifter(self, blocks: Mapping[str, _Block]) -> _Lifter:
        return _Lifter(blocks, self._parent)


@dataclass(frozen=True, slots=True)
class _Lifter:
    """Tells an arrow between nodes as one between the blocks of one boundary."""

    blocks: Mapping[str, _Block]
    parent: Mapping[str, str]

    def __call__(self, pair: tuple[str, str]) -> tuple[str, str]:
        return self._lift(pair[0]), self._lift(pair[1])

    def _lift(self, name: str) -> str:
        for _ in range(len(self.parent) + 1):
            if name in self.blocks or not name:
                return name
            name = self.parent.get(name, "")
        return ""


@dataclass(frozen=True, slots=True)
class _Row:
    blocks: list[_Block]
    gap: int
    """Cells kept free below it."""

    @property
    def width(self) -> int:
        return sum(block.width for block in self.blocks) + _COLUMN_GAP * (len(self.blocks) - 1)

    @property
    def height(self) -> int:
        return max(block.height for block in self.blocks)


def _packed(name: str, rows: Sequence[_Row], *, sides: int, head: int) -> _Block:
    width = max((row.width for row in rows), default=NODE_WIDTH)
    block = _Block(name, width + 2 * sides, head)
    for number, row in enumerate(rows):
        left = sides + (width - row.width) // 2
        for child in row.blocks:
            block.inner.append((child, left, block.height))
            left += child.width + _COLUMN_GAP
        block.height += row.height + (row.gap if number + 1 < len(rows) else sides)
    return block


def _wrapped(layer: Sequence[str], blocks: Mapping[str, _Block], limit: int) -> list[list[str]]:
    rows: list[list[str]] = []
    left = 0
    for item in layer:
        width = blocks[item].width
        if rows and width <= left:
            rows[-1].append(item)
        else:
            rows.append([item])
            left = limit + _COLUMN_GAP
        left -= width + _COLUMN_GAP
    return rows


def _layers(items: Sequence[str], pairs: Iterable[tuple[str, str]]) -> list[list[str]]:
    """Rows in which every item stands below what calls it, as far as there is no circle."""
    below: dict[str, dict[str, None]] = {item: {} for item in items}
    for source, target in pairs:
        below[source][target] = None
    order, forward = _forward(items, below)
    depth = dict.fromkeys(items, 0)
    for item in order:
        for target in forward[item]:
            depth[target] = max(depth[target], depth[item] + 1)
    layers: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for item in items:
        layers[depth[item]].append(item)
    above: dict[str, list[str]] = defaultdict(list)
    for source, targets in forward.items():
        for target in targets:
            above[target].append(source)
    where: dict[str, float] = {}
    for layer in layers:
        # Each stands where the middle of those that call it stands.
        middle = {
            item: sum(where[caller] for caller in above[item]) / len(above[item])
            for item in layer
            if above[item]
        }
        layer.sort(key=lambda item: middle.get(item, 0.5))
        where |= {item: (place + 0.5) / len(layer) for place, item in enumerate(layer)}
    return layers


def _forward(
    items: Sequence[str], below: Mapping[str, Mapping[str, None]]
) -> tuple[list[str], dict[str, list[str]]]:
    """The items, callers first, and their targets without those that would close a circle."""
    forward: dict[str, list[str]] = {item: [] for item in items}
    done: dict[str, bool] = {}
    finished: list[str] = []
    called = {target for targets in below.values() for target in targets}
    # From those that nobody calls: an arrow back to them is the one that is turned.
    for start in sorted(items, key=lambda item: item in called):
        stack = [(start, iter(below[start]))] if start not in done else []
        done.setdefault(start, False)
        while stack:
            item, targets = stack[-1]
            for target in targets:
                if target not in done:
                    done[target] = False
                    forward[item].append(target)
                    stack.append((target, iter(below[target])))
                    break
                if done[target]:
                    forward[item].append(target)
            else:
                done[item] = True
                finished.append(item)
                stack.pop()
    return finished[::-1], forward
