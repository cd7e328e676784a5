"""A local AWS for the length of a block: started, ready, and stopped whatever happens.

MiniStack runs in an interpreter of its own (`server.py`), on a socket of loopback that this process
has bound for it: two rehearsals at once cannot meet, and nothing listens beyond the machine.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.request
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from compliance import processes
from compliance.rehearsal.errors import RehearsalError
from compliance.rehearsal.local.trust import HOST, Trust, make, narrow, without_aws

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

START_SECONDS: Final = 30
"""How long the server may take until it answers. It takes half a second."""
STOP_SECONDS: Final = 5
"""How long it may take to end before it is killed."""
ACCOUNT: Final = "000000000000"
"""The account where an assembly names none."""
SECRET: Final = "local"  # noqa: S105 - it protects nothing
"""The secret of the local account's root, which only asks for some."""
_SERVER: Final = Path(__file__).with_name("server.py")
_HEALTH: Final = "/_ministack/health"


@dataclass(frozen=True, slots=True)
class LocalAws:
    """A local AWS that answers.

    Attributes:
        port: on loopback.
        region: such as `us-east-1`.
        account: 12 digits; as an access key id, they are the account's root.
        trust: its certificate.
        records: what it decides (`server.py`), growing.
        log: what it printed, growing.
        pid: its process.
        version: of MiniStack.
        folder: for files of this rehearsal; removed at the end.
        environ: the environment of the CDK CLI, and of the server itself: no more than they need.
        tests_environ: the environment of the contract tests: the caller's own, without AWS.
    """

    port: int
    region: str
    account: str
    trust: Trust
    records: Path
    log: Path
    pid: int
    version: str
    folder: Path
    environ: Mapping[str, str]
    tests_environ: Mapping[str, str]

    @property
    def endpoint_url(self) -> str:
        """Where every AWS API is."""
        return f"https://{HOST}:{self.port}"

    @property
    def handlers(self) -> Path:
        """What CloudFormation's handlers call, once it is written (`server.py`)."""
        return self.folder / "handlers.json"

    def api_url(self, api: str, stage: str) -> str:
        """Where a stage of an API is, without a slash at the end."""
        return f"{self.endpoint_url}/_aws/execute-api/{api}/{stage}"

    def administrator(self) -> dict[str, str]:
        """Environment variables by which AWS tools act as the account's root, here."""
        return {
            "AWS_ACCESS_KEY_ID": self.account,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
        }


@contextlib.contextmanager
def running(
    *,
    python: str,
    region: str,
    account: str = ACCOUNT,
    port: int = 0,
    environ: Mapping[str, str],
    kept_log: Path | None = None,
) -> Iterator[LocalAws]:
    """Run a local AWS while the block runs.

    Args:
        python: interpreter that has MiniStack.
        region: where everything is deployed.
        account: whose everything is.
        port: on loopback; 0 for a free one.
        environ: of this process; settings and keys for AWS are taken out of it.
        kept_log: where the server's log is kept if the block ends with an exception.

    Raises:
        RehearsalError: the port is taken, MiniStack is missing, or the server does not answer.
    """
    folder = Path(tempfile.mkdtemp(prefix="synthgate-rehearsal-"))
    try:
        with contextlib.ExitStack() as stack:
            listening = stack.enter_context(_bound(port))
            aws, process = _started(
                folder, listening, python=python, region=region, account=account, environ=environ
            )
            stack.callback(_stop, process)
            # From here on the server alone holds the port: once it has ended, callers are refused
            # in place of waiting.
            listening.close()
            version = _wait(aws, process)
            yield replace(aws, pid=process.pid, version=version)
    except BaseException:
        log = folder / "server.log"
        if kept_log is not None and log.is_file():
            kept_log.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(log, kept_log)
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _bound(port: int) -> socket.socket:
    listening = socket.socket()
    try:
        listening.bind(("127.0.0.1", port))
        listening.listen(512)
    except (OSError, OverflowError) as error:
        listening.close()
        raise RehearsalError(
            f"127.0.0.1:{port}: cannot be taken: {getattr(error, 'strerror', '') or error}; "
            "next: stop what listens there, or leave --port out for a free one"
        ) from error
    return listening


