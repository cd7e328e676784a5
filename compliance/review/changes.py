"""What happened to the resources of one template, the gravest first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from compliance.assembly.model import Template
from compliance.review import losses
from compliance.review.differences import differences
from compliance.review.exports import refusals
from compliance.review.model import Change, Difference, Kind, Replaced
from compliance.review.pairing import other_names, pairs
from compliance.review.references import text
from compliance.review.replacement import REFUSED, Verdict, replacements

if TYPE_CHECKING:
    from collections.abc import Iterable

    from compliance.assembly.model import Json, Resource
    from compliance.review.exports import Imports, Refusal
    from compliance.review.pairing import Pair

CONDITION: Final = "Condition"
_NOTHING: Final = Template(name="", path=Path(), body={})
_KEPT: Final = Verdict(Replaced.NO)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happens to the resources of one template, and what its deployment fails at.

    Attributes:
        changes: of resources to which anything happens, as `changes` gives them; what fails because
            of one is among its reasons.
        failures: what fails because of an output alone; a sentence without a full stop each.
    """

    changes: tuple[Change, ...]
    failures: tuple[str, ...] = ()


def changes(old: Template | None, new: Template | None) -> tuple[Change, ...]:
    """What happened to each resource to which anything happened, the template by itself.

    Args:
        old: the template as it was; `None` when it is new.
        new: the template as it is; `None` when it is gone, and its stack with it.

    Returns:
        The gravest first: replaced and removed with a loss, then data left behind, then replaced,
        removed, renamed, changed, added, redeployed; among equals, what is replaced only because
        of what it refers to comes behind, then by logical id.

    Raises:
        SynthgateError: CloudFormation's schemas, which tell what is replaced, are not there.
    """
    return outcome(old, new).changes


def outcome(
    old: Template | None, new: Template | None, *, imports: Imports | None = None
) -> Outcome:
    """What happens to a template beside others; arguments and errors as for `changes`.

    Args:
        old: the template as it was.
        new: the template as it is.
        imports: what the stacks beside it import.
    """
    before, after = old or _NOTHING, new or _NOTHING
    paired = pairs(before.resources, after.resources)
    called = other_names(paired)
    found = {
        pair.new.logical_id: differences(pair.old, pair.new, names=called)
        for pair in paired
        if pair.old and pair.new
    }
    what = replacements(paired, old=before, new=after, names=called, differences=found)
    conditions = _Conditions(before, after)
    told: list[tuple[Change, Verdict]] = []
    for pair in paired:
        name = pair.new.logical_id if pair.new else ""
        verdict = what.verdicts.get(name, _KEPT)
        change = _change(pair, found.get(name, ()), verdict, conditions)
        if change is not None:
            told.append((change, verdict))
    refused = (
        refusals(old, new, imports=imports, called=called, shift=what.shift)
        if old is not None and imports is not None
        else ()
    )
    told, failures = _refused(told, refused)
    told.sort(key=lambda item: _order(*item))
    return Outcome(tuple(change for change, _ in told), failures)


def _refused(
    told: list[tuple[Change, Verdict]], refused: Iterable[Refusal]
) -> tuple[list[tuple[Change, Verdict]], tuple[str, ...]]:
    """The changes with what fails because of them, and what fails besides."""
    places = {change.old.logical_id: i for i, (change, _) in enumerate(told) if change.old}
    failures = []
    for refusal in refused:
        causes = [places[name] for name in refusal.resources if name in places]
        cause = next((i for i in causes if _is_cause(told[i][0], refusal)), None)
        if cause is None:
            failures.append(refusal.sentence(of_it=False))
        else:
            change, verdict = told[cause]
            reasons = (*change.reasons, refusal.sentence(of_it=True))
            told[cause] = replace(change, reasons=reasons), verdict
    return told, tuple(failures)


def _is_cause(change: Change, refusal: Refusal) -> bool:
    """Whether an export changes because of what happens to a resource."""
    stays = change.kind is Kind.CHANGED and change.replaced is Replaced.NO
    return not (stays and refusal.rewritten)


@dataclass(frozen=True, slots=True)
class _Conditions:
    """What decides whether resources exist.

    Attributes:
        old: the template as it was.
        new: the template as it is.
    """

    old: Template
    new: Template

    def changed(self, resource: Resource) -> Difference | None:
        """The definition of a resource's condition, when it is another one."""
        name = resource.body.get(CONDITION)
        if not isinstance(name, str):
            return None
        before, after = (_condition(template, name) for template in (self.old, self.new))
        same = text(before) == text(after)
        return None if same else Difference(f"Conditions.{name}", before, after)


def _change(
    pair: Pair, found: tuple[Difference, ...], verdict: Verdict, conditions: _Conditions
) -> Change | None:
    if pair.old is None or pair.new is None:
        refused = (REFUSED,) if pair.retyped else ()
        fate = losses.fate(pair.old) if pair.old else losses.Fate()
        return Change(
            pair.kind, pair.old, pair.new, reasons=refused, loss=fate.loss, kept=fate.kept
        )
    if pair.kind is Kind.REDEPLOYED:
        again = pair.old.logical_id != pair.new.logical_id or found
        return Change(pair.kind, pair.old, pair.new, found) if again else None
    decided = conditions.changed(pair.new) if pair.kind is Kind.CHANGED else None
    found = (*found, decided) if decided else found
    if not found and verdict.replaced is Replaced.NO and pair.kind is Kind.CHANGED:
        return None
    reasons, loss, kept = verdict.reasons, "", ""
    if verdict.replaced is not Replaced.NO:
        fate = losses.fate(pair.old, pair.new)
        loss, kept = fate.loss, fate.kept
        if loss and verdict.replaced is Replaced.MAYBE:
            loss += ", if it is replaced"
    elif any(
        difference.place in {CONDITION, getattr(decided, "place", "")} for difference in found
    ):
        reasons, loss, kept = _where_false(pair.old, pair.new)
    return Change(pair.kind, pair.old, pair.new, found, verdict.replaced, reasons, loss, kept)


def _where_false(old: Resource, new: Resource) -> tuple[tuple[str, ...], str, str]:
    """What a changed condition does where it is false and was not."""
    name = new.body.get(CONDITION)
    if name is None:
        return (), "", ""
    fate = losses.fate(old)
    reasons = (f"it is removed where its condition {name} is false and was not before",)
    loss = f"{fate.loss}, where the condition {name} is false" if fate.loss else ""
    return reasons, loss, fate.kept


def _condition(template: Template, name: str) -> Json:
    found = template.body.get("Conditions")
    return found.get(name) if isinstance(found, dict) else None


def _order(change: Change, verdict: Verdict) -> tuple[int, bool, str, str]:
    is_lost = bool(change.loss) and not change.kept
    grave = (
        (change.replaced is Replaced.YES and is_lost),
        (change.kind is Kind.REMOVED and is_lost),
        is_lost,
        bool(change.loss),
        (change.replaced is Replaced.YES and change.kind is Kind.CHANGED),
        bool(change.reasons or change.kept) and change.kind in {Kind.REMOVED, Kind.ADDED},
        change.kind is Kind.REMOVED,
        change.replaced is Replaced.MAYBE,
        change.kind is Kind.RENAMED,
        change.kind is Kind.CHANGED,
        change.kind is Kind.ADDED,
    )
    rank = grave.index(True) if True in grave else len(grave)
    return rank, verdict.follows, change.resource.logical_id, change.kind
