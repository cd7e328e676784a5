"""What a body may be, for POST and PUT alike."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from handlers.item import DEFAULT_STATUS, STATUSES
from handlers.json_codec import MAX_DEPTH
from handlers.request import MAX_BODY_BYTES

if TYPE_CHECKING:
    from tests.handlers.local_service import Deployed

REFUSED = [
    pytest.param("", 400, "invalid-json", "line 1, column 1", id="empty"),
    pytest.param("{", 400, "invalid-json", "line 1, column 2", id="cut"),
    pytest.param('{"data": {}} {}', 400, "invalid-json", "Extra data", id="two values"),
    pytest.param("\ufeff{}", 400, "invalid-json", "BOM", id="byte order mark"),
    pytest.param('{"data": {"n": NaN}}', 400, "invalid-json", "NaN", id="NaN"),
    pytest.param('{"data": {"n": -Infinity}}', 400, "invalid-json", "Infinity", id="Infinity"),
    pytest.param('{"data": {"n": 1e999}}', 400, "invalid-json", "too large", id="overflow"),
    pytest.param(
        '{"data": {"n": ' + "9" * 5000 + "}}", 400, "invalid-json", "digits", id="huge integer"
    ),
    pytest.param('{"data": {}, "data": {}}', 400, "invalid-json", "repeats", id="name twice"),
    pytest.param('{"data": {"a": 1, "a": 1}}', 400, "invalid-json", "repeats", id="inner twice"),
    pytest.param('{"data": ' + '{"a":' * 70, 400, "invalid-json", "line 1", id="deep and cut"),
    pytest.param("[" * 100_000, 400, "invalid-json", "nested deeper", id="very deep"),
    pytest.param("[]", 400, "invalid-item", "body must be object", id="array"),
    pytest.param("null", 400, "invalid-item", "body must be object", id="null"),
    pytest.param('"text"', 400, "invalid-item", "body must be object", id="string"),
    pytest.param("{}", 400, "invalid-item", "data", id="without data"),
    pytest.param('{"data": []}', 400, "invalid-item", "body.data", id="data no object"),
    pytest.param('{"data": null}', 400, "invalid-item", "body.data", id="data null"),
    pytest.param(
        '{"data": {}, "status": "deleted"}', 400, "invalid-item", "body.status", id="status"
    ),
    pytest.param('{"data": {}, "status": null}', 400, "invalid-item", "body.status", id="no text"),
    pytest.param(
        '{"data": {}, "id": "x", "version": 1}', 400, "invalid-item", "but data, status", id="more"
    ),
]


@pytest.mark.parametrize(("body", "status", "problem", "detail"), REFUSED)
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_wrong_body_is_refused(
    deployed: Deployed, method: str, body: str, status: int, problem: str, detail: str
) -> None:
    """The problem says what is wrong and where; nothing is made or changed."""
    path = f"/items/{deployed.create().item_id}"
    rows = deployed.rows()
    answer = deployed.send(method, "/items" if method == "POST" else path, body=body)

    assert (answer.status, answer.problem) == (status, problem)
    assert detail in str(answer.json["detail"])
    assert deployed.rows() == rows


def test_a_missing_body_is_refused(deployed: Deployed) -> None:
    """API Gateway sends null for it."""
    answer = deployed.send("POST", "/items", headers={"Content-Type": "application/json"})

    assert (answer.status, answer.problem) == (400, "invalid-json")


def test_a_refusal_does_not_repeat_the_body(deployed: Deployed) -> None:
    """Names that a client makes up, of any length, are not echoed."""
    answer = deployed.send("POST", "/items", item={"data": {}, "made-up-name": 1})

    assert answer.status == 400
    assert "made-up-name" not in answer.body


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonp",
        "application/json; charset=latin-1",
        "application/json, text/plain",
    ],
)
def test_another_content_type_is_refused(deployed: Deployed, content_type: str) -> None:
    """415, even if the body happens to be a valid item."""
    answer = deployed.send(
        "POST", "/items", body='{"data": {}}', headers={"Content-Type": content_type}
    )

    assert (answer.status, answer.problem) == (415, "unsupported-media-type")
    assert deployed.rows() == []


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "Application/JSON", "application/json;charset=UTF-8", "application/json;"],
)
def test_json_in_any_spelling_is_taken(deployed: Deployed, content_type: str) -> None:
    """Types and parameters compare without case (RFC 9110, section 8.3.1)."""
    answer = deployed.send(
        "POST", "/items", body='{"data": {}}', headers={"content-type": content_type}
    )

    assert answer.status == 201


def test_a_binary_body_is_refused(deployed: Deployed) -> None:
    """API Gateway encodes as base64 what it holds for binary: 415."""
    answer = deployed.send("POST", "/items", body="eyJkYXRhIjoge319", base64=True)

    assert (answer.status, answer.problem) == (415, "unsupported-media-type")


@pytest.mark.parametrize(("surplus", "status"), [(0, 201), (1, 413)])
@pytest.mark.parametrize("filler", ["x", "ж"])
def test_a_body_is_measured_in_bytes(
    deployed: Deployed, filler: str, surplus: int, status: int
) -> None:
    """The largest body is taken and comes back; one byte more is 413 before it is parsed."""
    room = MAX_BODY_BYTES - len('{"data":{"t":""}}')
    size = len(filler.encode())
    text = filler * (room // size) + "x" * (room % size + surplus)
    body = json.dumps({"data": {"t": text}}, ensure_ascii=False, separators=(",", ":"))
    answer = deployed.send("POST", "/items", body=body)

    assert answer.status == status
    if status == 201:
        assert answer.json["data"] == {"t": text}
    else:
        assert answer.problem == "too-large"


def test_the_echo_of_the_largest_body_fits_lambdas_answer(deployed: Deployed) -> None:
    """Whatever the text, escaped twice it stays under Lambda's 6 MB."""
    worst = '{"data":{"t":[' + ",".join(["1E15"] * ((MAX_BODY_BYTES - 20) // 5)) + "]}}"
    answer = deployed.send("POST", "/items", body=worst)

    assert answer.status == 201
    assert len(json.dumps({"body": answer.body})) < 6_000_000


@pytest.mark.parametrize(("depth", "status"), [(MAX_DEPTH, 201), (MAX_DEPTH + 1, 400)])
@pytest.mark.parametrize(("opening", "closing"), [('{"a":', "}"), ("[", "]")])
def test_nesting_is_limited(
    deployed: Deployed, opening: str, closing: str, depth: int, status: int
) -> None:
    """The body and its data are two levels; arrays and objects count alike."""
    inner = depth - 2
    body = '{"data":{"x":' + opening * inner + "1" + closing * inner + "}}"

    assert deployed.send("POST", "/items", body=body).status == status


def test_the_statuses_are_those_of_the_schema() -> None:
    """API Gateway's model, the validation and the walk of a list share one enumeration."""
    assert STATUSES == ("active", "inactive", "archived")
    assert DEFAULT_STATUS in STATUSES
