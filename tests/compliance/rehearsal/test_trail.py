"""CloudTrail's events become uses of AWS: of a local server's trail and of a real account's."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any, Final

import pytest

from compliance.rehearsal.errors import RehearsalError
from compliance.rehearsal.trail import read
from compliance.rehearsal.trail_actions import DATA_EVENTS, leaves_out
from tests.compliance.rehearsal import accounts
from tests.compliance.rehearsal.ledgers import ACCOUNT, ROLE, function

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compliance.rehearsal.model import Use

START: Final = 1_795_443_000
LOCAL: Final = {"type": "IAMUser", "arn": "arn:aws:iam::1:user/ASIA", "accessKeyId": ""}
SESSION: Final = {
    "type": "AssumedRole",
    "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/worker/session",
    "accessKeyId": "ASIAEXAMPLE",
    "sessionContext": {"sessionIssuer": {"type": "Role", "arn": ROLE}},
}


def _event(
    source: str,
    name: str,
    *,
    at: float = 1.5,
    named: Mapping[str, str] | None = None,
    **whole: Any,  # noqa: ANN401
) -> dict[str, Any]:
    return {
        "EventId": f"{source}-{name}-{at}",
        "EventTime": dt.datetime.fromtimestamp(START + at, tz=dt.UTC),
        "Resources": [
            {"ResourceType": kind, "ResourceName": value} for kind, value in (named or {}).items()
        ],
        "CloudTrailEvent": json.dumps(
            {
                "eventSource": f"{source}.amazonaws.com",
                "eventName": name,
                "userIdentity": SESSION,
                **whole,
            }
        ),
    }


def _stage(lookup: Any) -> accounts.AnsweringStage:  # noqa: ANN401 - a function
    return accounts.stage({"cloudtrail.lookup_events": lookup})


def _read(*events: dict[str, Any]) -> tuple[Use, ...]:
    found = read(
        _stage(lambda **_: {"Events": list(events)}),
        start=START,
        end=START + 60,
        functions=[function()],
    )
    return found.uses


def _one(*arguments: Any, **named: Any) -> Use:  # noqa: ANN401
    (found,) = _read(_event(*arguments, **named))
    return found


def test_a_session_is_told_by_its_role() -> None:
    """A real account names the role, with its path."""
    found = _one("ssm", "GetParameter", requestParameters={"name": "/a/b"})
    assert found.principal == ROLE
    assert found.action == "ssm:GetParameter"
    assert found.resource == f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/a/b"
    assert found.allowed
    assert found.time == START + 1.5
    assert (found.operation, found.call, found.statements) == ("", 0, ())


def test_a_session_of_the_local_aws_is_told_by_its_key() -> None:
    """The local server names no role; a function's key is made of its ARNs."""
    identity = {**LOCAL, "accessKeyId": function().local_access_key}
    assert _one("ssm", "GetParameter", userIdentity=identity).principal == ROLE


@pytest.mark.parametrize(
    ("identity", "expected"),
    [
        ({**LOCAL, "accessKeyId": ACCOUNT}, f"arn:aws:iam::{ACCOUNT}:root"),
        (
            {"type": "IAMUser", "arn": "arn:aws:iam::1:user/me", "accessKeyId": "AKIA"},
            "arn:aws:iam::1:user/me",
        ),
        (
            {"type": "AWSService", "invokedBy": "lambda.amazonaws.com"},
            "Service:lambda.amazonaws.com",
        ),
        ({"type": "Unknown"}, ""),
    ],
)
def test_others_are_told_as_they_are(identity: dict[str, str], expected: str) -> None:
    """The root of the local AWS, a user, a service by itself, nobody."""
    assert _one("sts", "AssumeRole", userIdentity=identity).principal == expected


def test_a_service_assumes_a_role() -> None:
    """The one that its request names."""
    found = _one(
        "sts",
        "AssumeRole",
        userIdentity={"type": "AWSService", "invokedBy": "lambda.amazonaws.com"},
        requestParameters={"roleArn": ROLE},
    )
    assert (found.action, found.resource) == ("sts:AssumeRole", ROLE)


@pytest.mark.parametrize("code", ["AccessDenied", "Client.UnauthorizedOperation", "NotAuthorized"])
def test_a_denied_call_is_told_as_denied(code: str) -> None:
    """A real trail has it; other errors come after the authorization."""
    assert not _one("ssm", "GetParameter", errorCode=code).allowed
    assert _one("ssm", "GetParameter", errorCode="ParameterNotFound").allowed


