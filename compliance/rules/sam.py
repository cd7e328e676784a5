"""What a template of the Serverless Application Model says, before it is transformed.

Semantics: AWS SAM Developer Guide, 'Globals section of the AWS SAM template', and the pages of
`AWS::Serverless::Function`'s events.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from compliance.intrinsics import ABSENT, Value, referred
from compliance.intrinsics.alternatives import unique

if TYPE_CHECKING:
    from compliance.assembly.model import Json, Resource, Template
    from compliance.rules.base import Context

API: Final = "AWS::Serverless::Api"
HTTP_API: Final = "AWS::Serverless::HttpApi"
FUNCTION: Final = "AWS::Serverless::Function"
GLOBALS: Final[Mapping[str, str]] = {API: "Api", HTTP_API: "HttpApi", FUNCTION: "Function"}
"""Under which name the template's `Globals` keep what all resources of a type share."""
API_OF_EVENT: Final[Mapping[str, str]] = {"Api": "RestApiId", "HttpApi": "ApiId"}
"""Where an event of a function names its API; without it, SAM makes one for the template."""
OPEN: Final = "NONE"
"""The authorizer that asks nobody."""


@dataclass(frozen=True)
class Event:
    """An event of a function by which an API calls it.

    Attributes:
        function: the function.
        name: the event's name.
        kind: `Api` or `HttpApi`.
        place: where its properties stand.
        properties: what it says.
    """

    function: Resource
    name: str
    kind: str
    place: str
    properties: Mapping[str, Json]


def get(resource: Resource, context: Context, *path: str) -> tuple[Value, ...]:
    """Alternatives of a property, those of the template's `Globals` where it is not set."""
    found = context.get(resource, *path)
    inherited_too = inherited(resource, context, *path) if ABSENT in found else ()
    if not inherited_too:
        return found
    return unique([*(value for value in found if value is not ABSENT), *inherited_too])


def inherited(resource: Resource, context: Context, *path: str) -> tuple[Value, ...]:
    """Alternatives of what `Globals` say for a resource; nothing for a type that has no section."""
    section = GLOBALS.get(resource.type)
    return shared(resource.template, context, section, *path) if section else ()


def shared(template: Template, context: Context, *path: str) -> tuple[Value, ...]:
    """Alternatives of what the template's `Globals` say at `path`, its section first."""
    return context.resolver(template).get(template.body, "Globals", *path)


def events(function: Resource, context: Context) -> Iterator[Event]:
    """The events by which APIs call a function."""
    resolver = context.of(function)
    for block in context.get(function, "Events"):
        for name, raw in block.items() if isinstance(block, Mapping) else ():
            for kind in resolver.get(raw, "Type"):
                for properties in resolver.get(raw, "Properties"):
                    if kind in tuple(API_OF_EVENT) and isinstance(properties, Mapping):
                        place = f"Properties.Events.{name}.Properties"
                        yield Event(function, name, kind, place, properties)


def events_of(api: Resource, context: Context) -> tuple[Event, ...]:
    """The events of functions that name an API of the assembly."""
    return tuple(context.answer(_by_api).get(api, ()))


def _by_api(context: Context) -> Mapping[Resource, list[Event]]:
    found: dict[Resource, list[Event]] = defaultdict(list)
    for function in context.assembly.resources(FUNCTION):
        for event in events(function, context):
            named = context.of(function).get(event.properties, API_OF_EVENT[event.kind])
            for api in {referred(value) for value in named}:
                if api is not None:
                    found[api].append(event)
    return found
