"""The access matrix by principal: one row for each service, one column for each access level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from compliance.reports.wording import counted
from compliance.security_report.model import Level

if TYPE_CHECKING:
    from collections.abc import Iterable

    from compliance.security_report.model import AccessRow, Grant, Of, Principal


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """What one principal may do in one service.

    Attributes:
        service: IAM's prefix.
        counts: number of grants at each level, in the order of `Level`.
        refused: number of refusals.
        grants: all of them.
    """

    service: str
    counts: tuple[tuple[Level, int], ...]
    refused: int
    grants: tuple[Grant, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """One principal, and all that it may do.

    Attributes:
        principal: who.
        environments: where this is so.
        services: a row each.
    """

    principal: Principal
    environments: tuple[str, ...]
    services: tuple[ServiceRow, ...]

    @property
    def count(self) -> int:
        """How many grants and refusals there are."""
        return sum(len(row.grants) for row in self.services)

    @property
    def counts(self) -> str:
        """How many grants there are, and how many refusals, in words."""
        refused = sum(row.refused for row in self.services)
        told = (
            [counted(self.count - refused, "grant")] if self.count > refused or not refused else []
        )
        return ", ".join([*told, *([counted(refused, "refusal")] if refused else [])])


def people(access: Iterable[Of[AccessRow]]) -> list[Person]:
    """The rows of the matrix by principal; apart where environments differ in who it is.

    Args:
        access: rows, in the order in which they are to be shown.
    """
    found: dict[tuple[Principal, tuple[str, ...]], list[ServiceRow]] = {}
    for each in access:
        row = each.value
        allowed = [grant for grant in row.grants if not grant.deny]
        found.setdefault((row.principal, each.environments), []).append(
            ServiceRow(
                service=row.service,
                counts=tuple(
                    (level, sum(grant.level is level for grant in allowed)) for level in Level
                ),
                refused=len(row.grants) - len(allowed),
                grants=row.grants,
            )
        )
    return [
        Person(principal, environments, tuple(services))
        for (principal, environments), services in found.items()
    ]
