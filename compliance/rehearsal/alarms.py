"""Whether every alarm and widget looks at a metric that is really sent, and alarms are heard.

What functions send is read from their logs; what services send, from a reviewed table.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from compliance.findings import Outcome
from compliance.rehearsal import notified, sent
from compliance.rehearsal.copying import place
from compliance.rehearsal.dimensions import deployed, named, names
from compliance.rehearsal.errors import RehearsalError
from compliance.rehearsal.metrics import Metric, Watched, of_alarm, of_dashboard
from compliance.rehearsal.notified import COMPOSITE, DASHBOARD, MEMBER
from compliance.rehearsal.physical import Physical, name
from compliance.rehearsal.rules import ALARMS, finding
from compliance.rehearsal.service_metrics import family

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compliance.assembly.model import Assembly, Resource
    from compliance.findings import Finding
    from compliance.rehearsal.dimensions import Dimension
    from compliance.rehearsal.stage import Stage

ALARM: Final = "AWS::CloudWatch::Alarm"
OF_AWS: Final = "AWS/"
"""What the namespaces of AWS's own services begin with."""


@dataclass(frozen=True)
class Watching:
    """What is watched, and what there is to watch.

    Attributes:
        watched: parts of alarms and widgets.
        emitted: metrics of the service's own.
        names: values of the dimensions that name deployed resources.
        doubtful: metrics that filters make of logs which nothing is known to write, by the log
            groups.
    """

    watched: tuple[Watched, ...]
    emitted: frozenset[Metric]
    names: Mapping[Dimension, frozenset[str]] = field(default_factory=dict)
    doubtful: Mapping[Metric, frozenset[str]] = field(default_factory=dict)

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
        elif wanted in self.emitted:
            return
        elif groups := self.doubtful.get(wanted):
            what = (
                f"{wanted} is made of the logs in {' and '.join(sorted(groups))}, to which no "
                "function, API or flow log of the assembly writes"
            )
            yield _undecided(
                watched, what, str(wanted), remediation="Filter the logs of what sends them."
            )
        else:
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
            return
        for dimension, value in named(wanted):
            known = self.names.get(dimension)
            if known is not None and value not in known:
                message = f"{wanted} is of nothing that is deployed: no {dimension[1]} is {value}."
                yield _failed(watched, message, wanted)


def findings(
    stage: Stage, assembly: Assembly, *, since: float = 0.0, given: Assembly | None = None
) -> list[Finding]:
    """Every alarm and widget that watches what is never sent, and alarms that nobody hears.

    Args:
        stage: its operator may read logs, alarms, dashboards and names.
        assembly: what is deployed.
        since: seconds since 1970; what was sent before does not count.
        given: what was to be deployed, where that is more: its alarms are judged too.

    Raises:
        RehearsalError: something of it cannot be read.
    """
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - an extra

    try:
        filtered = sent.filtered(stage, assembly)
        written = sent.written(stage, assembly, given or assembly)
        doubtful = {each: groups for each, groups in filtered.items() if not groups & written}
        seen = Watching(
            watched=watched(stage, assembly, given=given),
            emitted=sent.emitted(stage, assembly, since=since) | (filtered.keys() - doubtful),
            names=names(stage, assembly),
            doubtful=doubtful,
        )
        whole = given or assembly
        silent = notified.findings(_judged(stage, assembly, whole, ALARM, COMPOSITE), whole)
        return [*seen.findings(), *silent, *_composites(stage, assembly)]
    except (BotoCoreError, ClientError) as error:
        raise RehearsalError(
            f"{assembly.path}: what its alarms watch cannot be read: {error}"
        ) from error


def watched(
    stage: Stage, assembly: Assembly, *, given: Assembly | None = None
) -> tuple[Watched, ...]:
    """What the alarms and dashboards of an assembly look at.

    Args:
        stage: its operator may read dashboards.
        assembly: what is deployed.
        given: what was to be deployed, where that is more.
    """
    whole = given or assembly
    physical = Physical(stage, whole)
    cloudwatch = stage.client("cloudwatch")
    found: list[Watched] = []
    for resource in _judged(stage, assembly, whole, ALARM):
        found += of_alarm(resource, physical)
    for resource in deployed(assembly, Physical(stage, assembly), DASHBOARD):
        own = physical.id(resource)
        body = cloudwatch.get_dashboard(DashboardName=own)["DashboardBody"]
        try:
            found += of_dashboard(body, place(resource))
        except ValueError as error:
            raise RehearsalError(
                f"{name(resource)}: dashboard {own} cannot be read: {error}"
            ) from error
    return tuple(found)


def _composites(stage: Stage, assembly: Assembly) -> Iterator[Finding]:
    """Composite alarms that ask for alarms which are not there."""
    physical = Physical(stage, assembly)
    cloudwatch = stage.client("cloudwatch")
    for resource in deployed(assembly, physical, COMPOSITE):
        own = physical.id(resource).rpartition(":alarm:")[2]
        found = cloudwatch.describe_alarms(AlarmNames=[own], AlarmTypes=["CompositeAlarm"])
        for alarm in found["CompositeAlarms"] or [_absent(resource, own)]:
            asked = {each.rpartition(":alarm:")[2] for each in MEMBER.findall(alarm["AlarmRule"])}
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


def _judged(stage: Stage, assembly: Assembly, given: Assembly, *types: str) -> list[Resource]:
    """What is deployed, and what was taken out before."""
    there = {name(each) for each in deployed(assembly, Physical(stage, assembly), *types)}
    gone = {name(each) for each in given.resources(*types)} - {
        name(each) for each in assembly.resources(*types)
    }
    return [each for each in given.resources(*types) if name(each) in there | gone]


def _absent(resource: Resource, own: str) -> Any:
    raise RehearsalError(f"{name(resource)}: CloudWatch has no alarm {own}")


def _failed(watched: Watched, message: str, wanted: Metric) -> Finding:
    return finding(
        ALARMS, message, place=watched.place, location=watched.location, observed=str(wanted)
    )


def _undecided(
    watched: Watched,
    message: str,
    observed: str,
    *,
    remediation: str = "Name the metric with the dimensions that the service's documentation "
    "tells.",
) -> Finding:
    return finding(
        ALARMS,
        f"{message}, so that nobody can tell whether there is anything to see.",
        place=watched.place,
        location=watched.location,
        observed=observed,
        outcome=Outcome.UNDECIDED,
        remediation=remediation,
    )
