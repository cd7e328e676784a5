"""`synthgate check`: exit codes, reports, and what a user is told of a mistake."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.compliance.engines.templates import resource, written
from tests.compliance.guard.assemblies import rewrite

if TYPE_CHECKING:
    from pathlib import Path

    from tests.compliance.cli.command import Command, Done
    from tests.compliance.guard.assemblies import Workshop


def one_line(done: Done) -> str:
    """The one line of a mistake: exit code 2, nothing on standard output, no traceback."""
    assert done.code == 2
    assert done.out == ""
    assert done.err.startswith("synthgate: ")
    assert done.err.endswith("\n")
    assert done.err.count("\n") == 1
    assert "Traceback" not in done.err
    return done.err.removeprefix("synthgate: ").rstrip("\n")


# -- exit codes ----------------------------------------------------------------------------------


def test_green_is_zero(synthgate: Command, green: Path) -> None:
    """The last line says what ran."""
    done = synthgate("check", green, "--engine", "own")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[-1].startswith("GREEN: no blocking findings in 1 template")


def test_red_is_one(synthgate: Command, red: Path) -> None:
    """With what to do about it."""
    done = synthgate("check", red, "--engine", "own")
    assert (done.code, done.err) == (1, "")
    assert "LOG01" in done.out
    assert done.out.splitlines()[-1].startswith("RED: ")


def test_an_engine_that_did_not_run_is_three(synthgate: Command, green: Path) -> None:
    """Though nothing was found."""
    done = synthgate("check", green, "--engine", "own,cdk-nag")
    assert (done.code, done.err) == (3, "")
    assert done.out.splitlines()[-1].startswith("ERROR: cdk-nag did not run")


@pytest.mark.usefixtures("shared_checkov")
def test_an_assembly_is_checked_by_all_engines(synthgate: Command, workshop: Workshop) -> None:
    """Without being told which, or by name."""
    for arguments in ((), ("--engine", "all"), ("--engine", " ALL ")):
        done = synthgate("check", workshop.assembly("red"), "--format", "json", *arguments)
        assert done.code == 1
        document = json.loads(done.out)
        assert [(row["name"], row["status"]) for row in document["engines"]] == [
            ("own", "ran"),
            ("cdk-nag", "ran"),
            ("checkov", "ran"),
            ("cloudformation", "ran"),
        ]


@pytest.mark.usefixtures("shared_checkov")
def test_a_template_is_checked_by_own_and_checkov(synthgate: Command, red: Path) -> None:
    """Each says the same of the log group."""
    document = json.loads(synthgate("check", red, "--format", "json").out)
    found = {row["engine"] for row in document["results"] if row["rule"] == "LOG01"}
    assert found == {"own", "checkov"}


# -- reports -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "start"),
    [
        ("text", ""),
        ("json", "{"),
        ("sarif", "{"),
        ("junit", "<?xml"),
        ("markdown", "#"),
        ("html", "<!"),
    ],
)
def test_every_format_can_be_written(
    synthgate: Command, red: Path, folder: Path, form: str, start: str
) -> None:
    """Whole, to a file whose folder need not be there yet; one line says the verdict."""
    target = folder / "build" / "reports" / f"report.{form}"
    done = synthgate("check", red, "--engine", "own", "--format", form, "--output", target)
    assert done.code == 1
    assert done.out == ""
    assert done.err == f"synthgate: RED: 1 blocking finding; see build/reports/report.{form}\n"
    text = target.read_text(encoding="utf-8")
    assert text.startswith(start)
    assert text.endswith("\n")
    assert "LOG01" in text
    assert [path.name for path in target.parent.iterdir()] == [target.name]


def test_a_run_without_a_verdict_says_which_engine_is_missing(
    synthgate: Command, green: Path, folder: Path
) -> None:
    """Beside the file's name: "no blocking findings" would be half the truth."""
    done = synthgate("check", green, "--engine", "own,cdk-nag", "--output", folder / "report.txt")
    assert (done.code, done.out) == (3, "")
    assert done.err == "synthgate: ERROR: cdk-nag did not run; see report.txt\n"


def test_a_green_run_writes_its_report_without_a_word(
    synthgate: Command, green: Path, folder: Path
) -> None:
    """Nothing is to be done."""
    target = folder / "report.json"
    done = synthgate("check", green, "--engine", "own", "--format", "json", "--output", target)
    assert (done.code, done.out, done.err) == (0, "", "")
    assert json.loads(target.read_text())["verdict"] == "green"


