"""A command ends, and with it all that it started."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from compliance import processes

GRANDCHILD = (
    "import subprocess, sys, time; "
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(100)']); "
    "print(child.pid, flush=True); "
)


def _run(code: str, log: Path, *, seconds: float = 20, **named: Path) -> int:
    return processes.run(
        [sys.executable, "-c", code],
        environ={"PATH": os.environ["PATH"], "ONE": "two"},
        log=log,
        seconds=seconds,
        **named,
    )


def _gone(pid: int) -> bool:
    """Whether a process has ended; nobody may have taken note of it yet."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.01)
    return False


def test_the_exit_code_is_the_commands(tmp_path: Path) -> None:
    """Whatever it is; a signal's is negative."""
    log = tmp_path / "log"
    assert _run("pass", log) == 0
    assert _run("raise SystemExit(7)", log) == 7
    assert _run("import os; os.kill(os.getpid(), 9)", log) == -9


def test_what_it_prints_is_added_to_the_log(tmp_path: Path) -> None:
    """Both of its outputs, behind what stands there."""
    log = tmp_path / "log"
    log.write_text("before\n")
    _run("import sys; print('out', flush=True); print('err', file=sys.stderr)", log)
    assert log.read_text() == "before\nout\nerr\n"


def test_it_has_the_environment_and_the_folder_that_it_is_given(tmp_path: Path) -> None:
    """And nothing to read: a command that asks gets an end at once."""
    log = tmp_path / "log"
    code = "import os, sys; print(os.environ['ONE'], os.getcwd(), repr(sys.stdin.read()))"
    _run(code, log, folder=tmp_path)
    assert log.read_text() == f"two {tmp_path} ''\n"
    _run("import os; print(os.getcwd())", log)
    assert log.read_text().splitlines()[1] == str(Path.cwd())


def test_a_command_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    """A grandchild too, which its parent would have left behind."""
    log = tmp_path / "log"
    started = time.monotonic()
    with pytest.raises(subprocess.TimeoutExpired):
        _run(GRANDCHILD + "time.sleep(100)", log, seconds=1.0)
    assert time.monotonic() - started < 10
    assert _gone(int(log.read_text()))


def test_a_command_that_ends_leaves_nothing_behind(tmp_path: Path) -> None:
    """What it started in the background ends with it."""
    log = tmp_path / "log"
    assert _run(GRANDCHILD, log) == 0
    assert _gone(int(log.read_text()))


def test_a_command_that_is_not_there_is_told(tmp_path: Path) -> None:
    """By the system's own error."""
    with pytest.raises(FileNotFoundError):
        processes.run(["/nowhere"], environ={}, log=tmp_path / "log", seconds=1)


def test_ending_what_has_ended_is_no_error() -> None:
    """It may have gone by itself, and been waited for."""
    process = subprocess.Popen([sys.executable, "-c", ""], start_new_session=True)
    process.wait()
    processes.end(process)
    assert process.returncode == 0
