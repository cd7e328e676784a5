"""What changes since what was accepted last."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from compliance import assembly as assemblies_of
from compliance import config as configuration
from compliance.findings import SynthgateError
from compliance.security_report.changes import changed

if TYPE_CHECKING:
    from collections.abc import Callable

    from compliance.assembly import Assembly
    from compliance.config import Config

ROOT = Path(__file__).parents[3]


@pytest.fixture
def prod(assemblies: Callable[[str], Path]) -> Assembly:
    """Return the assembly of prod."""
    return assemblies_of.read(assemblies("prod"))


@pytest.fixture
def project(tmp_path: Path) -> tuple[Path, Config]:
    """Return a repository with the snapshots of prod, and its settings."""
    folder = tmp_path / "project"
    shutil.copytree(ROOT / "snapshots" / "prod", folder / "snapshots" / "prod")
    (folder / "pyproject.toml").write_text("[tool.synthgate]\n")
    return folder, configuration.load(folder / "pyproject.toml")


def _git(folder: Path, *words: str) -> None:
    settings = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(
        ["git", *settings, *words],  # noqa: S607
        cwd=folder,
        env=dict(os.environ),
        check=True,
        capture_output=True,
    )


def _shorten_retention(folder: Path) -> None:
    """Write a snapshot in which one log group is kept for a day."""
    file = folder / "snapshots" / "prod" / "ServerlessStack.template.json"
    template = json.loads(file.read_text())
    groups = [
        body for body in template["Resources"].values() if body["Type"] == "AWS::Logs::LogGroup"
    ]
    groups[0]["Properties"]["RetentionInDays"] = 1
    file.write_text(json.dumps(template))


def test_the_accepted_snapshots_are_what_is_compared_with(
    prod: Assembly, project: tuple[Path, Config]
) -> None:
    """Nothing has changed; then a snapshot is another one."""
    folder, config = project
    found = changed(prod, config=config, against="", where=folder)
    assert (found.environment, found.against, found.reason) == ("prod", "snapshots/prod", "")
    assert found.review is not None
    assert found.review.templates == ()
    _shorten_retention(folder)
    found = changed(prod, config=config, against="", where=folder)
    assert found.review is not None
    assert [template.name for template in found.review.templates] == ["ServerlessStack"]


def test_a_revision_is_asked_for_the_same_environment(
    prod: Assembly, project: tuple[Path, Config]
) -> None:
    """Its snapshots are the old side, whatever the working tree has accepted since."""
    folder, config = project
    current = (folder / "snapshots" / "prod" / "ServerlessStack.template.json").read_text()
    _shorten_retention(folder)
    _git(folder, "init", "--quiet", "--initial-branch=main")
    _git(folder, "add", ".")
    _git(folder, "commit", "--quiet", "--message=first")
    (folder / "snapshots" / "prod" / "ServerlessStack.template.json").write_text(current)
    found = changed(prod, config=config, against="main", where=folder)
    assert found.against == "main:snapshots/prod"
    assert found.review is not None
    assert [template.name for template in found.review.templates] == ["ServerlessStack"]


def test_what_was_never_accepted_is_said_to_be_new(
    prod: Assembly, project: tuple[Path, Config]
) -> None:
    """No snapshots here, or none in a revision that is there."""
    folder, config = project
    _git(folder, "init", "--quiet", "--initial-branch=main")
    _git(folder, "add", "pyproject.toml")
    _git(folder, "commit", "--quiet", "--message=first")
    found = changed(prod, config=config, against="main", where=folder)
    assert found.review is None
    assert "the revision has no 'snapshots/prod'" in found.reason
    shutil.rmtree(folder / "snapshots")
    found = changed(prod, config=config, against="", where=folder)
    assert (found.review, found.reason) == (None, "no snapshots were accepted for it")


@pytest.mark.parametrize("text", ["nowhere", "--output=x", ":snapshots"])
def test_what_is_no_revision(prod: Assembly, project: tuple[Path, Config], text: str) -> None:
    """Nor an option: git is never given one."""
    folder, config = project
    _git(folder, "init", "--quiet")
    with pytest.raises(SynthgateError, match=f"--against {text}: no such revision in the"):
        changed(prod, config=config, against=text, where=folder)
