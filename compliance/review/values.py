"""Whether the deployment gives a place another value than it has, as far as templates tell.

Semantics of the functions: CloudFormation Template Reference, 'Intrinsic function reference'. The
values of parameters are the deployment's: a changed default may or may not be what it uses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from compliance.assembly.model import Assembly, Template
from compliance.intrinsics import ABSENT, Kind, Resolver, Text, Token, Unknown, is_intrinsic
from compliance.review.model import Replaced
from compliance.review.references import names, text

if TYPE_CHECKING:
    from collections.abc import Callable

    from compliance.assembly.model import Json
    from compliance.intrinsics import Value

MAX_SHOWN: Final = 48
"""Characters of a value that a reason shows."""

_Form = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Shift:
    """Whether a value changes.

    Attributes:
        level: no, yes, or maybe.
        why: such as `it was 'a' and is 'b'`; empty when it does not.
        follows: whether it is written as it was, and what it refers to changes.
    """

    level: Replaced
    why: str = ""
    follows: bool = False


SAME: Final = Shift(Replaced.NO)
_RANK: Final = {Replaced.NO: 0, Replaced.MAYBE: 1, Replaced.YES: 2}


def graver(one: Shift, other: Shift) -> Shift:
    """The more certain change; the first of two alike."""
    return one if _RANK[one.level] >= _RANK[other.level] else other


def milder(one: Replaced, other: Replaced) -> Replaced:
    """The less certain of two."""
    return one if _RANK[one] <= _RANK[other] else other


class Values:
    """Compares values of two templates.

    References of the old one name logical ids as the new one has them (see `references.renamed`).
    """

    def __init__(self, old: Template, new: Template, *, added: frozenset[str]) -> None:
        """Read what values depend on.

        Args:
            old: the template as it was.
            new: the template as it is.
            added: logical ids of resources that are made anew.
        """
        self._added = added
        resources = {
            name: {"Type": resource.type}
            for template in (old, new)
            for name, resource in template.resources.items()
        }
        self._old = _resolver(old, resources)
        self._new = _resolver(new, resources)
        self._inputs = _changed_inputs(old, new)

    @property
    def inputs(self) -> frozenset[tuple[str, str]]:
        """Parameters, mappings and conditions that changed, as section and name."""
        return self._inputs

    def shown(self, node: Json) -> str:
        """A value of the new template as a reason shows it; empty when it has no short form."""
        return _shown(self._new.one(node))

    def shift(self, old: Json, new: Json, *, reference: Callable[[str, str], Shift]) -> Shift:
        """Whether a value changes.

        Args:
            old: as it was; `ABSENT` where nothing stood.
            new: as it is.
            reference: tells of a logical id and an attribute (empty for `Ref`) whether it changes.
        """
        if text(old) == text(new):
            return self._from_inputs(new, reference)
        match _branches(old, new):
            case [(yes, other_yes), (no, other_no), condition]:
                one = self.shift(yes, other_yes, reference=reference)
                other = self.shift(no, other_no, reference=reference)
                shift = graver(one, other)
                if one.level is not other.level and shift.level is Replaced.YES:
                    why = f"{shift.why}, as {condition} decides"
                    shift = replace(shift, level=Replaced.MAYBE, why=why)
                return graver(shift, self._from_conditions(new))
            case _:
                pass
        if is_intrinsic(old) or is_intrinsic(new):
            return self._resolved(old, new, reference)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            pairs = [
                (old.get(key, ABSENT), new.get(key, ABSENT))
                for key in sorted(old.keys() | new.keys())
            ]
        elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
            pairs = list(zip(old, new, strict=True))
        elif _literally_same(old, new):
            return SAME
        else:
            return Shift(Replaced.YES, _was(old, new))
        shift = SAME
        for one, other in pairs:
            shift = graver(shift, self.shift(one, other, reference=reference))
        return shift

    def _resolved(self, old: Json, new: Json, reference: Callable[[str, str], Shift]) -> Shift:
        before, after = self._old.values(old), self._new.values(new)
        told = {_form(value) for value in before}, {_form(value) for value in after}
        if told[0] == told[1]:
            return self._from_inputs(new, reference)
        if len(before) > 1 or len(after) > 1:
            return Shift(Replaced.MAYBE, "a condition, or the region, decides its value")
        (was,), (now,) = before, after
        if self._certain(was, now):
            return Shift(Replaced.YES, _was(was, now))
        return Shift(Replaced.MAYBE, f"{_was(was, now)}, which only the deployment knows")

    def _certain(self, was: Value, now: Value) -> bool:
        """Whether two values that read differently are different characters."""
        if was is ABSENT or now is ABSENT:
            return True
        one, other = _tokens(was), _tokens(now)
        if one == other:
            # The same unknowns in the same order, and other letters around them.
            return one is not None
        if one is None or other is None:
            return False
        tokens = (*one, *other)
        if any(token.kind is not Kind.RESOURCE for token in tokens):
            return False
        # A name written out may be the very name that a reference stands for.
        return bool(one and other) or any(
            token.name.partition(".")[0] in self._added for token in tokens
        )

    def _from_inputs(self, node: Json, reference: Callable[[str, str], Shift]) -> Shift:
        """Whether what is written alike changes, because what it refers to does."""
        if not isinstance(node, Mapping | list):
            return SAME
        shift = SAME
        found = names(node)
        for name in sorted(found.attributes):
            if name in self._new.template.resources:
                for attribute in sorted(found.attributes[name]):
                    shift = graver(shift, reference(name, attribute))
            elif ("Parameters", name) in self._inputs:
                shift = graver(shift, Shift(Replaced.MAYBE, f"the parameter {name} changes"))
        for name in sorted(found.mappings):
            if ("Mappings", name) in self._inputs:
                shift = graver(shift, Shift(Replaced.MAYBE, f"the mapping {name} changes"))
        return graver(shift, self._from_conditions(node))

    def _from_conditions(self, node: Json) -> Shift:
        for name in sorted(names(node).conditions):
            if ("Conditions", name) in self._inputs:
                return Shift(Replaced.MAYBE, f"the condition {name} changes")
        return SAME


def _shown(value: Value) -> str:
    """A short value as a reason shows it; empty when it is long or has no short form."""
    if value is ABSENT:
        return "absent"
    if isinstance(value, Text | Unknown):
        found = str(value)
    elif isinstance(value, str | int | float):
        found = f"'{value}'" if isinstance(value, str) else text(value)
    else:
        return ""
    return found if len(found) <= MAX_SHOWN else ""


def _was(was: Value, now: Value) -> str:
    before, after = _shown(was), _shown(now)
    return f"it was {before} and is {after}" if before and after else "its value changes"


def _branches(old: Json, new: Json) -> list[Any]:
    """Both branches of values that the same condition decides, and its name."""
    match old, new:
        case {"Fn::If": [str(one), yes, no]}, {"Fn::If": [str(other), other_yes, other_no]} if (
            one == other
        ):
            return [(yes, other_yes), (no, other_no), one]
        case _:
            return []


def _literally_same(old: Json, new: Json) -> bool:
    """CloudFormation takes numbers and booleans as strings too: `1` is `"1"`."""
    one, other = _scalar(old), _scalar(new)
    return one is not None and one == other


def _scalar(value: Json) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int | float) else None


def _form(value: Value) -> _Form:
    """A value as what can be compared over two templates, whose resources are different objects."""
    if isinstance(value, Text):
        return tuple(
            part if isinstance(part, str) else (part.name, part.kind.value) for part in value.parts
        )
    if isinstance(value, Unknown):
        return ((value.name, Kind.UNKNOWN.value),)
    return ("", _scalar(value) or text(value))


def _tokens(value: Value) -> tuple[Token, ...] | None:
    """What only the deployment knows of a value; `None` where nothing at all is known of it."""
    if isinstance(value, Text):
        return tuple(Token(token.name, token.kind) for token in value.tokens)
    return None if isinstance(value, Unknown) else ()


def _resolver(template: Template, resources: Mapping[str, Json]) -> Resolver:
    """Resolves values of a template in which no parameter has a value yet."""
    bare = Template(
        name=template.name,
        path=template.path,
        body={
            "Parameters": {name: {"Type": "String"} for name in template.parameters},
            "Mappings": template.mappings,
            "Resources": resources,
        },
        account=template.account,
        region=template.region,
    )
    return Resolver(bare, Assembly(path=template.path, templates=(bare,), is_assembly=False))


def _changed_inputs(old: Template, new: Template) -> frozenset[tuple[str, str]]:
    """Parameters, mappings and conditions that changed, or depend on one that did."""
    changed = {
        (section, name)
        for section in ("Parameters", "Mappings", "Conditions")
        for one, other in [(_section(old, section), _section(new, section))]
        for name in one.keys() & other.keys()
        if text(one[name]) != text(other[name])
    }
    users: dict[tuple[str, str], set[str]] = {}
    for name, condition in _section(new, "Conditions").items():
        found = names({"Fn::Equals": [condition]})
        for section, referred in (
            ("Parameters", found.attributes),
            ("Mappings", found.mappings),
            ("Conditions", found.conditions),
        ):
            for one in referred:
                users.setdefault((section, one), set()).add(name)
    waiting = list(changed)
    while waiting:
        for name in users.get(waiting.pop(), ()):
            if ("Conditions", name) not in changed:
                changed.add(("Conditions", name))
                waiting.append(("Conditions", name))
    return frozenset(changed)


def _section(template: Template, name: str) -> Mapping[str, Json]:
    found = template.body.get(name)
    return found if isinstance(found, Mapping) else {}
