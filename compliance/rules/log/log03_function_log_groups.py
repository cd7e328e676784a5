"""LOG03: every function's log group is in the template."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.findings import Severity
from compliance.intrinsics import ABSENT
from compliance.rules import sam
from compliance.rules.base import (
    Context,
    Family,
    Judgement,
    Rule,
    Standard,
    fail,
    or_passed,
)
from compliance.rules.log import destinations, groups

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from compliance.assembly.model import Resource

PREFIX: Final = "/aws/lambda/"
LOCATION: Final = "Properties.LoggingConfig.LogGroup"


class FunctionLogGroups(Rule):
    """LOG03."""

    id = "LOG03"
    family = Family.LOG
    severity = Severity.HIGH
    title = "Every function's log group is in the template"
    rationale = (
        "Lambda makes a missing log group itself at the first call: unencrypted, and it never "
        "expires."
    )
    remediation = (
        "Give the function a log group with retention: `log_group=logs.LogGroup(self, …, "
        "retention=…)`."
    )
    references = (
        "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html",
    )
    controls = {Standard.NIST: ("AU-11",)}
    resource_types = ("AWS::Lambda::Function", "AWS::Serverless::Function")

    def judge(self, resource: Resource, context: Context) -> Iterator[Judgement]:
        """Judge LoggingConfig.LogGroup, or without it the log groups' names."""
        yield from or_passed(self._function(resource, context))

    def _function(self, resource: Resource, context: Context) -> Iterator[Judgement]:
        for value in sam.get(resource, context, "LoggingConfig", "LogGroup"):
            if value is not ABSENT:
                yield from destinations.judged(
                    value, resource, context, who="The function", location=LOCATION
                )
            elif not groups.are_here(_implied(resource, context), resource, context):
                yield fail(
                    "The function's log group is not in the template, so Lambda makes one that "
                    "never expires.",
                    location=LOCATION,
                    observed="absent",
                )


def _implied(function: Resource, context: Context) -> list[frozenset[Hashable]]:
    """For each alternative of the function's name, what its own log group may be called."""
    by_reference = groups.name([PREFIX, groups.reference(function)], function)
    return [
        frozenset({by_reference, groups.name([PREFIX, value], function)})
        if value is not ABSENT
        else frozenset({by_reference})
        for value in context.get(function, "FunctionName")
    ]
