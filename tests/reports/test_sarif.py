"""SARIF 2.1.0 for code scanning."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from compliance.findings import EngineRun, Outcome, Report, Severity, Source, Status, Verdict
from compliance.reports import Format, render, to_sarif
from tests.reports.runs import make_finding, make_report

URI = re.compile(r"(file:///)?([A-Za-z0-9._~/-]|%[0-9A-F]{2})+")
"""RFC 3986 characters of a path, the rest percent-encoded."""


@pytest.fixture(scope="module")
def validator() -> Draft4Validator:
    """Validates against the schema that OASIS publishes (see schemas/NOTICE.md)."""
    path = Path(__file__).parent / "schemas" / "sarif-2.1.0-rtm.5.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    Draft4Validator.check_schema(schema)
    return Draft4Validator(schema)


def run_of(report: Report, **options: Any) -> dict[str, Any]:  # noqa: ANN401 - render's own
    """The one run of a report's SARIF log."""
    log = json.loads(render(report, format=Format.SARIF, **options))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert isinstance(run, dict)
    return run


@pytest.mark.parametrize("name", ["red", "green", "error"])
def test_valid_against_the_published_schema(
    name: str, request: pytest.FixtureRequest, validator: Draft4Validator
) -> None:
    """Every report is a SARIF log."""
    report = request.getfixturevalue(name)
    validator.validate(json.loads(render(report, format=Format.SARIF, show_passes=True)))


def test_hostile_reports_are_valid_too(poisoned: Report, validator: Draft4Validator) -> None:
    """No string makes a log that the schema refuses."""
    validator.validate(json.loads(render(poisoned, format=Format.SARIF, show_passes=True)))


def test_every_result_has_what_code_scanning_asks_for(poisoned: Report) -> None:
    """Rule, message, one location with file and line, a fingerprint; all text printable."""
    run = run_of(poisoned, show_passes=True)
    rules = run["tool"]["driver"]["rules"]
    for rule in rules:
        assert rule["shortDescription"]["text"]
        assert rule["help"]["text"]
        assert 0 < float(rule["properties"]["security-severity"]) <= 10
    assert run["results"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"].isprintable()
        assert "](" not in result["message"]["text"]
        assert len(result["message"]["text"]) <= 1100
        (location,) = result["locations"]
        physical = location["physicalLocation"]
        assert URI.fullmatch(physical["artifactLocation"]["uri"])
        assert physical["region"]["startLine"] >= 1
        assert result["partialFingerprints"]["primaryLocationLineHash"]


def test_one_alert_for_what_several_engines_found(red: Report) -> None:
    """IAM01 by three engines is one result that names them."""
    (result,) = [r for r in run_of(red)["results"] if r["ruleId"] == "IAM01"]
    assert result["properties"]["engines"] == ["own", "cdk-nag", "checkov"]
    assert result["level"] == "error"
    assert result["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "stacks/serverless.py", "uriBaseId": "%SRCROOT%"},
                "region": {"startLine": 88},
            },
            "logicalLocations": [
                {
                    "name": "HandlerRoleDefaultPolicy5FFB7DAB",
                    "kind": "resource",
                    "fullyQualifiedName": "ServerlessStack/Handler/Role/DefaultPolicy/Resource",
                }
            ],
        }
    ]


@pytest.mark.parametrize(
    ("severity", "level", "score"),
    [
        (Severity.CRITICAL, "error", "9.5"),
        (Severity.HIGH, "error", "8.0"),
        (Severity.MEDIUM, "warning", "5.5"),
        (Severity.LOW, "note", "2.0"),
    ],
)
def test_severity(severity: Severity, level: str, score: str) -> None:
    """A level for the result; for the rule a score in the band that code scanning has for it."""
    run = run_of(make_report(make_finding(severity=severity)))
    assert run["results"][0]["level"] == level
    assert run["tool"]["driver"]["rules"][0]["properties"]["security-severity"] == score


def test_undecided_is_a_warning() -> None:
    """What is not known is not an error, and never a pass."""
    run = run_of(make_report(make_finding(outcome=Outcome.UNDECIDED, severity=Severity.CRITICAL)))
    assert run["results"][0]["level"] == "warning"
    assert "kind" not in run["results"][0]


