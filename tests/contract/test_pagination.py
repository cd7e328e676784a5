"""Lists: pages, their order, the filter, and the tokens that lead from one to the next."""

from __future__ import annotations

import base64
import json
from itertools import islice
from typing import TYPE_CHECKING

import pytest

from tests.contract.data import LARGE
from tests.contract.listing import eventually, listed, pages
from tests.contract.problems import assert_problem

if TYPE_CHECKING:
    from tests.contract.client import Client, Json

STATUSES = ["active", "inactive", "archived"]
"""In the order in which a list walks them."""


@pytest.fixture(scope="module")
def created(api: Client) -> list[Json]:
    """Return items, some of each status, that the list shows by now."""
    items = [api.create({"n": n}, status=status) for status in STATUSES for n in range(3)]
    ids = {item["id"] for item in items}
    eventually(lambda: ids <= {item["id"] for item in listed(api, limit="100")})
    return items


def assert_in_order(items: list[Json]) -> None:
    """Check that items come by status and then by creation time, and none twice."""
    keys = [(STATUSES.index(item["status"]), item["created_at"]) for item in items]
    assert keys == sorted(keys)
    assert len({item["id"] for item in items}) == len(items)


@pytest.mark.parametrize("limit", [7, 100])
def test_the_pages_hold_every_item_once(api: Client, created: list[Json], limit: int) -> None:
    """In order, whatever the limit, which no page exceeds."""
    found = list(pages(api, limit=str(limit)))
    items = [item for page in found for item in page]

    assert max(map(len, found)) <= limit
    assert_in_order(items)
    assert [item for item in items if item in created] == created


@pytest.mark.parametrize("status", STATUSES)
def test_a_status_filters_the_list(api: Client, created: list[Json], status: str) -> None:
    """All of that status and nothing else."""
    items = listed(api, status=status, limit="50")

    assert {item["status"] for item in items} == {status}
    assert_in_order(items)
    assert [item for item in items if item in created] == [
        item for item in created if item["status"] == status
    ]


def test_a_page_may_hold_one_item(api: Client, created: list[Json]) -> None:
    """And the next goes on right behind it."""
    first = list(islice(pages(api, limit="1", status="archived"), 3))
    together = api.list(limit="3", status="archived")["items"]

    assert created
    assert [item for page in first for item in page] == together


def test_a_replaced_item_moves_with_its_status(api: Client) -> None:
    """The list of the old one has it no more."""
    item = api.create({}, status="inactive")
    api.send("PUT", f"/items/{item['id']}", item={"data": {}, "status": "archived"})

    def moved() -> bool:
        lists = [listed(api, status=status, limit="100") for status in ("inactive", "archived")]
        return [item["id"] in {each["id"] for each in found} for found in lists] == [False, True]

    eventually(moved)


def test_large_data_is_omitted_and_marked(api: Client) -> None:
    """The list reads no object."""
    item = api.create(LARGE, status="archived")
    shown = {name: item[name] for name in item if name != "data"} | {"data_omitted": True}

    eventually(lambda: shown in listed(api, status="archived", limit="100"))


@pytest.mark.parametrize("limit", ["0", "-1", "1.0", "x", "", " 1", "1_0", "9999999"])
def test_another_limit_is_refused(api: Client, limit: str) -> None:
    """Plain digits, from 1 to the setting."""
    answer = api.send("GET", "/items", query={"limit": limit})

    assert_problem(answer, 400, "invalid-parameter", "/items")


@pytest.mark.parametrize("status", ["ACTIVE", "deleted", ""])
def test_another_status_is_refused(api: Client, status: str) -> None:
    """Also an empty one."""
    answer = api.send("GET", "/items", query={"status": status})

    assert_problem(answer, 400, "invalid-parameter", "/items")


def token_of(api: Client, **query: str) -> str:
    """The token of a first page."""
    return str(api.list(limit="1", **query)["next"])


def test_a_token_is_for_its_own_filter(api: Client, created: list[Json]) -> None:
    """It leads on in the list that it is of, and in no other."""
    assert created
    token = token_of(api, status="inactive")
    for query in ({}, {"status": "active"}):
        answer = api.send("GET", "/items", query={"next": token, **query})
        assert_problem(answer, 400, "invalid-parameter", "/items")
    assert api.list(next=token, status="inactive")["items"]


def test_a_tampered_token_is_refused(api: Client, created: list[Json]) -> None:
    """Whatever was changed of it."""
    assert created
    token = token_of(api)
    fields = json.loads(base64.urlsafe_b64decode(token + "=="))
    tampered = [
        *(
            [*fields[:index], value, *fields[index + 1 :]]
            for index, value in enumerate([2, "no-status", "no-status", "2026", "no-id"])
        ),
        fields[:-1],
        {"fields": fields},
    ]
    texts = [
        base64.urlsafe_b64encode(json.dumps(each, separators=(",", ":")).encode()).decode()
        for each in tampered
    ]
    for text in (
        *(text.rstrip("=") for text in texts),
        token[:-1],
        token + "=",
        "x",
        "",
        "x" * 600,
    ):
        answer = api.send("GET", "/items", query={"next": text})
        assert_problem(answer, 400, "invalid-parameter", "/items")


@pytest.mark.parametrize("name", ["limit", "next", "status"])
def test_a_parameter_given_twice_is_refused(api: Client, name: str) -> None:
    """Neither of the two is meant."""
    answer = api.send("GET", f"/items?{name}=1&{name}=1")

    assert_problem(answer, 400, "invalid-parameter", "/items")
