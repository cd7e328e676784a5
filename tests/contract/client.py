"""A client of the items service: whoever calls it signs, or brings a token, and the API key."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import quote, urlencode

import urllib3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.credentials import ReadOnlyCredentials

    from compliance.rehearsal.stage import Stage

Json = dict[str, Any]

JSON: Final = {"Content-Type": "application/json"}
PROBLEM: Final = "application/problem+json"
# A function in a VPC starts slowly, and API Gateway gives up after 29 s.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
_TIMEOUT: Final = urllib3.Timeout(connect=5, read=35)


@dataclass(frozen=True)
class Answer:
    """What came back.

    Attributes:
        status: HTTP status.
        headers: their names know no case.
        body: as text.
    """

    status: int
    headers: Mapping[str, str]
    body: str

    @property
    def json(self) -> Json:
        """The body, decoded."""
        return cast("Json", json.loads(self.body))

    @property
    def problem(self) -> str:
        """The last part of the problem's type; empty when API Gateway itself refused."""
        if self.headers["Content-Type"] != PROBLEM:
            return ""
        return str(self.json["type"]).rpartition(":")[2]

    def __repr__(self) -> str:
        return f"<{self.status} {self.body[:300]!r}>"


class Client:
    """Calls a stage as one who may call every operation, over connections that stay open."""

    def __init__(self, stage: Stage, *, connections: int = 1) -> None:
        self.stage = stage
        self._pool = urllib3.PoolManager(
            maxsize=connections, ca_certs=stage.ca_bundle, timeout=_TIMEOUT, retries=False
        )

    @cached_property
    def _credentials(self) -> ReadOnlyCredentials:
        found = self.stage.session(self.stage.caller).get_credentials()
        assert found is not None, "the stage's caller has no credentials"
        return found.get_frozen_credentials()

    def signed(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None
    ) -> dict[str, str]:
        """The headers of a request, and those that say who calls."""
        sent = {**headers, **({"x-api-key": self.stage.api_key} if self.stage.api_key else {})}
        match self.stage.authorization:
            case "iam":
                request = AWSRequest(method=method, url=url, headers=sent, data=body or b"")
                SigV4Auth(self._credentials, "execute-api", self.stage.region).add_auth(request)
                return dict(request.headers.items())
            case "cognito":
                return {**sent, "Authorization": self.stage.tokens["all"]}
            case _:
                return sent

    def send(
        self,
        method: str,
        path: str,
        *,
        item: object = None,
        body: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        signed: bool = True,
    ) -> Answer:
        """Send a request.

        Args:
            method: of HTTP.
            path: below the stage.
            item: sent as the JSON body.
            body: sent as it is, in place of `item`; as JSON unless `headers` say otherwise.
            headers: beside those that say who calls.
            query: parameters.
            signed: whether to say who calls.
        """
        if item is not None:
            body = json.dumps(item)
        content = body.encode() if isinstance(body, str) else body
        url = (
            self.stage.base_url + path + (f"?{urlencode(query, quote_via=quote)}" if query else "")
        )
        sent = {**(JSON if content is not None else {}), **(headers or {})}
        if signed:
            sent = self.signed(method, url, headers=sent, body=content)
        found = self._pool.request(method, url, body=content, headers=sent)
        return Answer(found.status, found.headers, found.data.decode())

    def create(self, data: object = None, **fields: str) -> Json:
        """Create an item and return it."""
        answer = self.send("POST", "/items", item={"data": data or {}, **fields})
        assert answer.status == 201, answer
        return answer.json

    def list(self, **query: str) -> Json:
        """Return one page."""
        answer = self.send("GET", "/items", query=query)
        assert answer.status == 200, answer
        return answer.json
