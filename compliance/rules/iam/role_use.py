"""What a role is for: some uses need actions on every resource, because no resource has a name yet.

- Lambda makes network interfaces for a function in a VPC, and they do not exist when the policy is
  written (Lambda Developer Guide, 'Giving Lambda functions access to resources in an Amazon VPC').
- A Cognito user pool sends text messages, and a phone number has no ARN (Amazon Cognito Developer
  Guide, 'SMS message settings for Amazon Cognito user pools').
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from compliance.iam.statements import PolicyKind, Statement, statements
from compliance.intrinsics import ABSENT, Unknown, referred
from compliance.rules.iam import entities

if TYPE_CHECKING:
    from compliance.assembly.model import Resource
    from compliance.rules.base import Context

__all__ = ["BESIDES_SERVICES", "UNCLEAR", "needed_everywhere", "trusted"]

FUNCTIONS: Final = ("AWS::Lambda::Function", "AWS::Serverless::Function")

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
TEXT_MESSAGES: Final = frozenset({"sns:Publish"})

ANYBODY: Final = "*"
"""Stands for whom a role trusts besides services."""
UNCLEAR: Final = "?"
"""Stands for whom only the deployment knows."""
BESIDES_SERVICES: Final = frozenset({ANYBODY, UNCLEAR})


def needed_everywhere(resource: Resource, context: Context) -> frozenset[str]:
    """Actions that every principal of a policy resource needs on every resource.

    Args:
        resource: a role, or a policy that roles have attached.
        context: where the roles and functions are looked up.
    """
    needs = [_needs(role, context) for role in entities.principals(resource, context)]
    return frozenset.intersection(*needs) if needs else frozenset()


def trusted(role: Resource, context: Context) -> frozenset[str]:
    """Who may assume a role: services by the head of their names, `ANYBODY` and `UNCLEAR`.

    Args:
        role: a role of the assembly.
        context: where its values are resolved.
    """
    found = set()
    for statement in statements(role, context.of(role)):
        if statement.kind is not PolicyKind.TRUST:
            continue
        if not isinstance(statement, Statement):
            found.add(UNCLEAR)
            continue
        if not statement.allows:
            continue
        for block in statement.resolver.values(statement.body.get("Principal", "*")):
            if isinstance(block, Mapping) and set(block) == {"Service"}:
                found |= {
                    UNCLEAR if isinstance(service, Unknown) else str(service).partition(".")[0]
                    for _, service in statement.resolver.items(block["Service"])
                }
            else:
                found.add(UNCLEAR if isinstance(block, Unknown) else ANYBODY)
    return frozenset(found)


def _needs(role: Resource | None, context: Context) -> frozenset[str]:
    services = trusted(role, context) if role is not None else frozenset()
    if services == {"lambda"} and role in context.answer(_roles_in_a_vpc):
        return NETWORK_INTERFACES
    return TEXT_MESSAGES if services == {"cognito-idp"} else frozenset()


def _roles_in_a_vpc(context: Context) -> frozenset[Resource | None]:
    """Roles that a function in a VPC runs with."""
    return frozenset(
        referred(role)
        for function in context.assembly.resources(*FUNCTIONS)
        if any(value is not ABSENT for value in context.get(function, "VpcConfig", "SubnetIds"))
        for role in context.get(function, "Role")
    )
