"""Commands that the settings name: shown, never run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from compliance import config
from compliance.findings import SynthgateError

if TYPE_CHECKING:
    from pathlib import Path


def test_the_commands_of_any_project() -> None:
    """What works where nothing is set."""
    found = config.Config()
    assert found.snapshots_accept == "pytest --snapshot-update"
    assert found.gate_command == "synthgate gate"


def test_a_project_has_commands_of_its_own(tmp_path: Path) -> None:
    """Such as the sessions of its task runner."""
    path = tmp_path / "pyproject.toml"
    path.write_text(
        '[tool.synthgate]\nsnapshots-accept = "make accept"\ngate-command = "make gate"\n'
    )
    found = config.load(path)
    assert (found.snapshots_accept, found.gate_command) == ("make accept", "make gate")


@pytest.mark.parametrize("value", ["", "a\\nb", "\\u001b[31m"])
def test_a_command_is_one_line(tmp_path: Path, value: str) -> None:
    """It is printed on a terminal."""
    path = tmp_path / "pyproject.toml"
    path.write_text(f'[tool.synthgate]\nsnapshots-accept = "{value}"\n')
    with pytest.raises(SynthgateError, match=r"\[tool\.synthgate\] snapshots-accept: "):
        config.load(path)
