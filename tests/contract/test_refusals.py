"""What is refused, and how: plainly, with nothing made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contract.problems import assert_problem, assert_refused

if TYPE_CHECKING:
    from tests.contract.client import Client

JSON = "application/json"
MAX_BYTES = 1024 * 1024
"""The largest body that the service takes."""

NO_JSON: dict[str, str | bytes] = {
    "cut off": '{"data": {}',
    "nothing": "",
    "blank": " ",
    "two values": "{} {}",
    "a repeated name": '{"data": {"a": 1, "a": 2}}',
    "not a number": '{"data": {"a": NaN}}',
    "infinity": '{"data": {"a": -Infinity}}',
    "a number beyond a double": '{"data": {"a": 1e999}}',
    "an endless integer": '{"data": {"a": ' + "9" * 5000 + "}}",
    "too deep": '{"data": ' + '{"a":' * 100 + "1" + "}" * 101,
    "bytes that are no text": b'{"data": {"a": "\xff\xfe"',
}
NO_ITEM: dict[str, str] = {
    "no data": "{}",
    "data of another type": '{"data": []}',
    "no data but null": '{"data": null}',
    "another name": '{"data": {}, "id": "mine"}',
    "another status": '{"data": {}, "status": "deleted"}',
    "a list": "[]",
    "a text": '"data"',
    "null": "null",
}


@pytest.fixture(scope="module")
def item_path(api: Client) -> str:
    """Return the path of an item that is not to be changed."""
    return f"/items/{api.create({'untouched': True})['id']}"


@pytest.mark.parametrize("body", NO_JSON.values(), ids=NO_JSON)
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_body_that_is_no_json_is_refused(
    api: Client, item_path: str, method: str, body: str | bytes
) -> None:
    """Or would not come back as it was sent."""
    path = "/items" if method == "POST" else item_path
    answer = api.send(method, path, body=body, headers={"Content-Type": JSON})

    assert_refused(answer, 400, "invalid-json", path)


@pytest.mark.parametrize("body", NO_ITEM.values(), ids=NO_ITEM)
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_body_that_is_no_item_is_refused(
    api: Client, item_path: str, method: str, body: str
) -> None:
    """By the schema that the API's description has."""
    path = "/items" if method == "POST" else item_path
    answer = api.send(method, path, body=body)

    assert_refused(answer, 400, "invalid-item", path)


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/xml", "application/json; charset=latin-1", "application/jsonx"],
)
def test_another_content_type_is_refused(api: Client, content_type: str) -> None:
    """The service reads JSON in UTF-8 alone."""
    body = '{"data": {}}'
    answer = api.send("POST", "/items", body=body, headers={"Content-Type": content_type})

    assert_problem(answer, 415, "unsupported-media-type", "/items")


@pytest.mark.parametrize(
    "content_type", ["application/json", "Application/JSON", 'application/json; charset="utf-8"']
)
def test_json_in_any_spelling_is_taken(api: Client, content_type: str) -> None:
    """Media types know no case."""
    body = '{"data": {}}'
    answer = api.send("POST", "/items", body=body, headers={"Content-Type": content_type})

    assert answer.status == 201, answer


def test_a_body_is_measured(api: Client) -> None:
    """The largest is taken and comes back; one byte more is refused."""
    frame = '{"data":{"x":""}}'
    text = "a" * (MAX_BYTES - len(frame))
    taken = api.send("POST", "/items", body=f'{{"data":{{"x":"{text}"}}}}')
    refused = api.send("POST", "/items", body=f'{{"data":{{"x":"{text}a"}}}}')

    assert taken.status == 201
    assert taken.json["data"] == {"x": text}
    assert_problem(refused, 413, "too-large", "/items")


def test_an_item_that_refusals_were_about_is_unchanged(api: Client) -> None:
    """A refused replacement replaces nothing."""
    created = api.create({"n": 1})
    path = f"/items/{created['id']}"
    for body in ("{", "{}"):
        assert api.send("PUT", path, body=body).status == 400

    assert api.send("GET", path).json == created


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/"), ("GET", "/nothing"), ("PATCH", "/items")]
)
def test_what_is_not_served_is_refused(api: Client, method: str, path: str) -> None:
    """By API Gateway, in its words for that.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
    """
    answer = api.send(method, path)

    assert answer.status == 403
    assert set(answer.json) == {"message"}
