"""The gate: which engines it needs, what it reports, and when it has no verdict to give."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

import pytest

from compliance import waivers
from compliance.assembly import read
from compliance.config import Config
from compliance.engines.base import Answer, Engine
from compliance.findings import (
    EngineRun,
    Finding,
    Outcome,
    Report,
    Severity,
    Status,
    SynthgateError,
    Verdict,
)
from compliance.gate import Gate, Scope
from compliance.reports import Format, render
from compliance.waivers import Waivers
from tests.compliance.engines.templates import resource, written
from tests.compliance.engines.worker import checkov

if TYPE_CHECKING:
    from pathlib import Path

    from compliance.rules.base import Context
    from tests.compliance.guard.assemblies import Workshop

TODAY = dt.date(2026, 6, 1)


def gate(*extra: Engine, config: Config | None = None, **scope: tuple[str, ...]) -> Gate:
    """A gate that shares its Checkov with the other tests, and so is not to be closed."""
    config = config or Config()
    made = Gate(
        config=config,
        waivers=waivers.load(config.path(config.waivers)) if config.root.name else Waivers(),
        today=TODAY,
        scope=Scope(**scope),
        extra=extra,
    )
    made._made["checkov"] = checkov()
    return made


def checked(
    *paths: Path,
    engines: tuple[str, ...] = (),
    families: tuple[str, ...] = (),
    rules: tuple[str, ...] = (),
) -> Report:
    """The report on some paths."""
    made = gate(engines=engines, families=families, rules=rules)
    return made.check([read(path) for path in paths])


def engines(report: Report) -> dict[str, tuple[str, bool]]:
    """Status of each engine, and whether it was required."""
    return {run.name: (run.status.value, run.required) for run in report.engines}


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """A template with one log group that never expires."""
    return written(tmp_path / "logs.json", {"Forever": resource("AWS::Logs::LogGroup")})


# -- which engines -----------------------------------------------------------------------------


def test_a_lone_template_needs_own_and_checkov(logs: Path) -> None:
    """The others have nothing to run on, and say so."""
    report = checked(logs)
    assert engines(report) == {
        "own": ("ran", True),
        "cdk-nag": ("not-run", False),
        "checkov": ("ran", True),
        "cloudformation": ("not-run", False),
    }
    assert report.verdict is Verdict.RED
    assert (report.templates, report.resources) == (1, 1)
    assert report.scope == (str(logs),)


def test_an_assembly_of_this_gate_needs_all_four(workshop: Workshop) -> None:
    """Its evidence tells that all ran."""
    report = checked(workshop.assembly("red"))
    assert set(engines(report).values()) == {("ran", True)}
    assert report.verdict is Verdict.RED
    assert {found.environment for found in report.results} == {"test"}


def test_a_foreign_assembly_needs_own_and_checkov(workshop: Workshop, tmp_path: Path) -> None:
    """What CDK's report lists is reported as well, and blocks like anything else."""
    assembly = workshop.copy("red", tmp_path)
    (assembly / "synthgate.json").unlink()
    report = checked(assembly)
    assert engines(report) == {
        "own": ("ran", True),
        "cdk-nag": ("not-run", False),
        "checkov": ("ran", True),
        "cloudformation": ("not-run", False),
    }
    assert "AwsSolutions-S1" in {found.rule for found in report.blocking()}


def test_evidence_that_cannot_be_read_does_not_make_an_assembly_foreign(
    workshop: Workshop, tmp_path: Path
) -> None:
    """All four stay required, so that spoiling the file gains nothing."""
    assembly = workshop.copy("waived", tmp_path)
    (assembly / "synthgate.json").write_text("{}")
    report = checked(assembly)
    assert engines(report) == {
        "own": ("ran", True),
        "cdk-nag": ("failed", True),
        "checkov": ("ran", True),
        "cloudformation": ("failed", True),
    }
    assert report.verdict is Verdict.ERROR


