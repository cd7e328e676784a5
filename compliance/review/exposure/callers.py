"""By which kinds of credentials a GraphQL or event API lets callers in.

Source: AWS AppSync Developer Guide, 'Configuring authorization and authentication to secure your
GraphQL APIs': an API key is a secret that every client holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.intrinsics import ABSENT, Unknown
from compliance.review.model import Note, Subject
from compliance.review.weakening import cut
from compliance.review.weakening.wording import listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compliance.assembly.model import Resource
    from compliance.review.weakening import Pair, Side, Sides

GRAPHQL: Final = "AWS::AppSync::GraphQLApi"
EVENTS: Final = "AWS::AppSync::Api"
API_KEY: Final = "API_KEY"
PLACES: Final[Mapping[str, tuple[tuple[str, ...], str]]] = {
    GRAPHQL: (("AdditionalAuthenticationProviders",), "AuthenticationType"),
    EVENTS: (("EventConfig", "AuthProviders"), "AuthType"),
}
"""Where an API lists its authorization types, and what an entry calls the type."""


def notes(sides: Sides) -> Iterator[Note]:
    """APIs that let callers in by one more kind of credentials."""
    for pair in sides.of_types(*PLACES):
        if pair.new is not None:
            for message in _messages(pair, pair.new, sides):
                place = ".".join(("Properties", *PLACES[pair.new.type][0]))
                yield Note(Subject.EXPOSURE, pair.new, message, place)


def _messages(pair: Pair, new: Resource, sides: Sides) -> Iterator[str]:
    name = cut(new.logical_id)
    before = _kinds(pair.both[0], sides.old) if pair.both else frozenset()
    after = _kinds(new, sides.new)
    if after is None:
        if before:
            yield (
                f"{name} let callers in by {listed(before)} alone; by what it does now, only the "
                "deployment knows"
            )
        return
    more = after - (before or frozenset())
    if API_KEY in more:
        how = "by an API key too" if before else "is new and lets callers in by an API key"
        what = f"lets callers in {how}" if before else how
        yield f"{name} {what}: whoever has a copy of the key may call it"
    if before and more - {API_KEY}:
        yield f"{name} lets callers in by {listed(more - {API_KEY})} too"


def _kinds(api: Resource, side: Side) -> frozenset[str] | None:
    """Authorization types of an API; `None` when only the deployment knows."""
    path, key = PLACES[api.type]
    found = [value for value in side.get(api, key) if value is not ABSENT]
    for entries in side.get(api, *path):
        for _, entry in side.resolver.items(entries):
            found += side.resolver.get(entry, key)
    if any(isinstance(value, Unknown) for value in found):
        return None
    return frozenset(side.text(value) for value in found if value is not ABSENT)
