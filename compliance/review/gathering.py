"""What is the same in several templates, resources or places, told once.

One commit changes the stack of every environment alike; a reader reads it once.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from compliance.masking import mask_text
from compliance.review import to_json
from compliance.review.model import Replaced
from compliance.review.references import text
from compliance.review.weakening.wording import cut

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from compliance.iam.access.model import Comparison, Witness
    from compliance.review.model import Difference, Note, Review, Subject, TemplateReview

_LABELS: Final = 2
"""Lines at the head of a diff that name the two files."""
_INDEX: Final = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True)
class Same:
    """Templates to which the very same happened.

    Attributes:
        names: theirs, in order.
        review: of the first of them.
    """

    names: tuple[str, ...]
    review: TemplateReview


@dataclass(frozen=True, slots=True)
class Where:
    """Resources, and every template that has them all.

    Attributes:
        names: of the templates, in order.
        resources: logical ids, in order.
    """

    names: tuple[str, ...]
    resources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Noted:
    """Notes that say the same, each of its resource.

    Attributes:
        note: the first.
        message: of all of them: `each of these 3` in the place of the name, when they are of
            several resources.
        where: what they are of.
    """

    note: Note
    message: str
    where: tuple[Where, ...]

    @property
    def count(self) -> int:
        """How many notes they are."""
        return sum(len(where.names) * len(where.resources) for where in self.where)


@dataclass(frozen=True, slots=True)
class Places:
    """Differences of one resource that are the same but for an index in a list.

    Attributes:
        first: of them.
        more: how many others there are.
    """

    first: Difference
    more: int


@dataclass(frozen=True, slots=True)
class Diff:
    """A raw diff, and every template that it is of.

    Attributes:
        names: theirs, in order.
        lines: of the first.
    """

    names: tuple[str, ...]
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grant:
    """Witnesses that differ only in their action, and every statement that grants the like.

    Attributes:
        witness: the first, its names without the folder of the template.
        actions: of all of them.
        statements: where the grants stand, with the folder.
    """

    witness: Witness
    actions: tuple[str, ...]
    statements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Doubt:
    """A reason why something is undecided, and every statement that it holds for.

    Attributes:
        reason: why.
        statements: where.
    """

    reason: str
    statements: tuple[str, ...]


def templates(review: Review) -> list[Same]:
    """The templates' reviews, the gravest first; those that say the same are one."""
    found: dict[str, list[TemplateReview]] = {}
    for template in sorted(review.templates, key=_gravity):
        said = to_json.template(replace(template, name="", notes=(), diff=()))
        found.setdefault(json.dumps(said), []).append(template)
    return [Same(tuple(each.name for each in same), same[0]) for same in found.values()]


def notes(review: Review, subject: Subject) -> list[Noted]:
    """The notes on a subject; those that say the same of several templates or resources are one.

    Resources of different types stay apart: a table among log groups is to be seen.
    """
    alike: dict[tuple[str, ...], list[tuple[str, Note]]] = {}
    for template in review.templates:
        for note in template.notes:
            if note.subject is subject:
                key = (note.resource.logical_id, note.resource.type, note.message, note.place)
                alike.setdefault(key, []).append((template.name, note))
    found: dict[tuple[object, ...], list[tuple[tuple[str, ...], Note]]] = {}
    for same in alike.values():
        note = same[0][1]
        names = tuple(name for name, _ in same)
        shape = (note.resource.type, note.place, *_around_name(note))
        found.setdefault(shape, []).append((names, note))
    return [_noted(same) for same in found.values()]


def _noted(same: Sequence[tuple[tuple[str, ...], Note]]) -> Noted:
    where: dict[tuple[str, ...], dict[str, None]] = {}
    for names, note in same:
        where.setdefault(names, {})[note.resource.logical_id] = None
    first = same[0][1]
    found = Noted(
        first, first.message, tuple(Where(names, tuple(ids)) for names, ids in where.items())
    )
    if len(same) == 1:
        return found
    return replace(found, message=f"each of these {found.count:,}".join(_around_name(first)))


def _around_name(note: Note) -> list[str]:
    """What a message says before and after the name of its resource; one part without it."""
    name = cut(note.resource.logical_id)
    return re.split(rf"(?<!\w){re.escape(name)}(?!\w)", note.message, maxsplit=1)


def places(differences: Iterable[Difference]) -> list[Places]:
    """The differences of one resource; those that are the same but for an index are one."""
    found: dict[tuple[str, ...], list[Difference]] = {}
    for difference in differences:
        key = (_INDEX.sub("[]", difference.place), text(difference.old), text(difference.new))
        found.setdefault(key, []).append(difference)
    return [Places(same[0], len(same) - 1) for same in found.values()]


def diffs(review: Review) -> list[Diff]:
    """The raw diffs; those that differ only in their line numbers are one."""
    found: dict[tuple[str, ...], list[TemplateReview]] = {}
    for template in review.templates:
        lines = ("@@" if line.startswith("@@") else line for line in template.diff[_LABELS:])
        found.setdefault(tuple(lines), []).append(template)
    return [Diff(tuple(each.name for each in same), same[0].diff) for same in found.values()]


def _gravity(template: TemplateReview) -> tuple[bool, bool, bool]:
    """What sorts templates with a loss first, then those with a replacement, then those gone."""
    return (
        not any(change.loss for change in template.changes),
        all(change.replaced is Replaced.NO for change in template.changes),
        template.new is not None,
    )


def folders(review: Review) -> tuple[str, ...]:
    """The folders that templates of a review lie in, such as `prod/`, the inner ones first."""
    found = {template.name.rpartition("/")[0] for template in review.templates} - {""}
    return tuple(f"{folder}/" for folder in sorted(found, key=len, reverse=True))


def grants(access: Comparison, *, folders: Sequence[str] = ()) -> list[Grant]:
    """The witnesses; those that differ only in their action or in where they stand are one.

    Args:
        access: the comparison.
        folders: as `folders` gives them.
    """
    where: dict[tuple[object, ...], list[Witness]] = {}
    for witness in access.witnesses:
        folder = _folder(witness.statement, folders)
        here = replace(
            witness,
            # A secret is known by its form, so it is masked while it is whole.
            principal=mask_text(witness.principal).replace(folder, ""),
            resource=mask_text(witness.resource).replace(folder, ""),
        )
        where.setdefault((here.action, *_apart_from_action(here)), []).append(here)
    alike: dict[tuple[object, ...], list[list[Witness]]] = {}
    for same in where.values():
        statements = tuple(witness.statement for witness in same)
        alike.setdefault((statements, *_apart_from_action(same[0])), []).append(same)
    return [
        Grant(
            witness=groups[0][0],
            actions=tuple(group[0].action for group in groups),
            statements=tuple(dict.fromkeys(witness.statement for witness in groups[0])),
        )
        for groups in alike.values()
    ]


def _apart_from_action(witness: Witness) -> tuple[object, ...]:
    return witness.principal, witness.resource, tuple(witness.condition.items())


def doubts(access: Comparison, *, folders: Sequence[str] = ()) -> list[Doubt]:
    """What is undecided, by reason; arguments as for `grants`."""
    found: dict[str, list[str]] = {}
    for item in access.undecided:
        reason = mask_text(item.reason).replace(_folder(item.statement, folders), "")
        found.setdefault(reason, []).append(item.statement)
    return [Doubt(reason, tuple(dict.fromkeys(where))) for reason, where in found.items()]


def _folder(statement: str, folders: Sequence[str]) -> str:
    """The folder of the template that a statement stands in, empty for none."""
    return next((folder for folder in folders if statement.startswith(folder)), "")
