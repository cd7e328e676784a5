"""`compliance.guard(app)`: what a synthesis by hand meets, and what it leaves as evidence."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import compliance
from compliance.assembly import read
from compliance.engines.synthesis import CdkNagEngine, CloudFormationEngine
from compliance.findings import Outcome, Severity, Status
from compliance.rules.base import Context
from tests.compliance.guard.assemblies import evidence

if TYPE_CHECKING:
    from compliance.engines.base import Answer
    from compliance.findings import Finding
    from tests.compliance.guard.assemblies import Workshop


def plugins(workshop: Workshop, variant: str) -> dict[str, dict[str, Any]]:
    """The runs in a variant's evidence, by the plugin's name."""
    return {run["name"]: run for run in evidence(workshop.assembly(variant))["plugins"]}


def nag(workshop: Workshop, variant: str) -> Answer:
    """The engine cdk-nag's word on a variant."""
    return CdkNagEngine().examine(
        Context(read(workshop.assembly(variant)), workshop.config(variant))
    )


def of_rule(answer: Answer, rule: str) -> list[Finding]:
    """An engine's findings of one rule, or of its single findings."""
    return [found for found in answer.findings if found.rule.partition("[")[0] == rule]


def test_every_pack_runs_and_leaves_its_evidence(workshop: Workshop) -> None:
    """The stock packs, CDK's validation and the own pack, each once."""
    found = evidence(workshop.assembly("red"))
    assert [(run["engine"], run["name"]) for run in found["plugins"]] == [
        ("cdk-nag", "AwsSolutions"),
        ("cdk-nag", "Serverless"),
        ("cdk-nag", "NIST.800.53.R5"),
        ("cloudformation", "CloudFormation Validate"),
        ("cdk-nag", "Synthgate"),
    ]
    assert found["environment"] == "test"
    assert found["resources"] == 4
    assert list(found["templates"]) == ["Small.template.json"]
    assert found["acknowledged"] == {}


def test_the_evidence_names_the_rules_that_an_engine_lists(workshop: Workshop) -> None:
    """cdk-nag's own packs list none."""
    found = plugins(workshop, "red")
    assert found["AwsSolutions"]["rules"] == []
    assert {"LOG01", "IAM01"} <= set(found["Synthgate"]["rules"])
    assert {"E3002", "F3031"} <= set(found["CloudFormation Validate"]["rules"])


def test_findings_stand_in_the_evidence(workshop: Workshop) -> None:
    """A stock rule's by its construct, an own rule's by its logical id and property too."""
    found = plugins(workshop, "red")
    stock = {
        (violation["rule"], violation["construct_path"])
        for violation in found["AwsSolutions"]["violations"]
    }
    assert stock == {
        ("AwsSolutions-S1", "Small/Bucket/Resource"),
        ("AwsSolutions-S10", "Small/Bucket/Resource"),
        ("AwsSolutions-IAM5[Resource::*]", "Small/Role/DefaultPolicy/Resource"),
    }
    own = {
        violation["rule"]: (violation["logical_id"], violation["level"], violation["location"])
        for violation in found["Synthgate"]["violations"]
    }
    assert own["LOG01"] == ("Logs6819BB44", "high", "Properties.RetentionInDays")
    assert own["IAM01"] == (
        "RoleDefaultPolicy5FFB7DAB",
        "high",
        "Properties.PolicyDocument.Statement[0].Resource",
    )


def test_the_own_pack_is_in_the_report_of_cdk_like_any_other(workshop: Workshop) -> None:
    """With the rule's prefix, the construct and the property."""
    report = json.loads((workshop.assembly("red") / "validation-report.json").read_text())
    (pack,) = [part for part in report["pluginReports"] if part["pluginName"] == "Synthgate"]
    assert (pack["pluginVersion"], pack["conclusion"]) == (compliance.__version__, "failure")
    (violation,) = [row for row in pack["violations"] if row["ruleName"] == "Synthgate-LOG01"]
    (place,) = violation["violatingConstructs"]
    assert violation["severity"] == "error"
    assert place["constructPath"] == "Small/Logs/Resource"
    assert place["cloudFormationResource"]["propertyPaths"] == ["Properties.RetentionInDays"]


def test_a_synthesis_by_hand_fails_and_points_to_the_gate(workshop: Workshop) -> None:
    """Waivers that are past, too long or too broad accept nothing here either."""
    outcome = workshop.outcome("refused")
    assert outcome["raised"].startswith("RuntimeError: ValidationFailed: Validation failed.")
    assert (
        "synthgate: 5 findings block; accept one in waivers.toml, not in code; the whole gate, "
        "Checkov and snapshots included: "
        "synthgate gate"
    ) in outcome["stderr"]


