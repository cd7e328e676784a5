"""How values and resources of a template are named in the report: short, and alike everywhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from compliance.intrinsics import ABSENT, Text, Token, Unknown, Value
from compliance.masking import mask_text, mask_value
from compliance.reports.grouping import Place
from compliance.rules.base import show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from compliance.assembly.model import Resource
    from compliance.findings import Source

MADE: Final = "/Resource"
"""Last part of the path of what a construct is made for; no reader misses it."""
MAX_NAME: Final = 300
MAX_LISTED: Final = 8
"""Names of one list that are told side by side."""
_ITSELF: Final = ("", "Id", "Name")
"""Attributes that say which one it is, as its ARN does."""


@dataclass(frozen=True, slots=True)
class Places:
    """Places of resources, each worked out once.

    Attributes:
        source_of: the line of code that made a resource, where that is known.
    """

    source_of: Callable[[Resource], Source | None]
    _known: dict[Resource, Place] = field(default_factory=dict, repr=False)

    def of(self, resource: Resource) -> Place:
        """Where a resource stands."""
        found = self._known.get(resource)
        if found is None:
            found = self._known[resource] = Place(
                template=resource.template.name,
                stack=resource.template.stack,
                logical_id=resource.logical_id,
                resource_type=resource.type,
                construct_path=resource.construct_path,
                source=self.source_of(resource),
            )
        return found


def name(resource: Resource) -> str:
    """What a reader calls a resource: its construct's path, else stack and logical id."""
    path = resource.construct_path.removesuffix(MADE)
    return cut(path or f"{resource.template.stack}/{resource.logical_id}")


def short(value: Value) -> str:
    """A value with the constructs' paths in place of intrinsics, cut where it is too long.

    An ARN of a resource reads like a reference to it, because both say which one it is:
    `${StorageStack/Bucket}/items/*`.
    """
    if value is ABSENT:
        return ""
    if isinstance(value, Text):
        parts = (_token(part) if isinstance(part, Token) else part for part in value.parts)
        return cut("".join(parts))
    if isinstance(value, str | Unknown):
        return cut(str(value))
    return cut(show(mask_value(value)))


def listed(names: Iterable[str], *, most: int = MAX_LISTED) -> str:
    """Names in a row: the first few, and how many more."""
    found = list(names)
    more = f" and {len(found) - most:,} more" if len(found) > most else ""
    return cut(", ".join(found[:most]) + more)


def cut(text: str) -> str:
    """A text of at most `MAX_NAME` characters.

    What looks like a secret goes first: half of one is not known for what it is.
    """
    if len(text) <= MAX_NAME:
        return text
    masked = mask_text(text)
    return masked if len(masked) <= MAX_NAME else f"{masked[: MAX_NAME - 1]}…"


def _token(token: Token) -> str:
    if token.resource is None:
        return str(token)
    attribute = token.attribute
    if attribute.endswith("Arn") or attribute in _ITSELF:
        return f"${{{name(token.resource)}}}"
    return f"${{{name(token.resource)}.{attribute}}}"
