"""Templates as a git revision has them, in repositories that each test makes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from compliance import git as asked
from compliance import revisions
from compliance.findings import SynthgateError

if TYPE_CHECKING:
    from pathlib import Path

    from compliance.review.sources import Source

TOPIC = {"Type": "AWS::SNS::Topic"}
QUEUE = {"Type": "AWS::SQS::Queue"}
EXPECTED = "give a cdk.out folder, a folder of templates, a template file or a git revision"


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings of this machine, and no repository around the test's own folder."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))


def git(folder: Path, *arguments: str) -> str:
    """What git prints in a repository."""
    return subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", *arguments],  # noqa: S607
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def commit(folder: Path, **files: dict[str, Any] | str) -> None:
    """Write snapshots, and commit all."""
    for name, content in files.items():
        path = folder / "snapshots" / f"{name.replace('__', '/')}.template.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "change")


def forget(folder: Path, expression: str) -> None:
    """Remove an object."""
    name = git(folder, "rev-parse", expression).strip()
    (folder / ".git" / "objects" / name[:2] / name[2:]).unlink()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Two commits: a topic, then a queue beside it and a stack that is gone."""
    found = tmp_path / "repository"
    found.mkdir()
    git(found, "init", "--quiet", "--initial-branch", "main")
    commit(
        found,
        prod__ApiStack={"Resources": {"T": TOPIC}},
        prod__Gone={"Resources": {"T": TOPIC}},
    )
    git(found, "tag", "v1")
    (found / "snapshots/prod/Gone.template.json").unlink()
    commit(found, prod__ApiStack={"Resources": {"T": TOPIC, "Q": QUEUE}})
    return found


def read(text: str, repository: Path, *, snapshots: str = "snapshots") -> Source:
    """Read a revision, as the command in the repository's folder would."""
    return revisions.read(text, snapshots=repository / snapshots, where=repository)


def bodies(source: Source) -> dict[str, Any]:
    """Templates by name."""
    return {template.name: template.body for template in source.assembly.templates}


@pytest.mark.parametrize("revision", ["v1", "HEAD~1", "main^", "main~1"])
def test_a_revision_stands_for_its_snapshots(repository: Path, revision: str) -> None:
    """By any name that git knows."""
    source = read(revision, repository)
    assert bodies(source) == {
        "prod/ApiStack": {"Resources": {"T": TOPIC}},
        "prod/Gone": {"Resources": {"T": TOPIC}},
    }
    assert (source.shown, source.lone) == (revision, False)
    assert list(bodies(read("main", repository))) == ["prod/ApiStack"]


def test_what_is_not_committed_does_not_count(repository: Path) -> None:
    """Nor is anything checked out."""
    path = repository / "snapshots/prod/ApiStack.template.json"
    path.write_text("changed")
    assert bodies(read("HEAD", repository))["prod/ApiStack"]["Resources"].keys() == {"T", "Q"}
    assert path.read_text() == "changed"


def test_a_folder_of_a_revision_is_read(repository: Path) -> None:
    """Named as in the repository, or as seen from the working folder."""
    expected = {"ApiStack", "Gone"}
    assert set(bodies(read("v1:snapshots/prod", repository))) == expected
    inside = revisions.read(
        "v1:./prod", snapshots=repository / "none", where=repository / "snapshots"
    )
    assert set(bodies(inside)) == expected
    assert set(bodies(read("v1:", repository))) == {
        "snapshots/prod/ApiStack",
        "snapshots/prod/Gone",
    }


def test_a_file_of_a_revision_stands_alone(repository: Path) -> None:
    """As a file on disk does."""
    source = read("v1:snapshots/prod/Gone.template.json", repository)
    assert source.lone
    assert bodies(source) == {"Gone": {"Resources": {"T": TOPIC}}}


def test_names_of_any_kind_are_read(repository: Path) -> None:
    """A line break in a file's name is no end of it."""
    commit(repository, **{"prod__a\nb c": {"Resources": {}}, "prod__\xe4": {"Resources": {}}})
    assert {"prod/a\nb c", "prod/\xe4"} <= set(bodies(read("HEAD", repository)))


def test_links_are_no_templates(repository: Path) -> None:
    """What they lead to is not in the revision."""
    (repository / "snapshots/Link.template.json").symlink_to("/etc/passwd")
    commit(repository)
    assert list(bodies(read("HEAD", repository))) == ["prod/ApiStack"]


def test_hooks_and_filters_of_the_repository_do_not_run(repository: Path, tmp_path: Path) -> None:
    """Nor is a pager or a replaced object taken."""
    ran = tmp_path / "ran"
    (repository / ".gitattributes").write_text("*.json filter=evil diff=evil\n")
    commit(repository)
    for setting in ("filter.evil.smudge", "diff.evil.textconv", "core.pager", "core.fsmonitor"):
        git(repository, "config", setting, f"touch {ran}; false")
    assert set(bodies(read("HEAD", repository))) == {"prod/ApiStack"}
    assert not ran.exists()


