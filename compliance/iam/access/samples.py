"""Values of a condition key that may tell conditions on it apart.

Each operator splits the values of a key in a few kinds: equal to what is mentioned or not, below,
at or above a bound, inside or outside a range. One value of each kind is enough, and it is one that
a request could really have.

Source of what keys hold: IAM User Guide, 'AWS global condition context keys'.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from compliance.iam.access import operators
from compliance.iam.access.operators import FIELDS, has_token

if TYPE_CHECKING:
    import ipaddress
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from decimal import Decimal

    from compliance.iam.access.operators import Network

_ACCOUNT: Final = "999999999999"
_REGION: Final = "us-east-1"
_FILLING: Final = "example"
_OTHER: Final = "other"
_DATE: Final = "2030-01-01T00:00:00Z"
_DAY: Final = 24 * 60 * 60
_LAST: Final = 253402300799
"""The last second of the year 9999."""
_ARN: Final = f"arn:aws:sns:{_REGION}:{_ACCOUNT}:{_OTHER}"
_ROLE: Final = f"arn:aws:iam::{_ACCOUNT}:role/{_OTHER}"
_ADDRESSES: Final = ("198.51.100.7", "203.0.113.7", "192.0.2.7", "2001:db8::7")
"""Of networks that are kept for documentation (RFC 5737, RFC 3849)."""

_OF_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "aws:calledvia": ("athena.amazonaws.com", "cloudformation.amazonaws.com"),
    "aws:currenttime": (_DATE,),
    "aws:epochtime": ("1893456000",),
    "aws:principalaccount": (_ACCOUNT,),
    "aws:principalarn": (_ROLE,),
    "aws:principalorgid": ("o-exampleorgid",),
    "aws:principalorgpaths": ("o-exampleorgid/r-exam/ou-exam-example1/",),
    "aws:principaltype": ("AssumedRole", "User"),
    "aws:requestedregion": ("eu-north-1", "ca-west-1"),
    "aws:resourceaccount": (_ACCOUNT,),
    "aws:resourceorgid": ("o-exampleorgid",),
    "aws:sourceaccount": (_ACCOUNT,),
    "aws:sourcearn": (_ARN,),
    "aws:sourceip": _ADDRESSES,
    "aws:sourceorgid": ("o-exampleorgid",),
    "aws:sourcevpc": ("vpc-0example",),
    "aws:sourcevpce": ("vpce-0example",),
    "aws:useragent": ("example-client/1.0",),
    "aws:vpcsourceip": ("10.99.0.7", "172.31.99.7", "192.168.99.7"),
    "kms:viaservice": ("example.us-east-1.amazonaws.com",),
    "s3:prefix": ("other/",),
}
"""What a key holds that is likely not what a policy names."""
_OF_BOOLEANS: Final = frozenset(
    {
        "aws:multifactorauthpresent",
        "aws:principalisawsservice",
        "aws:securetransport",
        "aws:viaawsservice",
        "kms:grantisforawsresource",
    }
)


def values(key: str, uses: Iterable[tuple[str, frozenset[str]]]) -> tuple[str, ...]:
    """Values to try: those that are mentioned, then those that are not.

    Args:
        key: in lower case.
        uses: operators on this key, negation left out, each with what it compares with.

    Returns:
        Each value once. At least one, and one that no operator mentions where there is any.
    """
    known = [(name, sorted(wanted)) for name, wanted in uses if name in operators.OPERATORS]
    found = [
        value
        for name, wanted in known
        for each in wanted
        for value in _KINDS.get(_kind(name), _of_text)(each, name, key)
    ]
    found += _fresh(key, known)
    return tuple(dict.fromkeys(found))


def _kind(operator: str) -> str:
    return next((kind for kind in _KINDS if operator.startswith(kind)), "string")


# -- what is mentioned ----------------------------------------------------------------------------


def _of_text(wanted: str, operator: str, _key: str) -> Iterator[str]:
    if operator in {"stringlike", "arnlike", "arnequals"}:
        yield from _instances(wanted, arn=operator != "stringlike")
        return
    yield wanted
    if operator.endswith("ignorecase"):
        yield "".join(
            letter.swapcase() if len(letter) == 1 else letter
            for letter in operators.letters(wanted)
        )


def _instances(pattern: str, *, arn: bool) -> Iterator[str]:
    """Texts that a pattern takes in: a plain one, and the shortest."""
    fields = pattern.split(":", FIELDS - 1)
    if len(fields) == FIELDS and fields[0] == "arn" and not has_token("".join(fields[:-1])):
        *head, name = fields
        head = [
            whole if field == "*" else _filled(field)
            for field, whole in zip(head, ("arn", "aws", "sns", _REGION, _ACCOUNT), strict=True)
        ]
        yield ":".join([*head, _filled(name)])
    else:
        yield _filled(pattern)
    if not arn:
        yield _filled(pattern, many="")


def _filled(pattern: str, *, many: str = _FILLING) -> str:
    return "".join(
        {"*": many, "?": "x"}.get(letter, letter) for letter in operators.letters(pattern)
    )


def _of_number(wanted: str, _operator: str, _key: str) -> Iterator[str]:
    bound = operators.number(wanted)
    if bound is not None:
        yield from map(str, (bound, bound - 1, bound + 1))


def _of_date(wanted: str, _operator: str, key: str) -> Iterator[str]:
    bound = operators.moment(wanted)
    if bound is None:
        return
    epoch = key == "aws:epochtime" or operators.is_epoch(wanted)
    for seconds in (bound, bound - _DAY, bound + _DAY):
        if 0 <= seconds <= _LAST:
            yield _date(seconds, epoch=epoch)


def _date(seconds: Decimal, *, epoch: bool) -> str:
    if epoch:
        return str(int(seconds))
    text = datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}{str(seconds % 1)[1:].rstrip('0').rstrip('.')}Z"


def _of_bool(_wanted: str, _operator: str, _key: str) -> Iterator[str]:
    yield from ("true", "false")


def _of_network(wanted: str, _operator: str, _key: str) -> Iterator[str]:
    """Addresses on both sides of both ends: any two unions of ranges differ in one of those."""
    found = operators.network(wanted)
    if found is None:
        return
    first, last = int(found.network_address), int(found.broadcast_address)
    for place in (min(first + 1, last), first, last, first - 1, last + 1):
        if 0 <= place < 1 << found.max_prefixlen:
            yield str(_address(found, place))


def _address(of: Network, place: int) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    return type(of.network_address)(place)


_KINDS: Final[Mapping[str, Callable[[str, str, str], Iterator[str]]]] = {
    "numeric": _of_number,
    "date": _of_date,
    "bool": _of_bool,
    "ipaddress": _of_network,
}
"""By how the operator's name begins; of any other the values are texts."""


