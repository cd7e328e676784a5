"""IAM's own dangers: which roles may be passed, written and given policies, and to what.

- `iam:PassRole`: only of roles that the passing resource names, and with `iam:PassedToService` for
  the services that their trust policies name (IAM User Guide, 'Grant a user permissions to pass a
  role to an AWS service').
- `iam:AttachRolePolicy`, `AttachUserPolicy` and `AttachGroupPolicy`: with `iam:PolicyARN` for the
  policies that the templates attach to roles, users and groups.
- Where all roles carry a permissions boundary, `iam:PermissionsBoundary` asks for it wherever IAM
  knows that key, and nothing takes it off; users likewise, and groups have none (IAM User Guide,
  'Permissions boundaries for IAM entities: Delegating responsibility to others using permissions
  boundaries').
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from compliance.execution_policy import handlers, names
from compliance.execution_policy.model import Condition
from compliance.execution_policy.scoping import Scope
from compliance.intrinsics import ABSENT, Text, Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compliance.assembly.model import Resource
    from compliance.execution_policy.reference import Known
    from compliance.execution_policy.scoping import Scoper

ROLE: Final = "AWS::IAM::Role"
MANAGED_POLICY: Final = "AWS::IAM::ManagedPolicy"
PASSING: Final = "iam:PassRole"
LINKED: Final = "iam:CreateServiceLinkedRole"
BOUNDARY: Final = "iam:PermissionsBoundary"
POLICY: Final = "iam:PolicyARN"
PASSED_TO: Final = "iam:PassedToService"
SERVICE_NAME: Final = "iam:AWSServiceName"
TAKEN_OFF: Final = frozenset(
    {"iam:DeleteRolePermissionsBoundary", "iam:DeleteUserPermissionsBoundary"}
)
_ENTITY: Final = re.compile(r"Role|User|Group")
"""Whom an action of IAM is about, as it is called; the first when there are two."""

_ROLE: Final = re.compile(r"role(?:_?arn)?s?$", re.IGNORECASE)
"""Properties that name roles."""
_LINKED_ROLE: Final = re.compile(r":role/aws-service-role/([a-z0-9.-]+)/")

_LINKED_TO: Final[Mapping[str, tuple[str, ...]]] = {
    "AWS::Backup::BackupSelection": ("backup.amazonaws.com",),
    "AWS::DynamoDB::GlobalTable": (
        "contributorinsights.dynamodb.amazonaws.com",
        "kinesisreplication.dynamodb.amazonaws.com",
        "replication.dynamodb.amazonaws.com",
    ),
    "AWS::DynamoDB::Table": (
        "contributorinsights.dynamodb.amazonaws.com",
        "kinesisreplication.dynamodb.amazonaws.com",
    ),
    "AWS::EC2::FlowLog": ("delivery.logs.amazonaws.com",),
    "AWS::WAFv2::LoggingConfiguration": ("wafv2.amazonaws.com",),
}
"""Whose service-linked roles a type's handlers make (each service's guide, 'Using service-linked
roles')."""


