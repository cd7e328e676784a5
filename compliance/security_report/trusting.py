"""Who may assume a role, and whether that is somebody from outside of its account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from compliance.iam.principals import Who, Whose
from compliance.iam.statements import Opaque, PolicyKind, Statement, statements
from compliance.security_report import grants
from compliance.security_report.naming import cut

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.assembly.model import Resource
    from compliance.iam.principals import Principal as Named
    from compliance.rules.base import Context

_ELSEWHERE: Final = frozenset({Whose.KNOWN, Whose.OTHER, Whose.UNTOLD})


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """What the trust policy of a role says.

    Attributes:
        told: whom it lets in or keeps out, each with its condition.
        outsiders: those whom it lets in that are not known to be of the role's own account. A
            service or an identity provider is none: what it lets in, its condition says.
        anyone: whether it lets in anybody at all, on no condition.
    """

    told: tuple[str, ...]
    outsiders: tuple[str, ...]
    anyone: bool


def trust(role: Resource, context: Context) -> Trust:
    """Who may assume a role; nobody, for what has no trust policy."""
    told: dict[str, None] = {}
    outsiders: dict[str, None] = {}
    anyone = False
    for statement in statements(role, context.of(role)):
        if statement.kind is not PolicyKind.TRUST:
            continue
        if isinstance(statement, Opaque):
            said = cut(f"known only at deploy time: {statement.reason}")
            told[said] = outsiders[said] = None
            continue
        for who, said in _said(statement):
            told[said] = None
            if not statement.allows:
                continue
            everyone = who is None or who.who is Who.EVERYONE
            if everyone or _is_elsewhere(who, role):
                outsiders[said] = None
            anyone |= everyone and any(block == {} for block in statement.conditions)
    return Trust(told=tuple(told), outsiders=tuple(outsiders), anyone=anyone)


def _said(statement: Statement) -> Iterator[tuple[Named | None, str]]:
    condition = grants.condition(statement)
    for who, shown in grants.whom(statement):
        yield (
            who,
            cut(
                ("" if statement.allows else "not ")
                + shown
                + (f" if {condition}" if condition else "")
            ),
        )


def _is_elsewhere(who: Named | None, role: Resource) -> bool:
    return (
        who is not None
        and who.who not in (Who.SERVICE, Who.FEDERATED)
        and who.whose(role.template) in _ELSEWHERE
    )
