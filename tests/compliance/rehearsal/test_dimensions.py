"""An alarm may name what is deployed, and that alone."""

from __future__ import annotations

from typing import Any

from compliance.rehearsal import dimensions
from compliance.rehearsal.metrics import metric
from tests.compliance.rehearsal import accounts, apis
from tests.compliance.rehearsal.accounts import resource

ANSWERS: accounts.Answers = {
    "dynamodb.describe_table": lambda **_: {
        "Table": {"GlobalSecondaryIndexes": [{"IndexName": "by-status"}]}
    },
    "apigateway.get_rest_api": lambda **_: {"name": "things"},
}


def _names(resources: dict[str, Any], **physical: str) -> dict[dimensions.Dimension, set[str]]:
    stage = accounts.stage(ANSWERS, **physical)
    found = dimensions.names(stage, accounts.assembly(resources))
    return {dimension: set(names) for dimension, names in found.items() if names}


def test_names_are_those_of_what_is_deployed() -> None:
    """An index is named with its table, a function's alias and version with the function."""
    kinds = ("Role", "Function", "Logs", "Table", "Queue", "Topic", "Key", "Bucket")
    resources = {kind: accounts.template()[kind] for kind in kinds}
    resources["Alias"] = resource("AWS::Lambda::Alias", Name="live")
    resources["Version"] = resource("AWS::Lambda::Version")
    found = _names(resources, Alias=f"{accounts.FUNCTION}:live", Version=f"{accounts.FUNCTION}:7")

    assert found == {
        ("AWS/Lambda", "FunctionName"): {"function-1"},
        ("AWS/Lambda", "Resource"): {
            "function-1 of function-1",
            "function-1:live of function-1",
            "function-1:7 of function-1",
        },
        ("AWS/DynamoDB", "TableName"): {"table-1"},
        ("AWS/DynamoDB", "GlobalSecondaryIndexName"): {"by-status of table-1"},
        ("AWS/DynamoDB", "Operation"): set(dimensions.DYNAMODB_OPERATIONS),
        ("AWS/SQS", "QueueName"): {"queue-1"},
        ("AWS/SNS", "TopicName"): {"topic-1"},
        ("AWS/S3", "BucketName"): {"bucket-1"},
    }


def test_methods_are_named_with_their_path_and_api() -> None:
    """A route of any method may be counted by each."""
    found = _names(apis.api("GET /items/{id}", "ANY /{proxy+}"), Api="api-1")

    assert found["AWS/ApiGateway", "ApiName"] == {"things"}
    assert found["AWS/ApiGateway", "Method"] == {
        "GET /items/{id} of things",
        *(f"{method} /{{proxy+}} of things" for method in dimensions.METHODS),
    }


def test_what_a_metric_names_has_the_form_of_what_is_there() -> None:
    """A dimension that means something only beside others is told with them."""
    values = {"ApiName": "a {0}", "Stage": "v1", "Resource": "/items/{id}", "Method": "GET"}
    assert dict(dimensions.named(metric("AWS/ApiGateway", "Count", values))) == {
        ("AWS/ApiGateway", "ApiName"): "a {0}",
        ("AWS/ApiGateway", "Stage"): "v1",
        ("AWS/ApiGateway", "Resource"): "/items/{id}",
        ("AWS/ApiGateway", "Method"): "GET /items/{id} of a {0}",
    }
