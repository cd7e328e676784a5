"""`synthgate diff`: the review of a change, from folders, templates and revisions."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.compliance.cli.test_check import one_line
from tests.compliance.engines.templates import resource, written

if TYPE_CHECKING:
    from pathlib import Path

    from tests.compliance.cli.command import Command
    from tests.compliance.guard.assemblies import Workshop

EXPECTED = "give a cdk.out folder, a folder of templates, a template file or a git revision"


def logs(days: int) -> dict[str, Any]:
    """A log group."""
    return resource("AWS::Logs::LogGroup", RetentionInDays=days)


@pytest.fixture
def old(folder: Path) -> Path:
    """Snapshots of two environments."""
    for name in ("dev", "prod"):
        (folder / "old" / name).mkdir(parents=True)
        written(folder / "old" / name / "Stack.template.json", {"Logs": logs(400)})
    return folder / "old"


@pytest.fixture
def new(folder: Path) -> Path:
    """The same, with a shorter retention in one of them."""
    for name, days in (("dev", 400), ("prod", 7)):
        (folder / "new" / name).mkdir(parents=True)
        written(folder / "new" / name / "Stack.template.json", {"Logs": logs(days)})
    return folder / "new"


@pytest.fixture
def repository(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one commit of a snapshot, which has changed since."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(name, os.devnull)
    (folder / "pyproject.toml").touch()
    (folder / "snapshots").mkdir()
    written(folder / "snapshots" / "Stack.template.json", {"Logs": logs(400)})
    for arguments in (
        ["init", "--quiet", "--initial-branch", "main"],
        ["add", "."],
        ["-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "-m", "one"],
    ):
        subprocess.run(["git", *arguments], cwd=folder, check=True)  # noqa: S607 - git of PATH
    written(folder / "snapshots" / "Stack.template.json", {"Logs": logs(7)})
    return folder


# -- exit codes and formats ----------------------------------------------------------------------


def test_no_difference_is_zero(synthgate: Command, old: Path) -> None:
    """One line."""
    done = synthgate("diff", old, old)
    assert (done.code, done.out, done.err) == (0, "no difference in 2 templates\n", "")


def test_a_difference_is_one(synthgate: Command, old: Path, new: Path) -> None:
    """As text by default; not coloured, since this is no terminal."""
    done = synthgate("diff", old, new)
    assert (done.code, done.err) == (1, "")
    assert done.out.splitlines()[0] == "prod/Stack: 1 changed; no new grants; protection: 1"
    assert "Properties.RetentionInDays: 400 -> 7" in done.out
    assert "\x1b" not in done.out
    assert "dev/Stack" not in done.out


def test_every_format_can_be_printed_and_written(
    synthgate: Command, old: Path, new: Path, folder: Path
) -> None:
    """One line says what is in the file; the exit code is the same."""
    for form, start in (("text", "prod/"), ("markdown", "### Synthgate: prod/"), ("json", "{")):
        printed = synthgate("diff", old, new, "--format", form)
        assert (printed.code, printed.err) == (1, "")
        assert printed.out.startswith(start)
        done = synthgate("diff", old, new, "--format", form, "--output", folder / "out" / form)
        assert (done.code, done.out) == (1, "")
        assert done.err == (
            f"synthgate: prod/Stack: 1 changed; no new grants; protection: 1; see out/{form}\n"
        )
        assert (folder / "out" / form).read_text() == printed.out
    elsewhere = folder.parent / f"{folder.name}.txt"
    assert synthgate("diff", old, new, "--output", elsewhere).err.endswith(f"see {elsewhere}\n")
    done = synthgate("diff", old, old, "--output", folder / "same.txt")
    assert (done.code, done.out, done.err) == (0, "", "")


def test_the_terminals_width_and_colours_are_kept(
    synthgate: Command, old: Path, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there is one, unless NO_COLOR is set."""
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setattr("compliance.cli.terminal.sys.stdout.isatty", lambda: True)
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[" in synthgate("diff", old, new).out
    monkeypatch.setenv("NO_COLOR", "1")
    plain = synthgate("diff", old, new).out
    assert "\x1b[" not in plain
    assert max(map(len, plain.splitlines())) <= 40


# -- what is compared ----------------------------------------------------------------------------


def test_two_templates_of_different_names(synthgate: Command, folder: Path) -> None:
    """As one template, under the name of the new one; YAML or JSON."""
    old = written(folder / "before.json", {"Logs": logs(400)})
    new = folder / "after.yaml"
    new.write_text("Resources:\n  Logs:\n    Type: AWS::Logs::LogGroup\n")
    done = synthgate("diff", old, new)
    assert done.code == 1
    assert done.out.startswith("after.yaml: 1 changed; ")


def test_an_assembly_and_its_snapshots(
    synthgate: Command, workshop: Workshop, folder: Path
) -> None:
    """What is masked in a snapshot is masked in the assembly."""
    assembly = workshop.assembly("red")
    (folder / "snapshots").mkdir()
    for path in assembly.glob("*.template.json"):
        (folder / "snapshots" / path.name).write_bytes(path.read_bytes())
    done = synthgate("diff", "snapshots", assembly)
    assert (done.code, done.out) == (0, "no difference in 1 template\n")


def test_a_revision_and_the_working_folder(synthgate: Command, repository: Path) -> None:
    """A revision alone stands for its snapshots; a path comes before a revision of its name."""
    for revision in ("HEAD", "main", "main:snapshots"):
        done = synthgate("diff", revision, "snapshots")
        assert done.code == 1
        assert "RetentionInDays: 400 -> 7" in done.out
    assert synthgate("diff", "main", "HEAD").code == 0
    (repository / "main").mkdir()
    written(repository / "main" / "Stack.template.json", {"Logs": logs(7)})
    assert synthgate("diff", "main", "snapshots").code == 0


def test_the_snapshots_folder_is_that_of_the_settings(synthgate: Command, repository: Path) -> None:
    """Of a revision too."""
    policy = repository / "policy.toml"
    policy.write_text('[tool.synthgate]\nsnapshots = "accepted"\n')
    assert one_line(synthgate("diff", "HEAD", "snapshots", "--config", policy)) == (
        "HEAD: the revision has no 'accepted'; name the folder of its templates: HEAD:FOLDER"
    )


# -- mistakes ------------------------------------------------------------------------------------


def test_neither_a_path_nor_a_revision(synthgate: Command, repository: Path) -> None:
    """Says what is expected in its place."""
    assert repository.is_dir()
    assert one_line(synthgate("diff", "nope", "snapshots")) == (
        f"nope: no such file or folder, and no revision 'nope' in the repository; {EXPECTED}"
    )


def test_outside_of_a_repository(synthgate: Command, folder: Path, old: Path) -> None:
    """What git says, and what is expected."""
    assert folder.is_dir()
    assert one_line(synthgate("diff", old, "main")) == (
        "main: no such file or folder, and no revision of this name: not a git repository (or any "
        f"of the parent directories): .git; {EXPECTED}"
    )


@pytest.mark.parametrize("name", ["a\x1b[31mb", "a\nb"])
def test_control_characters_of_a_name_are_not_passed_to_the_terminal(
    synthgate: Command, repository: Path, name: str
) -> None:
    """A revision's name may come from anybody."""
    assert repository.is_dir()
    told = one_line(synthgate("diff", "snapshots", name))
    assert told.startswith(("a\\x1b[31mb: no such", "a b: no such"))


def test_an_option_in_the_place_of_a_revision(synthgate: Command, repository: Path) -> None:
    """Git never sees it."""
    assert repository.is_dir()
    assert one_line(synthgate("diff", "snapshots", "--", "--all")) == (
        "--all: a revision begins with neither '-' nor ':'"
    )


def test_a_template_beside_a_folder_of_several(synthgate: Command, old: Path) -> None:
    """Which one is meant is not guessed."""
    assert one_line(synthgate("diff", old / "dev" / "Stack.template.json", "old")) == (
        f"{old}/dev/Stack.template.json is one template, and old holds 2; "
        "give two templates, or two folders"
    )


def test_a_template_that_is_no_json(synthgate: Command, old: Path) -> None:
    """With its file, line and column."""
    (old / "dev" / "Stack.template.json").write_text("{,}")
    assert one_line(synthgate("diff", "old", "old")).startswith(
        "old/dev/Stack.template.json:1:2: not JSON: "
    )


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["old"], "Missing argument 'NEW'; see `synthgate diff --help`"),
        (
            ["old", "old", "--format", "html"],
            "'html' is not one of 'text', 'markdown', 'json'; see `synthgate diff --help`",
        ),
        (["old", "old", "--output", "old"], None),
        (["old", "old", "--config", "none.toml"], None),
    ],
    ids=["no NEW", "format", "output", "config"],
)
def test_a_command_line_that_is_wrong(
    synthgate: Command, old: Path, arguments: list[str], told: str | None
) -> None:
    """One line, exit code 2."""
    assert old.is_dir()
    line = one_line(synthgate("diff", *arguments))
    assert told is None or line.endswith(told)


