"""What the stock engines say of the same patterns: both verdicts of each published row."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from compliance.assembly.model import Assembly
from compliance.findings import Outcome, Severity, Status
from compliance.rules.base import Context
from tests.compliance.engines.worker import checkov
from tests.ordinary.disagreements import OWN_ALONE, STOCK_ALONE
from tests.ordinary.run import POLICY, Stock, place

if TYPE_CHECKING:
    from tests.ordinary.disagreements import Disagreement
    from tests.ordinary.run import Patterns

CHECKOV = "CKV"
FAMILIES = re.compile(
    r"IAM\d|IAMNo|APIG[146]$|COG4|APIGW(Access|Execution)Logging|APIGWDefaultThrottling|APIGWCache"
    r"|CloudWatchLogGroup|SF1|ECS7|VPC7|FlowLog"
)
"""Rules of cdk-nag that ask what the three families ask, by their ids before the bracket."""


@pytest.fixture(scope="module")
def stock(patterns: Patterns) -> tuple[Stock, ...]:
    """Return what cdk-nag and Checkov say of the patterns of the table; Checkov in one run."""
    named = {row.pattern for row in (*STOCK_ALONE, *OWN_ALONE)}
    templates = [each for name in sorted(named) for each in patterns.alone[name].templates]
    answer = checkov().examine(
        Context(Assembly(patterns.folder, tuple(templates), is_assembly=True), POLICY)
    )
    assert answer.run.status is Status.RAN, answer.run.reason
    return (
        *patterns.nag,
        *(
            Stock(found.rule, found.message, *place(found.construct_path), found.outcome)
            for found in answer.findings
            if found.rule.startswith(CHECKOV)
        ),
    )


def of(row: Disagreement, stock: tuple[Stock, ...]) -> list[Stock]:
    """What is said of the row's construct."""
    return [
        each for each in stock if (each.pattern, each.construct) == (row.pattern, row.construct)
    ]


def named(rule: str, wanted: str) -> bool:
    """Whether a finding is of the rule that a row names."""
    return rule.startswith(wanted) if wanted.endswith("::") else rule == wanted


@pytest.mark.parametrize(
    "row", [*STOCK_ALONE, *OWN_ALONE], ids=lambda row: f"{row.pattern} {row.stock or row.own}"
)
def test_the_own_rules_say_so(row: Disagreement, patterns: Patterns) -> None:
    """Of this construct exactly this, and nothing else."""
    said = {
        f"{each.rule} {each.severity}"
        for each in patterns.found(row.pattern)
        if each.construct == row.construct
    }
    assert ", ".join(sorted(said)) == row.own


@pytest.mark.parametrize("row", STOCK_ALONE, ids=lambda row: f"{row.pattern} {row.stock}")
def test_the_stock_check_fails(row: Disagreement, stock: tuple[Stock, ...]) -> None:
    """Each that the row names."""
    failed = [each.rule for each in of(row, stock) if each.outcome is Outcome.FAIL]
    for wanted in row.stock:
        assert any(named(rule, wanted) for rule in failed), failed


@pytest.mark.parametrize("row", OWN_ALONE, ids=lambda row: f"{row.pattern} {row.own}")
def test_the_stock_checks_are_silent(row: Disagreement, stock: tuple[Stock, ...]) -> None:
    """What is named has passed, and where nothing is named, none is about the matter."""
    assert row.stock or row.about
    said = of(row, stock)
    for wanted in row.stock:
        found = {each.outcome for each in said if named(each.rule, wanted)}
        assert found == ({Outcome.PASS} if wanted.startswith(CHECKOV) else set())
    if row.about:
        matter = re.compile(row.about, re.IGNORECASE)
        assert not [
            each
            for each in said
            if each.outcome is not Outcome.PASS and matter.search(f"{each.rule} {each.text}")
        ]


def test_no_disagreement_with_cdk_nag_is_left_out(patterns: Patterns) -> None:
    """Every rule of the families that fails where no own finding blocks stands in the table."""
    told = {kind(wanted) for row in STOCK_ALONE for wanted in row.stock}
    blocked = {
        (name, each.construct)
        for name in patterns.described
        for each in patterns.found(name)
        if each.severity.at_least(Severity.MEDIUM)
    }
    left_out = {
        kind(each.rule)
        for each in patterns.nag
        if FAMILIES.search(each.rule.partition("[")[0])
        and (each.pattern, each.construct) not in blocked
    }
    assert left_out <= told


def kind(rule: str) -> str:
    """A rule's id with the sort of its finding, without what it found."""
    return rule.partition("::")[0]
