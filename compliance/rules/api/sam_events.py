"""Whether the routes that a SAM function's events make ask who calls.

An event's own authorizer comes first, then the default of its API; that of an API in the template
is API06's to judge (AWS SAM Developer Guide, 'Control API access with your AWS SAM template').
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compliance.intrinsics import ABSENT, Unknown, referred
from compliance.rules import sam
from compliance.rules.base import Context, Judgement, fail, unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.intrinsics import Value

NOBODY = "asks nobody who they are"


def is_preflight(event: sam.Event, context: Context) -> bool:
    """Whether an event is about OPTIONS alone."""
    methods = context.of(event.function).get(event.properties, "Method")
    return all(isinstance(method, str) and method.upper() == "OPTIONS" for method in methods)


def judgements(event: sam.Event, context: Context) -> Iterator[Judgement]:
    """What is to be said against the route of an event; nothing when it asks."""
    resolver = context.of(event.function)
    location = f"{event.place}.Auth.Authorizer"
    for value in resolver.get(event.properties, "Auth", "Authorizer"):
        if isinstance(value, Unknown):
            yield unknown("The route's authorizer", value, location=location)
        elif value == sam.OPEN:
            yield _open(f"The route of event {event.name} {NOBODY}.", value, location)
        elif value is ABSENT:
            yield from _by_default(event, context, location)


def _by_default(event: sam.Event, context: Context, location: str) -> Iterator[Judgement]:
    named = context.of(event.function).get(event.properties, sam.API_OF_EVENT[event.kind])
    for api in named:
        if referred(api) is not None:
            continue
        if api is not ABSENT:
            yield unknown("The default authorizer of the route's API", api, location=location)
            continue
        template = event.function.template
        for default in sam.shared(template, context, event.kind, "Auth", "DefaultAuthorizer"):
            if isinstance(default, Unknown):
                yield unknown("The default authorizer", default, location=location)
            elif default is ABSENT or default == sam.OPEN:
                yield _open(
                    f"The route of event {event.name} {NOBODY}: neither the event nor `Globals` "
                    "names an authorizer.",
                    default,
                    location,
                )


def _open(message: str, value: Value, location: str) -> Judgement:
    return fail(message, location=location, observed="absent" if value is ABSENT else value)