@pytest.mark.parametrize(
    ("source", "name", "expected"),
    [
        ("s3", "ListObjects", "s3:ListBucket"),
        ("s3", "HeadObject", "s3:GetObject"),
        ("s3", "DeleteObjects", "s3:DeleteObject"),
        ("lambda", "Invoke", "lambda:InvokeFunction"),
        ("lambda", "GetFunction20150331v2", "lambda:GetFunction"),
        ("monitoring", "PutMetricData", "cloudwatch:PutMetricData"),
        ("streams.dynamodb", "GetRecords", "dynamodb:GetRecords"),
        ("sqs", "SendMessageBatch", "sqs:SendMessage"),
        ("dynamodb", "putitem", "dynamodb:PutItem"),
    ],
)
def test_an_event_is_told_by_the_action_that_allows_it(
    source: str, name: str, expected: str
) -> None:
    """Where the two are named differently."""
    assert _one(source, name).action == expected


def test_an_event_of_the_query_protocol_names_its_action() -> None:
    """The local server puts the method in the name's place."""
    found = _one(
        "ec2",
        "POST.ec2",
        requestParameters={"Action": "RevokeSecurityGroupEgress", "GroupId": "sg-1"},
    )
    assert found.action == "ec2:RevokeSecurityGroupEgress"
    assert found.resource == f"arn:aws:ec2:us-east-1:{ACCOUNT}:security-group/sg-1"


@pytest.mark.parametrize(("source", "name"), [("apigateway", "GET.apigateway"), ("s3", "Odd*")])
def test_what_is_no_known_action_is_told(source: str, name: str) -> None:
    """It stays with its own name, and a reader may look it up."""
    found = read(
        _stage(lambda **_: {"Events": [_event(source, name), _event(source, name, at=2)]}),
        start=START,
        end=START + 60,
    )
    assert {use.action for use in found.uses} == {f"{source}:{name}"}
    assert found.notices == (
        f"{source}.amazonaws.com tells of {name}, which is no action that IAM knows",
    )


_TABLE = {"AWS::DynamoDB::Table": "items"}


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (
            _event("dynamodb", "GetItem", named=_TABLE),
            f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/items",
        ),
        (
            _event("dynamodb", "Query", named=_TABLE, requestParameters={"IndexName": "by-status"}),
            f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/items/index/by-status",
        ),
        (
            _event("kms", "Decrypt", resources=[{"ARN": "arn:key", "type": "AWS::KMS::Key"}]),
            "arn:key",
        ),
        (
            _event("kms", "ReEncrypt", resources=[{"ARN": "arn:one"}, {"ARN": "arn:two"}]),
            "",
        ),
        (
            _event("s3", "GetObject", named={"AWS::S3::Bucket": "b", "AWS::S3::Object": "items/k"}),
            "arn:aws:s3:::b/items/k",
        ),
        (
            _event(
                "s3",
                "PutObject",
                named={"AWS::S3::Bucket": "arn:aws:s3:::b", "AWS::S3::Object": "arn:aws:s3:::b/k"},
            ),
            "arn:aws:s3:::b/k",
        ),
        (
            _event("s3", "GetObject", requestParameters={"bucketName": "b", "key": "k"}),
            "arn:aws:s3:::b/k",
        ),
        (_event("s3", "ListObjects", named={"AWS::S3::Bucket": "b"}), "arn:aws:s3:::b"),
        (_event("s3", "ListBuckets"), ""),
        (
            _event("lambda", "Invoke", named={"AWS::Lambda::Function": "f"}),
            f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f",
        ),
        (_event("sns", "Publish", named={"AWS::SNS::Topic": "arn:topic"}), "arn:topic"),
        (
            _event("ssm", "GetParameter", requestParameters={"name": "arn:parameter"}),
            "arn:parameter",
        ),
        (_event("ssm", "GetParameter", requestParameters={"name": ["odd"]}), ""),
        (_event("logs", "DescribeLogGroups", requestParameters=None), ""),
    ],
)
def test_an_event_tells_its_resource_as_far_as_it_can(event: dict[str, Any], expected: str) -> None:
    """By ARN, by name and type, or by a parameter of the request."""
    (found,) = _read(event)
    assert found.resource == expected


