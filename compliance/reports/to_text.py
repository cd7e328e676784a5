"""`--format text`: for a terminal of any width, and for a log. The last line is the verdict.

Untrusted strings become `rich.text.Text`, never Rich markup, after `clean`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from compliance.findings import Outcome, Report, Severity, Status, Verdict
from compliance.reports.grouping import (
    FAULTS,
    PASSED,
    WAIVED,
    Block,
    Spot,
    blocking_blocks,
    blocks_of,
    gather,
    spots,
)
from compliance.reports.page import Page
from compliance.reports.wording import counted, listed, verdict_lines
from compliance.sanitize import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from compliance.findings import EngineRun
    from compliance.reports.interface import Options
    from compliance.reports.page import Part

_TABLE_FROM: Final = 64
"""Columns that the engines' table needs; below that it becomes a list."""
_LISTED: Final = 10
"""Findings that do not block are told in a line each, up to this many."""
_MESSAGE: Final = 800
_VALUE: Final = 300

_SEVERITY: Final = {
    Severity.CRITICAL: "bold red",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
}
_VERDICT: Final = {
    Verdict.GREEN: "bold green",
    Verdict.RED: "bold red",
    Verdict.ERROR: "bold magenta",
}
_STATUS: Final = {Status.RAN: "", Status.NOT_RUN: "dim", Status.FAILED: "bold magenta"}


def render(report: Report, *, options: Options) -> str:
    """The report for a terminal, or for a log when `options` names no width and no colour."""
    page = Page(width=options.width, color=options.color)
    blocking = add_findings(page, report, options=options)
    add_notices(page, report.notices)
    _engines(page, report.engines)
    add_verdict(
        page,
        verdict_lines(report, blocking=blocking),
        verdict=report.verdict,
        extent=f"Checked {counted(report.templates, 'template')}, "
        f"{counted(report.resources, 'resource')}.",
    )
    return page.text()


def add_findings(page: Page, report: Report, *, options: Options) -> int:
    """Add what a report found, and return how many blocking findings a reader is shown."""
    faults = spots(report, outcomes=FAULTS)
    same = options.equivalents
    blocking = blocking_blocks(report, equivalents=same)
    _blocking(page, blocking)
    mild = gather((spot for spot in faults if not spot.blocking), equivalents=same)
    _not_blocking(page, blocks_of(mild), elsewhere=options.elsewhere)
    _waived(page, spots(report, outcomes=WAIVED), show=options.show_passes)
    _passed(page, report, options=options)
    return len(blocking)


def _blocking(page: Page, blocks: Sequence[Block]) -> None:
    if not blocks:
        return
    page.paragraph((f"Blocking ({len(blocks):,}): ", "bold"), (_by_severity(blocks), ""))
    for block in blocks:
        page.gap()
        page.paragraph(
            (block.severity.upper(), _SEVERITY[block.severity]),
            ("  ", ""),
            (clean(block.rule), "bold"),
            *_named(block),
            hanging=4,
        )
        for spot in block.spots:
            _spot(page, spot, block)
        _place(page, block)
        for remediation in block.remediations:
            page.field("mend", clean(remediation, limit=_MESSAGE), indent=2)
        page.field("engines", listed(block.engines), indent=2)
        page.field("also", listed(block.stock), indent=2)


def _named(block: Block) -> tuple[Part, ...]:
    """Where it is, unless it is about the whole run."""
    name = clean(block.place.name)
    return (("  ", ""), (name, "bold")) if name else ()


def _spot(page: Page, spot: Spot, block: Block) -> None:
    doubt = "" if spot.outcome is Outcome.FAIL else "undecided: "
    page.paragraph((doubt, "bold"), (clean(spot.message, limit=_MESSAGE), ""), indent=2)
    inside = 4 if len(block.spots) > 1 else 2
    page.field("at", clean(spot.location, limit=_VALUE), indent=inside)
    page.field("observed", clean(spot.observed, limit=_VALUE), indent=inside)
    if spot.environments != block.environments:
        page.field("only in", listed(spot.environments), indent=inside)


def _place(page: Page, block: Block) -> None:
    place = block.place
    kind = clean(place.resource_type, limit=_VALUE)
    if place.logical_id:
        resource = clean(place.logical_id, limit=_VALUE) + (f" ({kind})" if kind else "")
        page.field("resource", resource, indent=2)
    environments = f" ({listed(block.environments)})" if block.environments else ""
    where = [clean(name, limit=_VALUE) for name in (place.stack, place.template) if name]
    label = "stack" if place.stack and place.stack != place.template else "template"
    page.field(label, " in ".join(dict.fromkeys(where)) + environments, indent=2)
    if place.source:
        page.field("source", f"{clean(place.source.file)}:{place.source.line}", indent=2)


def _not_blocking(page: Page, blocks: Sequence[Block], *, elsewhere: str) -> None:
    if not blocks:
        return
    page.gap()
    page.paragraph((f"Not blocking ({len(blocks):,}): ", "bold"), (_by_severity(blocks), ""))
    for block in blocks[:_LISTED]:
        page.line(
            (f"  {block.severity:<8}  ", _SEVERITY[block.severity]),
            (clean(block.rule), "bold"),
            ("  " if block.outcome is Outcome.FAIL else " undecided  ", ""),
            (
                f"{name}: " if (name := clean(block.place.logical_id or block.place.name)) else "",
                "",
            ),
            (clean(block.spots[0].message), ""),
        )
    if len(blocks) > _LISTED:
        page.paragraph((f"and {len(blocks) - _LISTED:,} more; {elsewhere}", "dim"), indent=2)


