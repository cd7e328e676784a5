"""Which resources CloudFormation makes anew in the place of the old ones, and why.

A resource is replaced when a property changes that cannot change in place (User Guide, 'Update
behaviors of stack resources'), be it that another value is written there, or that the value is a
reference to what is replaced itself: so it goes on from resource to resource.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from compliance.intrinsics import ABSENT
from compliance.review import schemas
from compliance.review.model import Kind, Replaced
from compliance.review.places import at, place
from compliance.review.references import names as referred
from compliance.review.references import renamed
from compliance.review.special import GROUP, key_types, will_replace
from compliance.review.values import SAME, Shift, Values, milder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from compliance.assembly.model import Json, Resource, Template
    from compliance.review.model import Difference
    from compliance.review.pairing import Pair
    from compliance.review.schemas import Pointer, Schema

    Reference = Callable[[str, str], Shift]

OTHER_ID: Final = "another logical id is another resource to CloudFormation: it makes a new one"
REFUSED: Final = (
    "CloudFormation refuses a template that changes the type of a logical id; "
    "give the new resource another one"
)
"""The error: 'Update of resource type is not permitted. The new template modifies resource type of
the following resources'."""
PROVIDER_REFUSED: Final = "CloudFormation refuses it; give the resource another logical id"
"""The error: 'Modifying service token is not allowed.'"""
TAKEN: Final = "the deployment fails, because the name is taken until the old one is deleted"
NOT_UNIQUE: Final = frozenset({"AWS::ApiGateway::ApiKey"})
"""Types of which several may have one name, though it cannot change in place."""
OPTIONAL: Final = ("SetIdentifier",)
"""The part of an identifier that most of its type do without (`AWS::Route53::RecordSet`)."""

_CUSTOM: Final = ("Custom::", schemas.CUSTOM)
_MACROS: Final = ("AWS::Serverless::",)
_IDENTITY: Final = re.compile(r"(?:Arn|Id|Name|Ur[li]|Address|Endpoint)$", re.IGNORECASE)
"""How attributes end that no two resources share."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of one resource.

    Attributes:
        replaced: whether a new one is made in its place.
        reasons: why; a sentence without a full stop each.
        follows: whether it is only because of what it refers to: the cause is told of that.
    """

    replaced: Replaced
    reasons: tuple[str, ...] = ()
    follows: bool = False


_KEPT: Final = Verdict(Replaced.NO)


@dataclass(frozen=True, slots=True)
class Replacements:
    """What becomes of the resources of a template.

    Attributes:
        verdicts: by logical id of the new template, of those that are or may be replaced.
        shift: whether a value, wherever it stands, is another one afterwards; the old one names
            logical ids as the new template has them.
    """

    verdicts: Mapping[str, Verdict]
    shift: Callable[[Json, Json], Shift]


def replacements(
    pairs: Iterable[Pair],
    *,
    old: Template,
    new: Template,
    names: Mapping[str, str],
    differences: Mapping[str, tuple[Difference, ...]],
) -> Replacements:
    """What is or may be replaced, and what changes with it.

    Args:
        pairs: every resource of both templates.
        old: the template as it was.
        new: the template as it is.
        names: what logical ids of the old template are called in the new one, if otherwise.
        differences: of resources that are in both, by logical id of the new one.

    Raises:
        SynthgateError: the schemas cannot be read.
    """
    judge = _Judge(list(pairs), old, new, names, differences)
    judge.run()
    told = {name: verdict for name, verdict in judge.verdicts.items() if verdict != _KEPT}
    return Replacements(told, judge.shift)


