"""`--format markdown`: GitHub-flavoured, for a comment on a pull request.

Untrusted strings are either code spans or escaped prose (see `code` and `prose`), and stand only in
table cells and after words of ours, so that they cannot open a block.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from compliance.findings import Outcome, Report, Status
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
from compliance.reports.sanitize import clean
from compliance.reports.wording import counted, verdict_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from compliance.findings import EngineRun
    from compliance.reports.interface import Options

LIMIT: Final = 60_000
"""Characters; GitHub refuses a comment of more than 65,536."""
_RESERVE: Final = 1_000
"""Characters kept for the notes on what was left out, and for closing tags."""
_NAME: Final = 160
_MESSAGE: Final = 400

_JOINT: Final = "&#8203;"
# Mentions, issue references and bare links are looked for in the rendered text, where an escape is
# gone: only a (zero-width) character between their parts stops them.
_SPECIAL: Final = re.compile(
    r"(?P<bar>\|)|(?P<markup>[\\`*_\[\]<>&~$])|(?P<link>@|#|:(?=//)|\bwww(?=\.)|\bGH-(?=\d))",
    re.IGNORECASE,
)


def prose(text: str, *, limit: int = _MESSAGE) -> str:
    """Untrusted text as Markdown that shows exactly that text: no markup, link, mention or HTML."""
    return _SPECIAL.sub(_escape, clean(text, limit=limit))


def code(text: str, *, limit: int = _NAME) -> str:
    """Untrusted text as inline code, safe in a table's cell; nothing for an empty text."""
    cleaned = clean(text, limit=limit)
    if not cleaned:
        return ""
    if "`" in cleaned or "|" in cleaned:
        # Parsers disagree on a bar after a backslash in a code span: no span, no dispute.
        return f"<code>{_SPECIAL.sub(_escape, cleaned)}</code>"
    return f"`{cleaned}`"


def _escape(match: re.Match[str]) -> str:
    if match["bar"]:
        return "&#124;"
    if match["markup"]:
        return f"\\{match[0]}"
    return f"{match[0]}{_JOINT}"


def render(report: Report, *, options: Options) -> str:
    """The report as a comment of at most `LIMIT` characters; it says how much it leaves out."""
    faults = spots(report, outcomes=FAULTS)
    same = options.equivalents
    blocking = blocking_blocks(report, equivalents=same)
    page = _Comment()
    page.add(f"### Synthgate: {prose(verdict_lines(report, blocking=len(blocking))[0])}\n\n")
    tail = _engines(report.engines)
    page.reserve(len(tail))
    page.rows(
        (f"- {prose(notice)}\n" for notice in report.notices),
        total=len(report.notices),
        noun="notice",
        opening="**Notices**\n\n",
    )
    page.table(
        "",
        ("Severity", "Rule", "Where", "Finding", "Mend"),
        (_blocking(block) for block in blocking),
        total=len(blocking),
        noun="blocking finding",
    )
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


class _Comment:
    """Text with a budget: rows that no longer fit are counted instead."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._left = LIMIT - _RESERVE

    def reserve(self, size: int) -> None:
        """Keep room for `size` characters that are added at the end."""
        self._left -= size

    def add(self, text: str) -> bool:
        """Add `text` if there is room for it."""
        if len(text) > self._left:
            return False
        self._parts.append(text)
        self._left -= len(text)
        return True

    def rows(
        self, rows: Iterable[str], *, total: int, noun: str, opening: str, closing: str = ""
    ) -> None:
        """Add as many of `total` rows as there is room for, and say how many are left out."""
        if not total:
            return
        shown = 0
        opened = self.add(opening)
        if opened:
            for row in rows:
                if not self.add(row):
                    break
                shown += 1
        # These few words, and the closing tag, are what `_RESERVE` is for.
        if shown < total:
            left = counted(total - shown, f"more {noun}")
            self._parts.append(f"\n**{left} not shown here**: see the JSON or HTML report.\n")
        if opened:
            self._parts.append(closing)

    def table(
        self,
        summary: str,
        heads: Sequence[str],
        rows: Iterable[Sequence[str]],
        *,
        total: int,
        noun: str,
    ) -> None:
        """Add a table, collapsed when it has a summary."""
        opening = f"<details><summary>{summary}</summary>\n\n" if summary else ""
        self.rows(
            (f"| {' | '.join(row)} |\n" for row in rows),
            total=total,
            noun=noun,
            opening=f"\n{opening}| {' | '.join(heads)} |\n|{' --- |' * len(heads)}\n",
            closing="\n</details>\n" if summary else "",
        )

    def text(self) -> str:
        """All that was added."""
        return "".join(self._parts)


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
