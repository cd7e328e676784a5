"""The architecture as a picture: stacks, what is in them, trust boundaries, who calls whom.

What comes out are shapes with their texts; `templates/picture.html.j2` writes them as SVG, where
every text is masked, cleaned and escaped like any other of the page. Where the boxes stand is
worked out by `placing`, how arrows run by `routing`, where their words go by `lettering`. The same
architecture always gives the same picture.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from compliance.reports.wording import counted
from compliance.security_report.lettering import MAX_LETTERS, Letterer
from compliance.security_report.model import Tie
from compliance.security_report.placing import HEAD, Box, place
from compliance.security_report.routing import Grid
from compliance.security_report.shapes import Call, Card, Drawing, Frame, Line
from compliance.security_report.showing import broken, cut, shown
from compliance.security_report.strokes import CELL, stroke
from compliance.security_report.symbols import kind, symbol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from compliance.security_report.model import Architecture, Arrow, Boundary, Node
    from compliance.security_report.placing import Placed
    from compliance.security_report.routing import Route

MAX_NODES: Final = 120
"""More boxes than that nobody reads: those without an arrow go first."""
MAX_ARROWS: Final = 90
"""Likewise; the table under the picture has them all."""
_LETTERS: Final = 18
"""Letters of a name in a box."""
_KEY: Final = "AWS::KMS::Key"
_GRAVITY: Final = (Tie.CALLS, Tie.WRITES, Tie.READS, Tie.SENDS, Tie.LOGS, Tie.USES)


def draw(architecture: Architecture) -> Drawing:
    """Draw the picture; its texts are masked and cleaned, and not yet escaped."""
    nodes, hidden = _chosen(architecture)
    by_id = {node.id: node for node in architecture.nodes}
    calls = _calls(architecture, by_id)
    keys = _keys(architecture, by_id)
    pairs = _drawn(calls, nodes, by_id)
    placed = place(
        replace(
            architecture,
            nodes=tuple(nodes.values()),
            arrows=tuple(arrows[0] for arrows in pairs.values()),
        )
    )
    numbers = {pair: number for number, pair in enumerate(calls, start=1)}
    lines = _lines(placed, pairs, numbers=numbers, architecture=architecture, by_id=by_id)
    return Drawing(
        width=placed.width * CELL,
        height=placed.height * CELL,
        frames=tuple(_frames(architecture.boundaries, placed)),
        cards=tuple(
            _card(nodes[name], box, keys=keys.get(name, ())) for name, box in placed.nodes.items()
        ),
        lines=tuple(lines),
        calls=tuple(
            Call(
                number=numbers[pair],
                source=_name(by_id[pair[0]]),
                ties=tuple((arrow.tie, shown(arrow.label, limit=300)) for arrow in arrows),
                target=_name(by_id[pair[1]]),
                crosses=any(arrow.crosses for arrow in arrows),
            )
            for pair, arrows in calls.items()
        ),
        ties=tuple(tie for tie in Tie if any(line.tie is tie for line in lines)),
        description=_description(placed, calls),
        left_out=tuple(_left_out(architecture, hidden, len(pairs) - len(lines))),
    )


def _chosen(architecture: Architecture) -> tuple[dict[str, Node], int]:
    """The nodes that are drawn, and how many are not."""
    busy = {end for arrow in architecture.arrows for end in (arrow.source, arrow.target)}
    ranked = sorted(architecture.nodes, key=lambda node: node.id not in busy)
    kept = {node.id for node in ranked[:MAX_NODES]}
    nodes = {node.id: node for node in architecture.nodes if node.id in kept}
    return nodes, len(architecture.nodes) - len(nodes)


def _calls(
    architecture: Architecture, by_id: Mapping[str, Node]
) -> dict[tuple[str, str], list[Arrow]]:
    """The arrows, by who and whom; those that lead nowhere are left out."""
    found: dict[tuple[str, str], list[Arrow]] = defaultdict(list)
    for arrow in architecture.arrows:
        if arrow.source in by_id and arrow.target in by_id:
            found[arrow.source, arrow.target].append(arrow)
    for arrows in found.values():
        arrows.sort(key=lambda arrow: _GRAVITY.index(arrow.tie))
    return found


def _keys(architecture: Architecture, by_id: Mapping[str, Node]) -> dict[str, tuple[str, ...]]:
    """The names of the keys that nodes use: a mark on each, since arrows to keys hide the rest."""
    found: dict[str, list[str]] = defaultdict(list)
    for arrow in architecture.arrows:
        if _is_key(arrow, by_id) and arrow.source in by_id:
            found[arrow.source].append(_name(by_id[arrow.target]))
    return {name: tuple(dict.fromkeys(keys)) for name, keys in found.items()}


def _is_key(arrow: Arrow, by_id: Mapping[str, Node]) -> bool:
    target = by_id.get(arrow.target)
    return arrow.tie is Tie.USES and target is not None and target.type == _KEY


def _drawn(
    calls: Mapping[tuple[str, str], Sequence[Arrow]],
    nodes: Mapping[str, Node],
    by_id: Mapping[str, Node],
) -> dict[tuple[str, str], list[Arrow]]:
    found = {}
    for (source, target), arrows in calls.items():
        left = [arrow for arrow in arrows if not _is_key(arrow, by_id)]
        if left and source != target and source in nodes and target in nodes:
            found[source, target] = left
    return found


def _lines(
    placed: Placed,
    pairs: Mapping[tuple[str, str], Sequence[Arrow]],
    *,
    numbers: Mapping[tuple[str, str], int],
    architecture: Architecture,
    by_id: Mapping[str, Node],
) -> list[Line]:
    grid = Grid(placed.width, placed.height)
    for box in placed.nodes.values():
        grid.block(box)
    labels = {boundary.id: boundary.label for boundary in architecture.boundaries}
    for name, box in placed.boundaries.items():
        grid.block(_name_box(box, shown(labels[name])))
    wanted = sorted(
        pairs,
        key=lambda pair: (_GRAVITY.index(pairs[pair][0].tie), numbers[pair]),
    )[:MAX_ARROWS]
    # The short ones first: they have the least choice.
    wanted.sort(key=lambda pair: (_apart(*(placed.nodes[end] for end in pair)), numbers[pair]))
    routes: dict[tuple[str, str], Route] = {}
    for pair in wanted:
        route = grid.route(*(placed.nodes[end] for end in pair))
        if route:
            routes[pair] = route
    letterer = Letterer(grid, cell=CELL)
    found = []
    for pair in sorted(routes, key=numbers.__getitem__):
        arrows, route = pairs[pair], routes[pair]
        words = ", ".join(dict.fromkeys(arrow.tie for arrow in arrows))
        told = "; ".join(f"{arrow.tie} {shown(arrow.label)}".rstrip() for arrow in arrows)
        # Of several kinds none may be cut away.
        longest = told if len(arrows) == 1 or len(told) <= MAX_LETTERS else words
        label = letterer.put(route, (longest, words, f"#{numbers[pair]}"))
        source, target = (_name(by_id[end]) for end in pair)
        path, head = stroke(route)
        found.append(
            Line(
                path=path,
                head=head,
                tie=arrows[0].tie,
                crosses=any(arrow.crosses for arrow in arrows),
                label=label.text,
                x=label.x,
                y=label.y,
                room=label.room,
                title=f"{source} {words} {target}: {told}"
                if told != words
                else f"{source} {words} {target}",
            )
        )
    return found


def _name_box(box: Box, label: str) -> Box:
    letters = min(len(label) + 6, box.width - 1)
    return Box(box.x, box.y, max(1, min(box.width - 1, letters * 7 // CELL + 1)), HEAD - 1)


def _apart(one: Box, other: Box) -> int:
    across = abs(2 * one.x + one.width - 2 * other.x - other.width)
    return across + abs(2 * one.y + one.height - 2 * other.y - other.height)


def _frames(boundaries: Iterable[Boundary], placed: Placed) -> Iterable[Frame]:
    for boundary in boundaries:
        box = placed.boundaries.get(boundary.id)
        if box:
            label = shown(boundary.label)
            yield Frame(
                x=box.x * CELL,
                y=box.y * CELL,
                width=box.width * CELL,
                height=box.height * CELL,
                zone=boundary.zone,
                label=cut(label, room=box.width * CELL // 8 - 10),
                full=label,
            )


def _card(node: Node, box: Box, *, keys: tuple[str, ...]) -> Card:
    mark, family = symbol(node.type)
    what = kind(node.type)
    told = [_name(node), what]
    if node.place:
        told.append(shown(node.place.name))
        if node.place.source:
            told.append(f"{shown(node.place.source.file)}:{node.place.source.line}")
    if keys:
        told.append(f"encrypted with {', '.join(keys)}")
    return Card(
        x=box.x * CELL,
        y=box.y * CELL,
        width=box.width * CELL,
        height=box.height * CELL,
        lines=broken(shown(node.label), room=_LETTERS, lines=2),
        kind=cut(what, room=_LETTERS + 3),
        symbol=mark,
        family=family,
        count=f"×{node.count:,}" if node.count > 1 else "",  # noqa: RUF001 - times
        keys=keys,
        title=" · ".join(dict.fromkeys(filter(None, told))),
    )


def _name(node: Node) -> str:
    return shown(node.label, limit=120)


def _description(placed: Placed, calls: Mapping[tuple[str, str], Sequence[Arrow]]) -> str:
    entries = sum(any(arrow.crosses for arrow in arrows) for arrows in calls.values())
    return (
        f"{counted(len(placed.nodes), 'node')} in {len(placed.boundaries):,} boundaries, "
        f"{counted(len(calls), 'arrow')}, "
        f"{entries:,} of them across a trust boundary from outside. "
        "The table below says the same in words."
    )


def _left_out(architecture: Architecture, hidden: int, arrows: int) -> Iterable[str]:
    for name, number in architecture.left_out:
        yield f"{number:,} {shown(name, limit=80)}"
    if hidden:
        yield f"{hidden:,} more without an arrow"
    if arrows:
        yield f"{counted(arrows, 'arrow')}, which the table has"
