"""One thing to mend is said once, whoever found it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from compliance.findings import Outcome, Severity, Source
from compliance.reports import Format, render
from compliance.reports.grouping import FAULTS, blocks_of, gather, spots
from tests.reports.runs import make_finding, make_report

if TYPE_CHECKING:
    from compliance.findings import Finding, Report


def test_engines_that_agree_are_one_block(red: Report) -> None:
    """IAM01 on one policy by three engines is one block, its engines in the table's order."""
    blocks = blocks_of(gather(spots(red, outcomes=FAULTS)))
    (block,) = [block for block in blocks if block.rule == "IAM01"]
    assert block.engines == ("own", "cdk-nag", "checkov")
    assert len(block.spots) == 1
    assert block.place.construct_path == "ServerlessStack/Handler/Role/DefaultPolicy/Resource"
    assert block.place.source == Source("stacks/serverless.py", 88)


def test_environments_that_agree_are_one_spot(red: Report) -> None:
    """API01 on the same method of dev and prod is told once, with both environments."""
    blocks = blocks_of(gather(spots(red, outcomes=FAULTS)))
    (block,) = [block for block in blocks if block.rule == "API01"]
    assert block.environments == ("dev", "prod")
    assert len(block.spots) == 1


def test_environments_that_differ_are_told_apart() -> None:
    """One day in dev and seven in prod are two values to see, in one block."""
    report = make_report(
        make_finding(environment="dev", observed="1"),
        make_finding(environment="prod", observed="7"),
    )
    (block,) = blocks_of(gather(spots(report, outcomes=FAULTS)))
    assert [(spot.observed, spot.environments) for spot in block.spots] == [
        ("1", ("dev",)),
        ("7", ("prod",)),
    ]


def test_engines_agree_only_within_an_environment() -> None:
    """What one engine says of prod alone is not taken for a word on dev."""
    report = make_report(
        make_finding(engine="own", environment="dev", observed="1"),
        make_finding(engine="own", environment="prod", observed="7"),
        make_finding(engine="cdk-nag", environment="prod", observed="7"),
    )
    assert [
        (spot.environments, spot.observed, spot.engines) for spot in spots(report, outcomes=FAULTS)
    ] == [(("dev",), "1", ("own",)), (("prod",), "7", ("own", "cdk-nag"))]


def test_two_statements_are_two_spots_of_one_block() -> None:
    """Engines meet at the property they tell; one that tells none joins the first."""
    report = make_report(
        *(
            make_finding(engine=engine, location=f"Properties.Statement[{number}]")
            for engine in ("own", "cdk-nag")
            for number in (0, 1)
        ),
        make_finding(engine="checkov", location=""),
    )
    (block,) = blocks_of(gather(spots(report, outcomes=FAULTS)))
    assert [(spot.location, spot.engines) for spot in block.spots] == [
        ("Properties.Statement[0]", ("own", "cdk-nag", "checkov")),
        ("Properties.Statement[1]", ("own", "cdk-nag")),
    ]


def test_one_engine_s_several_findings_at_one_property_stay_several() -> None:
    """Nothing an engine said is swallowed: the nth finding of each engine is one spot."""
    report = make_report(
        *(
            make_finding(engine=engine, observed=observed)
            for engine in ("own", "cdk-nag")
            for observed in ('"s3:*"', '"sqs:*"')
        )
    )
    found = spots(report, outcomes=FAULTS)
    assert [(spot.observed, spot.engines) for spot in found] == [
        ('"s3:*"', ("own", "cdk-nag")),
        ('"sqs:*"', ("own", "cdk-nag")),
    ]


def test_an_engine_s_findings_without_property_are_not_merged_with_each_other() -> None:
    """Two findings of one engine that tell no property are two, when their words differ."""
    report = make_report(
        make_finding(location="", message="first"), make_finding(location="", message="second")
    )
    assert [spot.message for spot in spots(report, outcomes=FAULTS)] == ["first", "second"]


def test_the_gravest_word_counts() -> None:
    """Where engines differ on one spot, the worst severity and outcome hold, and it blocks."""
    report = make_report(
        make_finding(engine="own", severity=Severity.LOW, outcome=Outcome.UNDECIDED),
        make_finding(engine="checkov", severity=Severity.HIGH),
    )
    (spot,) = spots(report, outcomes=FAULTS)
    assert (spot.severity, spot.outcome, spot.blocking) == (Severity.HIGH, Outcome.FAIL, True)


def test_what_blocks_and_what_does_not_are_different_blocks() -> None:
    """A mild statement beside a grave one is not told as blocking."""
    report = make_report(
        make_finding(location="a"), make_finding(location="b", severity=Severity.LOW)
    )
    blocks = blocks_of(gather(spots(report, outcomes=FAULTS)))
    assert [(block.blocking, len(block.spots)) for block in blocks] == [(True, 1), (False, 1)]


def test_lone_templates_with_the_same_logical_id_are_two_resources() -> None:
    """`Logs` of a.yaml is not `Logs` of b.yaml."""
    report = make_report(
        make_finding(template="a.yaml", logical_id="Logs"),
        make_finding(template="b.yaml", logical_id="Logs"),
    )
    resources = gather(spots(report, outcomes=FAULTS))
    assert [resource.place.template for resource in resources] == ["a.yaml", "b.yaml"]


