"""A deployed items service on a local AWS: its resources, requests to it, what it left behind."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

from handlers.app import lambda_handler
from tests.handlers.api_events import ALICE, Context, event

if TYPE_CHECKING:
    import io
    from collections.abc import Callable, Iterator, Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext
    from botocore.client import BaseClient

    from handlers.clients import Clients
    from tests.handlers.api_events import Identity

ORIGIN = "https://app.example.com"
SETTINGS = {"default_limit": 2, "max_limit": 10, "inline_data_bytes": 64}
LARGE = {"text": "x" * 100}
"""Data beyond the settings' inline_data_bytes."""


@dataclass(frozen=True)
class Answer:
    """A response as API Gateway would send it."""

    status: int
    headers: dict[str, str]
    body: str
    request_id: str

    @property
    def json(self) -> dict[str, object]:
        """The body, decoded."""
        return cast("dict[str, object]", json.loads(self.body))

    @property
    def item_id(self) -> str:
        """The id in the body."""
        return str(self.json["id"])

    @property
    def problem(self) -> str:
        """The last part of the problem's type."""
        assert self.headers["Content-Type"] == "application/problem+json"
        return str(self.json["type"]).rpartition(":")[2]


class Crash(BaseException):
    """The function's process dies."""


class Deployed:
    """The service and what it left behind."""

    def __init__(
        self, clients: Clients, logs: io.StringIO, printed: Callable[[], str], suffix: str
    ) -> None:
        self.clients = clients
        self.table = f"items-{suffix}"
        self.records_table = f"idempotency-{suffix}"
        self.bucket = f"large-data-{suffix}"
        self.parameter = f"/serverless/config/{suffix}"
        self._logs = logs
        self._printed = printed
        self._output = ""

    def variables(self) -> dict[str, str]:
        """Return the function's environment variables."""
        return {
            "DYNAMODB_TABLE_NAME": self.table,
            "DYNAMODB_STATUS_INDEX": "status-index",
            "IDEMPOTENCY_TABLE_NAME": self.records_table,
            "S3_BUCKET_NAME": self.bucket,
            "CONFIG_PARAMETER_NAME": self.parameter,
            "ALLOWED_ORIGINS": f"https://other.example.com,{ORIGIN}",
            "ENVIRONMENT": "dev",
            "POWERTOOLS_SERVICE_NAME": "items",
            "POWERTOOLS_METRICS_NAMESPACE": "ServerlessApp",
        }

    def create_resources(self) -> None:
        """Make tables, bucket and parameter."""
        self.clients.dynamodb.create_table(
            TableName=self.table,
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": "S"}
                for name in ("id", "status", "created_at")
            ],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "status-index",
                    "KeySchema": [
                        {"AttributeName": "status", "KeyType": "HASH"},
                        {"AttributeName": "created_at", "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
            BillingMode="PAY_PER_REQUEST",
        )
        self.clients.dynamodb.create_table(
            TableName=self.records_table,
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        self.clients.s3.create_bucket(
            Bucket=self.bucket, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
        )
        self.set_parameter(json.dumps(SETTINGS))

    def set_parameter(self, text: str) -> None:
        """Write the settings parameter."""
        self.clients.ssm.put_parameter(
            Name=self.parameter, Value=text, Type="String", Overwrite=True
        )

    def send(  # noqa: PLR0913 - a request has that many parts
        self,
        method: str,
        path: str,
        *,
        item: object = None,
        body: str | None = None,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, list[str]] | None = None,
        caller: Identity = ALICE,
        base64: bool = False,
        context: Context | None = None,
    ) -> Answer:
        """Send a request, with `item` as its JSON body, and return the response."""
        if item is not None:
            body = json.dumps(item)
        if body is not None:
            headers = {"Content-Type": "application/json", **(headers or {})}
        sent = event(
            method, path, body=body, headers=headers, query=query, caller=caller, base64=base64
        )
        raw = self.invoke(sent, context=context)
        assert set(raw) == {"statusCode", "body", "isBase64Encoded", "multiValueHeaders"}
        many = cast("dict[str, list[str]]", raw["multiValueHeaders"])
        assert all(len(values) == 1 for values in many.values())
        return Answer(
            status=cast("int", raw["statusCode"]),
            headers={name: values[0] for name, values in many.items()},
            body=cast("str", raw["body"]),
            request_id=cast("dict[str, str]", sent["requestContext"])["requestId"],
        )

    def invoke(self, sent: object, *, context: Context | None = None) -> dict[str, object]:
        """Invoke the function with any event and return what it returns."""
        return lambda_handler(
            cast("dict[str, object]", sent), cast("LambdaContext", context or Context())
        )

    def create(self, data: object = None, **fields: str) -> Answer:
        """Create an item."""
        answer = self.send("POST", "/items", item={"data": data or {}, **fields})
        assert answer.status == 201
        return answer

    def rows(self) -> list[dict[str, dict[str, str]]]:
        """Return every row of the items table."""
        found = self.clients.dynamodb.scan(TableName=self.table)["Items"]
        return cast("list[dict[str, dict[str, str]]]", found)

    def records(self) -> list[dict[str, dict[str, str]]]:
        """Return every idempotency record."""
        found = self.clients.dynamodb.scan(TableName=self.records_table)["Items"]
        return cast("list[dict[str, dict[str, str]]]", found)

    def objects(self) -> set[str]:
        """Return the key of every object in the bucket."""
        listed = self.clients.s3.list_objects_v2(Bucket=self.bucket).get("Contents", [])
        return {one["Key"] for one in listed}

    def logs(self) -> list[dict[str, object]]:
        """Return every log line."""
        return [json.loads(line) for line in self._logs.getvalue().splitlines()]

    def metrics(self) -> list[dict[str, object]]:
        """Return every line in the embedded metric format."""
        return [json.loads(line) for line in self.output().splitlines()]

    def output(self) -> str:
        """Return all that was printed, metrics included."""
        self._output += self._printed()
        return self._output

    def everything_written(self) -> str:
        """Return all that CloudWatch Logs would receive."""
        return self._logs.getvalue() + self.output()


@contextmanager
def before(
    client: BaseClient, operation: str, act: Callable[[], object], *, table: str | None = None
) -> Iterator[None]:
    """Call `act` before each call of an AWS operation; a result of it replaces the call.

    With `table`, only calls to that DynamoDB table count.
    """
    name = f"before-call.{client.meta.service_model.service_id.hyphenize()}.{operation}"

    def on_call(params: dict[str, bytes], **_: object) -> object:
        if table is not None and json.loads(params["body"])["TableName"] != table:
            return None
        return act()

    handler = cast("Callable[..., None]", on_call)  # botocore's stubs know no replacing hooks
    client.meta.events.register_first(name, handler)
    try:
        yield
    finally:
        client.meta.events.unregister(name, handler)


@contextmanager
def recorded(clients: Clients) -> Iterator[list[tuple[str, dict[str, object]]]]:
    """Collect each call of any client, as IAM's action and the call's parameters."""
    calls: list[tuple[str, dict[str, object]]] = []

    def record(event_name: str, params: dict[str, object], **_: object) -> None:
        prefix, operation = event_name.split(".")[1:]
        calls.append((f"{prefix}:{operation}", params))

    events = [client.meta.events for client in (clients.dynamodb, clients.s3, clients.ssm)]
    for one in events:
        one.register("provide-client-params", record)
    try:
        yield calls
    finally:
        for one in events:
            one.unregister("provide-client-params", record)


def aws_error(code: str, status: int = 400) -> Callable[[], object]:
    """Return what makes `before` replace a call by an error response."""
    error = {
        "Error": {"Code": code, "Message": "internal-secret"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return lambda: (AWSResponse("https://aws.example.com", status, HTTPHeaders(), None), error)


def crash() -> object:
    """Make `before` kill the function."""
    raise Crash