def _waived(page: Page, waived: Sequence[Spot], *, show: bool) -> None:
    if not waived:
        return
    page.gap()
    blocks = blocks_of(gather(waived))
    owners: dict[str, list[str]] = {}
    for block in blocks:
        if waiver := block.findings[0].waiver:
            owners.setdefault(waiver.owner, []).append(waiver.expires)
    by_owner = "; ".join(
        f"{len(expiries):,} by {clean(owner)}, "
        + (
            f"until {clean(min(expiries))}"
            if len(set(expiries)) == 1
            else f"from {clean(min(expiries))}"
        )
        for owner, expiries in owners.items()
    )
    page.paragraph((f"Waived ({len(blocks):,}): ", "bold"), (by_owner, ""), hanging=2)
    if not show:
        return
    for block in blocks:
        waiver = block.findings[0].waiver
        page.paragraph(
            (clean(block.rule), "bold"), (f"  {clean(block.place.name)}", ""), indent=2, hanging=2
        )
        if waiver:
            page.field("reason", clean(waiver.reason, limit=_MESSAGE), indent=4)
            page.field("owner", clean(waiver.owner), indent=4)
            page.field("expires", clean(waiver.expires), indent=4)
            page.field("ticket", clean(waiver.ticket or ""), indent=4)


def _passed(page: Page, report: Report, *, options: Options) -> None:
    if options.hidden_passes:
        page.gap()
        page.paragraph(
            (f"Passed ({options.hidden_passes:,}): ", "bold"), ("--show-passes lists them", "dim")
        )
    passed = spots(report, outcomes=PASSED)
    if not passed:
        return
    page.gap()
    page.paragraph((f"Passed ({len(passed):,})", "bold"))
    for block in blocks_of(gather(passed)):
        page.line(
            ("  ", ""),
            (clean(block.rule), "bold"),
            (f"  {clean(block.place.name)} ({listed(block.engines)})", ""),
        )


def add_notices(page: Page, notices: Sequence[str]) -> None:
    """Add what a reader should know that is no finding."""
    if not notices:
        return
    page.gap()
    page.paragraph((f"Notices ({len(notices):,})", "bold"))
    for notice in notices:
        page.paragraph(("- ", ""), (clean(notice, limit=_MESSAGE), ""), indent=2, hanging=2)


def _engines(page: Page, engines: Sequence[EngineRun]) -> None:
    page.gap()
    if page.width < _TABLE_FROM:
        page.paragraph(("Engines", "bold"))
        for engine in engines:
            page.paragraph((_summary(engine), _STATUS[engine.status]), indent=2, hanging=2)
    else:
        page.table(_table(engines))
    for engine in engines:
        if engine.reason:
            page.paragraph(
                (
                    f"{clean(engine.name)}: {clean(engine.reason, limit=_MESSAGE)}",
                    _STATUS[engine.status],
                ),
                indent=2,
                hanging=2,
            )


def _summary(engine: EngineRun) -> str:
    name = " ".join(filter(None, (clean(engine.name), clean(engine.version, limit=40))))
    if engine.status is not Status.RAN:
        return f"{name}: {engine.status}"
    rules, resources = counted(engine.rules, "rule"), counted(engine.resources, "resource")
    return f"{name}: {engine.status}, {rules}, {resources}, {engine.seconds:.2f} s"


def _table(engines: Iterable[EngineRun]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="bold")
    for heading in ("Engines", "Version", "Status"):
        table.add_column(heading, no_wrap=True, overflow="ellipsis")
    for heading in ("Rules", "Resources", "Seconds"):
        table.add_column(heading, justify="right", no_wrap=True)
    for engine in engines:
        ran = engine.status is Status.RAN
        table.add_row(
            Text(f"  {clean(engine.name, limit=40)}"),
            Text(clean(engine.version, limit=40)),
            Text(engine.status, _STATUS[engine.status]),
            Text(f"{engine.rules:,}" if ran else "-"),
            Text(f"{engine.resources:,}" if ran else "-"),
            Text(f"{engine.seconds:.2f}" if ran else "-"),
        )
    return table


def add_verdict(page: Page, lines: Sequence[str], *, verdict: Verdict, extent: str) -> None:
    """Add the last line, in as many of its words as fit.

    Args:
        page: to add to.
        lines: the verdict, from its whole sentence to its fewest words.
        verdict: decides the colour.
        extent: what the whole sentence tells beside the verdict; it is said before a shorter one.
    """
    page.gap()
    style = _VERDICT[verdict]
    if not page.bounded:
        page.whole(lines[0], style)
        return
    # The last line must begin with the verdict, so the sentence shrinks before it is ever wrapped.
    fitting = next((line for line in lines if cell_len(line) <= page.width), lines[-1])
    if fitting != lines[0]:
        page.paragraph((extent, ""))
    page.line((fitting, style))


def _by_severity(blocks: Iterable[Block]) -> str:
    levels = [block.severity for block in blocks]
    worst_first = sorted(Severity, key=lambda level: -level.rank)
    return ", ".join(f"{levels.count(level):,} {level}" for level in worst_first if level in levels)
