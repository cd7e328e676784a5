"""Single templates: what is read, and what is refused with which words."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.assembly import Template, read
from compliance.assembly.template import MAX_BYTES, MAX_DEPTH, parse_json, read_text
from compliance.findings import SynthgateError
from tests.compliance.assembly.folders import QUEUE, write
from tests.compliance.properties import patient

AT_ONCE = 2.0
"""Seconds within which a hostile file is refused; it takes milliseconds."""


def parsed(tmp_path: Path, content: object, name: str = "t.json") -> Template:
    """A template, read from a file of its own."""
    write(tmp_path, {name: content})
    return read(tmp_path / name).templates[0]


def refusal(tmp_path: Path, content: object, name: str = "t.json") -> str:
    """The text with which a template is refused, after the file's name."""
    with pytest.raises(SynthgateError) as raised:
        parsed(tmp_path, content, name)
    assert str(raised.value).startswith(str(tmp_path / name))
    return str(raised.value).removeprefix(str(tmp_path / name))


def test_a_lone_template_stands_for_an_assembly(tmp_path: Path) -> None:
    """One file is one stack, called by its name; nothing is known of account and region."""
    template = parsed(tmp_path, {"Resources": {"Queue": QUEUE}}, "items.json")
    assembly = read(tmp_path / "items.json")
    assert not assembly.is_assembly
    given = (tmp_path / "items.json").as_posix()
    assert assembly.stacks == (given,)
    assert (template.name, template.stack, template.stack_name) == (given, given, "")
    assert (template.account, template.region, template.parent) == ("", "", None)
    assert repr(template.resources["Queue"]) == f"<AWS::SQS::Queue Queue in {given}>"


@pytest.mark.parametrize("prefix", ["", " \n\t", "\ufeff"], ids=["plain", "spaces", "BOM"])
def test_json_is_told_by_its_first_sign(tmp_path: Path, prefix: str) -> None:
    """What begins with a brace is JSON, whatever the file is called."""
    template = parsed(tmp_path, prefix + '{"Resources": {"Queue": {"Type": "T"}}}', "t.template")
    assert list(template.resources) == ["Queue"]


def test_sections_that_are_no_objects_are_empty(tmp_path: Path) -> None:
    """A rule that asks for parameters finds none where the author wrote something else."""
    template = parsed(
        tmp_path,
        {
            "Resources": {"Queue": {**QUEUE, "Properties": ["none"], "Metadata": "none"}},
            "Parameters": [],
            "Mappings": "x",
            "Outputs": None,
        },
    )
    assert (template.parameters, template.mappings, template.outputs) == ({}, {}, {})
    assert template.resources["Queue"].properties == {}
    assert template.resources["Queue"].construct_path == ""


def test_what_is_no_resource_is_left_out() -> None:
    """A template that was not read from a file may hold anything."""
    body = {"Resources": {"Text": "x", "Odd": {"Type": 7}, "Untyped": {}, "Queue": QUEUE}}
    template = Template(name="t.json", path=Path("t.json"), body=body)
    assert list(template.resources) == ["Queue"]


def test_resources_are_found_by_type(tmp_path: Path) -> None:
    """All resources, or those of some types, in the template's order."""
    write(
        tmp_path,
        {
            "t.json": {
                "Resources": {"B": {"Type": "Two"}, "A": {"Type": "One"}, "C": {"Type": "Two"}}
            }
        },
    )
    assembly = read(tmp_path / "t.json")
    assert [found.logical_id for found in assembly.resources()] == ["B", "A", "C"]
    assert [found.logical_id for found in assembly.resources("Two")] == ["B", "C"]
    assert [found.logical_id for found in assembly.resources("One", "Two")] == ["A", "B", "C"]
    assert list(assembly.resources("Three")) == []


