"""What holds of every value, found by trying many."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from compliance.intrinsics import ABSENT, Text, Token, Unknown, partition, truth, whole
from compliance.intrinsics.alternatives import MAX_ALTERNATIVES
from compliance.intrinsics.values import Kind, concatenate
from tests.compliance.intrinsics.resolving import RESOURCES, resolver, template
from tests.compliance.properties import patient

FUNCTIONS = (
    "Ref",
    "Fn::GetAtt",
    "Fn::If",
    "Fn::Join",
    "Fn::Sub",
    "Fn::Select",
    "Fn::Split",
    "Fn::FindInMap",
    "Fn::ImportValue",
    "Fn::GetStackOutput",
    "Fn::ToJsonString",
    "Fn::GetAZs",
)
NAMES = ("Table", "Table.Arn", "Param", "List", "Map", "AWS::NoValue", "AWS::Region", "", "C")

words = st.sampled_from(NAMES) | st.text(max_size=8) | st.just("${Table}-${Param}-${!x}")
scalars = st.none() | st.booleans() | st.integers(-3, 3) | st.floats() | words
trees = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(words, inner, max_size=3)
        | st.builds(lambda name, value: {name: value}, st.sampled_from(FUNCTIONS), inner)
    ),
    max_leaves=25,
)

BODY = {
    "Parameters": {
        "Param": {"Type": "String"},
        "List": {"Type": "CommaDelimitedList", "Default": "a,b"},
    },
    "Mappings": {"Map": {"C": {"C": "x"}}},
    "Outputs": {"C": {"Value": {"Ref": "Table"}, "Export": {"Name": "C"}}},
}


@patient
@given(trees)
def test_no_value_of_any_shape_raises_or_repeats(node: Any) -> None:  # noqa: ANN401 - any JSON
    """A template is untrusted: intrinsics of wrong shapes end as values like all others."""
    ask = resolver(template(body=BODY))
    found = ask.values(node)
    assert 0 < len(found) <= MAX_ALTERNATIVES
    for index, value in enumerate(found):
        assert not any(type(value) is type(other) and value == other for other in found[:index])
    for place, value in ask.items(node, "P"):
        assert place.startswith("P")
        assert value is not ABSENT
    ask.get(node, "Table", "C")
    ask.one(node)


@patient
@given(trees)
def test_a_template_of_any_shape_is_looked_through(node: Any) -> None:  # noqa: ANN401 - any JSON
    """Whatever stands in a template's other sections, a reference to it ends."""
    body = {
        "Resources": RESOURCES,
        "Parameters": {"Table.Arn": node, "Param": {"Type": node, "Default": node}},
        "Mappings": {"Map": node},
        "Outputs": {"C": {"Value": node, "Export": {"Name": "C"}}},
    }
    ask = resolver(template(body=body))
    for reference in (
        {"Ref": "Table.Arn"},
        {"Ref": "Param"},
        {"Fn::FindInMap": ["Map", "C", "C"]},
        {"Fn::ImportValue": "C"},
    ):
        assert ask.values(reference)


def without_functions(node: Any) -> bool:  # noqa: ANN401 - any JSON
    """Whether a value holds no intrinsic, null or dynamic reference at its top."""
    one = isinstance(node, dict) and len(node) == 1 and next(iter(node)) in FUNCTIONS
    return node is not None and not one


@patient
@given(trees.filter(without_functions))
def test_a_value_without_intrinsics_is_itself(node: Any) -> None:  # noqa: ANN401 - any JSON
    """Nothing is changed that is no function's."""
    (found,) = resolver().values(node)
    assert found is node or found == node


texts = st.lists(st.text(st.characters(exclude_characters="{}$"), max_size=6), max_size=6)


@patient
@given(st.text(max_size=3), texts)
def test_joining_literals_is_joining_strings(delimiter: str, parts: list[str]) -> None:
    """`Fn::Join` of literals is Python's `join`."""
    assert resolver().values({"Fn::Join": [delimiter, parts]}) == (delimiter.join(parts),)


