"""Idempotency-Key: a creation that is repeated makes one item."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests.contract.data import LARGE
from tests.contract.listing import eventually, listed
from tests.contract.problems import assert_problem

if TYPE_CHECKING:
    from tests.contract.client import Answer, Client, Json


def create(api: Client, key: str, item: object) -> Answer:
    """Create an item under a key."""
    return api.send("POST", "/items", item=item, headers={"Idempotency-Key": key})


@pytest.mark.parametrize("more", [{}, LARGE], ids=["inline", "large"])
def test_a_repetition_gets_the_same_answer(api: Client, more: dict[str, str]) -> None:
    """Status, body, ETag and Location are those of the creation."""
    key = str(uuid4())
    item = {"data": {"key": key, **more}, "status": "inactive"}
    first, again = create(api, key, item), create(api, key, item)

    assert (first.status, again.status) == (201, 201)
    assert first.body == again.body
    assert first.headers["ETag"] == again.headers["ETag"]
    assert first.headers["Location"] == again.headers["Location"]


def test_a_repetition_makes_nothing(api: Client) -> None:
    """The list has one item of that data."""
    key = str(uuid4())
    item = {"data": {"key": key}, "status": "inactive"}
    answers = [create(api, key, item) for _ in range(3)]

    def made() -> list[Json]:
        items = listed(api, status="inactive", limit="100")
        return [each for each in items if each.get("data") == item["data"]]

    assert [answer.status for answer in answers] == [201, 201, 201]
    eventually(lambda: answers[0].json in made())
    assert made() == [answers[0].json]


def test_the_order_of_names_makes_no_other_body(api: Client) -> None:
    """Nor does a status that is the default."""
    key = str(uuid4())
    first = create(api, key, {"data": {"a": 1, "b": 2}})
    again = create(api, key, {"status": "active", "data": {"b": 2, "a": 1}})

    assert (first.status, again.status) == (201, 201)
    assert first.json == again.json


@pytest.mark.parametrize(
    "other", [{"data": {"n": 2}}, {"data": {"n": 1}, "status": "archived"}], ids=["data", "status"]
)
def test_a_key_is_for_one_body(api: Client, other: object) -> None:
    """Another one is refused, and the first stays what the key stands for."""
    key = str(uuid4())
    first = create(api, key, {"data": {"n": 1}})

    assert_problem(create(api, key, other), 422, "idempotency-key-reused", "/items")
    assert create(api, key, {"data": {"n": 1}}).json == first.json


def test_two_keys_make_two_items(api: Client) -> None:
    """Of the same body."""
    first, other = (create(api, str(uuid4()), {"data": {}}) for _ in range(2))

    assert (first.status, other.status) == (201, 201)
    assert first.json["id"] != other.json["id"]


@pytest.mark.parametrize("key", ["x" * 256, "with blank", ""], ids=["too long", "blank", "empty"])
def test_a_malformed_key_is_refused(api: Client, key: str) -> None:
    """1 to 255 visible characters."""
    assert_problem(create(api, key, {"data": {}}), 400, "invalid-parameter", "/items")


def test_the_longest_key_is_taken(api: Client) -> None:
    """255 characters."""
    key = str(uuid4()).ljust(255, "~")

    assert create(api, key, {"data": {}}).json == create(api, key, {"data": {}}).json


def test_a_refused_body_takes_no_key(api: Client) -> None:
    """The key is free for the mended one."""
    key = str(uuid4())
    refused = create(api, key, {"data": 1})
    mended = create(api, key, {"data": {}})

    assert (refused.status, mended.status) == (400, 201)
