"""Contract tests are run by pytest itself, and their own report tells what came of them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Protocol

import pytest

from compliance.findings import Outcome, Severity
from compliance.rehearsal import contract
from compliance.rehearsal.errors import RehearsalError
from compliance.rehearsal.stage import SMOKE

if TYPE_CHECKING:
    from pathlib import Path


class Run(Protocol):
    """Runs a file of contract tests."""

    def __call__(
        self,
        code: str,
        *,
        marker: str | None = None,
        seconds: float = 60,
        secrets: tuple[str, ...] = (),
    ) -> contract.Tests:
        """Return what came of it."""


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Return what runs code as a file of contract tests."""
    tests = tmp_path / "test_it.py"
    (tmp_path / "conftest.py").write_text(
        "def pytest_configure(config):\n    config.addinivalue_line('markers', 'smoke: few')\n"
    )

    def made(
        code: str,
        *,
        marker: str | None = None,
        seconds: float = 60,
        secrets: tuple[str, ...] = (),
    ) -> contract.Tests:
        tests.write_text(code)
        return contract.run(
            tests,
            stage_file=tmp_path / "stage.json",
            # Without plugins, pytest starts in a tenth of the time.
            environ={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
            log=tmp_path / "tests.log",
            report=tmp_path / "tests.xml",
            marker=marker,
            seconds=seconds,
            secrets=secrets,
        )

    return made


def test_what_passed_failed_and_was_skipped_is_told(run: Run) -> None:
    """By name, with the first line of what it said; what cannot be set up has failed."""
    found = run(
        "import pytest\n"
        "class TestOf:\n"
        "    def test_passes(self): pass\n"
        "def test_fails(): raise ValueError('first\\nsecond')\n"
        "def test_skips(): pytest.skip('not today')\n"
        "@pytest.fixture\n"
        "def broken(): raise OSError('no set-up')\n"
        "def test_errs(broken): pass\n"
        "@pytest.mark.xfail(strict=True)\n"
        "def test_is_expected_to_fail(): assert False\n"
    )
    assert found.passed == 1
    assert found.failed == {
        "test_it.test_fails": "ValueError: first",
        "test_it.test_errs": 'failed on setup with "OSError: no set-up"',
    }
    assert found.skipped == {
        "test_it.test_skips": "not today",
        "test_it.test_is_expected_to_fail": "no reason",
    }
    assert found.counts == {"passed": 1, "failed": 2, "skipped": 2}


def test_each_failure_is_a_finding() -> None:
    """It names the test, and nothing of it is a secret or a control character."""
    (found,) = contract.Tests(1, {"test_it.test_fails": "no"}, {}).findings()
    assert found.rule == "Rehearsal-Sufficient"
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.HIGH)
    assert found.message.startswith("The contract test test_it.test_fails fails: no. ")
    assert (found.location, found.observed) == ("test_it.test_fails", "no")
    assert contract.Tests(1, {}, {"a": "b"}).findings() == []


def test_a_failures_message_is_clean(run: Run) -> None:
    """One line, cut, without what looks like a secret."""
    found = run(
        "def test_one(): raise ValueError('password=hunter2hunter2 \\u202e' + 'x' * 900)\n"
        "def test_two(): raise ValueError()\n"
    )
    said = found.failed["test_it.test_one"]
    assert said.startswith("ValueError: password=[masked]")
    assert r"\u202exxx" in said
    assert said.endswith("more characters]")
    assert len(said) < 550
    assert found.failed["test_it.test_two"] == "ValueError"


