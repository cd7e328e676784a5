"""The words that the texts of a rehearsal share: its verdict, what was rehearsed, its grants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.findings import Verdict
from compliance.rehearsal.model import Evidence, Kind
from compliance.reports.wording import counted
from compliance.reports.wording import verdict_lines as gate_lines
from compliance.sanitize import clean

if TYPE_CHECKING:
    from compliance.rehearsal.model import Grant, Rehearsal
    from compliance.rehearsal.reports.names import Names

ELSEWHERE: Final = "report.json shows all"
NAME: Final = 160
MESSAGE: Final = 400
_DIGEST: Final = 12


def verdict_lines(rehearsal: Rehearsal, *, blocking: int) -> tuple[str, ...]:
    """The verdict, from its whole sentence to its fewest words, each begun by `REHEARSED`.

    Args:
        rehearsal: judged.
        blocking: number of blocking findings as this format counts them.
    """
    extent = summary(rehearsal)
    verdict = rehearsal.report.verdict
    word = f"REHEARSED {verdict.upper()}"
    works = _works(rehearsal)
    if verdict is Verdict.GREEN:
        return (
            f"{word}: {extent}",
            f"{word}: {_exercised(rehearsal)}",
            *([f"{word}: {works}"] if works else []),
            word,
        )
    if verdict is Verdict.RED and blocking:
        found = f"{word}: {counted(blocking, 'blocking finding')}"
        unused = counted(_number(rehearsal, Evidence.NEVER_USED), "grant")
        return (
            f"{found}; {extent}",
            f"{found}; {f'{works}, ' if works else ''}{unused} {Evidence.NEVER_USED}",
            found,
            word,
        )
    return (
        *(f"REHEARSED {line}" for line in gate_lines(rehearsal.report, blocking=blocking)),
        word,
    )


def summary(rehearsal: Rehearsal) -> str:
    """`5 operations work with 14 grants exercised, 0 never used; 31 contract tests`."""
    rest = (
        f"{number:,} {known}"
        for known in (Evidence.UNDECIDED, Evidence.NOT_EXERCISABLE, Evidence.NOT_REHEARSED)
        if (number := _number(rehearsal, known))
    )
    return f"{', '.join((_exercised(rehearsal), *rest))}; {_tests(rehearsal)}"


def failed_tests(rehearsal: Rehearsal) -> int:
    """How many contract tests neither passed nor were skipped."""
    return sum(
        count for outcome, count in rehearsal.tests.items() if outcome not in {"passed", "skipped"}
    )


def subject(rehearsal: Rehearsal) -> str:
    """What was rehearsed, and where."""
    environment = clean(rehearsal.environment, limit=NAME)
    what = (f"{environment}, " if environment else "") + f"sha256 {rehearsal.digest[:_DIGEST]}"
    where = "the local AWS" if rehearsal.target == "local" else clean(rehearsal.target, limit=NAME)
    return f"{clean(rehearsal.assembly, limit=NAME)} ({clean(what)}) on {where}"


def whom(grant: Grant, names: Names) -> str:
    """` by Service:sns.amazonaws.com`, of a grant that does not go to the role that holds it."""
    if grant.kind is Kind.ROLE:
        return ""
    return f" by {clean(names.of(grant.principal), limit=NAME)}"


def _number(rehearsal: Rehearsal, evidence: Evidence) -> int:
    return sum(1 for row in rehearsal.rows if row.evidence is evidence)


def _exercised(rehearsal: Rehearsal) -> str:
    exercised = counted(_number(rehearsal, Evidence.EXERCISED), "grant")
    unused = _number(rehearsal, Evidence.NEVER_USED)
    works = _works(rehearsal)
    grants = f"{exercised} exercised, {unused:,} {Evidence.NEVER_USED}"
    return f"{works} with {grants}" if works else grants


def _works(rehearsal: Rehearsal) -> str:
    """How many operations work; empty where none was counted, as of a deployed stage."""
    if not rehearsal.operations:
        return ""
    total = len(rehearsal.operations)
    works = sum(1 for operation in rehearsal.operations if operation.succeeded)
    if works == total:
        return f"{counted(total, 'operation')} {'works' if total == 1 else 'work'}"
    return f"{works:,} of {counted(total, 'operation')} work"


def _tests(rehearsal: Rehearsal) -> str:
    skipped = rehearsal.tests.get("skipped", 0)
    failed = failed_tests(rehearsal)
    ran = counted(rehearsal.tests.get("passed", 0) + failed, "contract test")
    return (f"{failed:,} of {ran} failed" if failed else ran) + (
        f", {skipped:,} skipped" if skipped else ""
    )
