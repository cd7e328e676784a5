"""Which findings a waiver accepts."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from compliance.findings import EngineRun, Finding, Outcome, Severity, Status, Verdict, decide
from compliance.waivers import Applied, Waiver, Waivers, apply

TODAY = dt.date(2026, 6, 1)
SOON = dt.date(2026, 9, 1)
RAN = frozenset({"own", "cdk-nag", "checkov", "cloudformation"})


def waiver(rule: str, construct: str, **changes: Any) -> Waiver:  # noqa: ANN401 - any field
    """A waiver in force."""
    return Waiver.model_validate(
        {
            "rule": rule,
            "construct": construct,
            "reason": "The reviewer can read why here.",
            "owner": "platform-team",
            "expires": SOON,
            **changes,
        }
    )


def finding(rule: str = "AwsSolutions-S1", **changes: Any) -> Finding:  # noqa: ANN401 - any field
    """A failure on the bucket of stack `Storage`."""
    return Finding(
        **{
            "engine": "cdk-nag",
            "rule": rule,
            "severity": Severity.HIGH,
            "outcome": Outcome.FAIL,
            "message": "…",
            "template": "Storage.template.json",
            "stack": "Storage",
            "logical_id": "Bucket83908E77",
            "construct_path": "Storage/Bucket/Resource",
            **changes,
        }
    )


def applied(
    items: list[Waiver],
    findings: list[Finding],
    *,
    places: tuple[str, ...] = ("Storage", "Storage.template.json"),
    **changes: Any,  # noqa: ANN401 - any argument of `apply`
) -> Applied:
    """What becomes of findings; the waivers stand in lines 1, 11, 21 …."""
    file = Waivers("waivers.toml", tuple((10 * i + 1, item) for i, item in enumerate(items)))
    return apply(
        file,
        findings,
        **{
            "today": TODAY,
            "places": places,
            "environments": [""],
            "engines": RAN,
            **changes,
        },
    )


def rules_about_waivers(result: Applied) -> list[tuple[str, str]]:
    """Rule and place of each finding about a waiver."""
    return [(found.rule, found.location) for found in result.findings if found.engine == "waivers"]


@pytest.mark.parametrize(
    ("rule", "construct", "found"),
    [
        pytest.param("AwsSolutions-S1", "Storage/Bucket/Resource", {}, id="exact"),
        pytest.param(
            "AwsSolutions-IAM5",
            "Storage/Role/Policy/Resource",
            {
                "rule": "AwsSolutions-IAM5[Resource::*]",
                "construct_path": "Storage/Role/Policy/Resource",
            },
            id="base rule",
        ),
        pytest.param(
            "AwsSolutions-IAM5[Resource::*]",
            "Storage/Role/Policy/Resource",
            {
                "rule": "AwsSolutions-IAM5[Resource::*]",
                "construct_path": "Storage/Role/Policy/Resource",
            },
            id="exact finding",
        ),
        pytest.param("AwsSolutions-S1", "Storage/Bucket/*", {}, id="children"),
        pytest.param(
            "AwsSolutions-S1",
            "Storage/Bucket/*",
            {"construct_path": "Storage/Bucket/Deep/Down/Resource"},
            id="grandchildren",
        ),
        pytest.param(
            "AwsSolutions-S1", "Storage.template.json/Bucket83908E77", {}, id="logical id"
        ),
        pytest.param(
            "IAM01",
            "template.yaml/Policy",
            {
                "rule": "IAM01",
                "template": "template.yaml",
                "stack": "template.yaml",
                "logical_id": "Policy",
                "construct_path": "",
            },
            id="lone template",
        ),
        pytest.param("LOG02", "Storage/Bucket/Resource", {"rule": "LOG02"}, id="own rule"),
        pytest.param(
            "CKV_AWS_18",
            "Storage/Bucket/Resource",
            {"rule": "CKV_AWS_18", "engine": "checkov"},
            id="Checkov",
        ),
    ],
)
def test_a_waiver_accepts_what_it_names(rule: str, construct: str, found: dict[str, Any]) -> None:
    """The finding stays, accepted by the waiver that is written beside it."""
    place = found.get("template", "Storage.template.json")
    result = applied(
        [waiver(rule, construct, ticket="OPS-1")],
        [finding(**found)],
        places=(found.get("stack", "Storage"), place),
    )
    (only,) = result.findings
    assert only.outcome is Outcome.WAIVED
    assert only.waiver is not None
    assert only.waiver.rule == rule
    assert only.waiver.construct == construct
    assert only.waiver.expires == "2026-09-01"
    assert only.waiver.ticket == "OPS-1"


@pytest.mark.parametrize(
    ("rule", "construct", "found"),
    [
        pytest.param("AwsSolutions-S10", "Storage/Bucket/Resource", {}, id="another rule"),
        pytest.param("AwsSolutions-S", "Storage/Bucket/Resource", {}, id="a rule's beginning"),
        pytest.param("awssolutions-s1", "Storage/Bucket/Resource", {}, id="another case"),
        pytest.param(
            "AwsSolutions-IAM5[Resource::*]",
            "Storage/Bucket/Resource",
            {"rule": "AwsSolutions-IAM5[Action::s3:*]"},
            id="another finding",
        ),
        pytest.param("AwsSolutions-S1", "Storage/Bucket", {}, id="the parent"),
        pytest.param("AwsSolutions-S1", "Storage/Bucket/Resource/*", {}, id="its own children"),
        pytest.param("AwsSolutions-S1", "Storage/Buck/*", {}, id="a name's beginning"),
        pytest.param("AwsSolutions-S1", "Storage/Bucket/Resource2", {}, id="a neighbour"),
        pytest.param(
            "AwsSolutions-S1", "Other.template.json/Bucket83908E77", {}, id="another template"
        ),
    ],
)
def test_a_waiver_accepts_nothing_else(rule: str, construct: str, found: dict[str, Any]) -> None:
    """Nor does it come close."""
    result = applied([waiver(rule, construct)], [finding(**found)])
    assert result.findings[0].outcome is Outcome.FAIL


def test_a_pass_is_not_waived() -> None:
    """There is nothing to accept."""
    result = applied(
        [waiver("AwsSolutions-S1", "Storage/Bucket/Resource")], [finding(outcome=Outcome.PASS)]
    )
    assert result.findings[0].outcome is Outcome.PASS
    assert rules_about_waivers(result) == [("waiver-unused", "waivers.toml:1")]


def test_what_is_undecided_can_be_accepted() -> None:
    """Somebody may know what the template does not tell."""
    result = applied(
        [waiver("AwsSolutions-S1", "Storage/Bucket/Resource")],
        [finding(outcome=Outcome.UNDECIDED)],
    )
    assert [found.outcome for found in result.findings] == [Outcome.WAIVED]


def test_a_waiver_may_be_of_one_environment() -> None:
    """What is accepted in dev is not in prod."""
    result = applied(
        [waiver("AwsSolutions-S1", "Storage/Bucket/Resource", environments=["dev"])],
        [finding(environment="dev"), finding(environment="prod")],
        environments=["dev", "prod"],
    )
    assert [(found.environment, found.outcome.value) for found in result.findings] == [
        ("dev", "waived"),
        ("prod", "fail"),
    ]


def test_an_expired_waiver_accepts_nothing_and_is_told() -> None:
    """The day it names is its last."""
    last_day = applied(
        [waiver("AwsSolutions-S1", "Storage/Bucket/Resource", expires=TODAY)], [finding()]
    )
    assert [found.outcome for found in last_day.findings] == [Outcome.WAIVED]

    over = applied(
        [
            waiver(
                "AwsSolutions-S1", "Storage/Bucket/Resource", expires=TODAY - dt.timedelta(days=1)
            )
        ],
        [finding()],
    )
    failed, told = over.findings
    assert failed.outcome is Outcome.FAIL
    assert (told.rule, told.location) == ("waiver-expired", "waivers.toml:1")
    assert told.severity is Severity.HIGH
    assert "ended on 2026-05-31" in told.message
    assert "platform-team" in told.remediation


def test_a_waiver_in_force_helps_beside_an_expired_one() -> None:
    """The expired one is told all the same."""
    result = applied(
        [
            waiver("AwsSolutions-S1", "Storage/Bucket/Resource", expires=dt.date(2026, 1, 1)),
            waiver("AwsSolutions-S1", "Storage/Bucket/*"),
        ],
        [finding()],
    )
    assert result.findings[0].outcome is Outcome.WAIVED
    assert rules_about_waivers(result) == [("waiver-expired", "waivers.toml:1")]


def test_a_waiver_ends_within_180_days() -> None:
    """One day more is red, and says by when it may end."""
    longest = applied(
        [
            waiver(
                "AwsSolutions-S1", "Storage/Bucket/Resource", expires=TODAY + dt.timedelta(days=180)
            )
        ],
        [finding()],
    )
    assert rules_about_waivers(longest) == []
    longer = applied(
        [
            waiver(
                "AwsSolutions-S1", "Storage/Bucket/Resource", expires=TODAY + dt.timedelta(days=181)
            )
        ],
        [finding()],
    )
    assert rules_about_waivers(longer) == [("waiver-too-long", "waivers.toml:1")]
    assert "Let it end by 2026-11-28." in longer.findings[-1].remediation


def test_a_waiver_by_template_and_logical_id_is_judged_like_any_other() -> None:
    """It is in the run's scope by its template, though no stack's path begins it."""
    result = applied(
        [
            waiver(
                "AwsSolutions-S1",
                "Storage.template.json/Bucket83908E77",
                expires=dt.date(2036, 1, 1),
            ),
            waiver("AwsSolutions-S1", "Storage.template.json/Gone"),
        ],
        [finding()],
    )
    assert rules_about_waivers(result) == [
        ("waiver-too-long", "waivers.toml:1"),
        ("waiver-unused", "waivers.toml:11"),
    ]


@pytest.mark.parametrize(
    ("days", "told"), [(0, "in 0 days"), (30, "in 30 days"), (31, ""), (-1, "")]
)
def test_a_waiver_that_ends_soon_is_announced(days: int, told: str) -> None:
    """Thirty days ahead, to its owner; it is no finding yet."""
    end = TODAY + dt.timedelta(days=days)
    result = applied(
        [waiver("AwsSolutions-S1", "Storage/Bucket/Resource", expires=end)], [finding()]
    )
    notice = (
        "waivers.toml:1: the waiver of AwsSolutions-S1 on Storage/Bucket/Resource ends "
        f"{told} ({end}); owner platform-team"
    )
    assert result.notices == ([notice] if told else [])


@pytest.mark.parametrize(
    "construct",
    [
        "Storage",
        "Storage/*",
        "Prod/Storage",
        "Prod/Storage/*",
        "Prod/*",
        "Prod",
        "Storage/Nested",
        "Storage/Nested/*",
        "Storage/Group/*",
        "*/*",
        "***",
        "Storage/*/Resource",
        "Storage/Buck*",
        "Storage.template.json",
        "Storage.template.json/*",
        "assembly-Prod/Storage.template.json",
        "assembly-Prod/Storage.template.json/*",
        "assembly-Prod/*",
    ],
)
def test_a_waiver_of_a_stack_or_more_is_too_broad(construct: str) -> None:
    """It accepts nothing: stacks, stages, templates, and patterns beyond a construct's children."""
    places = (
        "Storage",
        "Storage.template.json",
        "Storage/Nested",
        "Storage/Group/Inner",
        "Nested.nested.template.json",
        "Prod/Storage",
        "assembly-Prod/Storage.template.json",
    )
    findings = [
        finding(),
        finding(construct_path="Prod/Storage/Bucket/Resource"),
        finding(construct_path="Storage/Nested/Bucket/Resource"),
        finding(construct_path="Storage/Group/Inner/Bucket/Resource"),
        finding(template="assembly-Prod/Storage.template.json"),
        finding(construct_path="", logical_id=""),
    ]
    result = applied([waiver("AwsSolutions-S1", construct)], findings, places=places)
    assert {found.outcome for found in result.findings} == {Outcome.FAIL}
    assert rules_about_waivers(result) == [("waiver-too-broad", "waivers.toml:1")]


