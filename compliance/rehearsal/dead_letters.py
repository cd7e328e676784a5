"""Whether an event that a function cannot handle ends in the queue that is there for it.

Each function with such a queue is sent, asynchronously, an object that is no event of its kind. A
function that takes no notice of its event does its work once more, as any schedule would have it.

Facts: Lambda Developer Guide, 'How Lambda handles errors and retries with asynchronous invocation'
and 'Capturing records of Lambda asynchronous invocations'.
"""

from __future__ import annotations

import json
import time
import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from compliance.findings import Outcome
from compliance.rehearsal.copying import place
from compliance.rehearsal.errors import RehearsalError
from compliance.rehearsal.functions import FUNCTION
from compliance.rehearsal.physical import Physical, name
from compliance.rehearsal.rules import DEAD_LETTERS, finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from compliance.assembly.model import Assembly, Resource
    from compliance.findings import Finding
    from compliance.rehearsal.model import Place
    from compliance.rehearsal.stage import Stage

SECONDS: Final = 30.0
"""How long a local event may take to its queue; Lambda itself tries again after one minute and
after two more."""
MARK: Final = "synthgate"
POISON: Final = "poisoned"
DEAD_LETTER: Final = "DeadLetterConfig"
ON_FAILURE: Final = "OnFailure"

_LATEST: Final = "$LATEST"
_HIDDEN_SECONDS: Final = 30
_LONG_POLL_SECONDS: Final = 1
_SQS: Final = ":sqs:"
_NOT_HELD: Final = frozenset(
    {"ReceiptHandleIsInvalid", "MessageNotInflight", "AWS.SimpleQueueService.MessageNotInflight"}
    | {"InvalidParameterValue"}
)
"""What SQS says to a receipt of a message that is to be seen again, or was received once more
(https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html)."""


@dataclass(frozen=True, slots=True)
class Expected:
    """A message that has to come.

    Attributes:
        place: the function's resource.
        function: its name.
        setting: which of its settings says so.
        target: ARN of where it has to come.
        id: of the event that was sent.
    """

    place: Place
    function: str
    setting: str
    target: str
    id: str

    @property
    def is_record(self) -> bool:
        """Whether the event comes inside a record of the invocation, and not by itself."""
        return self.setting == ON_FAILURE


@dataclass
class Poisoned:
    """Events that were sent, and are on their way.

    Attributes:
        expected: the messages that have to come.
    """

    stage: Stage = field(repr=False)
    expected: tuple[Expected, ...]
    clock: Callable[[], float] = time.monotonic

    def result(self, timeout: float = SECONDS) -> list[Finding]:
        """Wait for the messages and take them out of their queues.

        Messages of others are left there.

        Args:
            timeout: seconds.

        Returns:
            A finding for each message that did not come, or cannot be looked for.

        Raises:
            RehearsalError: a queue cannot be read.
        """
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - an extra

        found = [_not_a_queue(each) for each in self.expected if _SQS not in each.target]
        by_queue: defaultdict[str, set[Expected]] = defaultdict(set)
        for each in self.expected:
            if _SQS in each.target:
                by_queue[each.target].add(each)
        end = self.clock() + timeout
        sqs = self.stage.client("sqs")
        for target, missing in by_queue.items():
            queue = _Queue(sqs, target, local=self.stage.local)
            try:
                try:
                    while missing and self.clock() < end:
                        queue.take(missing)
                finally:
                    queue.give_back()
            except (BotoCoreError, ClientError) as error:
                raise RehearsalError(
                    f"{target}: the queue cannot be read: {error}; next: let the operator receive "
                    "and delete its messages"
                ) from error
            order = sorted(missing, key=lambda one: (one.function, one.setting))
            found += [_lost(each, timeout) for each in order]
        return found


def start(
    stage: Stage, assembly: Assembly, *, clock: Callable[[], float] = time.monotonic
) -> Poisoned:
    """Send its poisoned event to every function that has a dead-letter queue or a destination.

    Args:
        stage: its operator may invoke the functions.
        assembly: what is deployed.
        clock: seconds that only go up.

    Raises:
        RehearsalError: a function cannot be read or invoked.
    """
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - an extra

    service = stage.client("lambda")
    physical = Physical(stage, assembly)
    expected: list[Expected] = []
    for resource in assembly.resources(FUNCTION):
        targets = dict(_targets(resource, physical)) if physical.found(resource) else {}
        if not targets:
            continue
        function = physical.id(resource)
        event = {MARK: POISON, "id": uuid.uuid4().hex}
        try:
            if stage.local:
                targets = _locally(service, function, targets)
            service.invoke(
                FunctionName=function, InvocationType="Event", Payload=json.dumps(event).encode()
            )
        except (BotoCoreError, ClientError) as error:
            raise RehearsalError(
                f"{name(resource)}: {function} cannot be sent an event: {error}; next: let the "
                "operator invoke it"
            ) from error
        expected += [
            Expected(place(resource), function, setting, target, event["id"])
            for setting, target in targets.items()
        ]
    return Poisoned(stage, tuple(expected), clock)


