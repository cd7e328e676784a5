"""The whole gate of a project: synthesize every environment, run every engine, write the reports.

Each environment is synthesized once, in a process of its own, at most as many at a time as there
are cores; Checkov loads meanwhile.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from compliance import waivers
from compliance.assembly import read
from compliance.files import write_whole
from compliance.findings import SynthgateError
from compliance.gate import Gate, Scope
from compliance.reports import Format, render
from compliance.snapshots.engine import SnapshotsEngine

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence

    from compliance.config import Config
    from compliance.findings import Report

MANIFEST: Final = "cdk.json"
SYNTH_SECONDS: Final = 600
"""How long one environment may take to synthesize."""
REPORTS: Final[Mapping[str, Format]] = {
    "report.html": Format.HTML,
    "report.md": Format.MARKDOWN,
    "report.json": Format.JSON,
    "report.sarif": Format.SARIF,
    "report.junit.xml": Format.JUNIT,
}
"""Files that a run of the gate writes, and their formats."""


def run(
    *,
    project: Path,
    config: Config,
    environments: Sequence[str],
    engines: Sequence[str] = (),
    out: Path,
    today: dt.date,
    progress: Callable[[str], None] = lambda _: None,
) -> Report:
    """Synthesize and judge.

    Args:
        project: folder with `cdk.json`.
        config: the policy data.
        environments: names of blocks in `cdk.json`'s context; every one when empty.
        engines: the only engines to run; every one, and the snapshots, when empty.
        out: assemblies are written below it, in `cdk.out/<environment>`.
        today: the date that waivers' ends are compared with.
        progress: told in a few words what is being done.

    Raises:
        SynthgateError: `cdk.json` is wrong, an environment is unknown, or the app fails.
    """
    manifest = _manifest(project)
    names = _environments(manifest, environments or config.environments)
    gate = Gate(
        config=config,
        waivers=waivers.load(config.path(config.waivers), shown=config.waivers),
        today=today,
        scope=Scope(engines=tuple(engines)),
        extra=() if engines else (SnapshotsEngine(config.path(config.snapshots)),),
    )
    try:
        gate.prepare()
        progress(f"synthesizing {', '.join(names)}")
        with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
            folders = list(
                pool.map(
                    lambda name: synthesize(
                        project=project, manifest=manifest, environment=name, out=out
                    ),
                    names,
                )
            )
        return gate.check([read(folder) for folder in folders], progress=progress)
    finally:
        gate.close()


def synthesize(*, project: Path, manifest: Mapping[str, Any], environment: str, out: Path) -> Path:
    """Run the app for one environment, as the CDK CLI would.

    The protocol is the CLI's: the app finds its output folder in `CDK_OUTDIR` and its context in
    `CDK_CONTEXT_JSON`. That validation finds something is not the app's failure here: the gate
    reads the findings.

    Returns:
        The assembly's folder.

    Raises:
        SynthgateError: the app cannot be started, fails, or takes too long; the text ends with the
            last line that it printed.
    """
    folder = out / "cdk.out" / environment
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    context = {
        **_context(manifest),
        "environment": environment,
        "@aws-cdk/core:failSynthOnValidationErrors": False,
    }
    # The interpreter's own folder first: `python3` of cdk.json is then the one that runs the gate.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    command = shlex.split(str(manifest["app"]))
    found = shutil.which(command[0], path=path)
    if found is None:
        raise SynthgateError(f"{MANIFEST}: app: no such command {command[0]!r}")
    try:
        done = subprocess.run(
            [found, *command[1:]],
            cwd=project,
            env={
                **os.environ,
                "PATH": path,
                "CDK_OUTDIR": str(folder.resolve()),
                "CDK_CONTEXT_JSON": json.dumps(context),
            },
            capture_output=True,
            text=True,
            timeout=SYNTH_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise SynthgateError(
            f"{environment}: the app did not end within {SYNTH_SECONDS} seconds"
        ) from error
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.strip()] or ["no message"]
        raise SynthgateError(f"{environment}: the app failed: {lines[-1].strip()}")
    return folder


def reports_folder(out: Path) -> Path:
    """Where the reports of a run lie."""
    return out / "reports"


def write_reports(report: Report, folder: Path) -> None:
    """Write every report of `REPORTS`, each whole or not at all."""
    for name, form in REPORTS.items():
        write_whole(folder / name, render(report, format=form))


def _manifest(project: Path) -> Mapping[str, Any]:
    path = project / MANIFEST
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SynthgateError(
            f"{path}: cannot be read: {error.strerror}; "
            "give the CDK project's folder with --project"
        ) from error
    except ValueError as error:
        raise SynthgateError(f"{path}: not JSON: {error}") from error
    if not isinstance(document, dict) or not isinstance(document.get("app"), str):
        raise SynthgateError(f"{path}: 'app' is expected to be a command, such as 'python3 app.py'")
    return document


def _context(manifest: Mapping[str, Any]) -> Mapping[str, Any]:
    context = manifest.get("context")
    return context if isinstance(context, dict) else {}


def _environments(manifest: Mapping[str, Any], wanted: Sequence[str]) -> tuple[str, ...]:
    blocks = _context(manifest).get("environments")
    known = tuple(blocks) if isinstance(blocks, dict) else ()
    if not known:
        raise SynthgateError(
            f"{MANIFEST}: context.environments: a block for each environment is expected, "
            f"found {blocks!r}"
        )
    for name in wanted:
        if name not in known:
            raise SynthgateError(
                f"{MANIFEST}: context.environments: no environment {name!r}; "
                f"one of {', '.join(known)}"
            )
    return tuple(wanted) or known
