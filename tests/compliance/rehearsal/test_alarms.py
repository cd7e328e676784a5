"""An alarm that watches what is never sent is red, before anybody relies on it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from compliance.findings import Outcome
from compliance.rehearsal import alarms, dimensions, sent
from compliance.rehearsal.alarms import Watching, findings
from compliance.rehearsal.callers import right
from compliance.rehearsal.errors import RehearsalError
from compliance.rehearsal.metrics import Watched, metric
from compliance.rehearsal.wire import Wire
from tests.compliance.rehearsal import accounts, ledgers
from tests.compliance.rehearsal.accounts import get, resource

if TYPE_CHECKING:
    from compliance.rehearsal.scene import Local

PLACE = ledgers.place("Alarm", "AWS::CloudWatch::Alarm")
FAILED = metric("ServerlessApp", "FailedRequests", {"service": "items", "environment": "dev"})
NAMES = {
    dimensions.TABLE: frozenset({"items"}),
    dimensions.INDEX: frozenset({"status-index of items"}),
    dimensions.FUNCTION: frozenset({"worker"}),
    dimensions.QUALIFIED: frozenset({"worker of worker", "worker:live of worker"}),
    dimensions.OPERATION: dimensions.DYNAMODB_OPERATIONS,
    dimensions.METHOD: frozenset({"GET /items of any"}),
}
ROUTE = {"ApiName": "any", "Stage": "v1", "Resource": "/items", "Method": "GET"}


def _judged(namespace: str, name: str, **dimensions: str) -> list[tuple[Outcome, str]]:
    watched = Watched(PLACE, "Properties", metric(namespace, name, dimensions))
    found = Watching((watched,), frozenset({FAILED}), NAMES).findings()
    return [(each.outcome, each.message) for each in found]


@pytest.mark.parametrize(
    ("namespace", "name", "dimensions"),
    [
        ("ServerlessApp", "FailedRequests", {"service": "items", "environment": "dev"}),
        ("AWS/DynamoDB", "ThrottledRequests", {"TableName": "items", "Operation": "GetItem"}),
        ("AWS/DynamoDB", "ReadThrottleEvents", {"TableName": "items"}),
        (
            "AWS/DynamoDB",
            "ReadThrottleEvents",
            {"TableName": "items", "GlobalSecondaryIndexName": "status-index"},
        ),
        ("AWS/DynamoDB", "UserErrors", {}),
        ("AWS/Lambda", "Errors", {"FunctionName": "worker"}),
        ("AWS/Lambda", "Errors", {"FunctionName": "worker", "Resource": "worker"}),
        ("AWS/Lambda", "Errors", {"FunctionName": "worker", "Resource": "worker:live"}),
        ("AWS/ApiGateway", "Count", {"ApiName": "any"}),
        ("AWS/ApiGateway", "Count", ROUTE),
    ],
)
def test_what_is_sent_may_be_watched(namespace: str, name: str, dimensions: dict[str, str]) -> None:
    """By a function of the stacks, or by a service for something that is deployed."""
    assert _judged(namespace, name, **dimensions) == []


@pytest.mark.parametrize(
    ("namespace", "name", "dimensions", "told"),
    [
        ("ServerlessApp", "FailedRequests", {}, f"is never sent: what is sent is {FAILED}"),
        ("ServerlessApp", "Other", {}, "is never sent: that namespace has FailedRequests"),
        ("Elsewhere", "Other", {}, "is never sent: that namespace has nothing"),
        (
            "AWS/DynamoDB",
            "ThrottledRequests",
            {"TableName": "items"},
            "is never sent: its dimensions are {Operation, TableName}",
        ),
        ("AWS/Lambda", "Errors", {"FunctionName": "other"}, "no FunctionName is other"),
        ("AWS/DynamoDB", "ThrottledRequests", {"TableName": "items", "Operation": "Get"}, "is Get"),
        (
            "AWS/DynamoDB",
            "ReadThrottleEvents",
            {"TableName": "items", "GlobalSecondaryIndexName": "other"},
            "no GlobalSecondaryIndexName is other of items",
        ),
        (
            "AWS/DynamoDB",
            "ReadThrottleEvents",
            {"GlobalSecondaryIndexName": "status-index"},
            "is never sent: its dimensions are {TableName} or",
        ),
        (
            "AWS/Lambda",
            "Errors",
            {"FunctionName": "worker", "Resource": "worker:other"},
            "no Resource is worker:other of worker",
        ),
        (
            "AWS/ApiGateway",
            "Count",
            {**ROUTE, "Method": "POST"},
            "no Method is POST /items of any",
        ),
        (
            "AWS/ApiGateway",
            "Count",
            {**ROUTE, "Resource": "/nope"},
            "no Method is GET /nope of any",
        ),
    ],
)
def test_what_is_never_sent_is_found(
    namespace: str, name: str, dimensions: dict[str, str], told: str
) -> None:
    """And what is sent instead is told."""
    ((outcome, message),) = _judged(namespace, name, **dimensions)
    assert outcome is Outcome.FAIL
    assert told in message


def test_what_the_table_does_not_have_is_undecided() -> None:
    """A service of AWS may send it."""
    ((outcome, message),) = _judged("AWS/New", "Things")
    assert outcome is Outcome.UNDECIDED
    assert "Which dimensions AWS/New Things is sent with is not known" in message


def test_what_cannot_be_told_is_undecided() -> None:
    """A search finds what there is when it is made."""
    watched = Watched(PLACE, "Properties.Metrics[0]", None, "SEARCH('x')")
    (found,) = Watching((watched,), frozenset()).findings()
    assert (found.outcome, found.observed) == (Outcome.UNDECIDED, "SEARCH('x')")


def test_alarms_on_own_metrics_are_red_when_nothing_is_sent() -> None:
    """A service without logs proves nothing."""
    (found,) = Watching((Watched(PLACE, "Properties", FAILED),), frozenset()).findings()
    assert found.outcome is Outcome.FAIL
    assert "that namespace has nothing" in found.message


# -- a stage -------------------------------------------------------------------------------------


def _create(scene: Local) -> None:
    """Create an item: the call that sends every metric of the service."""
    route = next(each for each in scene.routes if each.operation == "POST /items")
    caller = right(scene.stage, route)
    with Wire(scene.stage) as wire:
        status = wire.status(
            "POST",
            f"{wire.base}/items",
            kind="metrics",
            headers={"x-api-key": caller.key, "Content-Type": "application/json"},
            body='{"data": {}}',
            signature=caller.signature,
        )
    assert status == 201


def test_every_alarm_and_widget_of_dev_watches_what_is_sent(scene: Local) -> None:
    """By the logs of its function, and by the table of AWS's services."""
    _create(scene)
    assert findings(scene.stage, scene.assembly) == []
    watched = alarms.watched(scene.stage, scene.assembly)
    kinds = {each.place.resource_type for each in watched}
    assert kinds == {"AWS::CloudWatch::Alarm", "AWS::CloudWatch::Dashboard"}
    own = {each.metric for each in watched if each.metric and each.metric.namespace[:4] != "AWS/"}
    assert own == sent.emitted(scene.stage, scene.assembly)


