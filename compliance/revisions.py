"""Templates as a git revision has them.

Git is asked with lists of arguments, without a shell, a pager, hooks or the network, and a revision
is never taken for an option (git-rev-parse: `--verify`, `--end-of-options`). Only objects are read:
nothing is checked out, and no filter or text conversion of the repository runs.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from compliance.assembly.template import MAX_BYTES, decode
from compliance.findings import SynthgateError
from compliance.git import Git
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
    from pathlib import Path

    from compliance.assembly.model import Json

MAX_TOTAL: Final = 256_000_000
"""Bytes of all templates of a revision."""
_FILES: Final = (b"100644", b"100755")
"""Modes of a tree's entries that are files; a link or a submodule is none."""
EXPECTED: Final = "give a cdk.out folder, a folder of templates, a template file or a git revision"
"""What the command compares."""


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
    git = Git.at(where, wanted=text, expected=EXPECTED)
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
        (raw,) = _blobs(git, [_Blob(shown, found, int(git.run("cat-file", "-s", found)))])
        name = template_name(path.rpartition("/")[2])
        return Source(
            text,
            canonical_assembly({name: parsed(decode(raw, shown=shown), shown=shown)}),
            lone=True,
        )
    return Source(text, canonical_assembly(dict(_templates(git, found, shown=shown))))


def known(revision: str, *, where: Path) -> bool:
    """Whether a repository has a revision.

    Args:
        revision: such as `main` or `HEAD~1`.
        where: folder in the repository that is asked.
    """
    if not revision or revision.startswith("-"):
        return False
    git = Git.at(where, wanted=revision, expected=EXPECTED)
    return git.name(f"{revision}^{{commit}}") is not None


def _templates(git: Git, tree: str, *, shown: str) -> Iterator[tuple[str, Json]]:
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
    for (name, blob), raw in zip(listed.items(), _blobs(git, listed.values()), strict=True):
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


def _blobs(git: Git, wanted: Iterable[_Blob]) -> Iterator[bytes]:
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
            f"{git.wanted}: templates of more than {MAX_TOTAL:,} bytes together; "
            "compare its folders one by one"
        )
    rest = git.run("cat-file", "--batch", given="\n".join(blob.name for blob in blobs))
    start = 0
    for blob in blobs:
        start = rest.index(b"\n", start) + 1
        yield rest[start : start + blob.size]
        start += blob.size + 1