def test_a_duplicate_names_the_first() -> None:
    """The same rule, place and environments; another environment is another waiver."""
    result = applied(
        [
            waiver("AwsSolutions-S1", "Storage/Bucket/Resource", environments=["dev"]),
            waiver("AwsSolutions-S1", "Storage/Bucket/Resource", environments=["prod"]),
            waiver(
                "AwsSolutions-S1",
                "Storage/Bucket/Resource",
                environments=["dev"],
                reason="Another reason for the very same thing.",
            ),
        ],
        [finding(environment="dev"), finding(environment="prod")],
        environments=["dev", "prod"],
    )
    assert rules_about_waivers(result) == [("waiver-duplicate", "waivers.toml:21")]
    assert "stands in line 1 already" in result.findings[-1].message


def test_an_unused_waiver_is_told() -> None:
    """The finding is mended, or the waiver misspelled."""
    result = applied([waiver("AwsSolutions-S1", "Storage/Bucket/Gone")], [finding()])
    told = result.findings[-1]
    assert (told.rule, told.location) == ("waiver-unused", "waivers.toml:1")
    assert told.outcome is Outcome.FAIL


@pytest.mark.parametrize(
    ("item", "run"),
    [
        pytest.param(
            waiver("AwsSolutions-S1", "Other/Bucket/Resource"), {}, id="a stack not in the run"
        ),
        pytest.param(
            waiver("AwsSolutions-S1", "Other.template.json/Bucket"),
            {},
            id="a template not in the run",
        ),
        pytest.param(
            waiver("AwsSolutions-S1", "Storage/Gone/Resource", environments=["prod"]),
            {"environments": ["dev"]},
            id="an environment not in the run",
        ),
        pytest.param(
            waiver("IAM01", "Storage/Gone/Resource"),
            {"in_scope": frozenset({"LOG01", "LOG02"})},
            id="a rule not asked for",
        ),
        pytest.param(
            waiver("AwsSolutions-IAM5[Resource::*]", "Storage/Gone/Resource"),
            {"in_scope": frozenset({"AwsSolutions-S1"})},
            id="a stock rule not asked for",
        ),
        pytest.param(
            waiver("AwsSolutions-S1", "Storage/Gone/Resource"),
            {"engines": frozenset({"own", "checkov"})},
            id="cdk-nag did not run",
        ),
        pytest.param(
            waiver("CKV_AWS_18", "Storage/Gone/Resource"),
            {"engines": frozenset({"own", "cdk-nag"})},
            id="Checkov did not run",
        ),
        pytest.param(
            waiver("F3031", "Storage/Gone/Resource"),
            {"engines": frozenset({"own", "cdk-nag", "checkov"})},
            id="CloudFormation did not run",
        ),
        pytest.param(
            waiver("IAM01", "Storage/Gone/Resource"),
            {"engines": frozenset({"cloudformation"})},
            id="no engine of own rules ran",
        ),
        pytest.param(
            waiver("Rehearsal-Necessary", "Storage/Gone/Resource"),
            {"engines": RAN},
            id="a gate rehearses nothing",
        ),
    ],
)
def test_a_waiver_is_judged_unused_only_where_it_could_have_been_used(
    item: Waiver, run: dict[str, Any]
) -> None:
    """What a run did not look at says nothing about a waiver."""
    assert rules_about_waivers(applied([item], [], **run)) == []


