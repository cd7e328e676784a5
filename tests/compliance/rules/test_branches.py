"""What becomes of properties when conditions turn out one way or another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from compliance.assembly import Resource, Template
from compliance.rules.branches import MAX_CONDITIONS, branches, ways


def choose(name: str, yes: object, no: object) -> dict[str, Any]:
    """`Fn::If` of a condition."""
    return {"Fn::If": [name, yes, no]}


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (7, [7]),
        (choose("A", 1, 2), [1, 2]),
        ([choose("A", 1, 2), choose("A", 3, 4)], [[1, 3], [2, 4]]),
        ({"x": choose("A", 1, 2), "y": choose("B", 3, 4)}, [
            {"x": 1, "y": 3}, {"x": 1, "y": 4}, {"x": 2, "y": 3}, {"x": 2, "y": 4}
        ]),
        (choose("A", choose("A", 1, 2), choose("B", 3, 4)), [1, 1, 3, 4]),
        ({"Fn::If": ["A", 1]}, [{"Fn::If": ["A", 1]}]),
        ({"Fn::If": [1, 2, 3]}, [{"Fn::If": [1, 2, 3]}]),
        ({"Fn::If": ["A", 1, 2], "more": 1}, [{"Fn::If": ["A", 1, 2], "more": 1}]),
    ],
)  # fmt: skip
def test_one_condition_turns_out_the_same_everywhere(node: object, expected: list[object]) -> None:
    """Whatever is no `Fn::If` of a name and two branches is left as it is."""
    assert list(ways(node)) == expected


def test_many_conditions_are_left_to_each_value() -> None:
    """Each more would double the ways; the values' own alternatives are still judged."""
    few = [choose(f"C{index}", 1, 2) for index in range(MAX_CONDITIONS)]
    assert len(list(ways(few))) == 2**MAX_CONDITIONS
    many = [*few, choose("More", 1, 2)]
    assert list(ways(many)) == [many]


def test_a_resource_keeps_all_but_its_properties() -> None:
    """Only those that matter are decided, and the resource is still where it was."""
    properties = {"Name": choose("A", "a", "b"), "Size": choose("A", 1, 2), "Other": 1}
    body = {"Type": "AWS::SQS::Queue", "Condition": "C", "Properties": properties}
    template = Template(name="t", path=Path("t"), body={})
    resource = Resource(template, "Queue", "AWS::SQS::Queue", body)
    found = list(branches(resource, "Name", "Size", "Missing"))
    assert [branch.properties for branch in found] == [
        {"Name": "a", "Size": 1},
        {"Name": "b", "Size": 2},
    ]
    assert {branch.logical_id for branch in found} == {"Queue"}
    assert {branch.body["Condition"] for branch in found} == {"C"}
    assert all(branch.template is template for branch in found)
