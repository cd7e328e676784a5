"""Runs a command, with an end for it and for all that it started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


def run(
    command: Sequence[str],
    *,
    environ: Mapping[str, str],
    log: Path,
    seconds: float,
    folder: Path | None = None,
) -> int:
    """Run a command in a process group of its own, and leave nothing of the group behind.

    Args:
        command: words, the program first.
        environ: of the process.
        log: what it prints is added to it.
        seconds: how long it may take.
        folder: where it runs; here by default.

    Returns:
        Its exit code.

    Raises:
        subprocess.TimeoutExpired: it took too long.
        OSError: it cannot be started.
    """
    with log.open("ab") as stream:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            return process.wait(seconds)
        finally:
            end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of a process and its group."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
