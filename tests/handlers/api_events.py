"""Events as API Gateway sends them to the function, and the context beside them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Mapping

    Identity = Mapping[str, object]


def iam_caller(name: str, *, cognito_identity_id: str | None = None) -> Identity:
    """Return what API Gateway says of a caller that signed with IAM credentials."""
    identity = {
        "accountId": "123456789012",
        "accessKey": "AKIAIOSFODNN7EXAMPLE",
        "apiKey": "api-key-value",
        "caller": "AIDACKCEVSQ6C2EXAMPLE",
        "cognitoIdentityId": cognito_identity_id,
        "sourceIp": "192.0.2.1",
        "user": "AIDACKCEVSQ6C2EXAMPLE",
        "userAgent": "tests",
        "userArn": f"arn:aws:iam::123456789012:user/{name}",
    }
    return {"identity": identity}


def cognito_caller(sub: str) -> Identity:
    """Return what API Gateway says of a user of a Cognito user pool."""
    claims = {"sub": sub, "iss": "https://cognito-idp.eu-central-1.amazonaws.com/pool"}
    return {"identity": {"sourceIp": "192.0.2.1"}, "authorizer": {"claims": claims}}


ALICE = iam_caller("alice")


@dataclass(frozen=True)
class Context:
    """The parts of Lambda's context object that the service and Powertools read."""

    remaining_milliseconds: int = 10_000
    function_name: str = "items"
    memory_limit_in_mb: int = 256
    invoked_function_arn: str = "arn:aws:lambda:eu-central-1:123456789012:function:items"
    aws_request_id: str = field(default_factory=lambda: str(uuid4()))

    def get_remaining_time_in_millis(self) -> int:
        """Return the time left, which stands still here."""
        return self.remaining_milliseconds


def event(
    method: str,
    path: str,
    *,
    body: str | None = None,
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, list[str]] | None = None,
    caller: Identity = ALICE,
    base64: bool = False,
) -> dict[str, object]:
    """Return the REST proxy event of a request to the stage `dev`.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
    """
    parts = path.strip("/").split("/", 1)
    has_id = parts[0] == "items" and len(parts) > 1
    sent = {"Host": "api.example.com", "X-Api-Key": "api-key-value", **(headers or {})}
    return {
        "resource": "/items/{id}" if has_id else path,
        "path": path,
        "httpMethod": method,
        "headers": sent,
        "multiValueHeaders": {name: [value] for name, value in sent.items()},
        "queryStringParameters": {name: values[-1] for name, values in query.items()}
        if query
        else None,
        "multiValueQueryStringParameters": query,
        "pathParameters": {"id": parts[1]} if has_id else None,
        "stageVariables": None,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abcdef1234",
            "httpMethod": method,
            "path": f"/dev{path}",
            "protocol": "HTTP/1.1",
            "requestId": str(uuid4()),
            "requestTimeEpoch": 1_700_000_000_000,
            "resourceId": "123456",
            "resourcePath": "/items/{id}" if has_id else path,
            "stage": "dev",
            **caller,
        },
        "body": body,
        "isBase64Encoded": base64,
    }