def test_what_is_secret_stays_in_no_file(run: Run, tmp_path: Path) -> None:
    """Whether a test prints it, fails with it, or hangs behind it; nor is it in a message."""
    found = run(
        "def test_it():\n    print('of-the-caller')\n    raise ValueError('of-the-caller')\n",
        secrets=("of-the-caller",),
    )
    assert found.failed == {"test_it.test_it": "ValueError: ***"}
    for name in ("tests.log", "tests.xml"):
        text = (tmp_path / name).read_text()
        assert "of-the-caller" not in text
        assert "***" in text
    hangs = "import os, time\nos.write(2, b'of-the-caller')\ndef test_it():\n    time.sleep(100)\n"
    with pytest.raises(RehearsalError, match="did not end"):
        run(hangs, seconds=1.5, secrets=("of-the-caller",))
    assert "of-the-caller" not in (tmp_path / "tests.log").read_text()


def test_tests_that_pass_and_a_run_that_fails_are_no_verdict(run: Run, tmp_path: Path) -> None:
    """A plugin may fail the run, such as by a floor of coverage."""
    with (tmp_path / "conftest.py").open("a") as stream:
        stream.write("def pytest_sessionfinish(session):\n    session.exitstatus = 1\n")
    with pytest.raises(RehearsalError, match="pytest ended with 1, and no test failed: 1 passed"):
        run("def test_it(): pass\n")


def test_tests_are_chosen_by_their_marker(run: Run) -> None:
    """The smoke tests alone, when they are run again and again."""
    code = "import pytest\n@pytest.mark.smoke\ndef test_a(): pass\ndef test_b(): assert 0\n"
    assert run(code, marker=SMOKE).counts == {"passed": 1, "failed": 0, "skipped": 0}
    assert run(code).counts == {"passed": 1, "failed": 1, "skipped": 0}


def test_they_are_told_the_stage_and_run_in_the_order_they_are_written(
    run: Run, tmp_path: Path
) -> None:
    """The environment names the file; nothing is shuffled, and no cache is left behind."""
    found = run(
        "import os, pathlib\n"
        "STAGE = pathlib.Path(os.environ['SYNTHGATE_STAGE'])\n"
        "def test_z(): STAGE.write_text('z')\n"
        "def test_a(): assert STAGE.read_text() == 'z'\n"
    )
    assert found.counts["passed"] == 2
    assert (tmp_path / "stage.json").read_text() == "z"
    assert not (tmp_path / ".pytest_cache").exists()


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("", "pytest ended with 5: no tests ran"),
        ("import nothing_of_this_name\n", "pytest ended with 2: "),
        ("import os\ndef test_it(): os._exit(1)\n", "pytest ended with 1: it said nothing"),
    ],
    ids=["no test", "collection", "exit 1"],
)
def test_a_run_that_breaks_has_no_verdict(code: str, said: str, run: Run, tmp_path: Path) -> None:
    """Exit codes that look well prove nothing without a report."""
    with pytest.raises(RehearsalError) as caught:
        run(code)
    text = str(caught.value)
    assert text.startswith(f"{tmp_path / 'test_it.py'}: {said}")
    assert text.endswith(f"; see {tmp_path / 'tests.log'}")
    assert "\n" not in text


def test_an_old_report_is_no_evidence(run: Run, tmp_path: Path) -> None:
    """Nor is an old log."""
    run("def test_it(): pass\n")
    with pytest.raises(RehearsalError, match="pytest ended with 0"):
        run("import os\ndef test_it(): os._exit(0)\n")
    assert "1 passed" not in (tmp_path / "tests.log").read_text()


def test_a_run_without_a_test_that_ran_is_no_evidence(run: Run) -> None:
    """All skipped is nothing proven."""
    with pytest.raises(RehearsalError, match=r"no contract test ran \(1 skipped\): nothing would"):
        run("import pytest\ndef test_it(): pytest.skip('x')\n")


def test_tests_that_hang_are_ended(run: Run, tmp_path: Path) -> None:
    """With what to do about it."""
    with pytest.raises(RehearsalError) as caught:
        run("import time\ndef test_it(): time.sleep(100)\n", seconds=1.5)
    assert str(caught.value) == (
        f"{tmp_path / 'test_it.py'}: the contract tests did not end within 1.5 seconds; next: see "
        f"{tmp_path / 'tests.log'}, and give more time with --test-seconds if they need it"
    )
