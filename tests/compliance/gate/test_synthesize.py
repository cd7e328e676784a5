"""`pipeline.synthesize`: an app is run as the CDK CLI runs it, and what it says is told.

The app is a few lines of Python that speak the CLI's protocol: CDK itself has its own tests.
"""

from __future__ import annotations

import json
import os
import sys
import textwrap
import time
from typing import TYPE_CHECKING, Any

import pytest

from compliance.assembly import read
from compliance.findings import SynthgateError
from compliance.pipeline import synthesize

if TYPE_CHECKING:
    from pathlib import Path

WRITES = """
import json, os, pathlib
folder = pathlib.Path(os.environ["CDK_OUTDIR"])
(folder / "S.template.json").write_text('{"Resources": {"T": {"Type": "AWS::SNS::Topic"}}}')
(folder / "manifest.json").write_text(json.dumps({"artifacts": {"S": {
    "type": "aws:cloudformation:stack", "properties": {"templateFile": "S.template.json"}}}}))
(folder / "context.json").write_text(os.environ["CDK_CONTEXT_JSON"])
(folder / "place.txt").write_text(os.getcwd())
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project's folder."""
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


def synthesized(
    project: Path,
    code: str,
    *,
    seconds: float = 30,
    **manifest: Any,  # noqa: ANN401 - any JSON
) -> Path:
    """The assembly of an app that is a Python script."""
    (project / "app.py").write_text(textwrap.dedent(code))
    return synthesize(
        project=project,
        manifest={"app": "python3 app.py", **manifest},
        environment="dev",
        out=project / "build",
        seconds=seconds,
    )


def refusal(project: Path, code: str, **manifest: Any) -> str:  # noqa: ANN401 - any JSON
    """What is told of an app that does not work."""
    with pytest.raises(SynthgateError) as error:
        synthesized(project, code, **manifest)
    return str(error.value)


def test_an_app_writes_its_assembly_where_it_is_told(project: Path) -> None:
    """It runs in the project's folder, by the interpreter that runs the gate."""
    folder = synthesized(
        project, WRITES + "import sys; (folder / 'python.txt').write_text(sys.executable)"
    )
    assert folder == project / "build" / "cdk.out" / "dev"
    assert read(folder).size == 1
    assert (folder / "place.txt").read_text() == str(project)
    python = (folder / "python.txt").read_text()
    assert os.path.realpath(python) == os.path.realpath(sys.executable)


def test_the_context_is_that_of_the_manifest_and_of_the_gate(project: Path) -> None:
    """The environment, metadata as the CLI has it, and no failure for what validation finds."""
    context = {"environment": "prod", "environments": {"dev": {}}, "flag": True}
    folder = synthesized(project, WRITES, context=context)
    assert json.loads((folder / "context.json").read_text()) == {
        "aws:cdk:enable-path-metadata": True,
        "aws:cdk:enable-asset-metadata": True,
        "environment": "dev",
        "environments": {"dev": {}},
        "flag": True,
        "@aws-cdk/core:failSynthOnValidationErrors": False,
    }


def test_the_manifest_may_leave_metadata_out(project: Path) -> None:
    """By its own settings, or by its context."""
    folder = synthesized(
        project,
        WRITES,
        pathMetadata=False,
        context={
            "aws:cdk:enable-asset-metadata": False,
            "@aws-cdk/core:failSynthOnValidationErrors": True,
        },
    )
    context = json.loads((folder / "context.json").read_text())
    assert context["aws:cdk:enable-path-metadata"] is False
    assert context["aws:cdk:enable-asset-metadata"] is False
    # Not the app's to decide: the gate reads the findings.
    assert context["@aws-cdk/core:failSynthOnValidationErrors"] is False


def test_what_an_earlier_run_left_is_gone(project: Path) -> None:
    """Its evidence above all; a link is taken away, not what it leads to."""
    folder = project / "build" / "cdk.out" / "dev"
    folder.mkdir(parents=True)
    (folder / "synthgate.json").write_text("{}")
    synthesized(project, WRITES)
    assert not (folder / "synthgate.json").exists()

    elsewhere = project / "elsewhere"
    folder.rename(elsewhere)
    folder.symlink_to(elsewhere)
    synthesized(project, WRITES)
    assert not folder.is_symlink()
    assert (elsewhere / "manifest.json").exists()


