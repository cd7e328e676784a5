"""Whether one value of a request satisfies one value of a policy, by condition operator.

Three answers: yes, no, and `None` where the template does not tell, or AWS's documentation does
not. A value may hold tokens, written `${…}`: policy variables and intrinsics, of which only the
request or the deployment knows the text. A token equals itself, and may equal anything else.

Semantics: IAM User Guide, 'IAM JSON policy elements: Condition operators'.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache, partial
from typing import Final

from compliance.iam.access.globs import MANY, ONE, Letters, Pattern, includes, loosened

Operator = Callable[[str, str], bool | None]
"""A request's value and a policy's value: whether the first satisfies the second."""
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

FIELDS: Final = 6
"""Parts of an ARN between colons; the last may hold colons of its own."""
_NO_COLON: Final = frozenset(
    f"${{AWS::{name}}}" for name in ("AccountId", "Partition", "Region", "URLSuffix")
)
"""Tokens whose text holds no colon, whatever it is."""
_LONGEST: Final = 500_000
"""Up to this product of their lengths, a pattern and a text are compared."""
_NUMBER: Final = re.compile(r"[+-]?\d{1,15}(\.\d{1,9})?")
_EPOCH: Final = re.compile(r"\d{5,11}")
"""Seconds since 1970. Four digits are a year as well."""
_W3C_DATE: Final = re.compile(
    r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?)?)?"
)
"""Dates as the World Wide Web Consortium's note 'Date and Time Formats' writes them."""
_LONE_ADDRESS: Final = 32
"""Prefix of an address that is given without one, also of the sixth version."""


def has_token(text: str) -> bool:
    """Whether a part of the text is known only by the request or the deployment."""
    return "${" in text


def some(answers: Iterable[bool | None]) -> bool | None:
    """Whether one of the answers is yes."""
    found: bool | None = False
    for answer in answers:
        if answer:
            return True
        if answer is None:
            found = None
    return found


def every(answers: Iterable[bool | None]) -> bool | None:
    """Whether all of the answers are yes."""
    return negated(some(map(negated, answers)))


def negated(answer: bool | None) -> bool | None:  # noqa: FBT001 - it is what is negated
    """The opposite answer; what is not known stays so."""
    return None if answer is None else not answer


@lru_cache(maxsize=16384)
def letters(text: str) -> Letters:
    """The text's characters, and its tokens as one letter each.

    Args:
        text: a token ends with the brace that closes it: its name may have braces of its own.
    """
    found: list[str] = []
    place = 0
    while place < len(text):
        end = _token_end(text, place) if text.startswith("${", place) else place + 1
        found.append(text[place:end])
        place = end
    return tuple(found)


def _token_end(text: str, start: int) -> int:
    depth = 0
    for place in range(start + 1, len(text)):
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if not depth:
            return place + 1
    return len(text)


# -- texts ----------------------------------------------------------------------------------------


def equals(value: str, wanted: str) -> bool | None:
    """`StringEquals`: exactly, case included."""
    return _taken(letters(wanted), letters(value))


def equals_ignoring_case(value: str, wanted: str) -> bool | None:
    """`StringEqualsIgnoreCase`."""
    return _taken(_lowered(wanted), _lowered(value))


def like(value: str, wanted: str) -> bool | None:
    """`StringLike`: `*` stands for any characters, `?` for one."""
    return _taken(_glob(letters(wanted)), letters(value))


def arn_like(value: str, wanted: str) -> bool | None:
    """`ArnLike` and `ArnEquals`, which behave alike: each of six parts for itself.

    What has fewer parts is no ARN: where it would match as a text, nobody says what it does.
    """
    whole = like(value, wanted)
    if whole is False or value == wanted:
        return whole
    ours, theirs = _fields(letters(value)), _fields(letters(wanted))
    if len(ours) < FIELDS or len(theirs) < FIELDS:
        return None
    parts = [_taken(_glob(their), our) for our, their in zip(ours, theirs, strict=True)]
    if all(parts) and not any(map(_may_shift, ours[:-1], theirs[:-1])):
        return True
    tokens = has_token(value) or has_token(wanted)
    return None if tokens else False


def _may_shift(field: Letters, pattern: Letters) -> bool:
    """Whether a wildcard takes a token that may hold a colon, behind which all would be shifted."""
    return field != pattern and any(len(letter) > 1 and letter not in _NO_COLON for letter in field)


def _lowered(text: str) -> Letters:
    return tuple(letter.lower() if len(letter) == 1 else letter for letter in letters(text))


@lru_cache(maxsize=16384)
def _glob(text: Letters) -> Pattern:
    """A pattern of which runs of asterisks are one."""
    found: list[object] = []
    for letter in text:
        if letter == "*":
            if found[-1:] != [MANY]:
                found.append(MANY)
        else:
            found.append(ONE if letter == "?" else letter)
    return tuple(found)  # type: ignore[arg-type] # letters and spots