def test_exports_are_kept_by_name_with_every_template_that_makes_them(tmp_path: Path) -> None:
    """An export whose name is no literal text cannot be looked up, and is left out."""
    outputs = {
        "Named": {"Value": "x", "Export": {"Name": "Shared"}},
        "Computed": {"Value": "x", "Export": {"Name": {"Fn::Sub": "${AWS::StackName}-x"}}},
        "Plain": {"Value": "x"},
        "Odd": ["x"],
        "Odder": {"Export": "Shared"},
    }
    write(tmp_path, {"t.json": {"Resources": {}, "Outputs": outputs}})
    assembly = read(tmp_path / "t.json")
    assert assembly.exports == {"Shared": ((assembly.templates[0], "x"),)}


# -- what is refused, and how ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "an object with 'Resources' is expected, found null"),
        ("# only a remark\n", "an object with 'Resources' is expected, found null"),
        ("plain text", "an object with 'Resources' is expected, found \"plain text\""),
        ("[1, 2]", "an object with 'Resources' is expected, found [1, 2]"),
        ("{}", "'Resources' is missing; give a template, or the cdk.out folder that holds it"),
        ('{"Resources": []}', "'Resources' is expected to be an object, found []"),
        ('{"Resources": null}', "'Resources' is expected to be an object, found null"),
    ],
    ids=["empty", "remark", "text", "list", "no resources", "a list of them", "null"],
)
def test_a_file_that_is_no_template_is_refused(tmp_path: Path, content: str, said: str) -> None:
    """What was expected and what was found are both told."""
    assert refusal(tmp_path, content) == f": not a CloudFormation template: {said}"


@pytest.mark.parametrize("body", ["text", [], {}, {"Type": 7}, {"type": "AWS::SQS::Queue"}])
def test_a_resource_without_a_type_is_refused(tmp_path: Path, body: object) -> None:
    """Such an entry would be judged by no rule, so the whole template is refused."""
    assert refusal(tmp_path, {"Resources": {"Queue": body}}) == (
        f": Resources.Queue: an object with a 'Type' is expected, found {json.dumps(body)}"
    )


def test_a_long_value_is_cut_in_an_error(tmp_path: Path) -> None:
    """An error is one line, whatever it quotes."""
    said = refusal(tmp_path, {"Resources": {"Queue": ["x" * 1_000]}})
    assert said.endswith('found ["xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...')


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (
            {"Resources": {"Queue": QUEUE, "Fn::ForEach::Queues": ["N", ["a"], {}]}},
            "Resources.Fn::ForEach::Queues",
        ),
        (
            {"Resources": {"Q": {**QUEUE, "Properties": {"Tags": [{"Fn::ForEach::T": []}]}}}},
            "Resources.Q.Properties.Tags[0].Fn::ForEach::T",
        ),
        ({"Resources": {}, "Outputs": {"Fn::ForEach::O": []}}, "Outputs.Fn::ForEach::O"),
        ('{"Resources": {"Fn\\u003a:ForEach::Q": []}}', "Resources.Fn::ForEach::Q"),
    ],
    ids=["resources", "properties", "outputs", "escaped"],
)
def test_a_loop_is_refused_wherever_it_stands(tmp_path: Path, content: object, place: str) -> None:
    """What a loop unfolds to is not in the file, and would go unjudged."""
    assert refusal(tmp_path, content) == (
        f": {place}: loops are not unrolled; give the template as CloudFormation has processed it"
    )


def test_broken_json_is_placed(tmp_path: Path) -> None:
    """Line and column are told."""
    assert refusal(tmp_path, '{\n "Resources": {,}\n}') == (
        ":2:16: not JSON: Expecting property name enclosed in double quotes"
    )


@pytest.mark.parametrize(
    ("content", "place"),
    [
        pytest.param(
            '{"Resources": {"A": {"Type": "T"}, "A": {"Type": "T"}}}', ":1:36", id="two resources"
        ),
        pytest.param(
            '{"Resources": {\n "X": {"Type": "T", "Properties":\n {"B": 2, "A": 1, "A" : 1}}}}',
            ":3:19",
            id="deep inside",
        ),
        pytest.param(
            '{"Resources": {"A": {"Type": "T", "P": ["A", {"A": "A"}, "}"]},\n"A": 1}}',
            ":2:1",
            id="after others that are none",
        ),
        pytest.param('{"Resources": {"A": 1, "\\u0041": 1}}}]', "", id="written another way"),
    ],
)
def test_a_key_that_stands_twice_is_refused(tmp_path: Path, content: str, place: str) -> None:
    """A parser keeps the last one, CloudFormation refuses both: what is judged is deployed."""
    assert refusal(tmp_path, content) == f"{place}: key 'A' stands twice in one object; remove one"


