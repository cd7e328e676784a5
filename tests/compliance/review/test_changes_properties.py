"""What holds of the changes between any two templates."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.review.changes import changes
from compliance.review.differences import differing
from compliance.review.model import Kind, Replaced
from compliance.review.references import names, renamed, text
from tests.compliance.properties import patient
from tests.compliance.review.templates import template

if TYPE_CHECKING:
    from compliance.review.model import Change

TYPES = (
    "AWS::DynamoDB::Table",
    "AWS::IAM::Role",
    "AWS::Lambda::Function",
    "AWS::S3::Bucket",
    "AWS::SQS::Queue",
    "Custom::Thing",
)
SCALARS = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "a", "b", "R0"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["A", "Sid", "Key", "Ref", "Fn::If"]), inner, max_size=3)
    ),
    max_leaves=8,
)
GARBAGE = st.recursive(
    SCALARS | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "Condition",
                    "DeletionPolicy",
                    "DependsOn",
                    "Fn::FindInMap",
                    "Fn::GetAtt",
                    "Fn::If",
                    "Fn::Join",
                    "Fn::Sub",
                    "Metadata",
                    "Properties",
                    "Ref",
                    "UpdatePolicy",
                    "UpdateReplacePolicy",
                    "AttributeDefinitions",
                    "KeySchema",
                    "Tags",
                    "TableName",
                    "aws:cdk:path",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@st.composite
def resources(draw: st.DrawFn) -> dict[str, Any]:
    """Return resources that refer to one another, without a circle."""
    found: dict[str, Any] = {}
    for index in range(draw(st.integers(1, 7))):
        before = sorted(found)
        reference = (
            st.sampled_from(before).flatmap(
                lambda name: st.sampled_from(
                    [
                        {"Ref": name},
                        {"Fn::GetAtt": [name, "Arn"]},
                        {"Fn::GetAtt": f"{name}.Arn"},
                        {"Fn::Sub": f"a-${{{name}}}"},
                        {"Fn::Sub": ["${x}", {"x": {"Ref": name}}]},
                    ]
                )
            )
            if before
            else st.just("none")
        )
        body: dict[str, Any] = {
            "Type": draw(st.sampled_from(TYPES)),
            "Properties": draw(
                st.dictionaries(st.sampled_from("ABC"), st.just("a") | reference, max_size=3)
            ),
        }
        waits_for = draw(st.lists(st.sampled_from(before), unique=True)) if before else []
        if waits_for:
            body["DependsOn"] = waits_for
        found[f"R{index}"] = body
    return found


@patient
@given(VALUES, VALUES)
def test_values_differ_in_places_when_their_texts_differ(old: Any, new: Any) -> None:  # noqa: ANN401 - JSON
    """No difference is missed, and none is told of what is the same."""
    same = text(renamed(old, str)) == text(renamed(new, str))
    assert same == (not list(differing(old, new)))


@patient
@given(st.lists(VALUES, max_size=6), st.lists(VALUES, max_size=6))
def test_the_elements_of_lists_are_accounted_for(old: list[Any], new: list[Any]) -> None:
    """What comes and goes makes up for the length."""
    found = [item for item in differing(old, new) if item.place.count("[") == 1]
    come = sum("ABSENT" in repr(item.old) for item in found if item.place.endswith("]"))
    gone = sum("ABSENT" in repr(item.new) for item in found if item.place.endswith("]"))
    assert len(old) - gone + come == len(new)


@patient
@given(resources())
def test_a_template_does_not_differ_from_itself(found: dict[str, Any]) -> None:
    """Nor from what JSON makes of it."""
    again = json.loads(json.dumps(found, sort_keys=True))
    assert changes(template(found), template(again)) == ()


@patient
@given(resources(), st.randoms(use_true_random=False))
def test_consistent_other_names_are_renames_and_nothing_else(
    found: dict[str, Any],
    random: Any,  # noqa: ANN401 - random.Random, or hypothesis' own
) -> None:
    """Whatever the new names: each resource is paired with what refers to the same things."""
    targets = [f"N{index}" for index in range(len(found))]
    random.shuffle(targets)
    name = dict(zip(found, targets, strict=True))
    other = {name[key]: _renamed(body, name) for key, body in found.items()}
    told = changes(template(found), template(dict(sorted(other.items()))))
    assert {change.kind for change in told} == {Kind.RENAMED}
    assert len(told) == len(found)
    assert all(change.differences == () for change in told)
    assert all(change.replaced is Replaced.YES for change in told)


@patient
@given(resources())
def test_a_new_stack_is_all_added_and_a_gone_one_all_removed(found: dict[str, Any]) -> None:
    """Each resource once."""
    for old, new, kind in (
        (None, template(found), Kind.ADDED),
        (template(found), None, Kind.REMOVED),
    ):
        told = changes(old, new)
        assert {change.resource.logical_id for change in told} == found.keys()
        assert {change.kind for change in told} == {kind}


@patient
@given(resources(), resources())
def test_every_resource_is_told_at_most_once(old: dict[str, Any], new: dict[str, Any]) -> None:
    """And what is told of none is in both, the same but for what it refers to."""
    told = changes(template(old), template(new))
    before = [change.old.logical_id for change in told if change.old]
    after = [change.new.logical_id for change in told if change.new]
    assert len(before) == len(set(before))
    assert len(after) == len(set(after))
    assert old.keys() - set(before) == new.keys() - set(after)


@patient
@given(resources(), resources())
def test_the_order_of_resources_means_nothing(old: dict[str, Any], new: dict[str, Any]) -> None:
    """The same changes in the same order, whatever the templates' order."""
    told = changes(template(old), template(new))
    again = changes(template(dict(reversed(old.items()))), template(dict(reversed(new.items()))))
    assert [_summary(change) for change in told] == [_summary(change) for change in again]


