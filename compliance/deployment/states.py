"""What a stack's status means for a deployment, and what to do about it.

Sources, all of the CloudFormation User Guide: 'View stack information', 'Stack status codes'
(https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html); 'Continue
rolling back an update' (…/using-cfn-updating-stacks-continueupdaterollback.html); 'Cancel a stack
update' (…/using-cfn-stack-update-cancel.html); 'Troubleshooting CloudFormation'
(…/troubleshooting.html).
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from compliance.deployment.errors import DeploymentError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compliance.deployment.account import Client

NONE: Final = ""
"""Status of a stack that is not there."""
REVIEW: Final = "REVIEW_IN_PROGRESS"
_DELETED: Final = "DELETE_COMPLETE"
UPDATABLE: Final = frozenset(
    {
        NONE,
        REVIEW,
        "CREATE_COMPLETE",
        "IMPORT_COMPLETE",
        "IMPORT_ROLLBACK_COMPLETE",
        "UPDATE_COMPLETE",
        "UPDATE_ROLLBACK_COMPLETE",
    }
)
"""Statuses from which a stack can be made or updated without anything being deleted first."""
WHOLE: Final = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE"})
"""Statuses after a change set that went through."""

_DELETE: Final = "aws cloudformation delete-stack --stack-name {name}{where}"
_WAIT_DELETED: Final = "aws cloudformation wait stack-delete-complete --stack-name {name}{where}"
_EVENTS: Final = "aws cloudformation describe-stack-events --stack-name {name}{where}"
_GUIDANCE: Final[Mapping[str, tuple[str, ...]]] = {
    NONE: ("Nothing of it is there. Mend the cause, synthesize, attest and deploy again.",),
    REVIEW: (
        "The stack holds nothing yet: it was made for a change set that was not executed.",
        "Mend the cause, synthesize, attest and deploy again.",
    ),
    "ROLLBACK_COMPLETE": (
        (
            "What was created is deleted again, save what is to be retained. A stack in this state "
            "can only be deleted."
        ),
        _DELETE,
        _WAIT_DELETED,
        "Then mend the cause, synthesize, attest and deploy again.",
    ),
    "ROLLBACK_FAILED": (
        (
            "What was created could not be deleted. Delete the stack; name what cannot go with "
            "--retain-resources, and remove it by hand."
        ),
        _EVENTS,
        _DELETE,
    ),
    "CREATE_FAILED": (
        "The stack was not created. It can only be deleted.",
        _EVENTS,
        _DELETE,
    ),
    "DELETE_FAILED": (
        "Something of the stack could not be deleted. Name it with --retain-resources.",
        _EVENTS,
        _DELETE,
    ),
    "UPDATE_ROLLBACK_COMPLETE": (
        "The stack is as it was before; nothing has to be rolled back.",
        (
            "Mend the cause, synthesize, attest and deploy again. To go back further, check the "
            "commit out that was deployed before, attest it, and deploy it."
        ),
    ),
    "UPDATE_ROLLBACK_FAILED": (
        (
            "The stack could not be brought back to what it was. Find the resource that failed, "
            "mend what stands in its way, and let the rollback go on:"
        ),
        _EVENTS,
        "aws cloudformation continue-update-rollback --stack-name {name}{where}",
        (
            "What cannot be mended is left out with --resources-to-skip, and is then not as the "
            "template says."
        ),
    ),
    "UPDATE_FAILED": (
        "The update stopped, and was not rolled back. Bring the stack back:",
        "aws cloudformation rollback-stack --stack-name {name}{where}",
    ),
}
_RUNNING: Final = (
    "CloudFormation is at work on it, and nothing else can be done to it meanwhile. Watch it:",
    _EVENTS,
)
_CANCEL: Final = (
    "To stop the update and roll back:",
    "aws cloudformation cancel-update-stack --stack-name {name}{where}",
)
_WELL: Final = ("The stack is well: its last change went through.",)


@dataclass(frozen=True, slots=True)
class State:
    """A stack as it is.

    Attributes:
        status: CloudFormation's word; empty when there is none of the name.
        reason: why, empty where CloudFormation says nothing.
        outputs: by key.
        protected: whether it is protected from being deleted.
    """

    status: str
    reason: str = ""
    outputs: Mapping[str, str] = field(default_factory=dict)
    protected: bool = False

    @property
    def is_new(self) -> bool:
        """Whether nothing of it is deployed yet."""
        return self.status in {NONE, REVIEW}


def state(cloudformation: Client, stack_name: str) -> State:
    """The state of a stack.

    Raises:
        DeploymentError: CloudFormation does not say.
    """
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - an extra

    try:
        (stack,) = cloudformation.describe_stacks(StackName=stack_name)["Stacks"]
    except ClientError as error:
        if is_missing(error):
            return State(NONE)
        raise DeploymentError(f"{stack_name}: cannot be read: {error}") from error
    except BotoCoreError as error:
        raise DeploymentError(f"{stack_name}: cannot be read: {error}") from error
    if stack["StackStatus"] == _DELETED:
        return State(NONE)
    return State(
        status=str(stack["StackStatus"]),
        reason=str(stack.get("StackStatusReason") or ""),
        outputs={
            str(each["OutputKey"]): str(each["OutputValue"]) for each in stack.get("Outputs", ())
        },
        protected=bool(stack.get("EnableTerminationProtection")),
    )


def is_missing(error: Any) -> bool:  # noqa: ANN401 - botocore's ClientError
    """Whether CloudFormation says that there is no such stack.

    It has no code of its own for it: a ValidationError says `Stack with id X does not exist`
    (CloudFormation API Reference, 'DescribeStacks').
    """
    told = error.response.get("Error", {})
    return told.get("Code") == "ValidationError" and "does not exist" in told.get("Message", "")


def guidance(status: str, *, stack_name: str, region: str, profile: str | None) -> tuple[str, ...]:
    """What to do with a stack in a state, line by line; commands are lines of their own.

    Args:
        status: the stack's, empty when there is none.
        stack_name: its name.
        region: where it is.
        profile: of the AWS configuration, for the commands; `None` for the default credentials.
    """
    where = f" --region {shlex.quote(region)}"
    where += f" --profile {shlex.quote(profile)}" if profile is not None else ""
    lines = _GUIDANCE.get(status)
    if lines is None and status.endswith("_IN_PROGRESS"):
        lines = (*_RUNNING, *(_CANCEL if status == "UPDATE_IN_PROGRESS" else ()))
    elif lines is None:
        lines = _WELL if status in UPDATABLE else (_EVENTS,)
    return tuple(line.format(name=shlex.quote(stack_name), where=where) for line in lines)
