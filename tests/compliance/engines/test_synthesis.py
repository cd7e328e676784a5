"""The engines that read what ran during synthesis: when they can be relied on, and when not."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from compliance.assembly import read
from compliance.engines import evidence
from compliance.engines.evidence import Violation
from compliance.engines.synthesis import (
    CdkNagEngine,
    CloudFormationEngine,
    as_finding,
    located,
    version,
)
from compliance.findings import Finding, Outcome, Severity, Status
from tests.compliance.engines.templates import context, resource, written
from tests.compliance.guard import assemblies
from tests.compliance.guard.assemblies import rewrite

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from compliance.engines.base import Answer
    from compliance.engines.synthesis import SynthesisEngine
    from tests.compliance.guard.assemblies import Workshop

Json = dict[str, Any]
ENGINES = (CdkNagEngine, CloudFormationEngine)


def examined(assembly: Path, engine: type[SynthesisEngine] = CdkNagEngine) -> Answer:
    """An engine's word on an assembly."""
    return engine().examine(context(assembly))


def changed(assembly: Path, change: Callable[[Json], object]) -> Path:
    """The assembly with its evidence changed."""
    found = assemblies.evidence(assembly)
    change(found)
    rewrite(assembly / "synthgate.json", found)
    return assembly


@pytest.fixture
def red(workshop: Workshop, tmp_path: Path) -> Path:
    """An assembly with its evidence, to change."""
    return workshop.copy("red", tmp_path)


# -- what is whole ---------------------------------------------------------------------------------


def test_cdk_nag_ran(workshop: Workshop) -> None:
    """Over each resource, by the own rules and by those that cdk-nag does not list."""
    answer = examined(workshop.assembly("red"))
    assert answer.run.status is Status.RAN
    assert answer.run.version == version("cdk-nag")
    assert answer.run.resources == 4
    assert answer.rules is None
    (found,) = [row for row in answer.findings if row.rule == "AwsSolutions-S1"]
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.HIGH)
    assert (found.template, found.stack) == ("Small.template.json", "Small")
    assert (found.logical_id, found.resource_type) == ("Bucket83908E77", "AWS::S3::Bucket")
    assert found.construct_path == "Small/Bucket/Resource"


def test_a_rule_that_only_warns_is_medium(workshop: Workshop) -> None:
    """In cdk-nag's packs; an own rule keeps its severity there."""
    found = {row.rule: row.severity for row in examined(workshop.assembly("red")).findings}
    assert found["Serverless-CloudWatchLogGroupRetentionPeriod"] is Severity.MEDIUM
    assert found["LOG06"] is Severity.LOW
    assert found["IAM01"] is Severity.HIGH


def test_cloudformation_ran(workshop: Workshop) -> None:
    """Clean, and by a list of rules."""
    answer = examined(workshop.assembly("red"), CloudFormationEngine)
    assert answer.run.status is Status.RAN
    assert answer.run.version == version("aws-cdk-lib")
    assert answer.run.resources == 4
    assert answer.run.rules > 200
    assert answer.rules is not None
    assert "F3031" in answer.rules
    assert answer.findings == ()


def test_a_version_that_nobody_knows_is_empty() -> None:
    """Not an error: the reports say so."""
    assert version("no-such-distribution") == ""


# -- what is not -----------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
def test_a_lone_template_was_not_synthesized(tmp_path: Path, engine: type[SynthesisEngine]) -> None:
    """There is nothing to read."""
    path = written(tmp_path / "topic.json", {"Topic": resource("AWS::SNS::Topic")})
    answer = examined(path, engine)
    assert answer.run.status is Status.NOT_RUN
    assert answer.run.reason == "a lone template was not synthesized by an app"


