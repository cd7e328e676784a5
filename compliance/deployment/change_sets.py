"""A change set, as CloudFormation describes it before anything of it is done."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from compliance.deployment.errors import DeploymentError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from compliance.deployment.account import Client

_EMPTY: Final = ("didn't contain changes", "No updates are to be performed")
"""How CloudFormation says that a change set has no changes; it has no code for it
(CloudFormation API Reference, 'DescribeChangeSet', StatusReason)."""
_READY: Final = ("CREATE_COMPLETE", "AVAILABLE")
_GONE_SECONDS: Final = 60
REPLACING: Final = frozenset({"ReplaceAndDelete", "ReplaceAndRetain", "ReplaceAndSnapshot"})
"""CloudFormation API Reference, 'ResourceChange', PolicyAction."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What CloudFormation will do to one resource.

    Attributes:
        action: `Add`, `Modify`, `Remove`, `Import`, `Dynamic` or `SyncWithActual`.
        logical_id: of the resource.
        physical_id: of what is there; empty for what is added.
        resource_type: such as `AWS::DynamoDB::Table`.
        replacement: `True`, `False`, `Conditional`, or empty.
        policy: `Delete`, `Retain`, `Snapshot`, `ReplaceAndDelete` …, or empty.
        nested: ARN of the change set of a nested stack; empty for any other resource.
        nested_stack: ARN of that stack; empty likewise.
        is_empty: whether that change set has no changes.
        within: logical ids of the nested stacks that it stands in.
    """

    action: str
    logical_id: str
    physical_id: str
    resource_type: str
    replacement: str
    policy: str
    nested: str = ""
    nested_stack: str = ""
    is_empty: bool = False
    within: tuple[str, ...] = ()

    @property
    def path(self) -> tuple[str, ...]:
        """Logical ids from the root stack down to it."""
        return (*self.within, self.logical_id)

    @property
    def is_replaced(self) -> bool:
        """Whether a new one surely takes its place."""
        return self.replacement == "True" or self.policy in REPLACING


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """A change set that waits.

    Attributes:
        id: its ARN.
        stack_id: ARN of its stack.
        created: when it was made, by CloudFormation's clock.
        changes: in CloudFormation's order; empty when there is nothing to do.
    """

    id: str
    stack_id: str
    created: dt.datetime
    changes: tuple[Planned, ...]


def described(cloudformation: Client, *, stack_name: str, name: str) -> ChangeSet:
    """Describe a change set that the CDK CLI has made, nested stacks included.

    Args:
        cloudformation: client of the stack's account and region.
        stack_name: of its stack.
        name: its name.

    Raises:
        DeploymentError: it is not there, or cannot be executed.
    """
    first, changes = _pages(cloudformation, StackName=stack_name, ChangeSetName=name)
    reason = str(first.get("StatusReason") or "")
    found = ChangeSet(
        str(first["ChangeSetId"]), str(first["StackId"]), first["CreationTime"], changes=()
    )
    if _has_no_changes(first):
        return found
    if (first["Status"], first.get("ExecutionStatus")) != _READY:
        raise DeploymentError(
            f"{stack_name}: the change set {name} is {first['Status']}, "
            f"{first.get('ExecutionStatus')}: {reason}; next: see it in the CloudFormation console"
        )
    return replace(found, changes=tuple(_with_nested(cloudformation, changes)))


def _with_nested(cloudformation: Client, changes: tuple[Planned, ...]) -> list[Planned]:
    found: list[Planned] = []
    waiting = list(reversed(changes))
    while waiting:
        change = waiting.pop()
        if change.nested:
            first, more = _pages(cloudformation, within=change.path, ChangeSetName=change.nested)
            change = replace(
                change, nested_stack=str(first["StackId"]), is_empty=_has_no_changes(first)
            )
            waiting += reversed(more)
        found.append(change)
    return found


def _has_no_changes(page: Mapping[str, Any]) -> bool:
    reason = str(page.get("StatusReason") or "")
    return page["Status"] == "FAILED" and any(words in reason for words in _EMPTY)


def _pages(
    cloudformation: Client, *, within: tuple[str, ...] = (), **named: str
) -> tuple[Mapping[str, Any], tuple[Planned, ...]]:
    """All pages of a change set: the first, and the changes of all."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - an extra

    changes: list[Planned] = []
    first: Mapping[str, Any] | None = None
    token: dict[str, str] = {}
    try:
        while True:
            page = cloudformation.describe_change_set(**named, **token)
            first = first or page
            changes += [
                _planned(change["ResourceChange"], within)
                for change in page.get("Changes", ())
                if "ResourceChange" in change
            ]
            if not page.get("NextToken"):
                return first, tuple(changes)
            token = {"NextToken": page["NextToken"]}
    except (BotoCoreError, ClientError) as error:
        raise DeploymentError(
            f"{named.get('StackName', '')}: the change set {named['ChangeSetName']} cannot be "
            f"described: {error}; next: see that the CDK CLI and these credentials are of one "
            "account"
        ) from error


def _planned(change: Mapping[str, Any], within: tuple[str, ...]) -> Planned:
    def text(key: str) -> str:
        return str(change.get(key) or "")

    return Planned(
        action=text("Action"),
        logical_id=text("LogicalResourceId"),
        physical_id=text("PhysicalResourceId"),
        resource_type=text("ResourceType"),
        replacement=text("Replacement"),
        policy=text("PolicyAction"),
        nested=text("ChangeSetId"),
        within=within,
    )


def remove(cloudformation: Client, *, stack_name: str, name: str, is_new: bool) -> None:
    """Remove a change set that is not executed, as far as it is there.

    Args:
        cloudformation: client of the stack's account and region.
        stack_name: of its stack.
        name: its name or ARN.
        is_new: whether the stack was made for this change set alone, and holds nothing yet: it is
            removed, too.
    """
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - an extra

    with contextlib.suppress(BotoCoreError, ClientError):
        cloudformation.delete_change_set(StackName=stack_name, ChangeSetName=name)
    if not is_new:
        return
    with contextlib.suppress(BotoCoreError, ClientError):
        deadline = time.monotonic() + _GONE_SECONDS
        while cloudformation.list_change_sets(StackName=stack_name)["Summaries"]:
            if time.monotonic() > deadline:
                return
            time.sleep(1)
        (stack,) = cloudformation.describe_stacks(StackName=stack_name)["Stacks"]
        if stack["StackStatus"] == "REVIEW_IN_PROGRESS":
            cloudformation.delete_stack(StackName=stack["StackId"])


def protect(cloudformation: Client, *, stack_name: str, protected: bool) -> None:
    """Protect a stack from being deleted, or no longer, as far as that is allowed."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - an extra

    with contextlib.suppress(BotoCoreError, ClientError):
        cloudformation.update_termination_protection(
            StackName=stack_name, EnableTerminationProtection=protected
        )
