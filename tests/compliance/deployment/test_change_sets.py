"""What CloudFormation says of a change set is read to its last page, and shown cleaned."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from botocore.exceptions import ClientError

from compliance.deployment import change_sets, to_text
from compliance.deployment.change_sets import Planned
from compliance.deployment.errors import DeploymentError

NOW = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
ARN = "arn:aws:cloudformation:us-east-1:123456789012:"


def page(*changes: dict[str, Any], token: str = "", **other: Any) -> dict[str, Any]:  # noqa: ANN401
    """One page of DescribeChangeSet."""
    return {
        "ChangeSetId": f"{ARN}changeSet/one/1",
        "StackId": f"{ARN}stack/Shop/1",
        "CreationTime": NOW,
        "Status": "CREATE_COMPLETE",
        "ExecutionStatus": "AVAILABLE",
        "Changes": [{"Type": "Resource", "ResourceChange": change} for change in changes],
        "NextToken": token,
        **other,
    }


def change(name: str, **other: str) -> dict[str, str]:
    """One resource's change."""
    return {
        "Action": "Add",
        "LogicalResourceId": name,
        "ResourceType": "AWS::SNS::Topic",
        **other,
    }


class Pages:
    """CloudFormation with the change sets of a test; keys are a name or ARN, and a token."""

    def __init__(self, pages: dict[tuple[str, str], dict[str, Any]]) -> None:
        self._pages = pages

    def describe_change_set(self, **named: str) -> dict[str, Any]:
        """One page."""
        try:
            return self._pages[named["ChangeSetName"], named.get("NextToken", "")]
        except KeyError:
            message = "ChangeSet [one] does not exist"
            raise ClientError(
                {"Error": {"Code": "ChangeSetNotFound", "Message": message}}, "DescribeChangeSet"
            ) from None


def test_all_pages_and_the_change_sets_of_nested_stacks() -> None:
    """In order, and each nested resource with the stacks that it stands in."""
    found = change_sets.described(
        Pages(
            {
                ("one", ""): page(change("A", ChangeSetId="inner"), token="2"),
                ("one", "2"): page(change("B"), {**change("C"), "Replacement": "True"}),
                ("inner", ""): page(change("D", ChangeSetId="innermost")),
                ("innermost", ""): page(change("E")),
            }
        ),
        stack_name="Shop",
        name="one",
    )
    assert [(*each.within, each.logical_id) for each in found.changes] == [
        ("A",),
        ("A", "D"),
        ("A", "D", "E"),
        ("B",),
        ("C",),
    ]
    assert [each.is_replaced for each in found.changes] == [False, False, False, False, True]
    assert found.created == NOW


@pytest.mark.parametrize(
    "reason",
    ["The submitted information didn't contain changes.", "No updates are to be performed."],
)
def test_a_change_set_without_changes(reason: str) -> None:
    """It failed, says CloudFormation; there is nothing to do."""
    pages = {("one", ""): page(Status="FAILED", StatusReason=reason)}
    assert change_sets.described(Pages(pages), stack_name="Shop", name="one").changes == ()


@pytest.mark.parametrize(
    ("pages", "told"),
    [
        (
            {("one", ""): page(Status="FAILED", StatusReason="Transform denied")},
            "Shop: the change set one is FAILED, AVAILABLE: Transform denied",
        ),
        (
            {("one", ""): page(ExecutionStatus="OBSOLETE")},
            "Shop: the change set one is CREATE_COMPLETE, OBSOLETE",
        ),
        ({}, "Shop: the change set one cannot be described: .*does not exist.*; next: see that"),
    ],
    ids=["failed", "obsolete", "gone"],
)
def test_a_change_set_that_cannot_be_executed(
    pages: dict[tuple[str, str], dict[str, Any]], told: str
) -> None:
    """It is refused with CloudFormation's reason."""
    with pytest.raises(DeploymentError, match=told):
        change_sets.described(Pages(pages), stack_name="Shop", name="one")


def planned(**other: Any) -> Planned:  # noqa: ANN401
    """What is planned for one resource."""
    row: dict[str, Any] = {
        "action": "Modify",
        "logical_id": "Table",
        "physical_id": "",
        "resource_type": "AWS::DynamoDB::Table",
        "replacement": "",
        "policy": "",
    }
    return Planned(**{**row, **other})


@pytest.mark.parametrize(
    ("found", "row"),
    [
        (planned(), "modify Table AWS::DynamoDB::Table no"),
        (planned(replacement="Conditional"), "modify Table AWS::DynamoDB::Table maybe"),
        (
            planned(policy="ReplaceAndRetain"),
            "modify Table AWS::DynamoDB::Table YES old one kept, outside of the stack",
        ),
        (
            planned(action="Remove", policy="Snapshot"),
            "REMOVE Table AWS::DynamoDB::Table a snapshot stays",
        ),
        (planned(within=("Inner",)), "modify Inner/Table AWS::DynamoDB::Table no"),
        (planned(action="Later"), "Later Table AWS::DynamoDB::Table"),
    ],
    ids=["in place", "perhaps", "kept", "removed", "nested", "unheard of"],
)
def test_a_row_of_the_table(found: Planned, row: str) -> None:
    """What is done to it, whether it is replaced, what becomes of its data."""
    text = to_text.change_set([found], {}, stack="Shop", width=120, color=False)
    assert row in [" ".join(line.split()) for line in text.splitlines()]


@pytest.mark.parametrize("width", [40, 80, 200])
def test_names_that_anyone_may_have_given(width: int) -> None:
    """They neither move the cursor nor are they markup, and every line fits."""
    name = "[bold]\x1b[31mX\n\u202e" + "x" * 500
    text = to_text.change_set([planned(logical_id=name)], {}, stack=name, width=width, color=False)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "[bold]" in text.replace("\n", "")
    assert max(map(len, text.splitlines())) <= width
