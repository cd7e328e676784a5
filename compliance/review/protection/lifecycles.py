"""Whether a bucket deletes objects sooner than it did.

Source: Amazon S3 User Guide, 'Lifecycle configuration elements': where several rules are about one
object, it expires when the first of them says so.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from compliance.intrinsics import ABSENT, Unknown, Value, whole
from compliance.review.model import Note, Subject
from compliance.review.weakening import cut

if TYPE_CHECKING:
    from compliance.assembly.model import Json, Resource
    from compliance.review.weakening import Side, Sides

BUCKET: Final = "AWS::S3::Bucket"
PLACE: Final = "Properties.LifecycleConfiguration"
NEVER: Final = float("inf")
NARROWER: Final = ("TagFilters", "ObjectSizeGreaterThan", "ObjectSizeLessThan")
CURRENT: Final = ("objects", (("ExpirationInDays",),))
OLDER: Final = (
    "older versions of objects",
    (
        ("NoncurrentVersionExpirationInDays",),
        ("NoncurrentVersionExpiration", "NoncurrentDays"),
    ),
)
"""What a rule may have expire, and where it says after how many days."""


@dataclass(frozen=True, slots=True)
class _Expiry:
    """What a rule is about, and after how many days it expires."""

    prefix: str
    narrower: str
    days: float

    def covers(self, other: _Expiry) -> bool:
        """Whether it is about all that another one is about."""
        return other.prefix.startswith(self.prefix) and self.narrower in ("", other.narrower)


def notes(sides: Sides) -> Iterator[Note]:
    """Buckets that delete sooner than they did."""
    for pair in sides.of_types(BUCKET):
        if pair.both is not None:
            yield from _of_bucket(*pair.both, sides)


def _of_bucket(old: Resource, new: Resource, sides: Sides) -> Iterator[Note]:
    name = cut(new.logical_id)
    if _is_unknown(new, sides.new):
        if not _is_unknown(old, sides.old):
            yield Note(
                Subject.PROTECTION,
                new,
                f"which objects of {name} expire, and when, only the deployment knows",
                PLACE,
            )
        return
    for what, paths in (CURRENT, OLDER):
        before = list(_expiries(old, sides.old, paths))
        for expiry in dict.fromkeys(_expiries(new, sides.new, paths)):
            was = min((one.days for one in before if one.covers(expiry)), default=NEVER)
            if expiry.days < was:
                below = f" below {cut(expiry.prefix)}" if expiry.prefix else ""
                yield Note(
                    Subject.PROTECTION,
                    new,
                    f"{what} of {name}{below} expire after {expiry.days:g} days "
                    + ("instead of never" if was == NEVER else f"instead of {was:g}"),
                    PLACE,
                )


def _is_unknown(bucket: Resource, side: Side) -> bool:
    return any(
        isinstance(rule, Unknown)
        for rules in side.get(bucket, "LifecycleConfiguration", "Rules")
        for _, rule in side.resolver.items(rules)
    )


def _expiries(
    bucket: Resource, side: Side, paths: tuple[tuple[str, ...], ...]
) -> Iterator[_Expiry]:
    for rules in side.get(bucket, "LifecycleConfiguration", "Rules"):
        for _, rule in side.resolver.items(rules):
            if not isinstance(rule, Mapping) or "Disabled" in side.resolver.get(rule, "Status"):
                continue
            for days in _days(rule, side, paths):
                yield _Expiry(_prefix(rule, side), _narrower(rule, side), days)


def _days(
    rule: Mapping[str, Json], side: Side, paths: tuple[tuple[str, ...], ...]
) -> Iterator[float]:
    values = (value for path in paths for value in side.resolver.get(rule, *path))
    for days in map(whole, values):
        if days is not None:
            yield days
    if paths is CURRENT[1] and any(
        value is not ABSENT for value in side.resolver.get(rule, "ExpirationDate")
    ):
        yield 0


def _prefix(rule: Mapping[str, Json], side: Side) -> str:
    return _text(side.resolver.one(rule.get("Prefix", ABSENT)), side)


def _narrower(rule: Mapping[str, Json], side: Side) -> str:
    found = {name: side.plain(rule[name]) for name in NARROWER if rule.get(name)}
    return json.dumps(found) if found else ""


def _text(value: Value, side: Side) -> str:
    return side.text(value)