@dataclass(frozen=True)
class Identity:
    """The conditions of IAM's actions, for one assembly."""

    scoper: Scoper

    _boundaries: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    _attached: dict[str, tuple[Scope, ...]] = field(default_factory=dict, repr=False)

    def boundary(self, action: str) -> tuple[str, ...]:
        """Patterns of the permissions boundaries of those whom an action is about.

        None, unless all roles, or all users, carry one.
        """
        entity = _entity(action)
        if entity not in self._boundaries:
            self._boundaries[entity] = self._of_all(entity)
        return self._boundaries[entity]

    def _of_all(self, entity: str) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for resource in self.scoper.assembly.resources(f"AWS::IAM::{entity}"):
            resolver = self.scoper.resolver(resource)
            for value in resolver.values(resource.properties.get("PermissionsBoundary")):
                if value is ABSENT:
                    return ()
                found |= {scope.pattern: None for scope in self._policies(resource, value)}
        return tuple(sorted(found))

    def attached(self, action: str) -> tuple[Scope, ...]:
        """The managed policies that the templates attach to those whom an action is about."""
        entity = _entity(action)
        if entity not in self._attached:
            self._attached[entity] = self._attached_to(entity)
        return self._attached[entity]

    def _attached_to(self, entity: str) -> tuple[Scope, ...]:
        found: dict[Scope, None] = {}
        for resource in self.scoper.assembly.resources(f"AWS::IAM::{entity}"):
            resolver = self.scoper.resolver(resource)
            for _, value in resolver.items(resource.properties.get("ManagedPolicyArns", ABSENT)):
                found |= dict.fromkeys(self._policies(resource, value))
        for policy in self.scoper.assembly.resources(MANAGED_POLICY):
            if policy.properties.get(f"{entity}s"):
                found |= dict.fromkeys(self._itself(policy))
        return tuple(sorted(found, key=lambda scope: scope.pattern))

    def conditions(self, known: Known) -> tuple[Condition, ...]:
        """Under which an action of IAM on the assembly's roles, users and groups is allowed."""
        found = []
        if attaches(known.name):
            patterns = tuple(dict.fromkeys(scope.pattern for scope in self.attached(known.name)))
            found.append(Condition("ArnLike", POLICY, patterns))
        boundary = self.boundary(known.name) if BOUNDARY in known.condition_keys else ()
        if boundary:
            found.append(Condition("ArnLike", BOUNDARY, boundary))
        return tuple(found)

    def services(self, role: Resource) -> tuple[str, ...]:
        """The services that may take a role on, by its trust policy."""
        resolver = self.scoper.resolver(role)
        found: set[str] = set()
        document = role.properties.get("AssumeRolePolicyDocument")
        for statements in resolver.get(document, "Statement"):
            for _, statement in resolver.items(statements):
                for effect in resolver.get(statement, "Effect"):
                    if effect != "Allow":
                        continue
                    for principals in resolver.get(statement, "Principal", "Service"):
                        found |= {
                            names.rendered(value, target=self.scoper.target, stack="*")
                            for _, value in resolver.items(principals)
                        }
        return tuple(sorted(found))

    def passed(self, resource: Resource) -> Iterator[tuple[Resource | str, tuple[Scope, ...]]]:
        """Roles that a resource's properties name: of the assembly, or as they are written."""
        seen: set[object] = set()
        for leaf in self.scoper.leaves(resource):
            text = names.rendered(leaf.value, target=self.scoper.target, stack="*")
            roles = [other for other in leaf.resources if other.type == ROLE]
            for role in roles:
                if role is not resource and id(role) not in seen:
                    seen.add(id(role))
                    yield role, self._itself(role)
            outside = ":iam::" in text and ":role/" in text
            untold = "*" in text and bool(_ROLE.search(leaf.key)) and not leaf.resources
            if not roles and (outside or untold) and text not in seen:
                seen.add(text)
                yield text, ()

    def to_linked(self, arn: str) -> tuple[str, ...]:
        """The service whose own role an ARN names; empty for any other role."""
        match = _LINKED_ROLE.search(arn)
        return (match[1],) if match is not None else ()

    def linked(self, resource: Resource) -> tuple[str, ...]:
        """The services whose linked roles a resource's handlers make; empty when not known."""
        return _LINKED_TO.get(resource.type, ())

    def _itself(self, resource: Resource) -> tuple[Scope, ...]:
        kind = handlers.kind_of(resource.type, self.scoper.target.region)
        return () if kind is None else self.scoper.itself(resource, kind)

    def _policies(self, resource: Resource, value: Value) -> tuple[Scope, ...]:
        """The managed policies that a property of a role, user or group names."""
        policies = [
            token.resource
            for token in (value.tokens if isinstance(value, Text) else ())
            if token.resource is not None and token.resource.type == MANAGED_POLICY
        ]
        if policies:
            return tuple(scope for policy in policies for scope in self._itself(policy))
        stack = names.stack_name(resource.template)
        arn = names.rendered(value, target=self.scoper.target, stack=stack)
        return (Scope(arn, "" if "*" in arn else arn),)


def attaches(action: str) -> bool:
    """Whether an action attaches a managed policy to a role, a user or a group."""
    return action in {"iam:AttachRolePolicy", "iam:AttachUserPolicy", "iam:AttachGroupPolicy"}


def _entity(action: str) -> str:
    found = _ENTITY.search(action)
    return found[0] if found else ""