def _started(
    folder: Path,
    listening: socket.socket,
    *,
    python: str,
    region: str,
    account: str,
    environ: Mapping[str, str],
) -> tuple[LocalAws, subprocess.Popen[bytes]]:
    port = int(listening.getsockname()[1])
    trust = make(folder, environ=environ)
    for name in ("home", "tmp"):
        (folder / name).mkdir()
    own = {
        **trust.variables(),
        # The CDK CLI keeps there which account a key belongs to.
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "tmp"),
    }
    callers = {**narrow(environ), **own}
    aws = LocalAws(
        port=port,
        region=region,
        account=account,
        trust=trust,
        records=folder / "records.jsonl",
        log=folder / "server.log",
        pid=0,
        version="",
        folder=folder,
        environ=callers,
        tests_environ={**without_aws(environ), **own},
    )
    aws.records.touch(mode=0o600)
    settings = {
        "AUTH": "true",  # policies are enforced
        "USE_SSL": "1",  # bucket policies that deny plain connections do deny them
        "CLOUDTRAIL_RECORDING": "1",
        "IOT_MTLS_ENABLED": "0",  # else it listens on a second port
        "SFTP_ENABLED": "0",
        "GATEWAY_PORT": str(port),
        "MINISTACK_SSL_CERT": str(trust.certificate),
        "MINISTACK_SSL_KEY": str(trust.key),
        "MINISTACK_REGION": region,
        "MINISTACK_ACCOUNT_ID": account,
        "DOCKER_HOST": "unix:///nonexistent",  # functions run as processes
        "LAMBDA_EXECUTOR": "local",
    }
    try:
        with aws.log.open("wb") as log:
            # -P: what lies beside server.py is no module of its own.
            process = subprocess.Popen(
                [
                    *(python, "-P", str(_SERVER), str(listening.fileno())),
                    *(str(aws.records), str(aws.handlers)),
                ],
                env={**callers, **settings},
                cwd=folder,
                pass_fds=[listening.fileno()],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
    except OSError as error:
        raise RehearsalError(
            f"ministack-python: {python}: cannot be started: {error.strerror}; next: name an "
            "interpreter that has MiniStack in [tool.synthgate], or install it"
        ) from error
    return aws, process


def _wait(aws: LocalAws, process: subprocess.Popen[bytes]) -> str:
    """Wait until the server answers; returns its version."""
    context = ssl.create_default_context(cafile=str(aws.trust.authority))
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
    )
    deadline = time.monotonic() + START_SECONDS
    while True:
        if process.poll() is not None:
            raise RehearsalError(_ended(aws))
        try:
            with opener.open(aws.endpoint_url + _HEALTH, timeout=START_SECONDS) as answer:
                return str(json.load(answer)["version"])
        except (OSError, ValueError, KeyError):
            if time.monotonic() > deadline:
                raise RehearsalError(
                    f"the local AWS did not answer within {START_SECONDS} seconds; "
                    f"its last words: {last_words(aws.log)}"
                ) from None
            time.sleep(0.05)


def _ended(aws: LocalAws) -> str:
    words = last_words(aws.log)
    if "No module named" in words:
        return (
            f"MiniStack is missing: {words}; next: install `ministack` in an interpreter of its "
            "own and name that in [tool.synthgate] ministack-python"
        )
    return f"the local AWS ended while it started; its last words: {words}"


def last_words(log: Path) -> str:
    """The last line of a log that says something."""
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1].strip()[:500] if lines else "none"


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the server and all that it started."""
    if process.stdin is not None:
        process.stdin.close()  # by which it ends by itself
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(STOP_SECONDS)
    # Its functions are processes of its group; they may outlive it.
    processes.end(process)
