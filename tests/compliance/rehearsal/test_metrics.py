"""Metrics are known by namespace, name and dimensions, whoever tells them and however."""

from __future__ import annotations

import json
from typing import Any

import pytest

from compliance.rehearsal.metrics import Metric, embedded, metric, of_alarm, of_dashboard, own_name
from compliance.rehearsal.physical import Physical
from compliance.rehearsal.service_metrics import FAMILIES, family
from tests.compliance.rehearsal import accounts, ledgers
from tests.compliance.rehearsal.accounts import get, resource

PLACE = ledgers.place("Dashboard", "AWS::CloudWatch::Dashboard")
EVENT = {
    "_aws": {
        "Timestamp": 1,
        "CloudWatchMetrics": [
            {
                "Namespace": "Own",
                "Dimensions": [["service", "environment"], []],
                "Metrics": [{"Name": "Failed", "Unit": "Count"}, {"Name": "Absent"}],
            }
        ],
    },
    "service": "items",
    "environment": "dev",
    "Failed": [0.0],
}


def test_a_log_event_sends_each_metric_by_each_set_of_dimensions() -> None:
    """With the values that stand beside; what has no value is not sent."""
    assert list(embedded(json.dumps(EVENT))) == [
        Metric("Own", "Failed", (("environment", "dev"), ("service", "items"))),
        Metric("Own", "Failed"),
    ]


@pytest.mark.parametrize(
    "event",
    [
        "START RequestId: 1",
        "3",
        "[]",
        "{}",
        pytest.param("[" * 100_000, id="deep"),
        json.dumps({"_aws": {}}),
        json.dumps({"_aws": {"CloudWatchMetrics": 3}}),
        json.dumps({"_aws": {"CloudWatchMetrics": [{"Namespace": "Own", "Metrics": []}]}}),
        json.dumps({"_aws": EVENT["_aws"], "Failed": 1}),
    ],
)
def test_other_events_send_nothing(event: str) -> None:
    """Nor does one whose dimensions have no values."""
    assert list(embedded(event)) == []


def test_a_metric_shows_its_dimensions() -> None:
    """In one order, however they were given."""
    found = metric("AWS/SQS", "Sent", {"b": "2", "a": "1"})
    assert str(found) == "AWS/SQS Sent {a=1, b=2}"
    assert found.names == {"a", "b"}


@pytest.mark.parametrize(
    ("physical_id", "name"),
    [
        ("plain-name", "plain-name"),
        (accounts.QUEUE_URL, "queue-1"),
        (accounts.TOPIC, "topic-1"),
    ],
)
def test_names_are_taken_out_of_physical_ids(physical_id: str, name: str) -> None:
    """A queue's is an address, a topic's an ARN."""
    assert own_name(physical_id) == name


