"""A local AWS is there for the length of a block, on loopback alone, and is gone afterwards."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from compliance import config
from compliance.rehearsal.errors import RehearsalError
from compliance.rehearsal.local import aws as local_aws
from compliance.rehearsal.local.aws import LocalAws, last_words, running

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[4]
_LISTENS = "0A"
"""A listening socket's state in /proc/net/tcp (proc_pid_net(5), tcp_states.h)."""
_LOOPBACK = "0100007F"

OTHER = """
import http.server, os, socket, ssl, sys

class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")

server = http.server.HTTPServer(("", 0), Answer, bind_and_activate=False)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(os.environ["MINISTACK_SSL_CERT"], os.environ["MINISTACK_SSL_KEY"])
server.socket = context.wrap_socket(socket.socket(fileno=int(sys.argv[3])), server_side=True)
server.serve_forever()
"""
"""A server that answers, and is no MiniStack."""


@pytest.fixture(scope="session")
def python() -> str:
    """Return the interpreter that has MiniStack."""
    policy = config.load(ROOT / "pyproject.toml")
    return str(policy.root / (policy.ministack_python or ""))


def _identity(aws: LocalAws) -> str:
    session: Any = boto3.Session(
        aws_access_key_id=aws.account, aws_secret_access_key="any", region_name=aws.region
    )
    client = session.client("sts", endpoint_url=aws.endpoint_url, verify=str(aws.trust.bundle))
    return str(client.get_caller_identity()["Account"])


def _listening(pid: int) -> set[tuple[str, int]]:
    """Addresses on which a process listens, as the kernel writes them, and the ports."""
    sockets = set()
    for path in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            sockets.add(str(path.readlink()))
    found = set()
    for table in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            _, local, _, state, *rest = line.split()
            is_open = state == _LISTENS or table.startswith("udp")
            if is_open and f"socket:[{rest[5]}]" in sockets:
                address, port = local.split(":")
                found.add((address, int(port, 16)))
    return found


def _children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def test_two_at_once_do_not_meet_and_leave_nothing(python: str, tmp_path: Path) -> None:
    """Each listens on a port of loopback of its own, for an account of its own."""
    kept = tmp_path / "server.log"
    with (
        running(python=python, region="eu-west-1", account="123456789012", environ=os.environ,
                kept_log=kept) as one,
        running(python=python, region="us-east-1", environ=os.environ) as two,
    ):  # fmt: skip
        assert (_identity(one), _identity(two)) == ("123456789012", "000000000000")
        assert _listening(one.pid) == {(_LOOPBACK, one.port)}
        assert _listening(two.pid) == {(_LOOPBACK, two.port)}
        assert one.port != two.port
        assert one.version.count(".") == 2
        assert one.folder.stat().st_mode & 0o777 == 0o700
        assert one.records.stat().st_mode & 0o777 == 0o600
        assert one.api_url("a1", "v1") == f"https://localhost:{one.port}/_aws/execute-api/a1/v1"
        assert one.administrator()["AWS_ACCESS_KEY_ID"] == "123456789012"
        assert one.administrator()["AWS_ENDPOINT_URL"] == one.endpoint_url
    for aws in (one, two):
        assert not aws.folder.exists()
        assert not Path(f"/proc/{aws.pid}").exists()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", aws.port), timeout=5)
    assert not kept.exists(), "a rehearsal that went well keeps no log of the server"


