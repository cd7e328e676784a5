"""What happened to the resources of one template, the gravest first."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from compliance.assembly.model import Template
from compliance.review import losses
from compliance.review.differences import differences
from compliance.review.model import Change, Difference, Kind, Replaced
from compliance.review.pairing import pairs
from compliance.review.references import text
from compliance.review.replacement import REFUSED, Verdict, replacements

if TYPE_CHECKING:
    from compliance.assembly.model import Json, Resource
    from compliance.review.pairing import Pair

CONDITION: Final = "Condition"
_NOTHING: Final = Template(name="", path=Path(), body={})
_KEPT: Final = Verdict(Replaced.NO)


def changes(old: Template | None, new: Template | None) -> tuple[Change, ...]:
    """What happened to each resource to which anything happened.

    Args:
        old: the template as it was; `None` when it is new.
        new: the template as it is; `None` when it is gone, and its stack with it.

    Returns:
        The gravest first: replaced and removed with a loss, then replaced, removed, renamed,
        changed, added, redeployed; among equals by logical id.

    Raises:
        SynthgateError: CloudFormation's schemas, which tell what is replaced, are not there.
    """
    old, new = old or _NOTHING, new or _NOTHING
    paired = pairs(old.resources, new.resources)
    names = {
        pair.old.logical_id: pair.new.logical_id
        for pair in paired
        if pair.old and pair.new and pair.old.logical_id != pair.new.logical_id
    }
    found = {
        pair.new.logical_id: differences(pair.old, pair.new, names=names)
        for pair in paired
        if pair.old and pair.new
    }
    verdicts = replacements(paired, old=old, new=new, names=names, differences=found)
    conditions = _Conditions(old, new)
    told = []
    for pair in paired:
        name = pair.new.logical_id if pair.new else ""
        change = _change(pair, found.get(name, ()), verdicts.get(name, _KEPT), conditions)
        if change is not None:
            told.append(change)
    return tuple(sorted(told, key=_order))


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
        notes = (fate.note,) if fate.note else ()
        return Change(pair.kind, pair.old, pair.new, reasons=(*refused, *notes), loss=fate.loss)
    if pair.kind is Kind.REDEPLOYED:
        again = pair.old.logical_id != pair.new.logical_id or found
        return Change(pair.kind, pair.old, pair.new, found) if again else None
    decided = conditions.changed(pair.new) if pair.kind is Kind.CHANGED else None
    found = (*found, decided) if decided else found
    if not found and verdict.replaced is Replaced.NO and pair.kind is Kind.CHANGED:
        return None
    reasons, loss = verdict.reasons, ""
    if verdict.replaced is not Replaced.NO:
        fate = losses.fate(pair.old, pair.new)
        reasons += (fate.note,) if fate.note else ()
        loss = fate.loss
        if loss and verdict.replaced is Replaced.MAYBE:
            loss += ", if it is replaced"
    elif any(
        difference.place in {CONDITION, getattr(decided, "place", "")} for difference in found
    ):
        reasons, loss = _where_false(pair.old, pair.new)
    return Change(pair.kind, pair.old, pair.new, found, verdict.replaced, reasons, loss)


def _where_false(old: Resource, new: Resource) -> tuple[tuple[str, ...], str]:
    """What a changed condition does where it is false and was not."""
    name = new.body.get(CONDITION)
    if name is None:
        return (), ""
    fate = losses.fate(old)
    reasons = [f"it is removed where its condition {name} is false and was not before"]
    reasons += [fate.note] if fate.note else []
    loss = f"{fate.loss}, where the condition {name} is false" if fate.loss else ""
    return tuple(reasons), loss


def _condition(template: Template, name: str) -> Json:
    found = template.body.get("Conditions")
    return found.get(name) if isinstance(found, dict) else None


def _order(change: Change) -> tuple[int, str, str]:
    grave = (
        (change.replaced is Replaced.YES and bool(change.loss)),
        (change.kind is Kind.REMOVED and bool(change.loss)),
        bool(change.loss),
        (change.replaced is Replaced.YES and change.kind is Kind.CHANGED),
        bool(change.reasons) and change.kind in {Kind.REMOVED, Kind.ADDED},
        change.kind is Kind.REMOVED,
        change.replaced is Replaced.MAYBE,
        change.kind is Kind.RENAMED,
        change.kind is Kind.CHANGED,
        change.kind is Kind.ADDED,
    )
    rank = grave.index(True) if True in grave else len(grave)
    return rank, change.resource.logical_id, change.kind
