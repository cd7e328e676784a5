"""An alarm that nobody hears is no alarm."""

from __future__ import annotations

from typing import Any

import pytest

from compliance.findings import Outcome
from compliance.rehearsal import notified
from tests.compliance.rehearsal import accounts
from tests.compliance.rehearsal.accounts import get, resource

TOPIC = {"Ref": "Topic"}
GONE = {"Ref": "AWS::NoValue"}


def _judged(
    properties: dict[str, Any],
    outputs: dict[str, Any] | None = None,
    **more: Any,  # noqa: ANN401
) -> list[tuple[Outcome, str]]:
    alarm = resource("AWS::CloudWatch::Alarm", **properties)
    topic = accounts.template()["Topic"]
    assembly = accounts.assembly({"Alarm": alarm, "Topic": topic, **more})
    assembly.templates[0].body["Outputs"] = outputs or {}  # type: ignore[index]
    alarms = [assembly.templates[0].resources["Alarm"]]
    return [(each.outcome, each.location) for each in notified.findings(alarms, assembly)]


def _either(*branches: Any) -> dict[str, Any]:  # noqa: ANN401 - a template's
    return {"Fn::If": ["Big", *branches]}


@pytest.mark.parametrize(
    "properties",
    [
        {"AlarmActions": [TOPIC]},
        {"AlarmActions": TOPIC, "ActionsEnabled": "true"},
        {"AlarmActions": [GONE, TOPIC], "ActionsEnabled": True},
        {"AlarmActions": [_either(TOPIC, "arn:x")]},
        {"AlarmActions": _either([TOPIC], ["arn:x"])},
    ],
)
def test_an_alarm_with_an_action_is_heard(properties: dict[str, Any]) -> None:
    """Whichever it is; actions are enabled by themselves."""
    assert _judged(properties) == []


@pytest.mark.parametrize(
    ("properties", "where"),
    [
        ({}, "AlarmActions"),
        ({"AlarmActions": []}, "AlarmActions"),
        ({"AlarmActions": [GONE]}, "AlarmActions"),
        ({"OKActions": [TOPIC]}, "AlarmActions"),
        ({"AlarmActions": [TOPIC], "ActionsEnabled": False}, "ActionsEnabled"),
        ({"AlarmActions": [TOPIC], "ActionsEnabled": "false"}, "ActionsEnabled"),
    ],
)
def test_an_alarm_that_nobody_hears_is_found(properties: dict[str, Any], where: str) -> None:
    """It has no action for its going off, or its actions are off."""
    assert _judged(properties) == [(Outcome.FAIL, f"Properties.{where}")]


@pytest.mark.parametrize(
    ("properties", "where"),
    [
        ({"AlarmActions": [_either(TOPIC, GONE)]}, "AlarmActions"),
        ({"AlarmActions": _either([TOPIC], GONE)}, "AlarmActions"),
        ({"AlarmActions": {"Fn::Unknown": []}}, "AlarmActions"),
        ({"AlarmActions": [TOPIC], "ActionsEnabled": _either("true", "false")}, "ActionsEnabled"),
        ({"AlarmActions": [TOPIC], "ActionsEnabled": TOPIC}, "ActionsEnabled"),
    ],
)
def test_what_depends_is_undecided(properties: dict[str, Any], where: str) -> None:
    """On a condition, or on what only the deployment knows."""
    assert _judged(properties) == [(Outcome.UNDECIDED, f"Properties.{where}")]


def _composite(rule: Any) -> dict[str, Any]:  # noqa: ANN401 - a template's
    return {"Any": resource("AWS::CloudWatch::CompositeAlarm", AlarmRule=rule)}


def test_an_alarm_that_something_uses_needs_no_action() -> None:
    """An alarm of alarms, by reference or by name; a deployment; another stack."""
    by_reference = {"Fn::Join": ["", ['ALARM("', get("Alarm"), '")']]}
    assert _judged({}, **_composite(by_reference)) == []
    assert _judged({"AlarmName": "own"}, **_composite("ALARM(own) OR OK(other)")) == []
    group = resource("AWS::CodeDeploy::DeploymentGroup", AlarmConfiguration={"Ref": "Alarm"})
    assert _judged({}, Group=group) == []
    exported = {"Arn": {"Value": get("Alarm"), "Export": {"Name": "arn"}}}
    assert _judged({}, exported) == []


def test_what_only_shows_an_alarm_does_not_use_it() -> None:
    """A dashboard, an output for readers; nor does an alarm of others."""
    silent = [(Outcome.FAIL, "Properties.AlarmActions")]
    board = resource("AWS::CloudWatch::Dashboard", DashboardBody={"Fn::Sub": "${Alarm.Arn}"})
    assert _judged({}, {"Arn": {"Value": get("Alarm")}}, Board=board) == silent
    assert _judged({"AlarmName": "own"}, **_composite("ALARM(other)")) == silent
    assert _judged({"AlarmName": TOPIC}, **_composite("ALARM(other)")) == silent