def test_a_port_that_is_asked_for_is_taken_and_the_caller_stays_outside(
    python: str, tmp_path: Path
) -> None:
    """Neither the server nor what it starts knows the keys and proxies of who started it."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    own = {**os.environ, "AWS_PROFILE": "prod", "AWS_SECRET_ACCESS_KEY": "own", "https_proxy": "x"}
    kept = tmp_path / "logs" / "server.log"
    with (
        contextlib.suppress(KeyboardInterrupt),
        running(python=python, region="us-east-1", port=port, environ=own, kept_log=kept) as aws,
    ):
        assert aws.port == port
        server = _environ(aws.pid)
        for environ in (server, aws.environ):
            assert not {"AWS_PROFILE", "AWS_SECRET_ACCESS_KEY", "https_proxy"} & set(environ)
            assert environ["HOME"] == str(aws.folder / "home")
            assert environ["TMPDIR"] == str(aws.folder / "tmp")
            assert environ["AWS_CONFIG_FILE"] == os.devnull
            assert environ["AWS_CA_BUNDLE"] == str(aws.trust.bundle)
            assert environ["NO_PROXY"] == "localhost,127.0.0.1"
        assert server["AUTH"] == "true"
        assert "AUTH" not in aws.environ
        raise KeyboardInterrupt
    assert kept.read_text(), "the log is kept when the block ends with an exception"
    assert not aws.folder.exists()
    assert not Path(f"/proc/{aws.pid}").exists()


def _environ(pid: int) -> Mapping[str, str]:
    pairs = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    return dict(pair.decode().split("=", 1) for pair in pairs if pair)


@pytest.mark.parametrize("port", [70_000, -1])
def test_a_port_that_is_none_is_told(port: int) -> None:
    """In one line, before anything is started."""
    with (
        pytest.raises(RehearsalError, match=f"127.0.0.1:{port}: cannot be taken: .*65535"),
        running(python="/nowhere", region="us-east-1", port=port, environ={}),
    ):
        pytest.fail("it runs")


def _interpreter(path: Path, script: str) -> str:
    """A program in place of an interpreter: it gets the socket's number and the records' file."""
    path.write_text(f"#!{sys.executable}\n{script}\n")
    path.chmod(0o755)
    return str(path)


def _broken(python: str, log: Path) -> str:
    with (
        pytest.raises(RehearsalError) as caught,
        running(python=python, region="us-east-1", environ=os.environ, kept_log=log),
    ):
        pytest.fail("it runs")
    return str(caught.value)


def test_a_server_that_dies_while_it_starts_is_told(tmp_path: Path) -> None:
    """By its last words; its log is kept, its folder is not."""
    log = tmp_path / "server.log"
    python = _interpreter(
        tmp_path / "python", "import os; print(f'no\\nroom in {os.getcwd()}\\n\\n'); exit(1)"
    )
    said = _broken(python, log)
    start, _, folder = said.rpartition(" ")
    assert start == "the local AWS ended while it started; its last words: room in"
    assert not Path(folder).exists()
    assert log.read_text().startswith("no\nroom")


def test_a_server_that_says_nothing_is_told_too(tmp_path: Path) -> None:
    """There are no last words then."""
    said = _broken(_interpreter(tmp_path / "python", ""), tmp_path / "server.log")
    assert said.endswith("its last words: none")


def test_an_interpreter_without_ministack_is_told_what_it_lacks(tmp_path: Path) -> None:
    """And which setting names another one."""
    said = _broken(sys.executable, tmp_path / "server.log")
    assert said.startswith("MiniStack is missing: ModuleNotFoundError: No module named ")
    assert said.endswith("name that in [tool.synthgate] ministack-python")


def test_an_interpreter_that_is_not_there_is_named(tmp_path: Path) -> None:
    """There is an empty log of it at most."""
    said = _broken("/nowhere/python", tmp_path / "server.log")
    assert said.startswith("ministack-python: /nowhere/python: cannot be started: No such file")


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("import time; print('thinking', flush=True); time.sleep(100)", "thinking"),
        (OTHER, '"GET /_ministack/health HTTP/1.1" 200 -'),
    ],
    ids=["silent", "other"],
)
def test_a_server_that_never_answers_is_ended(
    script: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After its time; also when its standard input ends and it stays."""
    monkeypatch.setattr(local_aws, "START_SECONDS", 0.5)
    monkeypatch.setattr(local_aws, "STOP_SECONDS", 0.2)
    said = _broken(_interpreter(tmp_path / "python", script), tmp_path / "server.log")
    assert said.startswith("the local AWS did not answer within 0.5 seconds; its last words: ")
    assert said.endswith(words)


def test_last_words_are_short(tmp_path: Path) -> None:
    """A log may end with anything, text or not."""
    log = tmp_path / "log"
    log.write_bytes(b"one\n  " + b"\xff" * 900 + b"  \n \n")
    assert last_words(log) == "\ufffd" * 500
