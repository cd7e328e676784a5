"""JUnit XML for a CI server's test tab."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from compliance.findings import Outcome, Report, Severity, Verdict
from compliance.reports import Format, render
from tests.reports.runs import ENGINES, make_finding, make_report

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion


def parse(report: Report, *, show_passes: bool = False) -> ET.Element:
    """The document's root."""
    text = render(report, format=Format.JUNIT, show_passes=show_passes)
    return ET.fromstring(text.encode())  # noqa: S314 - our own output


def case_of(report: Report, rule: str) -> ET.Element:
    """The one test case of a rule."""
    (case,) = [
        case
        for case in parse(report, show_passes=True).iter("testcase")
        if case.attrib["name"].startswith(f"{rule} ")
    ]
    return case


def test_golden(red: Report, golden_xml: SnapshotAssertion) -> None:
    """One suite an engine, one case a template, rule and resource."""
    assert render(red, format=Format.JUNIT, show_passes=True) == golden_xml


@pytest.mark.parametrize(
    ("outcome", "severity", "tags"),
    [
        (Outcome.FAIL, Severity.MEDIUM, ["failure"]),
        (Outcome.FAIL, Severity.LOW, ["skipped"]),
        (Outcome.UNDECIDED, Severity.HIGH, ["failure"]),
        (Outcome.UNDECIDED, Severity.MEDIUM, ["skipped"]),
        (Outcome.PASS, Severity.HIGH, []),
    ],
)
def test_a_case_fails_exactly_when_its_finding_blocks(
    outcome: Outcome, severity: Severity, tags: list[str]
) -> None:
    """The test tab is as red as the verdict: what does not block is skipped, with its message."""
    case = case_of(make_report(make_finding(outcome=outcome, severity=severity)), "LOG02")
    assert [child.tag for child in case] == tags
    if tags == ["skipped"]:
        assert case[0].attrib["message"].startswith(f"does not block ({severity}, {outcome}): Logs")


def test_a_waived_finding_is_skipped_with_the_waiver(red: Report) -> None:
    """The reason, the owner and the expiry stand in the skip."""
    case = case_of(red, "CKV_AWS_18")
    assert [child.tag for child in case] == ["skipped"]
    assert (
        case[0]
        .attrib["message"]
        .startswith("waived by platform-team until 2027-03-31, ticket OPS-412: Access is logged")
    )


def test_several_places_of_one_rule_and_resource_are_one_case() -> None:
    """The case fails once and tells every place."""
    report = make_report(make_finding(location="first"), make_finding(location="second"))
    (failure,) = case_of(report, "LOG02")
    assert failure.text
    assert "at: first" in failure.text
    assert "at: second" in failure.text


def test_a_waiver_does_not_hide_another_place_that_fails(red: Report) -> None:
    """One accepted statement beside one that is not: the case fails."""
    (waived,) = [finding for finding in red.results if finding.waiver]
    failing = dataclasses.replace(
        waived, outcome=Outcome.FAIL, waiver=None, location="Properties.Other"
    )
    assert [child.tag for child in case_of(make_report(waived, failing), waived.rule)] == [
        "failure"
    ]


def test_missing_engines_are_errors(error: Report) -> None:
    """Failed, or required and not run: an error in that engine's suite. Not asked for: skipped."""
    runs = {
        suite.attrib["name"]: [(child.tag, child.attrib["message"]) for child in suite[0]]
        for suite in parse(error)
    }
    assert runs == {
        "own": [],
        "cdk-nag": [("error", "not-run: the assembly has no validation report")],
        "checkov": [
            (
                "error",
                "failed: looked at 140 of 143 resources; run it with --engine checkov to see why",
            )
        ],
        "cloudformation": [("skipped", "not-run: not asked for")],
    }


def test_a_clean_run_differs_from_no_run(green: Report) -> None:
    """An engine that found nothing still has a case: that it ran."""
    own = parse(green)[0]
    assert [(case.attrib["name"], len(case)) for case in own] == [("own ran", 0)]


def test_a_finding_without_an_engine_s_row_is_not_lost() -> None:
    """An engine that the table does not list has a suite all the same."""
    root = parse(make_report(make_finding(engine="guard")))
    assert [suite.attrib["name"] for suite in root if suite.attrib["failures"] == "1"] == ["guard"]


def test_counts_add_up(red: Report, error: Report) -> None:
    """The totals that CI servers show are those of the cases."""
    for report in (red, error):
        root = parse(report, show_passes=True)
        for element in (root, *root):
            for attribute, tag in {
                "tests": "testcase",
                "failures": "failure",
                "errors": "error",
                "skipped": "skipped",
            }.items():
                assert element.attrib[attribute] == str(len(list(element.iter(tag))))


@pytest.mark.parametrize(
    ("verdict", "engines", "tag"),
    [(Verdict.ERROR, (), "error"), (Verdict.RED, ENGINES, "failure")],
    ids=["error without an engine", "red without a finding"],
)
def test_no_verdict_but_green_looks_green(
    verdict: Verdict, engines: tuple[object, ...], tag: str
) -> None:
    """A verdict that no row explains has a case of its own, so that the tab is never green."""
    root = parse(make_report(verdict=verdict, engines=engines))
    (case,) = root[-1]
    assert case.attrib["name"] == "verdict"
    assert [child.tag for child in case] == [tag]


def test_no_hostile_string_changes_the_document(poisoned: Report, harmless: Report) -> None:
    """Illegal characters, markup and `]]>` are text: elements are those of a harmless report."""
    shape = [(element.tag, sorted(element.attrib)) for element in parse(harmless).iter()]
    assert [(element.tag, sorted(element.attrib)) for element in parse(poisoned).iter()] == shape
