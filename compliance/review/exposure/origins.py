"""To which web pages more a browser hands answers: CORS.

Sources: API Gateway Developer Guide, 'CORS for REST APIs in API Gateway', 'Configure CORS for HTTP
APIs'; Amazon S3 User Guide, 'Using cross-origin resource sharing (CORS)'.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from compliance.intrinsics import Unknown
from compliance.review.exposure.endpoints import name_of
from compliance.review.model import Note, Subject
from compliance.review.weakening import cut
from compliance.review.weakening.wording import listed
from compliance.rules.api import apis
from compliance.rules.api.api08_named_origins import ANY, NamedOrigins, origins_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.assembly.model import Resource
    from compliance.review.weakening import Side, Sides

BUCKET: Final = "AWS::S3::Bucket"
TYPES: Final = (*NamedOrigins.resource_types, BUCKET)

_QUOTES: Final = "'\" "


@dataclass(frozen=True)
class _Let:
    """Whose pages are let read, and where that stands.

    Attributes:
        origins: as they are written, without quotes.
        place: of the first one.
        credentials: whether the caller's credentials go along.
        unknown: why only the deployment knows an origin; empty when all are known.
    """

    origins: frozenset[str] = frozenset()
    place: str = ""
    credentials: bool = False
    unknown: str = ""

    @property
    def anyone(self) -> bool:
        return bool(self.origins & frozenset(ANY))


def notes(sides: Sides) -> Iterator[Note]:
    """Resources whose answers more pages may read than before."""
    for pair in sides.of_types(*TYPES):
        if pair.new is None:
            continue
        before = _let(pair.both[0], sides.old) if pair.both else _Let()
        after = _let(pair.new, sides.new)
        is_new = pair.both is None
        for message in _messages(_name(pair.new, sides.new), before, after, is_new=is_new):
            yield Note(Subject.EXPOSURE, pair.new, message, after.place)


def _messages(name: str, before: _Let, after: _Let, *, is_new: bool) -> Iterator[str]:
    more = after.origins - before.origins
    if after.anyone and not before.anyone:
        what = "is new and " if is_new else ""
        were = f" instead of {listed(before.origins)}" if before.origins else ""
        yield (
            f"{name} {what}answers pages of any origin ({listed(more & frozenset(ANY))}){were}: "
            "every web page may read its answers"
        )
    elif after.unknown and not before.unknown and before.origins and not before.anyone:
        yield (
            f"{name} answered pages of {listed(before.origins)} alone; whose it answers now, only "
            f"the deployment knows: {cut(after.unknown)}"
        )
    elif more and not before.anyone and not is_new:
        yield f"{name} answers pages of {listed(more)} {'too' if before.origins else 'now'}"
    if after.credentials and not before.credentials and not is_new:
        yield f"{name} lets pages of other origins send the caller's credentials along"


def _name(resource: Resource, side: Side) -> str:
    return cut(name_of(resource, side) if resource.type == apis.METHOD else resource.logical_id)


def _let(resource: Resource, side: Side) -> _Let:
    if resource.type == BUCKET:
        return _of_bucket(resource, side)
    found = list(origins_of(resource, side.context))
    return _Let(
        origins=frozenset(
            side.text(origin.value).strip(_QUOTES)
            for origin in found
            if not isinstance(origin.value, Unknown)
        ),
        place=found[0].place if found else "",
        credentials=any(origin.credentials for origin in found),
        unknown=next(
            (origin.value.reason for origin in found if isinstance(origin.value, Unknown)), ""
        ),
    )


def _of_bucket(bucket: Resource, side: Side) -> _Let:
    origins: set[str] = set()
    unknown = ""
    for rules in side.get(bucket, "CorsConfiguration", "CorsRules"):
        for _, rule in side.resolver.items(rules):
            for value in side.resolver.get(rule, "AllowedOrigins"):
                if isinstance(value, Unknown):
                    unknown = value.reason
                origins |= side.members(value) or set()
    return _Let(frozenset(origins), "Properties.CorsConfiguration", unknown=unknown)
