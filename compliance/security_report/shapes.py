"""The shapes that the architecture picture is made of, in pixels; their texts are not escaped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from compliance.security_report.model import Tie, Zone


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A boundary, in pixels."""

    x: int
    y: int
    width: int
    height: int
    zone: Zone
    label: str
    full: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A node, in pixels.

    Attributes:
        x: left side.
        y: upper side.
        width: of the box.
        height: likewise.
        lines: of its name.
        kind: what it is, such as `Lambda function`.
        symbol: two or three letters for that.
        family: class of its colour.
        count: how many it stands for, after a sign for times; empty for one.
        keys: names of the keys that it uses.
        title: what a pointer or a screen reader is told.
    """

    x: int
    y: int
    width: int
    height: int
    lines: tuple[str, ...]
    kind: str
    symbol: str
    family: str
    count: str
    keys: tuple[str, ...]
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An arrow, in pixels.

    Attributes:
        path: of the line, as SVG's `d`.
        head: of its head, likewise.
        tie: class of its colour.
        crosses: whether it comes in from outside.
        label: words beside it; empty where none fits.
        x: middle of the words.
        y: likewise.
        room: their width.
        title: what a pointer or a screen reader is told.
    """

    path: str
    head: str
    tie: Tie
    crosses: bool
    label: str
    x: float
    y: float
    room: float
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A row of the table that says the same as the arrows.

    Attributes:
        number: of the row, beside the arrow when no words fit there.
        source: who.
        ties: what it does, and with which words.
        target: to whom.
        crosses: whether it comes in from outside.
    """

    number: int
    source: str
    ties: tuple[tuple[Tie, str], ...]
    target: str
    crosses: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """The picture.

    Attributes:
        width: in pixels.
        height: likewise.
        frames: boundaries, outer ones first.
        cards: nodes.
        lines: arrows.
        calls: all arrows in words.
        ties: those that are drawn, for the legend.
        description: what there is to see, in a sentence.
        left_out: what is not shown, in words; empty for nothing.
    """

    width: int
    height: int
    frames: tuple[Frame, ...]
    cards: tuple[Card, ...]
    lines: tuple[Line, ...]
    calls: tuple[Call, ...]
    ties: tuple[Tie, ...]
    description: str
    left_out: tuple[str, ...]
