"""Deploys with the real CDK CLI: what is rehearsed is the way to the account, too."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Final

from compliance import cdk_cli, processes
from compliance.findings import SynthgateError
from compliance.rehearsal.errors import RehearsalError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from compliance.rehearsal.local.aws import LocalAws

BOOTSTRAP_SECONDS: Final = 60
DEPLOY_SECONDS: Final = 120
"""How long each may take. They take 3 and 8 seconds; a custom resource that never answers is what
takes longest."""


def command_line(environ: Mapping[str, str]) -> str:
    """Path of the CDK CLI.

    Raises:
        RehearsalError: there is none on PATH.
    """
    try:
        return cdk_cli.command_line(environ)
    except SynthgateError as error:
        raise RehearsalError(str(error)) from None


def bootstrap(aws: LocalAws, assembly: Path, *, log: Path, policies: Sequence[str] = ()) -> None:
    """Make the stack that every CDK deployment needs.

    Args:
        aws: where.
        assembly: folder that is going to be deployed.
        log: file for what the CLI prints.
        policies: ARNs of the managed policies of CloudFormation's execution role; without any, the
            role is an administrator.

    Raises:
        RehearsalError: it failed or took too long; the text ends with the CLI's own reason.
    """
    target = f"aws://{aws.account}/{aws.region}"
    words = ["bootstrap", target, "--app", str(assembly)]
    if policies:
        words += ["--cloudformation-execution-policies", ",".join(policies)]
    _run(aws, words, seconds=BOOTSTRAP_SECONDS, log=log)


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
        **cdk_cli.QUIETLY,
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
            f"`{name}` did not end within {seconds:g} seconds; "
            f"its last words: {cdk_cli.reason(log)}"
        ) from None
    except OSError as error:
        raise RehearsalError(f"`{name}` cannot be started: {error.strerror}") from error
    if code != 0:
        raise RehearsalError(f"`{name}` failed: {cdk_cli.reason(log)}; see {log}")
