"""Custom resource: takes the rules out of a VPC's default security group (inline, boto3 only)."""

import json
import urllib.request
from typing import Any

import boto3
from botocore.exceptions import ClientError

ABSENT = "InvalidPermission.NotFound"


def handler(event: dict[str, Any], _context: object) -> None:
    """Revoke the two rules that EC2 creates; deleting changes nothing: closed stays closed."""
    group = event["ResourceProperties"]["DefaultSecurityGroupId"]
    answer = {
        "Status": "SUCCESS",
        "PhysicalResourceId": group,
        **{key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")},
    }
    try:
        if event["RequestType"] != "Delete":
            close(group, event["ResourceProperties"]["Account"])
    except Exception as error:  # noqa: BLE001 - CloudFormation waits an hour for an answer
        answer |= {"Status": "FAILED", "Reason": f"{group}: {error!r}"}
    request = urllib.request.Request(  # noqa: S310 - CloudFormation's own presigned address
        event["ResponseURL"],
        data=json.dumps(answer).encode(),
        headers={"Content-Type": ""},  # the address is signed for this one
        method="PUT",
    )
    urllib.request.urlopen(request, timeout=10).close()  # noqa: S310 - likewise


def close(group: str, account: str) -> None:
    """Revoke "all from itself" and "all to anywhere" from ``group`` of ``account``."""
    ec2 = boto3.client("ec2")
    itself = [{"UserId": account, "GroupId": group}]
    anywhere = [{"CidrIp": "0.0.0.0/0"}]
    for revoke, rule in (
        (ec2.revoke_security_group_ingress, {"UserIdGroupPairs": itself}),
        (ec2.revoke_security_group_egress, {"IpRanges": anywhere}),
    ):
        try:
            revoke(GroupId=group, IpPermissions=[{"IpProtocol": "-1", **rule}])
        except ClientError as error:
            if error.response["Error"]["Code"] != ABSENT:
                raise
