"""The whole gate of a project: synthesize every environment, run every engine, write the reports.

Each environment is synthesized once, in a process of its own, at most as many at a time as there
are cores; Checkov loads meanwhile.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from compliance import catalogue, waivers
from compliance.assembly import read
from compliance.engines import NAMES, evidence
from compliance.files import write_whole
from compliance.findings import SynthgateError
from compliance.gate import Gate, Scope
from compliance.masking import mask_text
from compliance.reports import Format, render
from compliance.snapshots.engine import SnapshotsEngine

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence

    from compliance.assembly import Assembly
    from compliance.config import Config
    from compliance.findings import Report

MANIFEST: Final = "cdk.json"
SYNTH_SECONDS: Final = 600
"""How long one environment may take to synthesize."""
MAX_WORDS: Final = 64_000
"""Bytes from the end of an app's standard error in which its last words are looked for."""
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
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
    gate = _gate(
        config,
        environments=_environments(manifest, ()),
        engines=engines,
        today=today,
        project=project,
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
        assemblies = [read(folder) for folder in folders]
        for name, assembly in zip(names, assemblies, strict=True):
            _is_of(name, assembly)
        return gate.check(assemblies, progress=progress)
    finally:
        gate.close()


def judge(
    *assemblies: Assembly,
    config: Config,
    today: dt.date,
    project: Path = Path(),
    progress: Callable[[str], None] = lambda _: None,
) -> Report:
    """Judge assemblies that lie there with every engine and the snapshots, as `run` does.

    Args:
        *assemblies: as they were read.
        config: the policy data; `cdk.json` beside its file tells the environments that have
            snapshots, the setting `environments` where there is none.
        today: the date that waivers' ends are compared with.
        project: folder of the app, from where the command runs.
        progress: told in a few words what is being done.

    Raises:
        SynthgateError: there is nothing to judge, or `cdk.json` is wrong.
    """
    has_manifest = (config.root / MANIFEST).is_file()
    gate = _gate(
        config,
        environments=_environments(_manifest(config.root), ())
        if has_manifest
        else config.environments,
        engines=(),
        today=today,
        project=project,
    )
    try:
        gate.prepare()
        return gate.check(assemblies, progress=progress)
    finally:
        gate.close()


def _gate(
    config: Config,
    *,
    environments: Sequence[str],
    engines: Sequence[str],
    today: dt.date,
    project: Path,
) -> Gate:
    """The whole gate, or some of its engines."""
    snapshots = SnapshotsEngine(config.path(config.snapshots), environments=environments)
    return Gate(
        config=config,
        waivers=waivers.load(config.path(config.waivers), shown=config.waivers),
        today=today,
        # All of the table, not what the assembly calls for: an app without `compliance.guard` would
        # ask for less than one with it.
        scope=Scope(engines=tuple(engines) or NAMES),
        extra=() if engines else (snapshots,),
        project=_below(project),
    )


def _below(project: Path) -> str:
    """What goes before the paths of the app's code: nothing for a folder elsewhere.

    They are told from the project's folder; a reader, and code scanning, starts at the working one.
    """
    return "" if project.is_absolute() or ".." in project.parts else project.as_posix()


def _is_of(environment: str, assembly: Assembly) -> None:
    """Refuse an assembly of another environment: waivers and snapshots would be those of that one.

    Raises:
        SynthgateError: the app told `compliance.guard` another name.
    """
    try:
        record = evidence.read(assembly)
    except SynthgateError:
        return  # The engines that rest on it say so.
    if record and record.environment != environment:
        raise SynthgateError(
            f"{environment}: the app called compliance.guard for the environment "
            f"{record.environment!r}; give it the one of the context"
        )


def synthesize(
    *,
    project: Path,
    manifest: Mapping[str, Any],
    environment: str,
    out: Path,
    seconds: float = SYNTH_SECONDS,
) -> Path:
    """Run the app for one environment, as the CDK CLI would.

    The protocol is the CLI's: the app finds its output folder in `CDK_OUTDIR` and its context in
    `CDK_CONTEXT_JSON`. That validation finds something is not the app's failure here: the gate
    reads the findings.

    Args:
        project: folder with `cdk.json`.
        manifest: its content.
        environment: name of a block of its context.
        out: the assembly is written below it; what an earlier run left there is removed.
        seconds: how long the app may take.

    Returns:
        The assembly's folder.

    Raises:
        SynthgateError: the app cannot be started, fails, or takes too long; the text ends with the
            last line that it printed, secrets masked.
    """
    folder = out / "cdk.out" / environment
    try:
        if folder.is_symlink():
            folder.unlink()
        shutil.rmtree(folder, ignore_errors=True)
        # Under another name until it is whole: what stands at its name was synthesized to the end.
        staging = folder.with_name(f".{environment}.{os.getpid()}")
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(parents=True)
    except OSError as error:
        raise SynthgateError(f"{folder}: cannot be made anew: {error.strerror}") from error
    context = {
        "aws:cdk:enable-path-metadata": manifest.get("pathMetadata", True),
        "aws:cdk:enable-asset-metadata": manifest.get("assetMetadata", True),
        **_context(manifest),
        "environment": environment,
        "@aws-cdk/core:failSynthOnValidationErrors": False,
    }
    # The interpreter's own folder first: `python3` of cdk.json is then the one that runs the gate.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    environ = {
        **os.environ,
        "PATH": path,
        "CDK_OUTDIR": str(staging.resolve()),
        "CDK_CONTEXT_JSON": json.dumps(context),
    }
    try:
        code, words = _run(
            _command(str(manifest["app"]), project=project, path=path),
            folder=project,
            environ=environ,
            seconds=seconds,
        )
        if code != 0:
            lines = [line for line in words.splitlines() if line.strip()] or [f"exit code {code}"]
            raise SynthgateError(f"{environment}: the app failed: {mask_text(lines[-1].strip())}")
        staging.rename(folder)
    except subprocess.TimeoutExpired as error:
        raise SynthgateError(
            f"{environment}: the app did not end within {seconds:g} seconds"
        ) from error
    except OSError as error:
        raise SynthgateError(
            f"{MANIFEST}: app: {manifest['app']!r} cannot be started: {error.strerror}"
        ) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return folder


