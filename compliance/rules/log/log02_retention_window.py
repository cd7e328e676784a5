"""LOG02: retention lies in the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compliance.findings import Severity
from compliance.intrinsics import ABSENT, Value
from compliance.rules.base import PASSED, Context, Family, Judgement, Rule, fail, undecided

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.assembly.model import Resource


class RetentionWindow(Rule):
    """LOG02."""

    id = "LOG02"
    family = Family.LOG
    severity = Severity.MEDIUM
    title = "Retention lies in the window"
    rationale = (
        "Logs that live too short are gone when an incident is looked into; logs that live too "
        "long are a liability."
    )
    remediation = (
        "Choose a retention inside the window of `[tool.synthgate.retention]`, or change the "
        "window there with a reason."
    )
    references = (
        "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html",
    )
    resource_types = ("AWS::Logs::LogGroup",)

    def judge(self, resource: Resource, context: Context) -> Iterator[Judgement]:
        """Judge the number of days, where there is one."""
        window = context.config.retention
        location = "Properties.RetentionInDays"
        for value in context.get(resource, "RetentionInDays"):
            if value is ABSENT:
                continue
            days = _days(value)
            if days is None:
                yield undecided(
                    "The retention is known only at deploy time.", location=location, observed=value
                )
            elif window.minimum_days <= days <= window.maximum_days:
                yield PASSED
            else:
                yield fail(
                    f"{days} days are outside the window of {window.minimum_days} to "
                    f"{window.maximum_days} days.",
                    location=location,
                    observed=value,
                )


def _days(value: Value) -> int | None:
    try:
        return None if isinstance(value, bool) else int(value)
    except (TypeError, ValueError):
        return None
