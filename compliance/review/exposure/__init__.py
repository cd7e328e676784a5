"""What can be reached that could not, and by whom.

What is new and already open counts, and so does what was open to fewer. What is gone exposes
nothing: see `compliance.review.protection` for what its going takes away. Who may do what exactly
is the access comparison's to say (`compliance.iam.access`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.review.exposure import (
    added,
    callers,
    endpoints,
    firewall,
    network,
    origins,
    policies,
    settings,
)
from compliance.review.model import Note, Subject
from compliance.review.weakening import Sides, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from compliance.assembly.model import Assembly, Template
    from compliance.iam.access.templates import Renames
    from compliance.review.model import Change

TABLE: Final = Table(Subject.EXPOSURE, settings.ROWS)


def notes(
    changes: Sequence[Change],
    *,
    old: Template | None,
    new: Template | None,
    assemblies: tuple[Assembly, Assembly] | None = None,
    renames: Renames | None = None,
) -> Iterator[Note]:
    """What a reviewer has to know of exposure.

    Args:
        changes: of the template's resources; those under another logical id are compared as one.
        old: the template as it was; `None` when it is new.
        new: the template as it is; `None` when it is gone.
        assemblies: what stood and stands beside it, for values of other stacks.
        renames: of those; of this template the changes tell.

    Yields:
        One note for each thing that is more open, or no longer known to be as closed.
    """
    sides = Sides.of(changes, old=old, new=new, assemblies=assemblies, renames=renames)
    yield from dict.fromkeys(_notes(sides))


def _notes(sides: Sides) -> Iterator[Note]:
    for part in (endpoints, callers, origins, network, policies, firewall):
        yield from part.notes(sides)
    yield from TABLE.notes(sides)
    yield from added.notes(sides)