@pytest.mark.parametrize(
    ("item", "run"),
    [
        (waiver("IAM01", "Storage/Gone/Resource"), {"in_scope": frozenset({"IAM01"})}),
        (
            waiver("AwsSolutions-IAM5[Resource::*]", "Storage/Gone/Resource"),
            {"in_scope": frozenset({"AwsSolutions-IAM5"})},
        ),
        (
            waiver("AwsSolutions-IAM5[Resource::*]", "Storage/Gone/Resource"),
            {"in_scope": frozenset({"AwsSolutions-IAM5[Resource::*]"})},
        ),
        (waiver("IAM01", "Storage/Gone/Resource"), {"engines": frozenset({"checkov"})}),
        (
            waiver("IAM01", "Storage/Gone/Resource", environments=["dev", "prod"]),
            {"environments": ["prod"]},
        ),
        (waiver("W3030", "Storage/Gone/Resource"), {"engines": frozenset({"cloudformation"})}),
        (
            waiver("Rehearsal-Necessary", "Storage/Gone/Resource"),
            {"engines": frozenset({"rehearsal"})},
        ),
    ],
    ids=[
        "rule",
        "base rule",
        "finding",
        "one engine",
        "environment",
        "CloudFormation",
        "rehearsal",
    ],
)
def test_a_waiver_that_could_have_been_used_is_judged(item: Waiver, run: dict[str, Any]) -> None:
    """In scope, an unused waiver is red."""
    assert rules_about_waivers(applied([item], [], **run)) == [("waiver-unused", "waivers.toml:1")]


