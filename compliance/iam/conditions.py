"""Whether a statement's condition ties it down to somebody: one account, organisation or network.

Semantics: IAM User Guide, 'IAM JSON policy elements: Condition operators', 'Condition with multiple
context keys or values' and 'AWS global condition context keys'.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from compliance.intrinsics import ABSENT, HOLE, Kind, Text, Token, Unknown, Value, truth
from compliance.intrinsics.alternatives import TOO_MANY, combinations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.assembly.model import Json
    from compliance.iam.statements import Statement
    from compliance.intrinsics import Resolver

Answer = bool | Unknown
"""Yes, no, or why only the deployment knows."""

EXACT: Final = ("stringequals", "stringequalsignorecase")
"""Operators that take a value as it is written: an asterisk matches an asterisk."""
PATTERNS: Final = ("stringlike", "arnequals", "arnlike")
NEGATED: Final[Mapping[str, str]] = {
    "stringnotequals": "stringequals",
    "stringnotequalsignorecase": "stringequalsignorecase",
    "stringnotlike": "stringlike",
    "arnnotequals": "arnequals",
    "arnnotlike": "arnlike",
    "notipaddress": "ipaddress",
}
"""Operators that hold for everything but the values, by the operator that asks for them."""


@dataclass(frozen=True, slots=True)
class Test:
    """One line of a condition: an operator, a key, and the values that it is compared with.

    Attributes:
        operator: what is asked, in lower case: of a negated operator, what it does not want.
        negated: whether it holds for everything but the values.
        quantifier: `forallvalues`, `foranyvalue` or nothing.
        if_exists: whether it also holds for a request that does not have the key.
        key: in lower case, as IAM compares it.
        values: any of them will do.
    """

    operator: str
    negated: bool
    quantifier: str
    if_exists: bool
    key: str
    values: tuple[Value, ...]

    __test__ = False  # pytest collects what is called Test


Block = tuple[Test | Unknown, ...]
"""Lines of a condition: all of them have to hold."""
Says = Callable[[Test], Answer]


def blocks(statement: Statement) -> Iterator[Block]:
    """The statement's condition, once for each way in which it may turn out; empty without one."""
    for block in statement.conditions:
        if isinstance(block, Unknown):
            yield (block,)
        else:
            yield from _ways(block, statement.resolver)


def narrowed(statement: Statement, says: Says) -> Answer:
    """Whether an Allow is narrowed to requests that a test accepts.

    Args:
        statement: an Allow.
        says: whether one line, which a request has to satisfy, names somebody.
    """
    return every(
        some(
            line if isinstance(line, Unknown) else is_asked(line, block) and says(line)
            for line in block
        )
        for block in blocks(statement)
    )


def spares_only(statement: Statement, says: Says) -> Answer:
    """Whether a Deny spares none but the requests that a test accepts.

    Args:
        statement: a Deny, of everybody.
        says: whether the values of one line, which a request has to match to be spared, name
            somebody.
    """
    return every(
        line if isinstance(line, Unknown) else _spares_services(line) or _spares(line, says)
        for block in blocks(statement)
        for line in block
    )


def some(answers: Iterable[Answer]) -> Answer:
    """Whether one of the answers is yes."""
    found: Answer = False
    for answer in answers:
        if answer is True:
            return True
        found = found or answer
    return found


def every(answers: Iterable[Answer]) -> Answer:
    """Whether all of the answers are yes."""
    found: Answer = True
    for answer in answers:
        if answer is False:
            return False
        if isinstance(answer, Unknown):
            found = answer
    return found


# -- what a line's values name --------------------------------------------------------------------


def names(*keys: str) -> Says:
    """A test for lines that ask one of these keys for values which name somebody.

    Args:
        keys: in lower case; one that ends in `/` or `:` stands for all that begin with it.
    """
    heads = tuple(key for key in keys if key.endswith(("/", ":")))

    def says(line: Test) -> Answer:
        return (line.key in keys or line.key.startswith(heads)) and _judged_as(line.key)(line)

    return says


