"""Creation that a retry does not repeat, for requests with an Idempotency-Key header.

The record of a request holds hashes of caller, key and body, and the receipt of what was made;
never the body: a retry brings the same body along, else it is refused.

A function that dies after its item was written and before the record says so leaves the record
'in progress' until the function's time is up. A retry after that finds the item: its id is made of
caller, key and body.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final
from uuid import UUID

from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)

from handlers import json_codec
from handlers.problems import Problem, ProblemError

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent
    from aws_lambda_powertools.utilities.typing import LambdaContext
    from mypy_boto3_dynamodb.client import DynamoDBClient

    from handlers.request import ItemInput

    Receipt = dict[str, str]

KEY_LIFETIME: Final = 24 * 60 * 60
"""Seconds for which a key is remembered."""

_KEY = re.compile(r"[\x21-\x7e]{1,255}")


class Idempotency:
    """The records of one table, kept by Powertools."""

    def __init__(self, *, client: DynamoDBClient, table: str) -> None:
        self._layer = DynamoDBPersistenceLayer(table_name=table, boto3_client=client)
        self._config = IdempotencyConfig(
            event_key_jmespath="[caller, key]",
            payload_validation_jmespath="fingerprint",
            raise_on_no_idempotency_key=True,
            expires_after_seconds=KEY_LIFETIME,
            hash_function="sha256",
        )

    def once(
        self,
        create: Callable[[], Receipt],
        *,
        key: str,
        caller: list[str],
        given: ItemInput,
        context: LambdaContext,
    ) -> Receipt:
        """Return what `create` returns, or returned when this caller first sent this key.

        Raises Powertools' IdempotencyValidationError for another body under the same key, and
        IdempotencyAlreadyInProgressError while the first request runs. If `create` raises, the
        record is deleted and the key is free again.
        """

        def run(*, request: dict[str, object]) -> Receipt:  # noqa: ARG001 - Powertools reads it
            return create()

        # The time left tells Powertools when a record in progress is that of a dead function.
        self._config.register_lambda_context(context)
        guarded = idempotent_function(
            run,
            data_keyword_argument="request",
            persistence_store=self._layer,
            config=self._config,
            key_prefix="create-item",
        )
        receipt: Receipt = guarded(
            request={"caller": caller, "key": key, "fingerprint": _fingerprint(given)}
        )
        return receipt


def read_key(header: str | None) -> str | None:
    """Return the Idempotency-Key header's value; None without one, a problem if malformed."""
    if header is None or _KEY.fullmatch(header):
        return header
    raise ProblemError(
        Problem.INVALID_PARAMETER,
        "Idempotency-Key must be 1 to 255 visible ASCII characters.",
    )


def item_id(*, key: str, caller: list[str], given: ItemInput) -> str:
    """Return the id of the one item that this caller's key and body make, however often they come.

    It has the form of a random id (RFC 9562, version 4) and tells nothing of what it is made of.
    """
    text = json_codec.encode_canonical([caller, key, _fingerprint(given)])
    return str(UUID(bytes=hashlib.sha256(text.encode("ascii")).digest()[:16], version=4))


def caller_of(event: APIGatewayProxyEvent) -> list[str]:
    """Return what tells the caller from all others: the Cognito user, or the IAM principal.

    Users of a Cognito identity pool share one role session, so their identity id counts too.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
    """
    context = event.request_context
    claims = context.authorizer.claims
    if "sub" in claims:
        return ["cognito", str(claims.get("iss", "")), str(claims["sub"])]
    identity = context.identity
    if identity.user_arn:
        return ["iam", identity.user_arn, identity.cognito_identity_id or ""]
    raise ProblemError(
        Problem.UNKNOWN_CALLER, "Idempotency-Key needs a caller signed in by IAM or Cognito."
    )


def _fingerprint(given: ItemInput) -> str:
    # Hashed here, since Powertools copies what it hashes.
    text = json_codec.encode_canonical({"data": given.data, "status": given.status})
    return hashlib.sha256(text.encode("ascii")).hexdigest()
