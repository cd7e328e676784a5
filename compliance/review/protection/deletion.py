"""Whether a resource outlives its stack, its template and its replacement.

Sources: CloudFormation Template Reference, '`DeletionPolicy` attribute' (Delete unless told
otherwise; Snapshot for an RDS cluster, and for an RDS instance of no cluster) and
'`UpdateReplacePolicy` attribute' (Delete unless told otherwise).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.intrinsics import ABSENT, Value
from compliance.review.model import Note, Subject
from compliance.review.weakening import cut, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.assembly.model import Resource
    from compliance.review.weakening import Pair, Side, Sides

DELETION: Final = "DeletionPolicy"
REPLACEMENT: Final = "UpdateReplacePolicy"
DELETE: Final = "Delete"
SNAPSHOT: Final = "Snapshot"
STRENGTH: Final = {DELETE: 0, SNAPSHOT: 1, "RetainExceptOnCreate": 2, "Retain": 2}
CLUSTER: Final = "AWS::RDS::DBCluster"
INSTANCE: Final = "AWS::RDS::DBInstance"

WHEN: Final = {DELETION: "with its stack", REPLACEMENT: "when it is replaced"}


def notes(sides: Sides) -> Iterator[Note]:
    """Resources that were kept, and are kept no more."""
    for pair in sides.pairs:
        found = {place: lost for place in WHEN if (lost := _lost(place, pair, sides))}
        name = cut(pair.resource.logical_id)
        if len(found) == len(WHEN) and len(set(found.values())) == 1:
            fate, said = found[DELETION]
            when = " and ".join(WHEN.values())
            yield _note(pair, DELETION, f"{fate.format(name=name)} {when} ({said})")
        else:
            for place, (fate, said) in found.items():
                yield _note(pair, place, f"{fate.format(name=name)} {WHEN[place]} ({place} {said})")


def _note(pair: Pair, place: str, message: str) -> Note:
    return Note(Subject.PROTECTION, pair.resource, message, place)


def _lost(place: str, pair: Pair, sides: Sides) -> tuple[str, str] | None:
    """What becomes of a resource, and from which policy to which; nothing where it is kept."""
    if pair.both is None:
        return None
    old, new = pair.both
    before, after = _policy(old, place, sides.old), _policy(new, place, sides.new)
    was = STRENGTH.get(before) if isinstance(before, str) else None
    now = STRENGTH.get(after) if isinstance(after, str) else None
    if was is None or was == 0 or (now is not None and now >= was):
        return None
    if now is None:
        return "only the deployment knows whether {name} is kept", f"{before}, now {shown(after)}"
    said = f"{before}, now {after}" + ("" if place in new.body else " by default")
    return ("only a snapshot of {name} is kept" if now else "{name} is deleted"), said


def _policy(resource: Resource, place: str, side: Side) -> Value:
    value = side.resolver.one(resource.body.get(place, ABSENT))
    return _default(resource, place, side) if value is ABSENT else value


def _default(resource: Resource, place: str, side: Side) -> str:
    if place == DELETION and (
        resource.type == CLUSTER
        or (resource.type == INSTANCE and side.get(resource, "DBClusterIdentifier") == (ABSENT,))
    ):
        return SNAPSHOT
    return DELETE


def is_kept(resource: Resource, side: Side) -> bool:
    """Whether a resource stays when it leaves the template."""
    found = _policy(resource, DELETION, side)
    return isinstance(found, str) and STRENGTH.get(found, 0) == STRENGTH["Retain"]
