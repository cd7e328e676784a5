"""The pytest plugin, in a project of its own, as another team would use it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence
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
    # Of the run that this test is a part of; the project's run is one of its own.
    for name in ("CI", "PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT"):
        monkeypatch.delenv(name, raising=False)
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


def test_a_changed_template_fails_with_the_review_and_the_command(
    pytester: pytest.Pytester,
) -> None:
    """The reader sees the resource, both values and how to accept them; nothing is put before."""
    _run(pytester, "--snapshot-update")
    _assembly(pytester.path / "cdk.out", retention=7)
    result = _run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "prod/Stack: 1 changed; no new grants; protection: 1",
            "",
            "Changes",
            "  prod/Stack",
            "    changed    Logs (AWS::Logs::LogGroup)",
            "      Properties.RetentionInDays: 400 -> 7",
            "",
            "Access: nothing newly granted by policies",
            "",
            "Retention and protection (1)",
            "  - logs of Logs are kept 7 days instead of 400",
            "    in prod/Stack: Logs (AWS::Logs::LogGroup), Properties.RetentionInDays",
            "",
            "Diff",
            "--- accepted/prod/Stack",
            "+++ synthesized/prod/Stack",
            "@@ -2,7 +2,7 @@",
            '-        "RetentionInDays": 400',
            '+        "RetentionInDays": 7',
            "Accept it, after review, with: pytest --snapshot-update",
        ],
    )


def test_the_command_that_accepts_is_the_projects(pytester: pytest.Pytester) -> None:
    """By its settings."""
    pytester.makepyprojecttoml("[tool.synthgate]\nsnapshots-accept = 'make accept'\n")
    result = _run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["prod/Stack: new template, 1 added; *", "Accept it, after review, with: make accept"]
    )


def test_one_review_is_of_all_templates(pytester: pytest.Pytester) -> None:
    """What access is new is decided over all of them; what is the same is not told."""
    folder = pytester.path / "cdk.out"
    _assembly(folder, retention=400, stacks=("One", "Same", "Two"))
    _run(pytester, "--snapshot-update")
    for name in ("One", "Two"):
        _template(folder, name, retention=7)
    result = _run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["2 of 3 templates: 2 changed; no new grants; protection: 2", "  prod/One, prod/Two"]
    )
    result.stdout.no_fnmatch_line("*prod/Same*")


def test_a_removed_stack_leaves_an_orphan_that_fails_until_it_is_accepted(
    pytester: pytest.Pytester,
) -> None:
    """What went with it is told; accepting removes the file."""
    folder = pytester.path / "cdk.out"
    _assembly(folder, retention=400, stacks=("Gone", "Stack"))
    _run(pytester, "--snapshot-update")
    _assembly(folder, retention=400)
    result = _run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["prod/Gone: template gone, 1 removed (data lost); *", "  prod/Gone (template gone)"]
    )
    orphan = pytester.path / "accepted" / "prod" / "Gone.template.json"
    assert orphan.exists()
    _run(pytester, "--snapshot-update").assert_outcomes(passed=1)
    assert not orphan.exists()


def test_an_environment_that_no_test_asks_for_any_more_is_red_until_it_is_accepted(
    pytester: pytest.Pytester,
) -> None:
    """Of that syrupy tells: no snapshot of the folder is one that nobody looks at."""
    _run(pytester, "--snapshot-update")
    orphan = pytester.path / "accepted" / "old" / "Stack.template.json"
    orphan.parent.mkdir()
    orphan.write_text("{}")
    result = _run(pytester)
    result.assert_outcomes(passed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*1 snapshot unused*"])
    _run(pytester, "--snapshot-update").assert_outcomes(passed=1)
    assert not orphan.exists()


def test_a_snapshot_that_is_no_template_fails_with_its_place(pytester: pytest.Pytester) -> None:
    """As after a merge that was not finished."""
    _run(pytester, "--snapshot-update")
    (pytester.path / "accepted" / "prod" / "Stack.template.json").write_text("{,}")
    result = _run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["prod/Stack.template.json:1:2: not JSON: *; no review is possible", "", "Accept it, *"]
    )


def test_the_extension_reviews_what_a_test_of_its_own_compares(pytester: pytest.Pytester) -> None:
    """For who wants no fixture but syrupy's: the review stands in place of syrupy's diff."""
    pytester.makepyfile(
        """
        from compliance.snapshots.extension import TemplateExtension

        def test_template(snapshot):
            topic = {"Type": "AWS::SNS::TopicPolicy"}
            held = snapshot.use_extension(TemplateExtension)
            assert held(name="Stack") == {"Resources": {"New": topic}}
        """
    )
    result = _run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E*template: new template, 1 added; *"])
    _run(pytester, "--snapshot-update").assert_outcomes(passed=1)
    path = pytester.path / "snapshots" / "Stack.template.json"
    path.write_text(path.read_text().replace("New", "Old"))
    result = _run(pytester, "-vv")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "E*template: 1 replaced; no new grants",
            "E*--- accepted/template",
            "E*Accept it, after review, with: pytest --snapshot-update",
        ]
    )


@pytest.mark.parametrize(
    "options",
    [["--snapshot-update"], ["--snapshot-update-new-only"], ["--snapshot-update", "-n2"]],
    ids=" ".join,
)
def test_ci_never_accepts(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, options: list[str]
) -> None:
    """With CI set, updating is a usage error and writes nothing; not what is new either."""
    monkeypatch.setenv("CI", "true")
    result = _run(pytester, *options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*snapshots are not accepted in CI*"])
    assert not (pytester.path / "accepted").exists()


def _run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    """Run the project's test in a process of its own: syrupy keeps state in its module."""
    return pytester.runpytest_subprocess("-p", "no:randomly", "-p", "no:cacheprovider", *arguments)


def _assembly(folder: Path, *, retention: int, stacks: Sequence[str] = ("Stack",)) -> None:
    """A cloud assembly with one log group in each stack."""
    folder.mkdir(exist_ok=True)
    manifest = {
        "version": "55.0.0",
        "artifacts": {
            name: {
                "type": "aws:cloudformation:stack",
                "environment": "aws://unknown-account/unknown-region",
                "properties": {"templateFile": f"{name}.template.json"},
            }
            for name in stacks
        },
    }
    for name in stacks:
        _template(folder, name, retention=retention)
    (folder / "manifest.json").write_text(json.dumps(manifest))


def _template(folder: Path, name: str, *, retention: int) -> None:
    logs = {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": retention}}
    (folder / f"{name}.template.json").write_text(json.dumps({"Resources": {"Logs": logs}}))
