"""What changes, in the words and rows that the page shows; equal changes once.

What is grave, what is folded away and which words are used is that of `synthgate diff`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from compliance.iam.access.model import Result
from compliance.reports.wording import counted
from compliance.review import gathering, to_json, wording
from compliance.review.model import Subject

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from compliance.review.gathering import Noted, Same
    from compliance.review.model import Change, Review
    from compliance.security_report.model import Changed

MAX_LINES: Final = 2_000
"""Lines of the raw diff that a page shows."""
MAX_LINE: Final = 500
MAX_PLACES: Final = 6
_SUBJECTS: Final = {
    Subject.EXPOSURE: "Exposure",
    Subject.PROTECTION: "Retention and protection",
}
_GRAVE: Final = frozenset({wording.REPLACED, wording.MAYBE})


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """What happens to one resource.

    Attributes:
        word: in a word, such as `replaced`.
        grave: whether something is replaced or lost.
        name: logical id.
        type: resource type.
        path: construct path.
        templates: the templates that it happens in.
        said: what is lost, why, where it differs; a line each.
    """

    word: str
    grave: bool
    name: str
    type: str
    path: str
    templates: tuple[str, ...]
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantRow:
    """Access that is new."""

    principal: str
    actions: tuple[str, ...]
    resource: str
    condition: str
    statements: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteRow:
    """A note on exposure or protection, and what it is of."""

    message: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeView:
    """One change, and every environment in which it is the same.

    Attributes:
        environments: by name.
        against: what it is compared with, one for each environment.
        headline: in a line.
        reason: why there is nothing to show; empty when there is.
        same: whether nothing differs.
        failures: why the deployment fails.
        rows: all changes, the gravest first.
        access: in words.
        new_access: whether a policy grants what it did not.
        grants: what is newly granted.
        doubts: what is undecided, and where.
        notes: by subject, those with something to say.
        others: place, old, new and templates of what differs outside the resources.
        diff: lines of the raw diff.
        left: lines of it that are not shown.
    """

    environments: tuple[str, ...]
    against: tuple[str, ...]
    headline: str = ""
    reason: str = ""
    same: bool = False
    failures: tuple[str, ...] = ()
    rows: tuple[ChangeRow, ...] = ()
    access: str = ""
    new_access: bool = False
    grants: tuple[GrantRow, ...] = ()
    doubts: tuple[NoteRow, ...] = ()
    notes: tuple[tuple[str, int, tuple[NoteRow, ...]], ...] = ()
    others: tuple[tuple[str, str, str, tuple[str, ...]], ...] = ()
    diff: tuple[str, ...] = ()
    left: int = 0

    @property
    def grave(self) -> tuple[ChangeRow, ...]:
        """What is replaced or lost."""
        return tuple(row for row in self.rows if row.grave)


@dataclass(frozen=True, slots=True)
class SameChange:
    """A change, and what it is of.

    Attributes:
        environments: by name, in order.
        against: what each is compared with.
        review: the first's; None when there is nothing to compare with.
        reason: why there is none.
    """

    environments: tuple[str, ...]
    against: tuple[str, ...]
    review: Review | None
    reason: str


def gathered(changes: Iterable[Changed]) -> list[SameChange]:
    """The changes; those of which `synthgate diff` says the very same are one."""
    found: dict[str, list[Changed]] = {}
    for changed in changes:
        said = _said(changed.review) if changed.review else f"- {changed.reason}"
        found.setdefault(said, []).append(changed)
    return [
        SameChange(
            environments=tuple(each.environment for each in same if each.environment),
            against=tuple(dict.fromkeys(each.against for each in same if each.against)),
            review=same[0].review,
            reason=same[0].reason,
        )
        for same in found.values()
    ]


def _said(review: Review) -> str:
    # A raw diff names its two sides, which are an environment's own; what differs is said anyway.
    said = json.loads(to_json.render(review))
    for template in said["templates"]:
        template["diff"] = [
            line for line in template["diff"] if not line.startswith(("--- ", "+++ "))
        ]
    return json.dumps(said)


def views(changes: Iterable[Changed]) -> list[ChangeView]:
    """What the page shows of the changes."""
    return [
        _view(same, same.review)
        if same.review
        else ChangeView(environments=same.environments, against=same.against, reason=same.reason)
        for same in gathered(changes)
    ]


def _view(same: SameChange, review: Review) -> ChangeView:
    alike = gathering.templates(review)
    folders = gathering.folders(review)
    lines = [line for diff in gathering.diffs(review) for line in diff.lines]
    return ChangeView(
        environments=same.environments,
        against=same.against,
        headline=wording.headline(review),
        same=not review.templates,
        failures=tuple(
            f"{wording.sentence(failure)} (in {wording.listed(template.names)})"
            for template in alike
            for failure in template.review.failures
        ),
        rows=tuple(
            sorted(
                (
                    _row(template, change)
                    for template in alike
                    for change in template.review.changes
                ),
                key=lambda row: not row.grave,
            )
        ),
        access=wording.access_in_words(review.access),
        new_access=review.access.result is Result.NEW_ACCESS,
        grants=tuple(
            GrantRow(
                principal=wording.principal(grant.witness),
                actions=grant.actions,
                resource=grant.witness.resource,
                condition=wording.condition(grant.witness),
                statements=grant.statements,
            )
            for grant in gathering.grants(review.access, folders=folders)
        ),
        doubts=tuple(
            NoteRow(message=doubt.reason, where=wording.listed(doubt.statements))
            for doubt in gathering.doubts(review.access, folders=folders)
        ),
        notes=tuple(
            (head, sum(noted.count for noted in notes), tuple(map(_note, notes)))
            for subject, head in _SUBJECTS.items()
            if (notes := gathering.notes(review, subject))
        ),
        others=tuple(
            (
                difference.place,
                wording.value(difference.old, place=difference.place),
                wording.value(difference.new, place=difference.place),
                template.names,
            )
            for template in alike
            for difference in template.review.others
        ),
        diff=tuple(wording.raw(line, limit=MAX_LINE) for line in lines[:MAX_LINES]),
        left=max(0, len(lines) - MAX_LINES),
    )


def _row(template: Same, change: Change) -> ChangeRow:
    word = wording.happened(change)
    lost = wording.lost(change)
    said = [f"{wording.fate(change).capitalize()}: {lost}"] if change.loss else []
    said += wording.because(change)
    said += [f"Kept: {lost}"] if change.kept and not change.loss else []
    places = gathering.places(change.differences)
    said += [
        f"{same.first.place}: {wording.value(same.first.old, place=same.first.place)} → "
        f"{wording.value(same.first.new, place=same.first.place)}{wording.elsewhere(same.more)}"
        for same in places[:MAX_PLACES]
    ]
    left = sum(1 + same.more for same in places[MAX_PLACES:])
    if left:
        said.append(f"and {counted(left, 'more place')}")
    return ChangeRow(
        word=word,
        grave=bool(change.loss) or word in _GRAVE,
        name=change.resource.logical_id,
        type=change.resource.type,
        path=change.resource.construct_path,
        templates=template.names,
        said=tuple(said),
    )


def _note(noted: Noted) -> NoteRow:
    return NoteRow(message=noted.message, where=_places(noted))


def _places(noted: Noted) -> str:
    shown: Sequence[str] = [
        f"{wording.listed(where.resources, most=wording.MAX_RESOURCES)} "
        f"in {wording.listed(where.names)}"
        for where in noted.where[: wording.MAX_RESOURCES]
    ]
    left = sum(len(where.resources) for where in noted.where[wording.MAX_RESOURCES :])
    return "; ".join((*shown, f"and {counted(left, 'more resource')}") if left else shown)
