"""The architecture picture: nothing hides anything, and every arrow can be followed."""

from __future__ import annotations

import dataclasses
import re
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.security_report.drawing import MAX_ARROWS, MAX_NODES, draw
from compliance.security_report.model import Architecture, Arrow, Boundary, Node, Tie, Zone
from compliance.security_report.placing import MAX_WIDTH
from compliance.security_report.showing import broken, cut, width
from compliance.security_report.symbols import FAMILIES, kind, symbol
from tests.compliance.security_report.samples import (
    every_text,
    make_architecture,
    make_large_architecture,
    make_place,
)

if TYPE_CHECKING:
    from compliance.security_report.shapes import Card, Drawing, Line

Rectangle = tuple[float, float, float, float]
EMPTY = Architecture(boundaries=(), nodes=(), arrows=())


def box(card: Card) -> Rectangle:
    """Left, upper, right and lower side."""
    return card.x, card.y, card.x + card.width, card.y + card.height


def words(line: Line) -> Rectangle:
    """The same of an arrow's label."""
    return line.x - line.room / 2, line.y - 7, line.x + line.room / 2, line.y + 7


def overlap(one: Rectangle, other: Rectangle) -> bool:
    """Whether two rectangles share a point inside."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def check(drawing: Drawing) -> None:
    """Nothing overlaps, all is on the page, and no line runs through a box."""
    page = (0, 0, drawing.width, drawing.height)
    boxes = [box(card) for card in drawing.cards]
    labels = [words(line) for line in drawing.lines if line.label]
    for one, other in combinations(boxes, 2):
        assert not overlap(one, other)
    for one, other in combinations(labels, 2):
        assert not overlap(one, other)
    for label in labels:
        assert not any(overlap(label, each) for each in boxes)
        assert label[0] >= page[0]
        assert label[2] <= page[2]
    for each in boxes:
        assert each[0] >= 0
        assert each[1] >= 0
        assert each[2] <= page[2]
        assert each[3] <= page[3]
    for frame in drawing.frames:
        edge = (frame.x, frame.y, frame.x + frame.width, frame.y + frame.height)
        for each in boxes:
            inside = edge[0] < each[0] and each[2] < edge[2] and edge[1] < each[1] < edge[3]
            assert inside or not overlap(edge, each)
    for line in drawing.lines:
        points = [(float(x), float(y)) for x, y in re.findall(r"(-?\d+) (-?\d+)", line.path)]
        for (x, y), (to_x, to_y) in pairwise(points):
            stroke = (min(x, to_x), min(y, to_y), max(x, to_x), max(y, to_y))
            assert not any(overlap(stroke, each) for each in boxes)


def test_the_picture_of_a_small_service() -> None:
    """Stacks stand in the account, callers outside, and every arrow is drawn and named."""
    drawing = draw(make_architecture())
    check(drawing)
    assert [frame.label for frame in drawing.frames] == [
        "Internet and people",
        "AWS account",
        "ApiStack",
        "ServerlessStack",
        "Vpc (no way out)",
        "StorageStack",
        "MonitoringStack",
    ]
    cards = {card.title.partition(" · ")[0]: card for card in drawing.cards}
    function = cards["DataProcessingFunction"]
    assert function.lines == ("DataProcessing", "Function")
    assert function.kind == "Lambda Function"
    assert (function.symbol, function.family) == ("λ", "compute")
    assert function.title == (
        "DataProcessingFunction · Lambda Function · ServerlessStack/Handler/Resource · "
        "stacks/serverlessstack.py:61"
    )
    assert cards["ItemsApi"].count == "×5"  # noqa: RUF001 - times
    assert cards["Items"].keys == ("Key",)
    assert cards["Items"].title.endswith("stacks/storagestack.py:33 · encrypted with Key")
    titles = [line.title for line in drawing.lines]
    assert "Callers with IAM credentials calls ItemsApi: calls GET /items" in titles
    assert (
        "DataProcessingFunction writes, reads Items: "
        "writes PutItem, DeleteItem; reads GetItem, Query"
    ) in titles
    assert "ItemsApi logs AccessLogs" in titles
    assert all(line.label for line in drawing.lines)
    (entry,) = [line for line in drawing.lines if line.crosses]
    assert entry.label == "calls GET /items"
    assert drawing.left_out == ("4 AWS::IAM::Role", "5 AWS::Lambda::Permission")
    assert drawing.description.startswith("13 nodes in 7 boundaries, 12 arrows, 1 of them across")


def test_callers_stand_above_what_they_call() -> None:
    """The picture is read from the top: outside, API, function, table."""
    drawing = draw(make_architecture())
    rows = {card.title.partition(" · ")[0]: card.y for card in drawing.cards}
    assert (
        rows["Callers with IAM credentials"]
        < rows["ItemsApi"]
        < rows["DataProcessingFunction"]
        < rows["Items"]
        < rows["Key"]
    )


def test_every_arrow_is_in_the_table_too() -> None:
    """Keys are marks in the picture, and rows of the table."""
    drawing = draw(make_architecture())
    calls = [(call.source, call.target) for call in drawing.calls]
    assert ("Items", "Key") in calls
    assert len(drawing.lines) == len(calls) - 2
    (items,) = [call for call in drawing.calls if call.target == "Items"]
    assert items.ties == ((Tie.WRITES, "PutItem, DeleteItem"), (Tie.READS, "GetItem, Query"))
    assert Tie.USES not in drawing.ties


def test_the_same_architecture_gives_the_same_picture() -> None:
    """Not a pixel depends on chance."""
    assert draw(make_architecture()) == draw(make_architecture())


def test_a_picture_without_anything() -> None:
    """Nothing to draw is drawn."""
    drawing = draw(EMPTY)
    assert (drawing.cards, drawing.lines, drawing.frames) == ((), (), ())
    assert drawing.width > 0


def test_unknown_boundaries_lose_nothing() -> None:
    """A node whose boundary nobody knows stands outside; arrows to nothing are left out."""
    drawing = draw(
        dataclasses.replace(
            EMPTY,
            boundaries=(
                Boundary(id="a", zone=Zone.STACK, label="A", parent="unknown"),
                Boundary(id="empty", zone=Zone.STACK, label="Empty"),
            ),
            nodes=(
                Node(id="1", label="One", boundary="a"),
                Node(id="2", label="Two", boundary="nowhere"),
            ),
            arrows=(
                Arrow(source="1", target="2", tie=Tie.CALLS),
                Arrow(source="2", target="1", tie=Tie.CALLS),
                Arrow(source="1", target="1", tie=Tie.CALLS),
                Arrow(source="1", target="gone", tie=Tie.CALLS),
            ),
        )
    )
    check(drawing)
    assert [frame.label for frame in drawing.frames] == ["A"]
    assert len(drawing.cards) == 2
    assert len(drawing.lines) == 2
    assert len(drawing.calls) == 3


def test_a_large_architecture_is_cut_and_says_so() -> None:
    """More boxes and arrows than anybody reads are counted instead of drawn."""
    drawing = draw(make_large_architecture())
    check(drawing)
    assert len(drawing.cards) == MAX_NODES
    assert len(drawing.lines) <= MAX_ARROWS
    assert any("without an arrow" in text for text in drawing.left_out)
    assert any("which the table has" in text for text in drawing.left_out)
    assert drawing.width <= 12 * MAX_WIDTH


@given(
    nodes=st.lists(st.integers(0, 3), min_size=1, max_size=12),
    ends=st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=20),
)
@settings(max_examples=60, deadline=None)
def test_no_picture_hides_anything(nodes: list[int], ends: list[tuple[int, int]]) -> None:
    """Whoever calls whom, boxes, labels and lines keep clear of one another."""
    architecture = Architecture(
        boundaries=(
            Boundary(id="b1", zone=Zone.ACCOUNT, label="Account"),
            Boundary(id="b2", zone=Zone.STACK, label="Stack", parent="b1"),
            Boundary(id="b3", zone=Zone.STACK, label="Another", parent="b1"),
        ),
        nodes=tuple(
            Node(id=str(number), label=f"Node{number}", boundary=f"b{boundary}")
            for number, boundary in enumerate(nodes)
        ),
        arrows=tuple(
            Arrow(source=str(source), target=str(target), tie=Tie.CALLS, label="GetItem, Query")
            for source, target in ends
        ),
    )
    check(draw(architecture))


def test_long_and_wide_names_stay_in_their_boxes() -> None:
    """A name of any length takes two lines at most, wide letters counted twice."""
    for text in ("A" * 10_000, "名前" * 60, "word " * 2_000):
        drawing = draw(every_text(make_architecture(), text))
        check(drawing)
        for card in drawing.cards:
            assert len(card.lines) <= 2
            assert all(width(line) <= 18 for line in card.lines)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Items", ("Items",)),
        ("DataProcessingFunction", ("DataProcessing", "Function")),
        ("HTTPServerHandlerForItems", ("HTTPServerHandler", "ForItems")),
        ("a-long-name/with-parts", ("a-long-name/with-", "parts")),
        ("x" * 40, ("x" * 17 + "…",)),
        ("", ()),
    ],
)
def test_names_are_broken_between_their_words(text: str, lines: tuple[str, ...]) -> None:
    """CamelCase and separators tell where."""
    assert broken(text, room=18, lines=2) == lines


def test_a_cut_says_so() -> None:
    """What is cut ends with an ellipsis, within its room."""
    assert cut("Items", room=5) == "Items"
    assert cut("ItemsTable", room=5) == "Item…"
    assert cut("名前名前", room=5) == "名前…"


@pytest.mark.parametrize(
    ("resource_type", "mark", "said"),
    [
        ("AWS::Lambda::Function", ("λ", "compute"), "Lambda Function"),
        ("AWS::EC2::Instance", ("EC2", "compute"), "EC2 Instance"),
        ("AWS::EC2::VPC", ("NET", "network"), "EC2 VPC"),
        ("AWS::New::Thing", ("…", "other"), "New Thing"),
        ("Custom::Thing", ("…", "other"), "Custom Thing"),
        ("", ("↗", "outside"), "outside"),
    ],
)
def test_symbols(resource_type: str, mark: tuple[str, str], said: str) -> None:
    """Each type has letters, a colour of the legend and a name; an unknown one too."""
    assert symbol(resource_type) == mark
    assert mark[1] in FAMILIES
    assert kind(resource_type) == said


def test_a_box_without_a_source_line_is_told_by_its_path() -> None:
    """The pointer is told the construct path, and no line where none is known."""
    node = Node(
        id="1", label="T", type="AWS::SNS::Topic", boundary="", place=make_place("A/T", "x")
    )
    (card,) = draw(dataclasses.replace(EMPTY, nodes=(node,))).cards
    assert card.title == "T · SNS Topic · A/T"
