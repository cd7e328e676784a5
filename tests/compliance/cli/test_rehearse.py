"""How the command for rehearsals is set up; whole ones are in `tests/compliance/rehearsal`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from compliance import config
from compliance.cli import rehearsing
from compliance.cli.terminal import one_line

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("setting", "interpreter"),
    [
        (None, sys.executable),
        ("python3.13", "python3.13"),
        ("/opt/ministack/bin/python", "/opt/ministack/bin/python"),
        (".venv/bin/python", "{root}/.venv/bin/python"),
    ],
    ids=["this one", "by name", "by path", "beside the configuration"],
)
def test_the_interpreter_with_ministack(
    setting: str | None, interpreter: str, tmp_path: Path
) -> None:
    """As `ministack-python` names it; a relative path starts where the setting stands."""
    file = tmp_path / "synthgate.toml"
    line = "" if setting is None else f'ministack-python = "{setting}"\n'
    file.write_text(f"[tool.synthgate]\n{line}")
    found = rehearsing._interpreter(config.load(file))
    assert found == interpreter.format(root=tmp_path)


def test_a_job_that_is_cancelled_ends_like_a_shells() -> None:
    """128 and the signal's number; on the way out, everything is stopped."""
    with pytest.raises(SystemExit) as caught:
        rehearsing._terminated(15, None)
    assert caught.value.code == 143


def test_an_error_is_told_to_its_end() -> None:
    """Behind what it quotes stand the log and the next step; something has to be without end."""
    text = f"`cdk deploy` failed: {'x' * 500}\n; see build/rehearsal/deploy.log"
    assert one_line(text).endswith("; see build/rehearsal/deploy.log")
    assert "\n" not in one_line(text)
    assert len(one_line("x" * 100_000)) < 2100
