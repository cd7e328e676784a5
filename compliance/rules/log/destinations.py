"""What is said of a log group that a service is told to write to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compliance.intrinsics import referred
from compliance.rules.base import Context, Judgement, fail, undecided
from compliance.rules.log import groups

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.assembly.model import Resource
    from compliance.intrinsics import Value


def judged(
    value: Value, user: Resource, context: Context, *, who: str, location: str
) -> Iterator[Judgement]:
    """Judge the name of the log group that something is told to write to.

    Args:
        value: the name, one of its alternatives.
        user: what writes.
        context: where the log groups are looked up.
        who: how a message calls what writes, such as `The function`.
        location: where the name stands.

    Yields:
        Nothing for a group of the assembly, a failure for what is no log group, and an undecided
        place for a group from elsewhere.
    """
    if groups.named(value, user, context):
        return
    there = referred(value)
    if there is not None and not value.tokens[0].attribute:
        yield fail(
            f"{who} logs to {there.logical_id}, which is no log group.",
            location=location,
            observed=value,
        )
    else:
        yield undecided(
            f"{who} logs to a group that is not in the template: whether it expires is not known.",
            location=location,
            observed=value,
        )
