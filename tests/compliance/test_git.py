"""What is asked of git beside its templates: what is checked out, and how old lines are."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from compliance.findings import SynthgateError
from compliance.git import Head, committed, head

if TYPE_CHECKING:
    from pathlib import Path

DAY = "2026-03-04T12:00:00+00:00"
LATER = "2026-05-06T12:00:00+00:00"


def git(folder: Path, *arguments: str, date: str = DAY) -> str:
    """What git prints in a repository."""
    settings = ("user.name=a", "user.email=a@example.com", "commit.gpgsign=false")
    return subprocess.run(
        ["git", *(word for pair in settings for word in ("-c", pair)), *arguments],  # noqa: S607
        cwd=folder,
        env={**os.environ, "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date},
        check=True,
        capture_output=True,
        text=True,
    ).stdout


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a repository of one commit."""
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    (folder / ".gitignore").write_text("build/\n")
    (folder / "a file").write_text("one\ntwo\n")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message=first")
    return folder


def test_what_is_committed_is_clean(repository: Path) -> None:
    """The commit has its full name; ignored files do not count."""
    (repository / "build").mkdir()
    (repository / "build" / "out").touch()
    found = head(repository)
    assert found == Head(git(repository, "rev-parse", "HEAD").strip())
    assert head(repository / "build") == found


def test_all_that_differs_is_named(repository: Path) -> None:
    """Changed, staged, removed and untracked files, seen from any folder of the repository."""
    (repository / "sub").mkdir()
    (repository / "sub" / "new").touch()
    (repository / "staged").touch()
    git(repository, "add", "staged")
    (repository / "a file").write_text("one\n")
    (repository / ".gitignore").unlink()
    assert head(repository / "sub").dirty == (".gitignore", "a file", "staged", "sub/new")


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_a_file_that_git_passes_over_counts_as_changed(repository: Path, flag: str) -> None:
    """Such a flag would hide a change from everybody."""
    git(repository, "update-index", flag, "a file")
    assert head(repository).dirty == ("a file",)


def test_without_a_commit_there_is_no_head(tmp_path: Path) -> None:
    """Neither in a new repository nor outside of any."""
    with pytest.raises(SynthgateError, match="work in a clone of the repository"):
        head(tmp_path)
    git(tmp_path, "init", "--quiet")
    with pytest.raises(SynthgateError, match="the repository has no commit; commit what"):
        head(tmp_path)


def test_a_line_has_the_day_of_its_commit(repository: Path) -> None:
    """The day it was committed as it is; a line that is not committed has none."""
    file = repository / "a file"
    file.write_text("one\n2\n")
    git(repository, "commit", "--quiet", "--all", "--message=second", date=LATER)
    file.write_text("one\n2\nthree\n")
    assert committed(file) == {1: dt.date(2026, 3, 4), 2: dt.date(2026, 5, 6)}


def test_a_shallow_clone_does_not_make_lines_young(repository: Path, tmp_path: Path) -> None:
    """Its oldest commit seems to have written everything: those lines have no day."""
    file = repository / "a file"
    file.write_text("one\n2\n")
    git(repository, "commit", "--quiet", "--all", "--message=second", date=LATER)
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--depth=1", repository.as_uri(), str(clone))
    assert committed(clone / "a file") == {}


def test_what_is_in_no_repository_has_no_days(repository: Path, tmp_path: Path) -> None:
    """A file outside, a file that is not committed, and no file at all."""
    (tmp_path / "file").touch()
    (repository / "new").write_text("x\n")
    assert committed(tmp_path / "file") == {}
    assert committed(repository / "new") == {}
    assert committed(repository / "nowhere") == {}


def test_the_environment_names_no_other_repository(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a hook or anybody sets is left aside: the folder's own repository answers."""
    other = tmp_path / "other"
    git(tmp_path, "clone", "--quiet", str(repository), str(other))
    (repository / "new").touch()
    found = head(repository)
    for name, value in (
        ("GIT_DIR", other / ".git"),
        ("GIT_WORK_TREE", other),
        ("GIT_INDEX_FILE", other / ".git" / "index"),
    ):
        monkeypatch.setenv(name, str(value))
    assert head(repository) == found
    assert found.dirty == ("new",)


def test_the_files_of_another_folder_are_not_compared(repository: Path, tmp_path: Path) -> None:
    """The repository's own settings may name one."""
    other = tmp_path / "other"
    git(tmp_path, "clone", "--quiet", str(repository), str(other))
    git(repository, "config", "core.worktree", str(other))
    (repository / "new").touch()
    with pytest.raises(SynthgateError, match=r"take core\.worktree out of the repository"):
        head(repository)


def test_a_change_that_keeps_size_and_time_is_seen(repository: Path) -> None:
    """Whatever the repository's own settings say of how closely to look."""
    file = repository / "a file"
    os.utime(file, (1_000_000_000, 1_000_000_000))
    git(repository, "config", "core.trustctime", "false")
    git(repository, "config", "core.checkStat", "minimal")
    git(repository, "update-index", "--refresh")
    while int(time.time()) == int(file.stat().st_ctime):
        time.sleep(0.05)  # git looks at whole seconds
    file.write_text("ONE\ntwo\n")
    os.utime(file, (1_000_000_000, 1_000_000_000))
    assert head(repository).dirty == ("a file",)


def test_what_decides_has_to_be_part_of_the_commit(repository: Path, tmp_path: Path) -> None:
    """Ignored, linked to from elsewhere, or outside: nobody has reviewed it."""
    (repository / "build" / "deep").mkdir(parents=True)
    (repository / "build" / "settings.toml").touch()
    (repository / "build" / "deep" / "one").touch()
    (repository / "link").symlink_to("build/settings.toml")
    git(repository, "add", "link")
    git(repository, "commit", "--quiet", "--message=second")
    outside = tmp_path / "outside"
    outside.touch()
    committed_ = (repository / "a file", repository / ".gitignore", repository / "no such file")
    assert head(repository, deciding=committed_).dirty == ()
    for path, dirty in (
        (repository / "build" / "settings.toml", "build/settings.toml"),
        (repository / "build" / "deep", "build/deep/one"),
        (repository / "link", "build/settings.toml"),
        (outside, str(outside)),
    ):
        assert head(repository, deciding=[path]).dirty == (dirty,)