# -- what is not mentioned ------------------------------------------------------------------------


def _fresh(key: str, uses: list[tuple[str, list[str]]]) -> Iterator[str]:
    """One value that satisfies none of the operators; where each satisfies one, the plainest."""
    satisfied = [
        (operators.OPERATORS[name], wanted)
        for name, each in uses
        for wanted in each
        if not name.startswith(("numeric", "date", "bool"))
    ]
    options = list(_options(key, {_kind(name) for name, _ in uses}, [name for name, _ in uses]))
    for value in options:
        if not any(holds(value, wanted) for holds, wanted in satisfied):
            yield value
            return
    yield options[0]


def _options(key: str, kinds: set[str], names: list[str]) -> Iterator[str]:
    yield from _OF_KEYS.get(key, ())
    if key in _OF_BOOLEANS or "bool" in kinds:
        yield from ("true", "false")
    elif "numeric" in kinds:
        yield "1"
    elif "date" in kinds:
        yield _DATE
    elif "ipaddress" in kinds:
        yield from _ADDRESSES
    elif key.endswith("arn") or any(name.startswith("arn") for name in names):
        yield from (_ARN, _ROLE)
    elif "binaryequals" in names:
        yield from ("b3RoZXI=", "b3RoZXIx")
    else:
        yield from (_OTHER, f"{_OTHER}-2", f"{_OTHER}-3")
