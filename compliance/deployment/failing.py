"""Why a stack failed: the first event that says so.

CloudFormation reports what failed, and after it all that it cancelled in consequence; the first is
the cause (CloudFormation User Guide, 'Troubleshooting CloudFormation', 'Troubleshooting errors').
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from compliance.deployment.account import Client

_CANCELLED: Final = "cancelled"
_NESTED: Final = "AWS::CloudFormation::Stack"
_DEEPEST: Final = 20
MAX_PAGES: Final = 50
"""Pages of events that are read: CloudFormation tells the newest first."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What failed first.

    Attributes:
        logical_id: of the resource.
        resource_type: its type.
        status: such as `CREATE_FAILED`.
        reason: CloudFormation's, or the service's.
    """

    logical_id: str
    resource_type: str
    status: str
    reason: str


def first(cloudformation: Client, stack_id: str, *, since: dt.datetime | None) -> Failure | None:
    """The first resource that failed in a stack, in nested stacks too.

    Args:
        cloudformation: client of the stack's account and region.
        stack_id: its name or ARN.
        since: when the change began; earlier events are another's. `None` for all of them.

    Returns:
        `None` when no event tells of a failure, or there are no events to be read.
    """
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - an extra

    found: Mapping[str, Any] | None = None
    for _ in range(_DEEPEST):
        try:
            event = _first_event(cloudformation, stack_id, since=since)
        except (BotoCoreError, ClientError):
            break
        if event is None:
            break
        found = event
        inner = str(event.get("PhysicalResourceId") or "")
        if event.get("ResourceType") != _NESTED or inner in {"", stack_id, event.get("StackId")}:
            break
        stack_id = inner
    if found is None:
        return None
    return Failure(
        logical_id=str(found.get("LogicalResourceId") or ""),
        resource_type=str(found.get("ResourceType") or ""),
        status=str(found.get("ResourceStatus") or ""),
        reason=str(found.get("ResourceStatusReason") or ""),
    )


def _first_event(
    cloudformation: Client, stack_id: str, *, since: dt.datetime | None
) -> Mapping[str, Any] | None:
    earliest: Mapping[str, Any] | None = None
    pages = cloudformation.get_paginator("describe_stack_events").paginate(StackName=stack_id)
    for number, page in enumerate(pages):
        for event in page["StackEvents"]:
            if since is not None and event["Timestamp"] < since:
                return earliest
            if _is_failure(event):
                earliest = event
        if number >= MAX_PAGES:
            break
    return earliest


def _is_failure(event: Mapping[str, Any]) -> bool:
    status = str(event.get("ResourceStatus") or "")
    reason = str(event.get("ResourceStatusReason") or "").lower()
    # The stack's own event says no more than that something failed.
    its_own = event.get("PhysicalResourceId") == event.get("StackId")
    return status.endswith("_FAILED") and _CANCELLED not in reason and not its_own