def test_a_report_takes_the_place_of_an_older_one(
    synthgate: Command, green: Path, folder: Path
) -> None:
    """A reader sees the old one or the new one, never a part."""
    target = folder / "report.json"
    target.write_text("old")
    before = target.stat().st_ino
    synthgate("check", green, "--engine", "own", "--format", "json", "--output", target)
    assert target.stat().st_ino != before
    assert target.stat().st_mode & 0o777 == 0o644


def test_passes_are_shown_on_request(synthgate: Command, folder: Path) -> None:
    """They are no news otherwise."""
    path = written(folder / "logs.json", {"L": resource("AWS::Logs::LogGroup", RetentionInDays=90)})
    arguments = ("check", path, "--engine", "own", "--format", "json")
    quiet = json.loads(synthgate(*arguments).out)["results"]
    full = json.loads(synthgate(*arguments, "--show-passes").out)["results"]
    assert {row["outcome"] for row in quiet} == {"fail"}
    assert {("LOG01", "pass"), ("LOG02", "pass")} <= {(row["rule"], row["outcome"]) for row in full}


def test_families_and_rules_are_lists(synthgate: Command, folder: Path) -> None:
    """Of names with commas between them; a family in any case."""
    path = written(
        folder / "logs.json",
        {
            "Forever": resource("AWS::Logs::LogGroup"),
            "Week": resource("AWS::Logs::LogGroup", RetentionInDays=7),
        },
    )
    arguments = ("check", path, "--engine", "own", "--format", "json")
    found = json.loads(synthgate(*arguments, "--rule", "LOG01, LOG02").out)["results"]
    assert {row["rule"] for row in found} == {"LOG01", "LOG02"}
    found = json.loads(synthgate(*arguments, "--family", "IAM,api").out)["results"]
    assert found == []
    # Said twice is said both times: a run must not be narrower than its command line reads.
    found = json.loads(synthgate(*arguments, "--rule", "LOG01", "--rule", "LOG02").out)["results"]
    assert {row["rule"] for row in found} == {"LOG01", "LOG02"}
    found = json.loads(synthgate(*arguments, "--family", "log", "--family", "iam").out)["results"]
    assert {row["rule"] for row in found} == {"LOG01", "LOG02", "LOG06"}
    done = synthgate(*arguments, "--engine", "cloudformation")
    ran = {row["name"]: row["status"] for row in json.loads(done.out)["engines"]}
    assert (done.code, ran["own"], ran["cloudformation"]) == (3, "ran", "not-run")


def test_the_policy_data_are_found_or_named(synthgate: Command, red: Path, folder: Path) -> None:
    """The waivers beside them apply; the clock says whether they are in force."""
    policy = folder / "policy.toml"
    policy.write_text('[tool.synthgate]\nthreshold = "critical"\n')
    assert synthgate("check", red, "--engine", "own", "--config", policy).code == 0
    policy.rename(folder / "pyproject.toml")
    assert synthgate("check", red, "--engine", "own").code == 0


# -- mistakes ------------------------------------------------------------------------------------


def test_a_path_that_is_not_there(synthgate: Command) -> None:
    """Says what is expected in its place."""
    assert one_line(synthgate("check", "cdk.out", "--engine", "own")) == (
        "cdk.out: no such file or folder; give a cdk.out folder or a template file"
    )


def test_a_folder_that_is_no_assembly(synthgate: Command, folder: Path) -> None:
    """Says how to make one."""
    (folder / "cdk.out").mkdir()
    assert "no cloud assembly: manifest.json is missing" in one_line(
        synthgate("check", "cdk.out", "--engine", "own")
    )


def test_a_template_that_is_no_json(synthgate: Command, folder: Path) -> None:
    """With line and column."""
    (folder / "template.json").write_text('{"Resources": {,}}')
    assert one_line(synthgate("check", "template.json", "--engine", "own")).startswith(
        "template.json:1:16: not JSON: "
    )


def test_a_template_without_resources(synthgate: Command, folder: Path) -> None:
    """Nothing to check is no green."""
    written(folder / "empty.json", {})
    assert one_line(synthgate("check", "empty.json", "--engine", "own")).startswith(
        "nothing to check: empty.json holds no resource"
    )


