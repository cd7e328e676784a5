"""IAM07: a principal cannot raise its own rights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.findings import Severity
from compliance.iam import actions, arns, reach
from compliance.iam.conditions import is_pattern
from compliance.iam.statements import IDENTITY_TYPES, PolicyKind, Statement, statements
from compliance.intrinsics import Text, Unknown
from compliance.rules.base import Context, Judgement, Standard, fail, undecided, unknown
from compliance.rules.iam import entities
from compliance.rules.iam.escalation import (
    ALONE,
    BOUNDARY,
    OWN,
    PASS_ROLE,
    WITH_A_ROLE,
    passed_to,
)
from compliance.rules.iam.identity import IdentityRule, held_to, is_unknown, listed, patterns

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compliance.assembly.model import Resource

ONESELF: Final = "/${aws:username}"
"""What the ARN of the user who asks ends in (IAM User Guide, 'IAM policy elements: Variables')."""
A_POLICY: Final = "arn:${Partition}:iam::${Account}:policy/${PolicyNameWithPath}"


class NoEscalation(IdentityRule):
    """IAM07."""

    id = "IAM07"
    severity = Severity.CRITICAL
    title = "A principal cannot raise its own rights"
    rationale = (
        "Who can change what it may do has every right already: whatever else its policies say, a "
        "stolen credential ends as an administrator's."
    )
    remediation = (
        "Name the one other role, user, group or policy that is managed, or require a permissions "
        "boundary with a condition on iam:PermissionsBoundary; pass one named role."
    )
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html",
    )
    controls = {Standard.NIST: ("AC-3", "AC-6")}
    stock = ("CKV_AWS_110",)

    def allowed(
        self, statement: Statement, resource: Resource, context: Context
    ) -> Iterator[Judgement]:
        """Judge what the statement lets the principals of its policy do to themselves.

        A pair of actions is judged where the role is passed, wherever else among the principal's
        policies the other action is allowed: naming the role mends it.
        """
        named = patterns(statement)
        alone = [name for name in ALONE if _takes_in(named, name)]
        pairs = _pairs(statement, resource, context) if _takes_in(named, PASS_ROLE) else []
        if not alone and not pairs:
            return
        bounded = held_to(statement, BOUNDARY, _is_one_policy)
        if bounded is True:
            return
        for entry in statement.entries("Resource"):
            value = entry.value
            if is_unknown(value):
                first = (alone or [PASS_ROLE])[0]
                yield unknown(f"The resource of {first}", value, location=entry.place)
            elif isinstance(value, str | Text):
                ways = [
                    f"{name} {ALONE[name]}"
                    for name in alone
                    if _raises(name, value, resource, context)
                ]
                if arns.is_pattern(value) and reach.can_serve(value, PASS_ROLE):
                    ways += [f"{PASS_ROLE} with {name} has a role act for it" for name in pairs]
                if ways and isinstance(bounded, Unknown):
                    yield undecided(
                        f"Whether a condition on {BOUNDARY} bounds {listed(ways)} is known only at "
                        f"deploy time: {bounded.reason}.",
                        location=entry.place,
                        observed=value,
                    )
                elif ways:
                    yield fail(
                        f"The principal can raise its own rights: {listed(ways)}.",
                        location=entry.place,
                        observed=value,
                    )


def _takes_in(named: list[str], action: str) -> bool:
    return any(actions.matches(pattern, action) for pattern in named)


def _raises(action: str, on: str | Text, resource: Resource, context: Context) -> bool:
    """Whether an action gives a policy's principals more rights when it is allowed there."""
    if not reach.can_serve(on, action):
        return False
    if str(on).endswith(ONESELF):
        return action not in OWN
    return arns.is_pattern(on) or (action not in OWN and _is_ones_own(on, resource, context))


def _is_ones_own(on: str | Text, resource: Resource, context: Context) -> bool:
    """Whether a principal of a policy is named, or a policy that such a principal has."""
    principals = set(entities.together(resource, context))
    named = entities.by_arn(on, resource, context)
    if named is not None:
        return named in {resource, *principals} or not principals.isdisjoint(
            entities.principals(named, context)
        )
    return any(
        arn == on
        for principal in principals
        for attached in context.get(principal, "ManagedPolicyArns")
        for _, arn in context.of(principal).items(attached)
    )


def _pairs(statement: Statement, resource: Resource, context: Context) -> list[str]:
    """Actions of the same principal that use a role passed, where they are not of this policy."""
    sources = context.answer(_sources)[resource]
    return [
        name if sources[name] is resource else f"{name} of {sources[name].logical_id}"
        for name, services in WITH_A_ROLE.items()
        if name in sources and not _is_passed_elsewhere(statement, services)
    ]


def _is_passed_elsewhere(statement: Statement, services: tuple[str, ...]) -> bool:
    """Whether a condition lets the role be passed to other services only."""
    return passed_to(statement, lambda value: not _is_of(value, services)) is True


def _is_of(value: str | Text, services: tuple[str, ...]) -> bool:
    """Whether a value of the condition takes in one of the services, in any partition."""
    text = str(value)
    return any(
        text.startswith(f"{service}.") or actions.matches(text, f"{service}.amazonaws.com")
        for service in services
    )


def _is_one_policy(value: str | Text) -> bool:
    return not arns.covers_type(value, A_POLICY)


def _sources(context: Context) -> Mapping[Resource, Mapping[str, Resource]]:
    """For each policy that lets a role be passed: what uses one, and which policy allows that.

    It is the policy itself where it can be, else the first of its principals' other policies.
    """
    allowed = {
        policy: _allowed(policy, context) for policy in context.assembly.resources(*IDENTITY_TYPES)
    }
    of_principal: dict[Resource, dict[str, Resource]] = {}
    found: dict[Resource, dict[str, Resource]] = {}
    for policy, names in allowed.items():
        if PASS_ROLE not in names:
            continue
        found[policy] = dict.fromkeys(names, policy)
        for principal in entities.together(policy, context):
            if principal not in of_principal:
                of_principal[principal] = {
                    name: each
                    for each in reversed(entities.policies(principal, context))
                    for name in allowed[each]
                }
            found[policy] = of_principal[principal] | found[policy]
    return found


def _allowed(policy: Resource, context: Context) -> frozenset[str]:
    """Of passing a role and the actions that use one: what a policy allows."""
    named = {
        pattern.lower()
        for statement in statements(policy, context.of(policy))
        if isinstance(statement, Statement)
        and statement.kind is PolicyKind.IDENTITY
        and statement.allows
        for pattern in patterns(statement)
    }
    wild = [pattern for pattern in named if is_pattern(pattern)]
    return frozenset(
        name for name in (PASS_ROLE, *WITH_A_ROLE) if name.lower() in named or _takes_in(wild, name)
    )
