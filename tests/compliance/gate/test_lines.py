"""The gate fills in where findings point to, whichever engine found them."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from compliance import waivers
from compliance.assembly import read
from compliance.config import Config
from compliance.findings import Finding, Outcome, Source, Verdict
from compliance.gate import Gate, Scope
from compliance.reports import Format, render
from compliance.snapshots.engine import SnapshotsEngine
from tests.compliance.engines.templates import resource, written
from tests.compliance.engines.worker import checkov
from tests.compliance.guard import making

if TYPE_CHECKING:
    from compliance.findings import Report

TODAY = dt.date(2026, 6, 1)


@pytest.fixture(scope="session")
def early(shared: Path) -> Path:
    """An assembly whose constructs have lines."""
    return making.moments(shared) / "early"


def checked(path: Path, *engines: str, snapshots: Path | None = None, project: str = "") -> Report:
    """The report on an assembly or a template."""
    gate = Gate(
        config=Config(),
        waivers=waivers.Waivers(),
        today=TODAY,
        scope=Scope(engines=engines),
        extra=(SnapshotsEngine(snapshots),) if snapshots else (),
        project=project,
    )
    gate._made["checkov"] = checkov()
    return gate.check([read(path)])


def line(text: str) -> Source:
    """The only line of the app that holds a text."""
    rows = making.SCRIPT.read_text().splitlines()
    (number,) = [number for number, row in enumerate(rows, 1) if text in row]
    return Source(making.SCRIPT.name, number)


def results(report: Report, **fields: object) -> list[Finding]:
    """Results with these fields."""
    return [
        found
        for found in report.results
        if all(getattr(found, name) == value for name, value in fields.items())
    ]


def test_findings_of_every_engine_point_to_the_code(early: Path, tmp_path: Path) -> None:
    """Of one construct the same line, whoever speaks of it; of a whole stack the stack's."""
    report = checked(
        early, "own", "cdk-nag", "checkov", "cloudformation", snapshots=tmp_path / "snapshots"
    )
    bucket = results(report, construct_path="Small/Bucket/Resource")
    assert {found.engine for found in bucket} >= {"cdk-nag", "checkov"}
    assert {found.source for found in bucket} == {line("s3.Bucket(stack")}
    role = results(report, construct_path="Small/Role/DefaultPolicy/Resource")
    assert {found.engine for found in role} >= {"own", "cdk-nag", "checkov"}
    assert {found.source for found in role} == {line("iam.Role(stack")}
    stacks = {found.stack: found.source for found in report.results if found.engine == "snapshots"}
    assert stacks == {
        "Small": line("cdk.Stack(app"),
        "Prod/Inner": line("cdk.Stack(self"),
        "Prod/Inner/Nested": line("cdk.NestedStack("),
    }
    assert [found for found in report.results if found.source is None] == []


def test_code_is_told_from_where_the_command_runs(early: Path) -> None:
    """The project's folder goes before it."""
    report = checked(early, "own", project="infra")
    (found,) = results(report, engine="own", rule="IAM01", outcome=Outcome.FAIL)
    assert found.source == Source("infra/moments.py", line("iam.Role(stack").line)


def test_code_scanning_is_given_the_line_of_the_code(early: Path) -> None:
    """With the construct beside it; the alert stays the same one when the line moves."""
    report = checked(early, "own")
    moved = checked(early, "own", project="infra")
    alerts = [alert(each, rule="IAM01") for each in (report, moved)]
    location = alerts[0]["locations"][0]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "moments.py", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": line("iam.Role(stack").line},
    }
    assert (
        location["logicalLocations"][0]["fullyQualifiedName"] == "Small/Role/DefaultPolicy/Resource"
    )
    assert alerts[0]["partialFingerprints"] == alerts[1]["partialFingerprints"]


def alert(report: Report, *, rule: str) -> dict[str, Any]:
    """The one alert of a rule that is no pass."""
    document = json.loads(render(report, format=Format.SARIF))
    (found,) = [each for each in document["runs"][0]["results"] if each["ruleId"] == rule]
    return dict(found)


def test_without_a_record_findings_point_to_the_template(
    early: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of an app in TypeScript: the templates alone, named from the working folder."""
    shutil.copytree(early, tmp_path / "cdk.out")
    (tmp_path / "cdk.out" / "synthgate.json").unlink()
    monkeypatch.chdir(tmp_path)
    report = checked(Path("cdk.out"), "own")
    (found,) = results(report, rule="IAM01", outcome=Outcome.FAIL)
    rows = (tmp_path / "cdk.out" / "Small.template.json").read_text().splitlines()
    number = rows.index(f'  "{found.logical_id}": {{') + 1
    assert found.source == Source("cdk.out/Small.template.json", number)
    assert alert(report, rule="IAM01")["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "cdk.out/Small.template.json", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": number},
    }
    (deep,) = results(report, rule="LOG06", construct_path="Prod/Inner/Nested/Forever/Resource")
    assert deep.source
    assert deep.source.file == f"cdk.out/{deep.template}"


def test_a_lone_template_has_the_lines_of_its_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Passes too."""
    (tmp_path / "logs.yaml").write_text(
        "Resources:\n"
        "  Forever:\n"
        "    Type: AWS::Logs::LogGroup\n"
        "  Year:\n"
        "    Type: AWS::Logs::LogGroup\n"
        "    Properties: {RetentionInDays: 365}\n"
    )
    monkeypatch.chdir(tmp_path)
    report = checked(Path("logs.yaml"), "own")
    assert {
        (found.logical_id, found.outcome, found.source) for found in results(report, rule="LOG01")
    } == {
        ("Forever", Outcome.FAIL, Source("logs.yaml", 2)),
        ("Year", Outcome.PASS, Source("logs.yaml", 4)),
    }


@pytest.mark.parametrize(
    "sources",
    [
        {"Small/Role": "/etc/passwd:1"},
        {"Small/Role": "../../etc/passwd:1"},
        {"Small/Role": "\x1b]0;owned\x07app.py:1"},
        {"Small/Role": 7},
        ["app.py:1"],
        "app.py:1",
    ],
)
def test_hostile_lines_break_the_engines_that_rest_on_the_evidence(
    sources: object, early: Path, tmp_path: Path
) -> None:
    """Nothing of them is shown: findings point to the templates, and the verdict is no green."""
    folder = Path(shutil.copytree(early, tmp_path / "cdk.out"))
    path = folder / "synthgate.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "sources": sources}))
    report = checked(folder, "own", "cdk-nag")
    assert report.verdict is Verdict.ERROR
    assert results(report, rule="IAM01")
    for found in report.results:
        assert found.source
        assert found.source.file.startswith(f"{folder.as_posix()}/")
    for form in Format:
        assert "\x1b]" not in render(report, format=form)


def test_a_path_of_a_million_levels_is_no_burden(early: Path, tmp_path: Path) -> None:
    """A template may claim any construct path; above the bound nobody looks for its line."""
    folder = Path(shutil.copytree(early, tmp_path / "cdk.out"))
    template = folder / "Small.template.json"
    deep = resource("AWS::Logs::LogGroup") | {
        "Metadata": {"aws:cdk:path": "Small" + "/a" * 1_000_000}
    }
    written(template, {"Deep": deep})
    (found,) = results(checked(folder, "own"), rule="LOG01", logical_id="Deep")
    assert found.source == Source(f"{folder.as_posix()}/Small.template.json", 1)