def test_an_assembly_with_a_missing_asset(
    synthgate: Command, workshop: Workshop, folder: Path
) -> None:
    """What is deployed is more than the templates."""
    assembly = workshop.copy("red", folder)
    assets = json.loads((assembly / "Small.assets.json").read_text())
    assets["files"]["0" * 64] = {"source": {"path": "asset.zip", "packaging": "file"}}
    rewrite(assembly / "Small.assets.json", assets)
    told = one_line(synthgate("check", "red", "--engine", "own"))
    assert told.startswith("red/Small.assets.json: ")
    assert "'asset.zip' is named but missing" in told


def test_a_configuration_that_is_wrong(synthgate: Command, green: Path, folder: Path) -> None:
    """The file, the setting, the value and what is allowed."""
    (folder / "pyproject.toml").write_text('[tool.synthgate]\nthreshold = "severe"\n')
    assert one_line(synthgate("check", green, "--engine", "own")) == (
        f"{folder}/pyproject.toml: [tool.synthgate] threshold: Input should be 'low', 'medium', "
        "'high' or 'critical', found 'severe'"
    )


def test_a_waivers_file_that_is_wrong(synthgate: Command, green: Path, folder: Path) -> None:
    """The file and the line."""
    (folder / "waivers.toml").write_text('# one\n\n[[waiver]]\nrule = "IAM01"\n')
    (folder / "pyproject.toml").touch()
    assert one_line(synthgate("check", green, "--engine", "own")).startswith(
        "waivers.toml:3: [waiver] construct: is missing; "
    )


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--format", "yaml"], "'yaml' is not one of 'text', 'json', 'sarif', "),
        (["--formt", "json"], "No such option: --formt"),
        (["--engine"], "Option '--engine' requires an argument"),
        (
            ["--engine", "tfsec"],
            "--engine tfsec: no such engine; one of own, cdk-nag, checkov, cloudformation, or all",
        ),
        (["--family", "s3"], "--family s3: no such family; one of iam, api, log"),
        (["--rule", "IAM99"], "--rule IAM99: no such rule; see `synthgate rules`"),
        (["--config", "none.toml"], "none.toml: cannot read the configuration: No such file"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_an_option_that_is_wrong(
    synthgate: Command, green: Path, arguments: list[str], told: str
) -> None:
    """Before anything runs."""
    assert told in one_line(synthgate("check", green, *arguments))


def test_no_path_at_all(synthgate: Command) -> None:
    """Is a mistake, and not everything."""
    assert one_line(synthgate("check")) == (
        "Missing argument 'PATH...'; see `synthgate check --help`"
    )


def test_an_output_that_cannot_be_written(synthgate: Command, green: Path, folder: Path) -> None:
    """A folder in its place, or a file in the place of its folder; nothing half-written is left."""
    (folder / "taken").mkdir()
    arguments = ("check", green, "--engine", "own", "--output")
    assert one_line(synthgate(*arguments, "taken")) == "taken: cannot be written: Is a directory"
    assert one_line(synthgate(*arguments, green / "report.txt")).endswith(
        "report.txt: cannot be written: File exists"
    )
    assert sorted(path.name for path in folder.iterdir()) == ["green.json", "taken"]


def test_control_characters_of_a_name_are_not_passed_to_the_terminal(synthgate: Command) -> None:
    """A file's name may come from anybody."""
    told = one_line(synthgate("check", "a\x1b[31m\nb", "--engine", "own"))
    assert told.startswith("a\\x1b[31m b: no such file or folder")


# -- faults of the program -----------------------------------------------------------------------


def test_a_fault_of_the_program_is_three_and_one_line(
    synthgate: Command, green: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Never green, and never mistaken for bad input; the traceback is shown on request."""

    def fault(*_: object, **__: object) -> None:
        raise LookupError("no such\nthing")

    monkeypatch.setattr("compliance.cli.judging._deliver", fault)
    done = synthgate("check", green, "--engine", "own")
    assert (done.code, done.out) == (3, "")
    assert done.err == (
        "synthgate: internal error: LookupError: no such thing; "
        "set SYNTHGATE_DEBUG=1 for the traceback, and please report it\n"
    )
    monkeypatch.setenv("SYNTHGATE_DEBUG", "1")
    with pytest.raises(LookupError):
        synthgate("check", green, "--engine", "own")