def test_an_app_that_writes_nothing_leaves_no_assembly(project: Path) -> None:
    """Though it ended well: nothing is taken from an earlier run."""
    synthesized(project, WRITES)
    folder = synthesized(project, "pass")
    with pytest.raises(SynthgateError, match=r"manifest\.json is missing"):
        read(folder)


def test_an_app_that_fails_is_told_with_its_last_words(project: Path) -> None:
    """The last line of its standard error that says anything."""
    told = refusal(
        project,
        """
        import sys
        print("on standard output")
        sys.stderr.write("first\\nsettings: no such region 'mars'\\n\\n   \\n")
        sys.exit(2)
        """,
    )
    assert told == "dev: the app failed: settings: no such region 'mars'"


def test_an_app_that_raises_is_told_without_its_traceback(project: Path) -> None:
    """Python's last line is the error's."""
    assert refusal(project, "raise LookupError('no such stack')") == (
        "dev: the app failed: LookupError: no such stack"
    )


@pytest.mark.parametrize("code", [3, -9])
def test_an_app_that_fails_without_a_word(project: Path, code: int) -> None:
    """Its exit code, or the signal, is all there is."""
    ends = f"sys.exit({code})" if code > 0 else f"os.kill(os.getpid(), {-code})"
    assert refusal(project, f"import os, sys\n{ends}") == f"dev: the app failed: exit code {code}"


def test_secrets_in_its_last_words_are_masked(project: Path) -> None:
    """The line goes into logs; control characters are left to the command that shows it."""
    told = refusal(
        project,
        """
        import sys
        sys.exit("\\x1b[31mcannot use AKIAIOSFODNN7EXAMPLE with password=hunter2\\x1b[0m")
        """,
    )
    assert "AKIAIOSFODNN7EXAMPLE" not in told
    assert "hunter2" not in told
    assert "cannot use AKIA" in told


def test_words_that_are_no_text_are_told_all_the_same(project: Path) -> None:
    """An app may print what it likes, and as much."""
    told = refusal(
        project,
        """
        import sys
        sys.stderr.buffer.write(b"noise\\n" * 200_000 + b"caf\\xe9\\n")
        sys.exit(1)
        """,
    )
    assert told == "dev: the app failed: caf\ufffd"


def test_an_app_that_does_not_end_is_stopped(project: Path) -> None:
    """Though a child of it goes on, and holds its standard error open."""
    start = time.monotonic()
    told = refusal(
        project,
        """
        import subprocess, sys, time
        subprocess.Popen([sys.executable, "-IS", "-c", "import time; time.sleep(20)"])
        time.sleep(20)
        """,
        seconds=1,
    )
    assert told == "dev: the app did not end within 1 seconds"
    assert time.monotonic() - start < 10


@pytest.mark.parametrize(
    ("app", "told"),
    [
        ("nodejs-of-nobody app.js", "cdk.json: app: no such command 'nodejs-of-nobody'"),
        ("./run.sh", "cdk.json: app: no such command './run.sh'"),
        ("python3 'app.py", 'cdk.json: app: "python3 \'app.py": No closing quotation'),
        ("", "cdk.json: app: a command is expected, such as 'python3 app.py'"),
        ("   ", "cdk.json: app: a command is expected, such as 'python3 app.py'"),
    ],
)
def test_a_command_that_is_not_there(project: Path, app: str, told: str) -> None:
    """Is a mistake in `cdk.json`."""
    assert refusal(project, "", app=app) == told


def test_a_command_of_the_project_is_found_from_anywhere(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a path relative to the project's folder, not to the working folder."""
    script = project / "run.sh"
    script.write_text("#!/bin/sh\nexec python3 app.py\n")
    script.chmod(0o755)
    monkeypatch.chdir("/")
    assert read(synthesized(project, WRITES, app="./run.sh")).size == 1


def test_a_command_that_cannot_be_started(project: Path) -> None:
    """A file that may be run, and is no program."""
    broken = project / "broken"
    broken.write_bytes(b"\x00\x01\x02")
    broken.chmod(0o755)
    assert refusal(project, "", app="./broken") == (
        "cdk.json: app: './broken' cannot be started: Exec format error"
    )


def test_a_folder_that_cannot_be_made_anew_is_told(project: Path) -> None:
    """A file in the place of the output's folder."""
    (project / "build").write_text("")
    assert refusal(project, WRITES).endswith(
        "build/cdk.out/dev: cannot be made anew: Not a directory"
    )
