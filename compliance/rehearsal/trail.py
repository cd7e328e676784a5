"""What was called, by CloudTrail's LookupEvents: of the local AWS or of a real account.

A real account's event history holds management events alone. Data events, such as reading an item
of a table or an object of a bucket, are never in it, whatever trails are set up (CloudTrail User
Guide, 'Working with CloudTrail event history' and 'Logging data events'). A grant of such an action
is therefore 'undecided' when nothing of it is seen there, never 'never used'. Events come to it
some five minutes after the call, and for 90 days.

The local AWS records every call, data events too, but none that was denied; it tells a session by
its access key alone.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from compliance.rehearsal.errors import RehearsalError
from compliance.rehearsal.model import Origin, Use
from compliance.rehearsal.physical import partition
from compliance.rehearsal.trail_actions import action_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from compliance.rehearsal.functions import Function
    from compliance.rehearsal.stage import Stage

_PAGE: Final = 50
"""Events of one answer, at most (CloudTrail API Reference, LookupEvents)."""

_ACCOUNT: Final = re.compile(r"\d{12}")
_REFUSED: Final = re.compile(r"AccessDenied|Unauthorized|NotAuthorized", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Trail:
    """What a trail told.

    Attributes:
        uses: oldest first.
        notices: what could not be understood, each once.
    """

    uses: tuple[Use, ...]
    notices: tuple[str, ...]


def read(stage: Stage, *, start: float, end: float, functions: Iterable[Function] = ()) -> Trail:
    """Read the event history of the stage's account and region.

    Args:
        stage: its operator may look events up.
        start: seconds since 1970.
        end: likewise. The API counts whole seconds; events are kept by their own time.
        functions: those deployed; tells the role of a session on a local AWS.

    Raises:
        RehearsalError: it cannot be read, or not completely.
    """
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - an extra

    sessions = {function.local_access_key: function.role for function in functions}
    where = _Where(stage.region, stage.account, sessions)
    uses, notices = [], set()
    try:
        for event in _events(stage.client("cloudtrail"), start, end):
            use, notice = where.use(event)
            if start <= use.time <= end:
                uses.append(use)
                notices |= {notice} - {""}
    except (BotoCoreError, ClientError) as error:
        raise RehearsalError(
            f"CloudTrail of {stage.account}/{stage.region} cannot be read: {error}; next: let the "
            "operator call cloudtrail:LookupEvents"
        ) from error
    return Trail(tuple(sorted(uses, key=lambda use: use.time)), tuple(sorted(notices)))


def _events(client: Any, start: float, end: float) -> Iterator[Mapping[str, Any]]:
    """Every event of a time once, newest first.

    A local AWS answers with the newest events and tells of no further page: the time before the
    oldest of them is asked for again.
    """
    seen: set[str] = set()
    first, last = math.floor(start), math.ceil(end)
    while True:
        asked = {"StartTime": _utc(first), "EndTime": _utc(last), "MaxResults": _PAGE}
        answer = client.lookup_events(**asked)
        events = list(answer["Events"])
        whole = len(events) < _PAGE or "NextToken" in answer
        while answer.get("NextToken"):
            answer = client.lookup_events(**asked, NextToken=answer["NextToken"])
            events += answer["Events"]
        fresh = [event for event in events if event["EventId"] not in seen]
        seen |= {event["EventId"] for event in fresh}
        yield from fresh
        if whole:
            return
        oldest = math.ceil(min(event["EventTime"].timestamp() for event in events))
        if oldest >= last:
            raise RehearsalError(
                f"CloudTrail tells of more than {_PAGE} events of one second, {oldest}, and of no "
                "further page; next: read it after fewer calls at once"
            )
        last = oldest


def _utc(seconds: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, tz=dt.UTC)


@dataclass(frozen=True, slots=True)
class _Where:
    """The account and region of a trail, and its sessions' roles by access key."""

    region: str
    account: str
    sessions: Mapping[str, str]

    def use(self, event: Mapping[str, Any]) -> tuple[Use, str]:
        """An event as a use; and a notice, empty when all of it is understood."""
        try:
            whole = json.loads(event["CloudTrailEvent"])
            given = whole.get("requestParameters") or {}
            told = {str(key).lower(): value for key, value in given.items()}
            action, notice = action_of(str(whole["eventSource"]), str(whole["eventName"]), told)
            use = Use(
                origin=Origin.TRAIL,
                principal=self._principal(whole["userIdentity"]),
                action=action,
                resource=self._resource(action, whole, event, told),
                allowed=not _REFUSED.search(str(whole.get("errorCode") or "")),
                time=event["EventTime"].timestamp(),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise RehearsalError(
                f"CloudTrail's event {event.get('EventId', '')} has an unknown form "
                f"({type(error).__name__}); the evidence is not whole"
            ) from error
        return use, notice

    def _principal(self, identity: Mapping[str, Any]) -> str:
        """The role of a session, a user, or `Service:<name>` for a service by itself.

        Form: CloudTrail User Guide, 'CloudTrail userIdentity element'.
        """
        issuer = (identity.get("sessionContext") or {}).get("sessionIssuer") or {}
        if issuer.get("arn"):
            return str(issuer["arn"])
        key = str(identity.get("accessKeyId", ""))
        if key in self.sessions:
            return self.sessions[key]
        if _ACCOUNT.fullmatch(key):
            # The local AWS takes an account's id for the key of its root.
            return f"arn:{partition(self.region)}:iam::{key}:root"
        if identity.get("type") == "AWSService":
            return f"Service:{identity['invokedBy']}"
        return str(identity.get("arn", ""))

    def _resource(
        self,
        action: str,
        whole: Mapping[str, Any],
        event: Mapping[str, Any],
        told: Mapping[str, Any],
    ) -> str:
        """The ARN that the action was on, as far as the event tells."""
        named = {
            str(each.get("ResourceType", "")): str(each.get("ResourceName", ""))
            for each in event.get("Resources") or ()
        }
        for kind, form in _FORMS.items():
            if kind in named and "arn:" not in named[kind]:
                named[kind] = self._arn(form, named[kind])
        found = {str(each.get("ARN")) for each in whole.get("resources") or () if each.get("ARN")}
        if action.startswith("s3:"):
            return self._object(named, told)
        if len(found) == 1:
            arn = found.pop()
        elif len(named) == 1:
            arn = next(iter(named.values()))
        else:
            arn = self._of_parameters(action, told)
        index = _text(told, "indexname")
        of_index = action.startswith("dynamodb:") and arn and index
        return f"{arn}/index/{index}" if of_index else arn

    def _object(self, named: Mapping[str, str], told: Mapping[str, Any]) -> str:
        """The ARN of an object, or of a bucket where no key is told."""
        bucket = _text(told, "bucketname") or named.get("AWS::S3::Bucket", "").rpartition(":::")[2]
        key = _text(told, "key")
        if not key:
            key = named.get("AWS::S3::Object", "").rpartition(":::")[2].removeprefix(f"{bucket}/")
        path = f"{bucket}/{key}" if key else bucket
        return f"arn:{partition(self.region)}:s3:::{path}" if bucket else ""

    def _of_parameters(self, action: str, told: Mapping[str, Any]) -> str:
        for (service, key), form in _PARAMETERS.items():
            value = _text(told, key)
            if value and action.startswith(f"{service}:"):
                return value if value.startswith("arn:") else self._arn(form, value.lstrip("/"))
        return ""

    def _arn(self, form: str, name: str) -> str:
        return form.format(partition(self.region), self.region, self.account, name)


_FORMS: Final[Mapping[str, str]] = {
    "AWS::DynamoDB::Table": "arn:{}:dynamodb:{}:{}:table/{}",
    "AWS::Lambda::Function": "arn:{}:lambda:{}:{}:function:{}",
    "AWS::SQS::Queue": "arn:{}:sqs:{}:{}:{}",
}
"""ARNs of resources that an event names without one."""
_PARAMETERS: Final[Mapping[tuple[str, str], str]] = {
    ("ec2", "groupid"): "arn:{}:ec2:{}:{}:security-group/{}",
    ("ssm", "name"): "arn:{}:ssm:{}:{}:parameter/{}",
    ("sts", "rolearn"): "{3}",
}
"""ARNs of resources that only the request's parameters name."""


def _text(told: Mapping[str, Any], key: str) -> str:
    value = told.get(key)
    return value if isinstance(value, str) else ""
