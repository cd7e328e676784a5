"""IAM01: an action that can be scoped to resources is scoped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from compliance.findings import Severity
from compliance.iam import actions, arns
from compliance.iam.statements import IDENTITY_TYPES, Opaque, PolicyKind, Statement, statements
from compliance.intrinsics import Kind, Text, Unknown, Value
from compliance.rules.base import Context, Family, Judgement, Rule, fail, or_passed, undecided
from compliance.rules.iam.network_interfaces import serves_a_function_in_a_vpc

if TYPE_CHECKING:
    from compliance.assembly.model import Resource
    from compliance.iam.actions import Action

NOT_WORTH_SCOPING: Final[Mapping[str, str]] = {
    "cloudwatch:PutMetricData": "its only resource type is optional and new; IAM08 asks for the "
    "namespace condition instead",
}
"""Actions that take a resource type and are left alone, each with its reason."""

NETWORK_INTERFACES: Final = frozenset(
    {
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        "ec2:AssignPrivateIpAddresses",
        "ec2:UnassignPrivateIpAddresses",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeVpcs",
        "ec2:GetSecurityGroupsForVpc",
    }
)
"""What Lambda does for a function in a VPC (Lambda Developer Guide, 'Giving Lambda functions access
to resources in an Amazon VPC'). The interfaces do not exist when the policy is written."""

RESTRICTING_KEYS: Final = (
    "aws:resourcetag/",
    "aws:resourceaccount",
    "aws:resourceorgid",
    "aws:resourceorgpaths",
    "s3:prefix",
    "s3:resourceaccount",
    "s3:existingobjecttag/",
    "ec2:resourcetag/",
    "kms:encryptioncontext",
    "kms:resourcealiases",
    "ssm:resourcetag/",
    "secretsmanager:resourcetag/",
    "iam:resourcetag/",
    "dynamodb:leadingkeys",
)
"""Condition keys that restrict the resource itself, as prefixes in lower case."""


class ScopedResources(Rule):
    """IAM01."""

    id = "IAM01"
    family = Family.IAM
    severity = Severity.HIGH
    title = "An action that can be scoped to resources is scoped"
    rationale = (
        "A grant on every resource of a type reaches data that this principal has no business "
        "with: a stolen credential or a bug then reads or changes all of it."
    )
    remediation = (
        "Name the resource: give the ARN of the one table, bucket prefix, parameter or function, "
        "for example `resources=[table.table_arn]`."
    )
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html",
        "https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html",
    )
    resource_types = IDENTITY_TYPES

    def judge(self, resource: Resource, context: Context) -> Iterator[Judgement]:
        """Judge every Allow statement of the resource's identity policies."""
        found = [
            statement
            for statement in statements(resource, context.of(resource))
            if statement.kind is PolicyKind.IDENTITY
        ]
        if found:
            yield from or_passed(
                judgement
                for statement in found
                for judgement in self._statement(statement, resource, context)
            )

    def _statement(
        self, statement: Statement | Opaque, resource: Resource, context: Context
    ) -> Iterator[Judgement]:
        if isinstance(statement, Opaque):
            yield undecided(
                f"The policy is known only at deploy time: {statement.reason}.",
                location=statement.place,
            )
            return
        if not statement.allows or _restricts_resource(statement):
            return
        named = [entry.value for entry in statement.entries("Action")]
        for entry in statement.entries("Resource"):
            value = entry.value
            if isinstance(value, Unknown) or _is_unknown(value):
                yield undecided(
                    "The resource of an Allow statement is known only at deploy time.",
                    location=entry.place,
                    observed=value,
                )
            elif isinstance(value, str | Text):
                wide = _too_wide(named, value)
                if wide and not (
                    {action.name for action in wide} <= NETWORK_INTERFACES
                    and serves_a_function_in_a_vpc(resource, context)
                ):
                    yield fail(
                        f"{_listed(wide)} can be scoped to single resources, and is allowed on "
                        f"every one of them.",
                        location=entry.place,
                        observed=value,
                    )


def _too_wide(named: list[Value], resource: str | Text) -> list[Action]:
    """The actions for which `resource` should have named something."""
    everything = arns.is_everything(resource)
    found: list[Action] = []
    for pattern in named:
        if not isinstance(pattern, str) or not any(sign in str(resource) for sign in ("*", "?")):
            continue
        members = actions.expand(pattern)
        scopable = [
            action
            for action in members
            if action.name not in NOT_WORTH_SCOPING and action.can_be_scoped
        ]
        if not any(sign in pattern for sign in "*?") or any(a.mutating for a in scopable):
            wanted = scopable
        else:
            # Read-only wildcards such as ec2:Describe* mix both kinds, and no one can split them.
            wanted = scopable if len(scopable) == len(members) else []
        found += [
            action
            for action in wanted
            if everything or any(arns.covers_type(resource, arn) for arn in action.arns)
        ]
    return found


def _is_unknown(value: Value) -> bool:
    """Whether a text is nothing but something that only the deployment knows."""
    return (
        isinstance(value, Text)
        and len(value.parts) == 1
        and any(token.kind is Kind.UNKNOWN for token in value.tokens)
    )


def _restricts_resource(statement: Statement) -> bool:
    conditions = statement.conditions
    if isinstance(conditions, Unknown):
        return False
    return any(
        key.lower().startswith(RESTRICTING_KEYS)
        for operator, block in conditions.items()
        if isinstance(block, Mapping) and "IfExists" not in operator and "Null" not in operator
        for key in block
    )


def _listed(wide: list[Action], most: int = 4) -> str:
    names = list(dict.fromkeys(action.name for action in wide))
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
