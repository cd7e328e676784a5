"""Each rule over its cases: every row that it leaves, and none besides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from compliance import rules
from compliance.assembly import read
from compliance.findings import Outcome
from compliance.rules.base import MAX_OBSERVED, Context
from tests.compliance.rules.every_case import every_case

if TYPE_CHECKING:
    from pathlib import Path

    from tests.compliance.rules.case import Case

CASES = every_case()
NEVER_UNDECIDED = frozenset({"IAM13", "LOG01"})
"""A role that only the deployment knows is none of the template's; a number of days not yet known
is LOG02's to say."""


@pytest.mark.parametrize(
    ("rule", "case"),
    [
        pytest.param(rule, case, id=f"{rule}: {case.name}")
        for rule, cases in CASES.items()
        for case in cases
    ],
)
def test_a_rule_leaves_exactly_these_rows(rule: str, case: Case, tmp_path: Path) -> None:
    """Resource, outcome, severity and place of each row, and a phrase of what it says."""
    judging = rules.by_id()[rule]
    assembly = read(case.write(tmp_path))
    context = Context(assembly, case.config, case.environment)
    found = [
        (resource.logical_id, judgement)
        for resource in assembly.resources()
        if resource.type in judging.resource_types
        for judgement in judging.judge(resource, context)
    ]
    assert [
        (logical_id, each.outcome, each.severity or judging.severity, each.location)
        for logical_id, each in found
    ] == [
        (row.logical_id, row.outcome, row.severity or judging.severity, row.location)
        for row in case.rows
    ]
    for row, (_, judgement) in zip(case.rows, found, strict=True):
        assert row.phrase in judgement.message
        assert row.observed in {None, judgement.observed}
        assert len(judgement.observed) <= MAX_OBSERVED
        if judgement.outcome is not Outcome.PASS:
            assert judgement.message.endswith(".")
            assert row.phrase


def test_every_rule_has_cases() -> None:
    """A rule without cases is not in the table."""
    assert sorted(CASES) == sorted(rule.id for rule in rules.rules())


@pytest.mark.parametrize("rule", sorted(CASES))
def test_a_rules_cases_show_every_outcome(rule: str) -> None:
    """Passing, failing, undecided and not applicable, each in a case of its own."""
    cases = CASES[rule]
    shown = {row.outcome for case in cases for row in case.rows}
    wanted = {Outcome.PASS, Outcome.FAIL, Outcome.UNDECIDED}
    assert shown == (wanted - {Outcome.UNDECIDED} if rule in NEVER_UNDECIDED else wanted)
    assert any(not case.rows for case in cases), "no case in which the rule does not apply"
    assert len({case.name for case in cases}) == len(cases)