def whole_values(line: Test) -> Answer:
    """Whether each value is written out, without a wildcard."""
    return each_value(line, lambda value: not is_pattern(value))


def any_values(line: Test) -> Answer:
    """Whether each value says something besides wildcards."""
    return each_value(line, bool)


def each_value(line: Test, names_somebody: Callable[[str], bool]) -> Answer:
    """Whether a line compares strings, and each of its values names somebody.

    Args:
        line: of a condition.
        names_somebody: asked of a value that is neither empty nor made of wildcards alone;
            references in it are U+FFFC, the object replacement character.
    """
    if line.operator not in (*EXACT, *PATTERNS) or not line.values:
        return False
    return every(
        not _is_itself(value, line.key) and _of_value(value, line.operator, names_somebody)
        for value in line.values
    )


def _is_itself(value: Value, key: str) -> bool:
    """Whether a key is compared with its own policy variable, which it always equals."""
    return isinstance(value, str) and value.lower() == f"${{{key}}}"


def _of_value(value: Value, operator: str, names_somebody: Callable[[str], bool]) -> Answer:
    """Whether a value names somebody; one not yet known does where a wildcard has no meaning."""
    if isinstance(value, Unknown):
        return operator in EXACT or value
    text = value.literal if isinstance(value, Text) else str(value)
    if not text.strip("*?") or not names_somebody(text):
        return False
    head = value.parts[0] if isinstance(value, Text) else text
    if isinstance(head, Token) and head.kind is Kind.UNKNOWN and operator not in EXACT:
        return Unknown("it begins with what has no value yet", str(value))
    return True


def is_pattern(text: str) -> bool:
    """Whether a value has a wildcard in it."""
    return "*" in text or "?" in text


def _first_part(separator: str) -> Says:
    """A test for values whose part before a separator is written out."""
    return lambda line: each_value(
        line, lambda value: not is_pattern(value.partition(separator)[0])
    )


_ACCOUNT: Final = re.compile(rf"\d{{12}}|{HOLE}")
_ACCOUNT_FIELD: Final = 4


def names_owner(pattern: str) -> bool:
    """Whether the pattern of an ARN matches resources of one account only, or a named resource."""
    if not is_pattern(pattern) or pattern.startswith(HOLE):
        return True
    fields = pattern.split(":", _ACCOUNT_FIELD + 1)
    if fields[0] != "arn":
        return _ACCOUNT.search(pattern) is not None
    if len(fields) <= _ACCOUNT_FIELD:
        return False
    account, name = [*fields, ""][_ACCOUNT_FIELD : _ACCOUNT_FIELD + 2]
    if not account or fields[2] == "s3":
        # The ARN of a bucket has no account: its name is one all over the world.
        return bool(name.strip("*?/"))
    return _ACCOUNT.fullmatch(account.rstrip("*?")) is not None or not is_pattern(account)


def owners(line: Test) -> Answer:
    """Whether each value is the ARN of something named, or of anything in one account."""
    return each_value(line, names_owner)


_SUBNET: Final = re.compile(r"/[1-9]\d*$")
"""The length of a network that is not all of the world's, behind an address not yet known."""


def addresses(line: Test) -> Answer:
    """Whether the addresses, taken together, are fewer than everyone's."""
    if line.operator != "ipaddress" or not line.values:
        return False
    four: list[ipaddress.IPv4Network] = []
    six: list[ipaddress.IPv6Network] = []
    unknown: Answer = True
    for value in line.values:
        if isinstance(value, Text | Unknown):
            if not _SUBNET.search(str(value)):
                unknown = Unknown("an address has no value yet", str(value))
            continue
        try:
            network = ipaddress.ip_network(str(value), strict=False)
        except ValueError:
            return False
        if isinstance(network, ipaddress.IPv4Network):
            four.append(network)
        else:
            six.append(network)
    everyone = any(network.prefixlen == 0 for network in ipaddress.collapse_addresses(four)) or any(
        network.prefixlen == 0 for network in ipaddress.collapse_addresses(six)
    )
    return False if everyone else unknown