def test_what_was_sent_before_does_not_count(scene: Local) -> None:
    """From a time in the future on, nothing is sent, and own alarms are red."""
    _create(scene)
    found = findings(scene.stage, scene.assembly, since=4_000_000_000)
    assert {each.outcome for each in found} == {Outcome.FAIL}
    assert "ServerlessApp FailedRequests" in found[0].observed
    assert any(each.resource_type == "AWS::CloudWatch::Dashboard" for each in found)


# -- an account ----------------------------------------------------------------------------------

DASHBOARD = {"widgets": [{"type": "metric", "properties": {"metrics": [["Filtered", "Warnings"]]}}]}
TEMPLATE: dict[str, Any] = {
    "Role": accounts.template()["Role"],
    "Function": resource(
        "AWS::Lambda::Function", Role=get("Role"), LoggingConfig={"LogGroup": {"Ref": "Logs"}}
    ),
    "Logs": resource("AWS::Logs::LogGroup"),
    "Filter": resource("AWS::Logs::MetricFilter", LogGroupName={"Ref": "Logs"}),
    "Api": resource("AWS::ApiGateway::RestApi"),
    "Table": resource("AWS::DynamoDB::Table"),
    "Dashboard": resource("AWS::CloudWatch::Dashboard"),
    "Throttled": resource(
        "AWS::CloudWatch::Alarm",
        Namespace="AWS/DynamoDB",
        MetricName="ThrottledRequests",
        Dimensions=[{"Name": "TableName", "Value": {"Ref": "Table"}}],
        AlarmActions=["arn:aws:sns:us-east-1:123456789012:alerts"],
    ),
    "Failed": resource(
        "AWS::CloudWatch::Alarm",
        Namespace="ServerlessApp",
        MetricName="FailedRequests",
        AlarmActions=["arn:aws:sns:us-east-1:123456789012:alerts"],
    ),
    "Both": resource(
        "AWS::CloudWatch::CompositeAlarm",
        AlarmActions=["arn:aws:sns:us-east-1:123456789012:alerts"],
    ),
}
EVENT = {
    "_aws": {
        "CloudWatchMetrics": [
            {
                "Namespace": "ServerlessApp",
                "Dimensions": [["service", "environment"]],
                "Metrics": [{"Name": "FailedRequests"}],
            }
        ]
    },
    "service": "items",
    "environment": "dev",
    "FailedRequests": 0,
}
ALARM_ARN = f"arn:aws:cloudwatch:us-east-1:{accounts.ACCOUNT}:alarm:"


