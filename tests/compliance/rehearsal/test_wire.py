"""Calls go over the wire as they are written, and an answer is never made up."""

from __future__ import annotations

import ssl
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
import trustme

from compliance.rehearsal.errors import RehearsalError
from compliance.rehearsal.stage import Credentials, Stage
from compliance.rehearsal.wire import PAUSES, Signature, Wire

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CALLER = Credentials("AKIACALLER", "secret-of-caller", "token-of-session")


@dataclass
class _Server:
    """What a server on loopback was asked, and what it answers: 200 when nothing else is left."""

    port: int = 0
    statuses: list[int] = field(default_factory=list)
    asked: list[tuple[str, dict[str, str], str]] = field(default_factory=list)


@contextmanager
def _serving(certificate: Path) -> Iterator[_Server]:
    state = _Server()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            size = int(self.headers.get("Content-Length", 0))
            body = self.rfile.read(size).decode()
            state.asked.append((self.requestline, dict(self.headers.items()), body))
            status = state.statuses.pop(0) if state.statuses else 200
            if not status:
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        do_POST = do_GET  # noqa: N815 - the library's name

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    state.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[_Server]:
    """Return a server, whose authority is in `ca.pem`."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    certificate = tmp_path / "server.pem"
    authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(certificate)
    with _serving(certificate) as state:
        yield state


@pytest.fixture
def stage(server: _Server, tmp_path: Path) -> Stage:
    """Return a stage of that server."""
    return Stage(
        base_url=f"https://localhost:{server.port}/v1/",
        region="us-east-1",
        account="123456789012",
        authorization="iam",
        api_key="",
        caller=CALLER,
        openapi="",
        ca_bundle=str(tmp_path / "ca.pem"),
    )


def _status(wire: Wire, path: str = "/v1/items", *, signature: Signature | None = None) -> int:
    return wire.status("GET", path, kind="unsigned", headers={"a": "b"}, signature=signature)


def test_a_path_is_sent_as_it_is(stage: Stage, server: _Server) -> None:
    """Neither dots nor slashes are tidied up; the agent tells the kind of the call."""
    with Wire(stage) as wire:
        assert wire.base == "/v1"
        path = "/v1/x/../y//%2e%2e%2f;z"
        assert _status(wire, path) == 200
    ((line, headers, body),) = server.asked
    assert line == f"GET {path} HTTP/1.1"
    assert headers["User-Agent"] == "synthgate-probe/unsigned"
    assert (headers["a"], body) == ("b", "")
    assert "Authorization" not in headers


def test_a_body_is_sent_and_signed(stage: Stage, server: _Server) -> None:
    """By the caller, for API Gateway in the stage's region."""
    with Wire(stage) as wire:
        wire.status(
            "POST", "/v1/items", kind="right", headers={}, body="{", signature=Signature(CALLER)
        )
    ((_, headers, body),) = server.asked
    assert body == "{"
    scope = headers["Authorization"].split("Credential=")[1].split(",")[0]
    assert scope.startswith("AKIACALLER/")
    assert scope.endswith("/us-east-1/execute-api/aws4_request")
    assert headers["X-Amz-Security-Token"] == "token-of-session"


def test_a_signature_can_be_wrong_in_each_way(stage: Stage, server: _Server) -> None:
    """Another region, another service, another time, another secret."""
    right = Signature(CALLER)
    with Wire(stage) as wire:
        for wrong in (
            replace(right, stale=True),
            replace(right, region="eu-west-1"),
            replace(right, service="s3"),
            replace(right, stale=True, secret="another"),
        ):
            _status(wire, signature=wrong)
    stale, region, service, secret = (headers["Authorization"] for _, headers, _ in server.asked)
    assert "/20200101/us-east-1/execute-api/" in stale
    assert "/eu-west-1/execute-api/" in region
    assert "/us-east-1/s3/" in service
    assert stale.split("Signature=")[0] == secret.split("Signature=")[0]
    assert stale != secret
    assert server.asked[0][1]["X-Amz-Date"] == "20200101T000000Z"


def test_a_throttled_call_is_made_again(stage: Stage, server: _Server) -> None:
    """Each time after a longer pause; what stays throttled is told."""
    pauses: list[float] = []
    with Wire(stage, pause=pauses.append) as wire:
        server.statuses = [429, 429, 403]
        assert _status(wire) == 403
        assert pauses == list(PAUSES[:2])
        server.statuses = [429] * 4
        assert _status(wire) == 429
    assert pauses == [*PAUSES[:2], *PAUSES]


def test_a_connection_that_was_closed_is_opened_once_more(stage: Stage, server: _Server) -> None:
    """A second failure is one."""
    with Wire(stage) as wire:
        server.statuses = [200, 0, 403]
        assert (_status(wire), _status(wire)) == (200, 403)
        server.statuses = [0, 0]
        with pytest.raises(
            RehearsalError, match=r"GET /v1/items: no answer from https://localhost"
        ):
            _status(wire)


def test_nobody_is_believed_whose_certificate_is_not_known(stage: Stage) -> None:
    """An answer of another server is no answer."""
    with (
        Wire(replace(stage, ca_bundle=None)) as wire,
        pytest.raises(RehearsalError, match="SSLCertVerificationError"),
    ):
        _status(wire)


@pytest.mark.parametrize("url", ["http://localhost/v1", "https:///v1", "localhost"])
def test_an_address_is_one_of_https(stage: Stage, url: str) -> None:
    """API Gateway has no other."""
    with pytest.raises(RehearsalError, match="allowed: one of https"):
        Wire(replace(stage, base_url=url))


def test_who_signs_needs_credentials(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The error says that there are none, or that there is no such profile."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    with Wire(stage) as wire:
        with pytest.raises(RehearsalError, match="no credentials to sign with; next"):
            _status(wire, signature=Signature(Credentials()))
        with pytest.raises(RehearsalError, match=r"no credentials to sign with: .*nobody"):
            _status(wire, signature=Signature(Credentials(profile="nobody")))
