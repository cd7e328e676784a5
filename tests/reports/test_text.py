"""What a person reads in a terminal."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len

from compliance.findings import EngineRun, Report, Severity, Status, Verdict
from compliance.reports import Format, render
from tests.reports.runs import ENGINES, make_finding, make_report

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

COLOUR = re.compile(r"\x1b\[[\d;]*m")


def test_red_in_a_log(red: Report, golden: SnapshotAssertion) -> None:
    """Without a terminal: 80 columns, no colour, the verdict in one line at the end."""
    assert render(red, format=Format.TEXT) == golden


def test_red_at_80_columns(red: Report, golden: SnapshotAssertion) -> None:
    """In a terminal: nothing is wider, and the last line is the verdict in a few words."""
    assert render(red, format=Format.TEXT, width=80) == golden


def test_red_at_50_columns(red: Report, golden: SnapshotAssertion) -> None:
    """Half a screen: the engines' table becomes a list."""
    assert render(red, format=Format.TEXT, width=50) == golden


def test_red_with_passes(red: Report, golden: SnapshotAssertion) -> None:
    """All that was asked: each waiver, and each check that passed."""
    assert render(red, format=Format.TEXT, width=80, show_passes=True) == golden


def test_green(green: Report, golden: SnapshotAssertion) -> None:
    """A short text for a short message."""
    assert render(green, format=Format.TEXT) == golden


def test_error(error: Report, golden: SnapshotAssertion) -> None:
    """What did not run is said last, and what was found is said all the same."""
    assert render(error, format=Format.TEXT) == golden


def test_several_places_in_one_resource(golden: SnapshotAssertion) -> None:
    """Two statements of one policy are one block with two places."""
    report = make_report(
        *(
            make_finding(
                engine=engine,
                rule="IAM02",
                message=f"The action {action} is no name of an action.",
                location=f"Properties.PolicyDocument.Statement[{number}].Action",
                observed=f'"{action}"',
                environment=environment,
            )
            for engine in ("own", "cdk-nag")
            for number, action in enumerate(("s3:*", "sqs:*"))
            for environment in ("dev", "prod")
            if (number, environment) != (1, "dev")
        )
    )
    assert render(report, format=Format.TEXT, width=80) == golden


@pytest.mark.parametrize("width", [24, 50, 80, 200])
@pytest.mark.parametrize("name", ["red", "green", "error"])
def test_no_line_is_wider_than_the_terminal(
    name: str, width: int, request: pytest.FixtureRequest
) -> None:
    """Every line fits, whatever the terminal's width."""
    text = render(request.getfixturevalue(name), format=Format.TEXT, width=width, show_passes=True)
    assert max(map(cell_len, text.splitlines())) <= width


@pytest.mark.parametrize("width", [50, 80])
def test_no_hostile_string_breaks_a_line(poisoned: Report, width: int) -> None:
    """Wide characters, endless words and control characters keep to the lines that are theirs."""
    text = render(poisoned, format=Format.TEXT, width=width, show_passes=True)
    assert max(map(cell_len, text.splitlines())) <= width
    assert text.replace("\n", "").isprintable()


def test_no_hostile_string_adds_a_colour(poisoned: Report, hostile: str) -> None:
    """With colours on, the only escape sequences are ours: Rich markup in a template is text."""
    text = render(poisoned, format=Format.TEXT, width=80, color=True)
    assert COLOUR.search(text)
    assert "\x1b" not in COLOUR.sub("", text)
    if hostile.startswith("[bold red]"):
        assert "[bold red]markup[/]" in COLOUR.sub("", text)


@pytest.mark.parametrize("name", ["red", "green", "error"])
def test_colour_changes_nothing_but_colour(name: str, request: pytest.FixtureRequest) -> None:
    """The coloured text is the plain text with colours."""
    report = request.getfixturevalue(name)
    coloured = render(report, format=Format.TEXT, width=80, color=True)
    assert COLOUR.sub("", coloured) == render(report, format=Format.TEXT, width=80)


