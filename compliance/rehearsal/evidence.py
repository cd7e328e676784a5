"""Whether a use of AWS is a use of a grant.

An authorization names the statements that decided, so it is compared with what is deployed. A
trail tells who called what: a grant is used by it when it could have allowed that.
"""

from __future__ import annotations

import enum
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from compliance.iam import actions
from compliance.iam.access import globs
from compliance.rehearsal.model import Kind, Origin

if TYPE_CHECKING:
    from compliance.rehearsal.model import Grant, Statement, Use

_ACCOUNT: Final = re.compile(r"AWS:(?:arn:[a-z-]+:iam::)?(\d{12})(?::root)?")
_ROLE: Final = re.compile(r"arn:([a-z-]+):iam::(\d*):role/(?:.*/)?([^/]+)")


class Match(enum.Enum):
    """What a use says of a grant."""

    NO = "no"
    YES = "yes"
    PERHAPS = "perhaps"
    """It does not tell the resource."""


def match(grant: Grant, use: Use) -> Match:
    """Whether a use, as far as its source tells, is by virtue of a grant.

    A use that was denied is none, nor is one by the root of the account: whoever operates a stage
    reads and changes it, and needs no grant for that.
    """
    if not use.allowed or use.principal.endswith(":root"):
        return Match.NO
    if use.origin is Origin.AUTHORIZATION:
        used = any(_decided(grant, use, statement) for statement in use.statements)
        return Match.YES if used else Match.NO
    return _could_allow(grant, use)


def takes_in_action(pattern: str, action: str) -> bool:
    """Whether an action pattern, or what `!` leaves, takes in an action."""
    if pattern.startswith("!"):
        return not any(actions.matches(each, action) for each in pattern[1:].split(","))
    return actions.matches(pattern, action)


def takes_in_resource(pattern: str, arn: str) -> bool:
    """Whether a resource pattern, or what `!` leaves, takes in an ARN; case matters."""
    if pattern.startswith("!"):
        return not any(_glob(each, arn) for each in pattern[1:].split(","))
    return _glob(pattern, arn)


@lru_cache(maxsize=4096)
def _glob(pattern: str, arn: str) -> bool:
    return globs.includes(globs.pattern(pattern), tuple(arn))


def _decided(grant: Grant, use: Use, statement: Statement) -> bool:
    """Whether the statement that decided is the one that a grant stands in."""
    return (
        statement.kind is grant.kind
        and _whose(grant, use)
        and statement.sid == grant.sid
        and _named(grant.action, statement.actions)
        and _named(grant.resource, statement.resources)
        and statement.conditions == grant.conditions
    )


def _whose(grant: Grant, use: Use) -> bool:
    """Whether a policy is the caller's, or of the resource that is called and names the caller."""
    if grant.kind is Kind.ROLE:
        return use.principal == grant.holder
    return within(use.resource, grant.holder) and _names(grant.principal, use.principal)


def within(resource: str, holder: str) -> bool:
    """Whether a resource is the one that a policy belongs to, or lies in it."""
    return resource == holder or resource.startswith((f"{holder}/", f"{holder}:"))


def _names(principal: str, caller: str) -> bool:
    """Whether a resource policy's principal takes in a caller."""
    if principal in {"*", f"AWS:{caller}", caller} or principal.startswith("!"):
        return True
    account = _ACCOUNT.fullmatch(principal)
    if account:
        return f"::{account[1]}:" in caller
    role = _ROLE.fullmatch(caller)
    if role is None:
        return False
    partition, number, name = role.groups()
    return principal.startswith(f"AWS:arn:{partition}:sts::{number}:assumed-role/{name}/")


def _named(pattern: str, matched: tuple[str, ...]) -> bool:
    """Whether a pattern is among those that matched: none did where `Not…` stands instead."""
    return not matched if pattern.startswith("!") else pattern in matched


def _could_allow(grant: Grant, use: Use) -> Match:
    if not takes_in_action(grant.action, use.action):
        return Match.NO
    if grant.kind is Kind.ROLE:
        whose = use.principal == grant.holder
    else:
        # What a resource's policy says is of that resource alone, `*` too.
        inside = not use.resource or within(use.resource, grant.holder)
        whose = inside and _names(grant.principal, use.principal)
    if not whose:
        return Match.NO
    if not use.resource:
        anything = grant.kind is Kind.ROLE and grant.resource == "*"
        return Match.YES if anything else Match.PERHAPS
    return Match.YES if takes_in_resource(grant.resource, use.resource) else Match.NO
