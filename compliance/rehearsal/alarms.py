"""Whether every alarm and dashboard widget looks at a metric that is really sent.

What functions send is read from their logs; what services send, from a reviewed table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from compliance.findings import Outcome
from compliance.rehearsal.copying import place
from compliance.rehearsal.errors import RehearsalError
from compliance.rehearsal.functions import functions
from compliance.rehearsal.metrics import (
    Metric,
    Watched,
    embedded,
    metric,
    of_alarm,
    of_dashboard,
    own_name,
)
from compliance.rehearsal.physical import Physical, name
from compliance.rehearsal.rules import ALARMS, finding
from compliance.rehearsal.service_metrics import family

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from compliance.assembly.model import Assembly, Resource
    from compliance.findings import Finding
    from compliance.rehearsal.stage import Stage

ALARM: Final = "AWS::CloudWatch::Alarm"
COMPOSITE: Final = "AWS::CloudWatch::CompositeAlarm"
DASHBOARD: Final = "AWS::CloudWatch::Dashboard"
OF_AWS: Final = "AWS/"
"""What the namespaces of AWS's own services begin with."""
DYNAMODB_OPERATIONS: Final = frozenset(
    {"BatchExecuteStatement", "BatchGetItem", "BatchWriteItem", "DeleteItem", "ExecuteStatement"}
    | {"ExecuteTransaction", "GetItem", "PutItem", "Query", "Scan", "TransactGetItems"}
    | {"TransactWriteItems", "UpdateItem"}
)
"""Values of DynamoDB's dimension `Operation`
(https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html)."""

_INDEX: Final = "GlobalSecondaryIndexName"
_TABLES: Final = ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable")
_BY_TYPE: Final = {
    "AWS::Lambda::Function": "FunctionName",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::DynamoDB::GlobalTable": "TableName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::ApiGateway::Stage": "Stage",
}
"""Dimension that names a resource of a type by the end of its physical id."""
_MEMBER: Final = re.compile(r"\b(?:ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*['\"]?([^'\")]+?)['\"]?\s*\)")
_EVENTS_IN_EMBEDDED_FORMAT: Final = '"CloudWatchMetrics"'


@dataclass(frozen=True)
class Watching:
    """What is watched, and what there is to watch.

    Attributes:
        watched: parts of alarms and widgets.
        emitted: metrics of the service's own.
        names: values of the dimensions that name deployed resources.
    """

    watched: tuple[Watched, ...]
    emitted: frozenset[Metric]
    names: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def findings(self) -> list[Finding]:
        """What will never show anything."""
        return [found for each in self.watched for found in self._of(each)]

    def _of(self, watched: Watched) -> Iterator[Finding]:
        wanted = watched.metric
        if wanted is None:
            yield _undecided(
                watched, "What it looks at cannot be told before it looks", watched.told
            )
        elif wanted.namespace.startswith(OF_AWS):
            yield from self._of_service(watched, wanted)
        elif wanted not in self.emitted:
            yield _failed(watched, f"{wanted} is never sent{self._instead(wanted)}.", wanted)

    def _instead(self, wanted: Metric) -> str:
        same = [
            each
            for each in sorted(self.emitted)
            if (each.namespace, each.name) == (wanted.namespace, wanted.name)
        ]
        if same:
            return f": what is sent is {' and '.join(map(str, same))}"
        known = sorted({each.name for each in self.emitted if each.namespace == wanted.namespace})
        return f": that namespace has {', '.join(known) or 'nothing'}"

    def _of_service(self, watched: Watched, wanted: Metric) -> Iterator[Finding]:
        entry = family(wanted.namespace, wanted.name)
        if entry is None:
            what = f"Which dimensions {wanted.namespace} {wanted.name} is sent with is not known"
            yield _undecided(watched, what, str(wanted))
            return
        if wanted.names not in entry.dimensions:
            sets = " or ".join(f"{{{', '.join(sorted(each))}}}" for each in entry.dimensions)
            message = f"{wanted} is never sent: its dimensions are {sets} ({entry.source})."
            yield _failed(watched, message, wanted)
        for dimension, value in wanted.dimensions:
            known = self.names.get(dimension)
            if dimension == _INDEX:
                value = f"{dict(wanted.dimensions).get('TableName')}/{value}"  # noqa: PLW2901
            if known is not None and value not in known:
                message = f"{wanted} is of nothing that is deployed: no {dimension} is {value}."
                yield _failed(watched, message, wanted)


def findings(stage: Stage, assembly: Assembly, *, since: float = 0.0) -> list[Finding]:
    """Every alarm and widget that watches what is never sent.

    Args:
        stage: its operator may read logs, alarms, dashboards and names.
        assembly: what is deployed.
        since: seconds since 1970; what was sent before does not count.

    Raises:
        RehearsalError: something of it cannot be read.
    """
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - an extra

    try:
        seen = Watching(
            watched=watched(stage, assembly),
            emitted=emitted(stage, assembly, since=since),
            names=names(stage, assembly),
        )
        return [*seen.findings(), *_composites(stage, assembly)]
    except (BotoCoreError, ClientError) as error:
        raise RehearsalError(
            f"{assembly.path}: what its alarms watch cannot be read: {error}"
        ) from error