def is_true(line: Test) -> Answer:
    """Whether a boolean key is asked to be true."""
    return _is(line, wanted=True)


def _is(line: Test, *, wanted: bool) -> Answer:
    if line.operator != "bool" or not line.values:
        return False
    return every(
        value
        if isinstance(value, Unknown)
        else Unknown("it has no value yet", str(value))
        if isinstance(value, Text)
        else truth(value) is wanted
        for value in line.values
    )


_JUDGES: Final[Mapping[str, Says]] = {
    "aws:sourceip": addresses,
    "aws:vpcsourceip": addresses,
    "aws:sourcearn": owners,
    "aws:sourcevpcarn": owners,
    "aws:principalarn": owners,
    "s3:dataaccesspointarn": owners,
    "aws:principalorgpaths": _first_part("/"),
    "aws:sourceorgpaths": _first_part("/"),
    "aws:vpceorgpaths": _first_part("/"),
    "aws:userid": _first_part(":"),
    "elasticfilesystem:accessedviamounttarget": is_true,
}
"""What a value of a key has to be; of any other, a value is written out."""


def _judged_as(key: str) -> Says:
    head = key.partition("/")[0]
    if head == "aws:principaltag":
        return any_values
    return owners if head.startswith("kms:encryptioncontext:") else _JUDGES.get(key, whole_values)


# -- lines ----------------------------------------------------------------------------------------


def is_asked(line: Test, block: Block) -> bool:
    """Whether a request has to have a line's key, with one of its values, to satisfy the block."""
    if line.negated:
        return False
    holds_without = line.if_exists or line.quantifier == "forallvalues"
    return not holds_without or any(
        other.operator == "null" and other.key == line.key and _says(other, "false")
        for other in block
        if isinstance(other, Test)
    )


def _says(line: Test, word: str) -> bool:
    return bool(line.values) and all(str(value).lower() == word for value in line.values)


def _spares(line: Test, says: Says) -> Answer:
    """Whether a line of a Deny spares those alone whom its values name.

    Any other quantifier leaves alone a request that does not have the key.
    """
    return line.negated and line.quantifier != "foranyvalue" and says(line)


def _spares_services(line: Test) -> bool:
    """Whether a line of a Deny spares AWS services, as the documented data perimeters do."""
    return line.key in {"aws:principalisawsservice", "aws:viaawsservice"} and (
        line.operator == "bool" and _says(line, "false")
    )


def _ways(block: Mapping[str, Json], resolver: Resolver) -> Iterator[Block]:
    ways = combinations(
        [list(_of_operator(name, pairs, resolver)) for name, pairs in block.items()]
    )
    if ways is None:
        yield (TOO_MANY,)
        return
    for way in ways:
        yield tuple(line for lines in way for line in lines)


def _of_operator(name: str, pairs: Json, resolver: Resolver) -> Iterator[Block]:
    """The lines of one operator, once for each way in which they may turn out."""
    for found in resolver.values(pairs):
        if found is ABSENT:
            yield ()
        elif not isinstance(found, Mapping):
            yield (found if isinstance(found, Unknown) else Unknown("it is put in its place then"),)
        else:
            ways = combinations(
                [list(_of_key(name, key, wanted, resolver)) for key, wanted in found.items()]
            )
            if ways is None:
                yield (TOO_MANY,)
            else:
                yield from (tuple(line for lines in way for line in lines) for way in ways)


def _of_key(name: str, key: str, wanted: Json, resolver: Resolver) -> Iterator[Block]:
    quantifier, separator, operator = name.lower().rpartition(":")
    bare = operator.removesuffix("ifexists")
    for value in resolver.values(wanted):
        if value is ABSENT:
            yield ()
            continue
        yield (
            Test(
                operator=NEGATED.get(bare, bare),
                negated=bare in NEGATED,
                quantifier=quantifier if separator else "",
                if_exists=bare != operator,
                key=key.lower(),
                values=tuple(each for _, each in resolver.items(value)),
            ),
        )
