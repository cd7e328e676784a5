"""A private copy of an assembly: what is looked at there cannot change meanwhile."""

from __future__ import annotations

import contextlib
import shlex
import shutil
import tempfile
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from compliance.assembly import digests
from compliance.findings import SynthgateError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_Any = TypeVar("_Any")


@dataclass(frozen=True, slots=True)
class Copied:
    """A copy that nobody else writes to.

    Attributes:
        folder: the copy.
        top: the folder that it lies in, for its owner alone; it is removed with the block.
        digests: of the copy's files.
        original: the folder that was copied, as the user named it.
    """

    folder: Path
    top: Path
    digests: Mapping[str, str]
    original: Path

    def named(self, value: _Any) -> _Any:
        """A text, or a report with all of its texts, that names the user's folder, not the copy.

        Args:
            value: a string, a data class, a tuple of such, or anything else, which stays.
        """
        found: object = value
        if isinstance(value, str):
            found = self._renamed(value) if str(self.folder) in value else value
        elif isinstance(value, tuple):
            found = tuple(self.named(each) for each in value)
        elif is_dataclass(value) and not isinstance(value, type):
            told = {each.name: getattr(value, each.name) for each in fields(value)}
            found = replace(value, **{name: self.named(each) for name, each in told.items()})
        return found  # type: ignore[return-value]  # of the type that it was

    def _renamed(self, text: str) -> str:
        copy, original = str(self.folder), str(self.original)
        # The end of a command that is told: it has to stay one when the name has a space in it.
        text = text.replace(f" {shlex.quote(copy)}`", f" {shlex.quote(original)}`")
        return text.replace(copy, original)


@contextlib.contextmanager
def private(folder: Path, *, purpose: str, name: str = "assembly") -> Iterator[Copied]:
    """Copy an assembly, for the length of a block.

    Args:
        folder: the assembly.
        purpose: a word for the name of the temporary folder.
        name: of the copy.

    Raises:
        SynthgateError: it is not there or cannot be copied, or a link leads out of it.
    """
    # For the owner alone: mode 0700.
    top = Path(tempfile.mkdtemp(prefix=f"synthgate-{purpose}-")).resolve()
    try:
        if top.is_relative_to(folder.resolve()):
            raise SynthgateError(
                f"{folder}: holds the folder for temporary files {top.parent}, so that it cannot "
                "be copied; next: let TMPDIR name another folder"
            )
        copied = top / name
        try:
            shutil.copytree(folder, copied, symlinks=True)
        except (OSError, shutil.Error) as error:
            raise SynthgateError(f"{folder}: cannot be copied: {error}") from error
        try:
            files = digests.of(copied)
        except SynthgateError as error:
            raise SynthgateError(str(error).replace(str(copied), str(folder))) from error
        yield Copied(copied, top, files, folder)
    finally:
        shutil.rmtree(top, ignore_errors=True)
