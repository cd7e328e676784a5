"""POST with an Idempotency-Key: at most one item per caller, key and body."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from handlers.item import is_item_id
from tests.handlers.api_events import ALICE, Context, cognito_caller, iam_caller
from tests.handlers.local_service import Crash, aws_error, before, crash

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.handlers.api_events import Identity
    from tests.handlers.local_service import Answer, Deployed

KEY = "8e03978e-40d5-43e8-bc93-6894a57f9324"
ITEM = {"data": {"payload": "body-secret", "n": 1.5}, "status": "inactive"}


def post(
    deployed: Deployed,
    *,
    item: object = ITEM,
    key: str = KEY,
    caller: Identity = ALICE,
    context: Context | None = None,
) -> Answer:
    """Create an item under a key."""
    return deployed.send(
        "POST",
        "/items",
        item=item,
        headers={"Idempotency-Key": key},
        caller=caller,
        context=context,
    )


@contextmanager
def dying_creation(deployed: Deployed) -> Iterator[None]:
    """Let the function die before it writes its item, its record being written."""
    put = before(deployed.clients.dynamodb, "PutItem", crash, table=deployed.table)
    with put, pytest.raises(Crash):
        yield


def test_a_retry_gets_the_same_response_and_makes_nothing(deployed: Deployed) -> None:
    """Status, body, ETag and Location are the first response's; one row exists."""
    first, second = post(deployed), post(deployed)

    assert (first.status, first.body, first.headers) == (
        second.status,
        second.body,
        second.headers,
    )
    assert [row["id"]["S"] for row in deployed.rows()] == [first.item_id]


def test_the_answer_to_a_retry_is_that_of_the_creation(deployed: Deployed) -> None:
    """A retry after a replacement or deletion still tells what the first request made."""
    first = post(deployed)
    deployed.send("PUT", f"/items/{first.item_id}", item={"data": {}})
    assert post(deployed).body == first.body

    deployed.send("DELETE", f"/items/{first.item_id}")
    assert post(deployed).body == first.body
    assert deployed.rows() == []


def test_the_order_of_names_does_not_matter(deployed: Deployed) -> None:
    """A client that writes the same JSON object in another order retries the same request."""
    first = post(deployed, item={"data": {"a": 1, "b": 2}, "status": "active"})
    second = post(deployed, item={"data": {"b": 2, "a": 1}})

    assert second.item_id == first.item_id


@pytest.mark.parametrize(
    "other", [{"data": {"n": 2}}, {**ITEM, "status": "active"}, {"data": {"n": True}}]
)
def test_a_key_with_another_body_is_refused(deployed: Deployed, other: object) -> None:
    """422, whatever differs; nothing is made, and the first request's answer stays."""
    first = post(deployed)
    answer = post(deployed, item=other)

    assert (answer.status, answer.problem) == (422, "idempotency-key-reused")
    assert len(deployed.rows()) == 1
    assert post(deployed).item_id == first.item_id


@pytest.mark.parametrize(
    "others",
    [
        pytest.param((ALICE, iam_caller("bob")), id="IAM users"),
        pytest.param((cognito_caller("u1"), cognito_caller("u2")), id="Cognito users"),
        pytest.param(
            (
                iam_caller("app", cognito_identity_id="eu-central-1:1"),
                iam_caller("app", cognito_identity_id="eu-central-1:2"),
            ),
            id="users of an identity pool, who share a role session",
        ),
        pytest.param((iam_caller("x"), cognito_caller("x")), id="IAM and Cognito"),
    ],
)
def test_callers_never_share_a_key(deployed: Deployed, others: tuple[Identity, Identity]) -> None:
    """The same key and body from two callers are two items, each repeatable by its caller."""
    first = [post(deployed, caller=caller).item_id for caller in others]
    again = [post(deployed, caller=caller).item_id for caller in others]

    assert again == first
    assert {row["id"]["S"] for row in deployed.rows()} == set(first)
    assert len(set(first)) == 2


def test_a_key_and_a_caller_do_not_run_together(deployed: Deployed) -> None:
    """Moving characters from the caller's name to the key names another request."""
    ids = {
        post(deployed, caller=iam_caller("a"), key="bc").item_id,
        post(deployed, caller=iam_caller("ab"), key="c").item_id,
    }
    assert len(ids) == 2


def test_a_key_without_a_known_caller_is_refused(deployed: Deployed) -> None:
    """403: a key that is nobody's would be everybody's."""
    answer = post(deployed, caller={"identity": {"userArn": None}})

    assert (answer.status, answer.problem) == (403, "unknown-caller")
    assert deployed.rows() == []


@pytest.mark.parametrize("key", ["", " ", "a b", "k" * 256, "ключ", "tab\t"])
def test_a_malformed_key_is_refused(deployed: Deployed, key: str) -> None:
    """400, instead of quietly creating without protection."""
    answer = post(deployed, key=key)

    assert (answer.status, answer.problem) == (400, "invalid-parameter")
    assert deployed.rows() == []


