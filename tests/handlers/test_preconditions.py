"""If-Match and concurrent changes of one item."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import etag
from handlers.etag import IfMatch
from handlers.problems import ProblemError
from tests.handlers.local_service import LARGE, before
from tests.handlers.properties import patient

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.handlers.local_service import Answer, Deployed


def change(deployed: Deployed, method: str, path: str, if_match: str | None) -> Answer:
    """Replace or delete an item under a precondition."""
    headers = {} if if_match is None else {"If-Match": if_match}
    body = json.dumps({"data": {"new": True}}) if method == "PUT" else None
    return deployed.send(method, path, body=body, headers=headers)


@pytest.mark.parametrize("if_match", ['"1"', "*", '"7", "1"', 'W/"1" , "1"', None])
@pytest.mark.parametrize(("method", "status"), [("PUT", 200), ("DELETE", 204)])
def test_a_change_of_the_named_version_is_made(
    deployed: Deployed, method: str, status: int, if_match: str | None
) -> None:
    """The ETag of the item, alone or in a list, `*` and no precondition allow the change."""
    path = f"/items/{deployed.create().item_id}"

    assert change(deployed, method, path, if_match).status == status


@pytest.mark.parametrize("if_match", ['"2"', '"0", "2"', 'W/"1"', '"01"', '""'])
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_change_of_another_version_is_refused(
    deployed: Deployed, method: str, if_match: str
) -> None:
    """412, a weak tag included, and the item stays as it is."""
    created = deployed.create()
    path = f"/items/{created.item_id}"
    answer = change(deployed, method, path, if_match)

    assert (answer.status, answer.problem) == (412, "precondition-failed")
    assert deployed.send("GET", path).json == created.json


@pytest.mark.parametrize("if_match", ["", "1", '"1', '"1" "2"', '"1",', "W/1", '"a b"'])
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_malformed_precondition_is_refused(
    deployed: Deployed, method: str, if_match: str
) -> None:
    """400, instead of a change that its sender wanted guarded."""
    created = deployed.create()
    path = f"/items/{created.item_id}"
    answer = change(deployed, method, path, if_match)

    assert (answer.status, answer.problem) == (400, "invalid-parameter")
    assert deployed.send("GET", path).json == created.json


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_an_absent_item_is_not_found_whatever_the_precondition(
    deployed: Deployed, method: str
) -> None:
    """404 comes before 412 (RFC 9110, section 13.2.1)."""
    path = f"/items/{deployed.create().item_id}"
    deployed.send("DELETE", path)

    assert change(deployed, method, path, '"1"').status == 404


def test_a_version_can_be_replaced_once(deployed: Deployed) -> None:
    """Of two replacements of the same version, the second is refused."""
    path = f"/items/{deployed.create().item_id}"

    assert change(deployed, "PUT", path, '"1"').headers["ETag"] == '"2"'
    assert change(deployed, "PUT", path, '"1"').status == 412
    assert change(deployed, "PUT", path, '"2"').headers["ETag"] == '"3"'


@pytest.mark.parametrize(
    ("if_match", "status", "problem"),
    [(None, 409, "conflict"), ("*", 409, "conflict"), ('"1"', 412, "precondition-failed")],
)
@pytest.mark.parametrize(("method", "operation"), [("PUT", "PutItem"), ("DELETE", "DeleteItem")])
def test_a_change_between_read_and_write_wins(
    deployed: Deployed,
    method: str,
    operation: str,
    if_match: str | None,
    status: int,
    problem: str,
) -> None:
    """The later request is told so, and neither row nor objects of the winner are touched."""
    path = f"/items/{deployed.create(LARGE).item_id}"
    with before(deployed.clients.dynamodb, operation, once(lambda: bump_version(deployed))):
        answer = change(deployed, method, path, if_match)

    assert (answer.status, answer.problem) == (status, problem)
    (row,) = deployed.rows()
    assert row["version"]["N"] == "2"
    assert deployed.objects() == {row["data_location"]["S"]}


def test_the_object_of_a_losing_replacement_is_removed(deployed: Deployed) -> None:
    """A failed condition is certain knowledge that no row names the new object."""
    path = f"/items/{deployed.create(LARGE).item_id}"
    with before(deployed.clients.dynamodb, "PutItem", once(lambda: bump_version(deployed))):
        answer = deployed.send("PUT", path, item={"data": LARGE})

    assert answer.status == 409
    assert deployed.objects() == {deployed.rows()[0]["data_location"]["S"]}


@pytest.mark.parametrize(
    ("method", "operation", "status"), [("PUT", "PutItem", 404), ("DELETE", "DeleteItem", 204)]
)
def test_a_deletion_between_read_and_write_wins(
    deployed: Deployed, method: str, operation: str, status: int
) -> None:
    """A replacement finds nothing to replace, a deletion finds its work done."""
    created = deployed.create()
    with before(deployed.clients.dynamodb, operation, once(lambda: delete_row(deployed))):
        answer = change(deployed, method, f"/items/{created.item_id}", None)

    assert answer.status == status
    assert deployed.rows() == []


@patient
@given(st.sets(st.integers(min_value=1), min_size=1), st.integers(min_value=1))
def test_a_precondition_allows_exactly_the_tags_it_lists(versions: set[int], other: int) -> None:
    """Parsing a list of our own tags and comparing is membership."""
    if_match = IfMatch.parse(", ".join(map(etag.of, versions)))

    assert all(map(if_match.allows, versions))
    assert if_match.allows(other) == (other in versions)


@patient
@given(st.text())
def test_any_header_is_parsed_or_refused(header: str) -> None:
    """No text makes the parser fail otherwise, and only `*` allows any version."""
    try:
        if_match = IfMatch.parse(header)
    except ProblemError:
        return
    assert (if_match.tags is None) == (header.strip() == "*")


def once(act: Callable[[], None]) -> Callable[[], None]:
    """Return `act`, which then does nothing when called again (by the calls it makes itself)."""
    done = False

    def act_once() -> None:
        nonlocal done
        if not done:
            done = True
            act()

    return act_once


def bump_version(deployed: Deployed) -> None:
    """Replace the only item behind the service's back."""
    (row,) = deployed.rows()
    row["version"]["N"] = str(int(row["version"]["N"]) + 1)
    deployed.clients.dynamodb.put_item(TableName=deployed.table, Item=row)


def delete_row(deployed: Deployed) -> None:
    """Delete the only item behind the service's back."""
    (row,) = deployed.rows()
    deployed.clients.dynamodb.delete_item(TableName=deployed.table, Key={"id": row["id"]})
