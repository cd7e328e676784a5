"""How a grant is told: whose it is, where it stands, and how much of it there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.rehearsal.model import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from compliance.rehearsal.model import Grant

SHOWN: Final = 3
"""How many names a sentence has."""


def some(names: Sequence[str]) -> str:
    """The first of them, and how many more there are."""
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def counted(found: Sequence[str], of: str) -> str:
    """How many there are of something."""
    return f"{len(found)} {of}{'' if len(found) == 1 else 's'}"


def where(grant: Grant) -> str:
    """Where a grant is written."""
    return grant.place.construct_path or f"{grant.place.stack}/{grant.place.logical_id}"


def who(grant: Grant) -> str:
    """Who holds it."""
    if grant.kind is Kind.ROLE:
        return f"The role {short(grant.holder)}"
    whom = "Everyone" if grant.principal == "*" else grant.principal.partition(":")[2]
    return whom or grant.principal


def short(arn: str) -> str:
    """The name at the end of an ARN."""
    return arn.rpartition("/")[2]


def statement(grant: Grant) -> str:
    """Which statement it is, by its id, and of which policy."""
    policy = short(grant.policy) if grant.policy != grant.holder else "its policy"
    return f"statement {grant.sid} of {policy}" if grant.sid else f"a statement of {policy}"
