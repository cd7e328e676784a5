"""LOG03: every function's log group is in the template."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.findings import Severity
from compliance.intrinsics import ABSENT, Text, Unknown, Value
from compliance.rules.base import PASSED, Context, Family, Judgement, Rule, fail, undecided

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.assembly.model import Resource

PREFIX: Final = "/aws/lambda/"
LOG_GROUP: Final = "AWS::Logs::LogGroup"
LOG_RETENTION: Final = "Custom::LogRetention"


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
    resource_types = ("AWS::Lambda::Function", "AWS::Serverless::Function")

    def judge(self, resource: Resource, context: Context) -> Iterator[Judgement]:
        """Judge LoggingConfig.LogGroup, or without it the log groups' names."""
        for value in context.get(resource, "LoggingConfig", "LogGroup"):
            if value is ABSENT:
                yield self._by_name(resource, context)
            else:
                yield self._by_setting(value, context)

    def _by_setting(self, value: Value, context: Context) -> Judgement:
        location = "Properties.LoggingConfig.LogGroup"
        if isinstance(value, Text):
            referred = value.tokens[0].resource if len(value.parts) == 1 else None
            if referred is not None:
                if referred.type == LOG_GROUP:
                    return PASSED
                return fail(
                    f"The function logs to {referred.logical_id}, which is no log group.",
                    location=location,
                    observed=value,
                )
        if isinstance(value, Unknown) or value not in _names(context):
            return undecided(
                "The function logs to a group that is not in the template: whether it expires is "
                "not known.",
                location=location,
                observed=value,
            )
        return PASSED

    def _by_name(self, function: Resource, context: Context) -> Judgement:
        wanted = {
            name
            for value in context.get(function, "FunctionName")
            for name in _implied_names(function, value)
        }
        if wanted & _names(context):
            return PASSED
        return fail(
            "The function's log group is not in the template, so Lambda makes one that never "
            "expires.",
            location="Properties.LoggingConfig.LogGroup",
            observed="absent",
        )


def _implied_names(function: Resource, name: Value) -> Iterator[str]:
    """Names that a log group can have to be the function's own, as `_name` writes them."""
    yield _name(f"{PREFIX}${{{function.logical_id}}}", function)
    if isinstance(name, str | Text):
        yield _name(f"{PREFIX}{name}", function)


def _name(text: str, resource: Resource) -> str:
    """A name in which tokens of one template differ from those of another."""
    return f"{resource.template.name}\n{text}" if "${" in text else text


def _names(context: Context) -> frozenset[str]:
    """Names of all log groups, and of those that CDK's retention resource covers."""
    found = set()
    for group in context.assembly.resources(LOG_GROUP, LOG_RETENTION):
        for value in context.get(group, "LogGroupName"):
            if isinstance(value, str | Text):
                found.add(_name(str(value), group))
    return frozenset(found)
