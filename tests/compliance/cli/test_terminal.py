"""What somebody who waits at a terminal sees."""

from __future__ import annotations

import io
import re
import sys
from typing import TYPE_CHECKING

from compliance.cli import terminal

if TYPE_CHECKING:
    import pytest


class _Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_one_line_that_moves_and_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is being done stands in it, escaped; at the end the cursor is shown again."""
    screen = _Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "60")
    with terminal.telling() as tell:
        tell("own: dev")
        tell("checkov: [bold]\x1b[31mdev")
    shown = screen.getvalue()
    assert "starting" in shown
    assert "checkov: [bold]\\x1b[31mdev" in shown
    assert shown.count("\n") <= 1
    assert re.search(r"\x1b\[\?25h.*\x1b\[2K$", shown, re.DOTALL)


def test_colours_are_left_out_where_nobody_wants_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_COLOR (no-color.org) holds for the line as well."""
    screen = _Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    with terminal.telling() as tell:
        tell("own: dev")
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]m", screen.getvalue())


def test_a_log_gets_lines_and_who_asked_for_quiet_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Each step is a line of its own, where standard error is no terminal."""
    with terminal.telling() as tell:
        tell("own: dev")
    with terminal.telling(quiet=True) as tell:
        tell("checkov: dev")
    assert capsys.readouterr().err == "synthgate: own: dev\n"
