"""Which log groups the assembly holds, by name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from compliance.intrinsics import (
    ABSENT,
    Kind,
    Text,
    Token,
    Unknown,
    Value,
    concatenate,
    partition,
    referred,
)
from compliance.intrinsics.alternatives import TOO_MANY

if TYPE_CHECKING:
    from compliance.assembly.model import Resource
    from compliance.rules.base import Context

LOG_GROUP: Final = "AWS::Logs::LogGroup"
LOG_RETENTION: Final = "Custom::LogRetention"
"""CDK's legacy resource, which gives a log group made by a service its retention."""
SAME_AS_REF: Final = frozenset(
    {("AWS::ApiGateway::RestApi", "RestApiId"), ("AWS::ApiGatewayV2::Api", "ApiId")}
)
"""Attributes that return what `Ref` returns (CloudFormation User Guide, the types' pages)."""
ARN_PART: Final = ":log-group:"
"""What stands before the name in a log group's ARN."""
STREAMS: Final = ":*"
"""What `Fn::GetAtt` of a log group's ARN ends in, and may be written behind another."""


def name(parts: Sequence[Value], resource: Resource) -> Hashable:
    """A log group's name put together from parts, to compare with those of other templates.

    A reference to a resource is the same wherever it stands; any other token (a pseudo parameter, a
    parameter) is the same only within its template.
    """
    value = concatenate(parts)
    if not isinstance(value, Text):
        return value if isinstance(value, str) else (str(value), resource.template.name)
    if any(token.name == TOO_MANY.name for token in value.tokens):
        return object()  # It may be anything, and so is the same as nothing.
    value = Text(tuple(_by_ref(part) for part in value.parts))
    if all(token.resource is not None for token in value.tokens):
        return value
    return str(value), resource.template.name


def _by_ref(part: str | Token) -> str | Token:
    """An attribute that says what `Ref` says, as `Ref`."""
    named = part.resource if isinstance(part, Token) else None
    if isinstance(part, str) or named is None or (named.type, part.attribute) not in SAME_AS_REF:
        return part
    return replace(part, name=named.logical_id, attribute="")


def reference(resource: Resource) -> Text:
    """What `Ref` of a resource is."""
    return Text((Token(resource.logical_id, Kind.RESOURCE, resource),))


def is_declared(resource: Resource, context: Context) -> bool:
    """Whether this declares a log group, or is CDK's legacy resource that has one expire."""
    return resource.type == LOG_GROUP or (
        resource.type == LOG_RETENTION and ABSENT not in context.get(resource, "RetentionInDays")
    )


def named(value: Value, user: Resource, context: Context) -> tuple[Resource, ...]:
    """Log groups here that a value names, by reference or by the text of their name.

    Args:
        value: a log group's name.
        user: what names it.
        context: where the log groups are looked up.

    Returns:
        Declared log groups that are there whenever the user is; none where the value names
        something else, or a group from elsewhere.
    """
    there = referred(value)
    if there is not None and is_declared(there, context):
        return (there,)
    called = name([value], user)
    return tuple(
        group
        for group, alternatives in context.answer(_by_name).get(called, ())
        if alternatives == {called} and is_made_with(group, user)
    )


def is_for_delivery(group: Resource, context: Context) -> bool:
    """Whether a log group only hands events on: it keeps them for a day, whatever it says.

    Source: CloudWatch Logs API Reference, `CreateLogGroup`, 'logGroupClass'.
    """
    return context.get(group, "LogGroupClass") == ("DELIVERY",)


def of_arn(value: Value) -> Value:
    """The name in a log group's ARN, with or without `:*` behind it.

    Returns:
        What to look for with `named`: the name, or a reference to the log group.
    """
    _, called = partition(value, ARN_PART) or ("", value)
    found, _ = partition(called, STREAMS) or (called, "")
    return found


def comes_from_elsewhere(value: Value) -> bool:
    """Whether a value is, or holds, what only the deployment or another stack knows."""
    if not isinstance(value, Text):
        return isinstance(value, Unknown)
    # What a reference alone is, its resource says; in a text it is a part of a name.
    alone = len(value.parts) == 1 and value.tokens[0].kind is Kind.RESOURCE
    return alone or any(token.kind in {Kind.IMPORT, Kind.UNKNOWN} for token in value.tokens)


def are_here(names: Sequence[frozenset[Hashable]], user: Resource, context: Context) -> bool:
    """Whether a log group here bears one of the names, whatever the conditions turn out to be.

    Args:
        names: for each alternative of the user's name, what the log group may be called.
        user: the function or stage that writes to the log group.
        context: where the log groups are looked up.
    """
    wanted = frozenset[Hashable]().union(*names)
    index = context.answer(_by_name)
    have: set[Hashable] = set()
    for called in wanted:
        for group, alternatives in index.get(called, ()):
            if alternatives <= wanted and is_made_with(group, user):
                have |= alternatives
    return all(have & alternative for alternative in names)


def is_made_with(group: Resource, user: Resource) -> bool:
    """Whether a log group is made whenever its user is: under no condition, or under the same."""
    condition = group.body.get("Condition")
    return condition is None or (
        group.template is user.template and condition == user.body.get("Condition")
    )


def _by_name(
    context: Context,
) -> Mapping[Hashable, list[tuple[Resource, frozenset[Hashable]]]]:
    """Declared log groups, with all the names that each may have, by every such name."""
    found: dict[Hashable, list[tuple[Resource, frozenset[Hashable]]]] = defaultdict(list)
    for group in context.assembly.resources(LOG_GROUP, LOG_RETENTION):
        if is_declared(group, context):
            values = context.get(group, "LogGroupName")
            alternatives = frozenset(
                "" if value is ABSENT else name([value], group) for value in values
            )
            for called in alternatives:
                found[called].append((group, alternatives))
    return found
