"""The function's code folder: handlers and what they import, without Docker, always the same.

``python -m stacks.bundling`` builds it ahead of a synth, which then needs no network.

A folder is named by the digest of what it is made of and moved to its name when it is complete:
what exists is whole, what has changed has another name, and two builds at once cannot meet.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PYTHON_VERSION = "3.14"
"""The runtime's Python (`stacks.function.RUNTIME`), for which wheels are chosen."""

LAYOUT = b"1"
"""Counted up when this module puts the same sources together differently."""

_ROOT = Path(__file__).resolve().parents[1]
HANDLERS = _ROOT / "handlers"
BUILD = _ROOT / "build" / "lambda"

_SOURCES = frozenset({".json", ".py"})
_NOT_SHIPPED = frozenset({"__pycache__", "tests"})
# What pip writes about this installation, and scripts that nobody calls in a function.
_VARYING = ("*.dist-info/INSTALLER", "*.dist-info/RECORD", "*.dist-info/REQUESTED")
_DISCARDED = (*_VARYING, "*.dist-info/direct_url.json", "bin", "**/__pycache__", "**/*.pyc")
_COMPILED = ("**/*.so", "**/*.pyd", "**/*.dylib")


class BundleError(Exception):
    """The code folder cannot be built; the message is one line with cause and next step."""


def bundle(*, handlers: Path = HANDLERS, build: Path = BUILD) -> Path:
    """Return the folder with the function's code, built if it is not there yet.

    Args:
        handlers: the package, with ``requirements.txt`` (pinned, with hashes) in it.
        build: where finished folders are kept.

    Raises:
        BundleError: there are no handlers, or their requirements cannot be installed.
    """
    requirements = handlers / "requirements.txt"
    if not requirements.is_file():
        raise BundleError(
            f"{requirements}: found no file; allowed: pinned requirements with hashes; "
            "next: restore it"
        )
    dependencies = _dependencies(requirements, build)
    sources = _sources(handlers)
    folder = build / f"code-{_digest(sources, LAYOUT, dependencies.name.encode())}"
    if not folder.is_dir():
        with _completed(folder) as partial:
            shutil.copytree(dependencies, partial, dirs_exist_ok=True)
            for name, content in sources:
                target = partial / handlers.name / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
    return folder


def _sources(handlers: Path) -> list[tuple[str, bytes]]:
    return [
        (path.relative_to(handlers).as_posix(), path.read_bytes())
        for path in sorted(handlers.rglob("*"))
        if path.suffix in _SOURCES
        and path.is_file()
        and _NOT_SHIPPED.isdisjoint(path.relative_to(handlers).parts)
    ]


def _dependencies(requirements: Path, build: Path) -> Path:
    pinned = [(requirements.name, requirements.read_bytes())]
    folder = build / f"dependencies-{_digest(pinned, LAYOUT, PYTHON_VERSION.encode())}"
    if not folder.is_dir():
        with _completed(folder) as partial:
            _install(requirements, partial)
            for pattern in _DISCARDED:
                for path in partial.glob(pattern):
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
            for pattern in _COMPILED:
                for path in partial.glob(pattern):
                    raise BundleError(
                        f"{requirements}: found the compiled {path.relative_to(partial)}; allowed: "
                        "pure Python only, which runs on any processor; next: replace that package"
                    )
    return folder


def _install(requirements: Path, target: Path) -> None:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-input"]
    command += ["--disable-pip-version-check", "--require-hashes", "--no-deps", "--no-compile"]
    command += ["--only-binary=:all:", "--platform=any", "--implementation=py", "--abi=none"]
    command += [f"--python-version={PYTHON_VERSION}", f"--target={target}"]
    command += [f"--requirement={requirements}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.strip()] or ["nothing"]
        raise BundleError(
            f"{requirements}: pip ended with {done.returncode}, saying {said[-1]!r}; allowed: pure "
            "wheels whose hashes match; next: run 'python -m stacks.bundling' with network access"
        )


def _digest(files: Iterable[tuple[str, bytes]], *also: bytes) -> str:
    whole = hashlib.sha256()
    for part in (*also, *(part for name, content in files for part in (name.encode(), content))):
        whole.update(hashlib.sha256(part).digest())
    return whole.hexdigest()[:32]


@contextmanager
def _completed(folder: Path) -> Iterator[Path]:
    """Yield an empty folder that takes the name of ``folder`` when the block ends well."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".partial-"))
    try:
        yield partial
        for path in (partial, *partial.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)  # whatever the umask
        try:
            partial.rename(folder)
        except OSError:
            if not folder.is_dir():  # else another build was first, with the same content
                raise
    finally:
        shutil.rmtree(partial, ignore_errors=True)


if __name__ == "__main__":
    try:
        print(os.path.relpath(bundle()))  # noqa: T201 - the command's answer
    except BundleError as error:
        sys.exit(f"stacks.bundling: {error}")
