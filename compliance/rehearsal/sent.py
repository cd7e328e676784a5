"""The metrics of an assembly's own: from its functions' logs, and from filters of logs."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from compliance.rehearsal.dimensions import deployed
from compliance.rehearsal.functions import functions
from compliance.rehearsal.metrics import Metric, embedded, metric
from compliance.rehearsal.physical import Physical

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compliance.assembly.model import Assembly, Resource
    from compliance.rehearsal.stage import Stage

_EVENTS_IN_EMBEDDED_FORMAT: Final = '"CloudWatchMetrics"'
_GROUP: Final = ":log-group:"
_NOT_THERE: Final = "ResourceNotFoundException"
_LOGGING: Final = {
    "AWS::ApiGateway::Stage": (("AccessLogSetting", "DestinationArn"),),
    "AWS::ApiGatewayV2::Stage": (("AccessLogSettings", "DestinationArn"),),
    "AWS::EC2::FlowLog": (("LogGroupName",), ("LogDestination",)),
}
"""Where resources that log say to which group (CloudFormation Template Reference)."""


def emitted(stage: Stage, assembly: Assembly, *, since: float = 0.0) -> frozenset[Metric]:
    """The metrics that the functions of an assembly sent in their logs.

    Args:
        stage: its operator may read logs.
        assembly: what is deployed.
        since: seconds since 1970; what was sent before does not count.
    """
    groups = {_group(each.log_group) for each in functions(stage, assembly)}
    return frozenset(
        found
        for group in sorted(groups)
        for message in _messages(stage, group, since)
        for found in embedded(message)
    )


def filtered(stage: Stage, assembly: Assembly) -> Mapping[Metric, frozenset[str]]:
    """The metrics that filters make of logs, and the log groups that they read for it.

    Such a metric is taken for sent where something writes to the group: what the filter looks for
    may be what a rehearsal never does.
    """
    logs = stage.client("logs")
    physical = Physical(stage, assembly)
    found: defaultdict[Metric, set[str]] = defaultdict(set)
    for resource in deployed(assembly, physical, "AWS::Logs::MetricFilter"):
        group = physical.one(resource, "LogGroupName")
        for described in logs.describe_metric_filters(logGroupName=group)["metricFilters"]:
            for sent in described["metricTransformations"]:
                # With dimensions, whose values are the events' own, it cannot be told.
                if not sent.get("dimensions"):
                    found[metric(sent["metricNamespace"], sent["metricName"], {})].add(group)
    return {sent: frozenset(groups) for sent, groups in found.items()}


def written(stage: Stage, assembly: Assembly, given: Assembly) -> frozenset[str]:
    """The log groups to which a function, a stage of an API or a network's flow log writes.

    Args:
        stage: where they are deployed.
        assembly: what is deployed.
        given: what was to be deployed: what the local AWS does not know, an account has.
    """
    physical = Physical(stage, given)
    told = {
        text
        for kind, paths in _LOGGING.items()
        for resource in given.resources(kind)
        for path in paths
        for text in _texts(resource, physical, *path)
    }
    told |= {each.log_group for each in functions(stage, assembly)}
    return frozenset(map(_group, told))


def _messages(stage: Stage, group: str, since: float) -> Iterator[str]:
    from botocore.exceptions import ClientError  # noqa: PLC0415 - an extra

    pages = (
        stage.client("logs")
        .get_paginator("filter_log_events")
        .paginate(
            logGroupName=group,
            filterPattern=_EVENTS_IN_EMBEDDED_FORMAT,
            startTime=int(since * 1000),
        )
    )
    try:
        for page in pages:
            for event in page["events"]:
                yield event["message"]
    except ClientError as error:
        # Lambda makes a function's group when it is first invoked: until then nothing was sent.
        if error.response["Error"]["Code"] != _NOT_THERE:
            raise


def _texts(resource: Resource, physical: Physical, *path: str) -> Iterator[str]:
    """What can be told of a property."""
    for value in physical.resolver(resource).get(resource.properties, *path):
        text = physical.text(value)
        if text is not None:
            yield text


def _group(told: str) -> str:
    """The name of a log group that may be told by its ARN."""
    return told.rpartition(_GROUP)[2].removesuffix(":*")
