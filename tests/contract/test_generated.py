"""Requests made from the API's description, good and bad, are answered as it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
import requests
import schemathesis
from requests.auth import AuthBase
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import negative_data_rejection, status_code_conformance

from compliance.rehearsal.stage import Stage
from tests.contract.client import PROBLEM, Client

if TYPE_CHECKING:
    from collections.abc import Iterator

    from requests import PreparedRequest
    from schemathesis import Case, Response

pytestmark = pytest.mark.generated

EXAMPLES: Final = 40
"""Requests of each kind for each operation, beside those for the description's boundaries."""
SEED: Final = 2026
CHECKS: Final[Any] = [not_a_server_error, status_code_conformance, negative_data_rejection]
STATUSES: Final = frozenset({200, 201, 204, 400, 403, 404, 409, 412, 413, 415, 422, 429})
"""What the service, and the gateway before it, answer while nothing is broken."""

_STAGE = Stage.current()
assert _STAGE is not None, "without a stage, nothing here is collected"

schema = schemathesis.openapi.from_path(
    _STAGE.openapi,
    config=schemathesis.Config.from_dict(
        {
            "seed": SEED,
            "base-url": _STAGE.base_url,
            "tls-verify": _STAGE.ca_bundle or True,
            "generation": {
                "mode": "all",
                "max-examples": EXAMPLES,
                "deterministic": True,
                "with-security-parameters": False,
            },
        }
    ),
)


class Caller(AuthBase):
    """Says who calls, in a request as it will be sent."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Add the headers."""
        # The same to a server, and the one that a signature is made of.
        path, mark, query = str(request.url).partition("?")
        request.url = path + mark + query.replace("+", "%20")
        body = request.body.encode() if isinstance(request.body, str) else request.body
        assert body is None or isinstance(body, bytes)
        request.headers.update(
            self._client.signed(str(request.method), request.url, headers={}, body=body)
        )
        return request


@pytest.fixture(scope="module")
def session(api: Client) -> Iterator[requests.Session]:
    """Return a session that says who calls."""
    with requests.Session() as session:
        session.auth = Caller(api)
        yield session


@pytest.fixture(scope="module")
def item_id(api: Client) -> str:
    """Return the id of an item."""
    return str(api.create()["id"])


@schema.parametrize()
def test_any_request_is_answered_as_described(case: Case[Any], session: requests.Session) -> None:
    """By a documented status, in JSON, and never by a failure; a bad body is refused."""
    assert_clean(case.call_and_validate(session=session, checks=CHECKS))


@schema.include(method=["GET", "PUT"], path="/items/{id}").parametrize()
def test_any_request_for_an_item_is_answered_as_described(
    case: Case[Any], session: requests.Session, item_id: str
) -> None:
    """Where the item is there."""
    case.path_parameters["id"] = item_id
    assert_clean(case.call_and_validate(session=session, checks=CHECKS))


def assert_clean(answer: Response) -> None:
    """Check what every answer has in common."""
    (content_type,) = answer.headers["content-type"]
    assert answer.status_code in STATUSES
    if answer.status_code == 204:
        assert answer.content == b""
    elif content_type == PROBLEM:
        assert answer.json()["status"] == answer.status_code
    else:
        # Who is refused before the gateway is told so in JSON of another name.
        assert content_type == "application/json" or answer.status_code == 403
        assert isinstance(answer.json(), dict)
    if answer.status_code < 400 and answer.content:
        assert set(answer.json()) >= {"id", "version"} or set(answer.json()) == {"items", "next"}
