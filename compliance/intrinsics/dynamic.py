"""Dynamic references: `{{resolve:ssm:…}}` in a string is known only at deploy time.

Form: CloudFormation User Guide, 'Get values stored in other services using dynamic references'.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from compliance.intrinsics.values import Text, Token, Unknown, Value, concatenate

if TYPE_CHECKING:
    from collections.abc import Iterator

START: Final = "{{resolve:"
REASON: Final = "a dynamic reference is resolved at deploy time"

_REFERENCE = re.compile(r"\{\{(resolve:[^{}]*)\}\}")
_HOLE: Final = "\0"
"""Stands for a token while the text around it is looked through."""


def looked_through(value: Value) -> Value:
    """A string or text in which dynamic references are unknown; anything else as it is.

    A reference may be put together from parts: CDK writes the one to a secret with `Fn::Join`, the
    secret's ARN in its middle.
    """
    parts = (value,) if isinstance(value, str) else value.parts if isinstance(value, Text) else ()
    if not any(isinstance(part, str) and START in part for part in parts):
        return value
    tokens = iter([part for part in parts if isinstance(part, Token)])
    flat = "".join(
        part.replace(_HOLE, "\N{REPLACEMENT CHARACTER}") if isinstance(part, str) else _HOLE
        for part in parts
    )
    found: list[Value] = []
    end = 0
    for reference in _REFERENCE.finditer(flat):
        found += _filled(flat[end : reference.start()], tokens)
        name = "".join(str(part) for part in _filled(reference.group(1), tokens))
        found.append(Unknown(REASON, name))
        end = reference.end()
    return concatenate([*found, *_filled(flat[end:], tokens)])


def _filled(text: str, tokens: Iterator[Token]) -> list[Value]:
    """The text with its tokens back in their holes."""
    found: list[Value] = []
    for index, literal in enumerate(text.split(_HOLE)):
        if index:
            found.append(Text((next(tokens),)))
        found.append(literal)
    return found