@pytest.mark.parametrize("engine", ENGINES)
def test_without_evidence_and_report_nothing_ran(red: Path, engine: type[SynthesisEngine]) -> None:
    """And the reason says what to do."""
    (red / "synthgate.json").unlink()
    (red / "validation-report.json").unlink()
    answer = examined(red, engine)
    assert answer.run.status is Status.NOT_RUN
    assert "call compliance.guard(app) in the app" in answer.run.reason
    assert answer.findings == ()


@pytest.mark.parametrize("engine", ENGINES)
def test_a_template_that_was_changed_is_refused(red: Path, engine: type[SynthesisEngine]) -> None:
    """One blank is enough."""
    path = red / "Small.template.json"
    path.write_text(path.read_text() + " ")
    answer = examined(red, engine)
    assert answer.run.status is Status.FAILED
    assert answer.run.reason == (
        f"Small.template.json is not the template that {engine.name} saw; synthesize again"
    )
    assert answer.findings == ()


@pytest.mark.parametrize("engine", ENGINES)
def test_evidence_of_another_assembly_is_refused(
    red: Path, workshop: Workshop, engine: type[SynthesisEngine]
) -> None:
    """Copied in from a green one."""
    other = workshop.assembly("deep") / "synthgate.json"
    (red / "synthgate.json").write_bytes(other.read_bytes())
    assert examined(red, engine).run.status is Status.FAILED


@pytest.mark.parametrize("engine", ENGINES)
def test_a_template_that_the_evidence_does_not_know_is_refused(
    red: Path, engine: type[SynthesisEngine]
) -> None:
    """A stack that was added to the manifest afterwards."""
    manifest = json.loads((red / "manifest.json").read_text())
    written(red / "Added.template.json", {})
    manifest["artifacts"]["Added"] = {
        "type": "aws:cloudformation:stack",
        "environment": "aws://unknown-account/unknown-region",
        "properties": {"templateFile": "Added.template.json"},
    }
    rewrite(red / "manifest.json", manifest)
    answer = examined(red, engine)
    assert answer.run.status is Status.FAILED
    assert answer.run.reason.startswith("Added.template.json is not the template that")


@pytest.mark.parametrize("engine", ENGINES)
def test_a_template_that_is_gone_is_missed(red: Path, engine: type[SynthesisEngine]) -> None:
    """What the engine saw has to be there, even if it holds no resource."""
    changed(red, lambda found: found["templates"].update({"Gone.template.json": "0" * 64}))
    answer = examined(red, engine)
    assert answer.run.status is Status.FAILED
    assert "Gone.template.json" in answer.run.reason
    assert "is not in the assembly any more" in answer.run.reason


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("resources", [0, 3, 5])
def test_another_number_of_resources_is_refused(
    red: Path, engine: type[SynthesisEngine], resources: int
) -> None:
    """Fewer or more than the templates hold."""
    changed(red, lambda found: found.update(resources=resources))
    answer = examined(red, engine)
    assert answer.run.status is Status.FAILED
    assert answer.run.reason == f"it saw {resources} resources, the assembly holds 4"


@pytest.mark.parametrize("engine", ENGINES)
def test_evidence_without_a_run_of_the_engine_is_refused(
    red: Path, engine: type[SynthesisEngine]
) -> None:
    """A clean run and no run must not look alike."""
    changed(red, lambda found: found.update(plugins=[]))
    answer = examined(red, engine)
    assert answer.run.status is Status.FAILED
    assert answer.run.reason.startswith("synthgate.json holds no run of ")


