"""The AWS clients, each made on first use and kept for the life of the container."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_ssm.client import SSMClient

# The worst call takes three attempts of 1 s + 2 s and the waits between them: botocore's own
# limits of 60 s would outlive API Gateway's 29 s.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
CONFIG: Final = Config(
    connect_timeout=1,
    read_timeout=2,
    retries={"mode": "standard", "total_max_attempts": 3},
    tcp_keepalive=True,
)


class Clients:
    """The clients of one session; the region and credentials are the function's own."""

    def __init__(self) -> None:
        self._session = boto3.Session()

    @cached_property
    def dynamodb(self) -> DynamoDBClient:
        """DynamoDB: items and idempotency records."""
        return self._session.client("dynamodb", config=CONFIG)

    @cached_property
    def s3(self) -> S3Client:
        """S3: large data; most requests never make this client."""
        return self._session.client("s3", config=CONFIG)

    @cached_property
    def ssm(self) -> SSMClient:
        """Systems Manager: the settings parameter."""
        return self._session.client("ssm", config=CONFIG)
