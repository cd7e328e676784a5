"""Data beyond inline_data_bytes lies in the bucket, and no row ever names a missing object."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

import pytest

from handlers.service import clients
from tests.handlers.local_service import LARGE, SETTINGS, Crash, aws_error, before, crash

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.handlers.local_service import Deployed

LARGER = {"text": "y" * 200}


def location(deployed: Deployed) -> str:
    """Return the object that the only row names."""
    (row,) = deployed.rows()
    return row["data_location"]["S"]


def test_large_data_goes_to_the_bucket_and_comes_back(deployed: Deployed) -> None:
    """The row names the object instead of holding the data; GET returns it."""
    created = deployed.create(LARGE)

    (row,) = deployed.rows()
    assert "data" not in row
    assert deployed.objects() == {f"items/{created.item_id}/{row['revision']['S']}.json"}
    assert location(deployed) in deployed.objects()
    found = deployed.clients.s3.get_object(Bucket=deployed.bucket, Key=location(deployed))
    assert json.loads(found["Body"].read()) == LARGE
    assert found["ContentType"] == "application/json"
    assert deployed.send("GET", f"/items/{created.item_id}").json == created.json


@pytest.mark.parametrize(("surplus", "objects"), [(0, 0), (1, 1)])
def test_the_limit_counts_the_bytes_of_compact_json(
    deployed: Deployed, surplus: int, objects: int
) -> None:
    """Data of exactly inline_data_bytes stays in the row, one byte more does not."""
    text = "x" * (SETTINGS["inline_data_bytes"] - len('{"t":""}') + surplus)
    created = deployed.create({"t": text})

    assert len(deployed.objects()) == objects
    assert deployed.send("GET", f"/items/{created.item_id}").json["data"] == {"t": text}


@pytest.mark.parametrize(("new", "objects"), [(LARGER, 1), ({}, 0)])
def test_a_replacement_leaves_only_its_own_object(
    deployed: Deployed, new: dict[str, str], objects: int
) -> None:
    """The old object is deleted, whether the new data is large or small."""
    created = deployed.create(LARGE)
    old = location(deployed)
    deployed.send("PUT", f"/items/{created.item_id}", item={"data": new})

    assert old not in deployed.objects()
    assert len(deployed.objects()) == objects
    assert deployed.send("GET", f"/items/{created.item_id}").json["data"] == new


def test_a_deletion_removes_the_object(deployed: Deployed) -> None:
    """Nothing of a deleted item stays."""
    deployed.send("DELETE", f"/items/{deployed.create(LARGE).item_id}")

    assert deployed.rows() == []
    assert deployed.objects() == set()


def test_a_creation_that_dies_before_its_row_leaves_no_row(deployed: Deployed) -> None:
    """The object is written first; without its row it is an orphan that nobody names."""
    with before(deployed.clients.dynamodb, "PutItem", crash), pytest.raises(Crash):
        deployed.create(LARGE)

    assert deployed.rows() == []
    assert len(deployed.objects()) == 1


def test_a_replacement_that_dies_before_its_row_changes_nothing(deployed: Deployed) -> None:
    """Old row and old object are as they were."""
    created = deployed.create(LARGE)
    old = location(deployed)
    path = f"/items/{created.item_id}"
    with before(deployed.clients.dynamodb, "PutItem", crash), pytest.raises(Crash):
        deployed.send("PUT", path, item={"data": LARGER})

    assert location(deployed) == old
    assert deployed.send("GET", path).json == created.json


def test_a_replacement_that_dies_before_the_deletion_is_done(deployed: Deployed) -> None:
    """The new data is served; the old object is an orphan."""
    created = deployed.create(LARGE)
    path = f"/items/{created.item_id}"
    with before(deployed.clients.s3, "DeleteObject", crash), pytest.raises(Crash):
        deployed.send("PUT", path, item={"data": LARGER})

    assert deployed.send("GET", path).json["data"] == LARGER
    assert len(deployed.objects()) == 2


def test_a_deletion_that_dies_before_its_row_changes_nothing(deployed: Deployed) -> None:
    """The object outlives its row, never the row its object."""
    created = deployed.create(LARGE)
    path = f"/items/{created.item_id}"
    with before(deployed.clients.dynamodb, "DeleteItem", crash), pytest.raises(Crash):
        deployed.send("DELETE", path)
    assert deployed.send("GET", path).json == created.json

    with before(deployed.clients.s3, "DeleteObject", crash), pytest.raises(Crash):
        deployed.send("DELETE", path)
    assert deployed.rows() == []
    assert len(deployed.objects()) == 1


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_an_orphan_does_not_fail_the_request(deployed: Deployed, method: str) -> None:
    """The change is done when its row is; that the old object stays is logged with its key."""
    path = f"/items/{deployed.create(LARGE).item_id}"
    old = location(deployed)
    with before(deployed.clients.s3, "DeleteObject", aws_error("AccessDenied", 403)):
        answer = deployed.send(method, path, body='{"data": {}}' if method == "PUT" else None)

    assert answer.status in {200, 204}
    assert deployed.objects() == {old}
    (warning,) = [line for line in deployed.logs() if line["level"] == "WARNING"]
    assert (warning["message"], warning["object"]) == ("orphaned object", old)
    assert warning["aws_code"] == "AccessDenied"


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_failed_write_of_the_object_writes_no_row(deployed: Deployed, method: str) -> None:
    """503, and the table is as it was."""
    path = f"/items/{deployed.create().item_id}"
    rows = deployed.rows()
    with before(deployed.clients.s3, "PutObject", aws_error("SlowDown", 503)):
        answer = deployed.send(method, "/items" if method == "POST" else path, item={"data": LARGE})

    assert (answer.status, answer.problem) == (503, "unavailable")
    assert deployed.rows() == rows


def test_an_uncertain_write_of_the_row_keeps_the_object(deployed: Deployed) -> None:
    """After any error but a failed condition the row may exist, so its object stays."""
    with before(deployed.clients.dynamodb, "PutItem", aws_error("InternalServerError", 500)):
        answer = deployed.send("POST", "/items", item={"data": LARGE})

    assert answer.status == 503
    assert len(deployed.objects()) == 1


def test_a_replaced_object_is_found_at_its_new_place(deployed: Deployed) -> None:
    """A GET that reads the row just before a replacement serves the replacement."""
    path = f"/items/{deployed.create(LARGE).item_id}"
    change = replacing(deployed, times=1)
    with before(deployed.clients.s3, "GetObject", change):
        answer = deployed.send("GET", path)

    assert (answer.status, answer.json["version"]) == (200, 2)
    assert answer.json["data"] == {"text": "1" * 100}


def test_an_item_that_never_settles_is_unavailable(deployed: Deployed) -> None:
    """A GET that meets a replacement in each of three reads answers 503."""
    path = f"/items/{deployed.create(LARGE).item_id}"
    with before(deployed.clients.s3, "GetObject", replacing(deployed, times=9)):
        answer = deployed.send("GET", path)

    assert (answer.status, answer.problem) == (503, "unavailable")


def test_a_bucket_that_is_overloaded_is_unavailable(deployed: Deployed) -> None:
    """503, not a missing object."""
    path = f"/items/{deployed.create(LARGE).item_id}"
    with before(deployed.clients.s3, "GetObject", aws_error("SlowDown", 503)):
        answer = deployed.send("GET", path)

    assert (answer.status, answer.problem) == (503, "unavailable")


def test_a_dangling_reference_is_our_failure(deployed: Deployed) -> None:
    """If something else deleted the object, GET answers 500 after a second look and logs it."""
    path = f"/items/{deployed.create(LARGE).item_id}"
    deployed.clients.s3.delete_object(Bucket=deployed.bucket, Key=location(deployed))
    answer = deployed.send("GET", path)

    assert (answer.status, answer.problem) == (500, "internal")
    (line,) = [line for line in deployed.logs() if line["level"] == "ERROR"]
    assert line["errors"] == ["DanglingReferenceError", "ObjectMissingError", "NoSuchKey"]
    assert line["item_id"] == path.rpartition("/")[2]


def test_an_object_that_s3_hides_counts_as_missing(deployed: Deployed) -> None:
    """Without the right to list, S3 answers 403 for a missing object: the same second look."""
    path = f"/items/{deployed.create(LARGE).item_id}"
    with before(deployed.clients.s3, "GetObject", aws_error("AccessDenied", 403)):
        answer = deployed.send("GET", path)

    assert answer.status == 500
    (line,) = [line for line in deployed.logs() if line["level"] == "ERROR"]
    assert line["aws_code"] == "AccessDenied"
    assert "DanglingReferenceError" in str(line["errors"])


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_write_whose_answer_was_lost_succeeds(deployed: Deployed, method: str) -> None:
    """When botocore repeats a write that had succeeded, the failed condition is no conflict."""
    path = "/items" if method == "POST" else f"/items/{deployed.create(LARGE).item_id}"
    body = None if method == "DELETE" else json.dumps({"data": LARGER})
    with repeated("DeleteItem" if method == "DELETE" else "PutItem") as attempts:
        answer = deployed.send(method, path, body=body)

    assert attempts == [1, 2]
    assert answer.status == {"POST": 201, "PUT": 200, "DELETE": 204}[method]
    if method == "DELETE":
        assert (deployed.rows(), deployed.objects()) == ([], set())
    else:
        assert deployed.objects() == {location(deployed)}
        assert deployed.send("GET", f"/items/{answer.item_id}").json["data"] == LARGER


def replacing(deployed: Deployed, *, times: int) -> Callable[[], None]:
    """Return what replaces the only item's data behind the service's back, as the service does."""
    done = 0

    def replace() -> None:
        nonlocal done
        if done == times:
            return
        done += 1
        (row,) = deployed.rows()
        old, new = row["data_location"]["S"], f"items/{row['id']['S']}/{done}.json"
        deployed.clients.s3.put_object(
            Bucket=deployed.bucket, Key=new, Body=json.dumps({"text": str(done) * 100}).encode()
        )
        row["data_location"]["S"] = new
        row["version"]["N"] = str(int(row["version"]["N"]) + 1)
        deployed.clients.dynamodb.put_item(TableName=deployed.table, Item=row)
        deployed.clients.s3.delete_object(Bucket=deployed.bucket, Key=old)

    return replace


@contextmanager
def repeated(operation: str) -> Iterator[list[int]]:
    """Make botocore send the first call of a DynamoDB operation twice, though it succeeds."""
    attempts: list[int] = []

    def needs_retry(attempts_made: int) -> float | None:
        attempts.append(attempts_made)
        return 0.0 if attempts_made == 1 else None

    handler = cast("Callable[..., None]", lambda attempts, **_: needs_retry(attempts))
    events = clients().dynamodb.meta.events
    events.register_first(f"needs-retry.dynamodb.{operation}", handler)
    try:
        yield attempts
    finally:
        events.unregister(f"needs-retry.dynamodb.{operation}", handler)