def test_a_retry_while_the_first_runs_is_told_to_wait(deployed: Deployed) -> None:
    """409 with Retry-After as long as the first function may still be alive."""
    with dying_creation(deployed):
        post(deployed)
    answer = post(deployed)

    assert (answer.status, answer.problem) == (409, "in-progress")
    assert answer.headers["Retry-After"] == "1"
    assert deployed.rows() == []


def test_the_key_of_a_dead_function_is_free_after_its_time(deployed: Deployed) -> None:
    """Once the function that died can only be over, a retry creates the item."""
    with dying_creation(deployed):
        post(deployed, context=Context(remaining_milliseconds=-1000))

    assert post(deployed).status == 201
    assert len(deployed.rows()) == 1


LARGE = {"data": {"payload": "x" * 20_000}, "status": "archived"}


@contextmanager
def dying_receipt(deployed: Deployed) -> Iterator[None]:
    """Let the function die after it wrote its item, before its record says so."""
    update = before(deployed.clients.dynamodb, "UpdateItem", crash)
    with update, pytest.raises(Crash):
        yield


@pytest.mark.parametrize("item", [ITEM, LARGE], ids=["inline", "large"])
def test_an_item_of_a_dead_function_is_found_and_not_made_again(
    deployed: Deployed, item: object
) -> None:
    """The retry answers with the item that was written; no second row, no second object."""
    with dying_receipt(deployed):
        post(deployed, item=item, context=Context(remaining_milliseconds=-1000))
    (row,) = deployed.rows()

    answer = post(deployed, item=item)

    assert answer.status == 201
    assert answer.item_id == row["id"]["S"]
    assert answer.json["created_at"] == row["created_at"]["S"]
    assert deployed.rows() == [row]
    assert len(deployed.objects()) == ("data_location" in row)


def test_an_item_of_a_dead_function_that_was_deleted_is_made_again(deployed: Deployed) -> None:
    """Nobody was told of the first; there is one item at the end."""
    with dying_receipt(deployed):
        post(deployed, context=Context(remaining_milliseconds=-1000))
    (row,) = deployed.rows()
    assert deployed.send("DELETE", f"/items/{row['id']['S']}").status == 204

    answer = post(deployed)

    assert answer.status == 201
    assert [each["id"]["S"] for each in deployed.rows()] == [answer.item_id]


def test_an_item_that_is_deleted_while_it_is_looked_for_is_a_conflict(deployed: Deployed) -> None:
    """The caller is told to try again; then it is made."""
    with dying_receipt(deployed):
        post(deployed, context=Context(remaining_milliseconds=-1000))
    (row,) = deployed.rows()

    def vanish() -> None:
        deployed.clients.dynamodb.delete_item(TableName=deployed.table, Key={"id": row["id"]})

    with before(deployed.clients.dynamodb, "GetItem", vanish, table=deployed.table):
        answer = post(deployed)

    assert (answer.status, answer.problem) == (409, "conflict")
    assert post(deployed).status == 201


def test_callers_keys_and_bodies_make_items_of_their_own(deployed: Deployed) -> None:
    """No two of them share an id, and none can be told from an id made at random."""
    answers = [
        post(deployed, key=key, caller=caller)
        for key in ("one", "two")
        for caller in (ALICE, cognito_caller("alice"))
    ]

    assert len({answer.item_id for answer in answers}) == len(answers)
    assert all(is_item_id(answer.item_id) for answer in answers)


def test_a_failed_creation_frees_the_key(deployed: Deployed) -> None:
    """After an answer of 503 the same request succeeds, and is from then on repeated."""
    throttled = aws_error("ThrottlingException")
    with before(deployed.clients.dynamodb, "PutItem", throttled, table=deployed.table):
        assert post(deployed).status == 503
    assert deployed.records() == []

    second = post(deployed)
    assert second.status == 201
    assert post(deployed).body == second.body


def test_an_invalid_item_takes_no_key(deployed: Deployed) -> None:
    """A 400 is not remembered: the mended body may be sent under the same key."""
    assert post(deployed, item={"data": 1}).status == 400
    assert deployed.records() == []
    assert post(deployed).status == 201


def test_a_record_holds_no_body_and_expires(deployed: Deployed) -> None:
    """Only hashes, the receipt and times are stored, and DynamoDB may delete it after a day."""
    created = post(deployed)
    (record,) = deployed.records()

    assert set(record) == {
        "id",
        "status",
        "data",
        "validation",
        "expiration",
        "in_progress_expiration",
    }
    assert json.loads(record["data"]["S"]) == {
        "created_at": created.json["created_at"],
        "id": created.item_id,
    }
    assert record["id"]["S"].startswith("create-item#")
    stored = json.dumps(record)
    assert "body-secret" not in stored
    assert KEY not in stored
    assert "alice" not in stored
    lifetime = int(record["expiration"]["N"]) - int(record["in_progress_expiration"]["N"]) / 1000
    assert 24 * 60 * 60 - 60 < lifetime <= 24 * 60 * 60
