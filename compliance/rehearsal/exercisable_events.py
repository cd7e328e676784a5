"""What leaves no trail on a local AWS of functions and queues that events come to.

Each entry is for the very queue, stream, rule, topic or bucket that the assembly wires up. Lambda
polls by the role of the function; who pushes an event is asked for by the target's own policy.
"""

from __future__ import annotations

from typing import Final

from compliance.rehearsal import triggers
from compliance.rehearsal.entries import BY_LAMBDA, BY_SERVICE, GUIDE, Entry
from compliance.rehearsal.model import Kind

_POLLS: Final = f"polling of the function's event source: {BY_LAMBDA}"

ENTRIES: Final = (
    Entry(
        name="polling of a queue",
        kind=Kind.ROLE,
        actions=(
            "sqs:ChangeMessageVisibility",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
            "sqs:ReceiveMessage",
        ),
        applies=triggers.polled("sqs"),
        reason=_POLLS,
        source=f"{GUIDE}lambda/latest/dg/services-sqs-configure.html",
    ),
    Entry(
        name="polling of a table's stream",
        kind=Kind.ROLE,
        actions=("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"),
        applies=triggers.polled("dynamodb"),
        reason=_POLLS,
        source=f"{GUIDE}lambda/latest/dg/services-dynamodb-eventsourcemapping.html",
    ),
    Entry(
        name="names of tables' streams",
        kind=Kind.ROLE,
        # It can be granted on all streams only (Service Authorization Reference).
        actions=("dynamodb:ListStreams",),
        applies=triggers.lists("dynamodb"),
        reason=_POLLS,
        source=f"{GUIDE}lambda/latest/dg/services-dynamodb-eventsourcemapping.html",
    ),
    Entry(
        name="polling of a Kinesis stream",
        kind=Kind.ROLE,
        actions=(
            "kinesis:DescribeStream",
            "kinesis:DescribeStreamSummary",
            "kinesis:GetRecords",
            "kinesis:GetShardIterator",
            "kinesis:ListShards",
            "kinesis:SubscribeToShard",
        ),
        applies=triggers.polled("kinesis"),
        reason=_POLLS,
        source=f"{GUIDE}lambda/latest/dg/services-kinesis-create.html",
    ),
    Entry(
        name="names of Kinesis streams",
        kind=Kind.ROLE,
        actions=("kinesis:ListStreams",),
        applies=triggers.lists("kinesis"),
        reason=_POLLS,
        source=f"{GUIDE}lambda/latest/dg/services-kinesis-create.html",
    ),
    Entry(
        name="events of rules, topics and buckets",
        kind=Kind.RESOURCE,
        actions=("lambda:InvokeFunction", "sns:Publish", "sqs:SendMessage"),
        applies=triggers.triggered,
        reason=f"delivery of events: {BY_SERVICE}",
        source=f"{GUIDE}lambda/latest/dg/permissions-function-services.html",
    ),
    Entry(
        name="integration of API Gateway",
        kind=Kind.ROLE,
        actions=(),
        applies=triggers.integrated,
        reason=f"the integration of a method that answered: {BY_SERVICE}",
        source=f"{GUIDE}apigateway/latest/developerguide/api-gateway-api-integration-types.html",
    ),
)
"""This part of the list."""
