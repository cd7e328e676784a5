"""What a role is for: some uses need actions on every resource, because no resource has a name yet.

- Lambda makes network interfaces for a function in a VPC, and they do not exist when the policy is
  written (Lambda Developer Guide, 'Giving Lambda functions access to resources in an Amazon VPC').
- A Cognito user pool sends text messages, and a phone number has no ARN (Amazon Cognito Developer
  Guide, 'SMS message settings for Amazon Cognito user pools').
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from compliance.iam.statements import PolicyKind, Statement, statements
from compliance.intrinsics import ABSENT, Text, Value

if TYPE_CHECKING:
    from compliance.assembly.model import Resource
    from compliance.rules.base import Context

ROLE: Final = "AWS::IAM::Role"
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


def needed_everywhere(resource: Resource, context: Context) -> frozenset[str]:
    """Actions that every role of a policy resource needs on every resource.

    Args:
        resource: a role, or a policy that roles have attached.
        context: where the roles and functions are looked up.
    """
    needs = [_needs(role, context) for role in _roles_of(resource, context)]
    return frozenset.intersection(*needs) if needs else frozenset()


def _needs(role: Resource | None, context: Context) -> frozenset[str]:
    trusted = _trusted(role, context) if role is not None else frozenset()
    if trusted == {"lambda"} and role in context.answer(_roles_in_a_vpc):
        return NETWORK_INTERFACES
    return TEXT_MESSAGES if trusted == {"cognito-idp"} else frozenset()


def referred(value: Value) -> Resource | None:
    """The resource that a value consists of a reference to, if it does."""
    if isinstance(value, Text) and len(value.parts) == 1:
        return value.tokens[0].resource
    return None


def _roles_of(resource: Resource, context: Context) -> Iterator[Resource | None]:
    if resource.type == ROLE:
        yield resource
        return
    resolver = context.of(resource)
    for name in ("Roles", "RoleName"):
        for _, value in resolver.items(resource.properties.get(name, ABSENT)):
            yield referred(value)
    yield from context.answer(_roles_by_policy).get(resource, ())


def _roles_by_policy(context: Context) -> Mapping[Resource, list[Resource]]:
    """Roles that name a managed policy of the assembly, by that policy."""
    found: dict[Resource, list[Resource]] = defaultdict(list)
    for role in context.assembly.resources(ROLE):
        for arns in context.get(role, "ManagedPolicyArns"):
            for _, arn in context.of(role).items(arns):
                policy = referred(arn)
                if policy is not None:
                    found[policy].append(role)
    return found


def _roles_in_a_vpc(context: Context) -> frozenset[Resource | None]:
    """Roles that a function in a VPC runs with."""
    return frozenset(
        referred(role)
        for function in context.assembly.resources(*FUNCTIONS)
        if any(value is not ABSENT for value in context.get(function, "VpcConfig", "SubnetIds"))
        for role in context.get(function, "Role")
    )


def _trusted(role: Resource, context: Context) -> frozenset[str]:
    """Who may assume a role: services by the head of their names, anybody else as `*`."""
    found = set()
    for statement in statements(role, context.of(role)):
        if statement.kind is not PolicyKind.TRUST:
            continue
        if not isinstance(statement, Statement):
            found.add("*")
            continue
        for block in statement.resolver.values(statement.body.get("Principal", "*")):
            if isinstance(block, Mapping) and set(block) == {"Service"}:
                services = statement.resolver.items(block["Service"])
                found |= {str(service).partition(".")[0] for _, service in services}
            else:
                found.add("*")
    return frozenset(found)
