"""Items in the table, with large data in the bucket.

Order of writes: the object first, then the row that names it, then the deletion of the object that
no row names any more. A crash between two of them leaves an object without a row (an orphan, which
costs storage), never a row without its object.

Each write of a row carries a revision, a fresh UUID: when botocore repeats a conditional write
whose first answer was lost, the condition fails, and the revision tells that the row is our own.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast
from uuid import uuid4

from handlers import json_codec
from handlers.etag import IfMatch
from handlers.item import STATUSES, Item
from handlers.objects import ObjectMissingError
from handlers.pagination import IndexKey, Position

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from botocore.exceptions import ClientError
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import (
        AttributeValueTypeDef,
        PutItemInputTypeDef,
        QueryInputTypeDef,
    )

    from handlers.objects import Objects
    from handlers.request import ItemInput

    Row = Mapping[str, AttributeValueTypeDef]

_READS = 3


class ItemNotFoundError(Exception):
    """There is no such item."""


class PreconditionFailedError(Exception):
    """The item is not a version that the request allows."""


class ConflictError(Exception):
    """Another request changed the item between our read and our write."""


class UnsettledError(Exception):
    """The item was replaced again and again while it was read."""


class DanglingReferenceError(Exception):
    """A row names an object that is not there: something else deleted it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """Part of a list."""

    items: Sequence[Item]
    next: Position | None
    """Where the list goes on; None at its end."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Head:
    """What a change needs to know of the row that it changes."""

    version: int
    created_at: str
    location: str | None


class ItemStore:
    """The items of one table and bucket."""

    def __init__(
        self, *, client: DynamoDBClient, table: str, status_index: str, objects: Objects
    ) -> None:
        self._client = client
        self._table = table
        self._status_index = status_index
        self._objects = objects

    def create(
        self, given: ItemInput, *, inline_data_bytes: int, item_id: str | None = None
    ) -> Item:
        """Store a new item under a new id, or under one that stands for just this creation.

        Where an item of that id is there, an earlier attempt made it: the item is returned as it
        was made.
        """
        now = _now()
        item = Item(
            id=item_id or str(uuid4()),
            status=given.status,
            created_at=now,
            updated_at=now,
            version=1,
            data=given.data,
        )
        try:
            self._write(item, inline_data_bytes=inline_data_bytes, replaces=None)
        except ConflictError as conflict:
            if item_id is None:
                raise
            try:
                made = self._head(item_id, if_match=IfMatch(None)).created_at
            except ItemNotFoundError:
                raise conflict from None  # deleted in between: the same request may come again
            return replace(item, created_at=made, updated_at=made)
        return item

    def get(self, item_id: str) -> Item:
        """Return an item with all its data, as of now (a consistent read)."""
        missed: tuple[str, ObjectMissingError] | None = None
        for _ in range(_READS):
            row = self._client.get_item(
                TableName=self._table, Key={"id": {"S": item_id}}, ConsistentRead=True
            ).get("Item")
            if row is None:
                raise ItemNotFoundError
            location = _location(row)
            if location is None:
                return _item(row)
            if missed is not None and location == missed[0]:
                raise DanglingReferenceError from missed[1]
            try:
                return _item(row, text=self._objects.get(location))
            except ObjectMissingError as error:
                # A replacement may have taken the object away since the row was read.
                missed = (location, error)
        raise UnsettledError

    def replace(
        self, item_id: str, given: ItemInput, *, if_match: IfMatch, inline_data_bytes: int
    ) -> Item:
        """Replace an item's status and data; id and creation time stay."""
        head = self._head(item_id, if_match=if_match)
        item = Item(
            id=item_id,
            status=given.status,
            created_at=head.created_at,
            updated_at=_now(),
            version=head.version + 1,
            data=given.data,
        )
        try:
            self._write(item, inline_data_bytes=inline_data_bytes, replaces=head)
        except ConflictError:
            # Tell a precondition that fails by now, or an item that is gone, from a mere race.
            self._head(item_id, if_match=if_match)
            raise
        if head.location is not None:
            self._objects.discard(head.location)
        return item

    def delete(self, item_id: str, *, if_match: IfMatch) -> None:
        """Delete an item and its object."""
        head = self._head(item_id, if_match=if_match)
        try:
            self._client.delete_item(
                TableName=self._table,
                Key={"id": {"S": item_id}},
                ConditionExpression="#version = :version",
                ExpressionAttributeNames={"#version": "version"},
                ExpressionAttributeValues={":version": {"N": str(head.version)}},
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._client.exceptions.ConditionalCheckFailedException as error:
            if _row_in_the_way(error):
                self._head(item_id, if_match=if_match)
                raise ConflictError from error
            # No row: our own first attempt deleted it, or another request did. It is gone.
        if head.location is not None:
            self._objects.discard(head.location)

    def page(self, position: Position, *, limit: int) -> Page:
        """Return up to `limit` items, oldest first within each status, as of about now.

        Takes at most one query a status. The index is eventually consistent, and a query stops at
        1 MB, so a page may be short, even empty, and still have a next one.
        """
        statuses = STATUSES[STATUSES.index(position.status) :]
        if position.status_filter is not None:
            statuses = statuses[:1]
        after = position.after
        items: list[Item] = []
        for status in statuses:
            if len(items) == limit:
                return Page(items=items, next=replace(position, status=status, after=None))
            rows, last = self._query(status, after=after, limit=limit - len(items))
            items.extend(map(_item, rows))
            if last is not None:
                return Page(items=items, next=replace(position, status=status, after=last))
            after = None
        return Page(items=items, next=None)

    def _query(
        self, status: str, *, after: IndexKey | None, limit: int
    ) -> tuple[Sequence[Row], IndexKey | None]:
        query: QueryInputTypeDef = {
            "TableName": self._table,
            "IndexName": self._status_index,
            "KeyConditionExpression": "#status = :status",
            "ExpressionAttributeNames": {"#status": "status"},
            "ExpressionAttributeValues": {":status": {"S": status}},
            "Limit": limit,
        }
        if after is not None:
            query["ExclusiveStartKey"] = {
                "id": {"S": after.id},
                "status": {"S": status},
                "created_at": {"S": after.created_at},
            }
        found = self._client.query(**query)
        last = found.get("LastEvaluatedKey")
        if not last:
            return found["Items"], None
        return found["Items"], IndexKey(created_at=last["created_at"]["S"], id=last["id"]["S"])

    def _head(self, item_id: str, *, if_match: IfMatch) -> _Head:
        row = self._client.get_item(
            TableName=self._table,
            Key={"id": {"S": item_id}},
            ConsistentRead=True,
            ProjectionExpression="#version, created_at, data_location",
            ExpressionAttributeNames={"#version": "version"},
        ).get("Item")
        if row is None:
            raise ItemNotFoundError
        head = _Head(
            version=int(row["version"]["N"]),
            created_at=row["created_at"]["S"],
            location=_location(row),
        )
        if not if_match.allows(head.version):
            raise PreconditionFailedError
        return head

    def _write(self, item: Item, *, inline_data_bytes: int, replaces: _Head | None) -> None:
        revision = str(uuid4())
        text = json_codec.encode(item.data)
        row: dict[str, AttributeValueTypeDef] = {
            "id": {"S": item.id},
            "status": {"S": item.status},
            "created_at": {"S": item.created_at},
            "updated_at": {"S": item.updated_at},
            "version": {"N": str(item.version)},
            "revision": {"S": revision},
        }
        location = None
        if len(text) <= inline_data_bytes:
            row["data"] = {"S": text}
        else:
            location = self._objects.put(text, item_id=item.id, revision=revision)
            row["data_location"] = {"S": location}
        put: PutItemInputTypeDef = {
            "TableName": self._table,
            "Item": row,
            "ConditionExpression": "attribute_not_exists(id)",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        if replaces is not None:
            put["ConditionExpression"] = "#version = :version"
            put["ExpressionAttributeNames"] = {"#version": "version"}
            put["ExpressionAttributeValues"] = {":version": {"N": str(replaces.version)}}
        try:
            self._client.put_item(**put)
        except self._client.exceptions.ConditionalCheckFailedException as error:
            if _row_in_the_way(error).get("revision") == row["revision"]:
                return
            # Only now is it certain that no row names the object: after any other error, such as
            # a timeout, the row may have been written.
            if location is not None:
                self._objects.discard(location)
            raise ConflictError from error


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _location(row: Row) -> str | None:
    return row["data_location"]["S"] if "data_location" in row else None


def _item(row: Row, text: str | None = None) -> Item:
    if text is None and "data" in row:
        text = row["data"]["S"]
    return Item(
        id=row["id"]["S"],
        status=row["status"]["S"],
        created_at=row["created_at"]["S"],
        updated_at=row["updated_at"]["S"],
        version=int(row["version"]["N"]),
        data=None if text is None else json.loads(text),
    )


def _row_in_the_way(error: ClientError) -> Row:
    """Return the row that made a condition fail; empty when there was none."""
    return cast("dict[str, Row]", error.response).get("Item", {})