def _command(text: str, *, project: Path, path: str) -> list[str]:
    """The words of the app's command, its program found on PATH or in the project."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise SynthgateError(f"{MANIFEST}: app: {text!r}: {error}") from error
    if not words:
        raise SynthgateError(f"{MANIFEST}: app: a command is expected, such as 'python3 app.py'")
    program = words[0]
    found = shutil.which(str(project / program) if os.sep in program else program, path=path)
    if found is None:
        raise SynthgateError(f"{MANIFEST}: app: no such command {program!r}")
    return [str(Path(found).absolute()), *words[1:]]


def _run(
    command: Sequence[str], *, folder: Path, environ: Mapping[str, str], seconds: float
) -> tuple[int, str]:
    """Exit code of a command, and the end of what it wrote to standard error."""
    # A file, not a pipe: a pipe stays open as long as any child of the app lives.
    with tempfile.TemporaryFile() as errors:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            timeout=seconds,
            check=False,
        )
        errors.seek(max(0, errors.seek(0, os.SEEK_END) - MAX_WORDS))
        return done.returncode, errors.read().decode(errors="replace")


def reports_folder(out: Path) -> Path:
    """Where the reports of a run lie."""
    return out / "reports"


def write_reports(report: Report, folder: Path) -> None:
    """Write every report of `REPORTS`, each whole or not at all."""
    for name, form in REPORTS.items():
        text = render(
            report,
            format=form,
            titles=catalogue.titles(),
            equivalents=catalogue.equivalents(),
        )
        write_whole(folder / name, text)


def _manifest(project: Path) -> Mapping[str, Any]:
    path = project / MANIFEST
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SynthgateError(
            f"{path}: cannot be read: {error.strerror}; "
            "give the CDK project's folder with --project"
        ) from error
    except (ValueError, RecursionError) as error:
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
    for name in known:
        # It becomes a folder's name, and what lies there is removed.
        if not _NAME.fullmatch(name):
            raise SynthgateError(
                f"{MANIFEST}: context.environments: {name!r} is no name of an environment; "
                "letters, digits, '-' and '_' are allowed"
            )
    for name in wanted:
        if name not in known:
            raise SynthgateError(
                f"{MANIFEST}: context.environments: no environment {name!r}; "
                f"one of {', '.join(known)}"
            )
    return tuple(wanted) or known