def test_two_waivers_for_one_finding_are_both_used() -> None:
    """Two ways to name one place: neither is told as unused."""
    result = applied(
        [
            waiver("AwsSolutions-S1", "Storage/Bucket/Resource"),
            waiver("AwsSolutions-S1", "Storage.template.json/Bucket83908E77"),
        ],
        [finding()],
    )
    assert [found.outcome for found in result.findings] == [Outcome.WAIVED]
    assert result.findings[0].waiver is not None
    assert result.findings[0].waiver.construct == "Storage/Bucket/Resource"


@pytest.mark.parametrize("status", [Status.FAILED, Status.NOT_RUN])
def test_no_waiver_turns_a_missing_engine_green(status: Status) -> None:
    """Everything found may be waived; what was not looked at cannot be."""
    result = applied([waiver("AwsSolutions-S1", "Storage/Bucket/Resource")], [finding()])
    assert {found.outcome for found in result.findings} == {Outcome.WAIVED}
    verdict = decide(
        engines=[EngineRun("own", Status.RAN), EngineRun("cdk-nag", status)],
        results=result.findings,
        threshold=Severity.MEDIUM,
    )
    assert verdict is Verdict.ERROR


def test_a_finding_about_a_waiver_cannot_be_waived() -> None:
    """Its place is a line of the file, and that is no construct."""
    result = applied(
        [
            waiver("AwsSolutions-S1", "Storage/Gone/Resource"),
            waiver("waiver-unused", "waivers.toml:1/x"),
        ],
        [],
        places=("Storage", "waivers.toml:1"),
    )
    assert {found.outcome for found in result.findings} == {Outcome.FAIL}


def test_the_waiver_of_one_finding_is_looked_up_alone() -> None:
    """As the guard does: in force, not too long, not too broad."""
    places = ("Storage", "Storage.template.json")
    good = waiver("AwsSolutions-S1", "Storage/Bucket/*")
    for useless in (
        waiver("AwsSolutions-S1", "Storage/Bucket/*", expires=TODAY - dt.timedelta(days=1)),
        waiver("AwsSolutions-S1", "Storage/Bucket/*", expires=TODAY + dt.timedelta(days=181)),
        waiver("AwsSolutions-S1", "Storage/*"),
        waiver("AwsSolutions-S2", "Storage/Bucket/*"),
    ):
        alone = Waivers("waivers.toml", ((1, useless),))
        assert alone.match(finding(), today=TODAY, places=places) is None
        both = Waivers("waivers.toml", ((1, useless), (9, good)))
        assert both.match(finding(), today=TODAY, places=places) is good
