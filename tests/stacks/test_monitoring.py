"""Alarms that can ring, a topic that may be told, a dashboard that shows something."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from stacks.environment_stack import RETENTION

if TYPE_CHECKING:
    from tests.synthesized import Assembly

OWN = {"environment": "prod", "service": "items"}
THROTTLES = {
    f"DynamoDBThrottleAlarm{name}{kind}"
    for name in ("Items", "ItemsByStatus", "Idempotency")
    for kind in ("Read", "Write")
}
ALARMS = THROTTLES | {
    "AlertDeadLetterAlarm",
    "Api4xxAlarm",
    "Api5xxAlarm",
    "ApiLatencyAlarm",
    "DefaultSecurityGroupDeadLetterAlarm",
    "FailedRequestsAlarm",
    "ItemsDeadLetterAlarm",
    "LambdaDurationAlarm",
    "LambdaErrorAlarm",
    "LambdaThrottleAlarm",
}


def alarm(assembly: Assembly, name: str) -> dict[str, Any]:
    """Return an alarm's properties."""
    return assembly.properties(f"MonitoringStack/{name}")


def dimensions(properties: dict[str, Any]) -> dict[str, Any]:
    """Return the dimensions of an alarm's metric."""
    return {one["Name"]: one["Value"] for one in properties["Dimensions"]}


def test_the_alarms_are_these(prod: Assembly) -> None:
    """Each of the seed's six is there, and those that it lacks."""
    assert {path.rpartition("/")[2] for path in prod.of_type("AWS::CloudWatch::Alarm")} == ALARMS


@pytest.mark.parametrize("name", sorted(ALARMS))
def test_every_alarm_tells_when_it_starts_and_ends(name: str, prod: Assembly) -> None:
    """Both go to the topic, and missing data is said to be no reason."""
    topic = {"Ref": prod.logical_id("MonitoringStack/AlertTopic")}
    properties = alarm(prod, name)
    assert properties["AlarmActions"] == [topic]
    assert properties["OKActions"] == [topic]
    assert properties["TreatMissingData"] == "notBreaching"
    assert properties["AlarmDescription"]


@pytest.mark.parametrize("name", sorted(THROTTLES))
def test_throttles_are_counted_by_metrics_that_exist(name: str, prod: Assembly) -> None:
    """ThrottledRequests has no value without an Operation; throttle events need none."""
    properties = alarm(prod, name)
    kind = "Read" if name.endswith("Read") else "Write"
    assert properties["Namespace"] == "AWS/DynamoDB"
    assert properties["MetricName"] == f"{kind}ThrottleEvents"
    found = dimensions(properties)
    table = "IdempotencyTable" if "Idempotency" in name else "ItemsTable"
    assert table in found.pop("TableName")["Fn::ImportValue"]
    index = {"GlobalSecondaryIndexName": "status-index"} if "ByStatus" in name else {}
    assert found == index


def test_failed_requests_are_counted_as_the_function_sends_them(prod: Assembly) -> None:
    """The alarm has the very dimensions of the function's metric; without them it has no data."""
    properties = alarm(prod, "FailedRequestsAlarm")
    assert properties["Namespace"] == "ServerlessApp"
    assert properties["MetricName"] == "FailedRequests"
    assert dimensions(properties) == OWN


def test_slow_is_a_share_of_the_timeout(prod: Assembly) -> None:
    """The duration alarm follows the function's timeout of 25 seconds."""
    properties = alarm(prod, "LambdaDurationAlarm")
    assert properties["Threshold"] == 20000
    assert properties["ExtendedStatistic"] == "p95"


@pytest.mark.parametrize(
    ("name", "metric"),
    [("Api4xxAlarm", "4XXError"), ("Api5xxAlarm", "5XXError"), ("ApiLatencyAlarm", "Latency")],
)
def test_the_api_is_watched_by_its_stage(name: str, metric: str, prod: Assembly) -> None:
    """Name and stage are the API's own, not words that were once true."""
    properties = alarm(prod, name)
    assert properties["MetricName"] == metric
    found = dimensions(properties)
    assert found["ApiName"] == prod.properties("ApiStack/ServerlessApi")["Name"]
    assert "DeploymentStage" in found["Stage"]["Fn::ImportValue"]


