"""The security report as a comment on a pull request: what decides stands open, the rest is folded.

How untrusted strings are made harmless, and how the comment is kept short enough, stands in
`compliance.reports.comment`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.reports import presentable
from compliance.reports.comment import Comment, code, prose
from compliance.reports.grouping import blocking_blocks
from compliance.reports.interface import Options
from compliance.reports.to_markdown import add_findings
from compliance.reports.wording import counted, verdict_lines
from compliance.review import to_markdown as review_markdown
from compliance.security_report import summary
from compliance.security_report.change_view import gathered, views
from compliance.security_report.model import Level
from compliance.security_report.people import people

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from compliance.security_report.change_view import SameChange
    from compliance.security_report.model import (
        Accepted,
        Endpoint,
        LogGroup,
        Principal,
        SecurityReport,
    )

ELSEWHERE: Final = "see the HTML report"
_NAMES: Final = 6


def render(found: SecurityReport, *, equivalents: Mapping[str, Sequence[str]] | None = None) -> str:
    """The report as a comment of at most `comment.LIMIT` characters; it says what it leaves out.

    Args:
        found: what it shows.
        equivalents: the stock rules that say the same as an own rule, by its id: they are shown
            once, under the own rule.

    Raises:
        ValueError: the verdict is green and the report's own rows say otherwise.
    """
    report = presentable(found.report)
    options = Options(equivalents=equivalents or {}, elsewhere=ELSEWHERE)
    blocking = len(blocking_blocks(report, equivalents=options.equivalents))
    changes = gathered(found.changes)
    page = Comment(elsewhere=ELSEWHERE)
    page.add(f"### Synthgate: {prose(verdict_lines(report, blocking=blocking)[0])}\n")
    facts = summary.facts(found, changes=views(found.changes), blocking=blocking)
    page.rows(
        (f"- {_strong(prose(fact.text), strong=fact.alarming)}\n" for fact in facts),
        total=len(facts),
        noun="fact",
        opening="\n",
    )
    page.rows(
        (f"- {prose(notice)}\n" for notice in report.notices),
        total=len(report.notices),
        noun="notice",
        opening="\n**Notices**\n\n",
    )
    for change in changes:
        _gravest(page, change)
    _ending(page, found)
    if blocking:
        page.add("\n#### Findings\n")
    add_findings(page, report, options=options)
    for change in changes:
        if change.review and change.review.templates:
            page.add(f"\n#### All that changes{_of(change)}\n")
            review_markdown.add_details(page, change.review)
    _open_doors(page, found)
    _access(page, found)
    _log_groups(page, found)
    _used(page, found)
    return page.text()


def _strong(text: str, *, strong: bool) -> str:
    return f"**{text}**" if strong else text


def _of(change: SameChange) -> str:
    return f" in {_listed(change.environments)}" if change.environments else ""


def _gravest(page: Comment, change: SameChange) -> None:
    if change.review is None:
        page.add(f"\n#### What changes{_of(change)}\n\nNot compared: {prose(change.reason)}\n")
    elif change.review.templates:
        against = f" against {_listed(change.against)}" if change.against else ""
        page.add(f"\n#### What changes{_of(change)}{against}\n")
        review_markdown.add_gravest(page, change.review)


def _ending(page: Comment, found: SecurityReport) -> None:
    today = found.provenance.written.date()
    soon = summary.ending(found.waivers, today=today)

    def row(waiver: Accepted) -> tuple[str, ...]:
        left = summary.days_left(waiver, today=today)
        when = f"in {counted(left, 'day')}" if left >= 0 else "**ended**"
        return (
            f"{waiver.expires.isoformat()} ({when})",
            code(waiver.rule),
            code(waiver.construct),
            code(waiver.owner),
            prose(waiver.reason),
        )

    if soon:
        page.add("\n#### Waivers that end soon\n")
    page.table(
        "",
        ("Ends", "Rule", "Where", "Owner", "Reason"),
        map(row, soon),
        total=len(soon),
        noun="waiver that ends soon",
    )


def _open_doors(page: Comment, found: SecurityReport) -> None:
    # What anyone may call comes first: a comment that is cut is cut at its end.
    ways = sorted(
        found.endpoints, key=lambda each: (each.value.open is False, each.value.preflight)
    )
    page.table(
        f"Endpoints ({len(ways):,})",
        ("Endpoint", "Who may call", "Answered by", "Where"),
        (
            (
                _way(each.value),
                _asks(each.value),
                code(each.value.calls),
                _listed(each.environments),
            )
            for each in ways
        ),
        total=len(ways),
        noun="endpoint",
    )


def _way(way: Endpoint) -> str:
    name = f"{way.method} {way.path}".strip() or way.kind
    return f"{code(name)}<br>{prose(way.kind)} {code(way.api)}"


def _asks(way: Endpoint) -> str:
    asked = ", ".join(prose(each) for each in way.asks)
    if way.open is None:
        return f"known only at deploy time {asked}".rstrip()
    if way.open:
        return "open: CORS preflight" if way.preflight else f"**OPEN TO ANYONE** {asked}".rstrip()
    return asked


def _access(page: Comment, found: SecurityReport) -> None:
    rows = [(person, row) for person in people(found.access) for row in person.services]
    page.table(
        f"Who may do what ({len(rows):,})",
        ("Principal", "Service", *(str(level) for level in Level), "Refused", "Where"),
        (
            (
                _who(person.principal),
                code(row.service),
                *(f"{count:,}" if count else "" for _, count in row.counts),
                f"{row.refused:,}" if row.refused else "",
                _listed(person.environments),
            )
            for person, row in rows
        ),
        total=len(rows),
        noun="row",
    )


def _who(principal: Principal) -> str:
    shown = code(principal.name)
    if principal.anyone:
        return f"{shown}<br>**ANYONE MAY ASSUME IT**"
    if principal.outsiders:
        return f"{shown}<br>**may be assumed by** {_listed(principal.outsiders)}"
    return shown


def _log_groups(page: Comment, found: SecurityReport) -> None:
    page.table(
        f"Log groups ({len(found.log_groups):,})",
        ("Log group", "Kept for", "Encrypted with", "Where"),
        (
            (
                code(each.value.name or each.value.place.name),
                _kept(each.value),
                code(each.value.key) or "CloudWatch's own key",
                _listed(each.environments),
            )
            for each in found.log_groups
        ),
        total=len(found.log_groups),
        noun="log group",
    )


def _kept(group: LogGroup) -> str:
    match group.retention:
        case None:
            return "**never expires**"
        case int(days):
            return counted(days, "day")
        case text:
            return f"{code(text)}, known only at deploy time"


def _used(page: Comment, found: SecurityReport) -> None:
    used = found.provenance
    rows = [*used.versions, *used.digests]
    if used.commit:
        rows.append(("commit", used.commit))
    page.table(
        "What was used",
        ("What", "Version or sha256"),
        ((code(name), code(number)) for name, number in rows),
        total=len(rows),
        noun="version",
    )


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(code(name) for name in names[:_NAMES])
    left = len(names) - _NAMES
    return f"{shown} and {left:,} more" if left > 0 else shown
