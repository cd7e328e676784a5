"""The own engine: the catalogue over every resource of an assembly."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from compliance import __version__, rules
from compliance.config import Config
from compliance.engines import NAMES, make
from compliance.engines.own import UNREAD, OwnEngine
from compliance.findings import Outcome, Severity, Status, blocks
from compliance.rules.base import Context, Family, Judgement, Rule
from tests.compliance.engines.templates import context, resource, written

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from compliance.assembly import Resource
    from tests.compliance.guard.assemblies import Workshop


def test_every_judgement_is_a_row_and_every_resource_is_counted(tmp_path: Path) -> None:
    """A pass leaves a row too; a resource that no rule is about is counted all the same."""
    path = written(
        tmp_path / "logs.json",
        {
            "Forever": resource("AWS::Logs::LogGroup", KmsKeyId="arn:aws:kms:eu-west-1:1:key/x"),
            "Year": resource(
                "AWS::Logs::LogGroup",
                RetentionInDays=365,
                KmsKeyId="arn:aws:kms:eu-west-1:1:key/x",
            ),
            "Topic": resource("AWS::SNS::Topic"),
        },
    )
    answer = OwnEngine().examine(context(path))
    assert answer.run.status is Status.RAN
    assert answer.run.version == __version__
    assert answer.run.rules == len(rules.rules())
    assert answer.run.resources == 3
    assert answer.run.reason == ""
    assert answer.rules == frozenset(rules.by_id())
    assert {
        (found.logical_id, found.rule, found.outcome.value)
        for found in answer.findings
        if found.rule in {"LOG01", "LOG02", "LOG06"}
    } == {
        ("Forever", "LOG01", "fail"),
        ("Forever", "LOG06", "pass"),
        ("Year", "LOG01", "pass"),
        ("Year", "LOG02", "pass"),
        ("Year", "LOG06", "pass"),
    }


def test_a_row_says_where_what_and_how_to_mend_it(tmp_path: Path) -> None:
    """A failure carries its reasons; a pass says the state that passes."""
    path = written(
        tmp_path / "logs.json",
        {"Week": resource("AWS::Logs::LogGroup", RetentionInDays=7)},
    )
    found = {row.rule: row for row in OwnEngine().examine(context(path)).findings}
    failed = found["LOG02"]
    assert failed.engine == "own"
    assert failed.severity is Severity.MEDIUM
    assert failed.outcome is Outcome.FAIL
    assert failed.template == (tmp_path / "logs.json").as_posix()
    assert failed.stack == failed.template
    assert failed.resource_type == "AWS::Logs::LogGroup"
    assert failed.location == "Properties.RetentionInDays"
    assert failed.observed == "7"
    assert rules.by_id()["LOG02"].rationale in failed.message
    assert failed.remediation == rules.by_id()["LOG02"].remediation
    assert found["LOG01"].message == rules.by_id()["LOG01"].title
    assert found["LOG01"].remediation == ""


def test_an_assembly_is_judged_over_all_its_templates(workshop: Workshop) -> None:
    """Those of stages and nested stacks too, each finding with its construct."""
    answer = OwnEngine().examine(context(workshop.assembly("deep")))
    assert answer.run.resources == 7
    failed = {
        (found.rule, found.construct_path)
        for found in answer.findings
        if found.outcome is Outcome.FAIL
    }
    assert ("IAM04", "Prod/Outer/Role/Resource") in failed
    assert ("IAM02", "Prod/Outer/Inner/Untyped") in failed


def test_a_nested_stack_that_nobody_reads_is_undecided(workshop: Workshop, tmp_path: Path) -> None:
    """In an assembly its template could be there; a lone template stands for itself."""
    assembly = workshop.copy("deep", tmp_path)
    path = assembly / "assembly-Prod" / "ProdOuter9C0E42D7.template.json"
    template = json.loads(path.read_text())
    template["Resources"]["Elsewhere"] = resource(
        "AWS::CloudFormation::Stack", TemplateURL="https://s3.amazonaws.com/bucket/elsewhere.json"
    )
    path.write_text(json.dumps(template))

    (found,) = [
        row for row in OwnEngine().examine(context(assembly)).findings if row.rule == UNREAD
    ]
    assert (found.logical_id, found.outcome) == ("Elsewhere", Outcome.UNDECIDED)
    assert blocks(found, Severity.MEDIUM)
    assert found.observed == "https://s3.amazonaws.com/bucket/elsewhere.json"
    alone = OwnEngine().examine(context(path))
    assert UNREAD not in {row.rule for row in alone.findings}


class _Stumbling(Rule):
    """A rule with a mistake in it."""

    id = "LOG99"
    family = Family.LOG
    severity = Severity.LOW
    title = "Never"
    rationale = "No reason."
    remediation = "None."
    references = ("https://docs.aws.amazon.com/",)
    resource_types = ("AWS::SNS::Topic",)

    def judge(self, resource: Resource, context: Context) -> Iterator[Judgement]:
        """Stumble over the second topic."""
        if resource.logical_id == "Second":
            raise LookupError(f"no such thing in {len(context.assembly.templates)} template")
        yield Judgement(Outcome.PASS)


def test_a_rule_that_breaks_fails_the_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its silence about the rest would be no pass; the reason names resource, file and line."""
    monkeypatch.setattr(rules, "_by_type", lambda: {"AWS::SNS::Topic": (_Stumbling(),)})
    path = written(
        tmp_path / "topics.json",
        {"First": resource("AWS::SNS::Topic"), "Second": resource("AWS::SNS::Topic")},
    )
    answer = OwnEngine().examine(context(path))
    assert answer.run.status is Status.FAILED
    assert answer.run.resources == 1
    assert answer.run.reason.startswith(
        f"a rule broke on Second of {path.as_posix()}: LookupError: no such thing in 1 template "
        "at test_own.py:"
    )


@pytest.mark.parametrize("name", NAMES)
def test_each_engine_of_the_table_can_be_made(name: str) -> None:
    """Under the name that it reports by."""
    engine = make(name, Config())
    assert engine.name == name
    engine.close()


def test_an_engine_that_is_not_in_the_table_cannot_be_made() -> None:
    """The gate has refused it by then."""
    with pytest.raises(KeyError, match="tfsec"):
        make("tfsec", Config())
