"""The command, called in this process as a shell would call it."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from compliance import cli

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Done:
    """What a call came to.

    Attributes:
        code: exit code.
        out: standard output.
        err: standard error.
    """

    code: int
    out: str
    err: str


class Command(Protocol):
    """Calls `synthgate`."""

    def __call__(self, *arguments: str | Path) -> Done:
        """Call it with these arguments."""


def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """What calls the command."""

    def call(*arguments: str | Path) -> Done:
        monkeypatch.setattr(sys, "argv", ["synthgate", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        code: Any = ended.value.code
        return Done(code or 0, *capsys.readouterr())

    return call
