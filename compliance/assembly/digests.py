"""sha256 of an assembly's files: what was judged is what is rehearsed, attested and deployed."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from compliance.findings import SynthgateError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MAX_FILES: Final = 100_000
"""How many files an assembly may have."""


def of(folder: Path) -> dict[str, str]:
    """The sha256 of every file below a folder, by its path with `/`, sorted.

    A link to a folder counts by where it leads, and is never equal to a file: one that held the
    same path could take its place otherwise.

    Raises:
        SynthgateError: a link leads out of the folder or nowhere, something is neither file nor
            folder or cannot be read, or there are more than `MAX_FILES`.
    """
    root = folder.resolve()
    found: dict[str, str] = {}
    for path in sorted(root.rglob("*")):
        if path.is_dir() and not path.is_symlink():
            continue
        if len(found) >= MAX_FILES:
            raise SynthgateError(
                f"{folder}: has more than {MAX_FILES} files; give a cdk.out folder"
            )
        try:
            found[path.relative_to(root).as_posix()] = _sha256(path, root)
        except (OSError, RuntimeError) as error:  # the latter: links that lead in a circle
            raise SynthgateError(f"{path}: cannot be read: {error}") from error
    return found


def _sha256(path: Path, root: Path) -> str:
    if not path.resolve().is_relative_to(root):
        raise SynthgateError(f"{path}: leads out of the assembly; remove the link")
    if path.is_dir():
        # Another function: whatever a file holds, its sha256 is not this.
        return hashlib.sha3_256(bytes(path.readlink())).hexdigest()
    if not path.is_file():
        raise SynthgateError(f"{path}: is no file; an assembly holds files and folders only")
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def whole(files: Mapping[str, str]) -> str:
    """One sha256 over names and contents."""
    whole = hashlib.sha256()
    for name, value in sorted(files.items()):
        # A name may be no text: the file system's bytes are what counts.
        whole.update(f"{name}\0{value}\n".encode(errors="surrogateescape"))
    return whole.hexdigest()
