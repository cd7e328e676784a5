"""Every error is a problem document, readable by allowed origins, and says nothing internal."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError

from handlers import app as app_module
from handlers.app import NotAnApiEventError
from handlers.service import service
from tests.handlers.api_events import ALICE, event
from tests.handlers.local_service import LARGE, ORIGIN, aws_error, before

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.handlers.local_service import Answer, Deployed

UNKNOWN = "/items/8e03978e-40d5-43e8-bc93-6894a57f9324"
ITEM = '{"data": {}}'

# Method, path, body, headers, expected status: one row for each kind of refusal.
REFUSALS: dict[str, tuple[str, str, str | None, dict[str, str], int]] = {
    "invalid-json": ("POST", "/items", "{", {}, 400),
    "invalid-item": ("POST", "/items", "{}", {}, 400),
    "invalid-parameter": ("PUT", UNKNOWN, ITEM, {"If-Match": "1"}, 400),
    "not-found": ("GET", UNKNOWN, None, {}, 404),
    "too-large": ("POST", "/items", " " * 2_000_000, {}, 413),
    "unsupported-media-type": ("POST", "/items", ITEM, {"Content-Type": "text/plain"}, 415),
}

SERVICE_FAILURES = [
    pytest.param("GetItem", aws_error("ThrottlingException"), 503, id="throttled"),
    pytest.param(
        "GetItem", aws_error("ProvisionedThroughputExceededException"), 503, id="throughput"
    ),
    pytest.param("GetItem", aws_error("RequestLimitExceeded"), 503, id="account limit"),
    pytest.param("GetItem", aws_error("InternalServerError", 500), 503, id="AWS fails"),
    pytest.param("GetItem", aws_error("AccessDeniedException"), 500, id="denied"),
    pytest.param("GetItem", aws_error("ValidationException"), 500, id="our bug"),
]


def fail(error: Exception) -> object:
    """Raise."""
    raise error


def assert_problem(answer: Answer, *, status: int, path: str) -> None:
    """Check what every problem has in common."""
    body = answer.json
    assert answer.status == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert set(body) == {"type", "title", "status", "detail", "instance", "request_id"}
    assert body["status"] == status
    assert body["instance"] == f"/dev{path}"
    assert body["request_id"] == answer.request_id
    assert str(body["type"]).startswith("urn:problem-type:items:")


@pytest.mark.parametrize("problem", REFUSALS)
def test_a_refusal_is_a_problem(deployed: Deployed, problem: str) -> None:
    """Type, status, place and request are those of this refusal."""
    method, path, body, headers, status = REFUSALS[problem]
    answer = deployed.send(method, path, body=body, headers=headers)

    assert_problem(answer, status=status, path=path)
    assert answer.problem == problem


@pytest.mark.parametrize(("operation", "error", "status"), SERVICE_FAILURES)
def test_a_failure_of_dynamodb(
    deployed: Deployed, operation: str, error: object, status: int
) -> None:
    """Overload is 503 with Retry-After, anything else 500 without; AWS's words stay inside."""
    assert callable(error)
    with before(deployed.clients.dynamodb, operation, error):
        answer = deployed.send("GET", UNKNOWN)

    assert_problem(answer, status=status, path=UNKNOWN)
    assert answer.problem == {503: "unavailable", 500: "internal"}[status]
    assert answer.headers.get("Retry-After") == {503: "1", 500: None}[status]
    assert "internal-secret" not in answer.body
    assert deployed.table not in answer.body


