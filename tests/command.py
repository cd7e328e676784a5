"""The command `synthgate`, run as a user runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Done:
    """What a run of the command left.

    Attributes:
        code: its exit code.
        out: what it printed.
        err: what it said on standard error.
    """

    code: int
    out: str
    err: str

    @cached_property
    def json(self) -> Any:  # noqa: ANN401 - a document
        """What it printed, as JSON."""
        return json.loads(self.out)


def synthgate(*arguments: str | Path, cwd: Path | None = None, **env: str) -> Done:
    """Run the command in a process of its own.

    Args:
        arguments: of the command.
        cwd: working folder, this process's by default.
        env: variables beside this process's own.
    """
    done = subprocess.run(
        [sys.executable, "-m", "compliance", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)
