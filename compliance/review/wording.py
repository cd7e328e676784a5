"""The words that every format of a review shares: what happened, in few of them."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final

from compliance.iam.access.model import Result
from compliance.intrinsics import ABSENT
from compliance.masking import mask_text, mask_value
from compliance.reports.wording import counted
from compliance.review.model import Kind, Replaced, Subject
from compliance.sanitize import clean, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from compliance.assembly.model import Json
    from compliance.iam.access.model import Comparison, Witness
    from compliance.review.model import Change, Note, Review, TemplateReview

NAME: Final = 120
"""Characters of a template's own names that a line shows; a logical id has at most 255."""
VALUE: Final = 120
"""Characters of a value that a line shows."""
MESSAGE: Final = 600
MAX_NAMES: Final = 4
"""Names of one kind that are shown side by side."""
MAX_ACTIONS: Final = 12
"""Actions of a grant that are shown: the next one may be the one that writes."""
MAX_RESOURCES: Final = 8
"""Resources that are shown of those of which one note is."""

REPLACED: Final = "replaced"
MAYBE: Final = "may be replaced"
LOST: Final = "data lost"
LEFT: Final = "data left behind"
_ORDER: Final = (REPLACED, MAYBE, Kind.REMOVED, Kind.CHANGED, Kind.ADDED, Kind.REDEPLOYED)

ACCESS: Final = {
    Result.NEW_ACCESS: "NEW ACCESS",
    Result.UNDECIDED: "access undecided",
    Result.NO_NEW_ACCESS: "no new grants",
}


FAILING: Final = "DEPLOYMENT FAILS"
_FAILS: Final = ("the deployment fails", "the deletion of the stack fails")


def headline(review: Review) -> str:
    """A review in a line: what happens to resources, then access, exposure and protection."""
    if not review.templates:
        return f"no difference in {counted(review.compared, 'template')}"
    if len(review.templates) == 1:
        (template,) = review.templates
        told = f"{clean(template.name, limit=NAME)}: {_template(template)}"
    else:
        which = f"{len(review.templates):,} of {counted(review.compared, 'template')}"
        changes = [change for template in review.templates for change in template.changes]
        told = f"{which}: {counts(changes) or _OUTSIDE}"
    notes = [note for template in review.templates for note in template.notes]
    failing = (FAILING,) if any(map(_fails, review.templates)) else ()
    return "; ".join((told, *failing, ACCESS[review.access.result], *_noted(notes)))


def template_headline(template: TemplateReview, access: Comparison) -> str:
    """The same of one template, without its name.

    Args:
        template: its review.
        access: the part of the comparison that is about it; that it grants nothing is not said.
    """
    granted = () if access.result is Result.NO_NEW_ACCESS else (ACCESS[access.result],)
    failing = (FAILING,) if _fails(template) else ()
    return "; ".join((_template(template), *failing, *granted, *_noted(template.notes)))


def _fails(template: TemplateReview) -> bool:
    """Whether CloudFormation will not get to the end of it."""
    told = (*template.failures, *(reason for each in template.changes for reason in each.reasons))
    return any(map(is_failure, told))


def is_failure(reason: str) -> bool:
    """Whether a sentence says that CloudFormation will not get to the end of it."""
    return reason.startswith(_FAILS)


def gravest(template: TemplateReview, access: Comparison) -> list[str]:
    """What of a change nobody may overlook, the gravest first, each in a few words.

    Args:
        template: one template's review.
        access: the part of the comparison that is about it.

    Returns:
        What fails; what is replaced or lost; what is newly granted, or undecided; what is exposed;
        what is no longer protected.
    """
    found = [sentence(failure) for failure in template.failures]
    for change in template.changes:
        word = happened(change)
        if change.loss or word in {REPLACED, MAYBE}:
            what = clean(lost(change), limit=MESSAGE) or "; ".join(because(change))
            name = clean(change.resource.logical_id, limit=NAME)
            found.append(f"{word} {name}" + (f": {what}" if what else ""))
    found += [f"new access: {grant(witness)}" for witness in access.witnesses]
    found += [f"access undecided: {sentence(item.reason)}" for item in access.undecided]
    found += [
        f"{note.subject}: {sentence(note.message)}"
        for subject in Subject
        for note in template.notes
        if note.subject is subject
    ]
    return found


_ANYONE: Final = "*"
_LONE: Final = "Statement["
"""How the place of a statement begins that stands in no template."""
_OUTSIDE: Final = "changed outside its resources"


def _template(template: TemplateReview) -> str:
    found = counts(template.changes)
    if template.old and template.new:
        return found or _OUTSIDE
    return ", ".join(filter(None, ("template gone" if template.old else "new template", found)))


def _noted(notes: Iterable[Note]) -> Iterator[str]:
    found = Counter(note.subject for note in notes)
    for subject in Subject:
        if found[subject]:
            yield f"{subject}: {found[subject]:,}"


