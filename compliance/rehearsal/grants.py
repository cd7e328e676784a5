"""What the deployed stacks grant, read from the account itself.

The templates tell where to look, and what must be found: a statement that a template writes and
that is not deployed stops the rehearsal, because what is proven then is not what was reviewed. A
permissions boundary and the policy of a VPC endpoint grant nothing, and are left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from compliance.iam.statements import PolicyKind
from compliance.rehearsal.copying import place
from compliance.rehearsal.errors import RehearsalError
from compliance.rehearsal.model import Grant, Kind, Place
from compliance.rehearsal.physical import Physical, name
from compliance.rehearsal.policy_readers import READERS, Account, Document, parsed
from compliance.rehearsal.written import Written
from compliance.rehearsal.written_policies import (
    INLINE,
    MANAGED,
    PERMISSION,
    ROLE,
    refuse_unreadable,
    written,
)

if TYPE_CHECKING:
    from compliance.assembly.model import Assembly, Json, Resource
    from compliance.iam.statements import Statement
    from compliance.rehearsal.stage import Stage


def deployed(
    stage: Stage, assembly: Assembly, *, removed: Collection[Place] = ()
) -> tuple[Grant, ...]:
    """Read every grant of the deployed stacks.

    Args:
        stage: where they are deployed; its operator may read policies.
        assembly: what was deployed.
        removed: resources of it that were taken out before.

    Returns:
        Roles first, each with its trust and its policies; then resource policies; in the
        assembly's order.

    Raises:
        RehearsalError: a policy of the templates is of a kind that cannot be read back, is not
            deployed, or is not deployed as it is written.
    """
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - an extra

    reading = _Reading(
        account=Account(Physical(stage, assembly)),
        removed=frozenset((each.stack, each.logical_id) for each in removed),
    )
    try:
        return tuple(reading.grants())
    except (BotoCoreError, ClientError) as error:
        raise RehearsalError(
            f"{assembly.path}: the policies of its roles cannot be read: {error}; next: give the "
            "operator's credentials the permission to read them"
        ) from error


@dataclass(frozen=True, kw_only=True)
class _Policy:
    """A policy document of the account, and whose it is in the templates.

    Attributes:
        kind: where it stands.
        holder: ARN of the role or resource.
        name: of the policy, or its ARN.
        body: parsed.
        owner: the resource of the templates that writes it; a role for what only the account has.
        role: for policies of roles.
    """

    kind: Kind
    holder: str
    name: str
    body: Mapping[str, Json]
    owner: Resource
    role: Resource | None = None


@dataclass(frozen=True, kw_only=True)
class _Reading:
    account: Account
    removed: frozenset[tuple[str, str]]
    _managed: dict[str, Mapping[str, Json]] = field(default_factory=dict)
    """Documents of managed policies, by ARN."""

    @property
    def physical(self) -> Physical:
        return self.account.physical

    @property
    def iam(self) -> Any:
        return self.account.client("iam")

    def resources(self, *types: str) -> Iterator[Resource]:
        """The deployed resources of these types."""
        for resource in self.physical.assembly.resources(*types):
            gone = (resource.template.stack, resource.logical_id) in self.removed
            if not gone and self.physical.found(resource):
                yield resource

    def grants(self) -> Iterator[Grant]:
        """All of them."""
        for resource in self.physical.assembly.resources():
            if (resource.template.stack, resource.logical_id) not in self.removed:
                refuse_unreadable(resource, self.physical)
        attached = self._attached()
        for role in self.resources(ROLE):
            policies = list(self._of_role(role, attached.pop(self.physical.id(role), [])))
            yield from self._granted(policies)
        if attached:
            role_name, (first, *_) = next(iter(attached.items()))
            raise RehearsalError(
                f"{name(first)} ({first.type}): grants to {role_name}, a role that is not of these "
                "stacks; what it does is not rehearsed; next: give the role its policy where the "
                "role is made"
            )
        for resource in self.resources(*READERS):
            if written(resource, self.physical):
                for document in self.account.documents(resource):
                    yield from self._granted([_of_resource(document, resource)])

    def _attached(self) -> dict[str, list[Resource]]:
        """Policies of the templates by the name of the role that they say they belong to."""
        found: dict[str, list[Resource]] = defaultdict(list)
        for resource in self.resources(MANAGED, *INLINE):
            for others in ("Users", "Groups"):
                if self.physical.texts(resource, others):
                    raise RehearsalError(
                        f"{name(resource)}: Properties.{others}: a rehearsal proves what roles do; "
                        "next: grant it to a role"
                    )
            for key in ("Roles", "RoleName"):
                for role in self.physical.texts(resource, key):
                    found[role].append(resource)
        return found

    # -- roles --------------------------------------------------------------------------------

    def _of_role(self, role: Resource, expected: list[Resource]) -> Iterator[_Policy]:
        """The policies of a role: its trust, those attached, those inside of it."""
        role_name = self.physical.id(role)
        found = self.iam.get_role(RoleName=role_name)["Role"]
        arn = str(found["Arn"])
        yield _Policy(
            kind=Kind.TRUST,
            holder=arn,
            name=arn,
            body=parsed(found["AssumeRolePolicyDocument"], role_name),
            owner=role,
            role=role,
        )
        seen: list[str] = []
        for policy, body, owner in (*self._managed_of(role), *self._inline_of(role, expected)):
            seen += [policy, name(owner)]
            yield _Policy(
                kind=Kind.ROLE, holder=arn, name=policy, body=body, owner=owner, role=role
            )
        wanted = [name(resource) for resource in expected]
        for missing in (*wanted, *self.physical.texts(role, "ManagedPolicyArns")):
            if missing not in seen:
                raise RehearsalError(
                    f"{name(role)}: its policy {missing} is not attached to {arn}; next: deploy "
                    "this very assembly"
                )

    def _managed_of(self, role: Resource) -> Iterator[tuple[str, Mapping[str, Json], Resource]]:
        own = {self.physical.id(resource): resource for resource in self.resources(MANAGED)}
        pages = self.iam.get_paginator("list_attached_role_policies")
        for page in pages.paginate(RoleName=self.physical.id(role)):
            for policy in page["AttachedPolicies"]:
                arn = str(policy["PolicyArn"])
                yield arn, self._document(arn), own.get(arn, role)

    def _document(self, arn: str) -> Mapping[str, Json]:
        if arn not in self._managed:
            version = self.iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
            found = self.iam.get_policy_version(PolicyArn=arn, VersionId=version)
            self._managed[arn] = parsed(found["PolicyVersion"]["Document"], arn)
        return self._managed[arn]

    def _inline_of(
        self, role: Resource, expected: list[Resource]
    ) -> Iterator[tuple[str, Mapping[str, Json], Resource]]:
        # The physical id of an inline policy is not its name.
        own = {
            self.physical.one(resource, "PolicyName"): resource
            for resource in expected
            if resource.type in INLINE
        }
        role_name = self.physical.id(role)
        pages = self.iam.get_paginator("list_role_policies")
        for page in pages.paginate(RoleName=role_name):
            for policy in page["PolicyNames"]:
                found = self.iam.get_role_policy(RoleName=role_name, PolicyName=policy)
                yield policy, parsed(found["PolicyDocument"], policy), own.get(policy, role)

    # -- statements ---------------------------------------------------------------------------

    def _granted(self, found: list[_Policy]) -> Iterator[Grant]:
        """The grants of these policies, in which all must be found that their owners write."""
        places: dict[int, str] = {}
        for owner in {id(policy.owner): policy.owner for policy in found}.values():
            bodies = [policy for policy in found if policy.owner is owner]
            for statement in written(owner, self.physical):
                match = self._match(statement, owner, bodies)
                if match is None:
                    raise RehearsalError(
                        f"{name(owner)} ({owner.type}): {statement.place}: this statement is not "
                        "deployed as it is written; next: deploy this very assembly"
                    )
                places[id(match)] = statement.place
        for policy in found:
            for each in listed(policy.body.get("Statement")):
                if each.get("Effect") == "Allow":
                    yield from _grants(policy, each, places.get(id(each), ""))

    def _match(
        self, statement: Statement, owner: Resource, policies: Collection[_Policy]
    ) -> Json | None:
        compared = Written(self.physical.resolver(owner), self.physical)
        # Lambda names the statement, and its function, by itself.
        but = ("Sid", "Resource") if owner.type == PERMISSION else ()
        return next(
            (
                each
                for policy in policies
                if (policy.kind is Kind.TRUST) == (statement.kind is PolicyKind.TRUST)
                for each in listed(policy.body.get("Statement"))
                if compared.same(statement.body, each, but=but)
            ),
            None,
        )


def _of_resource(document: Document, owner: Resource) -> _Policy:
    return _Policy(
        kind=Kind.RESOURCE,
        holder=document.holder,
        name=document.holder,
        body=document.body,
        owner=owner,
    )


def listed(value: Json) -> list[Any]:
    """What a policy may write as one element or as a list of them."""
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def _grants(policy: _Policy, statement: Mapping[str, Json], location: str) -> Iterator[Grant]:
    actions = _patterns(statement, "Action")
    resources = _patterns(statement, "Resource") or [policy.holder]
    whom = [policy.holder] if policy.kind is Kind.ROLE else list(_principals(statement))
    for principal in whom:
        for resource in resources:
            for action in actions:
                yield Grant(
                    kind=policy.kind,
                    holder=policy.holder,
                    principal=principal,
                    sid=str(statement.get("Sid", "")),
                    action=action,
                    resource=resource,
                    place=place(policy.owner),
                    policy=policy.name,
                    conditions=statement.get("Condition") or {},
                    role=place(policy.role) if policy.role else None,
                    location=location,
                )


def _patterns(statement: Mapping[str, Json], element: str) -> list[str]:
    """`Action` or `Resource`; all that the opposite leaves is one pattern."""
    left_out = listed(statement.get(f"Not{element}"))
    if left_out:
        return ["!" + ",".join(str(each) for each in left_out)]
    return [str(each) for each in listed(statement.get(element))]


def _principals(statement: Mapping[str, Json]) -> Iterator[str]:
    for element, sign in (("Principal", ""), ("NotPrincipal", "!")):
        found = statement.get(element)
        if isinstance(found, Mapping):
            for kind, values in found.items():
                for value in listed(values):
                    yield f"{sign}*" if value == "*" else f"{sign}{kind}:{value}"
        elif found is not None:
            yield f"{sign}{found}"
