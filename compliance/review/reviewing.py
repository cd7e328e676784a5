"""Compares two sets of templates and says of them what a reviewer has to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from compliance.assembly.model import Assembly
from compliance.iam.access.model import Comparison, Open
from compliance.iam.access.templates import compare_assemblies
from compliance.intrinsics import ABSENT
from compliance.review import exposure, protection
from compliance.review.canonical import serialize
from compliance.review.changes import outcome
from compliance.review.exports import Imports
from compliance.review.model import Difference, Review, TemplateReview
from compliance.review.pairing import other_names, pairs
from compliance.review.sources import template_name
from compliance.review.unified import diff

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compliance.assembly.model import Json, Template
    from compliance.iam.access.templates import Renames

RESOURCES: Final = "Resources"
RENAMED: Final = "it is new, unless what has another logical id now counts as what it was"


def review(old: Assembly, new: Assembly, *, labels: tuple[str, str] = ("old", "new")) -> Review:
    """What a change consists of.

    Templates of the same name are the same stack. What stands in one folder (the snapshots of one
    environment, the stacks of one stage) is compared with that folder alone: CDK lets no stage
    refer to another, and what one environment grants says nothing of the next.

    Args:
        old: canonical templates, as `compliance.review.sources` gives them.
        new: likewise.
        labels: what the two are called in the raw diff.
    """
    found: list[TemplateReview] = []
    answers: list[Comparison] = []
    for folder, sides in _folders(old, new):
        renames = _renames(sides)
        reviews = list(_folder_review(sides, renames=renames, labels=labels))
        if reviews:
            found += reviews
            answers.append(_folder_access(sides, folder=folder, renames=renames))
    return Review(
        templates=tuple(sorted(found, key=lambda template: template.name)),
        access=_joined(answers),
        compared=len(_by_name(old).keys() | _by_name(new).keys()),
    )


def access(old: Assembly, new: Assembly) -> Comparison:
    """What access is new, without the rest of the review; arguments as for `review`.

    A review tells what was renamed, and that it is made anew. Here nothing tells it: what is
    nothing new only if the renamed is what it was is left open.
    """
    return _joined(
        _folder_access(sides, folder=folder, renames=_renames(sides), tells_renames=False)
        for folder, sides in _folders(old, new)
    )


def _folder_review(
    sides: tuple[Assembly, Assembly], *, renames: Renames, labels: tuple[str, str]
) -> Iterator[TemplateReview]:
    """The reviews of the templates that differ."""
    before, after = map(_by_name, sides)
    imports = Imports(*sides)
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        raw = diff(_text(old), _text(new), labels=(f"{labels[0]}/{name}", f"{labels[1]}/{name}"))
        if raw:
            found = outcome(old, new, imports=imports)
            yield TemplateReview(
                name=name,
                old=old,
                new=new,
                changes=found.changes,
                others=tuple(_others(old.body if old else {}, new.body if new else {})),
                failures=found.failures,
                notes=tuple(
                    note
                    for part in (exposure, protection)
                    for note in part.notes(
                        found.changes, old=old, new=new, assemblies=sides, renames=renames
                    )
                ),
                diff=raw,
            )


def _folder_access(
    sides: tuple[Assembly, Assembly], *, folder: str, renames: Renames, tells_renames: bool = True
) -> Comparison:
    """What access is new in a folder; every place is named with the folder's name."""
    answer = compare_assemblies(*sides, renames=renames)
    if not tells_renames and not answer.witnesses and any(renames.values()):
        plain = compare_assemblies(*sides).witnesses
        doubts = {Open(witness.statement, RENAMED): None for witness in plain}
        answer = replace(answer, undecided=(*answer.undecided, *doubts))
    if not folder:
        return answer
    return Comparison(
        witnesses=tuple(
            replace(witness, statement=_within(folder, witness.statement))
            for witness in answer.witnesses
        ),
        undecided=tuple(
            replace(item, statement=_within(folder, item.statement)) for item in answer.undecided
        ),
    )


def _joined(answers: Iterable[Comparison]) -> Comparison:
    answers = list(answers)
    return Comparison(
        witnesses=tuple(witness for answer in answers for witness in answer.witnesses),
        undecided=tuple(item for answer in answers for item in answer.undecided),
    )


def _renames(sides: tuple[Assembly, Assembly]) -> Renames:
    """New logical ids by old ones, of what has another one now, by template."""
    before, after = map(_by_name, sides)
    return {
        name: other_names(pairs(before[name].resources, after[name].resources))
        for name in before.keys() & after.keys()
    }


def _within(folder: str, statement: str) -> str:
    # A lone template's resources go by their ids alone.
    return statement if statement.startswith(f"{folder}/") else f"{folder}/{statement}"


def _others(old: Mapping[str, Json], new: Mapping[str, Json]) -> Iterator[Difference]:
    """What differs outside of the resources: entry by entry where a section is an object."""
    for section in sorted((old.keys() | new.keys()) - {RESOURCES}):
        one, other = old.get(section, ABSENT), new.get(section, ABSENT)
        entries = [{} if side is ABSENT else side for side in (one, other)]
        if any(entries) and all(isinstance(side, Mapping) for side in entries):
            for key in sorted(entries[0].keys() | entries[1].keys()):
                was, now = (side.get(key, ABSENT) for side in entries)
                if not _same(was, now):
                    yield Difference(f"{section}.{key}", was, now)
        elif not _same(one, other):
            yield Difference(section, one, other)


def _same(one: Json, other: Json) -> bool:
    if one is ABSENT or other is ABSENT:
        return one is other
    # Not `==`, by which true is 1.
    return serialize(one) == serialize(other)


def _text(template: Template | None) -> str:
    return serialize(template.body) if template else ""


def _by_name(assembly: Assembly) -> dict[str, Template]:
    return {template_name(template.name): template for template in assembly.templates}


def _folders(old: Assembly, new: Assembly) -> Iterator[tuple[str, tuple[Assembly, Assembly]]]:
    """Both sides, folder by folder, each with its name."""
    sides = [_by_folder(assembly) for assembly in (old, new)]
    for folder in sorted(sides[0].keys() | sides[1].keys()):
        before, after = (
            Assembly(Path(folder), tuple(side.get(folder, ())), is_assembly=False) for side in sides
        )
        yield folder, (before, after)


def _by_folder(assembly: Assembly) -> dict[str, list[Template]]:
    found: dict[str, list[Template]] = {}
    for name, template in _by_name(assembly).items():
        found.setdefault(name.rpartition("/")[0], []).append(template)
    return found
