"""The custom resource that takes the rules out of a VPC's default security group."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from stacks import close_default_security_group

if TYPE_CHECKING:
    import urllib.request
    from collections.abc import Iterator

ACCOUNT = "123456789012"


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    """Return what CloudFormation is told, on a local AWS."""
    told: list[dict[str, Any]] = []

    def urlopen(request: urllib.request.Request, timeout: float) -> io.BytesIO:
        assert (request.method, request.full_url, timeout) == ("PUT", "https://answer.test/", 10)
        assert request.headers == {"Content-type": ""}
        assert isinstance(request.data, bytes)
        told.append(json.loads(request.data))
        return io.BytesIO()

    monkeypatch.setattr("urllib.request.urlopen", urlopen)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        yield told


def default_group() -> tuple[str, Any]:
    """Return a new VPC's default group and what shows its rules."""
    ec2 = boto3.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    filters: Any = [
        {"Name": "vpc-id", "Values": [vpc]},
        {"Name": "group-name", "Values": ["default"]},
    ]

    def rules() -> tuple[int, int]:
        (group,) = ec2.describe_security_groups(Filters=filters)["SecurityGroups"]
        return len(group["IpPermissions"]), len(group["IpPermissionsEgress"])

    (group,) = ec2.describe_security_groups(Filters=filters)["SecurityGroups"]
    # moto leaves out the rule that EC2 makes for traffic from the group itself.
    itself: Any = [{"UserId": ACCOUNT, "GroupId": group["GroupId"]}]
    ec2.authorize_security_group_ingress(
        GroupId=group["GroupId"],
        IpPermissions=[{"IpProtocol": "-1", "UserIdGroupPairs": itself}],
    )
    return group["GroupId"], rules


def event(kind: str, group: str) -> dict[str, Any]:
    """Return CloudFormation's request about a group."""
    return {
        "RequestType": kind,
        "ResponseURL": "https://answer.test/",
        "StackId": "stack",
        "RequestId": "request",
        "LogicalResourceId": "resource",
        "ResourceProperties": {"DefaultSecurityGroupId": group, "Account": ACCOUNT},
    }


@pytest.mark.parametrize("kind", ["Create", "Update"])
def test_both_rules_are_revoked(kind: str, answers: list[dict[str, Any]]) -> None:
    """After creation and update nothing may enter or leave by the group."""
    group, rules = default_group()
    assert rules() == (1, 1)
    close_default_security_group.handler(event(kind, group), None)
    assert rules() == (0, 0)
    assert answers == [
        {
            "Status": "SUCCESS",
            "PhysicalResourceId": group,
            "StackId": "stack",
            "RequestId": "request",
            "LogicalResourceId": "resource",
        }
    ]


def test_a_closed_group_stays_closed(answers: list[dict[str, Any]]) -> None:
    """A second run finds nothing to revoke and is content."""
    group, rules = default_group()
    for _ in range(2):
        close_default_security_group.handler(event("Create", group), None)
    assert rules() == (0, 0)
    assert [answer["Status"] for answer in answers] == ["SUCCESS", "SUCCESS"]


def test_deletion_opens_nothing(answers: list[dict[str, Any]]) -> None:
    """When the resource goes, the rules do not come back, and none is touched."""
    group, rules = default_group()
    close_default_security_group.handler(event("Delete", group), None)
    assert rules() == (1, 1)
    assert answers[0]["Status"] == "SUCCESS"


def test_a_failure_is_told_at_once(answers: list[dict[str, Any]]) -> None:
    """CloudFormation learns the reason, instead of waiting for its timeout."""
    close_default_security_group.handler(event("Create", "sg-00000000"), None)
    assert answers[0]["Status"] == "FAILED"
    assert answers[0]["Reason"].startswith("sg-00000000: ClientError(")
