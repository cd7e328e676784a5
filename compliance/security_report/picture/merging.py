"""Makes a picture small enough to be read: what is alike and stands together becomes one node."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from compliance.security_report.model import Arrow, Boundary, Node, Tie
from compliance.security_report.naming import listed
from compliance.security_report.picture import kinds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MAX_NODES: Final = 60
MAX_ARROWS: Final = 160
MOST_WORDS: Final = 3
OTHERS: Final = "others"
_GRAVITY: Final = (Tie.CALLS, Tie.WRITES, Tie.SENDS, Tie.READS, Tie.USES, Tie.LOGS)
"""Ties, the most telling first."""


@dataclass(frozen=True)
class Line:
    """An arrow before it is merged: a few words, each by itself."""

    source: str
    target: str
    tie: Tie
    words: tuple[str, ...]
    crosses: bool


def merged(nodes: Sequence[Node], *, most: int = MAX_NODES) -> tuple[list[Node], dict[str, str]]:
    """Nodes that are at most so many, and which node each of the given ones became.

    Siblings of one type become one node, the largest family first, until there are few enough;
    then the least telling ones are left out.

    Args:
        nodes: in order.
        most: how many may be left.
    """
    families: dict[tuple[str, str], list[Node]] = defaultdict(list)
    for node in nodes:
        families[node.boundary, node.type].append(node)
    together = {
        family
        for family, members in families.items()
        if len(members) > kinds.TOGETHER.get(family[1], len(nodes))
    }
    left = len(nodes) - sum(len(families[family]) - 1 for family in together)
    by_size = sorted(
        (family for family in families if family not in together),
        key=lambda family: (-len(families[family]), -kinds.RANK.get(family[1], -1), family),
    )
    for family in by_size:
        if left <= most or len(families[family]) == 1:
            break
        together.add(family)
        left -= len(families[family]) - 1
    found: dict[str, Node] = {}
    became: dict[str, str] = {}
    for node in nodes:
        family = (node.boundary, node.type)
        whole = _family(families[family]) if family in together else node
        found[whole.id] = whole
        became[node.id] = whole.id
    kept = list(found.values())
    if len(kept) > most:
        order = {node.id: index for index, node in enumerate(kept)}
        telling = sorted(kept, key=lambda node: (kinds.RANK.get(node.type, -1), order[node.id]))
        left_in = {node.id for node in telling[:most]}
        kept = [node for node in kept if node.id in left_in]
        became = {node: whole for node, whole in became.items() if whole in left_in}
    return kept, became


def _family(members: Sequence[Node]) -> Node:
    first = members[0]
    count = sum(node.count for node in members)
    word = kinds.SHOWN.get(first.type, OTHERS)
    return Node(
        id=f"{first.id}-etc",
        label=f"{count:,} {word}",
        type=first.type,
        boundary=first.boundary,
        count=count,
    )


def arrows(
    lines: Iterable[Line], became: Mapping[str, str], *, most: int = MAX_ARROWS
) -> tuple[Arrow, ...]:
    """The arrows between what is left, one for each pair and tie, with the words of all.

    What somebody reads and writes is one arrow.
    """
    words: dict[tuple[str, str, Tie], dict[str, None]] = defaultdict(dict)
    crossing: set[tuple[str, str, Tie]] = set()
    for line in lines:
        source, target = became.get(line.source), became.get(line.target)
        if source is None or target is None or source == target:
            continue
        key = (source, target, line.tie)
        words[key] |= dict.fromkeys(filter(None, line.words))
        if line.crosses:
            crossing.add(key)
    for source, target, tie in list(words):
        if tie is Tie.READS and (source, target, Tie.WRITES) in words:
            words[source, target, Tie.WRITES] |= words.pop((source, target, tie))
    ordered = sorted(words, key=lambda key: _GRAVITY.index(key[2]))[:most]
    chosen = set(ordered)
    return tuple(
        Arrow(
            source=key[0],
            target=key[1],
            tie=key[2],
            label=listed(said, most=MOST_WORDS),
            crosses=key in crossing,
        )
        for key, said in words.items()
        if key in chosen
    )


def enclosing(nodes: Iterable[Node], ways: Mapping[str, Sequence[Boundary]]) -> list[Boundary]:
    """The boundaries that nodes stand in, parents before children, in the nodes' order."""
    found: dict[str, Boundary] = {}
    for node in nodes:
        for boundary in ways[node.boundary]:
            found[boundary.id] = boundary
    return list(found.values())


def counted(resources: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """How many there are of each type, by type."""
    return tuple(sorted(Counter(resources).items()))
