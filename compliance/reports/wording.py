"""The words that every format shares: counts, lists, and the sentence of the verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compliance.findings import Status, Verdict
from compliance.sanitize import clean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from compliance.findings import EngineRun, Report


def counted(number: int, noun: str) -> str:
    """`1 rule`, `2 rules`, `1,204 rules`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def listed(items: Iterable[str]) -> str:
    """`own, cdk-nag`, each item fit to print."""
    return ", ".join(clean(item, limit=80) for item in items)


def verdict_lines(report: Report, *, blocking: int) -> tuple[str, ...]:
    """The verdict, from its whole sentence to its fewest words, each starting with `RED:` or so.

    Args:
        report: the run.
        blocking: number of blocking findings as this format counts them.
    """
    extent = f"{counted(report.templates, 'template')}, {counted(report.resources, 'resource')}"
    ran = listed(engine.name for engine in report.engines if engine.status is Status.RAN)
    checked = f"in {extent}; {ran or 'no engine'} ran"
    match report.verdict:
        case Verdict.GREEN:
            return (f"GREEN: no blocking findings {checked}", "GREEN: no blocking findings")
        case Verdict.RED:
            # A gate may be stricter than its findings; it says why in a notice.
            if not blocking:
                return (f"RED: refused, see the notices; {extent}", "RED: refused, see the notices")
            found = f"RED: {counted(blocking, 'blocking finding')}"
            return (f"{found} {checked}", found)
        case Verdict.ERROR:
            missing = [engine for engine in report.engines if is_missing(engine)]
            short = "; ".join(_absence(engine) for engine in missing) or "no engine was required"
            full = (
                "; ".join(
                    f"{_absence(engine)}: {clean(engine.reason)}"
                    if engine.reason
                    else _absence(engine)
                    for engine in missing
                )
                or short
            )
            found = f"; {counted(blocking, 'blocking finding')} so far" if blocking else ""
            return (f"ERROR: {full}{found}", f"ERROR: {short}{found}", f"ERROR: {short}")


def is_missing(engine: EngineRun) -> bool:
    """Whether an engine's word is missing: it failed, or was required and did not run."""
    return engine.status is Status.FAILED or (engine.required and engine.status is Status.NOT_RUN)


def _absence(engine: EngineRun) -> str:
    name = clean(engine.name, limit=80)
    return f"{name} failed" if engine.status is Status.FAILED else f"{name} did not run"