def _answers() -> accounts.Answers:
    transformations = [
        {"metricNamespace": "Filtered", "metricName": "Warnings"},
        {"metricNamespace": "Filtered", "metricName": "By", "dimensions": {"a": "$.a"}},
    ]
    rule = f"ALARM(there) AND NOT OK(\"{ALARM_ARN}gone\") OR INSUFFICIENT_DATA( 'gone too' )"
    known: dict[str, Any] = {
        "there": {"MetricAlarms": [{}], "CompositeAlarms": []},
        "both-1": {"MetricAlarms": [], "CompositeAlarms": [{"AlarmRule": rule}]},
    }

    def alarms_of(*, AlarmNames: list[str], AlarmTypes: list[str]) -> Any:  # noqa: ANN401, N803
        assert "CompositeAlarm" in AlarmTypes
        return known.get(AlarmNames[0], {"MetricAlarms": [], "CompositeAlarms": []})

    return {
        **accounts.answers(),
        "logs.filter_log_events": lambda **_: {"events": [{"message": json.dumps(EVENT)}]},
        "logs.describe_metric_filters": lambda **_: {
            "metricFilters": [{"metricTransformations": transformations}]
        },
        "cloudwatch.get_dashboard": lambda **_: {"DashboardBody": json.dumps(DASHBOARD)},
        "cloudwatch.describe_alarms": alarms_of,
        "dynamodb.describe_table": lambda **_: {"Table": {}},
        "apigateway.get_rest_api": lambda **_: {"name": "api"},
    }


def _stage(answers: accounts.Answers | None = None, **physical: str) -> accounts.AnsweringStage:
    return accounts.stage(
        answers or _answers(),
        **physical,
        Throttled="throttled-1",
        Failed="failed-1",
        Both=f"{ALARM_ARN}both-1",
        Dashboard="dashboard-1",
        Filter="filter-1",
    )


def test_alarms_without_the_dimensions_of_what_is_sent_are_found() -> None:
    """A table's throttled requests without the operation, a function's failures without any."""
    found = findings(_stage(), accounts.assembly(TEMPLATE))

    by_alarm = {each.logical_id: each for each in found if each.logical_id != "Both"}
    assert set(by_alarm) == {"Throttled", "Failed"}
    assert "its dimensions are {Operation, TableName}" in by_alarm["Throttled"].message
    assert by_alarm["Throttled"].observed == "AWS/DynamoDB ThrottledRequests {TableName=table-1}"
    assert f"what is sent is {FAILED}" in by_alarm["Failed"].message
    assert {each.outcome for each in by_alarm.values()} == {Outcome.FAIL}


