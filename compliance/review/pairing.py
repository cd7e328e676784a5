"""Which resource of the new template is which one of the old.

CloudFormation knows a resource by its logical id alone (User Guide, 'Update your stack template':
changing the logical name of a resource is deleting it and making another). A reviewer knows more:
that a logical id ends with a hash of what is deployed, or that one was renamed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from compliance.review.canonical import HASH, HASHED_TYPES
from compliance.review.model import Kind
from compliance.review.renames import renames

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from compliance.assembly.model import Resource

_HASHED: Final = re.compile(rf"(.+?)(?:[0-9a-f]{{32}}|{re.escape(HASH)})")


@dataclass(frozen=True, slots=True)
class Pair:
    """A resource, as it was and as it is.

    Attributes:
        kind: `CHANGED` when it has the same logical id and type in both, whether or not anything
            else differs.
        old: as it was; `None` when it is added.
        new: as it is; `None` when it is removed.
        retyped: for a removed or added one, whether its logical id has another type in the other
            template.
    """

    kind: Kind
    old: Resource | None
    new: Resource | None
    retyped: bool = False


def pairs(old: Mapping[str, Resource], new: Mapping[str, Resource]) -> tuple[Pair, ...]:
    """Every resource of both templates, each once."""
    kept = {
        logical_id: resource
        for logical_id, resource in old.items()
        if logical_id in new and new[logical_id].type == resource.type
    }
    found = [Pair(_kind(old[name], Kind.CHANGED), old[name], new[name]) for name in kept]
    gone = [resource for name, resource in old.items() if name not in kept]
    come = [resource for name, resource in new.items() if name not in kept]
    again = _redeployed(gone, come)
    names = {one.logical_id: other.logical_id for one, other in again}
    gone, come = _without(gone, names), _without(come, names.values())
    renamed = renames(gone, come, names={name: name for name in kept} | names)
    found += [Pair(Kind.REDEPLOYED, one, other) for one, other in again]
    found += [Pair(Kind.RENAMED, old[one], new[other]) for one, other in renamed.items()]
    found += [
        Pair(Kind.REMOVED, resource, None, retyped=resource.logical_id in new)
        for resource in _without(gone, renamed)
    ]
    found += [
        Pair(Kind.ADDED, None, resource, retyped=resource.logical_id in old)
        for resource in _without(come, renamed.values())
    ]
    return tuple(found)


def other_names(found: Iterable[Pair]) -> dict[str, str]:
    """New logical ids by old ones, of the resources that have another one now."""
    return {
        pair.old.logical_id: pair.new.logical_id
        for pair in found
        if pair.old and pair.new and pair.old.logical_id != pair.new.logical_id
    }


def _kind(resource: Resource, kind: Kind) -> Kind:
    """A masked hash hides that the logical id changes with every deployment."""
    masked = resource.type in HASHED_TYPES and resource.logical_id.endswith(HASH)
    return Kind.REDEPLOYED if masked else kind


def _redeployed(
    gone: Iterable[Resource], come: Iterable[Resource]
) -> list[tuple[Resource, Resource]]:
    """Resources whose logical ids differ in a content hash alone, in the templates' order."""
    successors = defaultdict(list)
    for resource in come:
        successors[_stem(resource)].append(resource)
    found = []
    for resource in gone:
        stem = _stem(resource)
        if stem and successors[stem]:
            found.append((resource, successors[stem].pop(0)))
    return found


def _stem(resource: Resource) -> tuple[str, str] | None:
    if resource.type not in HASHED_TYPES:
        return None
    found = _HASHED.fullmatch(resource.logical_id)
    return (resource.type, found.group(1)) if found else None


def _without(resources: Iterable[Resource], names: Iterable[str]) -> list[Resource]:
    taken = frozenset(names)
    return [resource for resource in resources if resource.logical_id not in taken]
