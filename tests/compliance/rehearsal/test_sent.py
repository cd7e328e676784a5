"""Own metrics are those that functions sent, and those that filters make of logs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from compliance.rehearsal import sent
from compliance.rehearsal.metrics import Metric
from tests.compliance.rehearsal import accounts
from tests.compliance.rehearsal.accounts import get, resource

EVENT = {
    "_aws": {
        "CloudWatchMetrics": [
            {"Namespace": "Own", "Dimensions": [["service"]], "Metrics": [{"Name": "Failed"}]}
        ]
    },
    "service": "items",
    "Failed": 1,
}
FUNCTIONS: dict[str, Any] = {
    "Role": accounts.template()["Role"],
    "Idle": resource("AWS::Lambda::Function", Role=get("Role")),
    "Function": resource(
        "AWS::Lambda::Function", Role=get("Role"), LoggingConfig={"LogGroup": {"Ref": "Logs"}}
    ),
    "Logs": resource("AWS::Logs::LogGroup"),
}


def _stage(code: str = "", described: Any = None) -> accounts.AnsweringStage:  # noqa: ANN401
    def events(*, logGroupName: str, filterPattern: str, startTime: int) -> Any:  # noqa: ANN401, N803
        assert (filterPattern, startTime) == ('"CloudWatchMetrics"', 5000)
        if logGroupName == "/aws/lambda/idle-1":
            raise ClientError({"Error": {"Code": code, "Message": "no"}}, "FilterLogEvents")
        assert logGroupName == "logs-1"
        return {"events": [{"message": json.dumps(EVENT)}]}

    found = {
        **accounts.answers(),
        "logs.filter_log_events": events,
        "logs.describe_metric_filters": lambda **_: described,
    }
    return accounts.stage(found, Idle="idle-1", Filter="filter-1", Flow="", Stage="v1")


def test_a_function_that_was_never_invoked_has_sent_nothing() -> None:
    """Its log group is not there before; others are read all the same."""
    stage = _stage("ResourceNotFoundException")
    found = sent.emitted(stage, accounts.assembly(FUNCTIONS), since=5.0)
    assert found == {Metric("Own", "Failed", (("service", "items"),))}


def test_logs_that_may_not_be_read_are_an_error() -> None:
    """They are not taken for empty."""
    with pytest.raises(ClientError, match="AccessDenied"):
        sent.emitted(_stage("AccessDenied"), accounts.assembly(FUNCTIONS), since=5.0)


def test_a_filter_makes_metrics_of_its_log_group() -> None:
    """With dimensions, whose values are the events' own, it cannot be told."""
    transformations = [
        {"metricNamespace": "Filtered", "metricName": "Warnings"},
        {"metricNamespace": "Filtered", "metricName": "By", "dimensions": {"a": "$.a"}},
    ]
    described = {"metricFilters": [{"metricTransformations": transformations}]}
    stage = _stage(described=described)
    resources = {
        "Logs": FUNCTIONS["Logs"],
        "Filter": resource("AWS::Logs::MetricFilter", LogGroupName={"Ref": "Logs"}),
    }
    found = sent.filtered(stage, accounts.assembly(resources))
    assert found == {Metric("Filtered", "Warnings"): {"logs-1"}}


def test_functions_stages_and_flow_logs_write() -> None:
    """Also a flow log that the local AWS does not know; what cannot be told is left out."""
    flow = resource("AWS::EC2::FlowLog", LogGroupName="/flows")
    stages = {
        "Stage": resource(
            "AWS::ApiGateway::Stage", AccessLogSetting={"DestinationArn": get("Access")}
        ),
        "Other": resource(
            "AWS::ApiGateway::Stage", AccessLogSetting={"DestinationArn": get("Stage", "No")}
        ),
        "Access": resource("AWS::Logs::LogGroup"),
    }
    stage = accounts.stage(accounts.answers(), Idle="idle-1", Access="/access")
    found = sent.written(
        stage, accounts.assembly(FUNCTIONS), accounts.assembly({**FUNCTIONS, **stages, "F": flow})
    )
    assert found == {"/aws/lambda/idle-1", "logs-1", "/access", "/flows"}