def test_a_pass_has_no_level() -> None:
    """SARIF 2.1.0, 3.27.10: any kind but `fail` has the level `none`."""
    report = make_report(make_finding(outcome=Outcome.PASS), verdict=Verdict.GREEN)
    (result,) = run_of(report, show_passes=True)["results"]
    assert (result["kind"], result["level"]) == ("pass", "none")


def test_waived_is_suppressed_with_its_justification(red: Report) -> None:
    """A waiver is an external suppression; every other result says that it has none."""
    results = run_of(red)["results"]
    (waived,) = [result for result in results if result["ruleId"] == "CKV_AWS_18"]
    assert waived["suppressions"] == [
        {
            "kind": "external",
            "status": "accepted",
            "justification": "Access is logged by CloudTrail data events; server access logs "
            "would double them. (owner platform-team, expires 2027-03-31, ticket OPS-412)",
        }
    ]
    assert all(result["suppressions"] == [] for result in results if result is not waived)


def fingerprints(*changes: dict[str, Any]) -> list[str]:
    """The fingerprints of several findings of one report, in order."""
    report = make_report(*(make_finding(**each) for each in changes))
    return [
        result["partialFingerprints"]["primaryLocationLineHash"]
        for result in run_of(report, show_passes=True)["results"]
    ]


def fingerprint(**changes: Any) -> str:  # noqa: ANN401 - any field of Finding
    """The fingerprint of one finding alone."""
    (result,) = run_of(make_report(make_finding(**changes)))["results"]
    value = result["partialFingerprints"]["primaryLocationLineHash"]
    assert isinstance(value, str)
    return value


@pytest.mark.parametrize(
    "change",
    [
        {"engine": "checkov"},
        {"message": "other words"},
        {"observed": "8"},
        {"remediation": "another way"},
        {"severity": Severity.CRITICAL},
        {"source": Source("stacks/serverless.py", 62)},
        {"environment": "dev"},
    ],
    ids=str,
)
def test_the_fingerprint_outlives(change: dict[str, object]) -> None:
    """An alert stays the same alert when words, line, engine or environment change."""
    assert fingerprint(**change) == fingerprint()


@pytest.mark.parametrize(
    "change",
    [
        {"rule": "LOG01"},
        {"logical_id": "Other"},
        {"location": "Properties"},
        {"template": "b.json"},
    ],
    ids=str,
)
def test_the_fingerprint_tells_apart(change: dict[str, object]) -> None:
    """Another rule, resource or property is another alert."""
    assert fingerprint(**change) != fingerprint()


def test_findings_at_one_property_have_fingerprints_of_their_own() -> None:
    """Two actions at one property are two alerts, each known by what was seen."""
    first, second = fingerprints({"observed": "a"}, {"observed": "b"})
    assert first != second
    assert sorted(fingerprints({"observed": "b"}, {"observed": "a"})) == sorted([first, second])


def test_a_finding_does_not_take_over_the_alert_of_one_that_went() -> None:
    """Of two at one property the first goes: what was said of it is not said of the other."""
    gone = fingerprints({"observed": "a"}, {"observed": "b"})[0]
    assert gone not in fingerprints({"observed": "b"})


def test_findings_alike_in_all_are_all_new_when_one_of_them_goes() -> None:
    """Nobody can tell which of them went."""
    alike = [{"location": f"Properties.Policies[{number}]"} for number in range(3)]
    before = fingerprints(*alike)
    assert len(set(before)) == 3
    assert not set(before) & set(fingerprints(*alike[1:]))


def test_a_statement_keeps_its_alert_when_one_before_it_goes() -> None:
    """Indices of lists move up; what the statement grants does not change."""
    path = "Properties.PolicyDocument.Statement[{}].Resource"
    first = {"observed": "*", "message": "s3:GetObject is allowed on every object."}
    second = {"observed": "*", "message": "s3:PutObject is allowed on every object."}
    gone, kept = fingerprints(
        {"location": path.format(0), **first}, {"location": path.format(1), **second}
    )
    assert fingerprints({"location": path.format(0), **second}) == [kept]
    assert gone != kept


def test_passes_change_no_alert() -> None:
    """Whether they are shown is a matter of the run."""
    passed = {"outcome": Outcome.PASS, "observed": "b"}
    assert fingerprints({"observed": "a"}, passed)[0] == fingerprints({"observed": "a"})[0]