def test_the_gate_may_have_a_synthesis_go_on(workshop: Workshop) -> None:
    """With CDK's setting for it, the assembly is written; the hint is all that is said."""
    outcome = workshop.outcome("red")
    assert outcome["raised"] == ""
    assert outcome["stderr"].startswith("synthgate: 16 findings block; ")


def test_waivers_let_a_synthesis_succeed_and_leave_their_trace(workshop: Workshop) -> None:
    """Each becomes a prefixed acknowledgment of one finding, with reason, owner and end."""
    outcome = workshop.outcome("waived")
    assert outcome["raised"] == ""
    assert "findings block" not in outcome["stderr"]
    report = json.loads((workshop.assembly("waived") / "validation-report.json").read_text())
    suppressed = {
        row["acknowledgedId"]: (row["acknowledgedAt"], row["reason"])
        for part in report["pluginReports"]
        for row in part.get("suppressedViolations", ())
    }
    reason = "The tests accept this with a reason. (platform-team, until 2026-09-01)"
    assert suppressed == {
        "AwsSolutions::AwsSolutions-S1": ("Small/Bucket/Resource", reason),
        "AwsSolutions::AwsSolutions-S10": ("Small/Bucket/Resource", reason),
        "AwsSolutions::AwsSolutions-IAM5[Resource::*]": (
            "Small/Role/DefaultPolicy/Resource",
            reason,
        ),
        "Synthgate::Synthgate-IAM01": ("Small/Role/DefaultPolicy/Resource", reason),
        "Synthgate::Synthgate-LOG01": ("Small/Logs/Resource", reason),
    }


def test_a_waiver_of_a_whole_stack_acknowledges_nothing(workshop: Workshop) -> None:
    """Of a stack in a stage, whose path looks like a construct's."""
    report = json.loads((workshop.assembly("deep") / "validation-report.json").read_text())
    (pack,) = [part for part in report["pluginReports"] if part["pluginName"] == "Synthgate"]
    assert "Synthgate-IAM04" in {row["ruleName"] for row in pack["violations"]}
    assert not pack.get("suppressedViolations")


def test_waived_findings_stay_in_the_evidence(workshop: Workshop) -> None:
    """The gate applies the waivers itself: what a synthesis accepted is no evidence."""
    answer = nag(workshop, "waived")
    assert answer.run.status is Status.RAN
    assert {found.rule for found in answer.findings if found.severity is Severity.HIGH} == {
        "AwsSolutions-S1",
        "AwsSolutions-S10",
        "AwsSolutions-IAM5[Resource::*]",
        "IAM01",
        "LOG01",
    }
    assert not of_rule(answer, "acknowledged-in-code")


def test_what_the_code_acknowledges_is_a_finding_on_every_level(workshop: Workshop) -> None:
    """Above the stacks too, where the assembly has no place for it and cdk-nag drops findings."""
    answer = nag(workshop, "deep")
    found = of_rule(answer, "acknowledged-in-code")
    prefix = "Annotation::NIST.800.53.R5-S3"
    assert {(finding.construct_path, finding.observed) for finding in found} == {
        ("", f"{prefix}BucketLoggingEnabled"),
        ("Prod", f"{prefix}BucketSSLRequestsOnly"),
        ("Prod/Group", f"{prefix}BucketVersioningEnabled"),
        ("Prod/Group/Storage", f"{prefix}BucketReplicationEnabled"),
        ("Prod/Group/Storage/Bucket", f"{prefix}DefaultEncryptionKMS"),
    }
    assert {finding.outcome for finding in found} == {Outcome.FAIL}
    assert {finding.severity for finding in found} == {Severity.HIGH}
    # Which is why it has to be told: what cdk-nag would have found is gone.
    assert not of_rule(answer, "NIST.800.53.R5-S3BucketLoggingEnabled")


def test_a_rule_that_threw_is_undecided(workshop: Workshop) -> None:
    """cdk-nag reports it as an ordinary violation."""
    (found,) = of_rule(nag(workshop, "deep"), "AwsSolutions-IAM5")
    assert found.outcome is Outcome.UNDECIDED
    assert found.severity is Severity.HIGH
    assert found.logical_id == "OneStatement"
    assert found.message.startswith("Rule threw an error during validation.")


def test_overrides_and_untyped_resources_are_seen(workshop: Workshop) -> None:
    """The own pack judges the template, where both look like anything else."""
    answer = nag(workshop, "deep")
    (override,) = of_rule(answer, "IAM04")
    assert (override.construct_path, override.severity) == (
        "Prod/Outer/Role/Resource",
        Severity.CRITICAL,
    )
    (untyped,) = of_rule(answer, "IAM02")
    assert (untyped.construct_path, untyped.template) == (
        "Prod/Outer/Inner/Untyped",
        "assembly-Prod/ProdOuterInner0DF37B32.nested.template.json",
    )


