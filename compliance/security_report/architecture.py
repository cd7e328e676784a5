"""One picture of an assembly: who calls whom, in which stack, account and network.

Wiring is left out and counted; what is alike is merged until a reviewer can read it at a glance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compliance.security_report.model import Architecture, Node
from compliance.security_report.naming import cut, name
from compliance.security_report.picture import kinds, merging
from compliance.security_report.picture.boundaries import OUTSIDE, Boundaries
from compliance.security_report.picture.flows import flows, shown_as
from compliance.security_report.picture.granted import uses
from compliance.security_report.picture.merging import Line
from compliance.security_report.picture.outside import crossings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from compliance.assembly.model import Resource
    from compliance.rules.base import Context
    from compliance.security_report.model import Boundary, Endpoint, Tie
    from compliance.security_report.naming import Places
    from compliance.security_report.picture.outside import Crossing


def architecture(
    context: Context, *, places: Places, endpoints: Sequence[Endpoint]
) -> Architecture:
    """The picture of an assembly.

    Args:
        context: the assembly and how its values are resolved.
        places: where resources stand.
        endpoints: its endpoints.
    """
    crossing = tuple(crossings(context, endpoints))
    shown = _shown(context, crossing)
    boundaries = Boundaries(context, shown)
    ways: dict[str, Sequence[Boundary]] = {OUTSIDE.id: (OUTSIDE,)}
    nodes = [
        Node(id=_outside(who), label=cut(who), boundary=OUTSIDE.id)
        for who in dict.fromkeys(
            each.who for each in crossing if shown_as(each.resource, context) in shown
        )
    ]
    for resource, known in shown.items():
        way = boundaries.of(resource)
        ways[way[-1].id] = way
        nodes.append(
            Node(
                id=known,
                label=_label(resource),
                type=resource.type,
                boundary=way[-1].id,
                place=places.of(resource),
            )
        )
    order = {boundary: index for index, boundary in enumerate(ways)}
    nodes.sort(key=lambda node: (order[node.boundary], kinds.RANK.get(node.type, -1)))
    kept, became = merging.merged(nodes)
    return Architecture(
        boundaries=tuple(merging.enclosing(kept, ways)),
        nodes=tuple(kept),
        arrows=merging.arrows(_lines(context, crossing, shown), became),
        left_out=merging.counted(
            resource.type
            for resource in context.assembly.resources()
            if shown.get(resource, "") not in became and resource not in boundaries.drawn
        ),
    )


def _shown(context: Context, crossing: Sequence[Crossing]) -> dict[Resource, str]:
    """What the picture may show, with its id."""
    reached = {each.resource for each in crossing}
    return {
        resource: f"{index}-{resource.logical_id}"
        for index, template in enumerate(context.assembly.templates)
        for resource in template.resources.values()
        if resource.type in kinds.SHOWN
        # A role that only services assume is told by what they do with it.
        and (resource.type != kinds.ROLE or resource in reached)
        and shown_as(resource, context) is resource
    }


def _lines(
    context: Context, crossing: Sequence[Crossing], shown: Mapping[Resource, str]
) -> Iterator[Line]:
    for who, resource, tie, label, inbound in crossing:
        there = shown.get(shown_as(resource, context))
        if there is not None:
            source, target = (_outside(who), there) if inbound else (there, _outside(who))
            yield Line(source, target, tie, (label,), crosses=True)
    for flow in flows(context):
        yield from _line(flow.source, flow.target, flow.tie, (flow.label,), context, shown)
    for (user, used), use in uses(context).items():
        yield from _line(user, used, use.tie, tuple(use.actions), context, shown)


def _line(
    source: Resource,
    target: Resource,
    tie: Tie,
    words: tuple[str, ...],
    context: Context,
    shown: Mapping[Resource, str],
) -> Iterator[Line]:
    ends = [shown.get(shown_as(end, context)) for end in (source, target)]
    if ends[0] is not None and ends[1] is not None:
        yield Line(ends[0], ends[1], tie, words, crosses=False)


def _outside(who: str) -> str:
    return f"outside-{who}"


def _label(resource: Resource) -> str:
    """What a thing is called where its stack is told by where it stands."""
    return cut(name(resource).rpartition("/")[2] or resource.logical_id)