def test_resources_that_wait_for_each_other_are_refused(tmp_path: Path) -> None:
    """As CloudFormation does; the circle is told from its first resource on."""
    waiting = {
        "A": {"Type": "T", "DependsOn": "B"},
        "B": {"Type": "T", "Properties": {"Name": {"Fn::Sub": "x-${C.Arn}"}}},
        "C": {"Type": "T", "Properties": {"Names": [{"Ref": "A"}]}},
    }
    said = refusal(tmp_path, {"Resources": waiting})
    assert re.fullmatch(
        r": Resources\.([ABC]): circular dependency, which CloudFormation refuses: "
        r"(A -> B -> C -> A|B -> C -> A -> B|C -> A -> B -> C); remove one of the references",
        said,
    )


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"DependsOn": ["A"]}, id="DependsOn"),
        pytest.param({"Properties": {"P": {"Ref": "A"}}}, id="Ref"),
        pytest.param({"Properties": {"P": [{"Fn::GetAtt": ["A", "Arn"]}]}}, id="GetAtt"),
        pytest.param({"Properties": {"P": {"Fn::GetAtt": "A.Arn"}}}, id="GetAtt as text"),
        pytest.param({"Properties": {"P": {"Fn::Sub": "${ A }"}}}, id="Sub"),
        pytest.param({"Properties": {"P": {"Fn::Sub": ["${A}", {"B": "x"}]}}}, id="Sub of two"),
        pytest.param(
            {"Properties": {"P": {"Fn::Sub": ["${A}", {"A": {"Fn::Sub": "${A.Arn}"}}]}}},
            id="Sub in the variables of a Sub",
        ),
        pytest.param(
            {"Properties": {"P": {"Fn::Join": ["", ["x", {"Fn::If": ["C", {"Ref": "A"}, 1]}]]}}},
            id="deep inside",
        ),
    ],
)
def test_a_resource_that_waits_for_itself_is_refused(tmp_path: Path, body: dict[str, Any]) -> None:
    """Whichever way it refers to itself."""
    assert refusal(tmp_path, {"Resources": {"A": {"Type": "T", **body}}}) == (
        ": Resources.A: circular dependency, which CloudFormation refuses: A -> A; "
        "remove one of the references"
    )


@pytest.mark.parametrize(
    "template",
    [
        pytest.param({"Resources": {"A": {"Type": "T", "Metadata": {"Ref": "A"}}}}, id="metadata"),
        pytest.param(
            {"Resources": {"A": {"Type": "T", "Properties": {"P": {"Fn::Sub": "${!A} ${AA}"}}}}},
            id="a literal",
        ),
        pytest.param(
            {
                "Resources": {
                    "A": {"Type": "T", "Properties": {"P": {"Fn::Sub": ["${A}", {"A": "x"}]}}}
                }
            },
            id="a variable of that name",
        ),
        pytest.param(
            {"Resources": {"A": {"Type": "T", "Properties": {"Ref": "A", "Other": 1}}}},
            id="a property of that name",
        ),
        pytest.param(
            {
                "Transform": "AWS::Serverless-2016-10-31",
                "Resources": {"A": {"Type": "T", "DependsOn": "A"}},
            },
            id="before a macro",
        ),
        pytest.param(
            {
                "Resources": {
                    "A": {
                        "Type": "T",
                        "Properties": {"P": {"Fn::Sub": 3}, "Q": {"Fn::GetAtt": []}},
                    },
                    "B": {"Type": "T", "DependsOn": {"A": "B"}, "Properties": {"P": {"Ref": []}}},
                }
            },
            id="nonsense",
        ),
    ],
)
def test_what_waits_for_nothing_of_its_own_is_read(
    tmp_path: Path, template: dict[str, Any]
) -> None:
    """A name alone is no reference."""
    parsed(tmp_path, json.dumps(template))


