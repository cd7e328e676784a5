"""What the service writes: metrics in the embedded metric format, and log lines."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, cast

import pytest

from tests.handlers.api_events import Context, cognito_caller
from tests.handlers.local_service import Crash, aws_error, before, crash

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.handlers.local_service import Answer, Deployed

UNKNOWN = "/items/8e03978e-40d5-43e8-bc93-6894a57f9324"


def assert_metrics(line: dict[str, object], *, succeeded: int, failed: int, created: bool) -> None:
    """Check a whole line of the embedded metric format."""
    emf = line.pop("_aws")
    assert isinstance(emf, dict)
    assert emf.pop("Timestamp") == pytest.approx(time.time() * 1000, abs=60_000)
    assert emf == {
        "CloudWatchMetrics": [
            {
                "Namespace": "ServerlessApp",
                "Dimensions": [["environment", "service"]],
                "Metrics": [
                    *([{"Name": "ItemsCreated", "Unit": "Count"}] if created else []),
                    {"Name": "SuccessfulRequests", "Unit": "Count"},
                    {"Name": "FailedRequests", "Unit": "Count"},
                    {"Name": "ProcessingTime", "Unit": "Milliseconds"},
                ],
            }
        ]
    }
    (milliseconds,) = cast("list[float]", line.pop("ProcessingTime"))
    assert 0 < milliseconds < 60_000
    assert line == {
        "environment": "dev",
        "service": "items",
        **({"ItemsCreated": [1.0]} if created else {}),
        "SuccessfulRequests": [float(succeeded)],
        "FailedRequests": [float(failed)],
    }


@pytest.mark.parametrize(
    ("send", "status", "succeeded", "failed", "created"),
    [
        pytest.param(lambda on: on.create(), 201, 1, 0, True, id="created"),
        pytest.param(lambda on: on.send("GET", "/items"), 200, 1, 0, False, id="listed"),
        pytest.param(lambda on: on.send("GET", UNKNOWN), 404, 0, 0, False, id="not found"),
        pytest.param(lambda on: on.send("GET", "/"), 404, 0, 0, False, id="no route"),
        pytest.param(lambda on: on.send("POST", "/items", body="{"), 400, 0, 0, False, id="wrong"),
    ],
)
def test_a_request_writes_its_metrics(
    deployed: Deployed,
    send: Callable[[Deployed], Answer],
    status: int,
    succeeded: int,
    failed: int,
    created: bool,  # noqa: FBT001 - likewise
) -> None:
    """One line, with exactly the namespace, dimensions, units and values that the alarms read."""
    assert send(deployed).status == status

    (line,) = deployed.metrics()
    assert_metrics(line, succeeded=succeeded, failed=failed, created=created)


@pytest.mark.parametrize(
    ("code", "status"), [("ThrottlingException", 503), ("AccessDeniedException", 500)]
)
def test_a_failed_request_writes_its_metrics(deployed: Deployed, code: str, status: int) -> None:
    """A creation that failed counts as failed, and as no creation."""
    with before(deployed.clients.dynamodb, "PutItem", aws_error(code)):
        assert deployed.send("POST", "/items", item={"data": {}}).status == status

    (line,) = deployed.metrics()
    assert_metrics(line, succeeded=0, failed=1, created=False)


def test_a_request_that_kills_the_function_writes_its_metrics(deployed: Deployed) -> None:
    """As long as Python still unwinds."""
    with before(deployed.clients.dynamodb, "PutItem", crash), pytest.raises(Crash):
        deployed.create()

    (line,) = deployed.metrics()
    assert_metrics(line, succeeded=0, failed=1, created=False)


def test_the_answer_to_a_retry_counts_no_creation(deployed: Deployed) -> None:
    """ItemsCreated counts items, not answers of 201."""
    for _ in range(2):
        deployed.send("POST", "/items", item={"data": {}}, headers={"Idempotency-Key": "k"})

    first, second = deployed.metrics()
    assert_metrics(first, succeeded=1, failed=0, created=True)
    assert_metrics(second, succeeded=1, failed=0, created=False)


def test_a_request_writes_one_log_line(deployed: Deployed) -> None:
    """It tells which request of which function it was, and what came of it."""
    context = Context()
    created = deployed.send("POST", "/items", item={"data": {}}, context=context)

    (line,) = deployed.logs()
    assert line == {
        **line,
        "level": "INFO",
        "message": "request",
        "service": "items",
        "function_request_id": context.aws_request_id,
        "correlation_id": created.request_id,
        "method": "POST",
        "route": "/items",
        "item_id": created.item_id,
        "status": 201,
    }
    assert isinstance(line["ms"], float)
    assert str(line["timestamp"]).endswith("+00:00")


def test_a_log_line_names_the_route_not_the_path(deployed: Deployed) -> None:
    """So lines of one route can be counted; the problem's type stands beside it."""
    deployed.send("GET", UNKNOWN)

    (line,) = deployed.logs()
    assert line["route"] == "/items/{id}"
    assert line["problem"] == "urn:problem-type:items:not-found"


def test_one_request_leaves_nothing_in_the_next_ones_lines(deployed: Deployed) -> None:
    """A warm container starts each request with clean log fields."""
    deployed.send("GET", UNKNOWN)
    deployed.send("GET", "/items")

    last = deployed.logs()[-1]
    assert "problem" not in last
    assert "item_id" not in last


def test_no_secret_is_written(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither body nor header nor key nor caller, on any path, even when asked to log events."""
    monkeypatch.setenv("POWERTOOLS_LOGGER_LOG_EVENT", "true")
    headers = {
        "Authorization": "AWS4-HMAC-SHA256 header-secret",
        "X-Api-Key": "api-key-secret",
        "Idempotency-Key": "idempotency-secret",
        "Cookie": "cookie-secret",
    }
    item = {"data": {"name-secret": "body-secret"}}
    caller = cognito_caller("user-secret")

    def send(method: str, path: str, item: object = None, **query: str) -> Answer:
        return deployed.send(
            method,
            path,
            item=item,
            headers=headers,
            caller=caller,
            query={name: [value] for name, value in query.items()},
        )

    path = f"/items/{send('POST', '/items', item).item_id}"
    send("POST", "/items", item)
    assert send("POST", "/items", {"data": {"body-secret": 1}}).status == 422
    assert send("POST", "/items", {"data": {}, "body-secret": 1}).status == 400
    assert send("PUT", path, {"data": item, "status": "body-secret"}).status == 400
    assert send("PUT", path, item).status == 200
    assert send("GET", "/items", next="query-secret").status == 400
    assert send("GET", "/items/path-secret").status == 404
    assert send("GET", path).status == 200
    for code in ("ThrottlingException", "ValidationException"):
        with before(deployed.clients.dynamodb, "PutItem", aws_error(code)):
            assert send("POST", "/items", item).status >= 500
            assert send("PUT", path, item).status >= 500

    assert len(deployed.logs()) > 10
    assert "secret" not in deployed.everything_written()
    assert "user-secret" not in deployed.everything_written()
