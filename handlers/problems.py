"""The problems that this service answers with, as problem details (RFC 9457)."""

from __future__ import annotations

from enum import Enum
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote

from aws_lambda_powertools.event_handler import Response

from handlers import json_codec

if TYPE_CHECKING:
    from collections.abc import Mapping

CONTENT_TYPE = "application/problem+json"


class Problem(Enum):
    """Each kind of problem: status, last part of its type, title."""

    INVALID_JSON = (HTTPStatus.BAD_REQUEST, "invalid-json", "The body is not valid JSON")
    INVALID_ITEM = (HTTPStatus.BAD_REQUEST, "invalid-item", "The body is not a valid item")
    INVALID_PARAMETER = (
        HTTPStatus.BAD_REQUEST,
        "invalid-parameter",
        "A query parameter or header is not valid",
    )
    UNKNOWN_CALLER = (HTTPStatus.FORBIDDEN, "unknown-caller", "The caller is not known")
    NOT_FOUND = (HTTPStatus.NOT_FOUND, "not-found", "There is no such resource")
    CONFLICT = (HTTPStatus.CONFLICT, "conflict", "The item changed meanwhile")
    IN_PROGRESS = (
        HTTPStatus.CONFLICT,
        "in-progress",
        "A request with this Idempotency-Key is in progress",
    )
    PRECONDITION_FAILED = (
        HTTPStatus.PRECONDITION_FAILED,
        "precondition-failed",
        "The item is not the version that If-Match names",
    )
    TOO_LARGE = (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-large", "The body is too large")
    UNSUPPORTED_MEDIA_TYPE = (
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "unsupported-media-type",
        "The body is not JSON text",
    )
    KEY_REUSED = (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "idempotency-key-reused",
        "This Idempotency-Key was used with another body",
    )
    INTERNAL = (HTTPStatus.INTERNAL_SERVER_ERROR, "internal", "The service failed")
    UNAVAILABLE = (HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", "The service is overloaded")

    def __init__(self, status: HTTPStatus, slug: str, title: str) -> None:
        self.status = status
        self.type = f"urn:problem-type:items:{slug}"
        self.title = title


class ProblemError(Exception):
    """Ends a request with a problem; `detail` and `headers` go to the client as they are."""

    def __init__(
        self, problem: Problem, detail: str, *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.problem = problem
        self.detail = detail
        self.headers = headers or {}


def response(error: ProblemError, *, path: str, request_id: str) -> Response[str]:
    """Return the response for a problem that occurred at `path` in the request `request_id`."""
    problem = error.problem
    body = {
        "type": problem.type,
        "title": problem.title,
        "status": problem.status.value,
        "detail": error.detail,
        "instance": quote(path),
        "request_id": request_id,
    }
    return Response(
        status_code=problem.status.value,
        content_type=CONTENT_TYPE,
        body=json_codec.encode(body),
        headers=error.headers,
    )
