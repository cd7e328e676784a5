"""Deploys with the real CDK CLI: what is rehearsed is the way to the account, too."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Final

from compliance.rehearsal import processes
from compliance.rehearsal.errors import RehearsalError
from compliance.reports.masking import mask_text
from compliance.reports.sanitize import clean

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from compliance.rehearsal.local.aws import LocalAws

BOOTSTRAP_SECONDS: Final = 60
DEPLOY_SECONDS: Final = 120
"""How long each may take. They take 3 and 8 seconds; a custom resource that never answers is what
takes longest."""
_MAX_REASON: Final = 500
_FAILED: Final = re.compile(r"\b(?:CREATE|UPDATE|DELETE)_FAILED\b")


def command_line(environ: Mapping[str, str]) -> str:
    """Path of the CDK CLI.

    Raises:
        RehearsalError: there is none on PATH.
    """
    found = shutil.which("cdk", path=environ.get("PATH", ""))
    if found is None:
        raise RehearsalError(
            "no command 'cdk' on PATH; next: `npm install aws-cdk`, and add node_modules/.bin and "
            "Node.js to PATH"
        )
    return found


def bootstrap(aws: LocalAws, assembly: Path, *, log: Path) -> None:
    """Make the stack that every CDK deployment needs.

    Raises:
        RehearsalError: it failed or took too long; the text ends with the CLI's own reason.
    """
    target = f"aws://{aws.account}/{aws.region}"
    _run(aws, ["bootstrap", target, "--app", str(assembly)], seconds=BOOTSTRAP_SECONDS, log=log)


def deploy(aws: LocalAws, assembly: Path, *, log: Path) -> None:
    """Deploy every stack of an assembly, as it lies there.

    Raises:
        RehearsalError: it failed or took too long; the text ends with the CLI's own reason.
    """
    words = ["deploy", "--all", "--require-approval", "never", "--concurrency", "4"]
    words += ["--progress", "events", "--ci", "--app", str(assembly)]
    _run(aws, words, seconds=DEPLOY_SECONDS, log=log)


def _run(aws: LocalAws, words: list[str], *, seconds: float, log: Path) -> None:
    environ = {
        **aws.environ,
        **aws.administrator(),
        "CDK_DISABLE_VERSION_CHECK": "1",
        "CDK_DISABLE_CLI_TELEMETRY": "1",
        "NO_COLOR": "1",
    }
    name = f"cdk {words[0]}"
    try:
        code = processes.run(
            [command_line(aws.environ), *words],
            environ=environ,
            log=log,
            seconds=seconds,
            folder=aws.folder,
        )
    except subprocess.TimeoutExpired:
        raise RehearsalError(
            f"`{name}` did not end within {seconds:g} seconds; its last words: {_reason(log)}"
        ) from None
    except OSError as error:
        raise RehearsalError(f"`{name}` cannot be started: {error.strerror}") from error
    if code != 0:
        raise RehearsalError(f"`{name}` failed: {_reason(log)}; see {log}")


def _reason(log: Path) -> str:
    """The line of the CLI's log that tells most: the first resource that failed, else the last."""
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    failed = [line for line in lines if _FAILED.search(line)]
    line = (failed or lines[-1:] or ["it said nothing"])[0]
    return clean(mask_text(" ".join(line.split())), limit=_MAX_REASON)