def _alarm(**properties: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - a template's
    resources = {**accounts.template(), "Alarm": resource("AWS::CloudWatch::Alarm", **properties)}
    assembly = accounts.assembly(resources)
    alarm = assembly.templates[0].resources["Alarm"]
    found = of_alarm(alarm, Physical(accounts.stage(Alarm="alarm-1"), assembly))
    return [(each.location, str(each.metric or f"? {each.told}")) for each in found]


def _dimension(name: str, value: Any) -> dict[str, Any]:  # noqa: ANN401 - a template's
    return {"Name": name, "Value": value}


@pytest.mark.parametrize(
    ("dimensions", "told"),
    [
        ([], "AWS/X M {}"),
        ([_dimension("TableName", {"Ref": "Table"})], "AWS/X M {TableName=table-1}"),
        ([_dimension("QueueName", get("Queue", "QueueName"))], "AWS/X M {QueueName=queue-1}"),
        ([_dimension("TopicName", get("Topic", "TopicName"))], "AWS/X M {TopicName=topic-1}"),
        (
            [_dimension("b", {"Fn::Sub": "${AWS::Region}-1"}), _dimension("a", "1")],
            "AWS/X M {a=1, b=us-east-1-1}",
        ),
        ([_dimension("Id", get("Table", "StreamArn"))], "? AWS/X M {Id}"),
        ([_dimension("Id", {"Fn::If": ["Big", "1", "2"]})], "? AWS/X M {Id}"),
    ],
)
def test_an_alarm_looks_at_one_metric(dimensions: list[Any], told: str) -> None:
    """With what its dimensions became in the account; or that cannot be told."""
    found = _alarm(Namespace="AWS/X", MetricName="M", Dimensions=dimensions)
    assert found == [("Properties", told)]


def test_an_alarm_may_reckon_with_several_metrics() -> None:
    """Each is looked at; a formula is nothing more than they are, unless it searches by itself."""
    metric_of = {"Namespace": "Own", "MetricName": "M", "Dimensions": [_dimension("a", "1")]}
    found = _alarm(
        Metrics=[
            {"Id": "m", "MetricStat": {"Metric": metric_of, "Period": 60, "Stat": "Sum"}},
            {"Id": "e", "Expression": "m * 2"},
            {"Id": "s", "Expression": "SUM(search('{Own} M', 'Sum'))"},
            {"Id": "q", "Expression": 'SELECT MAX(M) FROM "Own"'},
            {"Id": "u", "Expression": get("Table", "StreamArn")},
            get("Table", "StreamArn"),
        ]
    )
    assert [(where, told.split("(")[0]) for where, told in found[:3]] == [
        ("Properties.Metrics[0]", "Own M {a=1}"),
        ("Properties.Metrics[2]", "? SUM"),
        ("Properties.Metrics[3]", "? SELECT MAX"),
    ]
    assert [where for where, _ in found[3:]] == ["Properties.Metrics[4]", "Properties.Metrics[5]"]
    assert found[3][1] == "? an expression"


def _dashboard(*widgets: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - a dashboard's
    found = of_dashboard(json.dumps({"widgets": widgets}), PLACE)
    return [(each.location, str(each.metric or f"? {each.told}")) for each in found]


def test_a_widget_looks_at_the_metrics_of_its_lines() -> None:
    """Abbreviations are written out: a point for one word, three for all up to the rest."""
    lines = [
        ["AWS/X", "One", "a", "1", "b", "2", {"stat": "Sum"}],
        [".", "Two", ".", ".", ".", "3"],
        ["...", "4", {"color": "#fff"}],
        ["...", {"stat": "Average"}],
        ["Own", "Three"],
        [{"expression": "m1 / m2"}],
        [{"expression": "SEARCH('{AWS/X}', 'Sum')"}],
    ]
    found = _dashboard(
        {"type": "text", "properties": {"markdown": "#"}},
        {"type": "metric", "properties": {"metrics": lines}},
        {"type": "metric", "properties": {"annotations": {"alarms": ["arn"]}}},
        {"type": "explorer", "properties": {}},
    )
    assert found == [
        ("widgets[1].metrics[0]", "AWS/X One {a=1, b=2}"),
        ("widgets[1].metrics[1]", "AWS/X Two {a=1, b=3}"),
        ("widgets[1].metrics[2]", "AWS/X Two {a=1, b=4}"),
        ("widgets[1].metrics[3]", "AWS/X Two {a=1, b=4}"),
        ("widgets[1].metrics[4]", "Own Three {}"),
        ("widgets[1].metrics[6]", "? SEARCH('{AWS/X}', 'Sum')"),
        ("widgets[3]", "? a metrics explorer"),
    ]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "{}",
        '{"widgets": [{}]}',
        '{"widgets": [{"type": "metric", "properties": {"metrics": [["AWS/X"]]}}]}',
        '{"widgets": [{"type": "metric", "properties": {"metrics": [["AWS/X", "M", "a"]]}}]}',
        '{"widgets": [{"type": "metric", "properties": {"metrics": [["."]]}}]}',
        '{"widgets": [{"type": "metric", "properties": []}]}',
    ],
)
def test_what_is_no_dashboard_is_an_error(body: str) -> None:
    """It is not taken for one that looks at nothing."""
    with pytest.raises(ValueError):  # noqa: PT011 - any of JSON's and ours
        list(of_dashboard(body, PLACE))


def test_the_table_of_services_names_its_sources() -> None:
    """Each entry has a page of AWS, and no metric stands in two."""
    named = [(each.namespace, name) for each in FAMILIES for name in each.names]
    assert len(named) == len(set(named))
    assert all(each.source.startswith("https://docs.aws.amazon.com/") for each in FAMILIES)
    assert all(each.dimensions for each in FAMILIES)
    found = family("AWS/DynamoDB", "ThrottledRequests")
    assert found is not None
    assert found.dimensions == (frozenset({"TableName", "Operation"}),)
    assert family("AWS/DynamoDB", "Nothing") is None
