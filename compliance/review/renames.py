"""Which removed resource is an added one under another logical id.

Evidence, the strongest first: the same construct path; the same content, where a reference to what
was renamed too reads as a reference to its new name; a construct path that differs as those of
other renamed resources do. A whole subtree of constructs is renamed at once, so that every
reference in it differs: content is compared with those references left open first, and what is then
alike is told apart by what it refers to and what refers to it.

The telling apart is colour refinement (Hopcroft's partition refinement, over references):
near-linear in the number of references.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from compliance.review.references import DEPENDS_ON, depends_on, renamed_body, text

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping

    from compliance.assembly.model import Resource

_OPEN = "\0"
"""Stands for a reference to a resource that may have been renamed."""


def renames(
    gone: Iterable[Resource], come: Iterable[Resource], *, names: Mapping[str, str]
) -> dict[str, str]:
    """New logical ids by old ones.

    Args:
        gone: resources of the old template whose logical id the new one does not have, or has for
            another type.
        come: likewise the other way round.
        names: what other logical ids of the old template are called in the new one.
    """
    gone, come = list(gone), list(come)
    if {resource.type for resource in gone}.isdisjoint(resource.type for resource in come):
        return {}
    open_old = frozenset(resource.logical_id for resource in gone)
    open_new = frozenset(resource.logical_id for resource in come)
    nodes = [_node(resource, open_old, names, old=True) for resource in gone]
    nodes += [_node(resource, open_new, {}, old=False) for resource in come]
    matching = _Matching(nodes)
    matching.unique(lambda node: node.path and (node.resource.type, node.path))
    matching.unique(lambda node: node.content)
    matching.by_moved_paths()
    matching.refine()
    matching.unique(lambda node: node.content)
    matching.by_moved_paths()
    return {one.resource.logical_id: other.resource.logical_id for one, other in matching.found}


@dataclass(eq=False, slots=True)
class _Node:
    """A resource that may have been renamed.

    Attributes:
        resource: in its template.
        old: whether it is of the old template.
        content: type and declaration, references to other nodes left open.
        targets: logical ids of those, in the order of their places.
        waits_for: nodes in `DependsOn`, whose order means nothing.
        links: nodes that it refers to, and that refer to it, each with what tells the place.
        color: nodes of another colour are another thing.
    """

    resource: Resource
    old: bool
    content: str
    targets: tuple[str, ...]
    waits_for: tuple[str, ...]
    links: list[tuple[Hashable, _Node]] = field(default_factory=list)
    color: int = 0

    @property
    def path(self) -> str:
        """Construct path; empty when not told."""
        return self.resource.construct_path


def _node(
    resource: Resource, is_open: frozenset[str], names: Mapping[str, str], *, old: bool
) -> _Node:
    targets: list[str] = []

    def name(logical_id: str) -> str:
        if logical_id in is_open:
            targets.append(logical_id)
            return _OPEN
        return names.get(logical_id, logical_id)

    waits_for = [item for item in depends_on(resource.body) if isinstance(item, str)]
    body = {key: value for key, value in resource.body.items() if key != "Metadata"}
    body[DEPENDS_ON] = [item for item in waits_for if item not in is_open]
    return _Node(
        resource=resource,
        old=old,
        content=text(renamed_body(body, name)),
        targets=tuple(targets),
        waits_for=tuple(item for item in waits_for if item in is_open),
    )


class _Matching:
    """Pairs of nodes, found step by step.

    Attributes:
        found: the pairs, old and new.
    """

    def __init__(self, nodes: Iterable[_Node]) -> None:
        self.found: list[tuple[_Node, _Node]] = []
        self.left = list(nodes)
        self._colors = 0
        self._link()

    def unique(self, key: Callable[[_Node], Hashable]) -> None:
        """Pair what is the only one of its key in both templates; an empty key is none."""
        groups = defaultdict(list)
        for node in self.left:
            groups[key(node)].append(node)
        groups.pop("", None)
        self._pair((group[0], group[1]) for group in groups.values() if _is_pair(group))

    def by_moved_paths(self) -> None:
        """Pair what stands where the constructs of other pairs have moved to."""
        moved: dict[tuple[str, ...], set[tuple[str, ...]]] = defaultdict(set)
        for one, other in self.found:
            before, after = _cut(one.path.split("/"), other.path.split("/"))
            moved[before].add(after)
        there = {
            (node.resource.type, node.path): node
            for node in self.left
            if node.path and not node.old
        }
        pairs = []
        for node in self.left:
            key = (node.resource.type, _moved(node.path, moved)) if node.old else None
            if key in there:
                pairs.append((node, there.pop(key)))
        self._pair(pairs)

    def refine(self) -> None:
        """Pair what is alike in content, told apart by its references to and from other nodes."""
        alike = defaultdict(list)
        for node in sorted(self.left, key=_order):
            alike[node.content].append(node)
        # What has no counterpart tells nothing of what it refers to: it keeps the colour of all.
        cells = {
            self._color(): nodes for nodes in alike.values() if nodes[0].old and not nodes[-1].old
        }
        for color, nodes in cells.items():
            for node in nodes:
                node.color = color
        self._split(cells, {node for nodes in cells.values() for node in nodes})
        for color in list(cells):
            self._individualize(cells, color)
        self._pair((nodes[0], nodes[1]) for nodes in cells.values() if _is_pair(nodes))

    def _individualize(self, cells: dict[int, list[_Node]], color: int) -> None:
        """Tell apart what is alike in every respect: any pairing of it is as good as another."""
        while True:
            old = [node for node in cells[color] if node.old]
            new = [node for node in cells[color] if not node.old]
            if len(old) < 2 or len(old) != len(new):  # noqa: PLR2004 - a pair needs no telling apart
                return
            # Where nothing hangs on it, all at once; else one pair, which tells of others.
            alone = not any(node.links for node in (*old, *new))
            pairs = list(zip(old, new, strict=True))
            for pair in pairs if alone else pairs[:1]:
                cells[fresh := self._color()] = list(pair)
                for node in pair:
                    node.color = fresh
            cells[color] = [node for node in cells[color] if node.color == color]
            if not alone:
                self._split(cells, {other for node in pairs[0] for _, other in node.links})

    def _split(self, cells: dict[int, list[_Node]], touched: set[_Node]) -> None:
        while touched:
            groups: dict[int, dict[Hashable, list[_Node]]] = defaultdict(lambda: defaultdict(list))
            for node in sorted(touched, key=_order):
                if len(cells.get(node.color, ())) > 1:
                    groups[node.color][_signature(node)].append(node)
            touched = set()
            for color, parts in groups.items():
                lists = sorted(parts.values(), key=len)
                if sum(map(len, lists)) == len(cells[color]):
                    lists.pop()  # the largest keeps the colour: what has not changed is not told on
                for part in lists:
                    fresh = self._color()
                    cells[fresh] = part
                    for node in part:
                        node.color = fresh
                        touched.update(other for _, other in node.links)
                if lists:
                    cells[color] = [node for node in cells[color] if node.color == color]

    def _pair(self, pairs: Iterable[tuple[_Node, _Node]]) -> None:
        taken = set()
        for one, other in pairs:
            one.color = other.color = self._color()
            self.found.append((one, other))
            taken |= {one, other}
        self.left = [node for node in self.left if node not in taken]

    def _link(self) -> None:
        by_id = {(node.old, node.resource.logical_id): node for node in self.left}
        for node in self.left:
            named = [(("to", index), target) for index, target in enumerate(node.targets)]
            named += [(("to", -1), target) for target in node.waits_for]
            for place, target in named:
                other = by_id[node.old, target]
                node.links.append((place, other))
                other.links.append((("from", node.resource.type, place[1]), node))

    def _color(self) -> int:
        self._colors += 1
        return self._colors


def _signature(node: _Node) -> Hashable:
    return tuple(sorted((str(place), other.color) for place, other in node.links))


def _order(node: _Node) -> tuple[bool, str]:
    return not node.old, node.resource.logical_id


def _is_pair(nodes: list[_Node]) -> bool:
    return len(nodes) == 2 and nodes[0].old and not nodes[1].old  # noqa: PLR2004 - one of each


def _cut(before: list[str], after: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Two paths without what both end with."""
    while before and after and before[-1] == after[-1]:
        before, after = before[:-1], after[:-1]
    return tuple(before), tuple(after)


def _moved(path: str, moved: Mapping[tuple[str, ...], set[tuple[str, ...]]]) -> str:
    """Where a construct stands now, if others say so with one voice; else empty."""
    parts = tuple(path.split("/"))
    for length in range(len(parts), 0, -1):
        places = moved.get(parts[:length], ())
        if len(places) == 1:
            (place,) = places
            return "/".join((*place, *parts[length:]))
    return ""
