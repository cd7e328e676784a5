"""What the deployment of each resource needs, by the handlers of its type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.execution_policy import gateway, handlers, reference
from compliance.execution_policy.identity import (
    BOUNDARY,
    LINKED,
    PASSED_TO,
    PASSING,
    POLICY,
    SERVICE_NAME,
    TAKEN_OFF,
    Identity,
    attaches,
)
from compliance.execution_policy.model import Check, Condition, Found, Need, Omitted, Undecided
from compliance.execution_policy.scoping import Scope, Scoper

if TYPE_CHECKING:
    from collections.abc import Iterable

    from compliance.assembly.model import Resource
    from compliance.execution_policy.reference import Known

GLOBAL: Final = frozenset(
    {"account", "budgets", "ce", "cloudfront", "globalaccelerator", "iam", "organizations"}
    | {"route53", "route53domains", "shield", "sts", "support", "waf"}
)
"""Services that are not in the region of the stack that uses them (AWS General Reference, 'Service
endpoints and quotas'): their actions are allowed wherever they are called."""
_NAMES_NONE: Final = "no resource of the assembly gives occasion for it"
_UNKNOWN: Final = "is no action that IAM knows"


class Handlers:
    """Reads the needs of resources whose types have handlers."""

    def __init__(self, scoper: Scoper, found: Found) -> None:
        self._scoper = scoper
        self._found = found
        self._identity = Identity(scoper)
        self._granted: set[tuple[str, str]] = set()
        self._may_omit: list[Omitted] = []

    def read(self, resource: Resource) -> None:
        """Add what the deployment of a resource needs."""
        named = handlers.actions(resource.type, self._scoper.target.region)
        if named is None:
            self._found.undecided.add(
                Undecided(
                    place(resource),
                    resource.type,
                    "its provider schema names no actions of its handlers",
                )
            )
            return
        for pattern in named:
            known = reference.lookup(pattern)
            if not known:
                self._found.omitted.add(Omitted(resource.type, pattern, _UNKNOWN))
            for action in known:
                self._action(resource, action)

    def finish(self) -> None:
        """Note what no resource of a type gave occasion for."""
        self._found.omitted |= {
            each for each in self._may_omit if (each.kind, each.action) not in self._granted
        }

    def _action(self, resource: Resource, known: Known) -> None:
        alone = handlers.needless(resource.type, known.name, resource.properties)
        if alone:
            self._omit(resource, known, f"it is called for {alone} alone, which is not set")
        elif known.name == PASSING:
            self._pass(resource)
        elif known.name == LINKED:
            self._linked(resource)
        elif known.name in TAKEN_OFF and self._identity.boundary(known.name):
            self._omit(resource, known, "it would take off the permissions boundary")
        elif known.service == gateway.SERVICE and not known.name.endswith("WebACL"):
            target = self._scoper.target
            self._need(
                resource,
                known.name,
                [
                    Scope(arn, arn.replace("*", "rehearsed"))
                    for arn in gateway.resources(resource.type, known.name, target)
                ],
            )
        elif not known.takes:
            self._everywhere(resource, known)
        else:
            self._scoped(resource, known)

    def _everywhere(self, resource: Resource, known: Known) -> None:
        """An action that no resource can be named for: as narrow as the region makes it."""
        region = self._scoper.target.region
        conditions = (
            ()
            if known.service in GLOBAL
            else (Condition("StringEquals", "aws:RequestedRegion", (region,)),)
        )
        self._need(resource, known.name, [Scope("*", "*")], conditions)

    def _scoped(self, resource: Resource, known: Known) -> None:
        found = {taken.kind: self._scoper.of(resource, taken.kind) for taken in known.takes}
        own = handlers.kind_of(resource.type, self._scoper.target.region)
        service = handlers.service(resource.type, self._scoper.target.region)
        if any(found.values()):
            scopes = [scope for each in found.values() for scope in each]
            # A request that names two resources is allowed when both are.
            scopes += [
                self._scoper.anything(taken.kind, f"{known.name} takes one that is not told")
                for taken in known.takes
                if taken.required and not found[taken.kind]
            ]
        elif own is None and known.service == service and service != "iam":
            why = f"what {resource.type} acts on is not told by its properties"
            scopes = [self._scoper.anything(taken.kind, why) for taken in known.takes]
        else:
            self._omit(resource, known, _NAMES_NONE)
            return
        if attaches(known.name) and not self._identity.attached(known.name):
            self._omit(resource, known, "no template attaches a managed policy")
            return
        conditions = self._identity.conditions(known)
        for condition in conditions:
            if condition.key in {POLICY, BOUNDARY} and "*" in condition.values:
                self._found.wide[f"{condition.key} *"] = (
                    "a template names managed policies that are not told: any may be given"
                )
        self._need(resource, known.name, scopes, conditions)

    def _pass(self, resource: Resource) -> None:
        there = False
        for role, own in self._identity.passed(resource):
            there = True
            if isinstance(role, str):
                services = self._identity.to_linked(role)
                wide = "which role is passed is not told" if "*" in role else ""
                scopes: tuple[Scope, ...] = (Scope(role, "" if wide else role, wide),)
            else:
                services = self._identity.services(role)
                scopes = own
            if not services and isinstance(role, str):
                self._found.undecided.add(
                    Undecided(
                        place(resource),
                        resource.type,
                        f"it is given the role {role}, which is not of this assembly: to which "
                        "services that may be passed is not known",
                    )
                )
            elif any("*" in service for service in services):
                # As a value of `StringEquals` it would be no wildcard.
                self._found.undecided.add(
                    Undecided(
                        place(resource),
                        resource.type,
                        "it is given a role whose trust policy names a service that is not told",
                    )
                )
            elif services:
                self._need(
                    resource, PASSING, scopes, (Condition("StringEquals", PASSED_TO, services),)
                )
        if not there:
            self._may_omit.append(Omitted(resource.type, PASSING, _NAMES_NONE))

    def _linked(self, resource: Resource) -> None:
        services = self._identity.linked(resource)
        partition = self._scoper.target.partition
        start = f"arn:{partition}:iam::{self._scoper.target.account}:role/aws-service-role/"
        conditions: tuple[Condition, ...] = ()
        if services:
            scopes = [
                Scope(f"{start}{service}/*", f"{start}{service}/rehearsed") for service in services
            ]
            conditions = (Condition("StringEquals", SERVICE_NAME, services),)
        else:
            scopes = [Scope(f"{start}*", wide=f"whose linked role {resource.type} makes: not told")]
        self._need(resource, LINKED, scopes, conditions)

    def _omit(self, resource: Resource, known: Known, reason: str) -> None:
        self._may_omit.append(Omitted(resource.type, known.name, reason))

    def _need(
        self,
        resource: Resource,
        action: str,
        scopes: Iterable[Scope],
        conditions: tuple[Condition, ...] = (),
    ) -> None:
        scopes = list(scopes)
        self._granted.add((resource.type, action))
        for scope in scopes:
            if scope.wide:
                self._found.wide[scope.pattern] = scope.wide
        context = {
            condition.key: condition.values[0]
            for condition in conditions
            if condition.key in {BOUNDARY, PASSED_TO, SERVICE_NAME}
        }
        asks = [context]
        if any(condition.key == POLICY for condition in conditions):
            attached = self._identity.attached(action)
            asks = [{**context, POLICY: each.arn} for each in attached if each.arn]
        self._found.needs.append(
            Need(
                action=action,
                resources=tuple(dict.fromkeys(scope.pattern for scope in scopes)),
                conditions=conditions,
                purpose="PassRole" if action == PASSING else "Deploy" + short(resource.type),
                place=place(resource),
                stack=resource.template.stack_name,
                logical_id=resource.logical_id,
                checks=tuple(
                    dict.fromkeys(
                        Check(action, scope.arn, each)
                        for scope in scopes
                        if scope.arn
                        for each in asks
                    )
                ),
            )
        )


def place(resource: Resource) -> str:
    """A resource, for readers."""
    return f"{resource.template.name}: {resource.logical_id}"


def short(kind: str) -> str:
    """A type as a part of a Sid: `AWS::SQS::Queue` is `SQSQueue`."""
    return "".join(char for char in kind.removeprefix("AWS::") if char.isalnum())