def test_an_alarm_of_alarms_asks_for_those_that_are_there() -> None:
    """By name or by ARN."""
    found = findings(_stage(), accounts.assembly(TEMPLATE))
    asked = [each.observed for each in found if each.logical_id == "Both"]
    assert asked == ["gone", "gone too"]


def test_a_metric_filter_sends_where_something_writes() -> None:
    """Of logs that nothing is known to write, nobody can tell; nor of dimensions of events."""
    watching = {
        name: resource(
            "AWS::CloudWatch::Alarm",
            Namespace="Filtered",
            MetricName=name,
            AlarmActions=[{"Ref": "Topic"}],
        )
        for name in ("Warnings", "By")
    }
    topic = {"Topic": accounts.template()["Topic"]}
    elsewhere = {"Filter": resource("AWS::Logs::MetricFilter", LogGroupName="/elsewhere")}

    def judged(**more: Any) -> dict[str, Outcome]:  # noqa: ANN401 - resources
        assembly = accounts.assembly({**TEMPLATE, **topic, **watching, **more})
        found = findings(_stage(Warnings="warnings-1", By="by-1"), assembly)
        return {each.logical_id: each.outcome for each in found if each.logical_id in watching}

    assert judged() == {"By": Outcome.FAIL}
    assert judged(**elsewhere) == {"By": Outcome.FAIL, "Warnings": Outcome.UNDECIDED}


def test_alarms_that_were_taken_out_are_judged_by_their_template() -> None:
    """The local AWS does not have them, and the account will."""
    query = {
        "Id": "m",
        "MetricStat": {"Metric": {"Namespace": "ServerlessApp", "MetricName": "FailedRequests"}},
    }
    taken_out = resource("AWS::CloudWatch::Alarm", Metrics=[query])
    left = {key: TEMPLATE[key] for key in ("Role", "Function", "Logs")}
    given = accounts.assembly({**left, "Math": taken_out})

    found = findings(_stage(), accounts.assembly(left), given=given)

    assert [(each.logical_id, each.location) for each in found] == [
        ("Math", "Properties.Metrics[0]"),
        ("Math", "Properties.AlarmActions"),
    ]
    assert findings(_stage(), accounts.assembly(left)) == []


def test_an_alarm_of_a_condition_that_is_false_is_not_judged() -> None:
    """It is not there, and was not taken out."""
    alarm = {**resource("AWS::CloudWatch::Alarm", Namespace="No"), "Condition": "Big"}
    assembly = accounts.assembly({"Alarm": alarm})
    assert findings(_stage(), assembly, given=assembly) == []


def test_what_cannot_be_read_is_an_error() -> None:
    """Logs, a dashboard that is none, an alarm that is not there."""

    def refuse(**_: object) -> None:
        raise accounts.denied("FilterLogEvents")

    assembly = accounts.assembly(TEMPLATE)
    for answer, text in (
        (
            {"logs.filter_log_events": refuse},
            r"what its alarms watch cannot be read: .*AccessDenied",
        ),
        (
            {"cloudwatch.get_dashboard": lambda **_: {"DashboardBody": "{}"}},
            "Stack/Dashboard: dashboard dashboard-1 cannot be read",
        ),
        (
            {"cloudwatch.describe_alarms": lambda **_: {"MetricAlarms": [], "CompositeAlarms": []}},
            "Stack/Both: CloudWatch has no alarm both-1",
        ),
    ):
        with pytest.raises(RehearsalError, match=text):
            findings(_stage({**_answers(), **answer}), assembly)
    with pytest.raises(RehearsalError, match="Stack/Failed"):
        findings(replace(_stage(), resources={}), accounts.assembly({"Failed": TEMPLATE["Failed"]}))
