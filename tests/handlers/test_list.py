"""Lists: filter, limit, pages and their tokens."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers import pagination
from handlers.item import STATUSES
from handlers.pagination import IndexKey, Position
from handlers.problems import ProblemError
from tests.handlers.local_service import LARGE, SETTINGS, before, recorded
from tests.handlers.properties import patient

if TYPE_CHECKING:
    from tests.handlers.local_service import Deployed

    Query = dict[str, dict[str, dict[str, str]]]

ID = "8e03978e-40d5-43e8-bc93-6894a57f9324"
TIME = "2026-11-22T10:11:12.123456Z"


def pages(deployed: Deployed, **query: str) -> list[list[dict[str, object]]]:
    """Return every page of a list."""
    found = []
    token: str | None = None
    while True:
        sent = query if token is None else {**query, "next": token}
        answer = deployed.send(
            "GET", "/items", query={name: [value] for name, value in sent.items()}
        )
        assert answer.status == 200
        assert set(answer.json) == {"items", "next"}
        items, token = answer.json["items"], answer.json["next"]  # type: ignore[assignment]
        assert isinstance(items, list)
        found.append(items)
        if token is None:
            return found


def test_an_empty_table_is_an_empty_list(deployed: Deployed) -> None:
    """No items, no next page."""
    assert pages(deployed) == [[]]


def test_a_listed_item_is_the_created_one(deployed: Deployed) -> None:
    """Small data comes with the list."""
    created = deployed.create({"n": 1})

    assert pages(deployed) == [[created.json]]


def test_large_data_is_omitted_and_marked(deployed: Deployed) -> None:
    """The list reads no object; the item says that its data is to be got by its id."""
    created = deployed.create(LARGE)
    with before(deployed.clients.s3, "GetObject", lambda: pytest.fail("the list read an object")):
        ((item,),) = pages(deployed)

    assert item == {**without_data(created.json), "data_omitted": True}


def without_data(item: dict[str, object]) -> dict[str, object]:
    """Return an item's other fields."""
    return {name: value for name, value in item.items() if name != "data"}


@settings(patient, max_examples=25)
@given(statuses=st.lists(st.sampled_from(STATUSES), max_size=8), limit=st.integers(1, 10))
def test_the_pages_hold_every_item_once(
    deployed: Deployed, statuses: list[str], limit: int
) -> None:
    """Whatever the limit: each item once, by status, then oldest first, `limit` at most a page."""
    for row in deployed.rows():
        deployed.clients.dynamodb.delete_item(TableName=deployed.table, Key={"id": row["id"]})
    created = [deployed.create(status=status).json for status in statuses]
    found = pages(deployed, limit=str(limit))

    assert [item for page in found for item in page] == sorted(
        created, key=lambda item: STATUSES.index(str(item["status"]))
    )
    assert all(len(page) <= limit for page in found)


def test_a_query_starts_after_an_item_of_its_own_status(deployed: Deployed) -> None:
    """Where one status ends within a page, the next is walked from its beginning."""
    created = [deployed.create(status=status).json for status in (*reversed(STATUSES), STATUSES[0])]
    status_of = {item["id"]: item["status"] for item in created}
    with recorded(deployed.clients) as calls:
        pages(deployed, limit="1")
        pages(deployed, limit="3")
    starts = [
        (cast("Query", params)["ExpressionAttributeValues"][":status"]["S"], start["id"]["S"])
        for action, params in calls
        if action == "dynamodb:Query"
        if (start := cast("Query", params).get("ExclusiveStartKey"))
    ]

    assert starts
    assert [status for status, _ in starts] == [status_of[id_] for _, id_ in starts]


@pytest.mark.parametrize("status", STATUSES)
def test_a_status_filters_the_list(deployed: Deployed, status: str) -> None:
    """Only items of that status, over as many pages as it takes."""
    created = [deployed.create(status=one).json for one in STATUSES for _ in range(3)]
    found = pages(deployed, status=status, limit="2")

    assert [item for page in found for item in page] == [
        item for item in created if item["status"] == status
    ]
    assert len(found) >= 2


def test_the_default_limit_is_a_setting(deployed: Deployed) -> None:
    """Without the parameter limit a page has default_limit items."""
    for _ in range(SETTINGS["default_limit"] + 1):
        deployed.create()

    assert [len(page) for page in pages(deployed)] == [SETTINGS["default_limit"], 1]


@pytest.mark.parametrize("limit", ["1", str(SETTINGS["max_limit"])])
def test_the_limit_may_be_from_one_to_the_maximum(deployed: Deployed, limit: str) -> None:
    """Both ends are allowed."""
    deployed.create()

    assert pages(deployed, limit=limit)[0] != []


@pytest.mark.parametrize(
    "limit", ["0", "-1", "11", "1.0", "", " 1", "+1", "1_0", "٣", "9" * 5000, "many"]
)
def test_another_limit_is_refused(deployed: Deployed, limit: str) -> None:
    """400 with the allowed range; a limit is never quietly cut."""
    answer = deployed.send("GET", "/items", query={"limit": [limit]})

    assert (answer.status, answer.problem) == (400, "invalid-parameter")
    assert "from 1 to 10" in str(answer.json["detail"])


@pytest.mark.parametrize("status", ["deleted", "", "Active", "active,inactive"])
def test_another_status_is_refused(deployed: Deployed, status: str) -> None:
    """400 with the allowed statuses."""
    answer = deployed.send("GET", "/items", query={"status": [status]})

    assert (answer.status, answer.problem) == (400, "invalid-parameter")
    assert "active, inactive, archived" in str(answer.json["detail"])