@pytest.mark.parametrize("setting", ["NO_COLOR", "TERM=dumb", "COLUMNS=30"])
def test_colour_and_width_are_the_caller_s(
    setting: str, red: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command decides by its options and terminal; the environment is not asked again."""
    coloured = render(red, format=Format.TEXT, width=80, color=True)
    name, _, value = setting.partition("=")
    monkeypatch.setenv(name, value or "1")
    assert render(red, format=Format.TEXT, width=80, color=True) == coloured


@pytest.mark.parametrize("width", [None, 24, 50, 80, 200])
@pytest.mark.parametrize(("name", "word"), [("red", "RED"), ("green", "GREEN"), ("error", "ERROR")])
def test_the_last_line_is_the_verdict(
    name: str, word: str, width: int | None, request: pytest.FixtureRequest
) -> None:
    """`tail -1` tells the verdict at any width, and no other line looks like one."""
    lines = render(request.getfixturevalue(name), format=Format.TEXT, width=width).splitlines()
    assert lines[-1].startswith(f"{word}: ")
    assert not [line for line in lines[:-1] if line.startswith(("RED:", "GREEN:", "ERROR:"))]


@pytest.mark.parametrize("status", [Status.FAILED, Status.NOT_RUN])
def test_no_green_word_when_a_required_engine_is_missing(status: Status) -> None:
    """Even with nothing found, the text never says green."""
    report = make_report(
        engines=(*ENGINES[:2], EngineRun("checkov", status, reason="no interpreter")),
        verdict=Verdict.ERROR,
    )
    text = render(report, format=Format.TEXT)
    assert "green" not in text.lower()
    assert "no blocking" not in text.lower()
    assert text.splitlines()[-1] in {
        "ERROR: checkov did not run: no interpreter",
        "ERROR: checkov failed: no interpreter",
    }


def test_what_does_not_block_is_capped_with_a_count() -> None:
    """Ten lines at most, then how many more there are and how to see them."""
    report = make_report(
        *(make_finding(severity=Severity.LOW, logical_id=f"Logs{n:02}") for n in range(14)),
        verdict=Verdict.GREEN,
    )
    lines = render(report, format=Format.TEXT, width=80).splitlines()
    assert lines[0] == "Not blocking (14): 14 low"
    assert len([line for line in lines if "LOG02" in line]) == 10
    assert "  and 4 more; --format json or html shows all" in lines


def test_waivers_are_counted_by_owner(red: Report) -> None:
    """Without `show_passes` a reader sees who accepted how much, and when the first expires."""
    waived = [finding for finding in red.results if finding.waiver]
    (finding,) = waived
    assert finding.waiver
    later = dataclasses.replace(finding.waiver, expires="2027-05-31")
    other = dataclasses.replace(finding.waiver, owner="data-team")
    report = make_report(
        *(dataclasses.replace(finding, logical_id=f"Bucket{n}") for n in range(2)),
        dataclasses.replace(finding, logical_id="Bucket2", waiver=later),
        dataclasses.replace(finding, logical_id="Bucket3", waiver=other),
        verdict=Verdict.GREEN,
    )
    assert (
        "Waived (4): 3 by platform-team, from 2027-03-31; 1 by data-team, until 2027-03-31"
    ) in render(report, format=Format.TEXT, width=100)


def test_a_finding_of_a_whole_template_has_a_place() -> None:
    """Without a resource, the template's name stands where a construct's would."""
    report = make_report(
        make_finding(
            logical_id="", construct_path="", resource_type="", source=None, stack="", location=""
        )
    )
    lines = render(report, format=Format.TEXT, width=80).splitlines()
    assert lines[2] == "MEDIUM  LOG02  ServerlessStack.template.json"
    assert not [line for line in lines if line.startswith("  resource")]
    assert "  template  ServerlessStack.template.json (prod)" in lines
