"""Creating, reading, replacing and deleting one item."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.handlers.local_service import recorded
from tests.handlers.properties import json_values, patient

if TYPE_CHECKING:
    from tests.handlers.local_service import Deployed


def test_a_created_item_has_all_fields_and_a_location(deployed: Deployed) -> None:
    """POST answers 201 with the item, its ETag, and where it lies as the client sees it."""
    answer = deployed.send("POST", "/items", item={"data": {"n": 1}, "status": "inactive"})

    assert answer.status == 201
    item = answer.json
    assert item == {
        "id": item["id"],
        "status": "inactive",
        "created_at": item["created_at"],
        "updated_at": item["created_at"],
        "version": 1,
        "data": {"n": 1},
    }
    assert re.fullmatch(
        r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", answer.item_id
    )
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", str(item["created_at"]))
    assert answer.headers["Location"] == f"/dev/items/{item['id']}"
    assert answer.headers["ETag"] == '"1"'
    assert answer.headers["Content-Type"] == "application/json"


def test_an_item_without_status_is_active(deployed: Deployed) -> None:
    """The default is applied on creation and, since a PUT replaces all, on replacement."""
    created = deployed.create()
    assert created.json["status"] == "active"

    path = f"/items/{created.item_id}"
    deployed.send("PUT", path, item={"data": {}, "status": "archived"})
    assert deployed.send("PUT", path, item={"data": {}}).json["status"] == "active"


def test_two_creations_make_two_items(deployed: Deployed) -> None:
    """Without an Idempotency-Key, the same body twice is two items and no record."""
    ids = {deployed.create({"same": True}).item_id for _ in range(2)}

    assert {row["id"]["S"] for row in deployed.rows()} == ids
    assert len(ids) == 2
    assert deployed.records() == []


def test_a_read_item_is_the_created_one(deployed: Deployed) -> None:
    """GET answers 200 with what POST answered, ETag included."""
    created = deployed.create({"a": [1, {"b": None}]})
    read = deployed.send("GET", f"/items/{created.item_id}")

    assert read.status == 200
    assert read.json == created.json
    assert read.headers["ETag"] == '"1"'


def test_a_replacement_keeps_id_and_creation_time(deployed: Deployed) -> None:
    """PUT answers 200 with new status, data, version and time of change; GET agrees."""
    created = deployed.create({"old": 1})
    path = f"/items/{created.item_id}"
    replaced = deployed.send("PUT", path, item={"data": {"new": 2}, "status": "archived"})

    assert replaced.status == 200
    assert replaced.json == {
        **created.json,
        "status": "archived",
        "data": {"new": 2},
        "version": 2,
        "updated_at": replaced.json["updated_at"],
    }
    assert str(replaced.json["updated_at"]) > str(created.json["created_at"])
    assert replaced.headers["ETag"] == '"2"'
    assert deployed.send("GET", path).json == replaced.json


def test_a_deleted_item_is_gone(deployed: Deployed) -> None:
    """DELETE answers 204 without a body; afterwards the item is unknown, to DELETE too."""
    path = f"/items/{deployed.create().item_id}"
    deleted = deployed.send("DELETE", path)

    assert (deleted.status, deleted.body) == (204, "")
    assert deployed.rows() == []
    assert deployed.send("GET", path).status == 404
    assert deployed.send("DELETE", path).status == 404


def test_a_creation_never_overwrites(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should a new id be one in use, the creation is refused and the old item stays."""
    first = deployed.create({"old": 1})
    ids = iter([UUID(first.item_id), uuid4()])  # the second is the write's revision
    monkeypatch.setattr("handlers.store.uuid4", lambda: next(ids))
    answer = deployed.send("POST", "/items", item={"data": {"new": 1}})

    assert (answer.status, answer.problem) == (409, "conflict")
    assert deployed.send("GET", f"/items/{first.item_id}").json == first.json


def test_single_items_are_read_consistently(deployed: Deployed) -> None:
    """A caller's own write is seen by its next request, and a change starts from what is."""
    with recorded(deployed.clients) as calls:
        path = f"/items/{deployed.create().item_id}"
        for method, body in (("GET", None), ("PUT", '{"data": {}}'), ("DELETE", None)):
            deployed.send(method, path, body=body)
    reads = [params["ConsistentRead"] for action, params in calls if action == "dynamodb:GetItem"]

    assert reads == [True, True, True]


def test_no_call_can_outlast_the_gateway(deployed: Deployed) -> None:
    """Each client has short timeouts and few attempts, not botocore's minute."""
    for client in (deployed.clients.dynamodb, deployed.clients.s3, deployed.clients.ssm):
        config = vars(client.meta.config)
        assert (config["connect_timeout"], config["read_timeout"]) == (1, 2)
        assert config["retries"] == {"mode": "standard", "total_max_attempts": 3}


@pytest.mark.parametrize(
    "item_id",
    [
        pytest.param(str(uuid4()), id="unknown"),
        pytest.param(str(uuid4()).upper(), id="upper case"),
        pytest.param(uuid4().hex, id="without hyphens"),
        pytest.param("00000000-0000-1000-8000-000000000000", id="version 1"),
        pytest.param("1", id="no UUID"),
        pytest.param("%2e%2e", id="escaped dots"),
        pytest.param("a/b", id="longer path"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_an_id_that_no_item_has_is_not_found(deployed: Deployed, method: str, item_id: str) -> None:
    """Unknown and impossible ids are told apart for nobody; PUT creates nothing."""
    body = '{"data": {}}' if method == "PUT" else None
    answer = deployed.send(method, f"/items/{item_id}", body=body)

    assert (answer.status, answer.problem) == (404, "not-found")
    assert deployed.rows() == []


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/"), ("GET", "/others"), ("PATCH", "/items")]
)
def test_what_is_not_served_is_not_found(deployed: Deployed, method: str, path: str) -> None:
    """Other paths and methods, which API Gateway never forwards, are 404 too."""
    answer = deployed.send(method, path)

    assert (answer.status, answer.problem) == (404, "not-found")


@settings(patient, max_examples=40)
@given(data=st.dictionaries(st.text(), json_values, max_size=4))
def test_data_comes_back_exactly(deployed: Deployed, data: dict[str, object]) -> None:
    """Floats, big integers, any Unicode and nesting survive, inline and in the bucket alike."""
    created = deployed.create(data)
    read = deployed.send("GET", f"/items/{created.item_id}")

    # Compared as text: True == 1 == 1.0 and 0.0 == -0.0 in Python, but not in JSON.
    assert repr(created.json["data"]) == repr(data)
    assert repr(read.json["data"]) == repr(data)