@pytest.mark.parametrize(
    ("gone", "missing"),
    [
        ({"Synthgate"}, "the pack Synthgate"),
        ({"AwsSolutions", "Serverless", "NIST.800.53.R5"}, "any stock pack of cdk-nag"),
    ],
)
def test_cdk_nag_needs_the_own_pack_and_a_stock_pack(
    red: Path, gone: set[str], missing: str
) -> None:
    """Either alone is half of the engine."""
    changed(
        red,
        lambda found: found.update(
            plugins=[run for run in found["plugins"] if run["name"] not in gone]
        ),
    )
    answer = examined(red)
    assert answer.run.status is Status.FAILED
    assert answer.run.reason == f"synthgate.json holds no run of {missing}; synthesize again"


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param("", "Invalid JSON", id="empty"),
        pytest.param("{", "Invalid JSON", id="cut off"),
        pytest.param("[" * 100_000, "Invalid JSON", id="too deep"),
        pytest.param("[]", "Input should be", id="no object"),
        pytest.param("{}", "environment: is missing", id="no field"),
    ],
)
def test_evidence_that_cannot_be_read_is_refused(
    red: Path, engine: type[SynthesisEngine], content: str, told: str
) -> None:
    """It is there, so something ran: that the engine ran clean is not known."""
    (red / "synthgate.json").write_text(content)
    answer = examined(red, engine)
    assert answer.run.status is Status.FAILED
    assert "synthgate.json: no evidence: " in answer.run.reason
    assert told in answer.run.reason


def _first_violation(found: Json) -> Json:
    violation: Json = found["plugins"][0]["violations"][0]
    return violation


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param(
            lambda found: found.update(schema_version="2"), "schema_version", id="another version"
        ),
        pytest.param(lambda found: found.update(signed=True), "signed", id="unknown field"),
        pytest.param(lambda found: found.update(resources="4"), "resources", id="number as text"),
        pytest.param(lambda found: found.update(resources=-1), "resources", id="negative"),
        pytest.param(
            lambda found: found["plugins"][0].update(seconds=float("nan")),
            "seconds",
            id="no number",
        ),
        pytest.param(
            lambda found: found["plugins"][0].update(engine="checkov"), "engine", id="engine"
        ),
        pytest.param(
            lambda found: _first_violation(found).update(outcome="waived"), "outcome", id="waived"
        ),
        pytest.param(
            lambda found: _first_violation(found).update(outcome="pass"), "outcome", id="passed"
        ),
    ],
)
def test_evidence_of_another_form_is_refused(
    red: Path, change: Callable[[Json], object], told: str
) -> None:
    """Among it: findings that come as accepted already."""
    answer = examined(changed(red, change))
    assert answer.run.status is Status.FAILED
    assert told in answer.run.reason


@pytest.mark.parametrize("engine", ENGINES)
def test_evidence_beyond_all_bounds_is_refused(red: Path, engine: type[SynthesisEngine]) -> None:
    """Before it is read into memory as a whole."""
    os.truncate(red / "synthgate.json", 64_000_001)
    answer = examined(red, engine)
    assert answer.run.status is Status.FAILED
    assert "larger than 64,000,000 bytes" in answer.run.reason


@pytest.mark.parametrize("engine", ENGINES)
def test_something_in_the_place_of_the_evidence_is_no_absence(
    red: Path, engine: type[SynthesisEngine]
) -> None:
    """A folder, or a link that leads nowhere."""
    path = red / "synthgate.json"
    path.unlink()
    path.symlink_to(red / "nowhere")
    answer = examined(red, engine)
    assert answer.run.status is Status.FAILED
    assert "cannot be read: No such file" in answer.run.reason
    path.unlink()
    path.mkdir()
    answer = examined(red, engine)
    assert answer.run.status is Status.FAILED
    assert "cannot be read: Is a directory" in answer.run.reason


def test_a_resource_is_seen_once_however_often_its_path_is_claimed(red: Path) -> None:
    """A resource slipped into a template under another one's path is not in the tree."""
    assembly = read(red)
    assert evidence.seen_in_tree(assembly) == assembly.size == 4
    path = red / "Small.template.json"
    template = json.loads(path.read_text())
    template["Resources"]["Slipped"] = {
        "Type": "AWS::SNS::Topic",
        "Metadata": {"aws:cdk:path": "Small/Bucket/Resource"},
    }
    rewrite(path, template)
    assembly = read(red)
    assert assembly.size == 5
    assert evidence.seen_in_tree(assembly) == 4


