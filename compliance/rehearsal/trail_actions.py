"""How CloudTrail names what IAM calls an action, and of which it tells nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from compliance.iam import actions

if TYPE_CHECKING:
    from collections.abc import Mapping

LEFT_OUT: Final = (
    "the event history of CloudTrail holds no data events, so nothing would have been seen of it"
)
DATA_EVENTS: Final = (
    "cloudwatch:PutMetricData",
    "dynamodb:Batch*Item",
    "dynamodb:ConditionCheckItem",
    "dynamodb:DeleteItem",
    "dynamodb:GetItem",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:PartiQL*",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:Scan",
    "dynamodb:UpdateItem",
    "events:PutEvents",
    "execute-api:*",
    "kinesis:GetRecords",
    "kinesis:GetShardIterator",
    "kinesis:PutRecord*",
    "lambda:InvokeFunction*",
    "logs:FilterLogEvents",
    "logs:GetLogEvents",
    "logs:PutLogEvents",
    "s3:*Object*",
    "s3:AbortMultipartUpload",
    "s3:ListBucket",
    "s3:ListBucketMultipartUploads",
    "s3:ListBucketVersions",
    "s3:ListMultipartUploadParts",
    "sns:Publish",
    "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessage",
    "sqs:ReceiveMessage",
    "sqs:SendMessage",
    "xray:Put*",
)
"""Actions of which an event history tells nothing: data events, and calls that are no event at all
(CloudTrail User Guide, 'Logging data events', and each service's own page on CloudTrail)."""

SERVICES: Final[Mapping[str, str]] = {
    "email": "ses",
    "monitoring": "cloudwatch",
    "tagging": "tag",
}
"""Where an event's source is named otherwise than the service's actions are."""
ACTIONS: Final[Mapping[str, str]] = {
    "lambda:Invoke": "lambda:InvokeFunction",
    "s3:CompleteMultipartUpload": "s3:PutObject",
    "s3:CopyObject": "s3:PutObject",
    "s3:CreateMultipartUpload": "s3:PutObject",
    "s3:DeleteObjects": "s3:DeleteObject",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:ListMultipartUploads": "s3:ListBucketMultipartUploads",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
    "s3:ListObjects": "s3:ListBucket",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:ListParts": "s3:ListMultipartUploadParts",
    "s3:UploadPart": "s3:PutObject",
    "sns:PublishBatch": "sns:Publish",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:SendMessageBatch": "sqs:SendMessage",
}
"""Where an event is named otherwise than the action that allows it (Amazon S3 User Guide, 'Required
permissions for Amazon S3 API operations'; Service Authorization Reference)."""
_VERSION: Final = re.compile(r"\d{8}(v\d+)?$")
"""Lambda's events have the date of their API behind the name."""


def leaves_out(pattern: str) -> bool:
    """Whether an action pattern takes in something of which an event history tells nothing."""
    if pattern.startswith("!"):
        return True
    return any(
        actions.matches(data, action.name)
        for action in actions.expand(pattern)
        for data in DATA_EVENTS
    )


def action_of(source: str, name: str, told: Mapping[str, Any]) -> tuple[str, str]:
    """The IAM action of an event; and a notice when it is not known, else nothing.

    Args:
        source: of the event, such as `dynamodb.amazonaws.com`.
        name: of the event.
        told: parameters of the request, by their names in lower case.
    """
    prefix = source.removesuffix(".amazonaws.com").rpartition(".")[2]
    service = SERVICES.get(prefix, prefix)
    if "." in name:
        # The local AWS names events of the query protocol by their method: `POST.ec2`.
        name = str(told.get("action") or name)
    written = f"{service}:{_VERSION.sub('', name)}"
    written = ACTIONS.get(written, written)
    known = actions.expand(written) if "*" not in written else ()
    if known:
        return known[0].name, ""
    return written, f"{source} tells of {name}, which is no action that IAM knows"
