"""`--format text`: for a terminal of any width, for a failing test, and for a log.

The gravest first: what is replaced and lost, what access is new, what is exposed, what is no longer
protected; the raw diff last. Untrusted strings are printed after `clean` or `printable` alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.cells import cell_len, chop_cells

from compliance.iam.access.model import Result
from compliance.reports.page import Page
from compliance.reports.wording import counted
from compliance.review import gathering, wording
from compliance.review.model import Kind, Subject
from compliance.sanitize import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from compliance.iam.access.model import Comparison
    from compliance.review.gathering import Diff, Noted, Same
    from compliance.review.model import Change, Difference, Review

MAX_LINES: Final = 400
"""Lines of a template's raw diff that are shown."""
MAX_LINE: Final = 1_000
"""Characters of such a line."""
MAX_CHANGES: Final = 60
"""Resources of a template that are shown."""
MAX_PLACES: Final = 8
"""Places of a resource, and of what is beside the resources, that are shown."""
MAX_GRANTS: Final = 50
MAX_NOTES: Final = 50
WHOLE: Final = "--format json shows all"

_LABELS: Final = {
    wording.REPLACED: ("REPLACED", "bold red"),
    wording.MAYBE: ("MAY BE REPLACED", "bold red"),
    Kind.REMOVED: ("removed", "red"),
    Kind.CHANGED: ("changed", "yellow"),
    Kind.ADDED: ("added", "green"),
    Kind.REDEPLOYED: ("redeployed", "dim"),
}
_HEADS: Final = {Subject.EXPOSURE: "Exposure", Subject.PROTECTION: "Retention and protection"}
_ACCESS: Final = {
    Result.NEW_ACCESS: "bold red",
    Result.UNDECIDED: "bold yellow",
    Result.NO_NEW_ACCESS: "green",
}
_FOLDED: Final = 4
"""Columns by which the rest of a folded line stands further in."""
_SIGNS: Final = {"+": "green", "-": "red", "@": "cyan"}


def render(review: Review, *, width: int | None = None, color: bool = False) -> str:
    """A review for people.

    Args:
        review: what changed.
        width: columns of the terminal; `None` for a log: the raw diff's lines are then not wrapped.
        color: whether ANSI colours may be written.

    Returns:
        Lines, each ended by a newline.
    """
    page = _Page(width=width, color=color)
    page.paragraph((wording.headline(review), "bold"), hanging=2)
    if not review.templates:
        return page.text()
    same = gathering.templates(review)
    _changes(page, same)
    _access(page, review.access, folders=gathering.folders(review))
    for subject in Subject:
        _notes(page, gathering.notes(review, subject), subject)
    _diffs(page, gathering.diffs(review))
    return page.text()


def render_access(comparison: Comparison, *, width: int | None = None, color: bool = False) -> str:
    """What access is new, for people; arguments as for `render`."""
    page = _Page(width=width, color=color)
    _access(page, comparison)
    return page.text()


class _Page(Page):
    """A page with the parts that a review has."""

    def head(self, text: str, style: str = "bold") -> None:
        """The first line of a section."""
        self.gap()
        self.paragraph((text, style), hanging=2)

    def more(self, text: str, *, indent: int) -> None:
        """That something is cut."""
        self.paragraph((f"… {text}; {WHOLE}", "dim"), indent=indent, hanging=2)

    def raw(self, text: str, style: str) -> None:
        """A line of a diff, folded only where there is a terminal: a log's can be copied."""
        for line in _folded(text, self.width) if self.bounded else (text,):
            self.whole(line, style)


