"""LOG05: no other implicit log group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.findings import Severity
from compliance.intrinsics import ABSENT, Text, Unknown, Value, truth
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
from compliance.rules.log import destinations, groups

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Mapping

    from compliance.assembly.model import Json, Resource

PROJECT: Final = "AWS::CodeBuild::Project"
TASK: Final = "AWS::ECS::TaskDefinition"
LOGGING: Final = {
    "AWS::StepFunctions::StateMachine": "LoggingConfiguration",
    "AWS::Serverless::StateMachine": "Logging",
}
"""Property of a state machine's logging, by its type."""
PREFIX: Final = "/aws/codebuild/"
OFF: Final = "DISABLED"
DRIVER: Final = "awslogs"
CREATE: Final = "awslogs-create-group"
LEVELS: Final = ("ALL", "ERROR", "FATAL")
IMPLICIT: Final = "so one that never expires is made at the first build"


class NoImplicitGroups(Rule):
    """LOG05."""

    id = "LOG05"
    family = Family.LOG
    severity = Severity.MEDIUM
    title = "No other implicit log group"
    rationale = (
        "A log group that a service makes on its own is in no template: it never expires, has no "
        "key of one's own, and outlives what it was made for."
    )
    remediation = (
        "Make a `logs.LogGroup` with retention and give it to what writes the log; drop "
        "`awslogs-create-group`, and `log_retention=` in favour of `log_group=`."
    )
    references = (
        "https://docs.aws.amazon.com/codebuild/latest/userguide/change-project.html",
        "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html",
        "https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html",
        "https://docs.aws.amazon.com/cdk/api/v2/python/aws_cdk.aws_logs/LogRetention.html",
    )
    controls = {Standard.NIST: ("AU-11",)}
    resource_types = (PROJECT, TASK, *LOGGING, groups.LOG_RETENTION)

    def judge(self, resource: Resource, context: Context) -> Iterator[Judgement]:
        """Judge where the resource's log group comes from, by what the resource is."""
        ways: Mapping[str, Callable[[Resource, Context], Iterator[Judgement]]] = {
            PROJECT: _project,
            TASK: _task,
            groups.LOG_RETENTION: _log_retention,
        }
        yield from ways.get(resource.type, _state_machine)(resource, context)


def _project(project: Resource, context: Context) -> Iterator[Judgement]:
    yield from or_passed(_build_logs(project, context))


def _build_logs(project: Resource, context: Context) -> Iterator[Judgement]:
    location = "Properties.LogsConfig.CloudWatchLogs"
    for logs in context.get(project, "LogsConfig", "CloudWatchLogs"):
        # On unless switched off (CodeBuild API Reference, 'LogsConfig').
        states = context.of(project).get(logs, "Status")
        if all(state == OFF for state in states):
            continue
        for name in context.of(project).get(logs, "GroupName"):
            if name not in (ABSENT, ""):
                yield from destinations.judged(
                    name, project, context, who="The project", location=f"{location}.GroupName"
                )
            elif not groups.are_here(_implied(project, context), project, context):
                known = [state for state in states if not isinstance(state, Text | Unknown)]
                if any(state != OFF for state in known):
                    yield fail(
                        f"The project writes to CloudWatch and names no log group, {IMPLICIT}.",
                        location=f"{location}.GroupName",
                        observed="absent",
                    )
                else:
                    yield unknown(
                        "Whether the project writes to CloudWatch",
                        next(state for state in states if state not in known),
                        location=f"{location}.Status",
                    )


def _implied(project: Resource, context: Context) -> list[frozenset[Hashable]]:
    """For each alternative of the project's name, what its own log group may be called."""
    by_reference = groups.name([PREFIX, groups.reference(project)], project)
    return [
        frozenset({by_reference, groups.name([PREFIX, value], project)})
        if value is not ABSENT
        else frozenset({by_reference})
        for value in context.get(project, "Name")
    ]


def _task(task: Resource, context: Context) -> Iterator[Judgement]:
    """Containers that log with the driver; a task without any is not judged."""
    logging = False
    found: list[Judgement] = []
    for listed in context.get(task, "ContainerDefinitions"):
        for place, container in context.of(task).items(listed, "Properties.ContainerDefinitions"):
            for driver in context.of(task).get(container, "LogConfiguration", "LogDriver"):
                if driver == DRIVER or isinstance(driver, Text | Unknown):
                    logging = True
                    found += _container(container, driver, task, context, place)
    if logging:
        yield from or_passed(iter(found))


def _container(
    container: Json, driver: Value, task: Resource, context: Context, place: str
) -> Iterator[Judgement]:
    location = f"{place}.LogConfiguration.Options.{CREATE}"
    for value in context.of(task).get(container, "LogConfiguration", "Options", CREATE):
        if isinstance(value, Text | Unknown):
            yield unknown("Whether the container makes its log group", value, location=location)
        elif truth(value) and driver == DRIVER:
            yield fail(
                f"The container makes its log group itself with {CREATE}: one made so never "
                "expires.",
                location=location,
                observed=value,
            )
        elif truth(value):
            yield unknown(
                "What the container logs with", driver, location=f"{place}.LogConfiguration"
            )


def _state_machine(machine: Resource, context: Context) -> Iterator[Judgement]:
    """Logging that is on, or may be; a state machine that keeps no log is not judged."""
    place = f"Properties.{LOGGING[machine.type]}"
    judged: list[Judgement] = []
    logging = False
    for block in context.get(machine, LOGGING[machine.type]):
        for level in context.of(machine).get(block, "Level"):
            if level in LEVELS:
                logging = True
                judged += _destinations(block, machine, context, place)
            elif isinstance(level, Text | Unknown):
                logging = True
                if any(_destinations(block, machine, context, place)):
                    judged.append(
                        unknown(
                            "Whether the state machine keeps a log",
                            level,
                            location=f"{place}.Level",
                        )
                    )
    if logging:
        yield from or_passed(iter(dict.fromkeys(judged)))


def _destinations(
    block: Json, machine: Resource, context: Context, place: str
) -> Iterator[Judgement]:
    location = f"{place}.Destinations"
    resolver = context.of(machine)
    arns: list[tuple[str, Value]] = []
    for listed in resolver.get(block, "Destinations"):
        found = [
            (f"{where}.CloudWatchLogsLogGroup.LogGroupArn", arn)
            for where, target in resolver.items(listed, location)
            for arn in resolver.get(target, "CloudWatchLogsLogGroup", "LogGroupArn")
        ]
        arns += found or [(location, ABSENT)]
    for where, arn in arns:
        name = groups.of_arn(arn)
        if groups.named(name, machine, context):
            continue
        if groups.comes_from_elsewhere(arn):
            yield from destinations.judged(
                name, machine, context, who="The state machine", location=where
            )
        else:
            yield fail(
                "The state machine keeps a log and names no log group of the template.",
                location=where,
                observed="absent" if arn is ABSENT else arn,
            )


def _log_retention(resource: Resource, context: Context) -> Iterator[Judgement]:
    name = context.get(resource, "LogGroupName")[0]
    yield fail(
        "The log group is made by the service that writes to it, and a function of CDK's sets its "
        "retention afterwards.",
        location="Properties.LogGroupName",
        observed="absent" if name is ABSENT else name,
    )