@pytest.mark.parametrize(
    ("named", "verdict"),
    [
        (("own",), Verdict.RED),
        (("cdk-nag", "cloudformation"), Verdict.ERROR),
        (("own", "cdk-nag"), Verdict.ERROR),
    ],
)
def test_engines_that_are_named_are_the_required_ones(
    logs: Path, named: tuple[str, ...], verdict: Verdict
) -> None:
    """No other runs; one that cannot run leaves no verdict."""
    report = checked(logs, engines=named)
    assert report.verdict is verdict
    for run in report.engines:
        assert run.required is (run.name in named)
        if run.name not in named:
            assert (run.status, run.reason) == (Status.NOT_RUN, "not asked for")


def test_one_engine_alone_can_be_green(workshop: Workshop) -> None:
    """CloudFormation finds nothing in this one."""
    report = checked(workshop.assembly("red"), engines=("cloudformation",))
    assert report.verdict is Verdict.GREEN
    assert report.results == ()


def test_an_optional_engine_that_breaks_leaves_no_verdict(
    workshop: Workshop, tmp_path: Path
) -> None:
    """A foreign assembly's report may have held findings; and a verdict can be rendered."""
    assembly = workshop.copy("red", tmp_path)
    (assembly / "synthgate.json").unlink()
    (assembly / "validation-report.json").write_text("{")
    report = checked(assembly)
    assert engines(report)["cdk-nag"] == ("failed", False)
    assert report.verdict is Verdict.ERROR
    assert json.loads(render(report, format=Format.JSON))["verdict"] == "error"


# -- several assemblies --------------------------------------------------------------------------


def test_assemblies_and_templates_are_judged_together(workshop: Workshop, logs: Path) -> None:
    """Resources are counted over all; an engine is required if any of them needs it."""
    report = checked(workshop.assembly("red"), logs, workshop.assembly("deep"))
    assert report.verdict is Verdict.RED
    assert (report.templates, report.resources) == (5, 12)
    runs = {run.name: run for run in report.engines}
    assert {run.required for run in runs.values()} == {True}
    assert {run.status for run in runs.values()} == {Status.RAN}
    assert (runs["own"].resources, runs["checkov"].resources) == (12, 12)
    assert (runs["cdk-nag"].resources, runs["cloudformation"].resources) == (11, 11)
    assert {logs.as_posix(), "Small.template.json"} <= {found.template for found in report.results}


def test_an_engine_that_fails_in_one_of_two_leaves_no_verdict(
    workshop: Workshop, tmp_path: Path
) -> None:
    """In whichever order they come."""
    spoiled = workshop.copy("red", tmp_path)
    template = spoiled / "Small.template.json"
    template.write_text(template.read_text() + "\n")
    good = workshop.assembly("red")
    for order in ((good, spoiled), (spoiled, good)):
        report = checked(*order, engines=("own", "cloudformation"))
        assert engines(report)["cloudformation"] == ("failed", True)
        assert report.verdict is Verdict.ERROR


def test_an_optional_failure_is_not_hidden_behind_a_required_run(
    workshop: Workshop, tmp_path: Path
) -> None:
    """cdk-nag is needed for one assembly, and breaks over another that did not need it."""
    foreign = workshop.copy("red", tmp_path)
    (foreign / "synthgate.json").unlink()
    (foreign / "validation-report.json").write_text("{")
    report = checked(workshop.assembly("red"), foreign)
    assert engines(report)["cdk-nag"] == ("failed", True)
    assert report.verdict is Verdict.ERROR


def test_two_runs_write_the_same_report(workshop: Workshop) -> None:
    """Byte for byte, the measured seconds aside."""

    def timeless() -> str:
        report = checked(workshop.assembly("deep"), workshop.assembly("red"))
        document = json.loads(render(report, format=Format.JSON, show_passes=True))
        for engine in document["engines"]:
            del engine["seconds"]
        return json.dumps(document)

    assert timeless() == timeless()


def test_results_are_in_order(workshop: Workshop) -> None:
    """By place, rule and engine; passes among them."""
    results = checked(workshop.assembly("deep")).results
    assert Outcome.PASS in {found.outcome for found in results}
    assert list(results) == sorted(results, key=lambda found: found.sort_key)


# -- what is asked for ---------------------------------------------------------------------------


