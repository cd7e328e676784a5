"""Whether a principal that one statement names is among those that another one names.

Source: IAM User Guide, 'AWS JSON policy elements: Principal': an account stands for every identity
in it that the account itself allows, a role for its sessions.
"""

from __future__ import annotations

import enum
import re
from typing import TYPE_CHECKING, Final

from compliance.iam.access.clauses import ANYONE, Principal, PrincipalKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compliance.iam.access.clauses import Clause

_ROOT: Final = re.compile(r"arn:([^:]*):iam::(.*):root")
_IDENTITY: Final = re.compile(r"arn:([^:]*):(?:iam|sts)::([^:]*):(.+)")


class Match(enum.IntEnum):
    """Whether a statement is about somebody."""

    NO = 0
    MAYBE = 1
    """It depends on the identity's own account, or on what a token turns out to be."""
    YES = 2


def match(clause: Clause, asker: Principal | None, *, through: Principal | None) -> Match:
    """Whether a statement is about a principal.

    Args:
        clause: the statement.
        asker: somebody, as some statement names him; `None` for who has an identity policy.
        through: the principal of a statement by which he asks: another statement that names it too
            is about him for the same reason.
    """
    listed = clause.principals
    if listed is None or asker is None:
        return Match.YES if listed is None and asker is None else Match.NO
    if through in listed.items:
        found = Match.YES
    else:
        loosely = not clause.allows
        found = max(
            (_covers(item, asker, loosely=loosely) for item in listed.items), default=Match.NO
        )
    return Match(Match.YES - found) if listed.negated else found


def askers(
    clause: Clause, others: Iterable[Clause]
) -> Iterator[tuple[Principal | None, Principal | None]]:
    """Who may ask by a statement, as far as any statement tells them apart.

    Yields:
        Somebody, and the principal of the statement by which he asks.
    """
    listed = clause.principals
    if listed is None:
        yield None, None
        return
    told = {
        principal: None
        for other in (clause, *others)
        if other.principals is not None
        for principal in sorted(other.principals.items, key=lambda each: (each.kind, each.name))
    }
    anyone = Principal(PrincipalKind.AWS, ANYONE)
    if listed.negated:
        for principal in dict.fromkeys((anyone, *told)):
            if match(clause, principal, through=None) is not Match.NO:
                yield principal, None
        return
    for element in sorted(listed.items, key=lambda each: (each.kind, each.name)):
        yield element, element
        for principal in told:
            if principal != element and _covers(element, principal) is not Match.NO:
                yield principal, element


def _covers(element: Principal, asker: Principal, *, loosely: bool = False) -> Match:
    """Whether a principal takes in another one.

    Args:
        element: what a statement names.
        asker: who asks.
        loosely: whether a token may be what another statement writes out.
    """
    if element == asker or element.is_anyone:
        return Match.YES
    if asker.is_anyone or {element.kind, asker.kind} != {PrincipalKind.AWS}:
        return Match.NO
    root, identity = _ROOT.fullmatch(element.name), _IDENTITY.fullmatch(asker.name)
    if root and identity:
        return Match.MAYBE if root.groups() == identity.groups()[:2] else Match.NO
    if root and asker.name.startswith("${"):
        return Match.MAYBE  # a role of the template may be one of that account
    tokens = ["${" in element.name, "${" in asker.name]
    if any(tokens):
        return Match.MAYBE if loosely and not all(tokens) else Match.NO
    return Match.MAYBE if _is_session(asker.name, element.name) else Match.NO


def _is_session(session: str, role: str) -> bool:
    """Whether an ARN is that of a session of a role."""
    one, other = _IDENTITY.fullmatch(session), _IDENTITY.fullmatch(role)
    if one is None or other is None or one.groups()[:2] != other.groups()[:2]:
        return False
    kind, _, rest = one[3].partition("/")
    return (
        kind == "assumed-role"
        and other[3].startswith("role/")
        and rest.partition("/")[0] == other[3].rpartition("/")[2]
    )
