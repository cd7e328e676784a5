"""What one statement of a policy grants, action by action and resource by resource."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from compliance.iam import actions
from compliance.iam.principals import Who, principals
from compliance.iam.statements import Opaque, PolicyKind, Statement
from compliance.intrinsics import Text, Unknown
from compliance.rules.log.groups import reference
from compliance.security_report.model import Grant, Level
from compliance.security_report.naming import cut, listed, short

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.assembly.model import Resource
    from compliance.iam.principals import Principal as Named
    from compliance.iam.statements import Entry
    from compliance.intrinsics import Value
    from compliance.reports.grouping import Place

EVERY: Final = "*"
"""Stands for every service."""
UNTOLD: Final = "?"
"""Stands for what only the deployment knows."""
MAX_PAIRS: Final = 400
"""Grants of one statement, beyond which its resources are shown together."""
GRAVITY: Final = (
    Level.UNKNOWN,
    Level.PERMISSIONS,
    Level.WRITE,
    Level.TAGGING,
    Level.READ,
    Level.LIST,
)
"""Levels, the gravest first: what nobody can read may be anything."""
EFFECTS: Final = ("Allow", "Deny")


def of_statement(
    statement: Statement | Opaque, *, place: Place, holder: Resource | None = None
) -> Iterator[tuple[str, Grant]]:
    """The grants of a statement, each with its service.

    Args:
        statement: one that allows or denies; what cannot be read of it is of an unknown level.
        place: the resource of the template that the policy is, or is part of.
        holder: what a resource's policy protects: a statement that names no resource is about it,
            and so is `*` in the policy of a key (KMS Developer Guide, 'Key policies in AWS KMS').
    """
    if isinstance(statement, Opaque):
        yield EVERY, unread(statement.place, statement.reason, place)
        return
    for action, service, level, why in _actions(statement):
        for resource in _resources(statement, holder, most=MAX_PAIRS // _size(statement, "Action")):
            yield (
                service,
                Grant(
                    action=cut(action),
                    level=level,
                    resource=resource,
                    condition=condition(statement),
                    sid=sid(statement),
                    location=statement.place,
                    place=place,
                    deny=not statement.allows,
                    unread=why or _effect(statement),
                ),
            )


def unread(location: str, reason: str, place: Place, *, resource: str = UNTOLD) -> Grant:
    """A grant of what nobody can read, at a place of the template."""
    return Grant(
        action=UNTOLD,
        level=Level.UNKNOWN,
        resource=resource,
        location=location,
        place=place,
        unread=cut(reason),
    )


def sid(statement: Statement) -> str:
    """The statement's name, empty when it has none."""
    return short(statement.resolver.one(statement.body.get("Sid")))


def condition(statement: Statement) -> str:
    """A statement's condition in a few words; empty when there is none."""
    return cut(
        " or ".join(filter(None, (_block(each, statement) for each in statement.conditions)))
    )


@lru_cache(maxsize=4096)
def level(pattern: str) -> Level:
    """The gravest level of the actions that a pattern stands for.

    Of a combined level (`Tagging, Write`), the graver one counts. Access levels: Service
    Authorization Reference.
    """
    service, _, action = pattern.partition(":")
    if not action.strip("*") and set("*?") & set(service):
        # Services without an action that grants permissions are few, and it need not be read.
        return Level.PERMISSIONS
    told = {action.level for action in actions.expand(pattern)}
    return next((level for level in GRAVITY if any(level in each for each in told)), Level.UNKNOWN)


# -- actions --------------------------------------------------------------------------------------


def _actions(statement: Statement) -> Iterator[tuple[str, str, Level, str]]:
    """Actions as written, each with its service, its level, and why that is not known."""
    entries = statement.entries("Action")
    for entry in entries:
        yield _action(entry.value)
    left_out = statement.entries("NotAction")
    if left_out:
        yield _but(left_out), EVERY, Level.PERMISSIONS, ""
    if not entries and not left_out:
        yield UNTOLD, EVERY, Level.UNKNOWN, "the statement names no action"


def _action(value: Value) -> tuple[str, str, Level, str]:
    if isinstance(value, str):
        found = level(value)
        why = "no such action is known" if found is Level.UNKNOWN else ""
        return value, _service(value), found, why
    if isinstance(value, Text):
        first = value.parts[0]
        service = _service(first) if isinstance(first, str) and ":" in first else EVERY
        return short(value), service, Level.UNKNOWN, "known only at deploy time"
    why = value.reason if isinstance(value, Unknown) else "it is no text"
    return short(value), EVERY, Level.UNKNOWN, cut(why)


def _service(pattern: str) -> str:
    """IAM's prefix of an action pattern; every service where a wildcard stands in it."""
    service = pattern.partition(":")[0].lower()
    return EVERY if set("*?") & set(service) else cut(service)


def _but(entries: list[Entry]) -> str:
    """All but what is listed, as a rehearsal writes it too."""
    return "!" + ",".join(short(entry.value) for entry in entries)


# -- resources ------------------------------------------------------------------------------------


def _size(statement: Statement, element: str) -> int:
    return max(1, len(statement.entries(element)))


def _resources(statement: Statement, holder: Resource | None, *, most: int) -> list[str]:
    own = short(reference(holder)) if holder is not None else UNTOLD
    found = [short(entry.value) for entry in statement.entries("Resource")]
    if statement.kind is PolicyKind.KEY:
        found = [own if each == EVERY else each for each in found]
    left_out = statement.entries("NotResource")
    if left_out:
        found.append(cut(_but(left_out)))
    found = list(dict.fromkeys(found or [own]))
    return found if len(found) <= max(1, most) else [listed(_widest_first(found))]


def _widest_first(found: list[str]) -> list[str]:
    """What stands for everything is not to be among those that are only counted."""
    return sorted(found, key=lambda each: each != EVERY)


# -- conditions -----------------------------------------------------------------------------------


def _block(block: Mapping[str, object] | Unknown, statement: Statement) -> str:
    if isinstance(block, Unknown):
        return f"known only at deploy time: {block.reason}"
    lines = []
    for operator, tests in block.items():
        for values in statement.resolver.values(tests):
            if not isinstance(values, Mapping):
                lines.append(f"{operator} {short(values)}")
                continue
            for key, raw in values.items():
                told = [short(value) for _, value in statement.resolver.items(raw)]
                lines.append(f"{key} {operator} {listed(_widest_first(told))}")
    return " and ".join(lines)


def _effect(statement: Statement) -> str:
    return "" if statement.effect in EFFECTS else cut(f"its effect is {statement.effect}")


# -- principals ----------------------------------------------------------------------------------


def whom(statement: Statement) -> Iterator[tuple[Named | None, str]]:
    """Whom a statement is about, each with how it is shown."""
    none = True
    for principal in principals(statement):
        none = False
        yield principal, _shown(principal)
    left_out = [_shown(principal) for principal in principals(statement, "NotPrincipal")]
    if left_out:
        yield None, f"everyone but {listed(left_out)}"
    elif none:
        yield None, UNTOLD


def _shown(principal: Named) -> str:
    match principal.who:
        case Who.EVERYONE:
            return short(principal.value)
        case Who.SERVICE:
            return cut(f"Service: {short(principal.value)}")
        case Who.FEDERATED:
            return cut(f"Federated: {short(principal.value)}")
        case _:
            return cut(f"AWS: {short(principal.value)}")
