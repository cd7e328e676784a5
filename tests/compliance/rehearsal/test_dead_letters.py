"""What cannot be handled is kept where somebody finds it, and not lost."""

from __future__ import annotations

import json
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from compliance.findings import Outcome
from compliance.rehearsal import dead_letters
from compliance.rehearsal.errors import RehearsalError
from tests.compliance.rehearsal import accounts
from tests.compliance.rehearsal.accounts import get, resource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.rehearsal.scene import Local

Json = dict[str, Any]

TOPIC: Json = {"DestinationConfig": {"OnFailure": {"Destination": {"Ref": "Topic"}}}}
QUEUE: Json = {"DestinationConfig": {"OnFailure": {"Destination": get("Queue")}}}


def test_poisoned_events_reach_the_queues_of_dev(scene: Local) -> None:
    """Of both functions; a message of somebody else stays in its queue, to be seen at once."""
    sqs = scene.stage.client("sqs")
    queue = next(
        url for name, url in scene.stage.resources.items() if "FunctionDeadLetters" in name
    )
    sqs.send_message(QueueUrl=queue, MessageBody="of somebody else")
    poisoned = dead_letters.start(scene.stage, scene.assembly)

    assert poisoned.result(60) == []

    places = {each.place.construct_path.split("/")[0] for each in poisoned.expected}
    assert places == {"NetworkStack", "ServerlessStack"}
    left = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    assert [message["Body"] for message in left] == ["of somebody else"]
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=left[0]["ReceiptHandle"])


class _Account:
    """A function, and a queue that gets what the test says of each event that is sent."""

    def __init__(self, *forms: str) -> None:
        self.forms = forms
        self.messages: list[dict[str, str]] = []
        self.deleted: list[str] = []
        self.given_back: list[str] = []
        self.configured: list[Any] = []
        self._receipts = count(1)

    def put(self, body: str) -> None:
        """Put a message into the queue."""
        self.messages.append({"Body": body, "ReceiptHandle": str(next(self._receipts))})

    def answers(self) -> accounts.Answers:
        """What its clients answer."""
        return {
            "lambda.invoke": self._invoke,
            "lambda.update_function_configuration": lambda **asked: self.configured.append(asked),
            "lambda.get_waiter": lambda _: self,
            "sqs.get_queue_url": lambda **asked: {"QueueUrl": f"url of {asked['QueueName']}"},
            "sqs.receive_message": self._receive,
            "sqs.delete_message": lambda **asked: self.deleted.append(asked["ReceiptHandle"]),
            "sqs.change_message_visibility": lambda **asked: self.given_back.append(
                asked["ReceiptHandle"]
            ),
        }

    def wait(self, **_: object) -> None:
        """Settings are taken at once."""

    def _invoke(self, *, FunctionName: str, InvocationType: str, Payload: bytes) -> None:  # noqa: N803
        assert (FunctionName, InvocationType) == ("function-1", "Event")
        event = json.loads(Payload)
        assert event["synthgate"] == "poisoned"
        forms = {
            "event": event,
            "record": {"requestPayload": event, "condition": "RetriesExhausted"},
            "another": {**event, "id": "another"},
        }
        for form in self.forms:
            self.put(json.dumps(forms[form]) if form in forms else form)

    def _receive(self, *, QueueUrl: str, **_: int) -> Any:  # noqa: ANN401, N803 - SQS's
        assert QueueUrl == "url of queue-1"
        found, self.messages = self.messages, []
        return {"Messages": found} if found else {}


def _clock() -> Iterator[float]:
    return count(0.0, 1.0)


def _result(
    account: _Account, *, local: bool = False, dead_letter: bool = True, **resources: Json
) -> list[Any]:
    template = {key: accounts.template()[key] for key in ("Role", "Queue", "Key", "Topic")}
    own = {"DeadLetterConfig": {"TargetArn": get("Queue")}} if dead_letter else {}
    function = resource("AWS::Lambda::Function", Role=get("Role"), **own)
    settings = {
        name: resource("AWS::Lambda::EventInvokeConfig", **properties)
        for name, properties in resources.items()
    }
    stage = accounts.stage(account.answers(), **dict.fromkeys(settings, "settings-1"))
    object.__setattr__(stage, "local", local)
    clock = _clock()
    assembly = accounts.assembly({**template, "Function": function, **settings})
    poisoned = dead_letters.start(stage, assembly, clock=lambda: next(clock))
    return poisoned.result(5)