# -- mistakes ------------------------------------------------------------------------------------


def refusal(text: str, repository: Path, **options: str) -> str:
    """The text with which a revision is refused."""
    with pytest.raises(SynthgateError) as raised:
        read(text, repository, **options)
    return str(raised.value)


@pytest.mark.parametrize("text", ["nope", "main..v1", "0" * 40, "v1\nx", "main:snapshots..", "^v1"])
def test_a_revision_that_is_not_there(repository: Path, text: str) -> None:
    """What git knows no single commit of."""
    told = refusal(text, repository)
    revision, _, path = text.partition(":")
    if path:
        assert told == (
            f"{text}: the revision has no {path!r}; name the folder of its templates: "
            f"{revision}:FOLDER"
        )
    else:
        assert told == (
            f"{text}: no such file or folder, and no revision {text!r} in the repository; "
            f"{EXPECTED}"
        )


@pytest.mark.parametrize("text", ["--all", "-p", ":snapshots", ":/change", ""])
def test_an_option_is_no_revision(repository: Path, text: str) -> None:
    """Nor is git's index, or a search."""
    assert refusal(text, repository) == f"{text}: a revision begins with neither '-' nor ':'"


def test_a_sign_that_no_argument_can_have(repository: Path) -> None:
    """Is no crash."""
    assert refusal("a\0b", repository).startswith("a\0b: git cannot be asked: embedded null byte")


def test_no_repository(tmp_path: Path) -> None:
    """Says what git says."""
    assert refusal("main", tmp_path) == (
        "main: no such file or folder, and no revision of this name: not a git repository (or any "
        f"of the parent directories): .git; {EXPECTED}"
    )


def test_no_git(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine may have none."""
    monkeypatch.setenv("PATH", str(repository))
    assert refusal("main", repository) == (
        "main: no such file or folder, and no git command that could know a revision of this "
        f"name; {EXPECTED}"
    )


def test_a_revision_without_snapshots(repository: Path) -> None:
    """Neither the folder, nor a template in it."""
    assert refusal("main", repository, snapshots="accepted") == (
        "main: the revision has no 'accepted'; name the folder of its templates: main:FOLDER"
    )
    (repository / "accepted").mkdir()
    (repository / "accepted" / "notes.txt").write_text("")
    commit(repository)
    assert refusal("main", repository, snapshots="accepted") == (
        "main:accepted: no *.template.json below this folder of the revision; name another as "
        "REVISION:FOLDER"
    )


def test_snapshots_outside_of_the_repository(repository: Path, tmp_path: Path) -> None:
    """A revision cannot have them."""
    assert refusal("main", repository, snapshots="../snapshots") == (
        f"main: the snapshots' folder {tmp_path}/snapshots is outside of the repository "
        f"{repository}; name a folder of the revision: main:FOLDER"
    )


def test_a_snapshot_that_is_no_template(repository: Path) -> None:
    """With revision, file, line and column."""
    commit(repository, prod__ApiStack='{"Resources": {,}}')
    assert refusal("HEAD", repository).startswith(
        "HEAD:snapshots/prod/ApiStack.template.json:1:16: not JSON: "
    )


def test_a_snapshot_that_is_too_large(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Alone, or all together; before it is read."""
    monkeypatch.setattr(revisions, "MAX_BYTES", 40)
    assert refusal("HEAD", repository) == (
        "HEAD:snapshots/prod/ApiStack.template.json: larger than 40 bytes, the most that is read; "
        "split the template"
    )
    monkeypatch.undo()
    monkeypatch.setattr(revisions, "MAX_TOTAL", 40)
    assert refusal("HEAD", repository) == (
        "HEAD: templates of more than 40 bytes together; compare its folders one by one"
    )


def test_a_repository_that_is_damaged(repository: Path) -> None:
    """The file is named, or what git says is told, in one line."""
    forget(repository, "HEAD:snapshots/prod/ApiStack.template.json")
    assert refusal("HEAD", repository) == (
        "HEAD:snapshots/prod/ApiStack.template.json: git has no content for it; the repository is "
        "damaged, or a partial clone"
    )
    forget(repository, "HEAD:snapshots")
    told = refusal("HEAD", repository)
    assert told.startswith("HEAD: git cat-file: ")
    assert "could not get object info" in told
    assert "\n" not in told


def test_git_that_hangs_is_ended(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a word on it."""
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    program.write_text(f"#!{sys.executable}\nimport time\ntime.sleep(60)\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setattr(asked, "SECONDS", 0.1)
    assert refusal("HEAD", repository) == "HEAD: git rev-parse did not end within 0.1 seconds"