def emitted(stage: Stage, assembly: Assembly, *, since: float = 0.0) -> frozenset[Metric]:
    """The metrics that the functions of an assembly sent in their logs, or a filter makes of those.

    A filter's metric is taken for sent: what it looks for may be what a rehearsal never does.
    """
    logs = stage.client("logs")
    found: set[Metric] = set()
    for group in sorted({each.log_group for each in functions(stage, assembly)}):
        pages = logs.get_paginator("filter_log_events").paginate(
            logGroupName=group.partition(":log-group:")[2],
            filterPattern=_EVENTS_IN_EMBEDDED_FORMAT,
            startTime=int(since * 1000),
        )
        for page in pages:
            for event in page["events"]:
                found.update(embedded(event["message"]))
    physical = Physical(stage, assembly)
    for resource in _deployed(assembly, physical, "AWS::Logs::MetricFilter"):
        group = physical.one(resource, "LogGroupName")
        for described in logs.describe_metric_filters(logGroupName=group)["metricFilters"]:
            for sent in described["metricTransformations"]:
                # With dimensions, whose values are the events' own, it cannot be told.
                if not sent.get("dimensions"):
                    found.add(metric(sent["metricNamespace"], sent["metricName"], {}))
    return frozenset(found)


def watched(stage: Stage, assembly: Assembly) -> tuple[Watched, ...]:
    """What the deployed alarms and dashboards of an assembly look at."""
    physical = Physical(stage, assembly)
    cloudwatch = stage.client("cloudwatch")
    found: list[Watched] = []
    for resource in _deployed(assembly, physical, ALARM):
        found += of_alarm(resource, physical)
    for resource in _deployed(assembly, physical, DASHBOARD):
        own = physical.id(resource)
        body = cloudwatch.get_dashboard(DashboardName=own)["DashboardBody"]
        try:
            found += of_dashboard(body, place(resource))
        except ValueError as error:
            raise RehearsalError(
                f"{name(resource)}: dashboard {own} cannot be read: {error}"
            ) from error
    return tuple(found)


def names(stage: Stage, assembly: Assembly) -> dict[str, frozenset[str]]:
    """What the dimensions of services' metrics may name: the deployed resources of an assembly.

    Returns:
        Names by dimension. An index is named with its table, `table/index`.
    """
    physical = Physical(stage, assembly)
    found: dict[str, set[str]] = {dimension: set() for dimension in _BY_TYPE.values()}
    found |= {_INDEX: set(), "ApiName": set(), "Operation": set(DYNAMODB_OPERATIONS)}
    for resource in _deployed(assembly, physical, *_BY_TYPE):
        own = own_name(physical.id(resource))
        found[_BY_TYPE[resource.type]].add(own)
        if resource.type in _TABLES:
            table = stage.client("dynamodb").describe_table(TableName=own)["Table"]
            for index in table.get("GlobalSecondaryIndexes", ()):
                found[_INDEX].add(f"{own}/{index['IndexName']}")
    for resource in _deployed(assembly, physical, "AWS::ApiGateway::RestApi"):
        api = stage.client("apigateway").get_rest_api(restApiId=physical.id(resource))
        found["ApiName"].add(api["name"])
    return {dimension: frozenset(values) for dimension, values in found.items()}


def _composites(stage: Stage, assembly: Assembly) -> Iterator[Finding]:
    """Composite alarms that ask for alarms which are not there."""
    physical = Physical(stage, assembly)
    cloudwatch = stage.client("cloudwatch")
    for resource in _deployed(assembly, physical, COMPOSITE):
        own = physical.id(resource).rpartition(":alarm:")[2]
        found = cloudwatch.describe_alarms(AlarmNames=[own], AlarmTypes=["CompositeAlarm"])
        for alarm in found["CompositeAlarms"] or [_absent(resource, own)]:
            asked = {each.rpartition(":alarm:")[2] for each in _MEMBER.findall(alarm["AlarmRule"])}
            for member in sorted(asked):
                both = ["MetricAlarm", "CompositeAlarm"]
                there = cloudwatch.describe_alarms(AlarmNames=[member], AlarmTypes=both)
                if not there["MetricAlarms"] and not there["CompositeAlarms"]:
                    yield finding(
                        ALARMS,
                        f"It asks for the alarm {member}, and there is none.",
                        place=place(resource),
                        location="Properties.AlarmRule",
                        observed=member,
                    )


def _deployed(assembly: Assembly, physical: Physical, *types: str) -> Iterable[Resource]:
    return [resource for resource in assembly.resources(*types) if physical.found(resource)]


def _absent(resource: Resource, own: str) -> Any:
    raise RehearsalError(f"{name(resource)}: CloudWatch has no alarm {own}")


def _failed(watched: Watched, message: str, wanted: Metric) -> Finding:
    return finding(
        ALARMS, message, place=watched.place, location=watched.location, observed=str(wanted)
    )


def _undecided(watched: Watched, message: str, observed: str) -> Finding:
    return finding(
        ALARMS,
        f"{message}, so that nobody can tell whether there is anything to see.",
        place=watched.place,
        location=watched.location,
        observed=observed,
        outcome=Outcome.UNDECIDED,
        remediation="Name the metric with the dimensions that the service's documentation tells.",
    )
