"""The stable contract of `--format json`."""

from __future__ import annotations

import dataclasses
import json
from importlib import resources
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import (
    Draft202012Validator,
    FormatChecker,
    ValidationError,
)

from compliance.findings import AppliedWaiver, EngineRun, Finding, Report, Source, Status
from compliance.reports import Format, render
from compliance.sanitize import well_formed
from tests.reports.runs import make_finding, make_report

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    """The schema that the package ships."""
    text = resources.files("compliance.reports").joinpath("check.schema.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


@pytest.fixture(scope="module")
def validator(schema: dict[str, Any]) -> Draft202012Validator:
    """Validates against the shipped schema, formats too."""
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=FormatChecker())


def test_golden(red: Report, golden_json: SnapshotAssertion) -> None:
    """Keys, their order and the indent are what consumers may rely on."""
    assert render(red, format=Format.JSON) == golden_json


@pytest.mark.parametrize("name", ["red", "green", "error"])
def test_output_is_valid_against_the_shipped_schema(
    name: str, request: pytest.FixtureRequest, validator: Draft202012Validator
) -> None:
    """Every verdict's output satisfies the schema, passes included."""
    report = request.getfixturevalue(name)
    document = json.loads(render(report, format=Format.JSON, show_passes=True))
    validator.validate(document)
    assert document["verdict"] == report.verdict
    assert len(document["results"]) == len(report.results)


def test_the_schema_names_every_key_and_no_other(red: Report, schema: dict[str, Any]) -> None:
    """Contract and output do not drift apart: the schema requires exactly what is printed."""
    document = json.loads(render(red, format=Format.JSON))
    waived = next(row for row in document["results"] if row["waiver"])
    sourced = next(row for row in document["results"] if row["source"])
    described = schema["$defs"]
    for printed, definition in (
        (document, schema),
        (document["engines"][0], described["engine"]),
        (waived, described["result"]),
        (waived["waiver"], described["waiver"]),
        (sourced["source"], described["source"]),
    ):
        assert list(printed) == definition["required"] == list(definition["properties"])


@pytest.mark.parametrize(
    ("kind", "definition"),
    [
        (Finding, "result"),
        (EngineRun, "engine"),
        (AppliedWaiver, "waiver"),
        (Source, "source"),
    ],
)
def test_every_field_of_a_report_is_printed(
    kind: type[Any], definition: str, schema: dict[str, Any]
) -> None:
    """A field that is added to a finding is added to the contract."""
    fields = {field.name for field in dataclasses.fields(kind)}
    assert fields == set(schema["$defs"][definition]["properties"])


@pytest.mark.parametrize(
    "change",
    [
        {"outcome": "waived"},
        {"outcome": "skipped"},
        {"severity": "error"},
        {"waiver": {}},
        {"source": {"file": "app.py", "line": 0}},
        {"rule": ""},
    ],
    ids=str,
)
def test_the_schema_refuses_what_the_contract_does_not_allow(
    change: dict[str, object], validator: Draft202012Validator
) -> None:
    """The schema is no rubber stamp: a wrong row is refused."""
    document = json.loads(render(make_report(make_finding()), format=Format.JSON))
    document["results"][0] |= change
    with pytest.raises(ValidationError):
        validator.validate(document)


def test_values_are_exact_and_the_text_is_ascii(
    poisoned: Report, hostile: str, validator: Draft202012Validator
) -> None:
    """A machine gets every string whole; a terminal that shows it gets no control character."""
    text = render(poisoned, format=Format.JSON)
    assert text.isascii()
    assert text.replace("\n", "").isprintable()
    document = json.loads(text)
    assert {row["observed"] for row in document["results"]} == {well_formed(hostile)}
    document["results"] = [row for row in document["results"] if not row["waiver"]]
    validator.validate(document)


def test_seconds_are_rounded_to_a_millisecond() -> None:
    """Timings are told in seconds with three places."""
    report = make_report(engines=(EngineRun("own", Status.RAN, seconds=0.123456789),))
    assert json.loads(render(report, format=Format.JSON))["engines"][0]["seconds"] == 0.123


def test_what_is_unknown_is_null_or_empty() -> None:
    """A finding without source or waiver has the keys all the same."""
    report = make_report(make_finding(source=None, construct_path=""))
    (row,) = json.loads(render(report, format=Format.JSON))["results"]
    assert row["source"] is None
    assert row["waiver"] is None
    assert row["construct_path"] == ""


def test_order_is_the_report_s(red: Report) -> None:
    """Engines and results come in the order in which the gate gives them."""
    document = json.loads(render(red, format=Format.JSON, show_passes=True))
    assert [row["name"] for row in document["engines"]] == [run.name for run in red.engines]
    assert [(row["rule"], row["engine"], row["environment"]) for row in document["results"]] == [
        (finding.rule, finding.engine, finding.environment) for finding in red.results
    ]
