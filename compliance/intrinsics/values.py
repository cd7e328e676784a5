"""What a value of a template can be, once its intrinsics are looked through."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from compliance.assembly.model import Resource


class Kind(enum.Enum):
    """What a token stands for."""

    RESOURCE = "resource"
    PSEUDO = "pseudo"
    IMPORT = "import"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Token:
    """A part of a string whose characters only the deployment knows.

    Attributes:
        name: what it refers to, readable: `Table.Arn`, `AWS::Region`. Two tokens of the same name
            in one template are the same characters.
        kind: whether it is one specific thing (resource, pseudo parameter, import) or unknown.
        resource: the resource referred to, when it stands in the assembly.
        attribute: the attribute asked of it, empty for `Ref`.
    """

    name: str
    kind: Kind
    resource: Resource | None = None
    attribute: str = ""

    def __str__(self) -> str:
        return f"${{{self.name}}}"


@dataclass(frozen=True, slots=True)
class Text:
    """A string with at least one token.

    Attributes:
        parts: literal strings and tokens, in order; no two literals side by side, none empty.
    """

    parts: tuple[str | Token, ...]

    def __str__(self) -> str:
        return "".join(str(part) for part in self.parts)

    @property
    def tokens(self) -> tuple[Token, ...]:
        """The tokens, in order."""
        return tuple(part for part in self.parts if isinstance(part, Token))

    @property
    def unknown(self) -> bool:
        """Whether any part is known only at deploy time and names no specific thing."""
        return any(token.kind is Kind.UNKNOWN for token in self.tokens)


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value known only at deploy time.

    Attributes:
        reason: why, readable: `parameter Retention has no default`.
        name: how it is shown inside a string.
    """

    reason: str
    name: str = "unknown"

    def __str__(self) -> str:
        return f"${{{self.name}}}"


class _Absent(enum.Enum):
    ABSENT = "absent"

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = _Absent.ABSENT
"""The value that is not there."""

Value = Any
"""A literal, `Text`, `Unknown` or `ABSENT`; lists and objects inside are still raw."""


def concatenate(values: Iterable[Value]) -> Value:
    """Strings, texts and unknowns, put together to one string.

    Returns:
        A `str` when every part is literal, else `Text`; `Unknown` when a part can be no string.
    """
    parts: list[str | Token] = []
    for value in values:
        new = _parts(value)
        if new is None:
            return Unknown("a list or object stands where a string is expected")
        for part in new:
            if isinstance(part, str) and parts and isinstance(parts[-1], str):
                parts[-1] += part
            elif part:
                parts.append(part)
    if not parts:
        return ""
    if len(parts) == 1 and isinstance(parts[0], str):
        return parts[0]
    return Text(tuple(parts))


def _parts(value: Value) -> tuple[str | Token, ...] | None:
    match value:
        case Text():
            return value.parts
        case Unknown():
            return (Token(value.name, Kind.UNKNOWN),)
        case bool():
            return (str(value).lower(),)
        case str() | int() | float():
            return (str(value),)
        case _:
            return None
