"""Templates as a git revision has them.

Git is asked with lists of arguments, without a shell, a pager, hooks or the network, and a revision
is never taken for an option (git-rev-parse: `--verify`, `--end-of-options`). Only objects are read:
nothing is checked out, and no filter or text conversion of the repository runs.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from compliance.assembly.template import MAX_BYTES, decode
from compliance.findings import SynthgateError
from compliance.review.sources import (
    SUFFIX,
    Source,
    canonical_assembly,
    parsed,
    refuse_too_many,
    template_name,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compliance.assembly.model import Json

SECONDS: Final = 30
"""How long one call of git may take."""
MAX_TOTAL: Final = 256_000_000
"""Bytes of all templates of a revision."""
_FILES: Final = (b"100644", b"100755")
"""Modes of a tree's entries that are files; a link or a submodule is none."""
_SETTINGS: Final = ("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false")
EXPECTED: Final = "give a cdk.out folder, a folder of templates, a template file or a git revision"
"""What the command compares."""
_ENVIRON: Final = {
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}


def read(text: str, *, snapshots: Path, where: Path) -> Source:
    """Read the templates of a revision.

    Args:
        text: a revision (`main`, `HEAD~1`), which stands for its snapshots, or a revision and a
            path of its tree (`main:snapshots/prod`).
        snapshots: the snapshots' folder; it need not exist.
        where: folder in the repository that is asked.

    Raises:
        SynthgateError: there is no git command, no repository, or no such revision; the revision
            holds no templates; or one is unreadable.
    """
    git = _Git.at(where, wanted=text)
    revision, separator, path = text.partition(":")
    if not revision or revision.startswith("-"):
        raise SynthgateError(f"{text}: a revision begins with neither '-' nor ':'")
    commit = git.name(f"{revision}^{{commit}}")
    if commit is None:
        raise SynthgateError(
            f"{text}: no such file or folder, and no revision {revision!r} in the repository; "
            f"{EXPECTED}"
        )
    if not separator:
        path = git.relative(snapshots, wanted=text)
    shown = f"{revision}:{path}"
    found = git.name(f"{commit}:{path}")
    if found is None:
        raise SynthgateError(
            f"{text}: the revision has no {path!r}; name the folder of its templates: "
            f"{revision}:FOLDER"
        )
    if git.run("cat-file", "-t", found).strip() == b"blob":
        (raw,) = git.blobs([_Blob(shown, found, int(git.run("cat-file", "-s", found)))])
        name = template_name(path.rpartition("/")[2])
        return Source(
            text,
            canonical_assembly({name: parsed(decode(raw, shown=shown), shown=shown)}),
            lone=True,
        )
    return Source(text, canonical_assembly(dict(_templates(git, found, shown=shown))))


def _templates(git: _Git, tree: str, *, shown: str) -> Iterator[tuple[str, Json]]:
    """The parsed templates of a tree, by name."""
    listed = {}
    for entry in git.run("ls-tree", "-r", "-l", "-z", "--full-tree", tree).split(b"\0"):
        head, _, raw_path = entry.partition(b"\t")
        path = os.fsdecode(raw_path)
        if path.endswith(SUFFIX):
            mode, _, oid, size = head.split()
            if not size.isdigit():
                raise SynthgateError(
                    f"{shown}/{path}: git has no content for it; the repository is damaged, or a "
                    "partial clone"
                )
            if mode in _FILES:
                listed[template_name(path)] = _Blob(f"{shown}/{path}", oid.decode(), int(size))
    if not listed:
        raise SynthgateError(
            f"{shown}: no *{SUFFIX} below this folder of the revision; name another as "
            "REVISION:FOLDER"
        )
    refuse_too_many(len(listed), shown=shown)
    for (name, blob), raw in zip(listed.items(), git.blobs(listed.values()), strict=True):
        text = decode(raw, shown=blob.shown)
        yield name, parsed(text, shown=blob.shown, may_be_empty=True)