def _targets(resource: Resource, physical: Physical) -> Iterator[tuple[str, str]]:
    """Where a function's failed events go: setting and ARN."""
    for target in physical.texts(resource, "DeadLetterConfig", "TargetArn"):
        yield DEAD_LETTER, target
    for settings in physical.assembly.resources("AWS::Lambda::EventInvokeConfig"):
        # Of an alias or a version, it is no setting of what is invoked here.
        if physical.texts(settings, "Qualifier") == [_LATEST] and physical.id(
            resource
        ) in physical.texts(settings, "FunctionName"):
            path = ("DestinationConfig", "OnFailure", "Destination")
            for target in physical.texts(settings, *path):
                yield ON_FAILURE, target


def _locally(service: Any, function: str, targets: Mapping[str, str]) -> dict[str, str]:
    """What of it the local AWS can show.

    Its Lambda sends to a destination or to a dead-letter queue, and not to both; and its
    CloudFormation leaves a function's dead-letter queue out.
    """
    if ON_FAILURE in targets:
        return {ON_FAILURE: targets[ON_FAILURE]}
    service.update_function_configuration(
        FunctionName=function, DeadLetterConfig={"TargetArn": targets[DEAD_LETTER]}
    )
    service.get_waiter("function_updated").wait(FunctionName=function, WaiterConfig={"Delay": 0.1})
    return dict(targets)


class _Queue:
    """Looks through a queue for what is expected, and leaves the rest in it."""

    def __init__(self, sqs: Any, arn: str, *, local: bool) -> None:
        self._sqs = sqs
        self._arn = arn
        self._local = local
        self._url = ""
        self._others: list[str] = []

    def take(self, missing: set[Expected]) -> None:
        """Delete messages that are expected, and strike them off."""
        if not self._url:
            account, queue = self._arn.split(":")[4:6]
            found = self._sqs.get_queue_url(QueueName=queue, QueueOwnerAWSAccountId=account)
            self._url = found["QueueUrl"]
        messages = self._sqs.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=10,
            WaitTimeSeconds=_LONG_POLL_SECONDS,
            VisibilityTimeout=_HIDDEN_SECONDS,
        ).get("Messages", ())
        for message in messages:
            body = message["Body"]
            own = next((each for each in missing if _is(each, body, local=self._local)), None)
            if own is None:
                self._others.append(message["ReceiptHandle"])
            else:
                missing.discard(own)
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])

    def give_back(self) -> None:
        """Let others see at once what is theirs."""
        from botocore.exceptions import ClientError  # noqa: PLC0415 - an extra

        for receipt in self._others:
            try:
                self._sqs.change_message_visibility(
                    QueueUrl=self._url, ReceiptHandle=receipt, VisibilityTimeout=0
                )
            except ClientError as error:
                # What was hidden for too long is there for others already.
                if error.response["Error"]["Code"] not in _NOT_HELD:
                    raise
        self._others = []


def _is(expected: Expected, body: str, *, local: bool) -> bool:
    """Whether a message is the expected one.

    The local AWS sends records of the invocation to dead-letter queues too; Lambda sends those
    the event itself, so that there the two are told apart.
    """
    try:
        message: Mapping[str, Any] = json.loads(body)
        is_record = expected.is_record or (local and "requestPayload" in message)
        event = message["requestPayload"] if is_record else message
        return bool(event[MARK] == POISON and event["id"] == expected.id)
    except (ValueError, TypeError, KeyError, RecursionError):
        return False


def _lost(expected: Expected, timeout: float) -> Finding:
    return finding(
        DEAD_LETTERS,
        f"An event that {expected.function} cannot handle was not in {expected.target} "
        f"{timeout:g} seconds later: it was lost, or the function took it for a good one.",
        place=expected.place,
        location=expected.setting,
        observed=f"nothing in {expected.target}",
    )


def _not_a_queue(expected: Expected) -> Finding:
    return finding(
        DEAD_LETTERS,
        f"What {expected.function} cannot handle goes to {expected.target}, which is no queue to "
        "look into.",
        place=expected.place,
        location=expected.setting,
        observed=expected.target,
        outcome=Outcome.UNDECIDED,
        remediation="Send it to a queue.",
    )
