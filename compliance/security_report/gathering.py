"""Puts the report together: what is the same in several environments is said once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeVar

from compliance.engines import evidence
from compliance.engines.sources import Sources
from compliance.findings import Outcome, SynthgateError
from compliance.rules.base import Context
from compliance.security_report.controls import controls
from compliance.security_report.model import Accepted, AccessRow, Of, Proof, SecurityReport
from compliance.security_report.portrait import portrait

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from compliance.assembly import Assembly
    from compliance.config import Config
    from compliance.findings import Report
    from compliance.security_report.model import Changed, Grant, Portrait, Provenance
    from compliance.security_report.rehearsed import Evidence
    from compliance.waivers import Waivers

Shown = TypeVar("Shown")

_STRENGTH: Final = (
    Proof.NEVER_USED,
    Proof.EXERCISED,
    Proof.UNDECIDED,
    Proof.NOT_REHEARSED,
    Proof.NOT_EXERCISABLE,
)
"""What is shown of a grant that rehearsals of several environments tell of: the gravest word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A run of the gate, and what it was over.

    Attributes:
        report: verdict and findings, passes included.
        assemblies: what was judged.
        config: the policy data.
        waivers: what is accepted.
    """

    report: Report
    assemblies: Sequence[Assembly]
    config: Config
    waivers: Waivers


def gather(
    judged: Judged,
    *,
    changes: Iterable[Changed],
    provenance: Provenance,
    committed: Mapping[int, dt.date] = MappingProxyType({}),
    rehearsals: Sequence[Evidence] = (),
) -> SecurityReport:
    """Everything that the report shows.

    Args:
        judged: the run.
        changes: what changes, one for each assembly.
        provenance: what was used.
        committed: the day that each line of the waivers file was committed on.
        rehearsals: what rehearsals say of grants.
    """
    report = judged.report
    portraits: list[tuple[str, Portrait]] = []
    for assembly in judged.assemblies:
        environment = evidence.environment_of(assembly)
        context = Context(assembly, judged.config, environment)
        source_of = Sources(assembly, _record(assembly)).of_resource
        portraits.append(
            (environment, portrait(context, source_of=source_of, rehearsals=rehearsals))
        )
    return SecurityReport(
        report=report,
        environments=tuple(dict.fromkeys(name for name, _ in portraits if name)),
        changes=tuple(changes),
        architectures=_same((name, (each.architecture,)) for name, each in portraits),
        access=_same_access((name, each.access) for name, each in portraits),
        endpoints=_same((name, each.endpoints) for name, each in portraits),
        log_groups=_same((name, each.log_groups) for name, each in portraits),
        waivers=tuple(_accepted(judged.waivers, report, committed)),
        controls=controls(report),
        provenance=provenance,
    )


def _record(assembly: Assembly) -> evidence.Evidence | None:
    try:
        return evidence.read(assembly)
    except SynthgateError:
        return None  # The engines that rest on it have said so.


def _same(things: Iterable[tuple[str, Iterable[Shown]]]) -> tuple[Of[Shown], ...]:
    """Equal things once, with the environments that have them."""
    found: dict[Shown, list[str]] = {}
    for environment, values in things:
        for value in values:
            names = found.setdefault(value, [])
            if environment and environment not in names:
                names.append(environment)
    return tuple(Of(tuple(names), value) for value, names in found.items())


def _same_access(
    things: Iterable[tuple[str, Iterable[AccessRow]]],
) -> tuple[Of[AccessRow], ...]:
    """Equal rows once: the same grants, whatever a rehearsal of one environment says of them."""
    rows: dict[AccessRow, AccessRow] = {}
    bare: list[tuple[str, list[AccessRow]]] = []
    for environment, values in things:
        here = []
        for row in values:
            without = replace(
                row, grants=tuple(replace(grant, rehearsed=None) for grant in row.grants)
            )
            seen = rows.get(without)
            rows[without] = row if seen is None else _gravest(seen, row)
            here.append(without)
        bare.append((environment, here))
    return tuple(replace(of, value=rows[of.value]) for of in _same(bare))


def _gravest(one: AccessRow, other: AccessRow) -> AccessRow:
    return replace(
        one, grants=tuple(_graver(*pair) for pair in zip(one.grants, other.grants, strict=True))
    )


def _graver(one: Grant, other: Grant) -> Grant:
    """One grant of several environments: only what each was rehearsed for is of the very files."""
    found = min(one, other, key=_strength)
    told = found.rehearsed
    if told is None:
        return found
    same = all(each.rehearsed and each.rehearsed.same_files for each in (one, other))
    return replace(found, rehearsed=replace(told, same_files=same))


def _strength(grant: Grant) -> int:
    told = grant.rehearsed
    return len(_STRENGTH) if told is None else _STRENGTH.index(told.proof)


def _accepted(
    waivers: Waivers, report: Report, committed: Mapping[int, dt.date]
) -> Iterable[Accepted]:
    """Every waiver of the file, with its age and what it accepts here."""
    used: dict[object, int] = {}
    for finding in report.results:
        if finding.outcome is Outcome.WAIVED:
            used[finding.waiver] = used.get(finding.waiver, 0) + 1
    starts = [line for line, _ in waivers.items]
    for at, (line, waiver) in enumerate(waivers.items):
        end = starts[at + 1] if at + 1 < len(starts) else None
        days = [
            day
            for number, day in committed.items()
            if number >= line and (end is None or number < end)
        ]
        yield Accepted(
            rule=waiver.rule,
            construct=waiver.place,
            reason=waiver.reason,
            owner=waiver.owner,
            since=min(days, default=None),
            expires=waiver.expires,
            ticket=waiver.ticket or "",
            environments=waiver.environments,
            findings=used.get(waiver.applied(), 0),
        )
