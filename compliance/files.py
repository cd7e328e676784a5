"""Files, written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from compliance.findings import SynthgateError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def write_whole(path: Path, text: str) -> None:
    """Write UTF-8 text to a temporary name in the same folder, then rename it.

    Raises:
        SynthgateError: the folder cannot be made or the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
                stream.write(text)
            # mkstemp makes a file for its owner alone; a report is for everybody who may read here.
            Path(temporary).chmod(0o644)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise SynthgateError(f"{path}: cannot be written: {error.strerror}") from error


def remove(folder: Path, names: Iterable[str]) -> None:
    """Take files of an earlier run away, so that none is there when this one breaks.

    Raises:
        SynthgateError: one cannot be removed.
    """
    for name in names:
        try:
            (folder / name).unlink(missing_ok=True)
        except NotADirectoryError:
            return  # so that there is none; whoever writes there is told
        except OSError as error:
            raise SynthgateError(
                f"{folder / name}: of an earlier run, cannot be removed: {error.strerror}"
            ) from error


def files_below(folder: Path, pattern: str) -> Iterator[Path]:
    """Files below a folder that match, sorted; none when there is no folder."""
    yield from sorted(path for path in folder.rglob(pattern) if path.is_file())
