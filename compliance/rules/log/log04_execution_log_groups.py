"""LOG04: API Gateway's execution log group is in the template when execution logging is on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.findings import Severity
from compliance.intrinsics import ABSENT, Text, Unknown, Value
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
from compliance.rules.stages import REST_STAGES, settings

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from compliance.assembly.model import Resource

LEVELS: Final = ("ERROR", "INFO")
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
    controls = {Standard.NIST: ("AU-11",)}
    resource_types = REST_STAGES

    def judge(self, resource: Resource, context: Context) -> Iterator[Judgement]:
        """Judge a stage whose execution logging is on."""
        levels = list(self._levels(resource, context))
        if levels:
            yield from or_passed(self._stage(resource, context, levels))

    def _levels(self, stage: Resource, context: Context) -> Iterator[tuple[str, Value]]:
        """Levels at which the stage logs, or may log, each with its place."""
        for place, block in settings(stage, context):
            if isinstance(block, Unknown):
                yield place, block
                continue
            for level in context.of(stage).get(block, "LoggingLevel"):
                if level in LEVELS or isinstance(level, Text | Unknown):
                    yield f"{place}.LoggingLevel", level

    def _stage(
        self, stage: Resource, context: Context, levels: list[tuple[str, Value]]
    ) -> Iterator[Judgement]:
        if groups.are_here(_names(stage, context), stage, context):
            return
        on = [(place, level) for place, level in levels if level in LEVELS]
        for place, level in on[:1]:
            yield fail(
                "The stage writes an execution log, and its log group is not in the template.",
                location=place,
                observed=level,
            )
        for place, level in levels[: not on]:
            yield unknown("Whether the stage writes an execution log", level, location=place)


def _names(stage: Resource, context: Context) -> list[frozenset[Hashable]]:
    """For each alternative of API and stage, what the execution log group may be called."""
    itself = groups.reference(stage)
    of_api = stage.type.startswith("AWS::Serverless::")
    apis = (itself,) if of_api else context.get(stage, "RestApiId")
    found = []
    for api in apis:
        for called in context.get(stage, "StageName"):
            # CDK writes a stage's own name as a Ref to the stage: Ref returns the name.
            names = {groups.name([PREFIX, api, "/", itself], stage)}
            if called is not ABSENT:
                names.add(groups.name([PREFIX, api, "/", called], stage))
            found.append(frozenset(names))
    return found
