"""Asks git, in one repository.

With lists of arguments, without a shell, a pager, hooks or the network; what a user gives is never
taken for an option (git-rev-parse: `--verify`, `--end-of-options`).
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from compliance.findings import SynthgateError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SECONDS: Final = 30
"""How long one call of git may take."""
_SETTINGS: Final = (
    *("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false"),
    *("-c", "core.untrackedCache=false"),
    # A repository's own settings may have a change passed over that keeps a file's size and time.
    *("-c", "core.trustctime=true", "-c", "core.checkStat=default"),
    "--literal-pathspecs",
)
_OF_A_REPOSITORY: Final = frozenset(
    {
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_COMMON_DIR",
        "GIT_CONFIG",
        "GIT_CONFIG_COUNT",
        "GIT_CONFIG_PARAMETERS",
        "GIT_DIR",
        "GIT_GRAFT_FILE",
        "GIT_IMPLICIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_INTERNAL_SUPER_PREFIX",
        "GIT_NAMESPACE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_PREFIX",
        "GIT_REPLACE_REF_BASE",
        "GIT_SHALLOW_FILE",
        "GIT_WORK_TREE",
    }
)
"""Variables by which git would answer for another repository than the one it is asked in
(git-rev-parse, `--local-env-vars`). A hook sets some of them."""
_ENVIRON: Final = {
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}


@dataclass(frozen=True, slots=True)
class Head:
    """What is checked out.

    Attributes:
        commit: its full name.
        dirty: paths that differ from it, are not part of it and not ignored, or that git was told
            not to look at; sorted.
    """

    commit: str
    dirty: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Git:
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
    def at(cls, where: Path, *, wanted: str, expected: str) -> Git:
        """The command, if there is one, in the repository that a folder belongs to.

        Args:
            where: the folder.
            wanted: what is looked for.
            expected: what to do when there is no git or no repository, for the error.

        Raises:
            SynthgateError: there is none.
        """
        program = shutil.which("git")
        if program is None:
            raise SynthgateError(
                f"{wanted}: no such file or folder, and no git command that could know a revision "
                f"of this name; {expected}"
            )
        git = cls(program, where, wanted)
        code, _, words = git.ask("rev-parse", "--git-dir")
        if code:
            raise SynthgateError(
                f"{wanted}: no such file or folder, and no revision of this name: {words}; "
                f"{expected}"
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
        top = _top(self)
        if not folder.is_relative_to(top):
            raise SynthgateError(
                f"{wanted}: the snapshots' folder {folder} is outside of the repository {top}; "
                f"name a folder of the revision: {wanted}:FOLDER"
            )
        return folder.relative_to(top).as_posix()

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
                env=_environ(),
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


def head(where: Path, *, deciding: Iterable[Path] = ()) -> Head:
    """What is checked out, and what of the working tree is not as it is committed.

    A file that git was told to pass over (`--assume-unchanged`, `--skip-worktree`) counts as one
    that differs: nobody would see whether it does. Ignored files do not count, but for those that
    decide.

    Args:
        where: a folder of the repository.
        deciding: files and folders whose every file has to be part of the commit, ignored or not;
            what is not there is passed over.

    Raises:
        SynthgateError: there is no git, no repository, or no commit; or git looks at the files of
            another folder.
    """
    git = Git.at(where, wanted=str(where), expected="work in a clone of the repository")
    commit = git.name("HEAD^{commit}")
    if commit is None:
        raise SynthgateError(f"{where}: the repository has no commit; commit what is to be judged")
    top = Git(git.program, _top(git), git.wanted)
    if not where.resolve().is_relative_to(top.where):
        raise SynthgateError(
            f"{where}: git compares the files of {top.where} with the commit; take core.worktree "
            "out of the repository's settings"
        )
    status = top.run("status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames",
                     "--ignore-submodules=none")  # fmt: skip
    dirty = {os.fsdecode(entry[3:]) for entry in status.split(b"\0") if entry}
    for entry in top.run("ls-files", "-v", "-z").split(b"\0"):
        # Lower case: assumed unchanged. S: not to be looked at (git-ls-files, -t and -v).
        if entry and (entry[:1].islower() or entry[:1] == b"S"):
            dirty.add(os.fsdecode(entry[2:]))
    dirty |= {name for path in deciding for name in _not_part(top, path)}
    return Head(commit, tuple(sorted(dirty)))


def _not_part(top: Git, path: Path) -> Iterator[str]:
    """Files at a path that git does not know, by the path below the repository where there is one.

    A link is followed: what is read through it is what decides.
    """
    real = path.resolve()
    if not real.exists():
        return
    if not real.is_relative_to(top.where):
        yield str(path)
        return
    # Without a word on what to exclude, ignored files are named, too (git-ls-files, --others).
    for entry in top.run("ls-files", "--others", "-z", "--", str(real)).split(b"\0"):
        if entry:
            yield os.fsdecode(entry)


def committed(file: Path) -> dict[int, dt.date]:
    """The day (UTC) on which each line of a file was committed as it is, by number from 1.

    Lines that are not committed yet are left out, as are those whose commit a shallow clone does
    not have; so are all where there is no git, no repository, or the file is not in it. That a line
    has no day is no reason to fail.
    """
    try:
        git = Git.at(file.parent, wanted=str(file), expected="")
    except SynthgateError:
        return {}
    code, out, _ = git.ask("blame", "--line-porcelain", "-w", "--", file.name)
    _, shallow, _ = git.ask("rev-parse", "--is-shallow-repository")
    found: dict[int, dt.date] = {}
    line = 0
    for raw in out.split(b"\n") if code == 0 else ():
        words = raw.split(b" ")
        if len(words) >= _BLAMED and len(words[0]) in _NAMES and words[2].isdigit():
            # git-blame: a line that is not committed is of the commit of zeros.
            line = int(words[2]) if words[0].strip(b"0") else 0
        elif raw.startswith(b"committer-time ") and line:
            found[line] = dt.datetime.fromtimestamp(int(words[1]), tz=dt.UTC).date()
        elif raw == b"boundary" and shallow.strip() == b"true":
            # The oldest commit of a shallow clone seems to have written everything.
            found.pop(line, None)
    return found


_BLAMED: Final = 3
_NAMES: Final = (40, 64)
"""Digits of an object's name, by SHA-1 and SHA-256."""


def _environ() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _OF_A_REPOSITORY}
    return {**kept, **_ENVIRON}


def _top(git: Git) -> Path:
    return Path(os.fsdecode(git.run("rev-parse", "--show-toplevel").rstrip(b"\n"))).resolve()
