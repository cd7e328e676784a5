"""What references of a template became in the account."""

from __future__ import annotations

from typing import Any

import pytest

from compliance.rehearsal.errors import RehearsalError
from compliance.rehearsal.physical import Physical, partition
from tests.compliance.rehearsal import accounts
from tests.compliance.rehearsal.accounts import get, resource


def _physical(**more: Any) -> Physical:  # noqa: ANN401 - JSON
    return Physical(accounts.stage(), accounts.assembly({**accounts.template(), **more}))


def _told(value: Any) -> str | None:  # noqa: ANN401 - JSON
    physical = _physical(Holder=resource("AWS::X::Y", Value=value))
    holder = physical.assembly.templates[0].resources["Holder"]
    (resolved,) = physical.resolver(holder).values(value)
    return physical.text(resolved)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("literal", "literal"),
        ({"Ref": "Bucket"}, "bucket-1"),
        (get("Bucket"), accounts.BUCKET),
        (get("Queue"), accounts.QUEUE),
        (get("Key"), accounts.KEY),
        (get("Table"), accounts.TABLE),
        (get("Function"), accounts.FUNCTION),
        (get("Logs"), f"{accounts.LOG_GROUP}:*"),
        (get("Topic", "TopicArn"), accounts.TOPIC),
        ({"Ref": "Managed"}, accounts.MANAGED),
        (
            {"Fn::Sub": "${AWS::Partition} ${AWS::Region} ${AWS::AccountId} ${AWS::URLSuffix}"},
            f"aws us-east-1 {accounts.ACCOUNT} amazonaws.com",
        ),
        ({"Fn::Sub": "${Bucket.Arn}/items/*"}, f"{accounts.BUCKET}/items/*"),
    ],
)
def test_a_reference_is_told_as_the_account_has_it(value: object, expected: str) -> None:
    """Names, ARNs and pseudo parameters."""
    assert _told(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        get("Bucket", "DomainName"),
        get("Role"),
        get("Api"),
        {"Ref": "AWS::StackId"},
        {"Fn::ImportValue": "of-another-stack"},
        {"Ref": "Nobody"},
    ],
)
def test_what_cannot_be_told_is_nothing(value: object) -> None:
    """A role's ARN has its path, which the physical id lacks; others only CloudFormation knows."""
    assert _told(value) is None


def test_a_lone_value_has_to_be_there_once() -> None:
    """None, and more than one, stop the rehearsal and name the property."""
    physical = _physical()
    queue = physical.assembly.templates[0].resources["Queue"]
    with pytest.raises(RehearsalError, match=r"Stack/Queue .*QueueName .*0 values"):
        physical.one(queue, "QueueName")


def test_the_id_of_what_was_not_deployed_is_asked_for_in_vain() -> None:
    """The message names it."""
    physical = _physical(Strange=resource("AWS::X::Y"))
    with pytest.raises(RehearsalError, match="Stack/Strange"):
        physical.id(physical.assembly.templates[0].resources["Strange"])


@pytest.mark.parametrize(
    ("region", "expected"),
    [("eu-west-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")],
)
def test_a_region_tells_its_partition(region: str, expected: str) -> None:
    """China and GovCloud have their own."""
    assert partition(region) == expected
