"""If-Match: a change is made only to the version that its sender knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contract.data import ABSENT
from tests.contract.problems import assert_problem

if TYPE_CHECKING:
    from tests.contract.client import Answer, Client


def change(api: Client, method: str, path: str, if_match: str) -> Answer:
    """Replace or delete on a condition."""
    item = {"data": {"changed": True}} if method == "PUT" else None
    return api.send(method, path, item=item, headers={"If-Match": if_match})


@pytest.mark.parametrize("if_match", ['"1"', "*", '"7", "1"'])
@pytest.mark.parametrize(("method", "status"), [("PUT", 200), ("DELETE", 204)])
def test_the_version_that_is_named_is_changed(
    api: Client, method: str, status: int, if_match: str
) -> None:
    """`*` names any."""
    path = f"/items/{api.create()['id']}"

    assert change(api, method, path, if_match).status == status


@pytest.mark.parametrize("if_match", ['"1"', '"3"', 'W/"2"', '"02"'])
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_another_version_stays_as_it_is(api: Client, method: str, if_match: str) -> None:
    """Stale, not made yet, weak, or spelt another way."""
    path = f"/items/{api.create()['id']}"
    current = api.send("PUT", path, item={"data": {"n": 2}})
    answer = change(api, method, path, if_match)

    assert current.headers["ETag"] == '"2"'
    assert_problem(answer, 412, "precondition-failed", path)
    assert api.send("GET", path).json == current.json


def test_a_version_is_replaced_once(api: Client) -> None:
    """The second of two who know the same version is told."""
    path = f"/items/{api.create()['id']}"
    answers = [change(api, "PUT", path, '"1"') for _ in range(2)]

    assert [answer.status for answer in answers] == [200, 412]


@pytest.mark.parametrize("if_match", ["1", '"1', "1, *", ""])
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_malformed_condition_is_refused(api: Client, method: str, if_match: str) -> None:
    """And nothing is changed."""
    created = api.create()
    path = f"/items/{created['id']}"

    assert_problem(change(api, method, path, if_match), 400, "invalid-parameter", path)
    assert api.send("GET", path).json == created


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_an_absent_item_matches_nothing(api: Client, method: str) -> None:
    """404 says more than 412."""
    path = f"/items/{ABSENT}"

    assert_problem(change(api, method, path, "*"), 404, "not-found", path)
