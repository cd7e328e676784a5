"""Who calls from outside, and what goes out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from compliance.iam.principals import Who, Whose, principals
from compliance.iam.statements import PolicyKind, Statement, statements
from compliance.intrinsics import ABSENT
from compliance.security_report import resource_policies
from compliance.security_report.model import Tie
from compliance.security_report.naming import cut, listed, name, short
from compliance.security_report.picture import kinds

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from compliance.assembly.model import Resource
    from compliance.iam.principals import Principal as Named
    from compliance.rules.base import Context
    from compliance.security_report.model import Endpoint

ANYONE: Final = "Anyone"
UNTOLD: Final = "Callers known only at deploy time"
BROWSERS: Final = "Browsers"
IN_A_VPC: Final = "Callers in a VPC"
SUBSCRIPTION: Final = "AWS::SNS::Subscription"
_ADDRESSES: Final = {
    "email": "Mailboxes",
    "email-json": "Mailboxes",
    "http": "Web addresses",
    "https": "Web addresses",
    "sms": "Telephones",
}
"""Who is told by a protocol (Amazon SNS API Reference, `Subscribe`)."""
_STRANGERS: Final = frozenset({Who.EVERYONE, Who.ACCOUNT, Who.IDENTITY, Who.FEDERATED, Who.UNTOLD})


class Crossing(NamedTuple):
    """Something that crosses the border.

    Attributes:
        who: is outside.
        resource: what is inside, as it is named there.
        tie: what it means.
        label: in a few words.
        inbound: whether it comes in.
    """

    who: str
    resource: Resource
    tie: Tie
    label: str
    inbound: bool = True


def crossings(context: Context, endpoints: Sequence[Endpoint]) -> Iterator[Crossing]:
    """All of them: calls of endpoints, principals of policies, then what is sent out."""
    yield from _calls(context, endpoints)
    yield from _trusted(context)
    yield from _let_in(context)
    for subscription in context.assembly.resources(SUBSCRIPTION):
        for protocol in context.get(subscription, "Protocol"):
            if isinstance(protocol, str) and protocol in _ADDRESSES:
                yield Crossing(
                    _ADDRESSES[protocol], subscription, Tie.SENDS, protocol, inbound=False
                )


# -- endpoints ------------------------------------------------------------------------------------


def _calls(context: Context, endpoints: Sequence[Endpoint]) -> Iterator[Crossing]:
    named = {
        name(resource): resource
        for resource in context.assembly.resources()
        if resource.type in kinds.SHOWN
    }
    at = {
        (resource.template.name, resource.logical_id): resource
        for resource in context.assembly.resources()
    }
    groups: dict[tuple[str, Resource], list[str]] = {}
    for endpoint in endpoints:
        place = endpoint.place
        declared = at[place.template, place.logical_id]
        resource = named.get(endpoint.api, declared)
        called = f"{endpoint.method} {endpoint.path}".strip()
        groups.setdefault((_caller(endpoint), resource), []).append(called)
    for (who, resource), paths in groups.items():
        label = paths[0] if len(paths) == 1 else f"{len(paths):,} endpoints"
        yield Crossing(who, resource, Tie.CALLS, cut(label))


def _caller(endpoint: Endpoint) -> str:
    if endpoint.preflight:
        return BROWSERS
    if endpoint.asks:
        who = f"Callers with {listed(endpoint.asks, most=3)}"
    else:
        who = UNTOLD if endpoint.open is None else ANYONE
    return f"{IN_A_VPC}: {who}" if endpoint.private else who


# -- policies -------------------------------------------------------------------------------------


def _trusted(context: Context) -> Iterator[Crossing]:
    """Who may assume a role from outside of the account."""
    for role in context.assembly.resources(kinds.ROLE):
        for statement in statements(role, context.of(role)):
            if isinstance(statement, Statement) and statement.kind is PolicyKind.TRUST:
                for who in _strangers(statement, role):
                    yield Crossing(who, role, Tie.CALLS, "assumes")


def _let_in(context: Context) -> Iterator[Crossing]:
    """Whom resource policies let in from outside of the account."""
    for resource in context.assembly.resources(*dict.fromkeys(resource_policies.TYPES)):
        if resource.type in resource_policies.APIS:
            continue  # Its endpoints tell.
        there = resource_policies.protected(resource, context)
        for statement in resource_policies.of(resource, context):
            if isinstance(statement, Statement):
                actions = [short(entry.value) for entry in statement.entries("Action")]
                for who in _strangers(statement, resource):
                    label = listed((each.rpartition(":")[2] for each in actions), most=2)
                    yield Crossing(who, there, Tie.CALLS, label)


def _strangers(statement: Statement, resource: Resource) -> Iterator[str]:
    if not statement.allows:
        return
    if statement.has("NotPrincipal"):
        yield ANYONE
    for principal in principals(statement):
        if principal.who in _strangers_of(principal, resource):
            yield _called(principal, narrowed=any(statement.conditions))


def _strangers_of(principal: Named, resource: Resource) -> frozenset[Who]:
    """Kinds of principals that are outside, seen from a resource."""
    if principal.who in (Who.EVERYONE, Who.FEDERATED):
        return _STRANGERS
    whose = principal.whose(resource.template)
    return _STRANGERS if whose in (Whose.OTHER, Whose.KNOWN) else frozenset()


def _called(principal: Named, *, narrowed: bool) -> str:
    if principal.who is Who.EVERYONE:
        return "Callers that meet a condition" if narrowed else ANYONE
    if principal.literal_account:
        return f"Account {principal.literal_account}"
    shown = short(principal.value)
    return cut(shown or UNTOLD) if principal.value is not ABSENT else UNTOLD
