"""The lines of the architecture picture: a route of cells as a path of pixels, and its head."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from compliance.security_report.routing import Cell, Route

CELL: Final = 12
"""Pixels."""
_CORNER: Final = 5
_HEAD: Final = 8
_STEPS: Final = ((1, 0), (0, 1), (-1, 0), (0, -1))


def stroke(route: Route) -> tuple[str, str]:
    """The line and its head, from the side of one box to the side of the other."""
    points = [_middle(cell) for cell in route.corners]
    (left, down), (into_left, into_down) = _STEPS[route.leaves], _STEPS[route.enters]
    half = CELL // 2
    start = (points[0][0] - left * half, points[0][1] - down * half)
    tip = (points[-1][0] + into_left * half, points[-1][1] + into_down * half)
    neck = (tip[0] - into_left * (_HEAD - 1), tip[1] - into_down * (_HEAD - 1))
    ways = _distinct([start, *points, neck])
    parts = [f"M{ways[0][0]} {ways[0][1]}"]
    for before, here, after in zip(ways, ways[1:], ways[2:], strict=False):
        near, far = _toward(here, before), _toward(here, after)
        parts.append(f"L{near[0]} {near[1]}Q{here[0]} {here[1]} {far[0]} {far[1]}")
    parts.append(f"L{ways[-1][0]} {ways[-1][1]}")
    wing = _HEAD // 2
    base = (tip[0] - into_left * _HEAD, tip[1] - into_down * _HEAD)
    head = (
        f"M{tip[0]} {tip[1]}L{base[0] + into_down * wing} {base[1] + into_left * wing}"
        f"L{base[0] - into_down * wing} {base[1] - into_left * wing}Z"
    )
    return "".join(parts), head


def _middle(cell: Cell) -> tuple[int, int]:
    return cell[0] * CELL + CELL // 2, cell[1] * CELL + CELL // 2


def _distinct(points: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    return list(dict.fromkeys(points))


def _toward(here: tuple[int, int], there: tuple[int, int]) -> tuple[int, int]:
    """A point a little way from here to there, which is straight across or straight down."""
    reach = min(_CORNER, max(abs(there[0] - here[0]), abs(there[1] - here[1])) // 2)
    across = (there[0] > here[0]) - (there[0] < here[0])
    down = (there[1] > here[1]) - (there[1] < here[1])
    return here[0] + across * reach, here[1] + down * reach
