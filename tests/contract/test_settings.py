"""The settings parameter: what is written there holds, and nothing holds without it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests.contract.listing import eventually, listed
from tests.contract.problems import assert_problem

if TYPE_CHECKING:
    from tests.contract.client import Client
    from tests.contract.operator import Operator


def test_changed_settings_hold(api: Client, operator: Operator) -> None:
    """Limits and the size that stays in the table; a function reads them as it starts."""
    items = [api.create(status="inactive") for _ in range(3)]
    eventually(lambda: all(item in listed(api, status="inactive", limit="100") for item in items))

    with operator.changed(default_limit=2, max_limit=3, inline_data_bytes=10):
        lengths = [len(api.list(**query)["items"]) for query in ({}, {"limit": "3"})]
        too_many = api.send("GET", "/items", query={"limit": "4"})
        kept, moved = (api.create({"x": "a" * length}) for length in (2, 3))
        objects = [len(operator.objects(item["id"])) for item in (kept, moved)]

    assert lengths == [2, 3]
    assert_problem(too_many, 400, "invalid-parameter", "/items")
    assert objects == [0, 1]
    # What was stored under the one setting is read under the other.
    assert api.send("GET", f"/items/{moved['id']}").json == moved
    assert api.send("GET", "/items", query={"limit": "4"}).status == 200


@pytest.mark.rare
def test_without_settings_nothing_is_made(api: Client, operator: Operator) -> None:
    """The failure is told plainly, and the key of the failed request is free for its repetition."""
    key = {"Idempotency-Key": str(uuid4())}
    item = {"data": {"mark": key["Idempotency-Key"]}, "status": "archived"}
    kept = api.create()

    with operator.without_settings():
        failed = [api.send("POST", "/items", item=item, headers=key) for _ in range(2)]
        unlisted = api.send("GET", "/items")
        replaced = api.send("PUT", f"/items/{kept['id']}", item={"data": {"n": 2}})
        read = api.send("GET", f"/items/{kept['id']}")

    for answer in (*failed, unlisted):
        assert_problem(answer, 500, "internal", "/items")
    assert_problem(replaced, 500, "internal", f"/items/{kept['id']}")
    assert (read.status, read.json) == (200, kept)

    answer = api.send("POST", "/items", item=item, headers=key)
    assert answer.status == 201
    eventually(lambda: answer.json in listed(api, status="archived", limit="100"))
    made = [
        each
        for each in listed(api, status="archived", limit="100")
        if each.get("data") == item["data"]
    ]
    assert made == [answer.json]