def test_all_pages_are_read_and_the_oldest_comes_first() -> None:
    """Each page's token asks for the next one, with the same question."""
    asked = []

    def lookup(**question: Any) -> dict[str, Any]:  # noqa: ANN401
        asked.append(question)
        if "NextToken" not in question:
            return {"Events": [_event("ssm", "GetParameter", at=9)], "NextToken": "more"}
        return {"Events": [_event("ssm", "GetParameter", at=3)]}

    found = read(_stage(lookup), start=START, end=START + 60).uses
    assert [use.time - START for use in found] == [3, 9]
    assert asked[1] == {**asked[0], "NextToken": "more"}
    assert asked[0]["StartTime"] == dt.datetime.fromtimestamp(START, tz=dt.UTC)


def test_a_last_page_that_is_full_is_the_last() -> None:
    """A server that tells of pages is not asked for the same again."""
    asked = []

    def lookup(**question: Any) -> dict[str, Any]:  # noqa: ANN401
        asked.append(question)
        first = 0 if "NextToken" in question else 25
        events = [_event("ssm", "GetParameter", at=first + number * 0.1) for number in range(50)]
        return {"Events": events, **({} if first == 0 else {"NextToken": "more"})}

    assert len(read(_stage(lookup), start=START, end=START + 60).uses) == 100
    assert len(asked) == 2


def _local(events: list[dict[str, Any]]) -> Any:  # noqa: ANN401 - a function
    """As the local server answers: the newest fifty, and no token."""

    def lookup(**question: Any) -> dict[str, Any]:  # noqa: ANN401
        within = [
            event
            for event in sorted(events, key=lambda event: event["EventTime"], reverse=True)
            if question["StartTime"] <= event["EventTime"] <= question["EndTime"]
        ]
        return {"Events": within[: question["MaxResults"]]}

    return lookup


def test_a_server_without_pages_is_asked_by_time() -> None:
    """Every event is told once, though it tells fifty at a time."""
    events = [_event("ssm", "GetParameter", at=number * 0.1) for number in range(170)]
    found = read(_stage(_local(events)), start=START, end=START + 60).uses
    assert [round(use.time - START, 1) for use in found] == [
        round(number * 0.1, 1) for number in range(170)
    ]


def test_more_events_at_once_than_can_be_told_stop_the_rehearsal() -> None:
    """The evidence would not be whole."""
    events = [_event("ssm", "GetParameter", at=5 + number * 0.01) for number in range(60)]
    with pytest.raises(RehearsalError, match="more than 50 events of one second"):
        read(_stage(_local(events)), start=START, end=START + 60)


def test_events_outside_of_the_time_are_left_out() -> None:
    """The API counts whole seconds."""
    assert not _read(_event("ssm", "GetParameter", at=-0.5), _event("ssm", "GetParameter", at=60.5))


@pytest.mark.parametrize("text", ["no json", "{}", "[]", '{"eventSource": 1, "eventName": 2}'])
def test_an_event_of_another_form_stops_the_rehearsal(text: str) -> None:
    """The message names it, and repeats nothing of it."""
    event = {**_event("ssm", "GetParameter"), "CloudTrailEvent": text, "EventId": "e-1"}
    with pytest.raises(RehearsalError, match="event e-1 has an unknown form"):
        _read(event)


def test_a_trail_that_may_not_be_read_stops_the_rehearsal() -> None:
    """The message says which permission it takes."""

    def refuse(**_: object) -> None:
        raise accounts.denied("LookupEvents")

    with pytest.raises(RehearsalError, match="cloudtrail:LookupEvents"):
        read(_stage(refuse), start=START, end=START + 60)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("dynamodb:GetItem", True),
        ("dynamodb:BatchGetItem", True),
        ("dynamodb:*", True),
        ("s3:GetObject", True),
        ("execute-api:Invoke", True),
        ("!iam:*", True),
        ("dynamodb:DescribeTable", False),
        ("s3:GetBucketPolicy", False),
        ("ssm:GetParameter", False),
        ("kms:Decrypt", False),
        ("ec2:RevokeSecurityGroupIngress", False),
    ],
)
def test_which_actions_an_event_history_leaves_out(pattern: str, expected: bool) -> None:  # noqa: FBT001
    """Those of the data, and all that takes any of them in."""
    assert leaves_out(pattern) is expected


def test_every_data_event_is_an_action_that_exists() -> None:
    """A pattern that matches nothing would be a mistake."""
    assert all(leaves_out(pattern) for pattern in DATA_EVENTS)
