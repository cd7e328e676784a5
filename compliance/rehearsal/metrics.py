"""Metrics: as functions send them in their logs, and as alarms and dashboards name them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from compliance.assembly.model import Resource
from compliance.intrinsics import Text, Token
from compliance.rehearsal.copying import place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from compliance.rehearsal.model import Place
    from compliance.rehearsal.physical import Physical

Json = Any
_NAMES: Final = frozenset({"QueueName", "TopicName"})
"""Attributes that are a resource's name, where its physical id is not."""
_SAME: Final = "."
_SAME_SO_FAR: Final = "..."


@dataclass(frozen=True, slots=True, order=True)
class Metric:
    """One metric of CloudWatch: another set of dimensions is another metric.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html

    Attributes:
        namespace: such as `AWS/Lambda`.
        name: such as `Errors`.
        dimensions: names and values, sorted.
    """

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """Names of its dimensions."""
        return frozenset(name for name, _ in self.dimensions)

    def __str__(self) -> str:
        found = ", ".join(f"{name}={value}" for name, value in self.dimensions)
        return f"{self.namespace} {self.name} {{{found}}}"


def metric(namespace: str, name: str, dimensions: Mapping[str, str]) -> Metric:
    """A metric, its dimensions in order."""
    return Metric(namespace, name, tuple(sorted(dimensions.items())))


@dataclass(frozen=True, slots=True)
class Watched:
    """What an alarm or a widget looks at.

    Attributes:
        place: the alarm or dashboard.
        location: which part of it, such as `Metrics[0]` or `widgets[3].metrics[1]`.
        metric: what it looks at; `None` when that is not one metric that can be told.
        told: the part as it is, where no metric can be told.
    """

    place: Place
    location: str
    metric: Metric | None
    told: str = ""


def own_name(physical_id: str) -> str:
    """The name in a physical id, which may be the address of a queue or an ARN."""
    return physical_id.rpartition("/" if "://" in physical_id else ":")[2]


def embedded(message: str) -> Iterator[Metric]:
    """The metrics of a log event in embedded metric format; none of any other event.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
    """
    try:
        event = json.loads(message)
        directives = event["_aws"]["CloudWatchMetrics"]
        for directive in directives:
            # Without a set of dimensions, CloudWatch takes the event for one without metrics.
            for names in directive["Dimensions"]:
                values = {name: str(event[name]) for name in names}
                for definition in directive["Metrics"]:
                    if definition["Name"] in event:
                        yield metric(directive["Namespace"], definition["Name"], values)
    except (ValueError, TypeError, KeyError, RecursionError):
        return


def of_alarm(resource: Resource, physical: Physical) -> Iterator[Watched]:
    """What a metric alarm looks at, as its template says: not every CloudWatch tells all of it.

    Args:
        resource: `AWS::CloudWatch::Alarm`.
        physical: what its values became in the account.
    """
    reading = _Alarm(resource, physical)
    if "MetricName" in resource.properties:
        yield reading.watched(resource.properties, "Properties")
    for location, query in reading.items(resource.properties, "Metrics"):
        if isinstance(query, Mapping) and "MetricStat" in query:
            stat = reading.resolver.get(query, "MetricStat", "Metric")
            yield reading.watched(stat[0] if len(stat) == 1 else None, location)
        elif isinstance(query, Mapping):
            expression = reading.text(query, "Expression")
            if expression is None or searches(expression):
                told = "an expression" if expression is None else expression
                yield Watched(reading.place, location, None, told)
        else:
            yield Watched(reading.place, location, None, str(query))


class _Alarm:
    def __init__(self, resource: Resource, physical: Physical) -> None:
        self.place = place(resource)
        self.resolver = physical.resolver(resource)
        self._physical = physical

    def items(self, node: Json, key: str) -> list[tuple[str, Json]]:
        return [
            item
            for value in self.resolver.get(node, key)
            for item in self.resolver.items(value, f"Properties.{key}")
        ]

    def text(self, node: Json, key: str) -> str | None:
        """A text of the account; `None` where a condition decides, or only AWS can tell."""
        found = self.resolver.get(node, key)
        if len(found) != 1:
            return None
        match found[0]:
            case Text(parts=(Token(resource=Resource() as other, attribute=attribute),)) if (
                attribute in _NAMES
            ):
                return own_name(self._physical.id(other))
            case value:
                return self._physical.text(value)

    def watched(self, node: Json, location: str) -> Watched:
        dimensions = {
            str(self.text(pair, "Name")): self.text(pair, "Value")
            for _, pair in self.items(node, "Dimensions")
        }
        named = {key: value for key, value in dimensions.items() if value is not None}
        namespace, name = self.text(node, "Namespace"), self.text(node, "MetricName")
        if namespace is None or name is None or len(named) < len(dimensions):
            told = f"{namespace or '?'} {name or '?'} {{{', '.join(sorted(dimensions))}}}"
            return Watched(self.place, location, None, told)
        return Watched(self.place, location, metric(namespace, name, named))


def of_dashboard(body: str, where: Place) -> Iterator[Watched]:
    """What the metric widgets of a dashboard look at.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html

    Raises:
        ValueError: it is no dashboard.
    """
    try:
        for position, widget in enumerate(json.loads(body)["widgets"]):
            if widget["type"] == "metric":
                lines = widget["properties"].get("metrics", ())
                yield from _of_widget(lines, where, f"widgets[{position}]")
            elif widget["type"] == "explorer":
                yield Watched(where, f"widgets[{position}]", None, "a metrics explorer")
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error


def _of_widget(lines: Sequence[Json], where: Place, widget: str) -> Iterator[Watched]:
    before: list[str] = []
    for position, line in enumerate(lines):
        location = f"{widget}.metrics[{position}]"
        options = [part for part in line if isinstance(part, Mapping)]
        words = [part for part in line if not isinstance(part, Mapping)]
        if words:
            before = _written_out(words, before)
            namespace, name, *pairs = before
            dimensions = dict(zip(pairs[::2], pairs[1::2], strict=True))
            yield Watched(where, location, metric(namespace, name, dimensions))
        for option in options:
            if searches(option.get("expression", "")):
                yield Watched(where, location, None, str(option["expression"]))


def _written_out(words: Sequence[str], before: Sequence[str]) -> list[str]:
    """A line without its abbreviations: a point for the word above, three for all up to here."""
    if words[0] == _SAME_SO_FAR:
        rest = words[1:]
        words = [*before[: len(before) - len(rest)], *rest]
    return [before[position] if word == _SAME else str(word) for position, word in enumerate(words)]


def searches(expression: str) -> bool:
    """Whether an expression looks metrics up by itself, and is not made of others alone.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
    """
    return any(
        word in expression.upper() for word in ("SEARCH(", "SELECT ", "INSIGHT_RULE_METRIC(")
    )
