"""The pytest plugin, in a project of its own, as another team would use it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

pytest_plugins = ["pytester"]

TEST = """
from pathlib import Path

def test_templates(assembly_snapshot):
    assembly_snapshot(Path(__file__).parent / "cdk.out", environment="prod")
"""


@pytest.fixture(autouse=True)
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one stack and a test that holds it."""
    monkeypatch.delenv("CI", raising=False)
    pytester.makepyprojecttoml("[tool.synthgate]\nsnapshots = 'accepted'\n")
    pytester.makepyfile(TEST)
    _assembly(pytester.path / "cdk.out", retention=400)
    return pytester.path


def test_a_template_without_snapshot_fails_and_accepting_writes_one_file(
    pytester: pytest.Pytester,
) -> None:
    """One file for the stack below the environment's folder, and then the test passes."""
    _run(pytester).assert_outcomes(failed=1)
    _run(pytester, "--snapshot-update").assert_outcomes(passed=1)
    written = [path for path in (pytester.path / "accepted").rglob("*") if path.is_file()]
    assert [path.relative_to(pytester.path).as_posix() for path in written] == [
        "accepted/prod/Stack.template.json"
    ]
    assert json.loads(written[0].read_text())["Resources"]["Logs"]["Properties"] == {
        "RetentionInDays": 400
    }
    _run(pytester).assert_outcomes(passed=1)


def test_a_changed_template_fails_with_the_change_and_the_command(
    pytester: pytest.Pytester,
) -> None:
    """The reader sees the resource, both values and how to accept them."""
    _run(pytester, "--snapshot-update")
    _assembly(pytester.path / "cdk.out", retention=7)
    result = _run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "prod/Stack:",
            "resources: 1 changed",
            "  ~ AWS::Logs::LogGroup Logs",
            '-        "RetentionInDays": 400',
            '+        "RetentionInDays": 7',
            "Accept it, after review, with: python3 -m nox -s snapshots -- --update",
        ]
    )


def test_a_removed_stack_leaves_an_orphan_that_fails_until_it_is_accepted(
    pytester: pytest.Pytester,
) -> None:
    """A snapshot that no template has is named; accepting removes the file."""
    _run(pytester, "--snapshot-update")
    orphan = pytester.path / "accepted" / "prod" / "Gone.template.json"
    orphan.write_text("{}")
    result = _run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["Gone.template.json: the snapshot's template is synthesized no more"]
    )
    _run(pytester, "--snapshot-update").assert_outcomes(passed=1)
    assert not orphan.exists()


def test_ci_never_accepts(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """With CI set, updating is a usage error and writes nothing."""
    monkeypatch.setenv("CI", "true")
    result = _run(pytester, "--snapshot-update")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*snapshots are not accepted in CI*"])
    assert not (pytester.path / "accepted").exists()


def _run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    """Run the project's test in a process of its own: syrupy keeps state in its module."""
    return pytester.runpytest_subprocess("-p", "no:randomly", "-p", "no:cacheprovider", *arguments)


def _assembly(folder: Path, *, retention: int) -> None:
    """A cloud assembly with one log group in it."""
    folder.mkdir(exist_ok=True)
    template = {
        "Resources": {
            "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": retention}}
        }
    }
    manifest = {
        "version": "55.0.0",
        "artifacts": {
            "Stack": {
                "type": "aws:cloudformation:stack",
                "environment": "aws://unknown-account/unknown-region",
                "properties": {"templateFile": "Stack.template.json"},
            }
        },
    }
    (folder / "Stack.template.json").write_text(json.dumps(template))
    (folder / "manifest.json").write_text(json.dumps(manifest))
