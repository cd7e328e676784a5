"""The review for machines: whole, documented, stable."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

import compliance.review
from compliance.iam.access.model import Comparison
from compliance.intrinsics import ABSENT
from compliance.review import to_json
from compliance.review.model import Difference, Review
from tests.compliance.review import samples

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

SCHEMA: Any = json.loads(
    (Path(compliance.review.__file__).parent / "review.schema.json").read_text(encoding="utf-8")
)


def valid(text: str, part: str = "") -> Any:  # noqa: ANN401 - a document
    """A document, as the schema has it."""
    document = json.loads(text, parse_constant=pytest.fail)
    schema = {**SCHEMA, "$ref": f"#/$defs/{part}"} if part else SCHEMA
    if part:
        schema = {"$defs": SCHEMA["$defs"], "$ref": f"#/$defs/{part}"}
    jsonschema.Draft202012Validator(schema).validate(document)
    return document


@pytest.mark.parametrize("name", ["full", "environments", "quiet"])
def test_a_review_as_it_is_written(golden_json: SnapshotAssertion, name: str) -> None:
    """By the schema, and nothing is cut."""
    text = to_json.render(getattr(samples, name)())
    assert valid(text)["result"] == "changed"
    assert text == golden_json


def test_no_difference() -> None:
    """`same`, with the number of templates."""
    assert valid(to_json.render(Review((), Comparison(), compared=3))) == {
        "schema_version": "1",
        "result": "same",
        "compared": 3,
        "access": {"result": "no-new-access", "witnesses": [], "undecided": []},
        "templates": [],
    }


def test_access_alone_has_the_keys_of_its_contract() -> None:
    """A condition is an object of lists, or null; a key that must not be there has no values."""
    text = to_json.render_access(Comparison(samples.WITNESSES, samples.UNDECIDED))
    assert valid(text, "access") == {
        "result": "new-access",
        "witnesses": [
            {
                "principal": "StorageStack/Role",
                "action": "s3:GetObject",
                "resource": "${StorageStack/Bucket.Arn}/*",
                "condition": None,
            },
            {
                "principal": "*",
                "action": "dynamodb:Query",
                "resource": "${StorageStack/Items.Arn}/index/status-index",
                "condition": {"aws:SourceVpc": ["vpc-1", "vpc-2"], "aws:PrincipalOrgID": []},
            },
        ],
        "undecided": [
            {
                "statement": "StorageStack/Role ManagedPolicyArns",
                "reason": "what the managed policy ReadOnlyAccess says does not stand in the "
                "template",
            }
        ],
    }


def test_what_is_absent_has_no_key_and_null_is_a_value() -> None:
    """And what JSON has no name for is text."""
    review = samples.quiet()
    others = (
        Difference("A", ABSENT, None),
        Difference("B", None, ABSENT),
        Difference("C", float("nan"), [float("inf")]),
        Difference("D.Password", "hunter22", ["hunter23"]),
    )
    template = replace(review.templates[0], others=others)
    document = valid(to_json.render(replace(review, templates=(template,))))
    assert document["templates"][0]["others"] == [
        {"place": "A", "new": None},
        {"place": "B", "old": None},
        {"place": "C", "old": "NaN", "new": ["Infinity"]},
        {"place": "D.Password", "old": "[masked]", "new": ["[masked]"]},
    ]


def test_no_hostile_string_changes_the_document(hostile: str) -> None:
    """Valid, and ASCII: no control character reaches a terminal."""
    text = to_json.render(samples.poisoned(hostile))
    assert text.isascii()
    assert text.replace("\n", "").isprintable()
    assert valid(text)["compared"] == 2
