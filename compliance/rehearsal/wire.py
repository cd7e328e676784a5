"""One connection to the rehearsed API, over which calls go as they are written."""

from __future__ import annotations

import contextlib
import http.client
import ssl
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as Keys
from botocore.exceptions import BotoCoreError

from compliance.rehearsal.errors import RehearsalError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from compliance.rehearsal.stage import Credentials, Stage

SERVICE: Final = "execute-api"
"""Under which requests to an API are signed
(https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-call-api.html)."""
AGENT: Final = "synthgate-probe"
"""`User-Agent` of every call made here, before a slash and what kind of call it is."""
SECONDS: Final = 30.0
"""How long an answer may take: API Gateway itself gives up after 29."""
THROTTLED: Final = 429
PAUSES: Final = (0.5, 1.0, 2.0)
"""Seconds between the attempts of a call that is throttled."""

_LONG_AGO: Final = "20200101T000000Z"
_FAULTS: Final = (OSError, http.client.HTTPException)
_CLOSED: Final = (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError)


@dataclass(frozen=True, slots=True)
class Signature:
    """How a request is signed by SigV4; the defaults sign it rightly.

    Attributes:
        credentials: whose.
        secret: signs in place of the credentials' own secret.
        region: names another region than the stage's.
        service: names another service than API Gateway's.
        stale: is of years ago.
    """

    credentials: Credentials
    secret: str = ""
    region: str = ""
    service: str = SERVICE
    stale: bool = False


class _Stale(SigV4Auth):
    def _modify_request_before_signing(self, request: Any) -> None:
        request.context["timestamp"] = _LONG_AGO
        super()._modify_request_before_signing(request)  # type: ignore[misc]  # its stubs lack it


class Wire:
    """One connection to a stage, kept open.

    Libraries tidy an address before they send it, and what an untidy one comes to is what is to be
    seen here. So this one sends it as it is.

    Attributes:
        base: path of the stage, without a slash at its end.
    """

    def __init__(self, stage: Stage, *, pause: Callable[[float], None] = time.sleep) -> None:
        address = urlsplit(stage.base_url)
        if address.scheme != "https" or not address.hostname:
            raise RehearsalError(
                f"the stage's address is {stage.base_url}; allowed: one of https, as API Gateway's"
            )
        self.base = address.path.rstrip("/")
        self._stage = stage
        self._origin = f"{address.scheme}://{address.netloc}"
        self._pause = pause
        self._keys: dict[Credentials, Any] = {}
        self._connection = http.client.HTTPSConnection(
            address.hostname,
            address.port,
            timeout=SECONDS,
            context=ssl.create_default_context(cafile=stage.ca_bundle),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def status(
        self,
        method: str,
        path: str,
        *,
        kind: str,
        headers: Mapping[str, str],
        body: str | None = None,
        signature: Signature | None = None,
    ) -> int:
        """Call, and return the answer's status; 429 only when it stays so.

        Args:
            method: HTTP method.
            path: from the server's root, the stage's own included, sent as it is.
            kind: what kind of call it is, for the `User-Agent`.
            headers: to send; a signature adds its own.
            body: to send.
            signature: how to sign; `None` for not at all.

        Raises:
            RehearsalError: there is no answer, or nothing to sign with.
        """
        named = {**headers, "User-Agent": f"{AGENT}/{kind}"}
        request = AWSRequest(method, self._origin + path, data=body, headers=named)
        if signature is not None:
            self._sign(request, signature)
        sent = dict(request.headers.items())
        for seconds in PAUSES:
            found = self._send(method, path, sent, body)
            if found != THROTTLED:
                return found
            self._pause(seconds)
        return self._send(method, path, sent, body)

    def _sign(self, request: AWSRequest, signature: Signature) -> None:
        own = self._frozen(signature.credentials)
        keys = Keys(own.access_key, signature.secret or own.secret_key, own.token)
        signer = _Stale if signature.stale else SigV4Auth
        region = signature.region or self._stage.region
        signer(keys, signature.service, region).add_auth(request)

    def _frozen(self, credentials: Credentials) -> Any:
        if credentials not in self._keys:
            try:
                found = self._stage.session(credentials).get_credentials()
                own = found.get_frozen_credentials() if found else None
            except BotoCoreError as error:
                raise RehearsalError(f"no credentials to sign with: {error}") from error
            if own is None:
                raise RehearsalError("no credentials to sign with; next: name a profile that has")
            self._keys[credentials] = own
        return self._keys[credentials]

    def _send(self, method: str, path: str, headers: Mapping[str, str], body: str | None) -> int:
        try:
            # What an idle connection meets when the server has closed it: once more, on a new one.
            with contextlib.suppress(*_CLOSED):
                return self._once(method, path, headers, body)
            self._connection.close()
            return self._once(method, path, headers, body)
        except _FAULTS as error:
            self._connection.close()
            raise RehearsalError(
                f"{method} {path}: no answer from {self._origin}: {type(error).__name__}: {error}; "
                "nothing is proven without one"
            ) from error

    def _once(self, method: str, path: str, headers: Mapping[str, str], body: str | None) -> int:
        self._connection.request(method, path, body=body, headers=headers)
        with self._connection.getresponse() as answer:
            answer.read()
            return answer.status