@patient
@given(
    st.dictionaries(
        st.sampled_from(["A", "B"]),
        GARBAGE
        | st.fixed_dictionaries(
            {
                "Type": st.sampled_from(TYPES),
                "Properties": GARBAGE,
                "DependsOn": GARBAGE,
                "Condition": SCALARS,
                "Metadata": GARBAGE,
            }
        ),
    ),
    st.dictionaries(
        st.sampled_from(["A", "B"]),
        GARBAGE
        | st.fixed_dictionaries(
            {
                "Type": st.sampled_from(TYPES),
                "Properties": GARBAGE,
                "UpdatePolicy": GARBAGE,
                "DeletionPolicy": GARBAGE,
            }
        ),
    ),
    GARBAGE,
)
def test_garbage_is_compared_without_an_error(
    old: dict[str, Any],
    new: dict[str, Any],
    section: Any,  # noqa: ANN401 - JSON
) -> None:
    """Whatever stands where something else is expected."""
    sections = dict.fromkeys(("Parameters", "Mappings", "Conditions"), section)
    changes(template(old, **sections), template(new))
    changes(template(new), template(old, **sections))
    changes(template(old, **sections), template(old, **sections))


@pytest.mark.parametrize("resources", [None, [], "x", 7, {"A": None}, {"A": {"Type": []}}])
def test_a_template_without_resources_changes_nothing(resources: Any) -> None:  # noqa: ANN401 - JSON
    """What is no resource is not compared."""
    assert changes(template(resources), template({})) == ()


def _summary(change: Change) -> tuple[object, ...]:
    return (
        change.kind,
        change.old and change.old.logical_id,
        change.new and change.new.logical_id,
        text([[item.place, item.old, item.new] for item in change.differences]),
        change.replaced,
        change.reasons,
        change.loss,
    )


def _renamed(body: dict[str, Any], name: dict[str, str]) -> dict[str, Any]:
    found = {key: renamed(value, lambda one: name.get(one, one)) for key, value in body.items()}
    if "DependsOn" in found:
        found["DependsOn"] = [name[one] for one in reversed(found["DependsOn"])]
    assert names(found).attributes.keys() <= set(name.values())
    return found
