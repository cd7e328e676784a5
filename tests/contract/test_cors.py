"""Pages of an allowed origin may call the API and read its answers; others may not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contract.data import ABSENT

if TYPE_CHECKING:
    from tests.contract.client import Answer, Client

ALLOW = "Access-Control-Allow-Origin"


def answers(api: Client, headers: dict[str, str]) -> list[Answer]:
    """One that succeeds, one that is refused, one that finds nothing."""
    return [
        api.send("GET", "/items", query={"limit": "1"}, headers=headers),
        api.send("GET", "/items", query={"limit": "0"}, headers=headers),
        api.send("GET", f"/items/{ABSENT}", headers=headers),
    ]


def test_an_allowed_origin_reads_every_answer(api: Client, origin: str) -> None:
    """With the headers that it needs for the next request."""
    found = answers(api, {"Origin": origin})

    assert [answer.status for answer in found] == [200, 400, 404]
    for answer in found:
        assert answer.headers[ALLOW] == origin
        assert answer.headers["Vary"] == "Origin"
        assert set(answer.headers["Access-Control-Expose-Headers"].split(",")) == {
            "ETag",
            "Location",
            "Retry-After",
        }
        assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize("foreign", ["https://evil.example.com", "null", "*", None])
def test_another_origin_reads_nothing(api: Client, foreign: str | None) -> None:
    """Nor does an answer to one that tells none open itself to all."""
    found = answers(api, {} if foreign is None else {"Origin": foreign})

    assert [answer.status for answer in found] == [200, 400, 404]
    for answer in found:
        assert ALLOW not in answer.headers
        assert answer.headers["Vary"] == "Origin"


def test_an_origin_is_compared_to_its_end(api: Client, origin: str) -> None:
    """One that begins like an allowed one is another."""
    (answer, *_) = answers(api, {"Origin": f"{origin}.evil.example.com"})

    assert ALLOW not in answer.headers


@pytest.mark.parametrize("path", ["/items", f"/items/{ABSENT}"])
def test_a_browser_may_ask_before_it_calls(api: Client, path: str, origin: str) -> None:
    """Nobody signs in for that, and no function runs."""
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "authorization,if-match,x-api-key",
    }
    answer = api.send("OPTIONS", path, headers=headers, signed=False)
    allowed = {name.lower() for name in answer.headers["Access-Control-Allow-Headers"].split(",")}

    assert answer.status == 204
    assert answer.headers[ALLOW] == origin != "*"
    assert {"GET", "POST", "PUT", "DELETE"} <= set(
        answer.headers["Access-Control-Allow-Methods"].split(",")
    )
    assert {
        "authorization",
        "content-type",
        "idempotency-key",
        "if-match",
        "x-amz-date",
        "x-api-key",
    } <= allowed
