"""What a value of a template can be, once its intrinsics are looked through."""

from __future__ import annotations

import enum
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from compliance.assembly.model import Json, Resource


HOLE: Final = "\N{OBJECT REPLACEMENT CHARACTER}"
"""What stands for a token in a text that patterns are matched against."""


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
    def literal(self) -> str:
        """The text with U+FFFC, the object replacement character, for each token alone."""
        return "".join(
            part.replace(HOLE, "\N{REPLACEMENT CHARACTER}") if isinstance(part, str) else HOLE
            for part in self.parts
        )

    @property
    def unknown(self) -> bool:
        """Whether any part is known only at deploy time and names no specific thing."""
        return any(token.kind is Kind.UNKNOWN for token in self.tokens)


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value known only at deploy time.

    Attributes:
        reason: why, readable: `parameter Retention has no default`.
        name: how it is shown inside a string. Two unknowns of the same name in one template are the
            same characters.
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
        A `str` when every part is literal, else `Text`; `Unknown` when a part can be no string, or
        when there is nothing but one that is unknown.
    """
    parts: list[str | Token] = []
    told = [value for value in values if value != ""]
    if len(told) == 1 and isinstance(told[0], Unknown):
        return told[0]
    for value in told:
        new = _parts(value)
        if new is None:
            return Unknown("a list or object stands where a string is expected")
        for part in new:
            if isinstance(part, str) and parts and isinstance(parts[-1], str):
                parts[-1] += part
            else:
                parts.append(part)
    if not parts:
        return ""
    if len(parts) == 1 and isinstance(parts[0], str):
        return parts[0]
    return Text(tuple(parts))


def partition(value: Value, separator: str) -> tuple[Value, Value] | None:
    """A string or text, cut where a separator first stands in its literal parts.

    Returns:
        What stands before and behind it; `None` when it is not there, or the value is no text.
    """
    parts = value.parts if isinstance(value, Text) else (value,)
    for index, part in enumerate(parts):
        before, found, behind = part.partition(separator) if isinstance(part, str) else ("",) * 3
        if found:
            return (
                _text((*parts[:index], before)),
                _text((behind, *parts[index + 1 :])),
            )
    return None


def referred(value: Value) -> Resource | None:
    """The resource that a value consists of a reference to, if it does."""
    if isinstance(value, Text) and len(value.parts) == 1:
        return value.tokens[0].resource
    return None


def _text(parts: Iterable[str | Token]) -> Value:
    return concatenate(Text((part,)) if isinstance(part, Token) else part for part in parts)


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


def is_pseudo(value: Value) -> bool:
    """Whether a value is one pseudo parameter that is not known, such as the region."""
    return isinstance(value, Text) and len(value.parts) == 1 and value.tokens[0].kind is Kind.PSEUDO


def opaque(function: str, argument: Json, *inputs: Value) -> Value:
    """What a function makes of inputs that are not literal.

    Returns:
        A token when the inputs are specific (a piece of one resource's ARN is as specific as the
        ARN), else `Unknown`.
    """
    name = f"{function} {shown(argument)}"
    texts = [value for value in inputs if isinstance(value, Text)]
    literal = all(isinstance(value, Text | str | int) for value in inputs)
    if texts and literal and not any(text.unknown for text in texts):
        return Text((Token(name, texts[0].tokens[0].kind),))
    reasons = [value.reason for value in inputs if isinstance(value, Unknown)]
    return Unknown(reasons[0] if reasons else f"{function} of what is no text", name)


def shown(node: Json) -> str:
    """An expression as a name: the same expression of one template has the same value."""
    return json.dumps(node, sort_keys=True, separators=(",", ":"), default=str)


def whole(value: Value) -> int | None:
    """A whole number of a template, which may be written as a string; `None` if it is none."""
    if isinstance(value, str):
        return int(value) if re.fullmatch(r"-?[0-9]{1,18}", value.strip()) else None
    if isinstance(value, bool) or not isinstance(value, int | float) or value % 1:
        return None
    return int(value)


def truth(value: Value) -> bool | None:
    """A boolean of a template, which may be written as a string; `None` if it is none."""
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value.lower()) if isinstance(value, str) else None
