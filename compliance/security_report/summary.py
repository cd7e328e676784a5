"""What a reviewer has to know first: the few facts that the page and the comment begin with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from compliance.reports.wording import counted
from compliance.security_report.model import Level, Proof

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from compliance.security_report.change_view import ChangeView
    from compliance.security_report.model import Accepted, SecurityReport

SOON: Final = 30
"""Days before its end from which a waiver's end is near."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One of the first facts.

    Attributes:
        section: id of the section of the page that tells more.
        text: in a line.
        alarming: whether it asks for a decision.
    """

    section: str
    text: str
    alarming: bool


def days_left(waiver: Accepted, *, today: dt.date) -> int:
    """Days until a waiver ends; its last day counts as 0, negative after it."""
    return (waiver.expires - today).days


def age(waiver: Accepted, *, today: dt.date) -> int | None:
    """Days since a waiver was first committed; None when that cannot be told."""
    return None if waiver.since is None else max(0, (today - waiver.since).days)


def ending(waivers: Iterable[Accepted], *, today: dt.date) -> list[Accepted]:
    """Waivers that end within `SOON` days, or ended, the first to end first."""
    found = [waiver for waiver in waivers if days_left(waiver, today=today) <= SOON]
    return sorted(found, key=lambda waiver: waiver.expires)


def facts(found: SecurityReport, *, changes: Sequence[ChangeView], blocking: int) -> list[Fact]:
    """The first facts, in the order of the page's sections.

    Args:
        found: the report.
        changes: as the page shows them.
        blocking: how many findings block.
    """
    today = found.provenance.written.date()
    return [
        Fact("findings", counted(blocking, "blocking finding"), alarming=bool(blocking)),
        *map(_change, changes),
        _access(found),
        _endpoints(found),
        _log_groups(found),
        _waivers(found, today=today),
    ]


def _change(change: ChangeView) -> Fact:
    where = f"{', '.join(change.environments)}: " if change.environments else ""
    alarming = bool(
        change.grave
        or change.new_access
        or change.doubts
        or change.notes
        or change.failures
        or change.reason
    )
    return Fact("changes", f"{where}{change.headline or change.reason}", alarming)


def _access(found: SecurityReport) -> Fact:
    grants = [grant for row in found.access for grant in row.value.grants if not grant.deny]
    powerful = sum(grant.level is Level.PERMISSIONS for grant in grants)
    unknown = sum(grant.level is Level.UNKNOWN for grant in grants)
    unused = sum(
        grant.rehearsed is not None and grant.rehearsed.proof is Proof.NEVER_USED
        for grant in grants
    )
    principals = [row.value.principal for row in found.access]
    anyone = {one.name for one in principals if one.anyone}
    others = {one.name for one in principals if one.outsiders} - anyone
    more = [
        text
        for number, text in (
            (len(anyone), f"{counted(len(anyone), 'role')} that anyone may assume"),
            (len(others), f"{counted(len(others), 'role')} open to outsiders"),
            (powerful, f"{powerful:,} to manage permissions"),
            (unknown, f"{unknown:,} of unknown level"),
            (unused, f"{unused:,} never used in the rehearsal"),
        )
        if number
    ]
    people = len({one.name for one in principals})
    text = f"{counted(len(grants), 'grant')} to {counted(people, 'principal')}"
    return Fact("access", ", ".join((text, *more)), bool(more))


def _endpoints(found: SecurityReport) -> Fact:
    ways = [each.value for each in found.endpoints if not each.value.preflight]
    open_ = sum(each.open is True for each in ways)
    doubt = sum(each.open is None for each in ways)
    text = counted(len(ways), "endpoint")
    if open_:
        text += f", {open_:,} open to anyone"
    if doubt:
        text += f", {doubt:,} known only at deploy time"
    if ways and not open_ and not doubt:
        text += ", none open to anyone"
    return Fact("endpoints", text, bool(open_ or doubt))


def _log_groups(found: SecurityReport) -> Fact:
    groups = [each.value for each in found.log_groups]
    forever = sum(each.may_stay for each in groups)
    bare = sum(not each.key for each in groups)
    text = counted(len(groups), "log group")
    if forever:
        text += f", {forever:,} never expiring"
    if bare:
        text += f", {bare:,} without a key of your own"
    return Fact("logs", text, bool(forever))


def _waivers(found: SecurityReport, *, today: dt.date) -> Fact:
    soon = ending(found.waivers, today=today)
    text = counted(len(found.waivers), "waiver")
    if soon:
        days = days_left(soon[0], today=today)
        when = f"the first in {counted(days, 'day')}" if days >= 0 else "the first has ended"
        text += f", {len(soon):,} ending within {SOON} days, {when}"
    return Fact("waivers", text, bool(soon))
