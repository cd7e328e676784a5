"""Every operation works, and with it every call of AWS that the service makes.

These tests are run again for each permission that is taken away, so they are few and quick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests.contract.data import LARGE, SMALL

if TYPE_CHECKING:
    from tests.contract.client import Client
    from tests.contract.operator import Operator

pytestmark = pytest.mark.smoke


@pytest.mark.parametrize("data", [SMALL, LARGE], ids=["inline", "large"])
def test_an_item_is_created(api: Client, data: dict[str, str]) -> None:
    """Small data goes to the table, large data to the bucket."""
    answer = api.send("POST", "/items", item={"data": data})

    assert answer.status == 201, answer
    assert answer.json["data"] == data


def test_an_item_is_created_once(api: Client) -> None:
    """A repeated key brings the same answer."""
    key = {"Idempotency-Key": str(uuid4())}
    first = api.send("POST", "/items", item={"data": SMALL}, headers=key)
    again = api.send("POST", "/items", item={"data": SMALL}, headers=key)

    assert (first.status, again.status) == (201, 201), (first, again)
    assert first.json == again.json
    assert first.json["data"] == SMALL


@pytest.mark.parametrize("data", [SMALL, LARGE], ids=["inline", "large"])
def test_an_item_is_read(api: Client, data: dict[str, str]) -> None:
    """From the table, and from the bucket."""
    created = api.create(data)
    answer = api.send("GET", f"/items/{created['id']}")

    assert answer.status == 200, answer
    assert answer.json == created


def test_items_are_listed(api: Client) -> None:
    """By the index."""
    answer = api.send("GET", "/items", query={"limit": "1"})

    assert answer.status == 200, answer
    assert set(answer.json) == {"items", "next"}
    assert len(answer.json["items"]) <= 1


@pytest.mark.parametrize(
    ("before", "after"), [(SMALL, LARGE), (LARGE, SMALL)], ids=["to large", "to inline"]
)
def test_an_item_is_replaced(api: Client, before: dict[str, str], after: dict[str, str]) -> None:
    """From the table to the bucket, and back."""
    created = api.create(before)
    answer = api.send("PUT", f"/items/{created['id']}", item={"data": after})

    assert answer.status == 200, answer
    assert answer.json["data"] == after
    assert answer.json["version"] == 2


@pytest.mark.parametrize("data", [SMALL, LARGE], ids=["inline", "large"])
def test_an_item_is_deleted(api: Client, data: dict[str, str]) -> None:
    """Its row."""
    created = api.create(data)
    answer = api.send("DELETE", f"/items/{created['id']}")

    assert answer.status == 204, answer
    assert answer.body == ""


def test_a_deleted_item_leaves_no_object(api: Client, operator: Operator) -> None:
    """The answer does not wait for the bucket's, so only the bucket shows it."""
    created = api.create(LARGE)
    assert len(operator.objects(created["id"])) == 1
    answer = api.send("DELETE", f"/items/{created['id']}")

    assert answer.status == 204, answer
    assert operator.objects(created["id"]) == []