@pytest.mark.parametrize("name", ["limit", "status", "next"])
def test_a_parameter_given_twice_is_refused(deployed: Deployed, name: str) -> None:
    """400, since API Gateway and a reader of logs may each take another one for the value."""
    value = {"limit": "1", "status": "active", "next": token_of(status_filter=None)}[name]
    answer = deployed.send("GET", "/items", query={name: [value, value]})

    assert (answer.status, answer.problem) == (400, "invalid-parameter")


def test_a_page_takes_one_query_a_status_at_most(deployed: Deployed) -> None:
    """An empty table is the worst case: three queries, no more."""
    queries = []
    with before(deployed.clients.dynamodb, "Query", lambda: queries.append(1)):
        pages(deployed)
        assert len(queries) == len(STATUSES)
        pages(deployed, status="inactive")

    assert len(queries) == len(STATUSES) + 1


def test_a_page_cut_short_by_dynamodb_goes_on(deployed: Deployed) -> None:
    """A query ends at 1 MB: the page is short, the list is whole."""
    deployed.set_parameter(
        json.dumps({"default_limit": 5, "max_limit": 5, "inline_data_bytes": 350_000})
    )
    ids = {deployed.create({"text": "x" * 340_000}).item_id for _ in range(4)}
    found = pages(deployed)

    assert [len(page) for page in found] == [2, 2]
    assert {item["id"] for page in found for item in page} == ids


def token_of(*, status_filter: str | None, status: str = "active") -> str:
    """Return a valid token."""
    return pagination.encode(
        Position(status_filter=status_filter, status=status, after=IndexKey(created_at=TIME, id=ID))
    )


def encoded(fields: object) -> str:
    """Return a token of any content, encoded as the service does."""
    text = json.dumps(fields, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "token",
    [
        pytest.param("", id="empty"),
        pytest.param("!", id="no base64"),
        pytest.param("e30", id="an object"),
        pytest.param(encoded([1, None, "active"]), id="too few fields"),
        pytest.param(encoded([1, None, "active", TIME, ID, 0]), id="too many fields"),
        pytest.param(encoded([2, None, "active", TIME, ID]), id="another format"),
        pytest.param(encoded([True, None, "active", TIME, ID]), id="format true"),
        pytest.param(encoded([1, None, "deleted", TIME, ID]), id="unknown status"),
        pytest.param(encoded([1, "active", "inactive", TIME, ID]), id="outside its own filter"),
        pytest.param(encoded([1, None, "active", "yesterday", ID]), id="no time"),
        pytest.param(encoded([1, None, "active", TIME, "1"]), id="no id"),
        pytest.param(encoded([1, None, "active", TIME, None]), id="half a key"),
        pytest.param(encoded([1, None, "active", {"S": TIME}, ID]), id="an attribute value"),
        pytest.param(token_of(status_filter=None) + "=", id="padding"),
        pytest.param(token_of(status_filter=None) + "A", id="one character more"),
        pytest.param(token_of(status_filter=None)[:-1], id="one character less"),
        pytest.param("W" * 10_000, id="long"),
        pytest.param(base64.urlsafe_b64encode(b"[" * 300).decode(), id="nested"),
        pytest.param(base64.urlsafe_b64encode(b"\xff").decode().rstrip("="), id="no UTF-8"),
    ],
)
def test_a_made_up_token_is_refused(deployed: Deployed, token: str) -> None:
    """400, and DynamoDB is not asked."""
    with before(deployed.clients.dynamodb, "Query", lambda: pytest.fail("DynamoDB was asked")):
        answer = deployed.send("GET", "/items", query={"next": [token]})

    assert (answer.status, answer.problem) == (400, "invalid-parameter")
    assert "next" in str(answer.json["detail"])


@pytest.mark.parametrize(
    ("made_for", "sent_with"), [(None, "active"), ("active", None), ("active", "inactive")]
)
def test_a_token_of_another_filter_is_refused(
    deployed: Deployed, made_for: str | None, sent_with: str | None
) -> None:
    """400: its position means nothing in the other list."""
    query = {"next": [token_of(status_filter=made_for)]}
    if sent_with is not None:
        query["status"] = [sent_with]
    answer = deployed.send("GET", "/items", query=query)

    assert (answer.status, answer.problem) == (400, "invalid-parameter")
    assert "status" in str(answer.json["detail"])


positions = st.sampled_from(STATUSES).flatmap(
    lambda status: st.builds(
        Position,
        status_filter=st.sampled_from([None, status]),
        status=st.just(status),
        after=st.none()
        | st.builds(
            IndexKey,
            created_at=st.datetimes().map(
                lambda time: f"{time.isoformat(timespec='microseconds')}Z"
            ),
            id=st.uuids(version=4).map(str),
        ),
    )
)


@patient
@given(positions)
def test_a_token_carries_its_position(position: Position) -> None:
    """Decoding undoes encoding."""
    token = pagination.encode(position)

    assert pagination.decode(token, status_filter=position.status_filter) == position


@patient
@given(st.text() | st.text(alphabet="Wy0123456789abcXYZ_-") | st.from_regex(r"\AWzEs[\w-]*\Z"))
def test_any_text_is_a_token_of_ours_or_refused(text: str) -> None:
    """No text makes the decoder fail otherwise, and no two texts are one position."""
    try:
        position = pagination.decode(text, status_filter=None)
    except ProblemError:
        return
    assert pagination.encode(position) == text
