"""The verdict: what makes a run green, red, or none at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.findings import (
    EngineRun,
    Finding,
    Outcome,
    Severity,
    Status,
    Verdict,
    blocks,
    decide,
    engines_of,
)

RAN = EngineRun("own", Status.RAN)


def finding(outcome: Outcome, severity: Severity) -> Finding:
    """A finding of which the verdict sees two things only."""
    return Finding(engine="own", rule="LOG01", severity=severity, outcome=outcome, message="…")


@pytest.mark.parametrize(
    ("threshold", "blocking"),
    [
        ("low", {"low", "medium", "high", "critical"}),
        ("medium", {"medium", "high", "critical"}),
        ("high", {"high", "critical"}),
        ("critical", {"critical"}),
    ],
)
def test_a_failure_blocks_from_the_threshold_up(threshold: str, blocking: set[str]) -> None:
    """Every severity against every threshold."""
    found = {
        severity.value
        for severity in Severity
        if blocks(finding(Outcome.FAIL, severity), Severity(threshold))
    }
    assert found == blocking


@pytest.mark.parametrize(
    ("threshold", "blocking"),
    [
        ("low", {"high", "critical"}),
        ("medium", {"high", "critical"}),
        ("high", {"high", "critical"}),
        ("critical", {"critical"}),
    ],
)
def test_what_is_undecided_blocks_when_it_is_grave(threshold: str, blocking: set[str]) -> None:
    """High and critical, however low the threshold; a higher threshold lifts that floor too."""
    found = {
        severity.value
        for severity in Severity
        if blocks(finding(Outcome.UNDECIDED, severity), Severity(threshold))
    }
    assert found == blocking


@pytest.mark.parametrize("outcome", [Outcome.PASS, Outcome.WAIVED])
@pytest.mark.parametrize("severity", Severity)
def test_passes_and_waived_findings_never_block(outcome: Outcome, severity: Severity) -> None:
    """Not even at the lowest threshold."""
    assert not blocks(finding(outcome, severity), Severity.LOW)


@pytest.mark.parametrize(
    ("engines", "results", "verdict"),
    [
        ([RAN], [], Verdict.GREEN),
        ([RAN], [finding(Outcome.FAIL, Severity.LOW)], Verdict.GREEN),
        ([RAN], [finding(Outcome.FAIL, Severity.MEDIUM)], Verdict.RED),
        ([RAN], [finding(Outcome.UNDECIDED, Severity.MEDIUM)], Verdict.GREEN),
        ([RAN], [finding(Outcome.UNDECIDED, Severity.HIGH)], Verdict.RED),
        ([RAN], [finding(Outcome.WAIVED, Severity.CRITICAL)], Verdict.GREEN),
        ([RAN, EngineRun("checkov", Status.NOT_RUN)], [], Verdict.ERROR),
        ([RAN, EngineRun("checkov", Status.FAILED)], [], Verdict.ERROR),
        ([RAN, EngineRun("cdk-nag", Status.NOT_RUN, required=False)], [], Verdict.GREEN),
        ([RAN, EngineRun("cdk-nag", Status.FAILED, required=False)], [], Verdict.ERROR),
        ([EngineRun("own", Status.RAN, required=False)], [], Verdict.ERROR),
        ([], [], Verdict.ERROR),
        (
            [EngineRun("own", Status.FAILED)],
            [finding(Outcome.FAIL, Severity.CRITICAL)],
            Verdict.ERROR,
        ),
    ],
)
def test_the_verdict(engines: list[EngineRun], results: list[Finding], verdict: Verdict) -> None:
    """An engine that is missing outweighs what the others found."""
    assert decide(engines=engines, results=results, threshold=Severity.MEDIUM) is verdict


FINDINGS = st.builds(finding, st.sampled_from(Outcome), st.sampled_from(Severity))
ENGINES = st.builds(
    EngineRun,
    name=st.sampled_from(["own", "cdk-nag", "checkov", "cloudformation"]),
    status=st.sampled_from(Status),
    required=st.booleans(),
)


@given(
    engines=st.lists(ENGINES),
    results=st.lists(FINDINGS),
    threshold=st.sampled_from(Severity),
)
def test_nothing_is_green_without_every_required_engine(
    engines: list[EngineRun], results: list[Finding], threshold: Severity
) -> None:
    """Green means: one was required, all required ran, none broke, and nothing blocks."""
    verdict = decide(engines=engines, results=results, threshold=threshold)

    required = [engine for engine in engines if engine.required]
    sound = (
        bool(required)
        and all(engine.status is Status.RAN for engine in required)
        and all(engine.status is not Status.FAILED for engine in engines)
    )
    assert (verdict is Verdict.ERROR) is not sound
    if verdict is Verdict.GREEN:
        assert not any(blocks(result, threshold) for result in results)


def test_an_engine_is_looked_at_though_the_rows_can_be_read_once() -> None:
    """The rows may come from a generator."""
    rows = (row for row in (RAN, EngineRun("cdk-nag", Status.FAILED, required=False)))
    assert decide(engines=rows, results=[], threshold=Severity.MEDIUM) is Verdict.ERROR


@pytest.mark.parametrize(
    ("verdict", "code"), [(Verdict.GREEN, 0), (Verdict.RED, 1), (Verdict.ERROR, 3)]
)
def test_each_verdict_has_its_exit_code(verdict: Verdict, code: int) -> None:
    """Two is for bad input, which has no verdict."""
    assert verdict.exit_code == code


@pytest.mark.parametrize(
    ("rule", "engines"),
    [
        ("IAM01", {"own", "cdk-nag", "checkov"}),
        ("CKV_AWS_18", {"checkov"}),
        ("CKV2_AWS_6", {"checkov"}),
        ("AwsSolutions-IAM5[Resource::*]", {"cdk-nag"}),
        ("NIST.800.53.R5-IAMNoInlinePolicy", {"cdk-nag"}),
        ("Serverless-LambdaTracing", {"cdk-nag"}),
        ("HIPAA.Security-S3BucketLoggingEnabled", {"cdk-nag"}),
        ("PCI.DSS.321-S3BucketLoggingEnabled", {"cdk-nag"}),
        ("acknowledged-in-code", {"cdk-nag"}),
        ("nested-template-unread", {"own"}),
        ("F3031", {"cloudformation"}),
        ("W3030", {"cloudformation"}),
        ("snapshot-changed", {"snapshots"}),
        ("Rehearsal-Closed", {"rehearsal"}),
        ("IAM99", {"own", "cdk-nag", "checkov"}),
        ("EVERYTHING", {"own", "cdk-nag", "checkov"}),
    ],
)
def test_a_rule_tells_by_its_form_which_engines_can_find_it(rule: str, engines: set[str]) -> None:
    """Every form that an engine of the table writes."""
    assert engines_of(rule) == engines
