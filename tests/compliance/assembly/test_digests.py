"""The digests of an assembly's files."""

from __future__ import annotations

import hashlib
import socket
from typing import TYPE_CHECKING

import pytest

from compliance.assembly import digests
from compliance.findings import SynthgateError

if TYPE_CHECKING:
    from pathlib import Path


def test_every_file_has_a_digest_by_its_path(tmp_path: Path) -> None:
    """Whatever folder it is in, and whatever stands in it."""
    (tmp_path / "b" / "c").mkdir(parents=True)
    (tmp_path / "b" / "c" / "d.bin").write_bytes(b"\0\xff")
    (tmp_path / "a").touch()
    (tmp_path / "empty").mkdir()
    found = digests.of(tmp_path)
    assert list(found) == ["a", "b/c/d.bin"]
    assert found["b/c/d.bin"] == hashlib.sha256(b"\0\xff").hexdigest()


def test_the_digest_of_all_knows_names_and_contents_and_no_order() -> None:
    """Two that are exchanged are another assembly; two that are told in another order are not."""
    files = {"a": "1", "b": "2"}
    assert digests.whole(files) == digests.whole(dict(reversed(files.items())))
    assert digests.whole(files) != digests.whole({"a": "2", "b": "1"})
    assert digests.whole(files) != digests.whole({"a": "1"})


def test_a_name_that_is_no_text_has_its_place(tmp_path: Path) -> None:
    """File systems hold bytes, and an asset may have any."""
    (tmp_path / "caf\udce9").write_text("x")
    first = digests.whole(digests.of(tmp_path))
    (tmp_path / "caf\udce9").rename(tmp_path / "caf\udcea")
    assert digests.whole(digests.of(tmp_path)) != first


def test_a_link_inside_counts_by_what_it_gives(tmp_path: Path) -> None:
    """By its content for a file; by where it leads for a folder."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text(name)
    (tmp_path / "file").symlink_to("one/file")
    (tmp_path / "folder").symlink_to("one")
    first = digests.of(tmp_path)
    assert first["file"] == first["one/file"]
    (tmp_path / "folder").unlink()
    (tmp_path / "folder").symlink_to("two")
    second = digests.of(tmp_path)
    assert second["folder"] != first["folder"]
    (tmp_path / "folder").unlink()
    (tmp_path / "folder").write_text("two")
    # A file that holds the same path is no such link.
    assert digests.of(tmp_path)["folder"] != second["folder"]


def test_what_is_no_file_of_the_assembly_is_refused(tmp_path: Path) -> None:
    """Links out of it, to nowhere and in a circle, and sockets: each is named."""
    folder = tmp_path / "cdk.out"
    folder.mkdir()
    (tmp_path / "secret").touch()
    odd = folder / "odd"
    for target, said in (
        (tmp_path / "secret", "leads out of the assembly; remove the link"),
        (tmp_path, "leads out of the assembly; remove the link"),
        ("nowhere", "is no file; an assembly holds files and folders only"),
        ("odd", "cannot be read: "),
    ):
        odd.symlink_to(target)
        with pytest.raises(SynthgateError, match=f"odd: {said}"):
            digests.of(folder)
        odd.unlink()
    with socket.socket(socket.AF_UNIX) as found:
        found.bind(str(odd))
        with pytest.raises(SynthgateError, match="odd: is no file"):
            digests.of(folder)


def test_an_assembly_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of another kind is not read to its last file."""
    monkeypatch.setattr(digests, "MAX_FILES", 2)
    for name in "ab":
        (tmp_path / name).touch()
    assert len(digests.of(tmp_path)) == 2
    (tmp_path / "c").touch()
    with pytest.raises(SynthgateError, match=r"more than 2 files; give a cdk\.out folder"):
        digests.of(tmp_path)
