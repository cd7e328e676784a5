"""What is logged of an exception: enough to find it, nothing of the request that met it."""

from __future__ import annotations

import traceback
from pathlib import PurePath
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from handlers.config import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator


def describe(error: BaseException) -> dict[str, object]:
    """Return what may be logged of an unexpected exception.

    Types and places always; texts only of AWS's error codes and of our own configuration errors,
    since any other text may quote a request.
    """
    fields: dict[str, object] = {
        "errors": [type(one).__name__ for one in chain(error)],
        "frames": [
            f"{PurePath(frame.filename).name}:{frame.lineno}:{frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)
        ],
    }
    for one in chain(error):
        if isinstance(one, ClientError):
            fields["aws_operation"] = one.operation_name
            fields["aws_code"] = one.response["Error"]["Code"]
        if isinstance(one, ConfigurationError):
            fields["reason"] = str(one)
    return fields


def chain(error: BaseException) -> Iterator[BaseException]:
    """Yield the exception and all that led to it.

    Powertools wraps botocore's errors, now as the cause, now only as the context.
    """
    one: BaseException | None = error
    while one is not None:
        yield one
        one = one.__cause__ or one.__context__
