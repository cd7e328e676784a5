"""Every state of a stack has its meaning and the next step, and the first failure is the cause."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from compliance.deployment import failing, states
from compliance.deployment.errors import DeploymentError

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
STACK = "arn:aws:cloudformation:us-east-1:123456789012:stack/Shop/1"
INNER = "arn:aws:cloudformation:us-east-1:123456789012:stack/Inner/1"


@pytest.mark.parametrize(
    ("status", "step"),
    [
        ("", "Nothing of it is there."),
        ("REVIEW_IN_PROGRESS", "was not executed"),
        (
            "ROLLBACK_COMPLETE",
            "aws cloudformation delete-stack --stack-name Shop --region eu-west-1",
        ),
        ("ROLLBACK_FAILED", "--retain-resources"),
        ("CREATE_FAILED", "aws cloudformation describe-stack-events --stack-name Shop"),
        ("DELETE_FAILED", "--retain-resources"),
        ("UPDATE_ROLLBACK_COMPLETE", "The stack is as it was before"),
        ("UPDATE_ROLLBACK_FAILED", "aws cloudformation continue-update-rollback --stack-name Shop"),
        ("UPDATE_FAILED", "aws cloudformation rollback-stack --stack-name Shop"),
        ("UPDATE_IN_PROGRESS", "aws cloudformation cancel-update-stack --stack-name Shop"),
        ("CREATE_IN_PROGRESS", "CloudFormation is at work on it"),
        ("UPDATE_COMPLETE", "The stack is well"),
        ("IMPORT_ROLLBACK_FAILED", "aws cloudformation describe-stack-events --stack-name Shop"),
    ],
)
def test_the_next_step(status: str, step: str) -> None:
    """With the region, and no profile where none was named."""
    lines = states.guidance(status, stack_name="Shop", region="eu-west-1", profile=None)
    assert step in "\n".join(lines)
    assert all("--region eu-west-1" in line for line in lines if line.startswith("aws "))
    assert "--profile" not in "\n".join(lines)


def test_commands_can_be_copied_into_a_shell() -> None:
    """Names are quoted, and the profile is the one that deployed."""
    (command,) = (
        line
        for line in states.guidance(
            "UPDATE_FAILED", stack_name="Shop", region="us-east-1", profile="it's; rm -rf /"
        )
        if line.startswith("aws ")
    )
    assert command.endswith("""--region us-east-1 --profile 'it'"'"'s; rm -rf /'""")


def _error(code: str, message: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "DescribeStacks")


class Stacks:
    """CloudFormation that answers, or raises, the same whatever it is asked."""

    def __init__(self, answer: dict[str, Any] | Exception) -> None:
        self._answer = answer

    def describe_stacks(self, **_: str) -> dict[str, Any]:
        """The answer."""
        if isinstance(self._answer, Exception):
            raise self._answer
        return {"Stacks": [self._answer]}


def test_a_stack_that_is_not_there() -> None:
    """CloudFormation has no error code of its own for it; a deleted one is not there either."""
    gone = _error("ValidationError", "Stack with id Shop does not exist")
    assert states.state(Stacks(gone), "Shop").is_new
    assert states.state(Stacks({"StackStatus": "DELETE_COMPLETE"}), "Shop").status == states.NONE


@pytest.mark.parametrize(
    "error",
    [
        _error("AccessDenied", "not authorized"),
        _error("ValidationError", "1 validation error detected"),
        EndpointConnectionError(endpoint_url="https://example.com"),
    ],
    ids=["denied", "invalid", "unreachable"],
)
def test_a_stack_that_cannot_be_read(error: Exception) -> None:
    """It is not taken for one that is not there."""
    with pytest.raises(DeploymentError, match="Shop: cannot be read: "):
        states.state(Stacks(error), "Shop")


def event(name: str, status: str, *, second: int, **other: str) -> dict[str, Any]:
    """One event of a stack."""
    return {
        "StackId": STACK,
        "PhysicalResourceId": name.lower(),
        "LogicalResourceId": name,
        "ResourceType": "AWS::SNS::Topic",
        "ResourceStatus": status,
        "Timestamp": NOW + dt.timedelta(seconds=second),
        **other,
    }


class Events:
    """CloudFormation's events, the newest first, in pages of two."""

    def __init__(self, **events: list[dict[str, Any]]) -> None:
        self._events = {STACK: events.get("outer", []), INNER: events.get("inner")}

    def get_paginator(self, _: str) -> Events:
        """Itself."""
        return self

    def paginate(self, *, StackName: str) -> Iterator[dict[str, Any]]:  # noqa: N803 - AWS's
        """The pages."""
        events = self._events[StackName]
        if events is None:
            raise _error("AccessDenied", "not authorized")
        newest = sorted(events, key=lambda each: each["Timestamp"], reverse=True)
        for at in range(0, len(newest), 2):
            yield {"StackEvents": newest[at : at + 2]}


def test_the_first_failure_of_this_change_is_told() -> None:
    """Not what was cancelled after it, not the stack's own, not another change's."""
    found = failing.first(
        Events(
            outer=[
                event("Old", "UPDATE_FAILED", second=0),
                event("Fine", "CREATE_COMPLETE", second=2),
                event("Cause", "CREATE_FAILED", second=3, ResourceStatusReason="taken"),
                event("Later", "CREATE_FAILED", second=4, ResourceStatusReason="also taken"),
                event(
                    "Other",
                    "CREATE_FAILED",
                    second=3,
                    ResourceStatusReason="Resource creation cancelled",
                ),
                event("Shop", "UPDATE_FAILED", second=9, PhysicalResourceId=STACK),
            ]
        ),
        STACK,
        since=NOW + dt.timedelta(seconds=1),
    )
    assert found == failing.Failure("Cause", "AWS::SNS::Topic", "CREATE_FAILED", "taken")


NESTED = event(
    "Inner",
    "CREATE_FAILED",
    second=3,
    ResourceType="AWS::CloudFormation::Stack",
    PhysicalResourceId=INNER,
    ResourceStatusReason="Embedded stack was not successfully created",
)


def test_the_cause_within_a_nested_stack() -> None:
    """The outer stack's event says no more than that the inner one failed."""
    cause = event("Cause", "CREATE_FAILED", second=2, StackId=INNER, ResourceStatusReason="taken")
    found = failing.first(Events(outer=[NESTED], inner=[cause]), STACK, since=None)
    assert found is not None
    assert (found.logical_id, found.reason) == ("Cause", "taken")


@pytest.mark.parametrize("inner", [None, []], ids=["denied", "none"])
def test_a_nested_stack_that_tells_nothing(inner: list[dict[str, Any]] | None) -> None:
    """What the outer one says is better than nothing."""
    events = Events(outer=[NESTED]) if inner is None else Events(outer=[NESTED], inner=inner)
    found = failing.first(events, STACK, since=None)
    assert found is not None
    assert found.logical_id == "Inner"


def test_a_stack_without_failures() -> None:
    """Nothing is told."""
    assert failing.first(Events(outer=[]), STACK, since=None) is None
