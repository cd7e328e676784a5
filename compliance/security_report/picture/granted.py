"""What goes between resources because a role may do it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from compliance.iam.statements import PolicyKind, Statement, statements
from compliance.intrinsics import Text
from compliance.rehearsal.role_users import POLICIES
from compliance.rules import sam
from compliance.rules.iam import entities
from compliance.security_report import grants
from compliance.security_report.access_matrix import users_of_roles
from compliance.security_report.model import Level, Tie

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.assembly.model import Resource
    from compliance.intrinsics import Value
    from compliance.rules.base import Context

CHANGING: Final = frozenset({Level.UNKNOWN, Level.PERMISSIONS, Level.WRITE, Level.TAGGING})
OF_SERVICE: Final = {
    "kms": Tie.USES,
    "secretsmanager": Tie.USES,
    "ssm": Tie.USES,
    "events": Tie.SENDS,
    "sns": Tie.SENDS,
    "sqs": Tie.SENDS,
    "execute-api": Tie.CALLS,
    "lambda": Tie.CALLS,
    "states": Tie.CALLS,
}
"""What the actions of a service are for; of others, data is read or written."""
LEFT_OUT: Final = frozenset({"logs", "xray", "ec2"})
"""Services whose grants say nothing that an arrow would tell: logs have arrows of their own."""


@dataclass(slots=True)
class Use:
    """What somebody may do with something.

    Attributes:
        tie: the gravest.
        actions: names without their service, in the templates' order.
    """

    tie: Tie
    actions: dict[str, None] = field(default_factory=dict)


def uses(context: Context) -> dict[tuple[Resource, Resource], Use]:
    """What resources may do with one another by their roles, by who and what."""
    found: dict[tuple[Resource, Resource], Use] = {}
    may: dict[Resource, dict[Resource, Use]] = defaultdict(dict)
    for role in context.assembly.resources(*entities.PRINCIPAL_TYPES):
        for policy in entities.policies(role, context):
            _add(policy, may[role], context)
    for function in context.assembly.resources(sam.FUNCTION):
        _add(function, may[function], context)
    roles = context.answer(users_of_roles)
    for role, used in may.items():
        workers = [user for user in roles.get(role, ()) if user.type not in POLICIES]
        for worker in (role, *workers):
            for target, use in used.items():
                found[worker, target] = use
    return found


def _add(policy: Resource, used: dict[Resource, Use], context: Context) -> None:
    """What the statements of a policy allow, by what it is allowed on."""
    for statement in statements(policy, context.of(policy)):
        if (
            not isinstance(statement, Statement)
            or statement.kind is not PolicyKind.IDENTITY
            or not statement.allows
        ):
            continue
        targets = dict.fromkeys(_targets(statement))
        for entry in statement.entries("Action") if targets else ():
            for tie, action in _told(entry.value):
                for target in targets:
                    use = used.setdefault(target, Use(tie))
                    use.actions[action] = None
                    if use.tie is Tie.READS:
                        use.tie = tie


def _targets(statement: Statement) -> Iterator[Resource]:
    for entry in statement.entries("Resource"):
        for token in entry.value.tokens if isinstance(entry.value, Text) else ():
            if token.resource is not None:
                yield token.resource


def _told(action: Value) -> Iterator[tuple[Tie, str]]:
    if not isinstance(action, str):
        yield Tie.WRITES, grants.UNTOLD
        return
    service, _, name = action.partition(":")
    if service.lower() in LEFT_OUT:
        return
    level = grants.level(action)
    tie = OF_SERVICE.get(service.lower(), Tie.WRITES if level in CHANGING else Tie.READS)
    if tie is Tie.SENDS and level not in CHANGING:
        tie = Tie.READS
    yield tie, name or action
