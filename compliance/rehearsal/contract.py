"""Runs the contract tests of a stage: pytest, in a process of its own, with an end."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from compliance import processes
from compliance.masking import mask_text
from compliance.rehearsal.errors import RehearsalError
from compliance.rehearsal.rules import SUFFICIENT, finding
from compliance.rehearsal.stage import VARIABLE
from compliance.sanitize import clean

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from compliance.findings import Finding

TEST_SECONDS: Final = 180
"""How long all contract tests may take by default."""
_MAX_MESSAGE: Final = 500
_RAN: Final = frozenset({0, 1})
"""pytest's exit codes when tests ran: https://docs.pytest.org/en/stable/reference/exit-codes.html"""


@dataclass(frozen=True, slots=True)
class Tests:
    """What a run of the contract tests came to, by their own report.

    Attributes:
        passed: how many passed.
        failed: how many failed or could not be set up, by name, with the message's first line.
        skipped: how many were skipped, by name, with the reason.
    """

    passed: int
    failed: Mapping[str, str]
    skipped: Mapping[str, str]

    @property
    def counts(self) -> dict[str, int]:
        """How many of each."""
        return {
            "passed": self.passed,
            "failed": len(self.failed),
            "skipped": len(self.skipped),
        }

    def findings(self) -> list[Finding]:
        """A finding for each test that failed."""
        return [
            finding(
                SUFFICIENT,
                f"The contract test {name} fails: {message}.",
                location=name,
                observed=message,
                remediation="Read the test's log; mend the service, or the test if it is wrong.",
            )
            for name, message in self.failed.items()
        ]


def run(
    tests: Path,
    *,
    stage_file: Path,
    environ: Mapping[str, str],
    log: Path,
    report: Path,
    seconds: float = TEST_SECONDS,
    marker: str | None = None,
    secrets: Collection[str] = (),
) -> Tests:
    """Run contract tests against a stage.

    Args:
        tests: file or folder for pytest.
        stage_file: where `Stage.write` has written the stage.
        environ: of the process; the stage's file is added.
        log: what pytest prints.
        report: its JUnit report.
        seconds: after which it and all its children are ended.
        marker: run only tests with it.
        secrets: what must not stay in the log, should a test print it.

    Raises:
        RehearsalError: it takes too long, runs no test, or breaks.
    """
    command = [sys.executable, "-m", "pytest", str(tests), "-q", "--tb=short", "-p", "no:randomly"]
    command += ["-p", "no:cacheprovider", "--color=no", f"--junitxml={report}"]
    if marker:
        command += ["-m", marker]
    report.unlink(missing_ok=True)
    log.unlink(missing_ok=True)
    try:
        code = processes.run(
            command, environ={**environ, VARIABLE: str(stage_file)}, log=log, seconds=seconds
        )
    except subprocess.TimeoutExpired:
        _mask(log, secrets)
        raise RehearsalError(
            f"{tests}: the contract tests did not end within {seconds:g} seconds; next: see "
            f"{log}, and give more time with --test-seconds if they need it"
        ) from None
    _mask(log, secrets)
    if code not in _RAN or not report.is_file():
        raise RehearsalError(f"{tests}: pytest ended with {code}: {_last_words(log)}; see {log}")
    _mask(report, secrets)
    found = _read(report, tests)
    if code and not found.failed:
        # A plugin's own verdict, such as a floor of coverage.
        raise RehearsalError(
            f"{tests}: pytest ended with {code}, and no test failed: {_last_words(log)}; see {log}"
        )
    return found


def _mask(file: Path, secrets: Collection[str]) -> None:
    """Take what is secret out of a file that is kept."""
    if not file.is_file():
        return
    text = file.read_bytes()
    for secret in secrets:
        text = text.replace(secret.encode(), b"***")
    file.write_bytes(text)


def _read(report: Path, tests: Path) -> Tests:
    import xml.etree.ElementTree as ET  # noqa: PLC0415 - only here

    passed = 0
    failed: dict[str, str] = {}
    skipped: dict[str, str] = {}
    for case in ET.parse(report).iter("testcase"):  # noqa: S314 - pytest's own file, just written
        name = f"{case.get('classname', '').rpartition('.')[2]}.{case.get('name', '')}".strip(".")
        wrong = case.find("failure")
        if wrong is None:
            wrong = case.find("error")
        left_out = case.find("skipped")
        if wrong is not None:
            failed[name] = _first_line(wrong.get("message") or "no message")
        elif left_out is not None:
            skipped[name] = _first_line(left_out.get("message") or "no reason")
        else:
            passed += 1
    if not passed and not failed:
        raise RehearsalError(
            f"{tests}: no contract test ran ({len(skipped)} skipped): nothing would be proven; "
            "next: name the folder of the contract tests with --tests"
        )
    return Tests(passed, failed, skipped)


def _first_line(text: str) -> str:
    first = text.strip().splitlines()[0] if text.strip() else ""
    return clean(mask_text(first), limit=_MAX_MESSAGE)


def _last_words(log: Path) -> str:
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return _first_line(lines[-1]) if lines else "it said nothing"
