"""What a request asks for, read strictly: each reader returns a valid value or raises a 4xx."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

import fastjsonschema

from handlers import json_codec
from handlers.item import DEFAULT_STATUS, SCHEMA, STATUSES
from handlers.problems import Problem, ProblemError

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

    from handlers.config import Settings
    from handlers.json_codec import JsonObject

MAX_BODY_BYTES: Final = 1024 * 1024
"""Largest body in UTF-8: its escaped echo stays under the 6 MB that Lambda may answer.

https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""

_validate = fastjsonschema.compile(SCHEMA)


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemInput:
    """What a client sends to create or replace an item."""

    data: JsonObject
    status: str


def item(event: APIGatewayProxyEvent) -> ItemInput:
    """Return the item in the request's body; its status is `DEFAULT_STATUS` unless given."""
    _require_json(event)
    body = event.body or ""
    # A body that UTF-8 cannot carry is still to be measured before it is refused.
    if len(body.encode("utf-8", "surrogatepass")) > MAX_BODY_BYTES:
        raise ProblemError(
            Problem.TOO_LARGE, f"The body may have at most {MAX_BODY_BYTES} bytes in UTF-8."
        )
    try:
        decoded = json_codec.decode_strict(body)
    except json_codec.JsonError as error:
        raise ProblemError(Problem.INVALID_JSON, f"The body cannot be read: {error}.") from None
    try:
        _validate(decoded, name_prefix="body")
    except fastjsonschema.JsonSchemaValueException as error:
        raise ProblemError(Problem.INVALID_ITEM, _explain(error)) from None
    fields = cast("JsonObject", decoded)
    return ItemInput(
        data=cast("JsonObject", fields["data"]),
        status=cast("str", fields.get("status", DEFAULT_STATUS)),
    )


def limit(event: APIGatewayProxyEvent, *, settings: Settings) -> int:
    """Return how many items the page may have."""
    text = parameter(event, "limit")
    if text is None:
        return settings.default_limit
    # Only plain digits, and few: int() would also take spaces, signs, underscores.
    if text.isascii() and text.isdigit() and len(text) <= len(str(settings.max_limit)):
        number = int(text)
        if 1 <= number <= settings.max_limit:
            return number
    raise ProblemError(
        Problem.INVALID_PARAMETER,
        f"The parameter limit must be an integer from 1 to {settings.max_limit}.",
    )


def status(event: APIGatewayProxyEvent) -> str | None:
    """Return the status that the list is filtered by; None for all."""
    text = parameter(event, "status")
    if text is None or text in STATUSES:
        return text
    raise ProblemError(
        Problem.INVALID_PARAMETER, f"The parameter status must be one of {', '.join(STATUSES)}."
    )


def parameter(event: APIGatewayProxyEvent, name: str) -> str | None:
    """Return the query parameter's only value; None when it is absent."""
    several = event.multi_value_query_string_parameters.get(name, ())
    if len(several) > 1:
        raise ProblemError(Problem.INVALID_PARAMETER, f"The parameter {name} is given twice.")
    return event.query_string_parameters.get(name)


def header(event: APIGatewayProxyEvent, name: str) -> str | None:
    """Return the header's only value; None when it is absent."""
    several = event.multi_value_headers.get(name, ())
    if len(several) > 1:
        raise ProblemError(Problem.INVALID_PARAMETER, f"The header {name} is given twice.")
    return event.headers.get(name)


def _require_json(event: APIGatewayProxyEvent) -> None:
    essence, *parameters = (part.strip().lower() for part in _content_type(event).split(";"))
    if essence != "application/json" or set(parameters) - {"", "charset=utf-8", 'charset="utf-8"'}:
        raise ProblemError(
            Problem.UNSUPPORTED_MEDIA_TYPE, "Send the body as application/json in UTF-8."
        )
    if event.is_base64_encoded:
        raise ProblemError(
            Problem.UNSUPPORTED_MEDIA_TYPE, "The body arrived as binary; send it as text."
        )


def _content_type(event: APIGatewayProxyEvent) -> str:
    return header(event, "Content-Type") or ""


def _explain(error: fastjsonschema.JsonSchemaValueException) -> str:
    # The library's own text for this rule repeats the client's names, of any length and number.
    if error.rule == "additionalProperties":
        return f"The body may have no properties but {', '.join(SCHEMA['properties'])}."
    return f"The body is wrong: {error.message}."
