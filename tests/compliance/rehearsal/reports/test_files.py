"""The files of a rehearsal, and what keeps them honest."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from compliance.findings import SynthgateError, Verdict
from compliance.rehearsal import rules
from compliance.rehearsal.model import Evidence, Operation, Row
from compliance.rehearsal.reports import FILES, to_json, to_markdown, to_text, write
from tests.compliance.rehearsal.reports import samples

if TYPE_CHECKING:
    from pathlib import Path

    from compliance.rehearsal.model import Rehearsal


def test_every_file_is_written_whole(red: Rehearsal, tmp_path: Path) -> None:
    """Five files, the folder made for them, nothing left beside them."""
    folder = tmp_path / "build" / "rehearsal"
    write(red, folder)
    written = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    assert set(written) == set(FILES)
    assert written["report.txt"] == to_text.render(red)
    assert written["report.md"] == to_markdown.render(red)
    assert written["report.json"] == to_json.render(red)
    assert written["report.txt"].splitlines()[-1].startswith("REHEARSED RED: 4 blocking findings")


def test_test_tabs_show_each_finding(red: Rehearsal, tmp_path: Path) -> None:
    """JUnit: one suite, a failed case for each rule and resource, the waived one skipped."""
    write(red, tmp_path)
    (suite,) = ET.parse(tmp_path / "report.junit.xml").getroot()  # noqa: S314 - written above
    assert suite.get("name") == "rehearsal"
    assert (suite.get("failures"), suite.get("skipped")) == ("4", "1")
    failed = {str(case.get("name")) for case in suite if case.find("failure") is not None}
    assert failed == {
        "Rehearsal-Alarms MonitoringStack/FailedRequestsAlarm/Resource",
        "Rehearsal-Closed ApiStack/ServerlessApi/Default/items/GET/Resource",
        "Rehearsal-Necessary ServerlessStack/DataProcessingPolicy/Resource",
        "Rehearsal-Sufficient ServerlessStack/DataProcessingFunctionRole/Resource",
    }


def test_code_scanning_shows_titles(red: Rehearsal, tmp_path: Path) -> None:
    """SARIF: a rule of the rehearsal goes by its title, as one of the catalogue does."""
    write(red, tmp_path)
    (run,) = json.loads((tmp_path / "report.sarif").read_text(encoding="utf-8"))["runs"]
    titles = {
        rule["id"]: rule["shortDescription"]["text"] for rule in run["tool"]["driver"]["rules"]
    }
    assert titles == {
        id_: rules.RULES[id_].title
        for id_ in (
            "Rehearsal-Alarms",
            "Rehearsal-Closed",
            "Rehearsal-Exact",
            "Rehearsal-Necessary",
            "Rehearsal-Sufficient",
        )
    }


def test_a_folder_that_cannot_be_made_is_named(green: Rehearsal, tmp_path: Path) -> None:
    """An error that a user can mend."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(SynthgateError, match=r"file.*: cannot be written: Not a directory"):
        write(green, tmp_path / "file" / "below")


def unused() -> Rehearsal:
    """Green, with a grant never used and no finding of it."""
    green = samples.green()
    row = replace(green.rows[0], evidence=Evidence.NEVER_USED)
    return replace(green, rows=(row, *green.rows[1:]))


def undecided() -> Rehearsal:
    """Green, with a grant of which the evidence would not have told."""
    green = samples.green()
    row = replace(green.rows[0], evidence=Evidence.UNDECIDED, reason=samples.UNTOLD)
    return replace(green, rows=(row, *green.rows[1:]))


def silent() -> Rehearsal:
    """Green, with an operation that never succeeded and no finding of it."""
    return replace(samples.green(), operations=(Operation(samples.LISTS, 3, 0, 3),))


def failed() -> Rehearsal:
    """Green, with a failed contract test and no finding at all."""
    return replace(samples.green(), tests={"passed": 1, "failed": 1})


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (unused(), "1 grant never used"),
        (undecided(), "1 grant undecided"),
        (silent(), "1 operation that never succeeded"),
        (failed(), "1 failed contract test"),
    ],
    ids=["unused", "undecided", "silent", "failed"],
)
@pytest.mark.parametrize("name", sorted(FILES))
def test_no_green_that_the_rows_deny(wrong: Rehearsal, told: str, name: str) -> None:
    """A fault of the rehearsal is an error in every format, never a green report."""
    with pytest.raises(ValueError, match=f"verdict is 'green', and no finding tells of {told}"):
        FILES[name](wrong)


@pytest.mark.parametrize("name", sorted(FILES))
def test_no_green_that_the_findings_deny(name: str, red: Rehearsal) -> None:
    """As at the gate."""
    wrong = replace(red, report=replace(red.report, verdict=Verdict.GREEN))
    with pytest.raises(ValueError, match="verdict is 'green', but its engines and results"):
        FILES[name](wrong)


def test_nothing_is_written_of_a_false_green(tmp_path: Path) -> None:
    """Not even the files that could have been."""
    with pytest.raises(ValueError, match="never used"):
        write(unused(), tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_waived_grant_may_be_green() -> None:
    """Accepted by a waiver, it is listed, and the verdict is green."""
    finding = next(
        found for found in samples.red().report.results if found.rule == rules.NECESSARY.id
    )
    waiver = next(found.waiver for found in samples.red().report.results if found.waiver)
    (scan,) = (row.grant for row in samples.red().rows if row.evidence is Evidence.NEVER_USED)
    rows = [*samples.service_rows(), Row(scan, Evidence.NEVER_USED)]
    rehearsal = samples.make(rows, finding.waived_by(waiver))
    assert "11 grants exercised, 1 never used" in to_text.render(rehearsal).splitlines()[-1]
    assert to_text.render(rehearsal).splitlines()[-1].startswith("REHEARSED GREEN: ")
