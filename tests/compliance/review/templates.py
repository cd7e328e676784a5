"""Templates for the tests of what a change does to resources."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from compliance.assembly.model import Template
from compliance.review.changes import changes

if TYPE_CHECKING:
    from compliance.review.model import Change

Body = dict[str, Any]


def template(resources: Any, **sections: Any) -> Template:  # noqa: ANN401 - JSON
    """Return a template of these resources, by logical id."""
    return Template(name="t", path=Path("t"), body={"Resources": resources, **sections})


def of(kind: str, /, **properties: Any) -> Body:  # noqa: ANN401 - JSON
    """Return a resource of a type."""
    return {"Type": kind, "Properties": properties}


def told(old: Body, new: Body) -> tuple[Change, ...]:
    """Return what the review says of a change of resources."""
    return changes(template(old), template(new))


def only(old: Body, new: Body) -> Change:
    """Return the one change of resources."""
    found = told(old, new)
    assert len(found) == 1, found
    return found[0]
