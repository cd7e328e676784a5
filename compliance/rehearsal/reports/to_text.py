"""The rehearsal for a terminal of any width, and for a log. The last line is the verdict.

Findings are the gate's own text. Untrusted strings are printed after `clean`, never as Rich markup.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.cells import cell_len, set_cell_size

from compliance.rehearsal.model import Effect, Evidence
from compliance.rehearsal.reports import gathering, wording
from compliance.rehearsal.reports.names import Names, place_name
from compliance.rehearsal.reports.page import RehearsalPage
from compliance.rehearsal.reports.sound import presentable
from compliance.reports.interface import Options
from compliance.reports.to_text import add_findings, add_notices, add_verdict
from compliance.reports.wording import counted
from compliance.sanitize import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from compliance.rehearsal.model import Grant, Operation, Rehearsal, Row, Step
    from compliance.rehearsal.reports.gathering import Alike, Holder, Statement

MAX_ROWS: Final = 60
"""Rows of a holder, and lines of a section, that are shown."""
MAX_NAMES: Final = 8
"""Holders or resources told in one line."""
_SID: Final = 40
_COLUMNS_FROM: Final = 72
"""Columns that the table of a holder needs; below that each row is a sentence."""
_EFFECT: Final = 10


def render(rehearsal: Rehearsal, *, width: int | None = None, color: bool = False) -> str:
    """A rehearsal for people.

    Args:
        rehearsal: what came of it.
        width: columns of the terminal; `None` for a log: the verdict is then one line however long.
        color: whether ANSI colours may be written.

    Returns:
        Lines, each ended by a newline.

    Raises:
        ValueError: the verdict is green and what was seen says otherwise.
    """
    shown = presentable(rehearsal)
    names = Names(shown)
    page = RehearsalPage(width=width, color=color)
    page.paragraph((f"Rehearsed {wording.subject(shown)}", "bold"), hanging=2)
    page.gap()
    options = Options(width=width, color=color, elsewhere=wording.ELSEWHERE)
    blocking = add_findings(page, shown.report, options=options)
    held = gathering.holders(shown, names)
    for holder in held:
        _holder(page, holder, names)
    for evidence in (Evidence.UNDECIDED, Evidence.NOT_EXERCISABLE, Evidence.NOT_REHEARSED):
        _reasons(page, held, evidence, names)
    _removals(page, shown)
    _taken_away(page, shown, names)
    _operations(page, shown.operations)
    _steps(page, shown.steps)
    add_notices(page, (*shown.report.notices, *shown.notices))
    add_verdict(
        page,
        wording.verdict_lines(shown, blocking=blocking),
        verdict=shown.report.verdict,
        extent=f"{wording.summary(shown)}.",
    )
    return page.text()


def _holder(page: RehearsalPage, holder: Holder, names: Names) -> None:
    """What a role or a policy really used, and what it never did."""
    unused, used = holder.of(Evidence.NEVER_USED), holder.of(Evidence.EXERCISED)
    if not unused and not used:
        return
    name = clean(holder.name, limit=wording.NAME)
    page.head(f"{holder.title}{name}")
    page.paragraph((gathering.counts(holder.rows), "dim"), indent=2)
    left = MAX_ROWS
    for statement in unused:
        left = _unused(page, statement, names, left=left)
    rows = [row for statement in used for row in statement.rows]
    widths = (
        min(max((cell_len(_action(row)) for row in rows), default=0), page.width // 2 - 4),
        max((len(_uses(row)) for row in rows), default=0),
    )
    for statement in used:
        left = _used(page, statement, names, left=left, widths=widths)
    page.more(-left, "grant")


def _unused(page: RehearsalPage, statement: Statement, names: Names, *, left: int) -> int:
    rows = statement.rows[: max(left, 0)]
    if rows:
        actions = ", ".join(_action(row) for row in rows)
        page.paragraph(
            ("NEVER USED  ", "bold red"),
            (f"{actions} {_on(statement, names)}", "red"),
            indent=2,
            hanging=2,
        )
        page.paragraph((f"in {_policy(statement.grant)}", "dim"), indent=6, hanging=2)
    return left - len(statement.rows)


def _used(
    page: RehearsalPage, statement: Statement, names: Names, *, left: int, widths: tuple[int, int]
) -> int:
    if left > 0:
        page.paragraph(
            (_resource(statement, names), ""), (_told_apart(statement.grant), "dim"), indent=2
        )
    for row in statement.rows[: max(left, 0)]:
        action, uses, effect = _action(row), _uses(row), _effect(row)
        operations = [clean(name, limit=wording.NAME) for name in row.operations]
        operations = operations or ["no operation of the API"]
        if page.width < _COLUMNS_FROM or cell_len(action) > widths[0]:
            page.paragraph((action, ""), indent=4, hanging=2)
            said = ", ".join(filter(None, (uses, effect)))
            page.paragraph((f"{said}: {', '.join(operations)}", ""), indent=6, hanging=2)
        else:
            head = f"    {set_cell_size(action, widths[0])}  {uses:>{widths[1]}}  "
            page.items(f"{head}{effect:<{_EFFECT}}  ", operations)
    return left - len(statement.rows)


def _resource(statement: Statement, names: Names) -> str:
    grant = statement.grant
    resource = "itself" if statement.itself else clean(names.of(grant.resource), limit=wording.NAME)
    return f"{resource}{wording.whom(grant, names)}"


def _on(statement: Statement, names: Names) -> str:
    return f"on {_resource(statement, names)}{_told_apart(statement.grant)}"


def _told_apart(grant: Grant) -> str:
    """What tells a statement from another on the same resource."""
    keys = ", ".join(clean(key, limit=80) for key in gathering.conditions(grant))
    return _bracketed(grant.sid) + (f" if {keys}" if keys else "")


def _bracketed(sid: str) -> str:
    sid = clean(sid, limit=wording.NAME)
    if cell_len(sid) > _SID:
        sid = f"{set_cell_size(sid, _SID - 1).rstrip()}…"
    return f" [{sid}]" if sid else ""


def _policy(grant: Grant) -> str:
    return clean(place_name(grant.place), limit=wording.NAME)


def _action(row: Row) -> str:
    return clean(row.grant.action, limit=wording.NAME)


def _uses(row: Row) -> str:
    return counted(row.uses, "use")


def _effect(row: Row) -> str:
    return "" if row.effect is Effect.NOT_TRIED else str(row.effect)


def _reasons(page: RehearsalPage, held: Sequence[Holder], evidence: Evidence, names: Names) -> None:
    """Grants of which nothing is known, by the reason; the same of several holders once."""
    found = gathering.reasons(held, evidence, names)
    if not found:
        return
    total = sum(1 for holder in held for row in holder.rows if row.evidence is evidence)
    page.head(f"{evidence.capitalize()} ({total:,})")
    for reason, alikes in found:
        page.paragraph((clean(reason, limit=wording.MESSAGE), ""), indent=2, hanging=2)
        for alike in alikes[:MAX_ROWS]:
            _alike(page, alike, names)
        page.more(len(alikes) - MAX_ROWS, "line", indent=4)


def _alike(page: RehearsalPage, alike: Alike, names: Names) -> None:
    statement = alike.statements[0]
    actions = _listed(statement.actions)
    on = "" if statement.itself else f" on {clean(names.of(statement.grant.resource))}"
    number = len(alike.statements)
    often = f" ({counted(number, 'statement')})" if number > len(alike.holders) else ""
    page.paragraph(
        (_listed(alike.holders), ""),
        (f": {actions}{on}{wording.whom(statement.grant, names)}{_bracketed(alike.sid)}", "dim"),
        (often, "dim"),
        indent=4,
        hanging=2,
    )


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(clean(name, limit=wording.NAME) for name in names[:MAX_NAMES])
    left = len(names) - MAX_NAMES
    return f"{shown} and {left:,} more" if left > 0 else shown


def _removals(page: RehearsalPage, rehearsal: Rehearsal) -> None:
    if not rehearsal.removals:
        return
    page.head(f"Taken out before the deploy ({len(rehearsal.removals):,})")
    for reason, removals in gathering.removals(rehearsal):
        page.paragraph((clean(reason, limit=wording.MESSAGE), ""), indent=2, hanging=2)
        for removal in removals[:MAX_ROWS]:
            kind = clean(removal.place.resource_type, limit=wording.NAME)
            page.paragraph(
                (clean(place_name(removal.place), limit=wording.NAME), ""),
                (f" ({kind})", "dim"),
                indent=4,
                hanging=2,
            )
        page.more(len(removals) - MAX_ROWS, "resource", indent=4)


def _taken_away(page: RehearsalPage, rehearsal: Rehearsal, names: Names) -> None:
    """What happened when grants were taken away, one at a time."""
    tried = gathering.tried(rehearsal.rows, names)
    broke, tolerated = tried[Effect.BROKE], tried[Effect.TOLERATED]
    if not broke and not tolerated:
        return
    said = f"{len(broke):,} broke an operation, {len(tolerated):,} tolerated"
    page.head(f"Taken away, one at a time ({len(broke) + len(tolerated):,}): ", (said, ""))
    others = [row for row in broke if row.reason or set(row.broken) != set(row.operations)]
    for rows in (tolerated, others):
        for row in rows[:MAX_ROWS]:
            _without(page, row, names)
        page.more(len(rows) - MAX_ROWS, "grant")


def _without(page: RehearsalPage, row: Row, names: Names) -> None:
    """What happened without a grant, where it is not just what the table says."""
    holder, resource = (clean(names.of(arn)) for arn in (row.grant.holder, row.grant.resource))
    failed = f"{_listed(row.broken) or 'no operation'} failed" if row.effect is Effect.BROKE else ""
    reason = clean(row.reason, limit=wording.MESSAGE)
    page.paragraph(
        (f"{row.effect}: ", "yellow"),
        (f"{_action(row)} on {resource}, of {holder}: ", ""),
        ("; ".join(filter(None, (failed, reason))), ""),
        indent=2,
        hanging=2,
    )


def _operations(page: RehearsalPage, operations: Sequence[Operation]) -> None:
    if not operations:
        return
    names = [clean(operation.name, limit=wording.NAME) for operation in operations]
    width = max(cell_len("Operations"), *(cell_len(name) + 2 for name in names))
    heads = ("Calls", "Below 400", "4xx", "5xx")
    columns = width + sum(len(head) + 3 for head in heads) <= page.width
    page.head(
        set_cell_size("Operations", width) + "".join(f"   {head}" for head in heads)
        if columns
        else "Operations"
    )
    for name, operation in zip(names, operations, strict=True):
        refused = operation.calls - operation.succeeded - operation.failed
        numbers = (operation.calls, operation.succeeded, refused, operation.failed)
        style = "" if operation.succeeded else "red"
        if columns:
            cells = (f"   {n:>{len(head)},}" for n, head in zip(numbers, heads, strict=True))
            page.line((set_cell_size(f"  {name}", width) + "".join(cells), style))
        else:
            said = f"{counted(numbers[0], 'call')}: " + ", ".join(
                f"{n:,} {head[0].lower() + head[1:]}"
                for n, head in zip(numbers[1:], heads[1:], strict=True)
            )
            page.paragraph((f"{name}: {said}", style), indent=2, hanging=2)


def _steps(page: RehearsalPage, steps: Sequence[Step]) -> None:
    if not steps:
        return
    said = ", ".join(f"{clean(step.name, limit=80)} {step.seconds:,.1f} s" for step in steps)
    total = sum(step.seconds for step in steps)
    page.head("Steps: ", (f"{said}; {total:,.1f} s in all", ""))