@pytest.mark.parametrize(
    ("finding", "uri"),
    [
        ({"source": Source("stacks/my stack#1.py", 3)}, "stacks/my%20stack%231.py"),
        ({"source": None}, "ServerlessStack.template.json"),
        ({"source": None, "template": "a:b/ü.json"}, "a%3Ab/%C3%BC.json"),
        ({"source": None, "template": "./x/t.json"}, "x/t.json"),
        ({"source": None, "template": "/abs/t 1.json"}, "file:///abs/t%201.json"),
        ({"source": None, "template": ""}, "cdk.out"),
    ],
)
def test_uris_are_relative_and_percent_encoded(finding: dict[str, object], uri: str) -> None:
    """The source line when known, else the template; a finding never goes without a file."""
    (result,) = run_of(make_report(make_finding(**finding)))["results"]
    location = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location["uri"] == uri
    assert ("uriBaseId" in location) is not uri.startswith("file:")


def test_execution_is_successful_only_when_every_engine_that_had_to_ran(
    red: Report, error: Report
) -> None:
    """Code scanning shows a broken run as broken; findings alone do not break it."""
    fine = run_of(red)["invocations"][0]
    assert (fine["executionSuccessful"], fine["exitCode"]) == (True, 1)
    broken = run_of(error)["invocations"][0]
    assert (broken["executionSuccessful"], broken["exitCode"]) == (False, 3)
    assert [
        (notification["level"], notification["message"]["text"])
        for notification in broken["toolExecutionNotifications"]
    ] == [
        ("error", "cdk-nag: not-run. the assembly has no validation report."),
        (
            "error",
            (
                "checkov: failed. looked at 140 of 143 resources; "
                "run it with --engine checkov to see why."
            ),
        ),
        ("note", "cloudformation: not-run. not asked for."),
    ]


def test_a_failed_engine_that_nobody_required_breaks_the_execution(red: Report) -> None:
    """An engine that broke is told as broken, asked for or not."""
    failed = EngineRun("checkov", Status.FAILED, reason="crashed", required=False)
    report = dataclasses.replace(red, engines=(*red.engines, failed))
    assert run_of(report)["invocations"][0]["executionSuccessful"] is False


def test_titles_of_rules(red: Report) -> None:
    """A given title, else the message that a stock check has for every resource, else the id."""
    report = make_report(
        *red.results, make_finding(logical_id="Other", message="Another message", rule="LOG06")
    )
    rules = run_of(report, titles={"IAM01": "An action is scoped"})["tool"]["driver"]["rules"]
    titles = {rule["id"]: rule["shortDescription"]["text"] for rule in rules}
    assert list(titles) == sorted(titles)
    assert titles["IAM01"] == "An action is scoped"
    assert titles["CKV_AWS_18"] == "Ensure the S3 bucket has access logging enabled"
    assert titles["LOG06"] == "LOG06"


def test_no_more_results_than_code_scanning_takes(validator: Draft4Validator) -> None:
    """What blocks is kept, then the worst; how many are left out is told in the invocation."""
    mild = [
        make_finding(severity=Severity.LOW, logical_id=f"Mild{number}", rule="LOG09")
        for number in range(to_sarif.MOST)
    ]
    grave = [
        make_finding(severity=Severity.HIGH, logical_id=f"Grave{number}") for number in range(3)
    ]
    log = json.loads(render(make_report(*mild, *grave), format=Format.SARIF))
    (run,) = log["runs"]
    assert len(run["results"]) == to_sarif.MOST
    names = [each["locations"][0]["logicalLocations"][0]["name"] for each in run["results"]]
    assert names[:3] == ["Grave0", "Grave1", "Grave2"]
    assert all(name.startswith("Mild") for name in names[3:])
    assert run["invocations"][0]["toolExecutionNotifications"] == [
        {
            "level": "warning",
            "message": {
                "text": "Left out: 3 more results. Code scanning takes 25,000 in a run, and these "
                "are the worst. The other formats have all."
            },
        }
    ]
    log["runs"][0]["results"] = run["results"][:5]
    validator.validate(log)


def test_names_are_cut_at_a_length_that_can_be_read() -> None:
    """A logical id of a megabyte makes no file that code scanning refuses."""
    long = "x" * 1_000_000
    report = make_report(
        make_finding(
            logical_id=long,
            construct_path=long,
            message=long,
            stack=long,
            location=long,
            source=None,
        )
    )
    assert len(json.dumps(run_of(report))) < 10_000