def test_of_a_long_circle_the_beginning_is_told(tmp_path: Path) -> None:
    """One line of an error stays readable."""
    ring = {f"R{n}": {"Type": "T", "DependsOn": f"R{(n + 1) % 500}"} for n in range(500)}
    assert refusal(tmp_path, {"Resources": ring}).count("->") == 11


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    """The byte is told."""
    assert refusal(tmp_path, b'{"Resources": "\xe9"}') == (
        ": not UTF-8 at byte 15; save the file as UTF-8"
    )


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    """No more than the limit is read into memory."""
    content = b" " * (MAX_BYTES + 1)
    assert refusal(tmp_path, content) == (
        ": larger than 8,000,000 bytes, the most that is read; split the template"
    )


def test_a_file_as_large_as_the_limit_is_read(tmp_path: Path) -> None:
    """The limit itself is allowed."""
    write(tmp_path, {"t.json": "12345"})
    assert read_text(tmp_path / "t.json", shown="t.json", limit=5) == "12345"
    with pytest.raises(SynthgateError, match="larger than 4 bytes"):
        read_text(tmp_path / "t.json", shown="t.json", limit=4)


def test_a_file_that_cannot_be_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The operating system's own words are told."""
    write(tmp_path, {"t.json": {"Resources": {}}})

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.open", denied)
    with pytest.raises(SynthgateError, match=r"t\.json: cannot be read: Permission denied$"):
        read(tmp_path / "t.json")


def nested_in(levels: int, content: str = "") -> str:
    """A JSON template with a list in a list in a list."""
    return '{"Resources": {}, "Metadata": ' + "[" * levels + content + "]" * levels + "}"


def test_the_deepest_template_that_is_read_is_deeper_than_cloudformation_takes(
    tmp_path: Path,
) -> None:
    """The bound is one of safety; real templates never meet it."""
    parsed(tmp_path, nested_in(MAX_DEPTH - 2))
    assert refusal(tmp_path, nested_in(MAX_DEPTH)) == (
        ":1:130: nested too deeply; at most 100 levels are read"
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("lists.json", nested_in(10_000)),
        ("open lists.json", '{"Resources": ' + "[" * 1_000_000),
        ("objects.json", '{"Resources": ' + '{"a":' * 10_000 + "1" + "}" * 10_001),
        ("lists.yaml", "Resources: {}\nMetadata: " + "[" * 10_000 + "]" * 10_000),
        ("open lists.yaml", "Metadata: " + "[" * 1_000_000),
        ("objects.yaml", "Resources: {}\nMetadata: " + "{a: " * 10_000 + "1" + "}" * 10_000),
        ("dashes.yaml", "Metadata:\n  " + "- " * 1_000_000 + "x\nResources: {}\n"),
        ("functions.yaml", "Resources: {}\nMetadata: " + "!Not [" * 10_000 + "]" * 10_000),
    ],
    ids=lambda value: value if "." in value[-6:] else "",
)
def test_a_bottomless_file_is_refused_at_once(tmp_path: Path, name: str, content: str) -> None:
    """A small file that is nested without end neither takes long nor ends the process."""
    start = time.perf_counter()
    said = refusal(tmp_path, content, name)
    assert said.endswith("nested too deeply; at most 100 levels are read")
    assert re.match(r":\d+:\d+: (not a template: )?nested", said)
    assert time.perf_counter() - start < AT_ONCE


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.json", '{"Resources": {}, "Metadata": ' + "1" * 5_000 + "}"),
        ("t.yaml", "Resources: {}\nMetadata: " + "1" * 5_000),
    ],
    ids=["JSON", "YAML"],
)
def test_a_number_that_python_does_not_read_is_refused(
    tmp_path: Path, name: str, content: str
) -> None:
    """Thousands of digits end as a message, not as a traceback."""
    assert refusal(tmp_path, content, name).endswith(
        "a number has more digits than Python reads; write it as a string"
    )


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@patient
@given(json_values)
def test_json_without_repeated_keys_is_what_json_says(value: object) -> None:
    """The refusal of repeated keys changes nothing else."""
    assert parse_json(json.dumps(value)) == value
