"""What a run says of the controls of others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from compliance.findings import (
    AppliedWaiver,
    EngineRun,
    Finding,
    Outcome,
    Report,
    Severity,
    Status,
    Verdict,
)
from compliance.rules.base import Standard
from compliance.security_report.controls import controls

if TYPE_CHECKING:
    from compliance.security_report.model import Control

OPEN = Finding(
    engine="own",
    rule="IAM01",
    severity=Severity.HIGH,
    outcome=Outcome.FAIL,
    message="Resource is *.",
    template="A.template.json",
    logical_id="Role",
    location="Properties.Policies[0]",
)
NIST_ONLY = Finding(
    engine="cdk-nag",
    rule="NIST.800.53.R5-LambdaInsideVPC",
    severity=Severity.HIGH,
    outcome=Outcome.FAIL,
    message=(
        "The Lambda function is not VPC enabled - (Control IDs: AC-2(6), AC-17b, AC-999). "
        "Because of their logical isolation (in a VPC), domains have an extra layer."
    ),
    template="A.template.json",
    logical_id="Function",
)


def _report(*findings: Finding) -> Report:
    engines = (EngineRun("own", Status.RAN), EngineRun("cdk-nag", Status.RAN))
    return Report(verdict=Verdict.RED, engines=engines, results=findings)


def _control(report: Report, standard: Standard, name: str) -> Control:
    (found,) = [
        control
        for control in controls(report)
        if (control.standard, control.id) == (standard, name)
    ]
    return found


def test_every_control_of_the_catalogue_is_there() -> None:
    """Also those that nothing is to be said of; by standard, numbers by their value."""
    found = controls(_report())
    names = [control.id for control in found if control.standard == Standard.NIST]
    assert {"AC-3", "AC-6", "AU-11"} <= set(names)
    assert names.index("AU-2") < names.index("AU-9") < names.index("AU-11")
    standards = [control.standard for control in found]
    order = [str(standard) for standard in Standard]
    assert standards == sorted(standards, key=order.index)
    assert {control.failing for control in found} == {0}


def test_a_rule_counts_for_each_control_that_it_serves() -> None:
    """By outcome; what two engines say of one place is one thing."""
    waived = replace(
        OPEN,
        logical_id="Other",
        outcome=Outcome.WAIVED,
        waiver=AppliedWaiver("IAM01", "A/Other", "as agreed", "team", "2027-01-01"),
    )
    report = _report(
        OPEN,
        replace(OPEN, engine="cdk-nag"),
        waived,
        replace(OPEN, logical_id="Good", outcome=Outcome.PASS),
        replace(OPEN, logical_id="Late", outcome=Outcome.UNDECIDED),
    )
    for standard, name in ((Standard.NIST, "AC-6"), (Standard.CIS, "1.16")):
        found = _control(report, standard, name)
        assert "IAM01" in found.rules
        assert (found.failing, found.undecided, found.waived, found.passing) == (1, 1, 1, 1)
    assert _control(report, Standard.NIST, "AU-11").failing == 0


def test_findings_of_the_nist_pack_name_their_controls_themselves() -> None:
    """With brackets inside of brackets, and controls that no rule of ours serves."""
    report = _report(NIST_ONLY, replace(NIST_ONLY, logical_id="Second"))
    for name in ("AC-2(6)", "AC-17b", "AC-999"):
        found = _control(report, Standard.NIST, name)
        assert NIST_ONLY.rule in found.rules
        assert found.failing == 2


def test_only_that_packs_words_are_taken_for_controls() -> None:
    """A template's author could write the same into a name."""
    report = _report(replace(OPEN, message="x (Control IDs: AC-999)"))
    assert "AC-999" not in {control.id for control in controls(report)}
