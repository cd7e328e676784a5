"""Models in the language of OpenAPI 3.0: never stricter than they were."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft4Validator
from schemathesis.specs.openapi.definitions import OPENAPI_30_VALIDATOR

from compliance.rehearsal.openapi import document
from tests.compliance.properties import patient
from tests.compliance.rehearsal.apis import api, assembly, model

Json = dict[str, Any]

TWO = {"anyOf": [{"type": "string"}, {"type": "integer"}]}


def schemas(schema: object, **more: Json) -> Json:
    """The schemas of a document whose one method takes this model."""
    resources = api(
        "PUT /", method={"RequestModels": {"a/b": "Thing"}}, Model=model(schema), **more
    )
    found = document(assembly(resources))
    OPENAPI_30_VALIDATOR.validate(found)
    parts: Json = found["components"]["schemas"]
    return parts


def converted(schema: object) -> Json:
    """A model as the document has it."""
    found: Json = schemas(schema)["Thing"]
    return found


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (
            {"$schema": "http://json-schema.org/draft-04/schema#", "id": "x", "title": "T"},
            {"title": "T"},
        ),
        ({"type": "integer", "minimum": 1, "exclusiveMinimum": True}, ...),
        ({"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}, ...),
        ({"type": "object", "additionalProperties": False}, ...),
        (
            {"type": "object", "additionalProperties": {"type": "null"}},
            {"type": "object", "additionalProperties": {"enum": [None], "nullable": True}},
        ),
        ({"type": ["string", "null"]}, {"type": "string", "nullable": True}),
        ({"type": ["string", "integer"]}, {"allOf": [TWO]}),
        (
            {"type": ["string", "integer"], "allOf": [{"minimum": 1}]},
            {"allOf": [TWO, {"minimum": 1}]},
        ),
        ({"type": "array"}, {"type": "array", "items": {}}),
        ({"type": "array", "items": {"type": "string"}, "uniqueItems": True}, ...),
        (
            {"type": "array", "items": [{"type": "string"}], "additionalItems": False},
            {"type": "array", "items": {}},
        ),
        ({"patternProperties": {"^x-": {}}, "additionalProperties": False}, {}),
        ({"dependencies": {"a": ["b"]}, "minProperties": 1}, {"minProperties": 1}),
        ({"oneOf": [{"type": "string"}, {"minimum": 1}]}, ...),
        (
            {"oneOf": [{"type": "string"}, {"dependencies": {}}]},
            {"anyOf": [{"type": "string"}, {}]},
        ),
        ({"not": {"enum": [1]}}, ...),
        ({"not": {"properties": {"a": {"dependencies": {}}}}}, {}),
        ({"not": {"additionalProperties": {"items": [{}]}}}, {}),
        ({"anyOf": [True]}, {"anyOf": [{}]}),
        ({"x-own": 1}, {}),
    ],
)
def test_a_model_is_converted(schema: Json, expected: Any) -> None:  # noqa: ANN401 - JSON or the same
    """What OpenAPI does not know is left out, where that allows more and not less."""
    assert converted(schema) == (schema if expected is ... else expected)


def test_models_refer_to_each_other() -> None:
    """By API Gateway's own addresses, by a part of their own, or to themselves."""
    url = {
        "Fn::Join": [
            "",
            ["https://apigateway.amazonaws.com/restapis/", {"Ref": "Api"}, "/models/Part"],
        ]
    }
    schema = {
        "properties": {
            "part": {"$ref": url},
            "own": {"$ref": "#/definitions/own", "description": "says nothing here"},
            "more": {"type": "array", "items": {"$ref": "#"}},
        },
        "definitions": {"own": {"type": "string", "maxLength": 3}},
    }
    found = schemas(schema, Part=model({"type": "integer"}, name="Part"))

    assert found == {
        "Part": {"type": "integer"},
        "Thing": {
            "properties": {
                "part": {"$ref": "#/components/schemas/Part"},
                "own": {"$ref": "#/components/schemas/Thing.own"},
                "more": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}},
            }
        },
        "Thing.own": {"type": "string", "maxLength": 3},
    }


@pytest.mark.parametrize(
    "reference", ["#/properties/a", {"Ref": "Nothing"}, 7, "https://x.example"]
)
def test_a_reference_that_is_not_known_allows_anything(reference: object) -> None:
    """It leads to what the document does not describe."""
    assert converted({"items": {"$ref": reference}}) == {"items": {}}


KEYWORDS = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["object", "array", "string", "integer", "null"])
        | st.lists(st.sampled_from(["object", "string", "null"]), min_size=1, unique=True),
        "enum": st.lists(
            st.none() | st.integers(0, 2) | st.text("ab", max_size=1), min_size=1, unique=True
        ),
        "minimum": st.integers(0, 2),
        "maxLength": st.integers(0, 2),
        "required": st.lists(st.sampled_from("ab"), min_size=1, unique=True),
        "patternProperties": st.just({"a": {"type": "string"}}),
        "dependencies": st.just({"a": ["b"]}),
    },
)
SCHEMAS = st.recursive(
    KEYWORDS,
    lambda inner: st.builds(
        lambda own, more: own | more,
        KEYWORDS,
        st.fixed_dictionaries(
            {},
            optional={
                "properties": st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
                "additionalProperties": st.booleans() | inner,
                "items": inner | st.lists(inner, min_size=1, max_size=2),
                "allOf": st.lists(inner, min_size=1, max_size=2),
                "anyOf": st.lists(inner, min_size=1, max_size=2),
                "oneOf": st.lists(inner, min_size=1, max_size=2),
                "not": inner,
            },
        ),
    ),
    max_leaves=6,
)
VALUES = st.recursive(
    st.none() | st.integers(0, 3) | st.text("ab", max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abc"), inner, max_size=2)
    ),
    max_leaves=5,
)


@patient
@given(schema=SCHEMAS, value=VALUES)
def test_what_a_model_allows_is_allowed(schema: Json, value: object) -> None:
    """Whatever is left out on the way, and whatever stands around it."""
    if Draft4Validator(schema).is_valid(value):
        assert Draft4Validator(without_nullable(converted(schema))).is_valid(value)


def without_nullable(schema: Any) -> Any:  # noqa: ANN401 - JSON
    """A schema of OpenAPI 3.0 in the language of JSON Schema, which writes `nullable` otherwise."""
    if isinstance(schema, list):
        return [without_nullable(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: without_nullable(each) for name, each in schema.items() if name != "nullable"}
    if schema.get("nullable") and "type" in found:
        found["type"] = [found["type"], "null"]
    return found
