"""The rehearsal as GitHub-flavoured Markdown, for a comment on a pull request.

What decides stands open: the verdict, what blocks, what was never used. The table of each role and
resource is folded away. How untrusted strings are made harmless stands in
`compliance.reports.comment`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.rehearsal.model import Effect, Evidence, Kind
from compliance.rehearsal.reports import gathering, wording
from compliance.rehearsal.reports.names import Names, place_name
from compliance.rehearsal.reports.sound import presentable
from compliance.reports.comment import Comment, code, prose
from compliance.reports.grouping import blocking_blocks
from compliance.reports.interface import Options
from compliance.reports.to_markdown import add_findings
from compliance.reports.wording import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from compliance.rehearsal.model import Rehearsal, Row
    from compliance.rehearsal.reports.gathering import Holder

_OPEN: Final = frozenset({Evidence.NEVER_USED, Evidence.UNDECIDED})
"""What somebody has to look at."""
MAX_NAMES: Final = 20
"""Operations told in one cell."""


def render(rehearsal: Rehearsal) -> str:
    """The rehearsal as a comment of at most `comment.LIMIT` characters; it says what it leaves out.

    Raises:
        ValueError: the verdict is green and what was seen says otherwise.
    """
    shown = presentable(rehearsal)
    names = Names(shown)
    page = Comment(elsewhere=f"see `{wording.ELSEWHERE.split(maxsplit=1)[0]}`")
    blocking = len(blocking_blocks(shown.report, equivalents={}))
    verdict = wording.verdict_lines(shown, blocking=blocking)[0]
    page.add(f"### Synthgate: {prose(verdict, limit=1_000)}\n\n")
    page.add(f"Rehearsed {prose(wording.subject(shown), limit=1_000)}\n")
    notices = (*shown.report.notices, *shown.notices)
    page.rows(
        (f"- {prose(notice)}\n" for notice in notices),
        total=len(notices),
        noun="notice",
        opening="\n**Notices**\n\n",
    )
    add_findings(page, shown.report, options=Options())
    for holder in gathering.holders(shown, names):
        _holder(page, holder, names)
    _removals(page, shown)
    _operations(page, shown)
    _steps(page, shown)
    return page.text()


def _holder(page: Comment, holder: Holder, names: Names) -> None:
    # The name stands outside of our HTML, where Markdown's escapes hold.
    page.add(f"\n**{holder.title.strip()}** {code(holder.name)}\n")
    page.table(
        gathering.counts(holder.rows),
        ("Evidence", "Action", "Resource", "Statement", "Operations", "Uses", "Taken away"),
        (_row(row, names) for row in holder.rows),
        total=len(holder.rows),
        noun="grant",
    )


def _row(row: Row, names: Names) -> tuple[str, ...]:
    grant = row.grant
    evidence = f"**{row.evidence}**" if row.evidence in _OPEN else str(row.evidence)
    action = code(grant.action)
    if grant.kind is not Kind.ROLE:
        action += f"<br>by {code(names.of(grant.principal))}"
    resource = "itself" if grant.resource == grant.holder else code(names.of(grant.resource))
    keys = ", ".join(code(key) for key in gathering.conditions(grant))
    statement = [code(place_name(grant.place)), code(grant.sid), f"if {keys}" if keys else ""]
    return (
        f"{evidence}: {prose(row.reason)}" if row.reason and not _is_used(row) else evidence,
        action,
        resource,
        "<br>".join(filter(None, statement)),
        _listed(row.operations),
        f"{row.uses:,}" if row.uses else "",
        _effect(row),
    )


def _is_used(row: Row) -> bool:
    """Whether a row's reason is about what happened without the grant."""
    return row.evidence is Evidence.EXERCISED


def _effect(row: Row) -> str:
    told = "" if row.effect is Effect.NOT_TRIED else str(row.effect)
    if row.effect is Effect.BROKE and set(row.broken) != set(row.operations):
        told += f" {_listed(row.broken)}" if row.broken else " nothing"
    reason = prose(row.reason) if _is_used(row) else ""
    return "<br>".join(filter(None, (told, reason)))


def _removals(page: Comment, rehearsal: Rehearsal) -> None:
    page.table(
        f"Taken out before the deploy ({len(rehearsal.removals):,})",
        ("Resource", "Type", "Why"),
        (
            (code(place_name(removal.place)), code(removal.place.resource_type), prose(reason))
            for reason, removals in gathering.removals(rehearsal)
            for removal in removals
        ),
        total=len(rehearsal.removals),
        noun="resource",
    )


def _operations(page: Comment, rehearsal: Rehearsal) -> None:
    page.table(
        f"Operations ({len(rehearsal.operations):,})",
        ("Operation", "Calls", "Below 400", "4xx", "5xx"),
        (
            (
                code(operation.name),
                f"{operation.calls:,}",
                f"{operation.succeeded:,}",
                f"{operation.calls - operation.succeeded - operation.failed:,}",
                f"{operation.failed:,}",
            )
            for operation in rehearsal.operations
        ),
        total=len(rehearsal.operations),
        noun="operation",
    )


def _steps(page: Comment, rehearsal: Rehearsal) -> None:
    page.table(
        f"Steps ({sum(step.seconds for step in rehearsal.steps):,.1f} s)",
        ("Step", "Seconds"),
        ((prose(step.name), f"{step.seconds:,.1f}") for step in rehearsal.steps),
        total=len(rehearsal.steps),
        noun="step",
    )


def _listed(names: Sequence[str]) -> str:
    shown = "<br>".join(code(name) for name in names[:MAX_NAMES])
    left = len(names) - MAX_NAMES
    return f"{shown}<br>and {counted(left, 'more operation')}" if left > 0 else shown
