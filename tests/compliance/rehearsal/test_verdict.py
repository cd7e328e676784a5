"""What a rehearsal found becomes the gate's own report: waivers applied, one verdict."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

import pytest

from compliance import config, waivers
from compliance.findings import Finding, Outcome, Report, Severity, Status, Verdict
from compliance.rehearsal import concluding, contract
from compliance.rehearsal.copying import place
from compliance.rehearsal.model import Call, Operation
from compliance.rehearsal.request import Request
from compliance.rehearsal.routing import Route
from compliance.rehearsal.rules import CLOSED, NECESSARY, finding
from tests.compliance.rehearsal.folders import STACK, made

if TYPE_CHECKING:
    from pathlib import Path

TODAY = dt.date(2026, 11, 23)
TESTS = contract.Tests(1, {}, {})


def _waiver(rule: str, construct: str = f"{STACK}/Policy") -> str:
    return (
        f'[[waiver]]\nrule = "{rule}"\nconstruct = "{construct}"\nowner = "tests"\n'
        'reason = "It is used once a year, by hand."\nexpires = 2027-01-31\n'
    )


def _report(folder: Path, *found: Finding, waived: str = "") -> Report:
    assembly = made(
        folder,
        {
            "Policy": {
                "Type": "AWS::IAM::ManagedPolicy",
                "Metadata": {"aws:cdk:path": f"{STACK}/Policy"},
            }
        },
    )
    (folder / "waivers.toml").write_text(waived)
    request = Request(
        folder=folder,
        tests=folder,
        config=config.Config(),
        waivers=waivers.load(folder / "waivers.toml"),
        today=TODAY,
        out=folder,
        environ={},
        python="",
    )
    (policy,) = assembly.resources()
    placed = (
        dataclasses.replace(
            each,
            template=place(policy).template,
            stack=place(policy).stack,
            logical_id=policy.logical_id,
            construct_path=policy.construct_path,
        )
        for each in found
    )
    seen = concluding.Seen(rows=(), findings=tuple(placed), tests=TESTS, version="1.2.3")
    return concluding.report(request, assembly, seen, seconds=2.5)


def test_nothing_found_is_green(tmp_path: Path) -> None:
    """The engine's row says what was looked at, and by which version."""
    found = _report(tmp_path)
    assert (found.verdict, found.results, found.scope) == (Verdict.GREEN, (), (str(tmp_path),))
    (run,) = found.engines
    assert (run.name, run.status, run.version, run.rules) == ("rehearsal", Status.RAN, "1.2.3", 6)
    assert (run.resources, run.seconds, found.templates) == (1, 2.5, 1)


def test_a_grant_too_much_is_red_and_waived_green(tmp_path: Path) -> None:
    """By a waiver of its rule on its construct; the finding stays, marked."""
    unneeded = finding(NECESSARY, "No call used it.")
    assert _report(tmp_path, unneeded).verdict is Verdict.RED
    found = _report(tmp_path, unneeded, waived=_waiver("Rehearsal-Necessary"))
    assert found.verdict is Verdict.GREEN
    (waived,) = found.results
    assert waived.outcome is Outcome.WAIVED
    assert waived.waiver is not None
    assert waived.waiver.owner == "tests"


def test_a_waiver_of_another_rule_or_place_accepts_nothing(tmp_path: Path) -> None:
    """And is red as unused where this rehearsal could have found it."""
    unneeded = finding(NECESSARY, "No call used it.")
    found = _report(tmp_path, unneeded, waived=_waiver("Rehearsal-Closed"))
    assert found.verdict is Verdict.RED
    assert [each.rule for each in found.results] == ["Rehearsal-Necessary", "waiver-unused"]


@pytest.mark.parametrize(
    "rule", ["IAM01", "CKV_AWS_18", "AwsSolutions-IAM5", "E3012", "snapshot-x"]
)
def test_the_gates_waivers_are_none_of_its_business(rule: str, tmp_path: Path) -> None:
    """They are not unused because a rehearsal finds nothing of the kind."""
    assert _report(tmp_path, waived=_waiver(rule)).results == ()


def test_a_waiver_that_ends_soon_is_announced(tmp_path: Path) -> None:
    """As in the gate."""
    soon = _waiver("Rehearsal-Necessary").replace("2027-01-31", "2026-11-30")
    found = _report(tmp_path, finding(NECESSARY, "No call used it."), waived=soon)
    assert found.verdict is Verdict.GREEN
    (notice,) = found.notices
    assert "the waiver of Rehearsal-Necessary on Stack/Policy ends in 7 days" in notice


def test_what_a_trail_does_not_tell_is_told_and_does_not_block() -> None:
    """A failure stays what it is."""
    failed = finding(CLOSED, "It is open.")
    unknown = dataclasses.replace(failed, outcome=Outcome.UNDECIDED)
    assert concluding.told_only(failed) == failed
    assert concluding.told_only(unknown).severity is Severity.MEDIUM
    assert concluding.told_only(unknown).outcome is Outcome.UNDECIDED


def _route(method: str, path: str, tmp_path: Path) -> Route:
    (resource,) = made(tmp_path, {"A": {"Type": "AWS::ApiGateway::Method"}}).resources()
    return Route(method, path, "AWS_IAM", (), api_key_required=False, place=place(resource),
                 is_preflight=method == "OPTIONS")  # fmt: skip


def test_an_operation_that_never_succeeded_is_red(tmp_path: Path) -> None:
    """Also one that was never called; a preflight is none that has to."""
    routes = [
        _route(method, path, tmp_path)
        for method, path in (("GET", "/a"), ("PUT", "/a"), ("POST", "/a"), ("OPTIONS", "/a"))
    ]
    calls = [
        Call(at, operation, operation.partition(" ")[0], "/a", status, 0.0)
        for at, (operation, status) in enumerate(
            [("GET /a", 200), ("GET /a", 404), ("PUT /a", 500), ("PUT /a", 403), ("", 403)]
        )
    ]
    operations = concluding.operations_of(routes, calls)
    assert operations == (
        Operation("GET /a", 2, 1, 0),
        Operation("PUT /a", 2, 0, 1),
        Operation("POST /a", 0, 0, 0),
        Operation("OPTIONS /a", 0, 0, 0),
    )
    found = list(concluding.silent(operations, routes))
    assert [(each.location, each.observed) for each in found] == [
        ("PUT /a", "1 of 2 calls failed"),
        ("POST /a", "0 of 0 calls failed"),
    ]
    assert {each.rule for each in found} == {"Rehearsal-Sufficient"}


def test_steps_are_told_and_noted(tmp_path: Path) -> None:
    """In their order, when they begin; one that broke is not noted as done."""
    told: list[str] = []
    request = Request(
        folder=tmp_path,
        tests=tmp_path,
        config=config.Config(),
        waivers=waivers.Waivers(),
        today=TODAY,
        out=tmp_path,
        environ={},
        python="",
        progress=told.append,
    )
    with request.step("one"):
        assert told == ["one"]
    with pytest.raises(ValueError, match="no"), request.step("two"):
        raise ValueError("no")
    assert told == ["one", "two"]
    assert [step.name for step in request.steps] == ["one"]
    assert request.steps[0].seconds >= 0