# -- an assembly that another gate made ------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
def test_a_report_alone_proves_no_run(red: Path, engine: type[SynthesisEngine]) -> None:
    """What it lists is reported; that the engine ran it cannot say."""
    (red / "synthgate.json").unlink()
    answer = examined(red, engine)
    assert answer.run.status is Status.NOT_RUN
    assert "cannot prove a clean run" in answer.run.reason


def test_a_report_lists_findings(red: Path) -> None:
    """Each where it stands, with the property."""
    (red / "synthgate.json").unlink()
    found = {row.rule: row for row in examined(red).findings}
    assert found["AwsSolutions-S1"].logical_id == "Bucket83908E77"
    assert found["AwsSolutions-S1"].severity is Severity.HIGH
    assert found["LOG01"].location == "Properties.RetentionInDays"
    assert found["Serverless-CloudWatchLogGroupRetentionPeriod"].severity is Severity.MEDIUM


def test_what_a_report_suppressed_counts(workshop: Workshop, tmp_path: Path) -> None:
    """Until a waiver of this project says otherwise."""
    assembly = workshop.copy("waived", tmp_path)
    (assembly / "synthgate.json").unlink()
    failed = {row.rule for row in examined(assembly).findings if row.outcome is Outcome.FAIL}
    assert {"AwsSolutions-S1", "AwsSolutions-IAM5[Resource::*]", "LOG01", "IAM01"} <= failed


def test_errors_of_cloudformation_are_errors_though_cdk_calls_them_warnings(
    workshop: Workshop, tmp_path: Path
) -> None:
    """It turns them down unless a feature flag is set."""
    assembly = workshop.copy("deep", tmp_path)
    (assembly / "synthgate.json").unlink()
    found = {row.rule: row for row in examined(assembly, CloudFormationEngine).findings}
    assert found["F3031"].severity is Severity.HIGH
    assert found["F3031"].construct_path == "Prod/Outer/Inner/Bucket"
    assert found["W2512"].severity is Severity.LOW


def test_a_level_of_a_plugin_of_its_own_is_high(red: Path) -> None:
    """CDK writes it as custom; nobody knows what it means, so it blocks. A fix is passed on."""
    (red / "synthgate.json").unlink()
    rewrite(
        red / "validation-report.json",
        {
            "pluginReports": [
                {
                    "pluginName": "House rules",
                    "violations": [
                        {
                            "ruleName": "HOUSE-1",
                            "description": "Not in this house.",
                            "severity": "custom",
                            "customSeverity": "grave",
                            "suggestedFix": "Take it out.",
                            "violatingConstructs": [{"constructPath": "Small/Bucket/Resource"}],
                        },
                        {
                            "ruleName": "HOUSE-2",
                            "description": "As it says.",
                            "severity": "custom",
                            "customSeverity": "low",
                            "violatingConstructs": [{"constructPath": "Small/Bucket/Resource"}],
                        },
                    ],
                }
            ]
        },
    )
    found = {row.rule: row for row in examined(red).findings}
    assert found["HOUSE-1"].severity is Severity.HIGH
    assert found["HOUSE-1"].remediation == "Take it out."
    assert found["HOUSE-1"].logical_id == "Bucket83908E77"
    assert found["HOUSE-2"].severity is Severity.LOW


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "report",
    [
        "",
        "[]",
        "{}",
        '{"pluginReports": {}}',
        '{"pluginReports": ["AwsSolutions"]}',
        '{"pluginReports": [], "pluginReports": []}',
        "[" * 100_000,
    ],
)
def test_a_report_that_cannot_be_read_fails_the_engine(
    red: Path, engine: type[SynthesisEngine], report: str
) -> None:
    """It may have held findings."""
    (red / "synthgate.json").unlink()
    (red / "validation-report.json").write_text(report)
    answer = examined(red, engine)
    assert answer.run.status is Status.FAILED
    assert "not a validation report" in answer.run.reason


