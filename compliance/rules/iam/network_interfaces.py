"""Whose role it is: a role for Lambda functions in a VPC needs network-interface actions on `*`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from compliance.iam.statements import PolicyKind, Statement, statements
from compliance.intrinsics import ABSENT, Text, Value

if TYPE_CHECKING:
    from compliance.assembly.model import Resource
    from compliance.rules.base import Context

LAMBDA: Final = "lambda.amazonaws.com"
FUNCTIONS: Final = ("AWS::Lambda::Function", "AWS::Serverless::Function")


def serves_a_function_in_a_vpc(resource: Resource, context: Context) -> bool:
    """Whether every role that a policy resource belongs to is Lambda's alone and serves a VPC.

    Args:
        resource: a role, or a policy that names the roles it belongs to.
        context: where the roles and functions are looked up.
    """
    roles = list(_roles_of(resource, context))
    return bool(roles) and all(
        role is not None and _lambda_alone(role, context) and _used_in_vpc(role, context)
        for role in roles
    )


def _roles_of(resource: Resource, context: Context) -> Iterator[Resource | None]:
    if resource.type == "AWS::IAM::Role":
        yield resource
        return
    resolver = context.of(resource)
    for name in ("Roles", "RoleName"):
        for _, value in resolver.items(resource.properties.get(name, ABSENT)):
            yield referred(value)


def referred(value: Value) -> Resource | None:
    """The resource that a value consists of a reference to, if it does."""
    if isinstance(value, Text) and len(value.parts) == 1:
        return value.tokens[0].resource
    return None


def _lambda_alone(role: Resource, context: Context) -> bool:
    trusts = [
        statement
        for statement in statements(role, context.of(role))
        if statement.kind is PolicyKind.TRUST
    ]
    return bool(trusts) and all(
        isinstance(statement, Statement)
        and [
            value
            for principal in statement.resolver.values(statement.body.get("Principal"))
            if isinstance(principal, Mapping) and set(principal) == {"Service"}
            for _, value in statement.resolver.items(principal["Service"])
        ]
        == [LAMBDA]
        for statement in trusts
    )


def _used_in_vpc(role: Resource, context: Context) -> bool:
    return any(
        referred(value) is role
        and any(
            subnets is not ABSENT for subnets in context.get(function, "VpcConfig", "SubnetIds")
        )
        for function in context.assembly.resources(*FUNCTIONS)
        for value in context.get(function, "Role")
    )
