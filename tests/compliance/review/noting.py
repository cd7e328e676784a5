"""What the review says of a change that stands in a test."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compliance.assembly import Assembly, Template
from compliance.review import exposure, protection
from compliance.review.model import Change, Kind, Note

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Json = Any
SNAPSHOTS = Path("snapshots")


def template(body: Json, name: str = "t.json") -> Template:
    """A template of any body."""
    return Template(name=name, path=Path(name), body=body)


def of_resources(resources: Mapping[str, Json], **sections: Json) -> Json:
    """A template's body."""
    return {"Resources": dict(resources), **sections}


def changes(old: Template, new: Template, renamed: Mapping[str, str]) -> Iterator[Change]:
    """Changes by logical id, those of renamed resources as told: the rest is for others to find."""
    for logical_id, before in old.resources.items():
        after = new.resources.get(renamed.get(logical_id, logical_id))
        if after is None:
            yield Change(Kind.REMOVED, before, None)
        elif logical_id in renamed:
            yield Change(Kind.RENAMED, before, after)
        elif before.body != after.body:
            yield Change(Kind.CHANGED, before, after)
    known = {*old.resources, *renamed.values()}
    for logical_id, after in new.resources.items():
        if logical_id not in known:
            yield Change(Kind.ADDED, None, after)


def notes(old: Json, new: Json, renamed: Mapping[str, str] | None = None) -> list[Note]:
    """All notes on a change of one template."""
    before, after = template(old), template(new)
    found = tuple(changes(before, after, renamed or {}))
    return [
        note
        for subject in (exposure, protection)
        for note in subject.notes(found, old=before, new=after)
    ]


def said(old: Json, new: Json, renamed: Mapping[str, str] | None = None) -> list[str]:
    """The sentences of all notes, in order of the alphabet."""
    return sorted(note.message for note in notes(old, new, renamed))


def of_one(kind: str, old: Json, new: Json, **around: Json) -> list[str]:
    """What is said of one resource, `R`, whose properties change; `None` is no resource."""

    def body(properties: Json) -> Json:
        resources = {} if properties is None else {"R": {"Type": kind, "Properties": properties}}
        return {
            "Resources": {**around.get("beside", {}), **resources},
            **around.get("sections", {}),
        }

    return said(body(old), body(new))


def snapshot(stack: str, environment: str = "prod") -> Json:
    """An accepted template of the project, to change."""
    return copy.deepcopy(
        json.loads((SNAPSHOTS / environment / f"{stack}.template.json").read_text())
    )


def lone(template_body: Json) -> Assembly:
    """A template dressed as an assembly."""
    found = template(template_body)
    return Assembly(found.path, (found,), is_assembly=False)