def test_a_stage_is_read_whole_and_once(workshop: Workshop) -> None:
    """One run a plugin, over the templates of the stage and of the stack nested in it."""
    found = evidence(workshop.assembly("deep"))
    assert list(found["templates"]) == [
        "assembly-Prod/ProdGroupStorageACC824E8.template.json",
        "assembly-Prod/ProdOuter9C0E42D7.template.json",
        "assembly-Prod/ProdOuterInner0DF37B32.nested.template.json",
    ]
    assert found["resources"] == 7
    assert len(found["plugins"]) == 5
    buckets = [
        violation["construct_path"]
        for violation in plugins(workshop, "deep")["AwsSolutions"]["violations"]
        if violation["rule"] == "AwsSolutions-S1"
    ]
    assert sorted(buckets) == [
        "Prod/Group/Storage/Bucket/Resource",
        "Prod/Outer/Bucket",
        "Prod/Outer/Inner/Bucket",
    ]


def test_cloudformation_validates_nested_stacks_too(workshop: Workshop) -> None:
    """CDK leaves them out. Both buckets have one logical id; the finding is the inner one's."""
    answer = CloudFormationEngine().examine(
        Context(read(workshop.assembly("deep")), workshop.config("deep"))
    )
    (found,) = of_rule(answer, "F3031")
    assert found.construct_path == "Prod/Outer/Inner/Bucket"
    assert found.template == "assembly-Prod/ProdOuterInner0DF37B32.nested.template.json"
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.HIGH)
    assert "not_a_name" in found.message


def test_an_app_without_its_tree_leaves_no_evidence(workshop: Workshop) -> None:
    """Nobody can tell then what cdk-nag walked; an earlier synthesis' evidence is gone as well."""
    assembly = workshop.assembly("without_tree")
    assert not (assembly / "synthgate.json").exists()
    assert nag(workshop, "without_tree").run.status is Status.FAILED
    report = json.loads((assembly / "validation-report.json").read_text())
    (pack,) = [part for part in report["pluginReports"] if part["pluginName"] == "Synthgate"]
    assert "tree.json is missing; leave `tree_metadata` of the App on" in pack["metadata"]["error"]


def test_a_synthesis_over_an_earlier_one_is_no_change_of_its_files(workshop: Workshop) -> None:
    """CDK can watch its plugins: the evidence is new, nothing that was there is touched."""
    assert workshop.outcome("red")["raised"] == ""
    assert "of" not in evidence(workshop.assembly("red"))


def test_aspects_change_the_templates_before_they_are_judged(workshop: Workshop) -> None:
    """As the settings ask; what the evidence lists is what the templates show."""
    found = evidence(workshop.assembly("mended"))["mended"]
    assert [
        (change["construct_path"], change["location"], change["aspect"]) for change in found
    ] == [
        ("Small/Bucket/Resource", "PolicyDocument", "tls-only"),
        ("Small/Gone/Resource", "Properties.RetentionInDays", "retention-days"),
        ("Small/Kept/Resource", "Properties.RetentionInDays", "retention-days"),
    ]
    assert (found[1]["old"], found[1]["new"]) == ("absent", "400")
    stderr = workshop.outcome("mended")["stderr"]
    assert "synthgate: aspects changed 3 places, listed in synthgate.json" in stderr
    own = plugins(workshop, "mended")["Synthgate"]["violations"]
    assert "LOG01" not in {violation["rule"] for violation in own}
    # Nothing that CloudFormation would refuse.
    assert plugins(workshop, "mended")["CloudFormation Validate"]["violations"] == []


def test_an_app_without_settings_for_aspects_has_none(workshop: Workshop) -> None:
    """Its evidence lists nothing, and nobody is told of any."""
    assert evidence(workshop.assembly("red"))["mended"] == []
    assert "aspects" not in workshop.outcome("red")["stderr"]


def test_the_own_pack_knows_the_environment(workshop: Workshop) -> None:
    """Whose log groups have to outlive their stack."""
    found = [
        (violation["logical_id"], violation["location"])
        for violation in plugins(workshop, "mended")["Synthgate"]["violations"]
        if violation["rule"] == "LOG07"
    ]
    assert found == [("Gone1B02B07C", "DeletionPolicy"), ("Overridden", "DeletionPolicy")]


def test_a_wrong_waivers_file_is_told_before_anything_is_synthesized(workshop: Workshop) -> None:
    """With its line."""
    raised = workshop.outcome("wrong_waivers")["raised"]
    assert raised.startswith("SynthgateError: waivers.toml:1: [waiver] construct: is missing")
    assert not (workshop.assembly("wrong_waivers") / "manifest.json").exists()


def test_the_package_names_its_guard_and_refuses_other_names() -> None:
    """A name that is not there is told as Python tells it."""
    assert "guard" in compliance.__all__
    with pytest.raises(AttributeError, match="module 'compliance' has no attribute 'gard'"):
        compliance.gard  # noqa: B018 - asking is the test
