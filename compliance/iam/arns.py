"""Whether a pattern of a policy's `Resource` names something, or everything of a type."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from compliance.intrinsics import Text, Token

_VARIABLE = re.compile(r"\$\{\w+\}|\*")
_POLICY_VARIABLE = re.compile(r"\$\{[^{}]*\}")
_WILDCARDS = re.compile(r"[*?]+")
_SERVICE: Final = re.compile(r"arn:[^:*?]*:([a-z0-9-]+):")
_FIELDS: Final = 6
"""Parts of an ARN between colons; the last may hold colons of its own."""
_ANY: Final = object()
"""Stands for the part of an ARN that says which one: only a wildcard takes all of it."""
_WHERE: Final = object()
"""Stands for partition, region or account: what a pattern says of them covers the type there."""


def covers_type(pattern: str | Text, arn_format: str) -> bool:
    """Whether a resource pattern takes in every resource of a type, in some region and account.

    Args:
        pattern: an entry of `Resource`; tokens of a text are single specific things.
        arn_format: of the Service Authorization Reference, such as
            `arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}`.
    """
    if of_another_service(pattern, arn_format):
        return False
    return _matches(_symbols(pattern), _format(arn_format))


def of_another_service(pattern: str | Text, arn_format: str) -> bool:
    """Whether a resource pattern spells out a service that is not the format's: a quick no."""
    text = pattern if isinstance(pattern, str) else pattern.literal
    named, wanted = _SERVICE.match(text), _SERVICE.match(arn_format)
    return named is not None and wanted is not None and named[1] != wanted[1]


def is_everything(pattern: str | Text) -> bool:
    """Whether a pattern consists of wildcards alone, an asterisk among them."""
    return isinstance(pattern, str) and "*" in pattern and not pattern.strip("*?")


def is_pattern(resource: str | Text) -> bool:
    """Whether a resource is named by a pattern: a wildcard stands where its name is.

    A wildcard for the partition, the region or the account leaves one name.
    """
    text = resource if isinstance(resource, str) else resource.literal
    fields = _POLICY_VARIABLE.sub("", text).split(":", _FIELDS - 1)
    names = fields[-1:] if len(fields) == _FIELDS else fields
    return any(sign in name for name in names for sign in "*?")


def includes(pattern: str | Text, other: str | Text) -> bool:
    """Whether a resource pattern takes in all that another one does."""
    return _matches(
        _symbols(pattern), tuple(_ANY if symbol == "*" else symbol for symbol in _symbols(other))
    )


def _symbols(pattern: str | Text) -> tuple[str | Token, ...]:
    parts = pattern.parts if isinstance(pattern, Text) else (pattern,)
    return tuple(
        symbol
        for part in parts
        # `?*` asks for a character more than `*`, and every name has one.
        for symbol in ((part,) if isinstance(part, Token) else _WILDCARDS.sub(_shortest, part))
    )


def _shortest(run: re.Match[str]) -> str:
    return "*" if "*" in run[0] else run[0]


@cache
def _format(arn_format: str) -> tuple[object, ...]:
    symbols: list[object] = []
    for index, part in enumerate(arn_format.split(":", _FIELDS - 1)):
        if index:
            symbols.append(":")
        end = 0
        for found in _VARIABLE.finditer(part):
            symbols += part[end : found.start()]
            symbols.append(_ANY if index in {2, _FIELDS - 1} else _WHERE)
            end = found.end()
        symbols += part[end:]
    return tuple(symbols)


def _matches(pattern: tuple[str | Token, ...], subject: tuple[object, ...]) -> bool:
    """Glob matching, one pattern symbol at a time over the reachable positions of the subject."""
    reachable = _past_where(subject, {0})
    for symbol in pattern:
        if symbol == "*":
            first = min(reachable, default=None)
            reachable = set() if first is None else set(range(first, len(subject) + 1))
        else:
            step = set()
            for position in reachable:
                if position == len(subject):
                    continue
                wanted = subject[position]
                if wanted is _WHERE:
                    if symbol != ":":
                        step.add(position)
                elif symbol == wanted or (symbol == "?" and wanted is not _ANY):
                    step.add(position + 1)
            reachable = _past_where(subject, step)
        if not reachable:
            return False
    return len(subject) in reachable


def _past_where(subject: tuple[object, ...], positions: set[int]) -> set[int]:
    """Region and account may be empty: positions before them reach behind them too."""
    found = set(positions)
    for position in positions:
        while position < len(subject) and subject[position] is _WHERE:
            position += 1  # noqa: PLW2901 - walking on from each position
            found.add(position)
    return found