def _settings(**more: Any) -> dict[str, Any]:  # noqa: ANN401 - a template's
    return {"FunctionName": {"Ref": "Function"}, "Qualifier": "$LATEST", **more}


def test_an_event_in_the_queue_is_kept() -> None:
    """It is taken out, and all others are given back."""
    account = _Account("no JSON", "[]", "another", "event", '{"synthgate": 1}', "[" * 100_000)
    assert _result(account) == []
    assert account.deleted == ["4"]
    assert account.given_back == ["1", "2", "3", "5", "6"]


def test_both_settings_of_a_function_bring_a_message() -> None:
    """In an account, the event comes by itself, and inside a record of its invocation."""
    assert _result(_Account("event", "record"), Settings=_settings(**QUEUE)) == []

    (lost,) = _result(_Account("event"), Settings=_settings(**QUEUE))
    assert lost.location == "OnFailure"
    (lost,) = _result(_Account("record"), Settings=_settings(**QUEUE))
    assert lost.location == "DeadLetterConfig"


def test_an_event_that_does_not_come_is_found() -> None:
    """After the time that it may take."""
    (found,) = _result(_Account("another"))
    assert (found.outcome, found.logical_id) == (Outcome.FAIL, "Function")
    assert f"was not in {accounts.QUEUE} 5 seconds later" in found.message


def test_a_target_that_is_no_queue_is_undecided() -> None:
    """Nobody can look into a topic."""
    (found,) = _result(_Account(), dead_letter=False, Settings=_settings(**TOPIC))
    assert (found.outcome, found.observed) == (Outcome.UNDECIDED, accounts.TOPIC)


def test_settings_of_others_do_not_count() -> None:
    """Of an alias, of another function, of what happens on success."""
    account = _Account()
    others = {
        "Alias": _settings(Qualifier="live", **QUEUE),
        "Other": {**_settings(**QUEUE), "FunctionName": "function-2"},
        "Success": _settings(DestinationConfig={"OnSuccess": {"Destination": get("Queue")}}),
    }
    assert _result(account, local=False, dead_letter=False, **others) == []
    assert account.messages == []


def test_the_local_aws_is_told_of_a_queue_that_it_left_out() -> None:
    """Where a destination is set as well, it sends to that one alone."""
    alone = _Account("event")
    assert _result(alone, local=True) == []
    target = {"TargetArn": accounts.QUEUE}
    assert alone.configured == [{"FunctionName": "function-1", "DeadLetterConfig": target}]

    both = _Account("record")
    assert _result(both, local=True, Settings=_settings(**QUEUE)) == []
    assert both.configured == []


def test_the_local_aws_sends_records_to_dead_letter_queues_too() -> None:
    """In an account it is the event itself, and a record is none."""
    assert _result(_Account("record"), local=True) == []
    (lost,) = _result(_Account("record"))
    assert lost.location == "DeadLetterConfig"


@pytest.mark.parametrize(
    "code", ["ReceiptHandleIsInvalid", "AWS.SimpleQueueService.MessageNotInflight"]
)
def test_what_was_hidden_for_too_long_is_given_back_already(code: str) -> None:
    """Its receipt holds no more; the others are given back all the same."""
    account = _Account("another", "no JSON", "event")
    answers = account.answers()

    def expired(*, ReceiptHandle: str, **_: object) -> None:  # noqa: N803 - SQS's
        if ReceiptHandle == "1":
            raise ClientError({"Error": {"Code": code, "Message": "no"}}, "Change")
        account.given_back.append(ReceiptHandle)

    account.answers = lambda: {  # type: ignore[method-assign]
        **answers,
        "sqs.change_message_visibility": expired,
    }
    assert _result(account) == []
    assert account.given_back == ["2"]


@pytest.mark.parametrize(
    ("operation", "text"),
    [
        ("lambda.invoke", "Stack/Function: function-1 cannot be sent an event: .*AccessDenied"),
        ("sqs.receive_message", "queue-1: the queue cannot be read: .*AccessDenied"),
        ("sqs.change_message_visibility", "queue-1: the queue cannot be read: .*AccessDenied"),
    ],
)
def test_what_may_not_be_done_is_an_error(operation: str, text: str) -> None:
    """It names what, and the permission."""
    account = _Account("another", "event")
    answers = account.answers

    def refuse(**_: object) -> None:
        raise accounts.denied()

    account.answers = lambda: {**answers(), operation: refuse}  # type: ignore[method-assign]
    with pytest.raises(RehearsalError, match=text):
        _result(account)