def counts(changes: Iterable[Change]) -> str:
    """`1 replaced (data lost), 2 changed`; empty when nothing changes."""
    every: Counter[str] = Counter()
    fates: dict[str, Counter[str]] = defaultdict(Counter)
    for change in changes:
        word = happened(change)
        every[word] += 1
        if change.loss:
            fates[word][fate(change)] += 1
    return ", ".join(
        f"{every[word]:,} {word}{_fates(fates[word], every[word])}"
        for word in _ORDER
        if every[word]
    )


def _fates(fates: Mapping[str, int], every: int) -> str:
    said = ", ".join(
        said if fates[said] == every else f"{said}: {fates[said]:,}"
        for said in (LOST, LEFT)
        if said in fates
    )
    return f" ({said})" if said else ""


def fate(change: Change) -> str:
    """What becomes of the data of a change that has a loss, in a few words."""
    return LEFT if change.kept else LOST


def lost(change: Change) -> str:
    """What becomes of its data, and what of it stays; empty when there is nothing to say."""
    return "; ".join(filter(None, (change.loss, change.kept)))


def happened(change: Change) -> str:
    """What happened to a resource, in a word: its replacement before anything else."""
    if change.kind in {Kind.ADDED, Kind.REMOVED}:
        return str(change.kind)
    if change.replaced is Replaced.YES or change.kind is Kind.RENAMED:
        return REPLACED
    return MAYBE if change.replaced is Replaced.MAYBE else str(change.kind)


def because(change: Change) -> tuple[str, ...]:
    """Why it is replaced, the old name of a renamed one included."""
    reasons = tuple(map(sentence, change.reasons))
    if change.kind is Kind.RENAMED and change.old:
        was = clean(change.old.logical_id, limit=NAME)
        return (f"renamed: it was {was}", *reasons)
    return reasons


def sentence(text: str) -> str:
    """A sentence that names what a template names, fit to print; a secret in it is masked."""
    return clean(mask_text(text), limit=MESSAGE)


def value(found: Json, *, place: str, limit: int = VALUE) -> str:
    """A value as JSON on one line, or `absent`; what looks like a secret is masked."""
    if found is ABSENT:
        return "absent"
    name = place.rpartition(".")[2].partition("[")[0]
    text = json.dumps(mask_value(found, name=name), ensure_ascii=False)
    return printable(text, limit=limit)


def elsewhere(more: int) -> str:
    """At how many places more a difference is the same; empty for none."""
    return f", and at {counted(more, 'more place')}" if more else ""


def raw(line: str, *, limit: int) -> str:
    """A line of the raw diff, fit to print; its indentation stays."""
    return printable(mask_text(line), limit=limit)


def condition(witness: Witness) -> str:
    """`aws:SourceIp is 10.0.0.1 and s3:prefix is absent`; empty when none is needed."""
    return " and ".join(
        f"{clean(key, limit=NAME)} is "
        + (
            " or ".join(clean(mask_text(item), limit=VALUE) for item in values)
            if values
            else "absent"
        )
        for key, values in witness.condition.items()
    )


def grant(witness: Witness, actions: Sequence[str] = ()) -> str:
    """What a witness may do, as a sentence without a full stop.

    Args:
        witness: whose principal, resource and condition it is.
        actions: what it may do; its own action by default.
    """
    when = condition(witness)
    return (
        f"{clean(mask_text(principal(witness)), limit=VALUE)} may "
        f"{listed(actions or (witness.action,), most=MAX_ACTIONS)} "
        f"on {clean(mask_text(witness.resource), limit=MESSAGE)}"
        + (f" when {when}" if when else "")
    )


def principal(witness: Witness) -> str:
    """Who is granted something, raw; `*` in words."""
    if witness.principal != _ANYONE:
        return witness.principal
    # Of a document without a template nobody knows whether it is attached to somebody.
    return "whoever the policy is for (*)" if witness.statement.startswith(_LONE) else "anyone (*)"


def listed(names: Sequence[str], *, most: int = MAX_NAMES) -> str:
    """The first names, each fit to print, and how many more there are."""
    shown = ", ".join(clean(name, limit=NAME) for name in names[:most])
    return f"{shown} and {len(names) - most:,} more" if len(names) > most else shown


def access_in_words(comparison: Comparison) -> str:
    """`NEW ACCESS: 2 grants`, `Access undecided: 1 statement`, or that nothing is newly granted."""
    match comparison.result:
        case Result.NEW_ACCESS:
            undecided = len(comparison.undecided)
            more = f", {undecided:,} undecided" if undecided else ""
            return f"NEW ACCESS: {counted(len(comparison.witnesses), 'grant')}{more}"
        case Result.UNDECIDED:
            return f"Access undecided: {counted(len(comparison.undecided), 'statement')}"
        case _:
            return "Access: nothing newly granted by policies"
