"""What an exception means to the client: one table, and overload wherever it comes from."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyAlreadyInProgressError,
    IdempotencyInconsistentStateError,
    IdempotencyValidationError,
)
from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as BotoConnectionError

from handlers.diagnosis import chain
from handlers.problems import Problem, ProblemError
from handlers.store import (
    ConflictError,
    ItemNotFoundError,
    PreconditionFailedError,
    UnsettledError,
)

RETRY_AFTER: Final = {"Retry-After": "1"}
"""Seconds to wait; botocore has already waited between its own attempts."""

# https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html, those that
# DynamoDB, S3, Systems Manager and KMS send.
_THROTTLED: Final = frozenset(
    {
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)

_PROBLEMS: Final[dict[type[Exception], ProblemError]] = {
    NotFoundError: ProblemError(Problem.NOT_FOUND, "Nothing is served here."),
    ItemNotFoundError: ProblemError(Problem.NOT_FOUND, "No item has this id."),
    PreconditionFailedError: ProblemError(
        Problem.PRECONDITION_FAILED, "Get the item, then repeat with its ETag."
    ),
    ConflictError: ProblemError(Problem.CONFLICT, "Another request came first; repeat yours."),
    IdempotencyValidationError: ProblemError(
        Problem.KEY_REUSED, "Send another key with another body."
    ),
    IdempotencyAlreadyInProgressError: ProblemError(
        Problem.IN_PROGRESS, "Repeat the request later.", headers=RETRY_AFTER
    ),
    IdempotencyInconsistentStateError: ProblemError(
        Problem.IN_PROGRESS, "Repeat the request later.", headers=RETRY_AFTER
    ),
    UnsettledError: ProblemError(
        Problem.UNAVAILABLE, "Repeat the request later.", headers=RETRY_AFTER
    ),
}


def problem_of(error: Exception) -> ProblemError:
    """Return what to tell the client; for what is not listed, only that the service failed."""
    if isinstance(error, ProblemError):
        return error
    if type(error) in _PROBLEMS:
        return _PROBLEMS[type(error)]
    if any(map(_is_overload, chain(error))):
        return ProblemError(Problem.UNAVAILABLE, "Repeat the request later.", headers=RETRY_AFTER)
    return ProblemError(Problem.INTERNAL, "The failure is logged under this request's id.")


def _is_overload(error: BaseException) -> bool:
    if isinstance(error, BotoConnectionError | HTTPClientError):
        return True
    if not isinstance(error, ClientError):
        return False
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return (
        error.response["Error"]["Code"] in _THROTTLED or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    )
