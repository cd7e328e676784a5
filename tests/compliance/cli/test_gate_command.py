"""`synthgate gate`: a project's environments, synthesized and judged."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from compliance import pipeline
from compliance.findings import SynthgateError
from compliance.gate import Gate
from tests.compliance.guard.assemblies import rewrite

if TYPE_CHECKING:
    from pathlib import Path

    from tests.compliance.cli.command import Command
    from tests.compliance.guard.assemblies import Workshop

WITHOUT_CHECKOV = ("--engine", "own,cdk-nag,cloudformation")


@pytest.fixture
def project(folder: Path) -> Path:
    """The folder of a project whose app hands out an assembly that CDK wrote before."""
    found = folder / "project"
    found.mkdir()
    return found


def manifest(project: Path, *environments: str, **changes: Any) -> None:  # noqa: ANN401 - any JSON
    """Write `cdk.json`."""
    context: dict[str, Any] = {"environments": {name: {} for name in environments or ("test",)}}
    rewrite(project / "cdk.json", {"app": "python3 app.py", "context": context, **changes})


def app(project: Path, workshop: Workshop, variant: str) -> None:
    """Write an app that gives the assembly of a variant, and its policy data."""
    (project / "app.py").write_text(
        "import os, shutil\n"
        f"shutil.copytree({str(workshop.assembly(variant))!r}, os.environ['CDK_OUTDIR'],"
        " dirs_exist_ok=True)\n"
    )
    for file in (workshop.folder / f"{variant}-policy").iterdir():
        (project / file.name).write_bytes(file.read_bytes())


def test_a_project_is_synthesized_and_judged(
    synthgate: Command, project: Path, workshop: Workshop, folder: Path
) -> None:
    """Red: the report on the screen, every format in the reports' folder, and progress."""
    app(project, workshop, "red")
    manifest(project)
    done = synthgate("gate", "--project", project, *WITHOUT_CHECKOV)
    assert done.code == 1
    assert done.err.splitlines() == [
        "synthgate: synthesizing test",
        "synthgate: own: test",
        "synthgate: cdk-nag: test",
        "synthgate: cloudformation: test",
    ]
    last, reports = done.out.splitlines()[-2:]
    assert last.startswith("RED: 13 blocking findings in 1 template, 4 resources; ")
    assert reports.startswith("Reports: project/build/reports/ (report.html, ")
    written = folder / "project" / "build" / "reports"
    assert {path.name for path in written.iterdir()} == set(pipeline.REPORTS)
    assert json.loads((written / "report.json").read_text())["verdict"] == "red"


def test_the_verdict_alone_is_printed_on_request(
    synthgate: Command, project: Path, workshop: Workshop
) -> None:
    """Two lines: the verdict, and where the reports are."""
    app(project, workshop, "red")
    manifest(project)
    done = synthgate("gate", "--project", project, "--quiet", "--out", "out", *WITHOUT_CHECKOV)
    assert (done.code, done.err) == (1, "")
    verdict, reports = done.out.splitlines()
    assert verdict.startswith("RED: 13 blocking findings")
    assert reports.startswith("Reports: project/out/reports/")


def test_an_app_without_the_guard_has_no_verdict(
    synthgate: Command, project: Path, workshop: Workshop
) -> None:
    """It must not ask for less than an app with it."""
    app(project, workshop, "red")
    manifest(project)
    with (project / "app.py").open("a") as script:
        script.write("os.remove(os.environ['CDK_OUTDIR'] + '/synthgate.json')\n")
    done = synthgate("gate", "--project", project, *WITHOUT_CHECKOV)
    assert done.code == 3
    assert "cdk-nag did not run" in done.out.splitlines()[-2]


def test_every_engine_is_needed_unless_some_are_named(
    project: Path, workshop: Workshop, monkeypatch: pytest.MonkeyPatch, synthgate: Command
) -> None:
    """Evidence or not: what the assembly lacks is no reason to ask for less."""
    asked = []

    class Noted(Gate):
        def prepare(self) -> None:
            asked.append(self.scope.engines)
            raise SynthgateError("enough")

    monkeypatch.setattr(pipeline, "Gate", Noted)
    app(project, workshop, "red")
    manifest(project)
    synthgate("gate", "--project", project)
    synthgate("gate", "--project", project, "--engine", "all")
    synthgate("gate", "--project", project, "--engine", "checkov")
    every = ("own", "cdk-nag", "checkov", "cloudformation")
    assert asked == [every, every, ("checkov",)]