@patient
@given(texts)
def test_substituting_literals_is_formatting(parts: list[str]) -> None:
    """`Fn::Sub` of literal variables is Python's `format`."""
    form = "-".join(f"{{V{index}}}" for index in range(len(parts)))
    variables = {f"V{index}": part for index, part in enumerate(parts)}
    node = {"Fn::Sub": [form.replace("{", "${"), variables]}
    assert resolver().values(node) == (form.format(**variables),)


@patient
@given(st.text(min_size=1, max_size=2), st.lists(st.text(max_size=5), min_size=1, max_size=5))
def test_splitting_undoes_joining(delimiter: str, parts: list[str]) -> None:
    """`Fn::Split` of a literal is Python's `split`."""
    text = delimiter.join(parts)
    if "{{resolve:" not in text:
        node = {"Fn::Split": [delimiter, text]}
        assert resolver().values(node) == (text.split(delimiter),)


atoms = st.one_of(
    st.text(max_size=4),
    st.integers(-9, 9),
    st.builds(lambda name: Text((Token(name, Kind.PSEUDO),)), st.text(max_size=3)),
    st.builds(lambda name: Unknown("why", name), st.text(max_size=3)),
)


@patient
@given(st.lists(atoms))
def test_putting_parts_together_keeps_what_they_show(parts: list[Any]) -> None:
    """No part is lost, and no two literals stand side by side."""
    whole_text = concatenate(parts)
    assert str(whole_text) == "".join(str(part) for part in parts)
    if isinstance(whole_text, Text):
        kinds = [type(part) for part in whole_text.parts]
        assert not any(one is other is str for one, other in itertools.pairwise(kinds))
        assert "" not in whole_text.parts


@patient
@given(st.lists(atoms))
@example(["\N{OBJECT REPLACEMENT CHARACTER}", Text((Token("A", Kind.PSEUDO),))])
def test_the_literal_of_a_text_has_one_sign_for_each_token(parts: list[Any]) -> None:
    """A pattern can be matched against it."""
    found = concatenate(parts)
    if isinstance(found, Text):
        assert found.literal.count("\N{OBJECT REPLACEMENT CHARACTER}") == len(found.tokens)


@patient
@given(st.integers(-(10**17), 10**17))
def test_whole_numbers_are_read_as_numbers_and_as_texts(number: int) -> None:
    """CloudFormation takes both."""
    assert whole(number) == whole(str(number)) == whole(f" {number} ") == number


@patient
@given(st.none() | st.booleans() | st.floats() | st.text() | st.lists(st.integers()))
def test_what_is_no_whole_number_is_none(value: Any) -> None:  # noqa: ANN401 - any JSON
    """Nothing that a template can hold raises."""
    found = whole(value)
    assert found is None or found == int(value)


def test_odd_numbers_are_none() -> None:
    """Python reads more as a number than CloudFormation does."""
    assert [whole(value) for value in (True, 30.5, "30.0", "1_000", "٣٠", float("inf"))] == [
        None
    ] * 6
    assert whole(30.0) == 30


def test_booleans_are_read_as_booleans_and_as_texts() -> None:
    """CloudFormation takes both; anything else is no boolean."""
    assert [truth(value) for value in (True, "true", "True", False, "false")] == [
        True,
        True,
        True,
        False,
        False,
    ]
    odd: list[Any] = [1, "yes", "", None, ABSENT, []]
    assert [truth(value) for value in odd] == [None] * 6


def test_absence_says_so() -> None:
    """A failing assertion shows it."""
    assert repr(ABSENT) == "ABSENT"


@patient
@given(
    st.lists(st.sampled_from(("a", ":x:", "b:x:", Text((Token("T", Kind.PSEUDO),)))), max_size=5)
)
def test_a_text_is_cut_where_the_separator_first_stands(parts: list[str | Text]) -> None:
    """And put together again it is the same; what has no separator, or is no text, is not cut."""
    whole_text = concatenate(parts)
    found = partition(whole_text, ":x:")
    if found is None:
        assert ":x:" not in str(whole_text)
    else:
        before, behind = found
        assert ":x:" not in str(before)
        assert concatenate([before, ":x:", behind]) == whole_text


@pytest.mark.parametrize("value", [ABSENT, Unknown("why", ":x:"), 3, [":x:"], {":x:": 1}])
def test_what_is_no_text_is_not_cut(value: object) -> None:
    """Whatever it looks like."""
    assert partition(value, ":x:") is None