def _folded(text: str, width: int) -> Iterator[str]:
    """A line of a diff in lines of a width, at blanks if there are any.

    All but the first stand further in than what they belong to: in the first column they would be
    read as lines of their own, which have no sign and so did not change.
    """
    indent = min(len(text) - len(text[1:].lstrip(" ")) + _FOLDED, width // 2)
    margin = ""
    while cell_len(text) > width - len(margin):
        head = chop_cells(text, width - len(margin))[0]
        blank = head.rfind(" ") + 1
        head = head[:blank] if blank > indent else head
        yield f"{margin}{head.rstrip(' ')}"
        text, margin = text[len(head) :], " " * indent
    yield f"{margin}{text}"


def _changes(page: _Page, same: Sequence[Same]) -> None:
    page.head("Changes")
    for template in same:
        _names(page, template)
        review = template.review
        for failure in review.failures[:MAX_PLACES]:
            page.paragraph((wording.sentence(failure), "bold red"), indent=4, hanging=2)
        if len(review.failures) > MAX_PLACES:
            page.more(f"and {len(review.failures) - MAX_PLACES:,} more", indent=4)
        for change in review.changes[:MAX_CHANGES]:
            _change(page, change)
        rest = review.changes[MAX_CHANGES:]
        if rest:
            page.more(f"and {wording.counts(rest)}", indent=4)
        # Of a template that is new or gone, the resources say enough.
        if review.others and review.old and review.new:
            page.paragraph(("outside the resources", ""), indent=4)
            _places(page, review.others)


def _names(page: _Page, template: Same) -> None:
    state = (
        " (new template)"
        if template.review.old is None
        else " (template gone)"
        if template.review.new is None
        else ""
    )
    page.paragraph((wording.listed(template.names), "bold"), (state, ""), indent=2, hanging=2)


def _change(page: _Page, change: Change) -> None:
    label, style = _LABELS[wording.happened(change)]
    resource = change.resource
    path = clean(resource.construct_path, limit=wording.NAME)
    page.paragraph(
        (f"{label:<10}", style),
        (" ", ""),
        (clean(resource.logical_id, limit=wording.NAME), "bold"),
        (f" ({clean(resource.type, limit=wording.NAME)})", ""),
        (f" {path}" if path else "", "dim"),
        indent=4,
        hanging=2,
    )
    lost = clean(wording.lost(change), limit=wording.MESSAGE)
    if change.loss:
        label = f"{wording.fate(change).upper()}: "
        page.paragraph((label, "bold red"), (lost, "red"), indent=6, hanging=2)
    for reason in wording.because(change)[:MAX_PLACES]:
        fails = wording.is_failure(reason)
        why = () if fails else (("why: ", "dim"),)
        page.paragraph(*why, (reason, "bold red" if fails else ""), indent=6, hanging=2)
    if change.kept and not change.loss:
        page.paragraph(("kept: ", "dim"), (lost, ""), indent=6, hanging=2)
    _places(page, change.differences)


def _places(page: _Page, differences: Sequence[Difference]) -> None:
    gathered = gathering.places(differences)
    for same in gathered[:MAX_PLACES]:
        difference, place = same.first, same.first.place
        page.paragraph(
            (f"{clean(place, limit=wording.MESSAGE)}: ", ""),
            (wording.value(difference.old, place=place), "red"),
            (" -> ", "dim"),
            (wording.value(difference.new, place=place), "green"),
            (wording.elsewhere(same.more), "dim"),
            indent=6,
            hanging=2,
        )
    left = sum(1 + same.more for same in gathered[MAX_PLACES:])
    if left:
        page.more(f"and {counted(left, 'more place')}", indent=6)


def _access(page: _Page, comparison: Comparison, *, folders: Sequence[str] = ()) -> None:
    page.head(wording.access_in_words(comparison), _ACCESS[comparison.result])
    grants = gathering.grants(comparison, folders=folders)
    for grant in grants[:MAX_GRANTS]:
        page.paragraph(
            ("- ", ""), (wording.grant(grant.witness, grant.actions), ""), indent=2, hanging=2
        )
        page.paragraph((f"in {wording.listed(grant.statements)}", "dim"), indent=4, hanging=2)
    if len(grants) > MAX_GRANTS:
        page.more(f"and {counted(len(grants) - MAX_GRANTS, 'more grant')}", indent=2)
    doubts = gathering.doubts(comparison, folders=folders)
    for doubt in doubts[:MAX_GRANTS]:
        page.paragraph(
            ("- undecided: ", "yellow"), (wording.sentence(doubt.reason), ""), indent=2, hanging=2
        )
        page.paragraph((f"in {wording.listed(doubt.statements)}", "dim"), indent=4, hanging=2)
    if len(doubts) > MAX_GRANTS:
        page.more(f"and {counted(len(doubts) - MAX_GRANTS, 'more reason')}", indent=2)


def _notes(page: _Page, notes: Sequence[Noted], subject: Subject) -> None:
    if not notes:
        return
    page.head(f"{_HEADS[subject]} ({sum(noted.count for noted in notes):,})")
    for noted in notes[:MAX_NOTES]:
        note = noted.note
        page.paragraph(("- ", ""), (wording.sentence(noted.message), ""), indent=2, hanging=2)
        place = f", {clean(note.place, limit=wording.NAME)}" if note.place else ""
        about = f" ({clean(note.resource.type, limit=wording.NAME)}){place}"
        for where in noted.where[: wording.MAX_RESOURCES]:
            resources = wording.listed(where.resources, most=wording.MAX_RESOURCES)
            page.paragraph(
                (f"in {wording.listed(where.names)}: {resources}{about}", "dim"),
                indent=4,
                hanging=2,
            )
        left = sum(len(where.resources) for where in noted.where[wording.MAX_RESOURCES :])
        if left:
            page.more(f"and of {counted(left, 'more resource')}", indent=4)
    left = sum(noted.count for noted in notes[MAX_NOTES:])
    if left:
        page.more(f"and {counted(left, 'more note')}", indent=2)


def _diffs(page: _Page, diffs: Sequence[Diff]) -> None:
    page.head("Diff")
    for diff in diffs:
        if len(diff.names) > 1:
            page.paragraph((f"the same in {wording.listed(diff.names)}", ""), hanging=2)
        for number, line in enumerate(diff.lines[:MAX_LINES]):
            style = "bold" if number < 2 else _SIGNS.get(line[:1], "")  # noqa: PLR2004 - both names
            page.raw(wording.raw(line, limit=MAX_LINE), style)
        if len(diff.lines) > MAX_LINES:
            page.more(f"{counted(len(diff.lines) - MAX_LINES, 'more line')}", indent=0)