def test_a_family_is_asked_for(workshop: Workshop) -> None:
    """Its own rules, by every engine that serves them, and no stock finding."""
    report = checked(workshop.assembly("red"), families=("log",))
    rules = {found.rule for found in report.results}
    assert "LOG01" in rules
    assert all(rule.startswith("LOG") for rule in rules)
    assert {found.engine for found in report.results if found.rule == "LOG01"} == {
        "own",
        "cdk-nag",
        "checkov",
    }


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ("IAM01", {"IAM01"}),
        ("CKV_AWS_18", {"CKV_AWS_18"}),
        ("AwsSolutions-S1", {"AwsSolutions-S1"}),
        ("AwsSolutions-IAM5", {"AwsSolutions-IAM5[Resource::*]"}),
        ("AwsSolutions-IAM5[Resource::*]", {"AwsSolutions-IAM5[Resource::*]"}),
        ("AwsSolutions-IAM5[Action::*]", set()),
        ("F3031", set()),
    ],
)
def test_a_rule_is_asked_for(workshop: Workshop, rule: str, found: set[str]) -> None:
    """An own rule, a stock rule, or one exact finding."""
    report = checked(workshop.assembly("red"), rules=(rule,))
    assert {row.rule for row in report.results} == found
    assert report.verdict is (Verdict.RED if found else Verdict.GREEN)


def test_a_rule_that_the_code_acknowledged_is_not_clean(workshop: Workshop) -> None:
    """cdk-nag found nothing, because it was told to."""
    rule = "NIST.800.53.R5-S3BucketLoggingEnabled"
    report = checked(workshop.assembly("deep"), rules=(rule,))
    assert [(found.rule, found.observed) for found in report.results] == [
        ("acknowledged-in-code", f"Annotation::{rule}")
    ]
    assert report.verdict is Verdict.RED


def test_a_rule_needs_an_engine_that_can_find_it(logs: Path) -> None:
    """Over a lone template cdk-nag cannot run: no verdict, rather than a green."""
    report = checked(logs, rules=("AwsSolutions-S1",))
    assert engines(report)["cdk-nag"] == ("not-run", True)
    assert report.verdict is Verdict.ERROR


def test_a_misspelled_rule_of_a_stock_pack_is_minded(workshop: Workshop) -> None:
    """cdk-nag does not list its rules: all that can be done is to say so."""
    report = checked(workshop.assembly("red"), rules=("AwsSolutions-S99",))
    assert report.notices == (
        "cdk-nag does not list its rules: mind the spelling of AwsSolutions-S99",
    )


@pytest.mark.parametrize("rule", ["CKV_AWS_999999", "CKV_SYNTHGATE_LOG99", "F9999"])
def test_a_rule_that_its_engine_has_not_is_refused(workshop: Workshop, rule: str) -> None:
    """Asked for, it would be clean for ever."""
    with pytest.raises(SynthgateError, match=rf"^--rule {rule}: \w+ has no such rule$"):
        checked(workshop.assembly("red"), rules=(rule,))


@pytest.mark.parametrize(
    ("scope", "told"),
    [
        (
            {"engines": ("tfsec",)},
            "--engine tfsec: no such engine; one of own, cdk-nag, checkov, cloudformation, or all",
        ),
        (
            {"engines": ("own", "Own")},
            "--engine Own: no such engine; one of own, cdk-nag, checkov, cloudformation, or all",
        ),
        ({"families": ("s3",)}, "--family s3: no such family; one of iam, api, log"),
        (
            {"rules": ("IAM99",)},
            "--rule IAM99: no such rule; see `synthgate rules` for the catalogue",
        ),
        (
            {"rules": ("iam01",)},
            "--rule iam01: no such rule; see `synthgate rules` for the catalogue",
        ),
        (
            {"rules": ("EVERYTHING",)},
            "--rule EVERYTHING: no such rule; see `synthgate rules` for the catalogue",
        ),
        (
            {"rules": ("snapshot-changed",)},
            "--rule snapshot-changed: no such rule; see `synthgate rules` for the catalogue",
        ),
        (
            {"engines": ("own",), "rules": ("CKV_AWS_18",)},
            "--rule CKV_AWS_18: no engine asked for judges it; one of checkov does",
        ),
        (
            {"engines": ("own", "checkov"), "rules": ("AwsSolutions-S1",)},
            "--rule AwsSolutions-S1: no engine asked for judges it; one of cdk-nag does",
        ),
        (
            {"engines": ("cloudformation",), "rules": ("IAM01",)},
            "--rule IAM01: no engine asked for judges it; one of cdk-nag, checkov, own does",
        ),
        (
            {"engines": ("cloudformation",), "families": ("iam",)},
            "--family iam: no engine asked for judges it; one of cdk-nag, checkov, own does",
        ),
        (
            {"families": ("log",), "rules": ("IAM01",)},
            "--rule IAM01: not of the family log; leave --family out",
        ),
        (
            {"families": ("log", "iam"), "rules": ("CKV_AWS_18",)},
            "--rule CKV_AWS_18: not of the family log, iam; leave --family out",
        ),
    ],
)
def test_a_question_that_nobody_can_answer_is_refused(
    scope: dict[str, tuple[str, ...]], told: str
) -> None:
    """Before anything runs: its answer would look like a clean one."""
    with pytest.raises(SynthgateError) as error:
        Gate(config=Config(), waivers=Waivers(), today=TODAY, scope=Scope(**scope))
    assert str(error.value) == told


