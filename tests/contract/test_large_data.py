"""Large data goes through the bucket, and out of it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contract.data import LARGE, SMALL

if TYPE_CHECKING:
    from tests.contract.client import Client
    from tests.contract.operator import Operator


@pytest.mark.parametrize(("beyond", "objects"), [(0, 0), (1, 1)], ids=["inline", "one byte more"])
def test_the_setting_is_the_last_size_that_stays_in_the_table(
    api: Client, operator: Operator, beyond: int, objects: int
) -> None:
    """In bytes of compact JSON, `{"x":"…"}`."""
    size = operator.settings()["inline_data_bytes"] + beyond
    data = {"x": "a" * (size - len('{"x":""}'))}
    item = api.create(data)

    assert len(operator.objects(item["id"])) == objects
    assert api.send("GET", f"/items/{item['id']}").json["data"] == data


@pytest.mark.parametrize(("after", "objects"), [(SMALL, 0), ({**LARGE, "n": "2"}, 1)])
def test_a_replacement_leaves_its_own_object_alone(
    api: Client, operator: Operator, after: dict[str, str], objects: int
) -> None:
    """What it took the place of is not in the bucket any more."""
    item = api.create(LARGE)
    (before,) = operator.objects(item["id"])
    answer = api.send("PUT", f"/items/{item['id']}", item={"data": after})
    left = operator.objects(item["id"])

    assert answer.status == 200
    assert before not in left
    assert len(left) == objects
    assert api.send("GET", f"/items/{item['id']}").json["data"] == after


def test_a_deletion_takes_the_object_along(api: Client, operator: Operator) -> None:
    """Nothing is left to be paid for, or to be found."""
    item = api.create(LARGE)
    before = operator.objects(item["id"])
    answer = api.send("DELETE", f"/items/{item['id']}")

    assert answer.status == 204
    assert len(before) == 1
    assert operator.objects(item["id"]) == []


def test_a_refused_replacement_leaves_the_object(api: Client, operator: Operator) -> None:
    """And none of its own."""
    item = api.create(LARGE)
    before = operator.objects(item["id"])
    path = f"/items/{item['id']}"
    answer = api.send("PUT", path, item={"data": LARGE}, headers={"If-Match": '"9"'})

    assert answer.status == 412
    assert operator.objects(item["id"]) == before
    assert api.send("GET", path).json == item
