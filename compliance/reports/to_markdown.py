"""`--format markdown`: GitHub-flavoured, for a comment on a pull request.

How untrusted strings are made harmless stands in `comment`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compliance.findings import Outcome, Report, Status
from compliance.reports.comment import Comment, code, prose
from compliance.reports.grouping import (
    FAULTS,
    PASSED,
    WAIVED,
    Block,
    blocking_blocks,
    blocks_of,
    gather,
    spots,
)
from compliance.reports.wording import counted, verdict_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from compliance.findings import EngineRun
    from compliance.reports.interface import Options


def render(report: Report, *, options: Options) -> str:
    """The report as a comment of at most `LIMIT` characters; it says how much it leaves out."""
    blocking = blocking_blocks(report, equivalents=options.equivalents)
    page = Comment(elsewhere="see the JSON or HTML report")
    page.add(f"### Synthgate: {prose(verdict_lines(report, blocking=len(blocking))[0])}\n\n")
    tail = _engines(report.engines)
    page.reserve(len(tail))
    page.rows(
        (f"- {prose(notice)}\n" for notice in report.notices),
        total=len(report.notices),
        noun="notice",
        opening="**Notices**\n\n",
    )
    add_findings(page, report, options=options)
    if options.show_passes:
        passed = blocks_of(gather(spots(report, outcomes=PASSED)))
        page.table(
            f"Passed ({len(passed):,})",
            ("Rule", "Where", "Engines"),
            ((code(b.rule), code(b.place.name), code(", ".join(b.engines))) for b in passed),
            total=len(passed),
            noun="passed check",
        )
    return page.text() + tail


def add_findings(page: Comment, report: Report, *, options: Options) -> None:
    """Add what a report found: what blocks stands open, the rest is folded away."""
    same = options.equivalents
    blocking = blocking_blocks(report, equivalents=same)
    page.table(
        "",
        ("Severity", "Rule", "Where", "Finding", "Mend"),
        (_blocking(block) for block in blocking),
        total=len(blocking),
        noun="blocking finding",
    )
    faults = spots(report, outcomes=FAULTS)
    mild = blocks_of(gather((spot for spot in faults if not spot.blocking), equivalents=same))
    page.table(
        f"Not blocking ({len(mild):,})",
        ("Severity", "Rule", "Where", "Finding"),
        (_blocking(block)[:4] for block in mild),
        total=len(mild),
        noun="finding",
    )
    waived = blocks_of(gather(spots(report, outcomes=WAIVED)))
    page.table(
        f"Waived ({len(waived):,})",
        ("Rule", "Where", "Reason", "Owner", "Expires"),
        (_waived(block) for block in waived),
        total=len(waived),
        noun="waived finding",
    )


def _blocking(block: Block) -> tuple[str, ...]:
    doubt = "" if block.outcome is Outcome.FAIL else " (undecided)"
    others = counted(len(block.spots) - 1, "more place")
    more = f" ({others} in this resource)" if len(block.spots) > 1 else ""
    spot = block.spots[0]
    seen = f" Observed {code(spot.observed)}" if spot.observed else ""
    at = f" at {code(spot.location)}" if spot.location else ""
    return (
        f"{block.severity}{doubt}",
        "<br>".join(code(rule) for rule in (block.rule, *block.stock)),
        _where(block),
        f"{prose(spot.message)}{seen}{at}{more}",
        " ".join(prose(remediation) for remediation in block.remediations[:2]),
    )


def _where(block: Block) -> str:
    place = block.place
    lines = [code(place.name)]
    if place.logical_id and place.logical_id != place.name:
        lines.append(code(place.logical_id))
    if place.source:
        lines.append(code(f"{place.source.file}:{place.source.line}"))
    elif place.template != place.name:
        lines.append(code(place.template))
    if block.environments:
        lines.append(code(", ".join(block.environments)))
    return "<br>".join(filter(None, lines))


def _waived(block: Block) -> tuple[str, ...]:
    waiver = block.findings[0].waiver
    if waiver is None:
        return (code(block.rule), _where(block), "", "", "")
    ticket = f" ({code(waiver.ticket)})" if waiver.ticket else ""
    return (
        code(block.rule),
        _where(block),
        prose(waiver.reason) + ticket,
        code(waiver.owner),
        code(waiver.expires),
    )


def _engines(engines: Sequence[EngineRun]) -> str:
    rows = []
    for engine in engines:
        ran = engine.status is Status.RAN
        numbers = (
            (f"{engine.rules:,}", f"{engine.resources:,}", f"{engine.seconds:.2f}")
            if ran
            else ("", "", "")
        )
        status = engine.status if ran else f"**{engine.status}** {prose(engine.reason)}"
        cells = (code(engine.name, limit=40), code(engine.version, limit=40), status, *numbers)
        rows.append(f"| {' | '.join(cells)} |\n")
    return (
        f"\n<details><summary>Engines ({len(engines):,})</summary>\n\n"
        "| Engine | Version | Status | Rules | Resources | Seconds |\n"
        f"| --- | --- | --- | ---: | ---: | ---: |\n{''.join(rows)}\n</details>\n"
    )