def test_nothing_to_check_is_no_green(tmp_path: Path) -> None:
    """No path at all, or templates that hold no resource."""
    with pytest.raises(SynthgateError, match="nothing to check: no path given holds no resource"):
        gate(engines=("own",)).check([])
    path = written(tmp_path / "empty.json", {})
    with pytest.raises(SynthgateError, match=r"nothing to check: .*empty\.json holds no resource"):
        checked(path, engines=("own",))


# -- waivers -------------------------------------------------------------------------------------


def test_waivers_of_every_finding_make_it_green(workshop: Workshop) -> None:
    """By what the file says, not by what the synthesis accepted."""
    report = gate(
        config=workshop.config("waived"), engines=("own", "cdk-nag", "cloudformation")
    ).check([read(workshop.assembly("waived"))])
    blocking = {
        (found.engine, found.rule)
        for found in report.results
        if found.outcome is Outcome.WAIVED and found.severity.at_least(Severity.MEDIUM)
    }
    assert blocking == {
        ("cdk-nag", "AwsSolutions-S1"),
        ("cdk-nag", "AwsSolutions-S10"),
        ("cdk-nag", "AwsSolutions-IAM5[Resource::*]"),
        ("cdk-nag", "IAM01"),
        ("cdk-nag", "LOG01"),
        ("own", "IAM01"),
        ("own", "LOG01"),
    }
    assert report.blocking() == []
    assert report.verdict is Verdict.GREEN


def test_without_its_waivers_the_same_assembly_is_red(workshop: Workshop) -> None:
    """What CDK acknowledged does not count."""
    report = checked(workshop.assembly("waived"), engines=("own", "cdk-nag"))
    assert {"AwsSolutions-S1", "LOG01"} <= {found.rule for found in report.blocking()}


def test_waivers_of_engines_that_were_not_asked_are_not_unused(workshop: Workshop) -> None:
    """CloudFormation alone says nothing about them."""
    report = gate(config=workshop.config("waived"), engines=("cloudformation",)).check(
        [read(workshop.assembly("waived"))]
    )
    assert report.results == ()


def test_what_is_wrong_with_a_waiver_is_reported_in_every_scope(logs: Path, tmp_path: Path) -> None:
    """It is a finding of the run, whatever rule was asked for."""
    (tmp_path / "waivers.toml").write_text(
        f'[[waiver]]\nrule = "IAM01"\nconstruct = "{logs.as_posix()}/Forever"\n'
        "expires = 2026-01-01\n"
        'owner = "team"\nreason = "It was fine at that time."\n'
    )
    made = Gate(
        config=Config(),
        waivers=waivers.load(tmp_path / "waivers.toml"),
        today=TODAY,
        scope=Scope(engines=("own",), rules=("LOG02",)),
    )
    report = made.check([read(logs)])
    assert [found.rule for found in report.results] == ["waiver-expired"]
    assert report.verdict is Verdict.RED


# -- engines beyond the table --------------------------------------------------------------------


