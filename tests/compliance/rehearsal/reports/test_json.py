"""The rehearsal for machines: whole, documented, stable."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from referencing import Registry, Resource

import compliance.rehearsal.reports
import compliance.reports
from compliance.rehearsal import model
from compliance.rehearsal.reports import to_json
from compliance.reports import Format
from compliance.reports import render as render_findings
from tests.compliance.rehearsal.reports import samples

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from compliance.rehearsal.model import Rehearsal


def load(package: Any, name: str) -> Any:  # noqa: ANN401 - a document
    """A schema that is delivered with a package."""
    return json.loads((Path(package.__file__).parent / name).read_text(encoding="utf-8"))


SCHEMA = load(compliance.rehearsal.reports, "rehearsal.schema.json")
CHECK = load(compliance.reports, "check.schema.json")
REGISTRY: Registry[Any] = Registry().with_resource(CHECK["$id"], Resource.from_contents(CHECK))


def valid(text: str) -> Any:  # noqa: ANN401 - a document
    """A document, as the schema has it."""
    document = json.loads(text, parse_constant=pytest.fail)
    validator = jsonschema.Draft202012Validator(SCHEMA, registry=REGISTRY)
    validator.validate(document)
    return document


@pytest.mark.parametrize("name", ["green", "red"])
def test_a_rehearsal_as_it_is_written(golden_json: SnapshotAssertion, name: str) -> None:
    """By the schema, and nothing is cut."""
    text = to_json.render(getattr(samples, name)())
    assert valid(text)["report"]["verdict"] == name
    assert text == golden_json


def test_findings_are_those_of_the_gate_s_json(red: Rehearsal) -> None:
    """A program that reads `check` reads what stands under `report`."""
    document = valid(to_json.render(red))
    assert document["report"] == json.loads(render_findings(red.report, format=Format.JSON))


def test_every_field_of_the_model_is_there(green: Rehearsal) -> None:
    """What a rehearsal knows, a later report can show."""
    document = valid(to_json.render(green))
    row = document["rows"][0]
    pairs = [
        (model.Rehearsal, set(document) - {"schema_version"}),
        (model.Row, set(row)),
        (model.Grant, set(row["grant"])),
        (model.Place, set(row["grant"]["place"])),
        (model.Removal, set(document["removals"][0])),
        (model.Operation, set(document["operations"][0])),
        (model.Step, set(document["steps"][0])),
    ]
    for kind, keys in pairs:
        assert {field.name for field in dataclasses.fields(kind)} == keys, kind


def test_the_schema_is_closed_and_documents_every_key() -> None:
    """Every object says that it has no other keys; every key says what it is."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    objects = [SCHEMA, *(part for part in SCHEMA["$defs"].values() if part.get("properties"))]
    assert len(objects) == 7
    for part in objects:
        assert part["additionalProperties"] is False
        assert sorted(part["required"]) == sorted(part["properties"])
        for name, value in part["properties"].items():
            own = "const" in value or "description" in value
            assert own or "description" in SCHEMA["$defs"][value["$ref"].rsplit("/", 1)[1]], name


@pytest.mark.parametrize(
    ("part", "kind"),
    [("evidence", model.Evidence), ("effect", model.Effect), ("kind", model.Kind)],
)
def test_the_schema_has_the_model_s_words(part: str, kind: type[model.Kind]) -> None:
    """An enumeration has exactly the members that the model has."""
    where = "grant" if part == "kind" else "row"
    assert SCHEMA["$defs"][where]["properties"][part]["enum"] == [str(word) for word in kind]


def test_rows_have_one_order(green: Rehearsal) -> None:
    """Whatever order they were found in; two runs of one assembly can be compared."""
    turned = replace(
        green,
        rows=green.rows[::-1],
        removals=green.removals[::-1],
        names=dict(reversed(list(green.names.items()))),
        tests=dict(reversed(list(green.tests.items()))),
    )
    assert to_json.render(turned) == to_json.render(green)


def test_names_that_cloudformation_makes_up_change_no_order(green: Rehearsal) -> None:
    """Rows are ordered by what the app's author called things."""

    def order(rehearsal: Rehearsal) -> list[tuple[str, str, str]]:
        return [
            (row["grant"]["sid"], row["grant"]["action"], row["grant"]["place"]["construct_path"])
            for row in valid(to_json.render(rehearsal))["rows"]
        ]

    flow = "NetworkStack/FlowLogRole"
    (other,) = (name for name, path in samples.PHYSICAL.items() if path == flow)

    def renamed(text: str) -> str:
        return text.replace(other, "zzz-made-up")

    rows = tuple(
        replace(
            row,
            grant=replace(
                row.grant, holder=renamed(row.grant.holder), principal=renamed(row.grant.principal)
            ),
        )
        for row in green.rows
    )
    names = {renamed(name): path for name, path in green.names.items()}
    assert order(replace(green, rows=rows, names=names)) == order(green)


def test_secrets_are_masked_wherever_they_stand(green: Rehearsal) -> None:
    """A key in a condition, a reason or a name does not leave through a report."""
    key = "AKIAIOSFODNN7EXAMPLE"
    grant = replace(
        green.rows[0].grant,
        sid=f"For{key}"[3:],
        conditions={"StringEquals": {"aws:PrincipalTag/password": "hunter22", "x": [key]}},
    )
    shown = replace(
        green,
        rows=(replace(green.rows[0], grant=grant, reason=f"denied to {key}"),),
        notices=(f"the key {key} is told",),
        steps=(model.Step(f"login {key}", 1.0),),
        names={key: "Stack/Key"},
        assembly="out?token=abcdefgh",
    )
    text = to_json.render(shown)
    assert valid(text)["rows"][0]["grant"]["conditions"] == {
        "StringEquals": {
            "aws:PrincipalTag/password": "[masked]",
            "x": ["AKIA[masked access key id]"],
        }
    }
    assert key not in text
    assert "abcdefgh" not in text
    assert "hunter22" not in text


def test_any_string_is_legal_json(hostile: str) -> None:
    """ASCII only, by the schema, no lone surrogate, and the same when it is read and written."""
    text = to_json.render(samples.poisoned(hostile))
    assert text.isascii()
    valid(text)
    json.loads(text.replace(r"\\", "")).__str__().encode()


def test_numbers_that_json_has_no_name_for_become_text(green: Rehearsal) -> None:
    """Python reads NaN in a policy; no other reader of JSON would read it here."""
    grant = replace(green.rows[0].grant, conditions={"NumericLessThan": {"x": float("nan")}})
    document = valid(to_json.render(replace(green, rows=(replace(green.rows[0], grant=grant),))))
    assert document["rows"][0]["grant"]["conditions"] == {"NumericLessThan": {"x": "NaN"}}
