"""The metrics that AWS services send, with the dimensions that they send them by: a reviewed table.

It is short on purpose. What it does not have is not judged, and told as undecided.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

Dimensions = frozenset[str]


@dataclass(frozen=True, slots=True)
class Family:
    """Metrics of one service that are sent by the same sets of dimensions.

    Attributes:
        namespace: of the service.
        names: of the metrics.
        dimensions: every set by which each of them is sent.
        source: page of AWS that says so.
    """

    namespace: str
    names: frozenset[str]
    dimensions: tuple[Dimensions, ...]
    source: str


def _family(namespace: str, source: str, names: str, *dimensions: str) -> Family:
    sets = tuple(frozenset(each.split()) for each in dimensions)
    return Family(namespace, frozenset(names.split()), sets, source)


_LAMBDA: Final = "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html"
_API: Final = (
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/"
    "api-gateway-metrics-and-dimensions.html"
)
_TABLE: Final = (
    "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html"
)
_QUEUE: Final = (
    "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/"
    "sqs-available-cloudwatch-metrics.html"
)
_TOPIC: Final = "https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html"
_BUCKET: Final = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html"

FAMILIES: Final = (
    _family(
        "AWS/Lambda",
        _LAMBDA,
        "Invocations Errors Throttles Duration DeadLetterErrors DestinationDeliveryFailures "
        "PostRuntimeExtensionsDuration AsyncEventsReceived AsyncEventAge AsyncEventsDropped "
        "ConcurrentExecutions",
        "FunctionName",
        "FunctionName Resource",
        "FunctionName Resource ExecutedVersion",
        "",
    ),
    _family("AWS/Lambda", _LAMBDA, "UnreservedConcurrentExecutions ClaimedAccountConcurrency", ""),
    _family(
        "AWS/ApiGateway",
        _API,
        "4XXError 5XXError CacheHitCount CacheMissCount Count IntegrationLatency Latency",
        "ApiName",
        "ApiName Stage",
        "ApiName Stage Resource Method",
    ),
    _family(
        "AWS/DynamoDB",
        _TABLE,
        "ReadThrottleEvents WriteThrottleEvents ConsumedReadCapacityUnits "
        "ConsumedWriteCapacityUnits ProvisionedReadCapacityUnits ProvisionedWriteCapacityUnits",
        "TableName",
        "TableName GlobalSecondaryIndexName",
    ),
    _family(
        "AWS/DynamoDB",
        _TABLE,
        "ThrottledRequests SystemErrors SuccessfulRequestLatency ReturnedItemCount",
        "TableName Operation",
    ),
    _family(
        "AWS/DynamoDB",
        _TABLE,
        "ConditionalCheckFailedRequests TransactionConflict TimeToLiveDeletedItemCount",
        "TableName",
    ),
    _family("AWS/DynamoDB", _TABLE, "UserErrors", ""),
    _family(
        "AWS/SQS",
        _QUEUE,
        "ApproximateAgeOfOldestMessage ApproximateNumberOfMessagesDelayed "
        "ApproximateNumberOfMessagesNotVisible ApproximateNumberOfMessagesVisible "
        "NumberOfEmptyReceives NumberOfMessagesDeleted NumberOfMessagesReceived "
        "NumberOfMessagesSent SentMessageSize",
        "QueueName",
    ),
    _family(
        "AWS/SNS",
        _TOPIC,
        "NumberOfMessagesPublished NumberOfNotificationsDelivered NumberOfNotificationsFailed "
        "NumberOfNotificationsFilteredOut NumberOfNotificationsRedrivenToDlq "
        "NumberOfNotificationsFailedToRedriveToDlq PublishSize",
        "TopicName",
    ),
    _family("AWS/S3", _BUCKET, "BucketSizeBytes NumberOfObjects", "BucketName StorageType"),
    _family(
        "AWS/S3",
        _BUCKET,
        "AllRequests GetRequests PutRequests DeleteRequests HeadRequests PostRequests "
        "ListRequests BytesDownloaded BytesUploaded 4xxErrors 5xxErrors FirstByteLatency "
        "TotalRequestLatency",
        "BucketName FilterId",
    ),
)
"""The table."""


def family(namespace: str, name: str) -> Family | None:
    """The entry of a metric; `None` when the table does not have it."""
    return next(
        (each for each in FAMILIES if each.namespace == namespace and name in each.names), None
    )