@pytest.mark.parametrize(
    ("name", "queue"),
    [
        ("ItemsDeadLetterAlarm", "DataProcessingFunctionDeadLetters"),
        ("DefaultSecurityGroupDeadLetterAlarm", "DefaultSecurityGroupCloserDeadLetters"),
        ("AlertDeadLetterAlarm", "UndeliveredAlerts"),
    ],
)
def test_no_dead_letter_goes_unnoticed(name: str, queue: str, prod: Assembly) -> None:
    """One message in a dead-letter queue is enough."""
    properties = alarm(prod, name)
    assert properties["Threshold"] == 1
    assert properties["MetricName"] == "ApproximateNumberOfMessagesVisible"
    assert queue in json.dumps(dimensions(properties)["QueueName"])


def test_the_topic_is_encrypted_and_open_to_own_alarms_only(prod: Assembly) -> None:
    """Topic and key let CloudWatch in for alarms of this account; TLS is demanded."""
    key = prod.logical_id("MonitoringStack/Key")
    assert prod.properties("MonitoringStack/AlertTopic")["KmsMasterKeyId"] == {
        "Fn::GetAtt": [key, "Arn"]
    }
    policy = prod.properties("MonitoringStack/AlertTopic/Policy")["PolicyDocument"]["Statement"]
    tls, publish = policy
    assert tls["Effect"] == "Deny"
    assert tls["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    condition = {
        "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}},
        "ArnLike": {
            "aws:SourceArn": {
                "Fn::Join": [
                    "",
                    ["arn:aws:cloudwatch:us-east-1:", {"Ref": "AWS::AccountId"}, ":alarm:*"],
                ]
            }
        },
    }
    assert publish["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert (publish["Action"], publish["Condition"]) == ("sns:Publish", condition)
    statements = prod.properties("MonitoringStack/Key")["KeyPolicy"]["Statement"]
    (use,) = [one for one in statements if one.get("Sid") == "OwnAlarms"]
    assert use["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    assert use["Condition"] == condition


def test_alerts_go_to_the_address_of_the_environment(prod: Assembly, dev: Assembly) -> None:
    """The address comes from the settings; what cannot be delivered is kept."""
    for assembly, name in ((prod, "prod"), (dev, "dev")):
        (subscription,) = assembly.of_type("AWS::SNS::Subscription").values()
        assert subscription["Properties"]["Protocol"] == "email"
        assert subscription["Properties"]["Endpoint"] == f"serverless-alerts-{name}@example.com"
        assert subscription["Properties"]["RedrivePolicy"] == {
            "deadLetterTargetArn": {
                "Fn::GetAtt": [assembly.logical_id("MonitoringStack/UndeliveredAlerts"), "Arn"]
            }
        }


def test_the_dashboard_has_four_widgets(prod: Assembly) -> None:
    """Lambda, API Gateway, DynamoDB and the application, by references instead of names."""
    parts = prod.properties("MonitoringStack/ServerlessDashboard")["DashboardBody"]["Fn::Join"][1]
    body = json.loads("".join(p if isinstance(p, str) else "<reference>" for p in parts))
    shown = {
        widget["properties"]["title"]: widget["properties"]["metrics"] for widget in body["widgets"]
    }
    assert {title: [metric[1] for metric in metrics] for title, metrics in shown.items()} == {
        "Lambda Function Metrics": ["Invocations", "Errors", "Duration"],
        "API Gateway Metrics": ["Count", "4XXError", "5XXError"],
        "DynamoDB Metrics": [
            "ConsumedReadCapacityUnits",
            "ConsumedWriteCapacityUnits",
            *("ReadThrottleEvents", "WriteThrottleEvents") * 3,
        ],
        "Application Metrics": [
            "SuccessfulRequests",
            "FailedRequests",
            "ItemsCreated",
            "ProcessingTime",
        ],
    }
    assert {metric[5] for metric in shown["API Gateway Metrics"]} == {"<reference>"}
    assert {tuple(metric[2:6]) for metric in shown["Application Metrics"]} == {
        ("environment", "prod", "service", "items")
    }


def test_cdk_has_a_name_for_every_retention() -> None:
    """Each number of days that the settings allow is one that CDK knows by another name."""
    assert {name.value for name in RETENTION.values()} == {
        "ONE_MONTH",
        "TWO_MONTHS",
        "THREE_MONTHS",
        "FOUR_MONTHS",
        "FIVE_MONTHS",
        "SIX_MONTHS",
        "ONE_YEAR",
        "THIRTEEN_MONTHS",
        "EIGHTEEN_MONTHS",
        "TWO_YEARS",
        "THREE_YEARS",
    }
