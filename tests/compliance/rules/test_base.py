"""What a rule sees, and the words in which it answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.assembly import Assembly, Template
from compliance.config import Config
from compliance.findings import Outcome, Severity
from compliance.intrinsics import ABSENT, Kind, Text, Token, Unknown
from compliance.rules.base import (
    MAX_OBSERVED,
    PASSED,
    Context,
    Judgement,
    fail,
    or_passed,
    show,
    undecided,
    unknown,
)
from tests.compliance.properties import patient


@pytest.fixture
def context() -> Context:
    """Two templates with a queue each."""
    templates = tuple(
        Template(
            name=name,
            path=Path(name),
            body={
                "Parameters": {"Name": {"Type": "String", "Default": name}},
                "Resources": {
                    "Queue": {
                        "Type": "AWS::SQS::Queue",
                        "Properties": {"QueueName": {"Ref": "Name"}},
                    }
                },
            },
        )
        for name in ("one", "two")
    )
    return Context(Assembly(Path("out"), templates, is_assembly=True), Config())


def test_a_value_is_resolved_where_its_resource_stands(context: Context) -> None:
    """Two templates, two meanings of one reference."""
    one, two = context.assembly.resources("AWS::SQS::Queue")
    assert context.get(one, "QueueName") == ("one",)
    assert context.get(two, "QueueName") == ("two",)
    assert context.get(one, "Tags") == (ABSENT,)
    assert context.of(one) is context.resolver(one.template)


def test_a_question_about_the_whole_assembly_is_worked_out_once(context: Context) -> None:
    """However many resources ask it: the cost of a resource stays the same."""
    asked = []

    def names(about: Context) -> list[str]:
        asked.append(about)
        return [resource.logical_id for resource in about.assembly.resources()]

    assert context.answer(names) == context.answer(names) == ["Queue", "Queue"]
    assert asked == [context]


def test_nothing_to_say_against_is_a_pass() -> None:
    """A rule that looked leaves a row: ran clean differs from never ran."""
    failure = fail("No.")
    assert list(or_passed(iter([]))) == [PASSED]
    assert list(or_passed(iter([failure]))) == [failure]


def test_answers_carry_what_a_finding_needs() -> None:
    """Outcome, words, place, the value seen, and severity where it differs."""
    assert fail(
        "No.", location="P", observed=["a"], severity=Severity.LOW, remediation="Mend."
    ) == (Judgement(Outcome.FAIL, "No.", "P", '["a"]', Severity.LOW, "Mend."))
    assert undecided("Eh.", location="P", observed="x", severity=Severity.HIGH) == (
        Judgement(Outcome.UNDECIDED, "Eh.", "P", "x", Severity.HIGH)
    )


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (
            Unknown("parameter P has no default", "P"),
            "It is known only at deploy time: parameter P has no default.",
        ),
        (Text((Token("P", Kind.IMPORT),)), "It is known only at deploy time."),
    ],
)
def test_an_unknown_says_why_when_it_is_told(value: object, message: str) -> None:
    """The reason helps to mend it; the value is shown either way."""
    assert unknown("It", value, location="L") == Judgement(Outcome.UNDECIDED, message, "L", "${P}")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("text", "text"),
        (Text(("a-", Token("B", Kind.RESOURCE))), "a-${B}"),
        (7, "7"),
        (True, "true"),
        (None, "null"),
        ({"a": [1, "ü"]}, '{"a":[1,"ü"]}'),
        ("x" * 400, "x" * 299 + "…"),
        (["x" * 400], '["' + "x" * 297 + "…"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_value_is_shown_as_text_or_compact_json(value: object, shown: str) -> None:
    """Cut short, because it stands in a line of a report."""
    assert show(value) == shown


@patient
@given(
    st.recursive(
        st.none() | st.text() | st.floats(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_value_can_be_shown(value: Any) -> None:  # noqa: ANN401 - any JSON
    """On one line's worth of characters, and what fits is the value itself."""
    text = show(value)
    assert len(text) <= MAX_OBSERVED
    if not isinstance(value, str) and len(text) < MAX_OBSERVED and "NaN" not in text:
        assert json.loads(text) == value


@pytest.mark.parametrize("filler", range(MAX_OBSERVED - 60, MAX_OBSERVED + 1, 3))
def test_half_a_secret_is_not_shown(filler: int) -> None:
    """Where a value is cut, what reports would mask is masked first."""
    for secret, part in (
        ("AKIAIOSFODNN7EXAMPL9", "IOSFOD"),
        ("postgres://admin:hunter2hunter2@db.internal:5432/x", "hunter"),
    ):
        text = f"{'x' * filler} {secret}"
        for value in (text, [text], {"Value": text}):
            shown = show(value)
            assert secret in shown or part not in shown
            assert len(shown) <= MAX_OBSERVED


def test_a_short_value_is_shown_as_it_is() -> None:
    """Engines compare what was seen; reports mask it."""
    assert show("AKIAIOSFODNN7EXAMPL9") == "AKIAIOSFODNN7EXAMPL9"
