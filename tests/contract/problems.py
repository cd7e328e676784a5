"""What every refusal has in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.contract.client import PROBLEM

if TYPE_CHECKING:
    from tests.contract.client import Answer


def assert_problem(answer: Answer, status: int, problem: str, path: str) -> None:
    """Check that the service answered with a problem (RFC 9457) of this kind, about this path."""
    assert answer.status == status, answer
    assert answer.headers["Content-Type"] == PROBLEM
    body = answer.json
    assert set(body) == {"type", "title", "status", "detail", "instance", "request_id"}
    assert body["type"] == f"urn:problem-type:items:{problem}"
    assert body["status"] == status
    assert body["instance"].endswith(path)
    assert all(body[name] for name in ("title", "detail", "request_id"))


def assert_refused(answer: Answer, status: int, problem: str, path: str) -> None:
    """Check that the service refused, or API Gateway before it.

    API Gateway's request validator asks for less than the service, in words of its own.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
    """
    if answer.headers["Content-Type"] == PROBLEM:
        assert_problem(answer, status, problem, path)
    else:
        assert answer.status == 400, answer
        assert set(answer.json) == {"message"}
