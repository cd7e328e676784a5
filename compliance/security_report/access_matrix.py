"""Who may do what: a row for each principal and service, with every grant.

A grant that cannot be read is shown as one of an unknown level, never left out.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from compliance.iam.access.places import PERMISSION_SET, SAM_POLICIES
from compliance.iam.principals import Who
from compliance.iam.statements import IDENTITY_TYPES, Opaque, PolicyKind, Statement, statements
from compliance.intrinsics import ABSENT
from compliance.rehearsal.role_users import POLICIES, users
from compliance.rules.iam import entities
from compliance.security_report import attached, granting, grants, resource_policies, trusting
from compliance.security_report.model import AccessRow, Grant, Principal
from compliance.security_report.naming import listed, name, short

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping

    from compliance.assembly.model import Resource
    from compliance.iam.principals import Principal as Named
    from compliance.rules.base import Context
    from compliance.security_report.naming import Places
    from compliance.security_report.rehearsed import Index

KINDS: Final = (
    "anyone",
    "unknown",
    "account",
    "federated",
    "role",
    "user",
    "group",
    "policy",
    "service",
)
"""Kinds of principals, in the order of the rows."""
_OF_TYPE: Final = {kind.type: word for word, kind in entities.KINDS.items() if kind.listed}
_READ: Final = frozenset({*IDENTITY_TYPES, *resource_policies.TYPES})
_OF_WHO: Final = {
    Who.EVERYONE: "anyone",
    Who.ACCOUNT: "account",
    Who.IDENTITY: "role",
    Who.SERVICE: "service",
    Who.FEDERATED: "federated",
    Who.UNTOLD: "unknown",
}


def access_matrix(
    context: Context, *, places: Places, evidence: Index | None = None
) -> tuple[AccessRow, ...]:
    """The access matrix of an assembly.

    Args:
        context: the assembly and how its values are resolved.
        places: where resources stand.
        evidence: what rehearsals say of a grant, with the statement that it is of.

    Returns:
        Rows by kind of principal, then its name, then service.
    """
    matrix = _Matrix(context=context, places=places, evidence=evidence)
    for resource in context.assembly.resources(*entities.PRINCIPAL_TYPES):
        matrix.principal(resource)
    for resource in context.assembly.resources(*IDENTITY_TYPES):
        matrix.identity(resource)
    for membership in entities.memberships(context):
        matrix.membership(membership)
    for resource in context.assembly.resources(*dict.fromkeys(resource_policies.TYPES)):
        matrix.protection(resource)
    for resource in context.assembly.resources():
        matrix.unread(resource)
    return tuple(matrix.rows())


@dataclass(frozen=True, kw_only=True)
class _Matrix:
    context: Context
    places: Places
    evidence: Index | None
    _principals: dict[Hashable, Principal] = field(default_factory=dict)
    _granted: dict[Hashable, dict[str, dict[Grant, None]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(dict))
    )

    def rows(self) -> Iterator[AccessRow]:
        """What was gathered, in order."""
        order = {kind: index for index, kind in enumerate(KINDS)}
        for key, principal in sorted(
            self._principals.items(),
            key=lambda item: (order[item[1].kind], item[1].name, _place_key(item[1])),
        ):
            granted = self._granted.get(key)
            if not granted:
                yield AccessRow(principal=principal, service="", grants=())
                continue
            for service in sorted(granted, key=lambda each: (each != grants.EVERY, each)):
                yield AccessRow(
                    principal=principal,
                    service=service,
                    grants=tuple(sorted(granted[service], key=_gravity)),
                )

    # -- identity policies ------------------------------------------------------------------------

    def principal(self, resource: Resource) -> Hashable:
        """A role, user or group of the templates."""
        if resource not in self._principals:
            managed = tuple(dict.fromkeys(attached.managed(resource, self.context)))
            place = self.places.of(resource)
            trusted = trusting.trust(resource, self.context)
            for policy, where in managed:
                told = grants.unread(where, f"{policy} stands in no template", place)
                self._granted[resource][grants.EVERY][told] = None
            self._principals[resource] = Principal(
                name=name(resource),
                kind=_OF_TYPE.get(resource.type, "role"),
                place=place,
                trusted_by=trusted.told,
                outsiders=trusted.outsiders,
                anyone=trusted.anyone,
                used_by=self._users(resource),
                boundary=listed(
                    short(value)
                    for value in self.context.get(resource, "PermissionsBoundary")
                    if value is not ABSENT
                ),
                managed=tuple(dict.fromkeys(policy for policy, _ in managed)),
            )
        return resource

    def identity(self, resource: Resource) -> None:
        """The identity policies that a resource is, or carries."""
        holders = list(dict.fromkeys(self._holders(resource)))
        place = self.places.of(resource)
        for statement in statements(resource, self.context.of(resource)):
            if statement.kind is PolicyKind.IDENTITY:
                found = list(grants.of_statement(statement, place=place))
                for holder in holders:
                    self._grant(holder, statement, found)
        if resource.type in SAM_POLICIES:
            for holder in holders:
                for grant in attached.sam_templates(resource, self.context, place):
                    self._granted[holder][grants.EVERY][grant] = None

    def _holders(self, policy: Resource) -> Iterator[Hashable]:
        """Whom a policy is attached to; itself, when that is nobody."""
        found = [
            self.principal(one)
            for one in entities.principals(policy, self.context)
            if one is not None
        ]
        found += self._outside(policy)
        if policy.type in (*SAM_POLICIES, PERMISSION_SET):
            found = [self.principal(policy)]
        if not found:
            found = [self._itself(policy)]
        yield from found

    def _outside(self, policy: Resource) -> list[Hashable]:
        """Those outside of the templates that a policy names."""
        found: list[Hashable] = []
        for kind in entities.PRINCIPALS if policy.type not in entities.PRINCIPAL_TYPES else ():
            for element in (kind.listed, kind.owner):
                raw = policy.properties.get(element, ABSENT)
                for _, value in self.context.of(policy).items(raw):
                    if entities.by_name(value, kind, policy, self.context) is None:
                        found.append(self._named(short(value), _OF_TYPE[kind.type]))
        return found

    def _named(self, called: str, kind: str) -> Hashable:
        key = (kind, called)
        self._principals.setdefault(key, Principal(name=called, kind=kind))
        return key

    def membership(self, found: entities.Membership) -> None:
        """A user has the rights of its groups: they are shown as its own too."""
        user = (
            self._named(short(found.user_name), "user")
            if found.user is None
            else self.principal(found.user)
        )
        if found.group is None:
            group = self._named(short(found.group_name), "group")
            called = self._principals[group].name
            told = grants.unread(
                found.place, f"group {called} stands in no template", self.places.of(found.said_by)
            )
            self._granted[group][grants.EVERY][told] = None
        else:
            group = self.principal(found.group)
        who, called = self._principals[user], self._principals[group].name
        self._principals[user] = replace(who, groups=tuple(dict.fromkeys((*who.groups, called))))
        for service, granted in self._granted[group].items():
            self._granted[user][service] |= granted

    def _users(self, resource: Resource) -> tuple[str, ...]:
        if resource.type in SAM_POLICIES:
            return (name(resource),)
        found = self.context.answer(users_of_roles).get(resource, ())
        return tuple(name(user) for user in found if user.type not in POLICIES)

    # -- policies of resources --------------------------------------------------------------------

    def protection(self, resource: Resource) -> None:
        """The policy that a resource is, or carries: whom it lets in."""
        place = self.places.of(resource)
        holder = resource_policies.protected(resource, self.context)
        for statement in resource_policies.of(resource, self.context):
            found = list(grants.of_statement(statement, place=place, holder=holder))
            if isinstance(statement, Opaque):
                self._grant(self._named(name(holder), "unknown"), statement, found)
                continue
            if resource.type == granting.IOT_POLICY:
                self._grant(self._itself(resource), statement, found)
                continue
            for principal, who in grants.whom(statement):
                self._grant(
                    self._let_in(principal, who, resource), statement, found, principal=principal
                )

    def unread(self, resource: Resource) -> None:
        """What grants in a form that nothing here reads, told by its type."""
        place = self.places.of(resource)
        for where, told in granting.unread(resource, _READ):
            holder = (
                self.principal(resource)
                if resource.type in SAM_POLICIES
                else self._named(name(resource), "unknown")
            )
            granted = grants.unread(where, told, place)
            self._granted[holder][grants.EVERY][granted] = None

    def _itself(self, policy: Resource) -> Hashable:
        """A policy that is attached to nobody here."""
        self._principals[policy] = Principal(
            name=name(policy), kind="policy", place=self.places.of(policy)
        )
        return policy

    def _let_in(self, principal: Named | None, who: str, resource: Resource) -> Hashable:
        if principal is None:
            return self._named(who, "anyone" if who != grants.UNTOLD else "unknown")
        there = entities.by_arn(principal.value, resource, self.context)
        if there is not None and there.type in entities.PRINCIPAL_TYPES:
            return self.principal(there)
        return self._named(who, _OF_WHO[principal.who])

    def _grant(
        self,
        holder: Hashable,
        statement: Statement | Opaque,
        found: list[tuple[str, Grant]],
        *,
        principal: Named | None = None,
    ) -> None:
        place = self._principals[holder].place if principal is None else None
        for service, grant in found:
            told = (
                self.evidence.of_grant(grant, statement, holder=place, principal=principal)
                if self.evidence
                else None
            )
            granted = replace(grant, rehearsed=told) if told else grant
            self._granted[holder][service][granted] = None


def users_of_roles(context: Context) -> Mapping[Resource, tuple[Resource, ...]]:
    """What works under each role, and what only lets it in."""
    return users(context.assembly)


def _gravity(grant: Grant) -> tuple[object, ...]:
    return (
        grant.deny,
        grants.GRAVITY.index(grant.level),
        grant.action,
        grant.resource,
        grant.place.template,
        grant.place.logical_id,
        grant.location,
        grant.condition,
        grant.sid,
    )


def _place_key(principal: Principal) -> tuple[str, str]:
    place = principal.place
    return (place.template, place.logical_id) if place else ("", "")