def test_the_worst_resource_comes_first_and_keeps_its_findings_together() -> None:
    """By severity of the resource's worst finding, then in the report's order."""
    report = make_report(
        make_finding(logical_id="A", rule="R1"),
        make_finding(logical_id="B", rule="R1"),
        make_finding(logical_id="B", rule="R2", severity=Severity.CRITICAL),
        make_finding(logical_id="C", rule="R1"),
    )
    blocks = blocks_of(gather(spots(report, outcomes=FAULTS)))
    assert [(block.place.logical_id, block.rule) for block in blocks] == [
        ("B", "R2"),
        ("B", "R1"),
        ("A", "R1"),
        ("C", "R1"),
    ]


# -- stock rules that say the same

SAME = {
    "LOG01": ("CloudWatchLogGroupRetentionPeriod", "CKV_AWS_66"),
    "IAM04": ("AwsSolutions-IAM4[Policy::*]",),
}


def names(*findings: Finding) -> list[tuple[str, tuple[str, ...]]]:
    """Rules of the blocks that findings become, each with the stock rules that joined it."""
    report = make_report(*findings)
    found = spots(report, outcomes=FAULTS)
    return sorted(
        (block.rule, block.stock)
        for resource in (
            *gather((spot for spot in found if spot.blocking), equivalents=SAME),
            *gather((spot for spot in found if not spot.blocking), equivalents=SAME),
        )
        for block in resource.blocks
    )


def test_a_stock_rule_that_says_the_same_joins_the_own_rule() -> None:
    """Checkov's CKV_AWS_66 and any pack's retention rule are LOG01 again."""
    assert names(
        make_finding(rule="CKV_AWS_66", engine="checkov"),
        make_finding(rule="LOG01"),
        make_finding(rule="NIST.800.53.R5-CloudWatchLogGroupRetentionPeriod", engine="cdk-nag"),
        make_finding(rule="CKV_AWS_158", engine="checkov"),
    ) == [
        ("CKV_AWS_158", ()),
        ("LOG01", ("CKV_AWS_66", "NIST.800.53.R5-CloudWatchLogGroupRetentionPeriod")),
    ]


def test_findings_of_a_stock_rule_are_told_apart_by_what_is_in_their_brackets() -> None:
    """cdk-nag numbers what it found: every managed policy is IAM04 again, a wildcard is not."""
    assert names(
        make_finding(rule="AwsSolutions-IAM4[Policy::arn:aws:iam::aws:policy/X]", engine="cdk-nag"),
        make_finding(rule="AwsSolutions-IAM4[Other::x]", engine="cdk-nag"),
        make_finding(rule="IAM04"),
    ) == [
        ("AwsSolutions-IAM4[Other::x]", ()),
        ("IAM04", ("AwsSolutions-IAM4[Policy::arn:aws:iam::aws:policy/X]",)),
    ]


def test_a_stock_rule_stands_alone_where_the_own_rule_says_nothing() -> None:
    """On another resource, or of a resource that the own rule passes."""
    assert names(
        make_finding(rule="CKV_AWS_66", engine="checkov"),
        make_finding(rule="LOG01", logical_id="Another"),
    ) == [("CKV_AWS_66", ()), ("LOG01", ())]


def test_what_blocks_is_never_hidden_behind_what_does_not() -> None:
    """IAM04 is low for CDK's default policies, where cdk-nag's rule is an error."""
    stock = "AwsSolutions-IAM4[Policy::x]"
    assert names(
        make_finding(rule="IAM04", severity=Severity.LOW),
        make_finding(rule=stock, engine="cdk-nag", severity=Severity.HIGH),
    ) == [(stock, ()), ("IAM04", ())]


def test_a_block_is_as_grave_as_the_gravest_that_joined_it() -> None:
    """Nothing is made milder by standing together."""
    report = make_report(
        make_finding(rule="LOG01", severity=Severity.MEDIUM),
        make_finding(rule="CKV_AWS_66", engine="checkov", severity=Severity.CRITICAL),
    )
    (block,) = blocks_of(gather(spots(report, outcomes=FAULTS), equivalents=SAME))
    assert block.severity is Severity.CRITICAL
    assert block.engines == ("own",)


@pytest.mark.parametrize(
    ("form", "told"),
    [
        (Format.TEXT, "  also      CKV_AWS_66\n"),
        (Format.MARKDOWN, "| `LOG01`<br>`CKV_AWS_66` |"),
        (Format.HTML, "Also found as <code>CKV_AWS_66</code></p>"),
    ],
)
def test_people_are_told_of_the_stock_rules_in_one_place(form: Format, told: str) -> None:
    """One finding to mend, and one in the verdict."""
    report = make_report(
        make_finding(rule="LOG01"), make_finding(rule="CKV_AWS_66", engine="checkov")
    )
    text = render(report, format=form, equivalents=SAME)
    assert told in text
    assert "1 blocking finding" in text
    assert "2 blocking findings" in render(report, format=form)
