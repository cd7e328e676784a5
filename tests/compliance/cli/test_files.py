"""Files that are written whole, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from compliance.files import files_below, write_whole
from compliance.findings import SynthgateError

if TYPE_CHECKING:
    from pathlib import Path


def test_a_text_is_written_as_it_is(tmp_path: Path) -> None:
    """UTF-8, no line end changed, readable by others; folders are made."""
    path = tmp_path / "a" / "b" / "report.txt"
    write_whole(path, "één\r\ntwo\n")
    assert path.read_bytes() == "één\r\ntwo\n".encode()
    assert path.stat().st_mode & 0o777 == 0o644


def test_a_text_that_cannot_be_encoded_leaves_the_old_file(tmp_path: Path) -> None:
    """And nothing beside it."""
    path = tmp_path / "report.txt"
    path.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "half \ud800")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """A file where a folder is wanted, a folder where a file is."""
    (tmp_path / "file").write_text("")
    with pytest.raises(SynthgateError, match=r"file/report\.txt: cannot be written: File exists"):
        write_whole(tmp_path / "file" / "report.txt", "x")
    (tmp_path / "folder").mkdir()
    with pytest.raises(SynthgateError, match="folder: cannot be written: Is a directory"):
        write_whole(tmp_path / "folder", "x")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]


def test_files_below_a_folder_are_sorted(tmp_path: Path) -> None:
    """On every level; folders of that name are none, and no folder has no files."""
    for name in ("b.json", "a.json", "deep/c.json", "deep/d.txt", "e.json/f.json"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("")
    found = [path.relative_to(tmp_path).as_posix() for path in files_below(tmp_path, "*.json")]
    assert found == ["a.json", "b.json", "deep/c.json", "e.json/f.json"]
    assert list(files_below(tmp_path / "none", "*")) == []
