"""Data too large for the table, as objects in the bucket.

An object is written once, under a name that is never used again, and never changed: whoever reads
a row that names it finds exactly that row's data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from handlers.diagnosis import describe

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger
    from mypy_boto3_s3.client import S3Client

    from handlers.clients import Clients

PREFIX: Final = "items/"
"""Every object's key starts so; the function's role reaches no other."""

# S3 says AccessDenied for a missing object to whoever may not list the bucket.
# https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
_MISSING: Final = frozenset({"NoSuchKey", "AccessDenied"})


class ObjectMissingError(Exception):
    """The bucket has no such object, or does not say so to us."""


class Objects:
    """The objects of one bucket."""

    def __init__(self, *, clients: Clients, bucket: str, logger: Logger) -> None:
        self._clients = clients
        self._bucket = bucket
        self._logger = logger

    @property
    def _s3(self) -> S3Client:
        return self._clients.s3

    def put(self, text: str, *, item_id: str, revision: str) -> str:
        """Store a JSON text and return the object's key."""
        key = f"{PREFIX}{item_id}/{revision}.json"
        self._s3.put_object(
            Bucket=self._bucket,
            Key=key,
            Body=text.encode("ascii"),
            ContentType="application/json",
        )
        return key

    def get(self, key: str) -> str:
        """Return the JSON text under `key`."""
        try:
            found = self._s3.get_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] in _MISSING:
                raise ObjectMissingError from error
            raise
        return found["Body"].read().decode("ascii")

    def discard(self, key: str) -> None:
        """Delete an object that no row names; if that fails, it stays behind and is logged."""
        try:
            self._s3.delete_object(Bucket=self._bucket, Key=key)
        except (BotoCoreError, ClientError) as error:
            self._logger.warning("orphaned object", extra={"object": key, **describe(error)})
