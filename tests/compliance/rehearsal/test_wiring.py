"""What is wired to what is read off the deployed resources, each tied to its very ARN."""

from __future__ import annotations

from typing import Any

import pytest

from compliance.rehearsal.copying import place
from compliance.rehearsal.errors import RehearsalError
from compliance.rehearsal.wiring import Method, Trigger, Wiring, wiring
from tests.compliance.rehearsal import accounts
from tests.compliance.rehearsal.accounts import (
    ACCOUNT,
    BUCKET,
    FUNCTION,
    KEY,
    QUEUE,
    TABLE,
    TOPIC,
    assembly,
    get,
    resource,
)


def _read(more: dict[str, Any], answers: accounts.Answers | None = None, **ids: str) -> Wiring:
    physical = {name: ids.get(name, f"{name}-1") for name in more}
    stage = accounts.stage(answers, **physical)
    return wiring(stage, assembly({**accounts.template(), **more}))


def _method(uri: Any, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return {
        "Method": resource(
            "AWS::ApiGateway::Method",
            RestApiId={"Ref": "Api"},
            ResourceId=get("Api", "RootResourceId"),
            HttpMethod="GET",
            AuthorizationType="AWS_IAM",
            Integration={"Uri": uri, **more},
        )
    }


def _sub(target: str) -> dict[str, str]:
    return {"Fn::Sub": "arn:${AWS::Partition}:apigateway:${AWS::Region}:" + target}


@pytest.mark.parametrize(
    ("uri", "target", "function"),
    [
        (
            _sub("lambda:path/2015-03-31/functions/${Function.Arn}/invocations"),
            f"lambda:path/2015-03-31/functions/{FUNCTION}/invocations",
            FUNCTION,
        ),
        (
            _sub("sqs:path/${AWS::AccountId}/${Queue.QueueName}"),
            f"sqs:path/{ACCOUNT}/queue-1",
            "",
        ),
        (_sub("dynamodb:action/PutItem"), "dynamodb:action/PutItem", ""),
        (_sub("lambda:path/2015-03-31/functions/${Table.StreamArn}/invocations"), "", ""),
        ({"Fn::If": ["X", _sub("a:action/B"), _sub("a:action/C")]}, "", ""),
        ("https://example.com/x", "", ""),
        (None, "", ""),
    ],
)
def test_a_method_tells_what_it_is_integrated_with(
    uri: Any,  # noqa: ANN401 - JSON
    target: str,
    function: str,
) -> None:
    """As far as it can be told."""
    (found,) = _read(_method(uri)).methods
    assert (found.operation, found.target, found.function) == ("GET /", target, function)
    assert found.credentials == ""


@pytest.mark.parametrize(
    ("credentials", "expected"),
    [
        (get("Role"), "role-1"),
        (f"arn:aws:iam::{ACCOUNT}:role/service/role-1", "role-1"),
        ({"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:user/*"}, ""),
        ({"Fn::If": ["X", get("Role"), "arn:aws:iam::1:role/other"]}, ""),
        ({"Fn::Transform": {}}, ""),
    ],
)
def test_a_method_tells_the_role_of_its_integration(
    credentials: Any,  # noqa: ANN401 - JSON
    expected: str,
) -> None:
    """By its name; a caller's own, or one of several, is none."""
    (found,) = _read(_method(_sub("a:action/B"), Credentials=credentials)).methods
    assert found == Method(operation="GET /", target="a:action/B", credentials=expected)


def test_without_an_api_there_are_no_methods() -> None:
    """And that is no error here."""
    resources = accounts.template()
    del resources["Api"]
    del resources["Permission"]
    assert wiring(accounts.stage(), assembly(resources)).methods == ()


@pytest.mark.parametrize(
    ("bus", "physical", "path"),
    [
        (None, "nightly", "nightly"),
        ("default", "nightly", "nightly"),
        ({"Ref": "Bus"}, "bus-1|nightly", "bus-1/nightly"),
        ({"Ref": "Bus"}, "nightly", "bus-1/nightly"),
        ("arn:aws:events:us-east-1:1:event-bus/bus-1", "bus-1|nightly", "bus-1/nightly"),
    ],
)
def test_a_rule_hands_events_to_its_targets(bus: object, physical: str, path: str) -> None:
    """Each by the rule's own ARN; a target that cannot be told is left out."""
    targets = [{"Arn": get("Function")}, {"Arn": get("Queue")}, {"Arn": get("Api", "Odd")}]
    rule = resource("AWS::Events::Rule", EventBusName=bus, Targets=targets)
    more = {"Rule": rule, "Bus": resource("AWS::Events::EventBus")}
    assert _read(more, Rule=physical, Bus="bus-1").triggers == {
        Trigger(
            service="events.amazonaws.com",
            source=f"arn:aws:events:us-east-1:{ACCOUNT}:rule/{path}",
            target=target,
        )
        for target in (FUNCTION, QUEUE)
    }


def test_a_topic_hands_messages_to_its_subscribers() -> None:
    """Each by topic and endpoint."""
    subscription = resource(
        "AWS::SNS::Subscription", TopicArn={"Ref": "Topic"}, Endpoint=get("Function")
    )
    assert _read({"Subscription": subscription}).triggers == {
        Trigger(service="sns.amazonaws.com", source=TOPIC, target=FUNCTION)
    }


def test_a_bucket_notifies_functions_queues_and_topics() -> None:
    """By CloudFormation's own property, or by CDK's custom resource."""
    own = {
        "Noisy": resource(
            "AWS::S3::Bucket",
            NotificationConfiguration={
                "LambdaConfigurations": [{"Event": "s3:*", "Function": get("Function")}],
                "QueueConfigurations": [{"Event": "s3:*", "Queue": get("Queue")}],
                "TopicConfigurations": [{"Event": "s3:*", "Topic": {"Ref": "Topic"}}],
            },
        )
    }
    of_cdk = {
        "Notifications": resource(
            "Custom::S3BucketNotifications",
            BucketName={"Ref": "Bucket"},
            NotificationConfiguration={
                "LambdaFunctionConfigurations": [{"LambdaFunctionArn": get("Function")}],
                "QueueConfigurations": [{"QueueArn": get("Queue")}],
                "TopicConfigurations": [{"TopicArn": {"Ref": "Topic"}}],
            },
        )
    }
    for more, source in ((own, "arn:aws:s3:::Noisy-1"), (of_cdk, BUCKET)):
        assert _read(more).triggers == {
            Trigger(service="s3.amazonaws.com", source=source, target=target)
            for target in (FUNCTION, QUEUE, TOPIC)
        }


def _mapped(**answer: str) -> accounts.Answers:
    return {**accounts.answers(), "lambda.get_event_source_mapping": lambda **_: answer}


def test_what_lambda_polls_is_asked_of_the_account() -> None:
    """It knows a stream's ARN, which no template does; an alias counts for its function."""
    mapping = {"Mapping": resource("AWS::Lambda::EventSourceMapping")}
    answers = _mapped(FunctionArn=f"{FUNCTION}:live", EventSourceArn=f"{TABLE}/stream/1")
    assert _read(mapping, answers).sources == {FUNCTION: frozenset({f"{TABLE}/stream/1"})}
    assert _read(mapping, _mapped(FunctionArn=FUNCTION)).sources == {}


def test_a_mapping_that_cannot_be_read_stops_the_rehearsal() -> None:
    """The message names it."""

    def refuse(**_: object) -> None:
        raise accounts.denied()

    answers = {**accounts.answers(), "lambda.get_event_source_mapping": refuse}
    with pytest.raises(RehearsalError, match="Stack/Mapping: cannot be read"):
        _read({"Mapping": resource("AWS::Lambda::EventSourceMapping")}, answers)


def test_what_a_condition_left_out_is_wired_to_nothing() -> None:
    """CloudFormation did not make it."""
    rule = resource("AWS::Events::Rule", Targets=[{"Arn": get("Function")}])
    assert _read({"Rule": {**rule, "Condition": "Never"}}, Rule="").triggers == frozenset()


def test_the_keys_of_resources_are_told_by_id_or_by_arn() -> None:
    """Of tables, queues, secrets and buckets."""
    more = {
        "Items": resource("AWS::DynamoDB::Table", SSESpecification={"KMSMasterKeyId": get("Key")}),
        "Hidden": resource("AWS::SecretsManager::Secret", KmsKeyId={"Ref": "Key"}),
        "Data": resource(
            "AWS::S3::Bucket",
            BucketEncryption={
                "ServerSideEncryptionConfiguration": [
                    {"ServerSideEncryptionByDefault": {"KMSMasterKeyID": get("Key")}}
                ]
            },
        ),
    }
    secret = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:hidden"
    assert _read(more, Hidden=secret).keys == {
        arn: frozenset({KEY})
        for arn in (
            f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/Items-1",
            QUEUE,
            secret,
            "arn:aws:s3:::Data-1",
        )
    }


def test_a_role_is_at_work_when_a_resource_works_under_it() -> None:
    """A policy that names it lets it in, and gives it no work."""
    resources = accounts.template()
    for name in ("Idle", "LetIn"):
        resources[name] = resource("AWS::IAM::Role")
    resources["BucketPolicy"]["Properties"]["PolicyDocument"]["Statement"][0]["Principal"] = {
        "AWS": get("LetIn")
    }
    whole = assembly(resources)
    role = whole.templates[0].resources["Role"]
    assert wiring(accounts.stage(), whole).at_work == {place(role)}


def test_an_api_of_the_account_is_told_by_the_beginning_of_its_arn() -> None:
    """Partition, region and account."""
    assert _read({}).apis == f"arn:aws:execute-api:us-east-1:{ACCOUNT}:"