@pytest.mark.parametrize(
    "violations",
    [
        {"ruleName": "X"},
        ["X"],
        [{"ruleName": "X", "violatingConstructs": ["Small/Bucket"]}],
    ],
)
def test_a_report_with_other_things_in_it_fails_the_engine(red: Path, violations: object) -> None:
    """Rather than being left out without a word."""
    (red / "synthgate.json").unlink()
    rewrite(
        red / "validation-report.json",
        {"pluginReports": [{"pluginName": "X", "violations": violations}]},
    )
    assert examined(red).run.status is Status.FAILED


def test_a_violation_of_no_construct_is_a_finding_all_the_same(red: Path) -> None:
    """Of the whole assembly."""
    (red / "synthgate.json").unlink()
    rewrite(
        red / "validation-report.json",
        {"pluginReports": [{"pluginName": "X", "violations": [{"ruleName": "HOUSE-1"}]}]},
    )
    (found,) = examined(red).findings
    assert (found.rule, found.outcome, found.severity) == ("HOUSE-1", "fail", "high")


def test_a_plugin_that_raised_fails_the_engine(workshop: Workshop) -> None:
    """CDK reports it as a failure without violations; other engines' findings are not touched."""
    assembly = workshop.assembly("without_tree")
    answer = examined(assembly)
    assert answer.run.status is Status.FAILED
    assert answer.run.reason.startswith("Synthgate broke: ")
    assert "tree.json is missing" in answer.run.reason
    assert examined(assembly, CloudFormationEngine).run.status is Status.NOT_RUN


# -- one violation ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("engine", "level", "severity"),
    [
        ("cdk-nag", "fatal", "high"),
        ("cdk-nag", "error", "high"),
        ("cdk-nag", "warning", "medium"),
        ("cdk-nag", "info", "low"),
        ("cdk-nag", "critical", "critical"),
        ("cdk-nag", "low", "low"),
        ("cdk-nag", "", "high"),
        ("cdk-nag", "whatever", "high"),
        ("cloudformation", "fatal", "high"),
        ("cloudformation", "error", "high"),
        ("cloudformation", "warning", "low"),
        ("cloudformation", "informational", "low"),
        ("cloudformation", "whatever", "high"),
    ],
)
def test_the_severity_of_a_level(engine: str, level: str, severity: str) -> None:
    """What nobody has heard of is not let through."""
    violation = Violation(rule="X", level=level, message="…")
    assert as_finding(violation, engine=engine).severity == severity


def test_a_rule_that_threw_blocks_though_it_only_warns() -> None:
    """cdk-nag describes by it also what it found wrong elsewhere under the same rule."""
    violation = Violation(
        rule="Serverless-X", level="warning", message="Rule threw an error during validation. …"
    )
    found = as_finding(violation, engine="cdk-nag")
    assert found.outcome is Outcome.UNDECIDED
    assert found.severity is Severity.HIGH


def _finding(**changes: Any) -> Finding:  # noqa: ANN401 - any field
    return Finding(
        engine="cloudformation",
        rule="F3031",
        severity=Severity.HIGH,
        outcome=Outcome.FAIL,
        message="…",
        logical_id="Bucket",
        **changes,
    )


def test_a_finding_is_not_put_where_it_may_not_belong(workshop: Workshop) -> None:
    """Two templates have this logical id: without a template it stays where it was."""
    assembly = read(workshop.assembly("deep"))
    assert located(_finding(), assembly).construct_path == ""
    inner = "assembly-Prod/ProdOuterInner0DF37B32.nested.template.json"
    assert located(_finding(template=inner), assembly).construct_path == "Prod/Outer/Inner/Bucket"
    assert located(_finding(template="none.json"), assembly).construct_path == ""