def test_garbage_in_a_template_breaks_nothing(synthgate: Command, folder: Path) -> None:
    """Lists where objects are expected, null, numbers, names of 10 kB, numbers that are none."""
    garbage: list[Any] = [
        None,
        [],
        [[]],
        3,
        "x",
        {},
        {"Ref": 3},
        {"Fn::GetAtt": None},
        "A" * 10_000,
    ]
    kinds = [
        *("AWS::DynamoDB::Table", "AWS::IAM::Role", "AWS::Logs::LogGroup", "AWS::S3::Bucket"),
        *(
            "AWS::ApiGateway::Method",
            "AWS::EC2::SecurityGroup",
            "AWS::CloudWatch::Alarm",
            "A" * 999,
        ),
    ]
    names = ("Policies", "KeySchema", "RetentionInDays", "SecurityGroupIngress", "\x1b[31m")
    paths = []
    for side in range(2):
        resources = {
            f"R{number}{kind}"[:40]: {
                "Type": kind,
                "Properties": dict.fromkeys(names, garbage[(number + side) % len(garbage)]),
                "DeletionPolicy": garbage[(number + side) % len(garbage)],
                "Metadata": garbage[(number + side) % len(garbage)],
            }
            for kind in kinds
            for number in range(len(garbage))
        }
        document: dict[str, Any] = {"Resources": resources}
        for number, section in enumerate(("Outputs", "Parameters", "Conditions", "Mappings")):
            document[section] = garbage[(number + side) % len(garbage)]
        path = folder / f"{side}.json"
        path.write_text(json.dumps(document))
        paths.append(path)
    for form in ("text", "markdown", "json"):
        done = synthgate("diff", *paths, "--format", form)
        assert (done.code, done.err) == (1, "")
        assert done.out.replace("\n", "").isprintable()
