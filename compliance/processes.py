"""Runs a command, with an end for it and for all that it started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
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
    process = None
    with log.open("ab") as stream:
        try:
            with _undisturbed() as mask:
                process = subprocess.Popen(
                    command,
                    cwd=folder,
                    env=dict(environ),
                    stdin=subprocess.DEVNULL,
                    stdout=stream,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    preexec_fn=lambda: _unmask(mask),  # noqa: PLW1509 - no thread holds a lock here
                )
            return process.wait(seconds)
        finally:
            if process is not None:
                end(process)


@contextlib.contextmanager
def _undisturbed() -> Iterator[set[signal.Signals | int]]:
    """Put off what ends this process: a child that starts just then would be known to nobody.

    Yields:
        The signals that were put off before, for the child.
    """
    before = signal.pthread_sigmask(
        signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
    )
    try:
        yield before
    finally:
        _unmask(before)


def _unmask(mask: set[signal.Signals | int]) -> None:
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of a process and its group."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
