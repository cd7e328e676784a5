"""LOG02: retention lies in the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compliance.findings import Severity
from compliance.intrinsics import ABSENT, Text, Unknown, Value, whole
from compliance.rules.base import (
    Context,
    Family,
    Judgement,
    Rule,
    Standard,
    fail,
    or_passed,
    unknown,
)
from compliance.rules.log import groups

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
    controls = {Standard.NIST: ("AU-11", "SI-12"), Standard.FSBP: ("CloudWatch.16",)}
    settings = ("retention.minimum-days", "retention.maximum-days")
    resource_types = ("AWS::Logs::LogGroup",)

    def judge(self, resource: Resource, context: Context) -> Iterator[Judgement]:
        """Judge the number of days, where there is one."""
        values = [
            value for value in context.get(resource, "RetentionInDays") if value is not ABSENT
        ]
        if values and not groups.is_for_delivery(resource, context):
            yield from or_passed(self._days(values, context))

    def _days(self, values: list[Value], context: Context) -> Iterator[Judgement]:
        window = context.config.retention
        location = "Properties.RetentionInDays"
        for value in values:
            days = whole(value)
            if isinstance(value, Text | Unknown):
                yield unknown("The retention", value, location=location)
            elif days is None:
                yield fail("This is no number of days.", location=location, observed=value)
            elif not window.minimum_days <= days <= window.maximum_days:
                yield fail(
                    f"{days} days are outside the window of {window.minimum_days} to "
                    f"{window.maximum_days} days.",
                    location=location,
                    observed=value,
                )
