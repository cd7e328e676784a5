"""`--format markdown`: GitHub-flavoured, for a comment on a pull request.

What decides stands open: what is replaced or lost, what access is new, what is exposed, what is no
longer protected. All changes, and the raw diff, are folded away. How untrusted strings are made
harmless stands in `compliance.reports.comment`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from compliance.iam.access.model import Result
from compliance.masking import mask_text
from compliance.reports.comment import LIMIT, Comment, code, prose
from compliance.reports.wording import counted
from compliance.review import gathering, wording
from compliance.review.model import Subject

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from compliance.iam.access.model import Comparison
    from compliance.review.gathering import Diff, Noted, Places, Same
    from compliance.review.model import Change, Review

MAX_LINE: Final = 500
"""Characters of a line of the raw diff that are shown."""
MAX_PLACES: Final = 4
ELSEWHERE: Final = "see `synthgate diff --format json`"
_HEADS: Final = {
    Subject.EXPOSURE: ("Exposure", "note on exposure"),
    Subject.PROTECTION: ("Retention and protection", "note on protection"),
}
_GRAVE: Final = frozenset({wording.REPLACED, wording.MAYBE})
_TICKS: Final = re.compile(r"`+")


def render(review: Review) -> str:
    """The review as a comment of at most `comment.LIMIT` characters; it says what it leaves out."""
    page = Comment(elsewhere=ELSEWHERE)
    page.add(f"### Synthgate: {prose(wording.headline(review), limit=1_000)}\n")
    if not review.templates:
        return page.text()
    add_gravest(page, review)
    add_details(page, review)
    return page.text()


def add_gravest(page: Comment, review: Review) -> None:
    """Add what nobody may overlook: what fails, is lost, newly granted, exposed, unprotected."""
    same = gathering.templates(review)
    grave = [
        (template, change)
        for template, change in _every(same)
        if change.loss or wording.happened(change) in _GRAVE
    ]
    _failures(page, same)
    _changes(page, grave, summary="", noun="replaced or lost resource")
    _access(page, review.access, folders=gathering.folders(review))
    for subject in Subject:
        _notes(page, gathering.notes(review, subject), subject)


def add_details(page: Comment, review: Review) -> None:
    """Add, folded away, all that changes and the raw diff."""
    same = gathering.templates(review)
    every = _every(same)
    _changes(page, every, summary=f"All changes ({len(every):,})", noun="change")
    _others(page, same)
    _diffs(page, gathering.diffs(review))


def _every(same: Sequence[Same]) -> list[tuple[Same, Change]]:
    return [(template, change) for template in same for change in template.review.changes]


def _failures(page: Comment, same: Sequence[Same]) -> None:
    found = [(template, failure) for template in same for failure in template.review.failures]
    page.rows(
        (
            f"- **{prose(mask_text(failure))}** (in {_listed(template.names)})\n"
            for template, failure in found
        ),
        total=len(found),
        noun="failure",
        opening="\n",
    )


def _changes(
    page: Comment, changes: Sequence[tuple[Same, Change]], *, summary: str, noun: str
) -> None:
    page.table(
        summary,
        ("What", "Resource", "Why, and where it differs"),
        (_change(template, change) for template, change in changes),
        total=len(changes),
        noun=noun,
    )


def _change(template: Same, change: Change) -> tuple[str, ...]:
    word = wording.happened(change)
    resource = change.resource
    where = [
        code(resource.logical_id),
        code(resource.type),
        code(resource.construct_path),
        _listed(template.names),
    ]
    lost = prose(wording.lost(change))
    said = [f"**{wording.fate(change).capitalize()}**: {lost}"] if change.loss else []
    said += [prose(reason) for reason in wording.because(change)[:MAX_PLACES]]
    said += [f"Kept: {lost}"] if change.kept and not change.loss else []
    places = gathering.places(change.differences)
    said += [_place(same) for same in places[:MAX_PLACES]]
    left = sum(1 + same.more for same in places[MAX_PLACES:])
    if left:
        said.append(f"and {counted(left, 'more place')}")
    return (
        f"**{word}**" if word in _GRAVE else word,
        "<br>".join(filter(None, where)),
        "<br>".join(said),
    )


def _place(same: Places) -> str:
    first = same.first
    old, new = (wording.value(side, place=first.place) for side in (first.old, first.new))
    return f"{code(first.place)}: {code(old)} → {code(new)}{wording.elsewhere(same.more)}"


def _access(page: Comment, comparison: Comparison, *, folders: Sequence[str]) -> None:
    said = wording.access_in_words(comparison)
    strong = "" if comparison.result is Result.NO_NEW_ACCESS else "**"
    page.add(f"\n{strong}{said}{strong}\n")
    grants = gathering.grants(comparison, folders=folders)
    page.table(
        "",
        ("Principal", "Action", "Resource", "Condition", "Where"),
        (
            (
                code(wording.principal(grant.witness)),
                _listed(grant.actions, most=wording.MAX_ACTIONS),
                code(grant.witness.resource, limit=300),
                code(wording.condition(grant.witness), limit=300),
                _listed(grant.statements),
            )
            for grant in grants
        ),
        total=len(grants),
        noun="grant",
    )
    doubts = gathering.doubts(comparison, folders=folders)
    page.table(
        "",
        ("Undecided: why", "Where"),
        ((prose(mask_text(doubt.reason)), _listed(doubt.statements)) for doubt in doubts),
        total=len(doubts),
        noun="undecided statement",
    )


def _notes(page: Comment, notes: Sequence[Noted], subject: Subject) -> None:
    head, noun = _HEADS[subject]
    count = sum(noted.count for noted in notes)
    page.rows(
        (f"- {prose(mask_text(noted.message))} ({_where(noted)})\n" for noted in notes),
        total=len(notes),
        noun=noun,
        opening=f"\n**{head} ({count:,})**\n\n",
    )


def _where(noted: Noted) -> str:
    shown = "; ".join(
        f"{_listed(where.resources, most=wording.MAX_RESOURCES)} in {_listed(where.names)}"
        for where in noted.where[: wording.MAX_RESOURCES]
    )
    left = sum(len(where.resources) for where in noted.where[wording.MAX_RESOURCES :])
    return f"{shown}; and {counted(left, 'more resource')}" if left else shown


def _others(page: Comment, same: Sequence[Same]) -> None:
    found = [(template, difference) for template in same for difference in template.review.others]
    page.table(
        f"Outside the resources ({len(found):,})",
        ("Place", "Old", "New", "Template"),
        (
            (
                code(difference.place),
                code(wording.value(difference.old, place=difference.place)),
                code(wording.value(difference.new, place=difference.place)),
                _listed(template.names),
            )
            for template, difference in found
        ),
        total=len(found),
        noun="difference",
    )


def _diffs(page: Comment, diffs: Sequence[Diff]) -> None:
    lines = list(_lines(diffs))
    # A fence ends where a line of it is as long; none is longer than a line is.
    ticks = max((len(run) for line in lines for run in _TICKS.findall(line)), default=0)
    fence = "`" * max(3, ticks + 1)
    closing = f"{fence}\n"
    page.reserve(len(closing))
    page.rows(
        (f"{line}\n" for line in lines),
        total=sum(len(diff.lines) for diff in diffs),
        noun="line",
        opening=f"\n<details><summary>Diff</summary>\n\n{fence}diff\n",
        closing=closing,
        ending="\n</details>\n",
    )


def _lines(diffs: Sequence[Diff]) -> Iterator[str]:
    """Lines of the raw diffs, no more than a comment could hold."""
    size = 0
    for diff in diffs:
        for line in diff.lines:
            if size > LIMIT:
                return
            shown = wording.raw(line, limit=MAX_LINE)
            size += len(shown)
            yield shown


def _listed(names: Sequence[str], *, most: int = wording.MAX_NAMES) -> str:
    shown = ", ".join(code(name) for name in names[:most])
    left = len(names) - most
    return f"{shown} and {left:,} more" if left > 0 else shown
