"""What is judged by, as digests: each part changes its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from compliance import __version__, config
from compliance.attestation import policy
from compliance.engines.synthesis import version
from compliance.findings import SynthgateError
from tests.compliance.attestation import stated

if TYPE_CHECKING:
    from pathlib import Path

    from compliance.config import Config


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The folder of a project with waivers and snapshots."""
    (tmp_path / "pyproject.toml").write_text("[tool.synthgate]\n")
    (tmp_path / "waivers.toml").write_text("# none\n")
    for environment in ("dev", "prod"):
        (tmp_path / "snapshots" / environment).mkdir(parents=True)
        (tmp_path / "snapshots" / environment / "A.template.json").write_text("{}")
    return tmp_path


def settings(project: Path) -> Config:
    """Its configuration."""
    return config.load(project / "pyproject.toml")


def changed(project: Path, name: str, text: str) -> set[str]:
    """The parts of prod's policy that another content of a file changes."""
    before = policy.of(settings(project), environment="prod").parts
    (project / name).write_text(text)
    after = policy.of(settings(project), environment="prod").parts
    return {part for part in before if before[part] != after[part]}


@pytest.mark.parametrize(
    ("name", "text", "parts"),
    [
        ("pyproject.toml", "[tool.synthgate]\nthreshold = 'high'\n", {"configuration"}),
        ("pyproject.toml", "# said otherwise\n[tool.synthgate]\n", set()),
        ("waivers.toml", "# one\n", {"waivers"}),
        ("snapshots/prod/A.template.json", "{ }", {"snapshots"}),
        ("snapshots/prod/B.template.json", "{}", {"snapshots"}),
        ("snapshots/dev/A.template.json", "{ }", set()),
    ],
)
def test_each_part_is_known_by_its_digest(
    project: Path, name: str, text: str, parts: set[str]
) -> None:
    """Effective settings, the waivers' bytes, the snapshots of the environment and no other's."""
    assert changed(project, name, text) == parts


def test_what_is_not_there_is_empty(tmp_path: Path) -> None:
    """A project without waivers and snapshots has a policy, too."""
    (tmp_path / "pyproject.toml").write_text("[tool.synthgate]\n")
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    found = policy.of(settings(tmp_path), environment="prod").parts
    assert (found["waivers"], found["snapshots"]) == (empty, empty)


@pytest.mark.parametrize("environment", ["", "..", "../snapshots/prod", "/", "a/b"])
def test_a_name_that_is_a_path_leads_nowhere(project: Path, environment: str) -> None:
    """An attestation's environment is not yet believed to be one."""
    nothing = policy.of(settings(project), environment="none").parts
    assert policy.of(settings(project), environment=environment).parts == nothing


def test_waivers_that_cannot_be_read_are_an_error(project: Path) -> None:
    """A folder, for one."""
    (project / "waivers.toml").unlink()
    (project / "waivers.toml").mkdir()
    with pytest.raises(SynthgateError, match=r"waivers\.toml: cannot be read: Is a directory"):
        policy.of(settings(project), environment="prod")


def test_versions_are_part_of_the_digest(project: Path) -> None:
    """The same settings judged by another Checkov are another policy."""
    found = policy.of(settings(project), environment="prod")
    assert found.digest({"checkov": "3.3.30"}) != found.digest({"checkov": "3.3.31"})


def test_what_is_installed_is_told_by_distribution(project: Path) -> None:
    """Checkov is not, where another interpreter has it."""
    found = policy.installed(settings(project))
    assert found == {
        "synthgate": __version__,
        "aws-cdk-lib": version("aws-cdk-lib"),
        "cdk-nag": version("cdk-nag"),
        "checkov": version("checkov"),
    }
    (project / "pyproject.toml").write_text("[tool.synthgate]\ncheckov-python = 'python3'\n")
    assert "checkov" not in policy.installed(settings(project))


def test_what_judged_is_told_by_distribution() -> None:
    """Whatever the engines are called."""
    assert policy.used(stated.REPORT) == {
        "synthgate": __version__,
        "cdk-nag": "3.0.2",
        "checkov": "3.3.30",
        "aws-cdk-lib": "2.275.0",
    }
