"""Which role, user, group or managed policy of the assembly is meant, and whom a policy serves."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from compliance.iam.statements import IDENTITY_TYPES
from compliance.intrinsics import ABSENT, Value, partition, referred

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping

    from compliance.assembly.model import Resource
    from compliance.rules.base import Context


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of what IAM manages.

    Attributes:
        type: resource type.
        called: property that holds its name.
        listed: property of a policy that lists those it is attached to; empty for policies.
        owner: property of a policy resource that has just one; empty when there is none.
    """

    type: str
    called: str
    listed: str = ""
    owner: str = ""


KINDS: Final[Mapping[str, Kind]] = {
    "role": Kind("AWS::IAM::Role", "RoleName", "Roles", "RoleName"),
    "user": Kind("AWS::IAM::User", "UserName", "Users", "UserName"),
    "group": Kind("AWS::IAM::Group", "GroupName", "Groups", "GroupName"),
    "policy": Kind("AWS::IAM::ManagedPolicy", "ManagedPolicyName"),
}
"""By what stands before the name in an ARN (IAM User Guide, 'IAM identifiers')."""
MEMBERSHIP: Final = "AWS::IAM::UserToGroupAddition"
PRINCIPALS: Final = tuple(kind for kind in KINDS.values() if kind.listed)
PRINCIPAL_TYPES: Final = tuple(kind.type for kind in PRINCIPALS)


@dataclass(frozen=True, slots=True)
class Membership:
    """That a user is in a group.

    Attributes:
        user: of the assembly; `None` for one from outside.
        user_name: as it is written; `ABSENT` where the user says it itself.
        group: of the assembly; `None` for one from outside.
        group_name: as it is written.
        said_by: the resource that says so.
        place: property path where it does.
    """

    user: Resource | None
    user_name: Value
    group: Resource | None
    group_name: Value
    said_by: Resource
    place: str


def by_arn(arn: Value, user: Resource, context: Context) -> Resource | None:
    """What an ARN names, if that stands in the assembly.

    Args:
        arn: an attribute of the resource, or a text that ends in its name.
        user: the resource that says it.
        context: where names are looked up.
    """
    found = referred(arn)
    if found is not None:
        return found
    for word, kind in KINDS.items():
        cut = partition(arn, f":{word}/")
        if cut is not None:
            name = cut[1]
            while (behind := partition(name, "/")) is not None:
                name = behind[1]
            return by_name(name, kind, user, context)
    return None


def by_name(name: Value, kind: Kind, user: Resource, context: Context) -> Resource | None:
    """What a name means: a reference, or the one resource here that is called so."""
    found = referred(name)
    if found is not None:
        return found
    called = context.answer(_by_name).get(_key(kind, name, user), ())
    return called[0] if len(called) == 1 else None


def principals(policy: Resource, context: Context) -> list[Resource | None]:
    """The roles, users and groups that a policy is attached to.

    Args:
        policy: a resource with identity policies; a role, user or group is its own principal.
        context: where they are looked up.

    Returns:
        `None` for one from outside the assembly.
    """
    if policy.type in PRINCIPAL_TYPES:
        return [policy]
    resolver = context.of(policy)
    return [
        by_name(value, kind, policy, context)
        for kind in PRINCIPALS
        for name in (kind.listed, kind.owner)
        for _, value in resolver.items(policy.properties.get(name, ABSENT))
    ] + context.answer(_who_names)[policy]


def together(policy: Resource, context: Context) -> list[Resource]:
    """The principals of a policy, and those whose rights come together with theirs.

    A user has the rights of its groups: a group's policy is the group's, its users', and stands
    beside what their other groups allow.
    """
    groups, users = context.answer(_groups), context.answer(_users)
    found: dict[Resource, None] = {}
    for principal in principals(policy, context):
        for one in () if principal is None else (principal, *users.get(principal, ())):
            found |= dict.fromkeys([one, *groups.get(one, ())])
    return list(found)


def memberships(context: Context) -> Iterator[Membership]:
    """Who is in which group, by the users' own word and by additions to groups."""
    user, group = KINDS["user"], KINDS["group"]
    for one in context.assembly.resources(user.type):
        listed = one.properties.get("Groups", ABSENT)
        for place, name in context.of(one).items(listed, "Properties.Groups"):
            yield Membership(one, ABSENT, by_name(name, group, one, context), name, one, place)
    for addition in context.assembly.resources(MEMBERSHIP):
        listed = addition.properties.get("Users", ABSENT)
        for name in context.get(addition, "GroupName"):
            there = by_name(name, group, addition, context)
            for place, called in context.of(addition).items(listed, "Properties.Users"):
                who = by_name(called, user, addition, context)
                yield Membership(who, called, there, name, addition, place)


def policies(principal: Resource, context: Context) -> list[Resource]:
    """Resources of the assembly whose identity policies a principal has, itself among them."""
    return context.answer(_of_principal)[principal]


def _of_principal(context: Context) -> Mapping[Resource, list[Resource]]:
    found: dict[Resource, list[Resource]] = defaultdict(list)
    for policy in context.assembly.resources(*IDENTITY_TYPES):
        for principal in dict.fromkeys(principals(policy, context)):
            if principal is not None:
                found[principal].append(policy)
    return found


def _groups(context: Context) -> Mapping[Resource, list[Resource]]:
    """Groups of the assembly by the users that are in them."""
    found: dict[Resource, list[Resource]] = defaultdict(list)
    for each in memberships(context):
        if each.user is not None and each.group is not None:
            found[each.user].append(each.group)
    return found


def _users(context: Context) -> Mapping[Resource, list[Resource]]:
    """Users of the assembly by the groups that they are in."""
    found: dict[Resource, list[Resource]] = defaultdict(list)
    for user, groups in context.answer(_groups).items():
        for group in groups:
            found[group].append(user)
    return found


def _who_names(context: Context) -> Mapping[Resource, list[Resource | None]]:
    """Principals that name a managed policy of the assembly, by that policy."""
    found: dict[Resource, list[Resource | None]] = defaultdict(list)
    for principal in context.assembly.resources(*PRINCIPAL_TYPES):
        for arns in context.get(principal, "ManagedPolicyArns"):
            for _, arn in context.of(principal).items(arns):
                policy = by_arn(arn, principal, context)
                if policy is not None:
                    found[policy].append(principal)
    return found


def _by_name(context: Context) -> Mapping[Hashable, list[Resource]]:
    found: dict[Hashable, list[Resource]] = defaultdict(list)
    for kind in KINDS.values():
        for resource in context.assembly.resources(kind.type):
            for name in context.get(resource, kind.called):
                found[_key(kind, name, resource)].append(resource)
    return found


def _key(kind: Kind, name: Value, user: Resource) -> Hashable:
    """A name as it is compared: one with tokens means something in its own template only."""
    within = user.template.account if isinstance(name, str) else user.template.name
    return kind.type, isinstance(name, str), within, str(name)
