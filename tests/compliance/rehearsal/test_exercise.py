"""Tests that are run again and again find the world as the first run did, and never hang."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from compliance.rehearsal.errors import RehearsalError
from compliance.rehearsal.exercise import Exercise

if TYPE_CHECKING:
    from collections.abc import Callable

TESTS = """
import os, pathlib, time
import pytest

state = []
folder = pathlib.Path(os.environ["SYNTHGATE_STAGE"]).parent

@pytest.mark.smoke
def test_once():
    state.append(1)
    with (folder / "runs").open("a") as runs:
        runs.write(f"{len(state)} {os.getpid()}\\n")
    assert len(state) == 1

@pytest.mark.smoke
def test_as_told():
    {smoke}

def test_no_smoke():
    raise SystemExit("this one is not to run")
"""


@pytest.fixture
def exercise(tmp_path: Path) -> Callable[..., Exercise]:
    """Return what makes an exercise of tests in a folder of its own."""

    def make(smoke: str = "pass", *, marker: str = "smoke") -> Exercise:
        tests = tmp_path / "tests"
        tests.mkdir()
        (tests / "test_it.py").write_text(TESTS.replace("{smoke}", smoke), encoding="utf-8")
        markers = "[pytest]\nmarkers =\n    smoke: quick\n    none: of no test\n"
        (tests / "pytest.ini").write_text(markers, encoding="utf-8")
        return Exercise(
            tests,
            stage_file=tmp_path / "stage.json",
            environ={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
            log=tmp_path / "tests.log",
            marker=marker,
        )

    return make


def test_every_run_begins_anew(exercise: Callable[..., Exercise], tmp_path: Path) -> None:
    """In a process of its own, with nothing of the run before; only smoke tests run."""
    with exercise() as run:
        run()
        run()

    runs = [line.split() for line in (tmp_path / "runs").read_text().splitlines()]
    assert [count for count, _ in runs] == ["1", "1"]
    assert len({process for _, process in runs}) == 2
    assert (tmp_path / "tests.log").read_text().count("2 passed, 1 deselected") == 2


def test_tests_may_fail(exercise: Callable[..., Exercise], tmp_path: Path) -> None:
    """What they say is in the log; it is the stage that tells what happened."""
    with exercise("assert 0, 'because'") as run:
        run()
    assert "1 failed, 1 passed" in (tmp_path / "tests.log").read_text()


@pytest.mark.parametrize(
    ("smoke", "marker", "word"),
    [
        ("pass", "none", "5"),
        ("os._exit(7)", "smoke", "7"),
        ("import os; os.kill(0, 9)", "smoke", ""),
    ],
)
def test_tests_that_do_not_run_are_an_error(
    exercise: Callable[..., Exercise], smoke: str, marker: str, word: str
) -> None:
    """None marked, pytest gone, the whole process gone: nothing is proven, and the log is named."""
    with (
        exercise(smoke, marker=marker) as run,
        pytest.raises(
            RehearsalError, match=rf"pytest ended with {word or 'no word'}; see .*tests.log"
        ),
    ):
        run()


def test_tests_that_hang_are_ended(exercise: Callable[..., Exercise], tmp_path: Path) -> None:
    """With all that they started, though the run before did end."""
    hang = "(folder / 'pid').write_text(str(os.getpid())); time.sleep(600)"
    smoke = f"if len((folder / 'runs').read_text().splitlines()) > 1: {hang}"
    with exercise(smoke) as run:
        run()
        run._seconds = 3
        with pytest.raises(RehearsalError, match="did not end within 3 seconds; next: see"):
            run()

    pid = int((tmp_path / "pid").read_text())
    end = time.monotonic() + 5
    while Path(f"/proc/{pid}").exists() and time.monotonic() < end:
        time.sleep(0.01)
    assert not Path(f"/proc/{pid}").exists()


def test_nothing_is_left_when_nothing_was_run(exercise: Callable[..., Exercise]) -> None:
    """The process ends with the block."""
    with exercise() as run:
        pass
    assert run._process.returncode is not None