class _Extra(Engine):
    """An engine of a caller's own."""

    name = "extra"

    def __init__(self, *, broken: Exception | None = None) -> None:
        self._broken = broken
        self.calls: list[str] = []

    def prepare(self) -> None:
        """Note it."""
        self.calls.append("prepare")

    def examine(self, context: Context) -> Answer:
        """Find one thing, or break."""
        self.calls.append("examine")
        if self._broken:
            raise self._broken
        return Answer(
            EngineRun(self.name, Status.RAN, "1", resources=context.assembly.size),
            (
                Finding(
                    engine=self.name,
                    rule="EXTRA",
                    severity=Severity.HIGH,
                    outcome=Outcome.FAIL,
                    message="…",
                ),
            ),
        )

    def close(self) -> None:
        """Note it."""
        self.calls.append("close")


def test_an_extra_engine_is_always_required(logs: Path) -> None:
    """It comes after the table's, and its findings count."""
    extra = _Extra()
    made = gate(extra, engines=("own",), rules=("LOG02",))
    made.prepare()
    report = made.check([read(logs)])
    assert [run.name for run in report.engines][-1] == "extra"
    assert report.engines[-1].required
    assert extra.calls == ["prepare", "examine"]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (LookupError("no such thing"), "LookupError: no such thing at test_gate.py:"),
        (SynthgateError("cannot be read"), "cannot be read"),
        (RecursionError("too deep"), "RecursionError: too deep at test_gate.py:"),
    ],
)
def test_an_engine_that_raises_leaves_no_verdict(logs: Path, error: Exception, reason: str) -> None:
    """And does not take the others along: what they found is reported."""
    report = gate(_Extra(broken=error), engines=("own",)).check([read(logs)])
    assert report.engines[-1].status is Status.FAILED
    assert report.engines[-1].reason.startswith(reason)
    assert report.verdict is Verdict.ERROR
    assert "LOG01" in {found.rule for found in report.results}


def test_what_was_made_is_closed(logs: Path) -> None:
    """The extra engines too, and nothing that was never asked for."""
    extra = _Extra()
    made = Gate(
        config=Config(),
        waivers=Waivers(),
        today=TODAY,
        scope=Scope(engines=("own",)),
        extra=(extra,),
    )
    made.check([read(logs)])
    made.close()
    assert set(made._made) == {"own"}
    assert extra.calls[-1] == "close"


def test_progress_names_the_engine_and_the_place(workshop: Workshop, logs: Path) -> None:
    """An assembly by its environment, a template by its file."""
    told: list[str] = []
    gate(engines=("own",)).check([read(workshop.assembly("red")), read(logs)], progress=told.append)
    assert told == ["own: test", "own: logs.json"]


def test_a_threshold_of_the_policy_is_the_threshold_of_the_report(logs: Path) -> None:
    """A high failure is listed, and blocks nobody who accepts all but the critical ones."""
    config = Config.model_validate({"threshold": "critical"})
    report = gate(config=config, engines=("own",)).check([read(logs)])
    assert report.threshold is Severity.CRITICAL
    assert report.verdict is Verdict.GREEN
    assert "LOG01" in {found.rule for found in report.results if found.outcome == "fail"}


# -- environments and aspects ------------------------------------------------------------------


def test_every_engine_knows_the_environment_and_a_reader_what_aspects_set(
    workshop: Workshop,
) -> None:
    """Log groups of this environment have to stay; what stands in no code is told."""
    made = Gate(config=workshop.config("mended"), waivers=Waivers(), today=TODAY)
    try:
        report = made.check([read(workshop.assembly("mended"))])
    finally:
        made.close()
    found = {
        (finding.engine, finding.logical_id)
        for finding in report.results
        if finding.rule == "LOG07" and finding.outcome is Outcome.FAIL
    }
    assert found == {
        (engine, group)
        for engine in ("own", "cdk-nag", "checkov")
        for group in ("Gone1B02B07C", "Overridden")
    }
    assert (
        "test: set by an aspect: Small/Gone/Resource: Properties.RetentionInDays: "
        "absent → 400 (retention-days)"
    ) in report.notices
    assert len([notice for notice in report.notices if "set by an aspect" in notice]) == 3
