"""The fixture `assembly_policies`, in a project of its own, as another team would use it."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

pytest_plugins = ["pytester"]

TEST = """
from pathlib import Path

def test_policies(assembly_policies):
    report = assembly_policies(Path(__file__).parent / "template.json"{arguments})
    assert report.resources == 1
"""
LOGS: dict[str, Any] = {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 400}}


@pytest.fixture(autouse=True)
def project(pytester: pytest.Pytester) -> Path:
    """A project that keeps its logs for 400 days."""
    pytester.makepyprojecttoml(
        "[tool.synthgate.retention]\nminimum-days = 400\nmaximum-days = 400\n"
    )
    return pytester.path


def _run(pytester: pytest.Pytester, *, days: int, tests: str = "") -> pytest.RunResult:
    body = {**LOGS, "Properties": {"RetentionInDays": days}}
    (pytester.path / "template.json").write_text(json.dumps({"Resources": {"Logs": body}}))
    pytester.makepyfile(tests or TEST.format(arguments=""))
    # In a process of its own: what a run in this one imports first is forgotten after it.
    return pytester.runpytest_subprocess("-p", "no:randomly", "-p", "no:cacheprovider")


def test_what_blocks_fails_the_test_with_the_report(pytester: pytest.Pytester) -> None:
    """Rule, resource, place, value, how to mend: by the project's own settings."""
    result = _run(pytester, days=30)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "MEDIUM  LOG02  Logs",
            "  at        Properties.RetentionInDays",
            "  observed  30",
            "  mend      *",
            "RED: 1 blocking finding in 1 template, 1 resource; own ran",
        ]
    )


def test_what_does_not_block_passes_and_is_in_the_report(pytester: pytest.Pytester) -> None:
    """A log group without a key is low."""
    _run(pytester, days=400).assert_outcomes(passed=1)


def test_a_test_can_be_about_some_rules(pytester: pytest.Pytester) -> None:
    """By id or by family."""
    scopes = ('rules=["LOG01"]', 'rules=["LOG02"]', 'families=["iam"]', 'families=["log"]')
    arguments = "".join(
        TEST.replace("test_policies", f"test_{number}").format(arguments=f", {scope}")
        for number, scope in enumerate(scopes)
    )
    result = _run(pytester, days=30, tests=arguments)
    result.assert_outcomes(passed=2, failed=2)
    result.stdout.fnmatch_lines(["FAILED *::test_1 *", "FAILED *::test_3 *"])


def test_a_rule_that_does_not_exist_is_an_error(pytester: pytest.Pytester) -> None:
    """A misspelled rule would let everything pass."""
    result = _run(pytester, days=400, tests=TEST.format(arguments=', rules=["LOG2"]'))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*SynthgateError*LOG2*"])


def test_waivers_of_the_project_hold(pytester: pytest.Pytester) -> None:
    """The same file as everywhere."""
    end = dt.datetime.now(tz=dt.UTC).date() + dt.timedelta(days=90)
    (pytester.path / "waivers.toml").write_text(
        f"""
        [[waiver]]
        rule = "LOG02"
        construct = "{pytester.path / "template.json" / "Logs"}"
        reason = "Holds the health check's lines, which nobody reads after a month."
        owner = "platform-team"
        expires = {end}
        """
    )
    _run(pytester, days=30).assert_outcomes(passed=1)