def test_an_app_that_guards_another_environment_is_refused(
    synthgate: Command, project: Path, workshop: Workshop
) -> None:
    """Waivers and snapshots would be those of another one."""
    app(project, workshop, "red")
    manifest(project, "prod")
    done = synthgate("gate", "--project", project, *WITHOUT_CHECKOV)
    assert (done.code, done.out) == (2, "")
    assert done.err.splitlines()[-1] == (
        "synthgate: prod: the app called compliance.guard for the environment 'test'; "
        "give it the one of the context"
    )


def test_control_characters_of_an_app_are_not_passed_on(synthgate: Command, project: Path) -> None:
    """Its last words are one printable line."""
    manifest(project)
    (project / "app.py").write_text("import sys\nsys.exit('\\x1b[31mno\\x1b[0m \\u202eway')\n")
    done = synthgate("gate", "--project", project, "--quiet", "--engine", "own")
    assert (done.code, done.out) == (2, "")
    assert done.err == "synthgate: test: the app failed: \\x1b[31mno\\x1b[0m \\u202eway\n"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(None, "cannot be read: No such file or directory; give the CDK", id="absent"),
        pytest.param("{", "not JSON: ", id="cut off"),
        pytest.param("[" * 100_000, "not JSON: ", id="too deep"),
        pytest.param("[]", "'app' is expected to be a command", id="no object"),
        pytest.param('{"app": ["python3"]}', "'app' is expected to be a command", id="no command"),
        pytest.param(
            '{"app": "true"}', "context.environments: a block for each environment", id="no blocks"
        ),
        pytest.param(
            '{"app": "true", "context": {"environments": {}}}',
            "context.environments: a block for each environment is expected, found {}",
            id="no block",
        ),
        pytest.param(
            '{"app": "true", "context": {"environments": {"../..": {}}}}',
            "context.environments: '../..' is no name of an environment; letters, digits",
            id="a name that leads elsewhere",
        ),
    ],
)
def test_a_manifest_that_is_wrong(
    synthgate: Command, project: Path, content: str | None, told: str
) -> None:
    """One line, exit code 2, and nothing is written."""
    if content is not None:
        (project / "cdk.json").write_text(content)
    done = synthgate("gate", "--project", project, "--engine", "own")
    assert (done.code, done.out) == (2, "")
    assert done.err.count("\n") == 1
    assert "cdk.json: " in done.err
    assert told in done.err
    assert not (project / "build").exists()


def test_an_environment_that_is_not_there(synthgate: Command, project: Path) -> None:
    """By the option, or by the policy data."""
    manifest(project, "dev", "prod")
    told = "synthgate: cdk.json: context.environments: no environment 'stage'; one of dev, prod\n"
    done = synthgate("gate", "--project", project, "--env", "dev,stage", "--engine", "own")
    assert (done.code, done.out, done.err) == (2, "", told)
    (project / "pyproject.toml").write_text('[tool.synthgate]\nenvironments = ["stage"]\n')
    done = synthgate("gate", "--project", project, "--engine", "own")
    assert (done.code, done.out, done.err) == (2, "", told)


def test_reports_that_cannot_be_written(
    synthgate: Command, project: Path, workshop: Workshop
) -> None:
    """The verdict is not told without its evidence."""
    app(project, workshop, "red")
    manifest(project)
    (project / "build").mkdir()
    (project / "build" / "reports").write_text("")
    done = synthgate("gate", "--project", project, "--quiet", "--engine", "own")
    assert (done.code, done.out) == (2, "")
    assert "cannot be written: File exists" in done.err


def test_reports_of_an_earlier_run_do_not_outlive_one_that_breaks(
    synthgate: Command, project: Path
) -> None:
    """A green report that lies there would be taken for this run's."""
    manifest(project)
    (project / "app.py").write_text("raise SystemExit('no')\n")
    reports = project / "build" / "reports"
    reports.mkdir(parents=True)
    (reports / "report.html").write_text("GREEN")
    (reports / "notes.txt").write_text("mine")
    done = synthgate("gate", "--project", project, "--quiet", "--engine", "own")
    assert done.code == 2
    assert [path.name for path in reports.iterdir()] == ["notes.txt"]
    (reports / "report.html" / "in the way").mkdir(parents=True)
    done = synthgate("gate", "--project", project, "--quiet", "--engine", "own")
    assert (done.code, done.out) == (2, "")
    assert "report.html: of an earlier run, cannot be removed: " in done.err
