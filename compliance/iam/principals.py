"""Whom a statement of a trust or resource policy names, and whose they are.

Forms: IAM User Guide, 'AWS JSON policy elements: Principal'.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from compliance.iam import arns
from compliance.intrinsics import ABSENT, Text, Unknown, Value, partition

if TYPE_CHECKING:
    from compliance.assembly.model import Template
    from compliance.iam.statements import Statement

ACCOUNT_ID: Final = re.compile(r"\d{12}")
OWN_ACCOUNT: Final = "AWS::AccountId"


class Who(enum.Enum):
    """What kind of principal a value is."""

    EVERYONE = "everyone"
    ACCOUNT = "account"
    """All of an account: its root, or its bare id."""
    IDENTITY = "identity"
    """One role, user, session or canonical user."""
    SERVICE = "service"
    FEDERATED = "federated"
    UNTOLD = "untold"
    """Only the deployment knows."""


class Whose(enum.Enum):
    """To which account a principal belongs."""

    OWN = "own"
    KNOWN = "known"
    """An account that the policy data lists."""
    OTHER = "other"
    NAMED = "named"
    """Something that the template names, without an account: a role of its own, a unique id."""
    UNTOLD = "untold"


@dataclass(frozen=True, slots=True)
class Principal:
    """One principal of a statement.

    Attributes:
        who: its kind.
        place: property path, such as `Properties.KeyPolicy.Statement[0].Principal.AWS[1]`.
        value: as it is written.
        account: the account that it names, `ABSENT` where it names none.
    """

    who: Who
    place: str
    value: Value
    account: Value = ABSENT

    @property
    def literal_account(self) -> str:
        """The account's id where it is written out, else nothing."""
        account = self.account
        return account if isinstance(account, str) and ACCOUNT_ID.fullmatch(account) else ""

    def whose(self, template: Template, known: Collection[str] = ()) -> Whose:
        """To which account it belongs.

        Args:
            template: where it stands. When its account is not told, no account that is written out
                counts as its own.
            known: ids of accounts that the policy data lists.
        """
        if self.who is Who.UNTOLD or isinstance(self.account, Unknown):
            return Whose.UNTOLD
        if isinstance(self.account, Text):
            names = [token.name for token in self.account.tokens]
            if names == [OWN_ACCOUNT] and len(self.account.parts) == 1:
                return Whose.OWN
            return Whose.UNTOLD if self.account.unknown else Whose.NAMED
        account = self.literal_account
        if not account:
            return Whose.NAMED
        if account == template.account:
            return Whose.OWN
        return Whose.KNOWN if account in known else Whose.OTHER


def principals(statement: Statement, element: str = "Principal") -> Iterator[Principal]:
    """The principals that a statement names, each alternative.

    Args:
        statement: of a trust or resource policy.
        element: `Principal` or `NotPrincipal`.
    """
    place = f"{statement.place}.{element}"
    resolver = statement.resolver
    for block in resolver.values(statement.body.get(element, ABSENT)):
        if isinstance(block, Mapping):
            for kind, listed in block.items():
                for where, value in resolver.items(listed, f"{place}.{kind}"):
                    yield _principal(kind, where, value)
        else:
            for where, value in resolver.items(block, place):
                yield _principal("AWS", where, value)


def are_everyone(statement: Statement) -> bool:
    """Whether a statement is about everybody."""
    return any(each.who is Who.EVERYONE for each in principals(statement))


def _principal(kind: str, place: str, value: Value) -> Principal:
    value = value.strip() if isinstance(value, str) else value
    if isinstance(value, str) and arns.is_everything(value):
        return Principal(Who.EVERYONE, place, value)
    match kind:
        case "Service":
            return Principal(Who.SERVICE, place, value)
        case "Federated":
            return Principal(Who.FEDERATED, place, value)
        case _:
            return _of_aws(place, str(value) if isinstance(value, int) else value)


def _of_aws(place: str, value: Value) -> Principal:
    """An account's id, an ARN, a unique id or a reference; a canonical user is one by its id."""
    if not isinstance(value, str | Text):
        return Principal(Who.UNTOLD, place, value)
    if _is_account(value):
        return Principal(Who.ACCOUNT, place, value, value)
    fields = _fields(value)
    if fields is None:
        untold = isinstance(value, Text) and value.unknown
        return Principal(Who.UNTOLD if untold else Who.IDENTITY, place, value)
    account, name = fields
    if isinstance(account, str) and ("*" in account or "?" in account):
        return Principal(Who.EVERYONE, place, value)
    return Principal(Who.ACCOUNT if name == "root" else Who.IDENTITY, place, value, account)


def _is_account(value: str | Text) -> bool:
    if isinstance(value, str):
        return ACCOUNT_ID.fullmatch(value) is not None
    return len(value.parts) == 1 and value.tokens[0].name == OWN_ACCOUNT


def _fields(value: str | Text) -> tuple[Value, Value] | None:
    """Account and name of a principal's ARN; `None` for what is no ARN."""
    rest: Value = value
    for _ in ("arn", "partition", "service", "region"):
        cut = partition(rest, ":")
        if cut is None:
            return None
        rest = cut[1]
    return partition(rest, ":")