def _fields(text: Letters) -> list[Letters]:
    """The parts between the first five colons that stand outside of tokens."""
    found: list[Letters] = []
    start = 0
    for place, letter in enumerate(text):
        if letter == ":" and len(found) < FIELDS - 1:
            found.append(text[start:place])
            start = place + 1
    return [*found, text[start:]]


def _taken(pattern: Pattern, text: Letters) -> bool | None:
    """Whether a pattern takes in a text, whatever the tokens turn out to be."""
    if pattern == text:
        return True
    if len(pattern) * len(text) > _LONGEST:
        return None
    if includes(pattern, text):
        return True
    if not any(len(letter) > 1 for letter in text):
        # With anything in the place of its tokens, the pattern is as wide as it may be.
        wide = loosened(pattern)
        return None if wide != pattern and includes(wide, text) else False
    if _apart(pattern, text) or _apart(pattern[::-1], text[::-1]):
        return False
    return None


def _apart(pattern: Pattern, text: Letters) -> bool:
    """Whether the two differ in a character, behind what both begin with and before any wildcard.

    A token stands for the same text wherever it stands: the same tokens take nothing apart.
    """
    for symbol, letter in zip(pattern, text, strict=False):
        if symbol != letter:
            return isinstance(symbol, str) and len(symbol) == len(letter) == 1
    return False


# -- numbers, dates, the rest ---------------------------------------------------------------------


def number(text: str) -> Decimal | None:
    """An integer or decimal; `None` when it is none."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def moment(text: str) -> Decimal | None:
    """A date as seconds since 1970, with fractions; `None` when it is no date.

    Args:
        text: in one of the World Wide Web Consortium's forms of ISO 8601, or the seconds.
    """
    if is_epoch(text):
        return Decimal(text)
    if not _W3C_DATE.fullmatch(text):
        return None
    whole = text + "-01-01"[len(text) - len("2030") :] if len(text) < len("2030-01-01") else text
    head, point, fraction = whole.partition(".")
    digits = re.match(r"\d+", fraction)
    try:
        found = datetime.fromisoformat(head + (fraction[digits.end() :] if digits else ""))
    except ValueError:
        return None
    seconds = Decimal(int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()))
    return seconds + Decimal(f"0.{digits[0]}") if digits and point else seconds


def is_epoch(text: str) -> bool:
    """Whether a date is written as seconds since 1970."""
    return _EPOCH.fullmatch(text) is not None


def network(text: str) -> Network | None:
    """A range of addresses; `None` when it is none."""
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _compared(
    value: str,
    wanted: str,
    *,
    read: Callable[[str], Decimal | None],
    relation: Callable[[Decimal, Decimal], bool],
) -> bool | None:
    ours, theirs = read(value), read(wanted)
    return None if ours is None or theirs is None else relation(ours, theirs)


def _is_bool(value: str, wanted: str) -> bool | None:
    words = {value.lower(), wanted.lower()}
    if value == wanted and has_token(value):
        return True
    return len(words) == 1 if words <= {"true", "false"} else None


def _is_binary(value: str, wanted: str) -> bool | None:
    """Both in base 64, which may write the same bytes in several ways."""
    try:
        return base64.b64decode(value, validate=True) == base64.b64decode(wanted, validate=True)
    except (binascii.Error, ValueError):
        return None


def _is_address(value: str, wanted: str) -> bool | None:
    """Whether an address is in a range.

    An address without a prefix gets /32; whether that is also meant for the sixth version, where it
    is a range, is not said.
    """
    range_ = network(wanted)
    if range_ is None or "/" in value or network(value) is None:
        return None
    address = ipaddress.ip_address(value)
    if address in range_:
        return True
    lone = "/" not in wanted and range_.version == 6  # noqa: PLR2004 - of the protocol
    return None if lone and address in range_.supernet(new_prefix=_LONE_ADDRESS) else False


_RELATIONS: Final[Sequence[tuple[str, Callable[[Decimal, Decimal], bool]]]] = (
    ("equals", operator.eq),
    ("lessthan", operator.lt),
    ("lessthanequals", operator.le),
    ("greaterthan", operator.gt),
    ("greaterthanequals", operator.ge),
)
OPERATORS: Final[Mapping[str, Operator]] = {
    "stringequals": equals,
    "stringequalsignorecase": equals_ignoring_case,
    "stringlike": like,
    "arnequals": arn_like,
    "arnlike": arn_like,
    "bool": _is_bool,
    "binaryequals": _is_binary,
    "ipaddress": _is_address,
    **{
        f"numeric{name}": partial(_compared, read=number, relation=relation)
        for name, relation in _RELATIONS
    },
    **{
        f"date{name}": partial(_compared, read=moment, relation=relation)
        for name, relation in _RELATIONS
    },
}
"""Operators by their names in lower case, without those that negate another one."""
