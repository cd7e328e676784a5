"""LOG04: API Gateway's execution log group is in the template when execution logging is on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from compliance.findings import Severity
from compliance.intrinsics import ABSENT, Text, Unknown, Value
from compliance.rules.base import Context, Family, Judgement, Rule, fail, or_passed, undecided

if TYPE_CHECKING:
    from compliance.assembly.model import Resource

LEVELS: Final = frozenset({"ERROR", "INFO"})
PREFIX: Final = "API-Gateway-Execution-Logs_"


class ExecutionLogGroups(Rule):
    """LOG04."""

    id = "LOG04"
    family = Family.LOG
    severity = Severity.MEDIUM
    title = "API Gateway's execution log group is in the template when execution logging is on"
    rationale = (
        "API Gateway makes the group itself at the first call: unencrypted, and it never expires."
    )
    remediation = (
        "Add a log group named `API-Gateway-Execution-Logs_<api id>/<stage>` with retention, and "
        "have the stage depend on it."
    )
    references = (
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html",
    )
    resource_types = ("AWS::ApiGateway::Stage",)

    def judge(self, resource: Resource, context: Context) -> Iterator[Judgement]:
        """Judge a stage whose execution logging is on."""
        levels = list(self._levels(resource, context))
        if any(level in LEVELS or isinstance(level, Unknown) for _, level in levels):
            yield from or_passed(self._stage(resource, context, levels))

    def _levels(self, stage: Resource, context: Context) -> Iterator[tuple[str, Value]]:
        resolver = context.of(stage)
        settings = stage.properties.get("MethodSettings", ABSENT)
        for place, setting in resolver.items(settings, "Properties.MethodSettings"):
            if isinstance(setting, Mapping):
                for level in resolver.get(setting, "LoggingLevel"):
                    yield f"{place}.LoggingLevel", level

    def _stage(
        self, stage: Resource, context: Context, levels: list[tuple[str, Value]]
    ) -> Iterator[Judgement]:
        apis, names = context.get(stage, "RestApiId"), context.get(stage, "StageName")
        wanted = {f"{PREFIX}{api}/{name}" for api in apis for name in names}
        # CDK writes a stage's own name as a Ref to the stage: Ref returns the name.
        wanted |= {f"{PREFIX}{api}/${{{stage.logical_id}}}" for api in apis}
        have = {
            str(value)
            for group in context.assembly.resources("AWS::Logs::LogGroup")
            if group.template is stage.template
            for value in context.get(group, "LogGroupName")
            if isinstance(value, str | Text)
        }
        if wanted & have:
            return
        place, level = next(
            (place, level)
            for place, level in levels
            if level in LEVELS or isinstance(level, Unknown)
        )
        if isinstance(level, Unknown):
            yield undecided(
                f"Whether the stage writes an execution log is known only at deploy time: "
                f"{level.reason}.",
                location=place,
                observed=level,
            )
        else:
            yield fail(
                "The stage writes an execution log, and its log group is not in the template.",
                location=place,
                observed=level,
            )
