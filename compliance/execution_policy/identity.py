"""IAM's own dangers: which roles may be passed, written and given policies, and to what.

- `iam:PassRole`: only of roles that the passing resource names, and with `iam:PassedToService` for
  the services that their trust policies name (IAM User Guide, 'Grant a user permissions to pass a
  role to an AWS service').
- `iam:AttachRolePolicy`: with `iam:PolicyARN` for the policies that the templates attach.
- Where all roles carry a permissions boundary, `iam:PermissionsBoundary` asks for it wherever IAM
  knows that key, and nothing takes it off (IAM User Guide, 'Permissions boundaries for IAM
  entities: Delegating responsibility to others using permissions boundaries').
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
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
TAKEN_OFF: Final = frozenset({"iam:DeleteRolePermissionsBoundary"})

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

    @cached_property
    def _roles(self) -> tuple[Resource, ...]:
        return tuple(self.scoper.assembly.resources(ROLE))

    @cached_property
    def boundary(self) -> tuple[str, ...]:
        """Patterns of the permissions boundaries, when all roles carry one; else none."""
        found: dict[str, None] = {}
        for role in self._roles:
            values = self.scoper.resolver(role).values(role.properties.get("PermissionsBoundary"))
            for value in values:
                if value is ABSENT:
                    return ()
                found |= {scope.pattern: None for scope in self._policies(role, value)}
        return tuple(sorted(found))

    @cached_property
    def attached(self) -> tuple[Scope, ...]:
        """The managed policies that the templates attach to roles."""
        found: dict[Scope, None] = {}
        for role in self._roles:
            resolver = self.scoper.resolver(role)
            for _, value in resolver.items(role.properties.get("ManagedPolicyArns", ABSENT)):
                found |= dict.fromkeys(self._policies(role, value))
        for policy in self.scoper.assembly.resources(MANAGED_POLICY):
            if policy.properties.get("Roles"):
                found |= dict.fromkeys(self._itself(policy))
        return tuple(sorted(found, key=lambda scope: scope.pattern))

    def conditions(self, known: Known) -> tuple[Condition, ...]:
        """Under which an action of IAM on the assembly's roles is allowed."""
        found = []
        if known.name == "iam:AttachRolePolicy":
            patterns = tuple(dict.fromkeys(scope.pattern for scope in self.attached))
            found.append(Condition("ArnLike", POLICY, patterns))
        if BOUNDARY in known.condition_keys and self.boundary and "Role" in known.name:
            found.append(Condition("ArnLike", BOUNDARY, self.boundary))
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

    def _policies(self, role: Resource, value: Value) -> tuple[Scope, ...]:
        """The managed policies that a property of a role names."""
        policies = [
            token.resource
            for token in (value.tokens if isinstance(value, Text) else ())
            if token.resource is not None and token.resource.type == MANAGED_POLICY
        ]
        if policies:
            return tuple(scope for policy in policies for scope in self._itself(policy))
        stack = names.stack_name(role.template)
        arn = names.rendered(value, target=self.scoper.target, stack=stack)
        return (Scope(arn, "" if "*" in arn else arn),)
