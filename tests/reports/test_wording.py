"""The sentence of the verdict."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from compliance.findings import EngineRun, Status, Verdict
from compliance.reports.wording import counted, verdict_lines
from tests.reports.runs import make_report

if TYPE_CHECKING:
    from compliance.findings import Report


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 rules"), (1, "1 rule"), (2, "2 rules"), (1204, "1,204 rules")]
)
def test_counted(number: int, text: str) -> None:
    """Numbers and nouns agree."""
    assert counted(number, "rule") == text


def test_red(red: Report) -> None:
    """Red says how much blocks, over how much, and who ran."""
    assert verdict_lines(red, blocking=3) == (
        (
            "RED: 3 blocking findings in 5 templates, 143 resources; own, cdk-nag, checkov, "
            "cloudformation ran"
        ),
        "RED: 3 blocking findings",
    )


def test_green(green: Report) -> None:
    """Green names only the engines that ran."""
    assert verdict_lines(green, blocking=0) == (
        "GREEN: no blocking findings in 1 template, 12 resources; own, checkov ran",
        "GREEN: no blocking findings",
    )


def test_error(error: Report) -> None:
    """An error names each missing engine and why, and does not hide what the others found."""
    assert verdict_lines(error, blocking=1) == (
        (
            "ERROR: cdk-nag did not run: the assembly has no validation report; checkov failed: "
            "looked at 140 of 143 resources; run it with --engine checkov to see why; "
            "1 blocking finding so far"
        ),
        "ERROR: cdk-nag did not run; checkov failed; 1 blocking finding so far",
        "ERROR: cdk-nag did not run; checkov failed",
    )


def test_error_without_a_required_engine() -> None:
    """Nothing required means nothing was judged."""
    report = make_report(
        verdict=Verdict.ERROR, engines=(EngineRun("own", Status.NOT_RUN, required=False),)
    )
    assert verdict_lines(report, blocking=0)[0] == "ERROR: no engine was required"


def test_a_gate_stricter_than_its_findings(red: Report) -> None:
    """Red without a blocking finding points to the notices instead of counting to nought."""
    strict = dataclasses.replace(red, results=())
    assert verdict_lines(strict, blocking=0) == (
        "RED: refused, see the notices; 5 templates, 143 resources",
        "RED: refused, see the notices",
    )