@pytest.mark.parametrize(
    ("client", "operation", "method", "path", "body"),
    [
        ("dynamodb", "Query", "GET", "/items", None),
        ("dynamodb", "PutItem", "POST", "/items", ITEM),
        ("dynamodb", "GetItem", "PUT", UNKNOWN, ITEM),
        ("dynamodb", "GetItem", "DELETE", UNKNOWN, None),
        ("ssm", "GetParameter", "GET", "/items", None),
        ("s3", "PutObject", "POST", "/items", f'{{"data": {{"x": "{"x" * 100}"}}}}'),
    ],
)
@pytest.mark.parametrize(
    "error",
    [
        ConnectTimeoutError(endpoint_url="https://internal-secret"),
        ReadTimeoutError(endpoint_url="https://internal-secret"),
        EndpointConnectionError(endpoint_url="https://internal-secret"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_service_that_does_not_answer_is_unavailable(
    deployed: Deployed,
    client: str,
    operation: str,
    method: str,
    path: str,
    body: str | None,
    error: Exception,
) -> None:
    """503 on every route, whichever service it is."""
    failing = before(getattr(deployed.clients, client), operation, lambda: fail(error))
    with failing:
        answer = deployed.send(method, path, body=body)

    assert_problem(answer, status=503, path=path)
    assert "internal-secret" not in answer.body


@pytest.mark.parametrize("operation", ["PutItem", "UpdateItem"])
def test_a_throttled_idempotency_table_is_unavailable(deployed: Deployed, operation: str) -> None:
    """Powertools wraps the error; its meaning stays."""
    throttled = before(
        deployed.clients.dynamodb,
        operation,
        aws_error("ThrottlingException"),
        table=deployed.records_table,
    )
    with throttled:
        answer = deployed.send("POST", "/items", body=ITEM, headers={"Idempotency-Key": "k"})

    assert_problem(answer, status=503, path="/items")


def test_an_unforeseen_error_is_our_failure(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """500 that names the request, and a log line that names the error's type and place."""
    store = type(service().store)
    monkeypatch.setattr(store, "get", lambda *_: fail(KeyError("internal-secret")))
    answer = deployed.send("GET", UNKNOWN)

    assert_problem(answer, status=500, path=UNKNOWN)
    assert "secret" not in deployed.everything_written() + answer.body
    (line,) = [line for line in deployed.logs() if line["level"] == "ERROR"]
    assert line["errors"] == ["KeyError"]
    assert line["correlation_id"] == answer.request_id
    assert any(str(frame).startswith("app.py:") for frame in line["frames"])  # type: ignore[attr-defined]


def requests_of_every_outcome(deployed: Deployed, headers: Mapping[str, str]) -> list[Answer]:
    """Send requests that succeed, are refused, and fail."""
    created = deployed.send("POST", "/items", item={"data": LARGE}, headers=headers)
    path = f"/items/{created.item_id}"
    answers = [
        created,
        deployed.send("GET", "/items", headers=headers),
        deployed.send("GET", path, headers=headers),
        deployed.send("PUT", path, body=ITEM, headers=headers),
        deployed.send("DELETE", path, headers=headers),
        deployed.send("GET", "/nowhere", headers=headers),
    ]
    for method, refused_path, body, more, _ in REFUSALS.values():
        answers.append(deployed.send(method, refused_path, body=body, headers={**more, **headers}))
    for error in (aws_error("ThrottlingException"), aws_error("AccessDeniedException")):
        with before(deployed.clients.dynamodb, "GetItem", error):
            answers.append(deployed.send("GET", path, headers=headers))
    assert {answer.status for answer in answers} >= {200, 201, 204, 400, 404, 413, 415, 500, 503}
    return answers


@pytest.mark.parametrize("name", ["Origin", "origin"])
def test_an_allowed_origin_may_read_every_response(deployed: Deployed, name: str) -> None:
    """It is echoed, alone, on success and on every error; the headers it needs are exposed."""
    for answer in requests_of_every_outcome(deployed, {name: ORIGIN}):
        assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
        assert answer.headers["Access-Control-Expose-Headers"] == "ETag,Location,Retry-After"
        assert answer.headers["Vary"] == "Origin"
        assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example.com"},
        {"Origin": "null"},
        {"Origin": "*"},
        {"Origin": f"{ORIGIN}.evil.com"},
        {"Origin": ORIGIN.upper()},
    ],
)
def test_another_origin_reads_nothing(deployed: Deployed, headers: dict[str, str]) -> None:
    """No CORS header at all, and still Vary, lest a cache mixes the two."""
    for answer in requests_of_every_outcome(deployed, headers):
        assert not [name for name in answer.headers if name.startswith("Access-Control")]
        assert answer.headers["Vary"] == "Origin"


def test_without_allowed_origins_nobody_reads(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An empty list allows none, not all."""
    monkeypatch.setenv("ALLOWED_ORIGINS", "")
    service.cache_clear()
    answer = deployed.send("GET", "/items", headers={"Origin": ORIGIN})

    assert answer.status == 200
    assert not [name for name in answer.headers if name.startswith("Access-Control")]


def test_every_response_is_kept_out_of_caches(deployed: Deployed) -> None:
    """What one caller may read is stored for no other, and no browser guesses its type."""
    for answer in requests_of_every_outcome(deployed, {}):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param({}, id="empty"),
        pytest.param([1], id="list"),
        pytest.param("internal-secret", id="string"),
        pytest.param(None, id="null"),
        pytest.param({"Records": [{"body": "internal-secret"}]}, id="SQS"),
        pytest.param({"version": "2.0", "routeKey": "GET /items", "rawPath": "/items"}, id="HTTP"),
        pytest.param({**event("GET", "/items"), "httpMethod": None}, id="no method"),
        pytest.param({**event("GET", "/items"), "requestContext": None}, id="no context"),
        pytest.param(
            {**event("GET", "/items"), "requestContext": {**ALICE, "path": "/items"}},
            id="no request id",
        ),
    ],
)
def test_an_event_of_another_kind_is_raised(deployed: Deployed, sent: object) -> None:
    """So Lambda retries it and then puts it on the dead-letter queue; the log quotes nothing."""
    with pytest.raises(NotAnApiEventError, match="no API Gateway REST proxy event"):
        deployed.invoke(sent)

    assert "internal-secret" not in deployed.everything_written()
    assert [line["level"] for line in deployed.logs()] == ["ERROR", "INFO"]
    (metrics,) = deployed.metrics()
    assert (metrics["FailedRequests"], metrics["SuccessfulRequests"]) == ([1.0], [0.0])


def test_headers_may_be_null(deployed: Deployed) -> None:
    """As in a test invocation from API Gateway's console."""
    sent = {**event("GET", "/items"), "headers": None, "multiValueHeaders": None}

    assert deployed.invoke(sent)["statusCode"] == 200


@pytest.mark.parametrize("name", ["Content-Type", "Idempotency-Key", "If-Match"])
def test_a_header_given_twice_is_refused(deployed: Deployed, name: str) -> None:
    """400: which of the two was meant is not for us to guess."""
    method, path = ("PUT", UNKNOWN) if name == "If-Match" else ("POST", "/items")
    sent = event(method, path, body=ITEM, headers={"Content-Type": "application/json"})
    many = cast("dict[str, list[str]]", sent["multiValueHeaders"])
    many[name.lower()] = many.pop(name, ["a"]) * 2

    assert deployed.invoke(sent)["statusCode"] == 400
    assert deployed.rows() == []


def test_a_failure_outside_the_routes_is_raised(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bug in the answering itself fails the invocation, and is measured as a failure."""
    monkeypatch.setattr(app_module.app, "resolve", lambda *_: fail(RuntimeError("bug")))

    with pytest.raises(RuntimeError, match="bug"):
        deployed.send("GET", "/items")
    (metrics,) = deployed.metrics()
    assert metrics["FailedRequests"] == [1.0]