class _Judge:
    """Judges resources until no verdict changes another."""

    def __init__(
        self,
        pairs: list[Pair],
        old: Template,
        new: Template,
        names: Mapping[str, str],
        differences: Mapping[str, tuple[Difference, ...]],
    ) -> None:
        self.verdicts: dict[str, Verdict] = {}
        self._region = new.region
        self._names = names
        self._differences = differences
        self._both = {
            pair.new.logical_id: pair for pair in pairs if pair.old is not None and pair.new
        }
        self._retyped = frozenset(
            pair.new.logical_id for pair in pairs if pair.new and pair.retyped
        )
        made = {pair.new.logical_id for pair in pairs if pair.new and pair.kind is not Kind.CHANGED}
        self._values = Values(old, new, added=frozenset(made))
        self._users: dict[str, set[str]] = defaultdict(set)
        for name, pair in self._both.items():
            found = referred(pair.new.body if pair.new else {})
            for other in (*found.attributes, *found.mappings, *found.conditions):
                self._users[other].add(name)

    def run(self) -> None:
        """Judge what differs, and what refers to what is replaced, until nothing more is."""
        waiting: list[str] = []
        for name, found in self._differences.items():
            if found:
                waiting += (name, *self._users[name])
        for _, name in self._values.inputs:
            waiting += self._users[name]
        for name in self._retyped:
            waiting += self._users[name]
        for name, pair in self._both.items():
            if pair.kind is Kind.RENAMED or self._is_redeployed(name):
                waiting += (name, *self._users[name])
        queue = dict.fromkeys(sorted(waiting))
        while queue:
            name = next(iter(queue))
            del queue[name]
            pair = self._both[name]
            verdict = self._of(pair)
            before = self.verdicts.get(name, _KEPT)
            self.verdicts[name] = verdict
            if verdict.replaced is not before.replaced:
                queue |= dict.fromkeys(sorted(self._users[name]))

    def _of(self, pair: Pair) -> Verdict:
        if pair.old is None or pair.new is None or pair.kind is Kind.REDEPLOYED:
            return _KEPT
        before = renamed(pair.old.properties, lambda name: self._names.get(name, name))
        after = renamed(pair.new.properties, str)
        found = schemas.schema(pair.new.type, self._region)
        if pair.kind is Kind.RENAMED:
            taken = self._taken(pair.new, found, before, after)
            return Verdict(Replaced.YES, (OTHER_ID, *taken))
        if found is None or pair.new.type.startswith(_CUSTOM):
            verdict = self._without_schema(pair.new, before, after)
        else:
            types = (Shift(level, why) for level, why in key_types(pair.new, before, after))
            verdict = _verdict((*self._fixed(pair.new, found, before, after), *types))
        if verdict.replaced is Replaced.YES:
            taken = self._taken(pair.new, found, before, after)
            verdict = replace(verdict, reasons=(*verdict.reasons, *taken))
        return verdict

    def shift(self, before: Json, after: Json) -> Shift:
        """Whether a value changes, by the verdicts so far."""
        return self._values.shift(before, after, reference=self._reference)

    def _fixed(
        self, resource: Resource, schema: Schema, before: Json, after: Json
    ) -> Iterator[Shift]:
        """Places that cannot change in place, and do, each with the reason to tell."""
        told: list[Pointer] = []
        for pointer, replaced in schema.fixed.items():
            if any(pointer[: len(outer)] == outer for outer in told):
                continue
            shift = self.shift(at(before, pointer), at(after, pointer))
            if resource.type == GROUP and replaced is Replaced.MAYBE:
                level = milder(will_replace(resource), shift.level)
            else:
                level = milder(replaced, shift.level)
            if level is not Replaced.NO:
                told.append(pointer)
                always = "cannot" if replaced is Replaced.YES else "cannot always"
                why = f"{place(pointer)} {always} change in place: {shift.why}"
                yield Shift(level, why, follows=shift.follows)

    def _without_schema(self, resource: Resource, before: Json, after: Json) -> Verdict:
        token = self.shift(*(at(side, ("ServiceToken",)) for side in (before, after)))
        if token.level is not Replaced.NO and resource.type.startswith(_CUSTOM):
            return Verdict(
                token.level,
                (f"Properties.ServiceToken cannot change ({token.why}): {PROVIDER_REFUSED}",),
                follows=token.follows,
            )
        shift = self.shift(before, after)
        if shift.level is Replaced.NO:
            return _KEPT
        if resource.type.startswith(_CUSTOM):
            why = "its provider decides, by the physical id that it returns"
        elif resource.type.startswith(_MACROS):
            why = f"what {resource.type} expands to is known only at deployment"
        else:
            why = f"no schema is known of {resource.type}"
        told = f"{why}; in its properties, {shift.why}"
        return Verdict(Replaced.MAYBE, (told,), follows=shift.follows)

    def _taken(
        self, resource: Resource, schema: Schema | None, before: Json, after: Json
    ) -> tuple[str, ...]:
        """That the new one has the name of the old one, which is still there."""
        if schema is None or resource.type in NOT_UNIQUE:
            return ()
        for pointers in schema.identifiers:
            parts = [pointer for pointer in pointers if pointer != OPTIONAL]
            given = [at(after, pointer) for pointer in parts]
            if (
                not parts
                or any(pointer in schema.read_only for pointer in parts)
                or any(value is ABSENT for value in given)
                or any(
                    self.shift(at(before, part), at(after, part)).level is not Replaced.NO
                    for part in pointers
                )
            ):
                continue
            if len(parts) > 1:
                told = ", ".join(".".join(part) for part in parts)
                return (f"{told} stay the same: {TAKEN}",)
            name = self._values.shown(given[0])
            return (f"{'.'.join(parts[0])} is fixed{f' ({name})' if name else ''}: {TAKEN}",)
        return ()

    def _reference(self, name: str, attribute: str) -> Shift:
        """Whether what a reference stands for changes."""
        return replace(self._referred(name, attribute), follows=True)

    def _referred(self, name: str, attribute: str) -> Shift:
        pair = self._both.get(name)
        if pair is None or pair.new is None:
            retyped = name in self._retyped
            return Shift(Replaced.YES, f"{name} is another resource") if retyped else SAME
        if self._is_redeployed(name):
            return Shift(Replaced.YES, f"it refers to {name}, which is redeployed")
        replaced = self.verdicts.get(name, _KEPT).replaced
        if pair.kind is Kind.RENAMED:
            replaced = Replaced.YES
        if attribute and self._is_given(pair.new, attribute):
            # What the template itself gives does not change with the resource.
            return self._given(name, attribute)
        if replaced is Replaced.NO:
            return self._in_place(pair.new, attribute)
        if attribute and not _IDENTITY.search(attribute):
            replaced = Replaced.MAYBE
        word = "is" if self.verdicts.get(name, _KEPT).replaced is not Replaced.MAYBE else "may be"
        return Shift(replaced, f"it refers to {name}, which {word} replaced")

    def _is_given(self, resource: Resource, attribute: str) -> bool:
        found = schemas.schema(resource.type, self._region)
        pointer = tuple(attribute.split("."))
        return (
            found is not None
            and not any(pointer[: len(outer)] == outer for outer in found.read_only)
            and at(resource.properties, pointer) is not ABSENT
        )

    def _given(self, name: str, attribute: str) -> Shift:
        given = f"Properties.{attribute}"
        for difference in self._differences.get(name, ()):
            if _is_inside(difference.place, given):
                return Shift(Replaced.MAYBE, f"{name}.{attribute} changes")
        return SAME

    def _in_place(self, resource: Resource, attribute: str) -> Shift:
        """Outputs of a nested stack change with what it is given."""
        if attribute and resource.type == "AWS::CloudFormation::Stack":
            for difference in self._differences.get(resource.logical_id, ()):
                if difference.place.startswith("Properties"):
                    return Shift(Replaced.MAYBE, f"the nested stack {resource.logical_id} changes")
        return SAME

    def _is_redeployed(self, name: str) -> bool:
        pair = self._both[name]
        if pair.kind is not Kind.REDEPLOYED or pair.old is None:
            return False
        return pair.old.logical_id != name or bool(self._differences.get(name))


def _verdict(found: Iterable[Shift]) -> Verdict:
    shifts = list(found)
    certain = [shift for shift in shifts if shift.level is Replaced.YES]
    possible = [shift for shift in shifts if shift.level is not Replaced.YES]
    if not shifts:
        return _KEPT
    return Verdict(
        Replaced.YES if certain else Replaced.MAYBE,
        tuple(shift.why for shift in (*certain, *possible)),
        follows=all(shift.follows for shift in certain or possible),
    )


def _is_inside(inner: str, outer: str) -> bool:
    return inner == outer or inner.startswith((f"{outer}.", f"{outer}["))
