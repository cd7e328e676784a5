"""Runs the same tests again and again, each time in a new process that has pytest already.

Starting pytest takes longer than the tests that are marked as smoke. So one process loads it, with
its plugins, and every run is a fork of that.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Final, Self

from compliance.rehearsal.errors import RehearsalError
from compliance.rehearsal.stage import VARIABLE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SECONDS: Final = 60.0
"""How long one run may take, and loading pytest with it."""
_RAN: Final = frozenset({0, 1})
_NONE: Final = 5
"""pytest's exit codes when tests ran: https://docs.pytest.org/en/stable/reference/exit-codes.html"""


class Exercise:
    """Tests that are run as often as one calls it.

    with Exercise(Path("tests/contract"), stage_file=…, environ=…, log=…) as exercise:
        exercise()
    """

    def __init__(
        self,
        tests: Path,
        *,
        stage_file: Path,
        environ: Mapping[str, str],
        log: Path,
        marker: str = "smoke",
        seconds: float = SECONDS,
        optional: bool = False,
    ) -> None:
        """Start loading pytest.

        Args:
            tests: file or folder for pytest.
            stage_file: where `Stage.write` has written the stage.
            environ: of the process; the stage's file is added.
            log: what pytest prints is added to it.
            marker: of the tests to run.
            seconds: after which a run is ended.
            optional: whether there may be no such test.
        """
        command = [sys.executable, "-m", __name__, str(tests), "-q", "--tb=no", "-m", marker]
        # Several at once would meet each other's settings, and an order of its own is no evidence.
        command += ["-p", "no:randomly", "-p", "no:xdist", "-p", "no:cacheprovider", "--color=no"]
        self._tests = tests
        self._log = log
        self._seconds = seconds
        self._fine = _RAN | ({_NONE} if optional else set())
        with log.open("ab") as stream:
            self._process = subprocess.Popen(
                command,
                env={**environ, VARIABLE: str(stage_file)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stream,
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # What a test started is of its group, and ends with it.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        # Closing what is left to write to a process that is gone would only fail.
        with contextlib.suppress(OSError):
            self._process.communicate()

    def __call__(self) -> None:
        """Run the tests once. That some fail is nothing that this one tells.

        Raises:
            RehearsalError: they do not end, or none of them runs.
        """
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None  # noqa: S101 - both are pipes
        assert stdout is not None  # noqa: S101
        answer = b""
        with selectors.DefaultSelector() as selector, contextlib.suppress(BrokenPipeError):
            stdin.write(b"\n")
            stdin.flush()
            selector.register(stdout, selectors.EVENT_READ)
            if not selector.select(self._seconds):
                raise RehearsalError(
                    f"{self._tests}: the smoke tests did not end within {self._seconds:g} seconds; "
                    f"next: see {self._log}"
                )
            answer = stdout.readline().strip()
        if answer not in map(str.encode, map(str, self._fine)):
            raise RehearsalError(
                f"{self._tests}: pytest ended with {answer.decode() or 'no word'}; see {self._log}"
            )


def main(arguments: list[str]) -> None:  # pragma: no cover - a process of its own
    """Run pytest for every line of standard input, and print its exit code.

    Args:
        arguments: for pytest.
    """
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    import boto3  # noqa: F401, PLC0415 - what the tests would load each time
    import pytest  # noqa: PLC0415 - likewise

    # Loads plugins and tests: every run finds them there.
    pytest.main([*arguments, "--collect-only"])
    for _ in sys.stdin.buffer:
        child = os.fork()
        if not child:
            code = int(pytest.main(arguments))
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), file=answers, flush=True)


if __name__ == "__main__":  # pragma: no cover - likewise
    main(sys.argv[1:])