@dataclass(frozen=True, slots=True)
class _Blob:
    """A file of a tree.

    Attributes:
        shown: how it is named in errors.
        name: of the object.
        size: in bytes.
    """

    shown: str
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class _Git:
    """The git command, in one repository.

    Attributes:
        program: where it lies.
        where: folder that it is asked in.
        wanted: what is looked for, for errors.
    """

    program: str
    where: Path
    wanted: str

    @classmethod
    def at(cls, where: Path, *, wanted: str) -> _Git:
        """The command, if there is one, in the repository that a folder belongs to."""
        program = shutil.which("git")
        if program is None:
            raise SynthgateError(
                f"{wanted}: no such file or folder, and no git command that could know a revision "
                f"of this name; {EXPECTED}"
            )
        git = cls(program, where, wanted)
        code, _, words = git.ask("rev-parse", "--git-dir")
        if code:
            raise SynthgateError(
                f"{wanted}: no such file or folder, and no revision of this name: {words}; "
                f"{EXPECTED}"
            )
        return git

    def name(self, expression: str) -> str | None:
        """The name of the object that an expression stands for, `None` when there is none."""
        code, out, _ = self.ask("rev-parse", "--verify", "--quiet", "--end-of-options", expression)
        name = out.decode("ascii", "replace").strip()
        # What is to be left out (`^main`) has a caret before its name.
        return name if code == 0 and name.isalnum() else None

    def relative(self, folder: Path, *, wanted: str) -> str:
        """A folder's path in the repository."""
        folder = folder.resolve()
        top = Path(os.fsdecode(self.run("rev-parse", "--show-toplevel").rstrip(b"\n"))).resolve()
        if not folder.is_relative_to(top):
            raise SynthgateError(
                f"{wanted}: the snapshots' folder {folder} is outside of the repository {top}; "
                f"name a folder of the revision: {wanted}:FOLDER"
            )
        return folder.relative_to(top).as_posix()

    def blobs(self, wanted: Iterable[_Blob]) -> Iterator[bytes]:
        """Contents of files, in order; refused before they are read when they are too large."""
        blobs = list(wanted)
        for blob in blobs:
            if blob.size > MAX_BYTES:
                raise SynthgateError(
                    f"{blob.shown}: larger than {MAX_BYTES:,} bytes, the most that is read; "
                    "split the template"
                )
        if sum(blob.size for blob in blobs) > MAX_TOTAL:
            raise SynthgateError(
                f"{self.wanted}: templates of more than {MAX_TOTAL:,} bytes together; "
                "compare its folders one by one"
            )
        rest = self.run("cat-file", "--batch", given="\n".join(blob.name for blob in blobs))
        start = 0
        for blob in blobs:
            start = rest.index(b"\n", start) + 1
            yield rest[start : start + blob.size]
            start += blob.size + 1

    def run(self, *arguments: str, given: str = "") -> bytes:
        """What a command prints.

        Raises:
            SynthgateError: it fails.
        """
        code, out, words = self.ask(*arguments, given=given)
        if code:
            raise SynthgateError(f"{self.wanted}: git {arguments[0]}: {words}")
        return out

    def ask(self, *arguments: str, given: str = "") -> tuple[int, bytes, str]:
        """Exit code of a command, what it prints, and the last line of its errors."""
        try:
            done = subprocess.run(
                [self.program, "--no-pager", *_SETTINGS, *arguments],
                cwd=self.where,
                env={**os.environ, **_ENVIRON},
                input=given.encode("ascii"),
                capture_output=True,
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise SynthgateError(
                f"{self.wanted}: git {arguments[0]} did not end within {SECONDS} seconds"
            ) from error
        except (OSError, ValueError) as error:
            raise SynthgateError(f"{self.wanted}: git cannot be asked: {error}") from error
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        words = lines[-1].removeprefix("fatal: ") if lines else f"exit code {done.returncode}"
        return done.returncode, done.stdout, words
