"""The rows of a rehearsal, gathered for people: by who holds them, by statement, by reason."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from compliance.rehearsal.model import Effect, Evidence, Kind, Removal, Row
from compliance.rehearsal.reports.names import place_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from compliance.rehearsal.model import Grant, Rehearsal
    from compliance.rehearsal.reports.names import Names

ORDER: Final = (
    Evidence.NEVER_USED,
    Evidence.UNDECIDED,
    Evidence.EXERCISED,
    Evidence.NOT_EXERCISABLE,
    Evidence.NOT_REHEARSED,
)
"""In which a reader is told of rows: what is to be mended first."""


@dataclass(frozen=True, slots=True)
class Statement:
    """Rows that one statement of a policy gives on one resource.

    Attributes:
        rows: of one holder; they differ in their action alone.
        itself: whether the resource is the holder's own.
    """

    rows: tuple[Row, ...]
    itself: bool

    @property
    def grant(self) -> Grant:
        """What the rows have in common, but for the action."""
        return self.rows[0].grant

    @property
    def actions(self) -> tuple[str, ...]:
        """Patterns, sorted."""
        return tuple(row.grant.action for row in self.rows)


@dataclass(frozen=True, slots=True)
class Holder:
    """A role, or a resource with a policy, and all that stands there.

    Attributes:
        role: whether it is a role; its trust policy then counts as its own.
        name: what readers call it.
        rows: in the order of `ordered`.
    """

    role: bool
    name: str
    rows: tuple[Row, ...]

    @property
    def title(self) -> str:
        """Whose grants these are."""
        return f"{'Role' if self.role else 'Policy of'} "

    def of(self, evidence: Evidence) -> list[Statement]:
        """Its statements by what is known of their rows."""
        return statements(row for row in self.rows if row.evidence is evidence)


@dataclass(frozen=True, slots=True)
class Alike:
    """Statements that say the same of different holders.

    Attributes:
        holders: their names.
        statements: the statements.
    """

    holders: tuple[str, ...]
    statements: tuple[Statement, ...]

    @property
    def sid(self) -> str:
        """What all of the statements are called; empty when they differ."""
        sids = {statement.grant.sid for statement in self.statements}
        return sids.pop() if len(sids) == 1 else ""


def ordered(rows: Iterable[Row], names: Names) -> list[Row]:
    """Rows by holder, then by what is known, statement, resource and action.

    By their short names: what CloudFormation makes up differs from one rehearsal to the next.
    """
    return sorted(rows, key=lambda row: _key(row, names))


def holders(rehearsal: Rehearsal, names: Names) -> list[Holder]:
    """Roles, then resources with a policy, each by name."""
    found: dict[tuple[bool, str], list[Row]] = {}
    for row in ordered(rehearsal.rows, names):
        role = row.grant.kind is not Kind.RESOURCE
        found.setdefault((not role, names.of(row.grant.holder)), []).append(row)
    return [
        Holder(role=not resource, name=name, rows=tuple(found[resource, name]))
        for resource, name in sorted(found)
    ]


def statements(rows: Iterable[Row]) -> list[Statement]:
    """Rows of one holder, by statement and resource."""
    found: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        found.setdefault(_statement(row.grant), []).append(row)
    return [
        Statement(rows=tuple(group), itself=group[0].grant.resource == group[0].grant.holder)
        for group in found.values()
    ]


def reasons(
    holders: Iterable[Holder], evidence: Evidence, names: Names
) -> list[tuple[str, list[Alike]]]:
    """What is not known of grants, by the reason for it; statements alike are told once."""
    found: dict[str, dict[tuple[object, ...], list[tuple[str, Statement]]]] = {}
    for holder in holders:
        for row_reason, group in _by_reason(holder.rows, evidence).items():
            for statement in statements(group):
                grant = statement.grant
                whom = "" if grant.kind is Kind.ROLE else names.of(grant.principal)
                what = "" if statement.itself else names.of(grant.resource)
                alike = (grant.kind, whom, what, statement.actions)
                found.setdefault(row_reason, {}).setdefault(alike, []).append(
                    (holder.name, statement)
                )
    return [
        (
            reason,
            [
                Alike(
                    holders=tuple(dict.fromkeys(name for name, _ in group)),
                    statements=tuple(statement for _, statement in group),
                )
                for group in groups.values()
            ],
        )
        for reason, groups in sorted(found.items())
    ]


def removals(rehearsal: Rehearsal) -> list[tuple[str, list[Removal]]]:
    """What was taken out, by the reason for it."""
    found: dict[str, list[Removal]] = {}
    for removal in sorted(rehearsal.removals, key=lambda r: (r.reason, place_name(r.place))):
        found.setdefault(removal.reason, []).append(removal)
    return list(found.items())


def tried(rows: Iterable[Row], names: Names) -> dict[Effect, list[Row]]:
    """The rows whose grants were taken away, by what happened."""
    found: dict[Effect, list[Row]] = {Effect.BROKE: [], Effect.TOLERATED: []}
    for row in ordered(rows, names):
        if row.effect in found:
            found[row.effect].append(row)
    return found


def counts(rows: Sequence[Row]) -> str:
    """`14 exercised, 1 never used`: how many rows have which evidence."""
    number = Counter(row.evidence for row in rows)
    return ", ".join(f"{number[known]:,} {known}" for known in Evidence if number[known])


def conditions(grant: Grant) -> tuple[str, ...]:
    """Condition keys of a grant's statement, sorted; the values stand in the JSON."""
    keys: set[str] = set()
    for operator, values in grant.conditions.items():
        keys.update(values if isinstance(values, dict) else (operator,))
    return tuple(sorted(keys))


def _by_reason(rows: Sequence[Row], evidence: Evidence) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        if row.evidence is evidence:
            found.setdefault(row.reason, []).append(row)
    return found


def _key(row: Row, names: Names) -> tuple[object, ...]:
    grant = row.grant
    return (
        grant.kind is Kind.RESOURCE,
        names.of(grant.holder),
        ORDER.index(row.evidence),
        grant.kind,
        place_name(grant.place),
        names.of(grant.resource),
        grant.sid,
        names.of(grant.principal),
        grant.action,
        *_statement(grant),
        row.reason,
        row.operations,
        row.uses,
        row.effect,
    )


def _statement(grant: Grant) -> tuple[str, ...]:
    return (
        grant.kind,
        grant.policy,
        place_name(grant.place),
        grant.sid,
        grant.principal,
        grant.resource,
        _as_text(grant.conditions),
    )


def _as_text(value: Mapping[str, Any]) -> str:
    return json.dumps(value, sort_keys=True, default=str)
