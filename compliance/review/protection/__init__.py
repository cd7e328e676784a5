"""What retention got shorter, and what protection was taken away.

What is read is the template: protection that is switched on outside of it (in the account, the
organisation or the console) is not known here. A change that protects more has no note.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.review.model import Note, Subject
from compliance.review.protection import (
    alarms,
    deletion,
    encryption,
    hardening,
    lifecycles,
    recovery,
    removed,
    retention,
    watching,
)
from compliance.review.weakening import Sides, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from compliance.assembly.model import Assembly, Template
    from compliance.iam.access.templates import Renames
    from compliance.review.model import Change

TABLE: Final = Table(
    Subject.PROTECTION,
    (
        *retention.ROWS,
        *encryption.ROWS,
        *recovery.ROWS,
        *watching.ROWS,
        *hardening.ROWS,
    ),
)


def notes(
    changes: Sequence[Change],
    *,
    old: Template | None,
    new: Template | None,
    assemblies: tuple[Assembly, Assembly] | None = None,
    renames: Renames | None = None,
) -> Iterator[Note]:
    """What a reviewer has to know of retention and protection, what is gone for good first.

    Args:
        changes: of the template's resources; those under another logical id are compared as one.
        old: the template as it was; `None` when it is new.
        new: the template as it is; `None` when it is gone.
        assemblies: what stood and stands beside it, for values of other stacks.
        renames: of those; of this template the changes tell.

    Yields:
        One note for each thing that is weaker, or no longer known to be as strong.
    """
    sides = Sides.of(changes, old=old, new=new, assemblies=assemblies, renames=renames)
    yield from dict.fromkeys(_notes(sides))


def _notes(sides: Sides) -> Iterator[Note]:
    for part in (removed, deletion):
        yield from part.notes(sides)
    yield from TABLE.notes(sides)
    for part in (alarms, lifecycles):
        yield from part.notes(sides)
