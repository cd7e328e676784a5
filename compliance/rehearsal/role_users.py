"""Which resources of an assembly use a role, by whatever they name it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from compliance.intrinsics import Resolver, Text, is_intrinsic
from compliance.rehearsal.policy_readers import READERS
from compliance.rehearsal.written_policies import OF_ROLES, PERMISSION, ROLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.assembly.model import Assembly, Json, Resource
    from compliance.intrinsics import Value

POLICIES: Final = frozenset({*READERS, PERMISSION})
"""Types that name a role to let it in, and do not work under it."""


def users(assembly: Assembly) -> Mapping[Resource, tuple[Resource, ...]]:
    """The resources that name each role of an assembly, save policies of roles.

    A role is named by a reference, also through another stack's output, or by the text of its ARN.
    """
    roles = list(assembly.resources(ROLE))
    literal = {ending: role for role in roles for ending in _endings(role, assembly)}
    found: dict[Resource, list[Resource]] = defaultdict(list)
    for resource in assembly.resources():
        if resource.type in OF_ROLES:
            continue
        named: dict[Resource, None] = {}
        for value in _leaves(resource.properties, Resolver(resource.template, assembly)):
            for token in value.tokens if isinstance(value, Text) else ():
                if token.resource is not None and token.resource.type == ROLE:
                    named[token.resource] = None
            role = literal.get(role_name(value))
            if role is not None:
                named[role] = None
        for role in named:
            found[role].append(resource)
    return {role: tuple(found[role]) for role in roles}


def role_name(value: Value) -> str:
    """The name of the role whose ARN a text spells out; empty for any other."""
    end = value.parts[-1] if isinstance(value, Text) else value
    # `arn:<partition>:iam::<account>:role/<path>/<name>`, of which the beginning may be a token.
    resource = end.rpartition(":")[2] if isinstance(end, str) else ""
    return resource.rpartition("/")[2] if resource.startswith("role/") else ""


def _endings(role: Resource, assembly: Assembly) -> Iterator[str]:
    """What the ARN of a role that has a literal name ends with."""
    for value in Resolver(role.template, assembly).get(role.properties, "RoleName"):
        if isinstance(value, str):
            yield value


def _leaves(node: Json, resolver: Resolver) -> Iterator[Value]:
    """The texts in a value, however deep inside."""
    if is_intrinsic(node):
        for value in resolver.values(node):
            if isinstance(value, Text | str):
                yield value
            else:
                yield from _leaves(value, resolver)
    elif isinstance(node, Mapping):
        for value in node.values():
            yield from _leaves(value, resolver)
    elif isinstance(node, list):
        for value in node:
            yield from _leaves(value, resolver)
    elif isinstance(node, str):
        yield node
