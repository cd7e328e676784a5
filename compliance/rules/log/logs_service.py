"""Whether a key's policy lets CloudWatch Logs use the key for a log group.

What the service needs, and the condition on its encryption context: CloudWatch Logs User Guide,
'Encrypt log data in CloudWatch Logs using AWS Key Management Service'.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from compliance.iam import actions
from compliance.iam.statements import Opaque, Statement, statements
from compliance.intrinsics import ABSENT, HOLE, Text, Unknown, Value
from compliance.rules.branches import branches

if TYPE_CHECKING:
    from compliance.assembly.model import Resource
    from compliance.rules.base import Context

NEEDED: Final = ("kms:Decrypt", "kms:GenerateDataKey")
"""Without these nothing is written or read; the guide's example allows more."""
CONTEXT: Final = "kms:encryptioncontext:aws:logs:arn"

_SERVICE = re.compile(rf"logs\.((?P<region>[^.]+)\.)?(amazonaws\.com(\.cn)?|{HOLE})")


def refused(key: Resource, group: Resource, context: Context) -> tuple[str, ...] | Unknown:
    """The actions that a key's policy keeps from the logs service, however its conditions turn out.

    Args:
        key: a KMS key.
        group: the log group that is to be encrypted with it.
        context: where values are resolved.

    Returns:
        Names out of `NEEDED`, empty when the service may use the key; `Unknown` when that hangs on
        a part of the policy that only the deployment knows.
    """
    unclear: Unknown | None = None
    for policy in _policies(key, group.template.region, context):
        found = _refused(policy, group, context)
        if isinstance(found, Unknown):
            unclear = found
        elif found:
            return found
    return unclear or ()


_Policy = tuple[Statement | Opaque, ...]


def _policies(key: Resource, region: str, context: Context) -> tuple[_Policy, ...]:
    """What a key's policy says of the logs service, once for each way its conditions turn out.

    Worked out once for a key and region, however many log groups it encrypts.
    """
    known = context.answer(_known)
    if (key, region) not in known:
        known[key, region] = tuple(
            tuple(
                statement
                for statement in statements(one, context.of(one))
                if isinstance(statement, Opaque) or _is_for_logs(statement, region)
            )
            for one in branches(key, "KeyPolicy")
        )
    return known[key, region]


def _known(_: Context) -> dict[tuple[Resource, str], tuple[_Policy, ...]]:
    return {}


def _refused(policy: _Policy, group: Resource, context: Context) -> tuple[str, ...] | Unknown:
    granted: set[str] = set()
    denied: set[str] = set()
    unclear: Unknown | None = None
    for statement in policy:
        if isinstance(statement, Opaque):
            unclear = Unknown(statement.reason)
        elif not statement.allows:
            # A condition of a Deny may spare the service: only one without is sure to hold.
            denied |= set() if any(statement.conditions) else _granted(statement)
        else:
            admitted = _admits(statement, group, context)
            if isinstance(admitted, Unknown):
                unclear = admitted
            elif admitted:
                granted |= _granted(statement)
    missing = tuple(action for action in NEEDED if action not in granted - denied)
    return unclear if missing and unclear else missing


def _is_for_logs(statement: Statement, region: str) -> bool:
    for block in statement.resolver.values(statement.body.get("Principal", ABSENT)):
        if block == "*":
            return True
        for kind, listed in block.items() if isinstance(block, Mapping) else ():
            for _, principal in statement.resolver.items(listed):
                if principal == "*" or (kind == "Service" and _is_logs(principal, region)):
                    return True
    return False


def _is_logs(principal: Value, here: str) -> bool:
    text = principal.literal if isinstance(principal, Text) else str(principal)
    found = _SERVICE.fullmatch(text)
    if found is None:
        return False
    region = found.group("region")
    return not region or not here or not re.fullmatch(r"[a-z0-9-]+", region) or region == here


def _granted(statement: Statement) -> set[str]:
    """Those of `NEEDED` that a statement is about; an action not yet known may be any."""
    excluding = statement.has("NotAction")
    entries = [entry.value for entry in statement.entries("NotAction" if excluding else "Action")]
    named = {
        action
        for action in NEEDED
        if any(
            actions.matches(entry, action) if isinstance(entry, str) else not excluding
            for entry in entries
        )
    }
    return set(NEEDED) - named if excluding else named


def _admits(statement: Statement, group: Resource, context: Context) -> bool | Unknown:
    """Whether the statement's condition holds for this log group, in each of its alternatives."""
    admitted = True
    for block in statement.conditions:
        if isinstance(block, Unknown):
            return block
        for operator, pairs in block.items():
            negated = "Not" in operator
            for found in () if negated else statement.resolver.values(pairs):
                for name, wanted in found.items() if isinstance(found, Mapping) else ():
                    if name.lower() == CONTEXT:
                        arns = [value for _, value in statement.resolver.items(wanted)]
                        admitted = admitted and any(_may_be(arn, group, context) for arn in arns)
    return admitted


def _may_be(arn: Value, group: Resource, context: Context) -> bool:
    """Whether an ARN's pattern may mean the log group; the name has to be literal to say no."""
    names = context.get(group, "LogGroupName")
    pattern = str(arn).partition(":log-group:")[2]
    if not pattern or "${" in pattern or not all(isinstance(name, str) for name in names):
        return True
    return any(fnmatchcase(f"{name}{end}", pattern) for name in names for end in ("", ":*"))
