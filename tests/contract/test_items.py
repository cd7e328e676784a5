"""The life of one item: created, read, replaced, deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from tests.contract.data import ABSENT, SMALL
from tests.contract.problems import assert_problem

if TYPE_CHECKING:
    from tests.contract.client import Client


def test_a_created_item_is_described_in_full(api: Client) -> None:
    """With an id and times of the server's, and where it is to be found."""
    answer = api.send("POST", "/items", item={"data": SMALL, "status": "inactive"})
    item = answer.json

    assert answer.status == 201
    assert set(item) == {"id", "status", "created_at", "updated_at", "version", "data"}
    assert UUID(item["id"]).version == 4
    assert (item["status"], item["version"], item["data"]) == ("inactive", 1, SMALL)
    assert item["created_at"] == item["updated_at"]
    assert answer.headers["ETag"] == '"1"'
    # The stage is at another path on a local AWS than the API is told.
    path = urlsplit(api.stage.base_url).path + f"/items/{item['id']}"
    assert answer.headers["Location"].endswith(f"/items/{item['id']}")
    assert path.endswith(answer.headers["Location"])


def test_an_item_without_status_is_active(api: Client) -> None:
    """The one default there is."""
    assert api.create()["status"] == "active"


def test_two_creations_make_two_items(api: Client) -> None:
    """Without a key, each is one of its own."""
    assert api.create()["id"] != api.create()["id"]


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"": [None, True, 0, -0.5, 1e300, 12345678901234567890]},
        {"text": "Zürich \U0001f600 \ud800 \x00 \u2028"},
        {"deep": [[[[[[[[[[{}]]]]]]]]]]},
    ],
    ids=["empty", "values", "text", "nested"],
)
def test_data_comes_back_as_it_was_sent(api: Client, data: dict[str, object]) -> None:
    """To the last digit and character."""
    item_id = api.create(data)["id"]

    assert api.send("GET", f"/items/{item_id}").json["data"] == data


def test_a_replacement_keeps_id_and_creation_time(api: Client) -> None:
    """All else is the client's; the version counts up."""
    created = api.create(SMALL, status="archived")
    answer = api.send("PUT", f"/items/{created['id']}", item={"data": {"n": 2}})
    replaced = answer.json

    assert answer.status == 200
    assert answer.headers["ETag"] == '"2"'
    assert replaced["updated_at"] > created["created_at"]
    assert replaced == {
        **created,
        "status": "active",
        "version": 2,
        "updated_at": replaced["updated_at"],
        "data": {"n": 2},
    }
    assert api.send("GET", f"/items/{created['id']}").json == replaced


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_deleted_item_is_gone(api: Client, method: str) -> None:
    """Nobody reads, replaces or deletes it again."""
    path = f"/items/{api.create()['id']}"
    deleted = api.send("DELETE", path)
    answer = api.send(method, path, item={"data": {}} if method == "PUT" else None)

    assert (deleted.status, deleted.body) == (204, "")
    assert_problem(answer, 404, "not-found", path)


@pytest.mark.parametrize("item_id", [ABSENT, "0", "items", ABSENT.upper()])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_an_id_that_no_item_has_is_not_found(api: Client, method: str, item_id: str) -> None:
    """Whether it could be one or not; a replacement creates nothing."""
    path = f"/items/{item_id}"
    answer = api.send(method, path, item={"data": {}} if method == "PUT" else None)

    assert_problem(answer, 404, "not-found", path)
    assert api.send("GET", path).status == 404


def test_no_answer_is_to_be_kept(api: Client) -> None:
    """Neither by a cache nor, as something else than it is, by a browser."""
    created = api.send("POST", "/items", item={"data": {}})
    path = f"/items/{created.json['id']}"
    answers = [
        created,
        api.send("GET", path),
        api.send("GET", "/items", query={"limit": "1"}),
        api.send("PUT", path, item={"data": {}}),
        api.send("DELETE", path),
        api.send("GET", path),
    ]

    assert [answer.status for answer in answers] == [201, 200, 200, 200, 204, 404]
    assert {answer.headers["Cache-Control"] for answer in answers} == {"no-store"}
    assert {answer.headers["X-Content-Type-Options"] for answer in answers} == {"nosniff"}
