"""What a web application firewall lets through that it stopped.

Source: AWS WAF API Reference, `WebACL`, `Rule`: Count only counts; a rule with `OverrideAction`
Count counts what the rule group would block.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from compliance.intrinsics import ABSENT, Unknown, Value, whole
from compliance.review.model import Note, Subject
from compliance.review.weakening import cut

if TYPE_CHECKING:
    from compliance.assembly.model import Json, Resource
    from compliance.review.weakening import Side, Sides

WEB_ACL: Final = "AWS::WAFv2::WebACL"
RULE_GROUP: Final = "AWS::WAFv2::RuleGroup"
STOPS: Final = ("Block", "Captcha", "Challenge", "None")
"""Actions that stop a request; `None` leaves it to the rule group."""


@dataclass(frozen=True)
class _Rule:
    """What a rule does with a request, and from how many on."""

    actions: tuple[str, ...]
    limit: int | None

    @property
    def stops(self) -> bool:
        return any(action in STOPS for action in self.actions)


def notes(sides: Sides) -> Iterator[Note]:
    """Rules that stop less than they did."""
    for pair in sides.of_types(WEB_ACL, RULE_GROUP):
        if pair.both is not None:
            old, new = pair.both
            for place, message in _messages(old, new, sides):
                yield Note(Subject.EXPOSURE, new, message, f"Properties.{place}")


def _messages(old: Resource, new: Resource, sides: Sides) -> Iterator[tuple[str, str]]:
    name = cut(new.logical_id)
    before = _actions(sides.old.get(old, "DefaultAction"))
    after = _actions(sides.new.get(new, "DefaultAction"))
    if before == ("Block",) and "Allow" in after:
        yield "DefaultAction", f"{name} lets through what no rule is about: it blocked it before"
    was, now = _rules(old, sides.old), _rules(new, sides.new)
    if now is None:
        if was:
            yield (
                "Rules",
                (
                    f"{name} has rules that only the deployment knows: whether they stop what they "
                    "stopped is not told"
                ),
            )
        return
    for rule, one in (was or {}).items():
        if one.stops:
            for message in _weaker(rule, one, now.get(rule)):
                yield "Rules", f"{name} {message}"


def _weaker(rule: str, was: _Rule, now: _Rule | None) -> Iterator[str]:
    said = ", ".join(was.actions)
    if now is None:
        yield f"lost its rule {rule} ({said})"
    elif not now.stops:
        yield f"stops nothing by its rule {rule} any more ({said}, now {', '.join(now.actions)})"
    elif was.limit is not None and now.limit is None:
        yield (
            f"stops a caller by its rule {rule} above a number of requests that only the "
            f"deployment knows, instead of {was.limit}"
        )
    elif was.limit is not None and now.limit is not None and now.limit > was.limit:
        yield f"stops a caller by its rule {rule} above {now.limit} requests instead of {was.limit}"


def _rules(resource: Resource, side: Side) -> Mapping[str, _Rule] | None:
    found: dict[str, _Rule] = {}
    for rules in side.get(resource, "Rules"):
        for _, rule in side.resolver.items(rules):
            if isinstance(rule, Unknown):
                return None
            if isinstance(rule, Mapping):
                name = cut(str(side.plain(rule.get("Name", ABSENT))))
                found.setdefault(name, _rule(rule, side))
    return found


def _rule(rule: Mapping[str, Json], side: Side) -> _Rule:
    get = side.resolver.get
    limits = get(rule, "Statement", "RateBasedStatement", "Limit")
    return _Rule(
        actions=_actions((*get(rule, "Action"), *get(rule, "OverrideAction"))),
        limit=whole(limits[0]) if len(limits) == 1 else None,
    )


def _actions(values: tuple[Value, ...]) -> tuple[str, ...]:
    return tuple(str(name) for value in values if isinstance(value, Mapping) for name in value)
