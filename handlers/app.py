"""The routes of the items service and its Lambda entry point.

An id in a path that no item can have is answered as an unknown one, 404: to a client it makes no
difference, and the reader learns nothing of what ids look like.
"""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.logging import correlation_paths

from handlers import etag, failures, idempotency, json_codec, pagination, problems, request
from handlers.diagnosis import describe
from handlers.etag import IfMatch
from handlers.item import Item, is_item_id
from handlers.service import service
from handlers.store import ItemNotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

# Powertools would print each event in debug mode, which an environment variable could switch on.
app = APIGatewayRestResolver(debug=False)

_HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class NotAnApiEventError(Exception):
    """The event is no API Gateway proxy event.

    Raised out of the function, so that Lambda's asynchronous retries end in the dead-letter queue.
    """


@app.post("/items")
def create_item() -> Response[str]:
    """Create an item; with an Idempotency-Key header, at most once per caller and key."""
    event = app.current_event
    given = request.item(event)
    key = idempotency.read_key(request.header(event, "Idempotency-Key"))

    def create(item_id: str | None = None) -> dict[str, str]:
        settings = service().settings.current()
        created = service().store.create(
            given, inline_data_bytes=settings.inline_data_bytes, item_id=item_id
        )
        service().metrics.item_created()
        service().logger.append_keys(item_id=created.id)
        return {"id": created.id, "created_at": created.created_at}

    if key is None:
        receipt = create()
    else:
        caller = idempotency.caller_of(event)
        item_id = idempotency.item_id(key=key, caller=caller, given=given)
        receipt = service().idempotency.once(
            lambda: create(item_id),
            key=key,
            caller=caller,
            given=given,
            context=app.lambda_context,
        )
    item = Item(
        id=receipt["id"],
        status=given.status,
        created_at=receipt["created_at"],
        updated_at=receipt["created_at"],
        version=1,
        data=given.data,
    )
    # The context's path has the stage in front, as the client's URL has.
    location = f"{event.request_context.path.rstrip('/')}/{item.id}"
    return _item_response(item, status=HTTPStatus.CREATED, headers={"Location": location})


@app.get("/items")
def list_items() -> Response[str]:
    """List items, a page at a time, by status and then by creation time."""
    event = app.current_event
    limit = request.limit(event, settings=service().settings.current())
    status = request.status(event)
    token = request.parameter(event, "next")
    if token is None:
        position = pagination.start(status_filter=status)
    else:
        position = pagination.decode(token, status_filter=status)
    page = service().store.page(position, limit=limit)
    return _json_response(
        {
            "items": [item.representation() for item in page.items],
            "next": None if page.next is None else pagination.encode(page.next),
        }
    )


@app.get("/items/<item_id>")
def get_item(item_id: str) -> Response[str]:
    """Return one item with all its data."""
    return _item_response(service().store.get(_valid(item_id)))


@app.put("/items/<item_id>")
def replace_item(item_id: str) -> Response[str]:
    """Replace an item's status and data; never creates one, since ids are the server's."""
    event = app.current_event
    replaced = service().store.replace(
        _valid(item_id),
        request.item(event),
        if_match=IfMatch.parse(request.header(event, "If-Match")),
        inline_data_bytes=service().settings.current().inline_data_bytes,
    )
    return _item_response(replaced)


@app.delete("/items/<item_id>")
def delete_item(item_id: str) -> Response[str]:
    """Delete an item."""
    if_match = IfMatch.parse(request.header(app.current_event, "If-Match"))
    service().store.delete(_valid(item_id), if_match=if_match)
    return Response(status_code=HTTPStatus.NO_CONTENT.value, body="")


def answer_error(error: Exception) -> Response[str]:
    """Turn any exception of a route, or of none matching, into a problem."""
    logger = service().logger
    problem = failures.problem_of(error)
    logger.append_keys(problem=problem.problem.type)
    if problem.problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        logger.error("request failed", extra=describe(error))
    context = app.current_event.request_context
    return problems.response(
        problem,
        path=context.path,
        request_id=context.request_id,
    )


# As a decorator it would hide the function's type, which Powertools does not declare.
app.exception_handler(Exception)(answer_error)


def lambda_handler(event: dict[str, object], context: LambdaContext) -> dict[str, object]:
    """Answer one API Gateway REST proxy event.

    Raises NotAnApiEventError for any other event, and ConfigurationError when the function's
    environment variables are wrong.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
    """
    # log_event=False, because an environment variable could otherwise switch the logging of whole
    # events on.
    observed = service().logger.inject_lambda_context(
        _answer,
        log_event=False,
        clear_state=True,
        correlation_id_path=correlation_paths.API_GATEWAY_REST,
    )
    return observed(event, context)


def _answer(event: dict[str, object], context: LambdaContext) -> dict[str, object]:
    started = time.perf_counter()
    status = HTTPStatus.INTERNAL_SERVER_ERROR.value
    labels: dict[str, str] = {}
    try:
        labels = _labels(event)
        response = app.resolve(event, context)
        headers = service().cors_headers(app.current_event.headers) | _HEADERS
        response["multiValueHeaders"].update({name: [headers[name]] for name in headers})
        status = response["statusCode"]
    except NotAnApiEventError as error:
        service().logger.error(str(error))
        raise
    else:
        return response
    finally:
        milliseconds = (time.perf_counter() - started) * 1000
        service().logger.info(
            "request", extra={**labels, "status": status, "ms": round(milliseconds, 3)}
        )
        service().metrics.finish(status=status, milliseconds=milliseconds)


def _labels(event: object) -> dict[str, str]:
    match event:
        case {
            "httpMethod": str() as method,
            "resource": str() as route,
            "path": str(),
            "requestContext": {"requestId": str(), "path": str(), "identity": dict()},
        }:
            return {"method": method, "route": route}
    raise NotAnApiEventError(
        "The event is no API Gateway REST proxy event; invoke this function by its API only."
    )


def _valid(item_id: str) -> str:
    if not is_item_id(item_id):
        raise ItemNotFoundError
    service().logger.append_keys(item_id=item_id)
    return item_id


def _item_response(
    item: Item, *, status: HTTPStatus = HTTPStatus.OK, headers: Mapping[str, str] | None = None
) -> Response[str]:
    return _json_response(
        item.representation(),
        status=status,
        headers={"ETag": etag.of(item.version), **(headers or {})},
    )


def _json_response(
    body: dict[str, object],
    *,
    status: HTTPStatus = HTTPStatus.OK,
    headers: Mapping[str, str] | None = None,
) -> Response[str]:
    return Response(
        status_code=status.value,
        content_type="application/json",
        body=json_codec.encode(body),
        headers=headers,
    )
