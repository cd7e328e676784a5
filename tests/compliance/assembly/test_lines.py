"""On which line a resource begins, in JSON as CDK writes it, any JSON, and YAML."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.assembly import lines

if TYPE_CHECKING:
    from pathlib import Path

YAML = """\
# A comment: Resources
Parameters:
  Resources: {Type: String}
  Topic:
    Type: String

Resources:
  # The first one.
  Topic:
    Type: AWS::SNS::Topic
    Properties:
      DisplayName: |
        Resources:
          Inner: 1
  "Queue":
    Type: AWS::SQS::Queue
    DependsOn: [Topic]
  ? Role
  : Type: AWS::IAM::Role
    Properties:
      Tags:
        - {Key: Resources, Value: !Sub "${Topic}"}
  200:
    Type: AWS::SNS::Topic
Outputs:
  Late:
    Value: !Ref Topic
"""


def test_json_as_cdk_writes_it() -> None:
    """One space a level, a key a line; the lines are those of the keys."""
    template = {
        "Parameters": {"Topic": {"Type": "String", "Default": "Resources"}},
        "Resources": {
            "Topic": {"Type": "AWS::SNS::Topic", "Metadata": {"Resources": {"Queue": 1}}},
            "Queue": {"Type": "AWS::SQS::Queue"},
        },
        "Outputs": {"Queue": {"Value": 1}},
    }
    text = json.dumps(template, indent=1)
    rows = text.split("\n")
    found = lines.in_text(text)
    assert found == {"Topic": 9, "Queue": 17}
    assert rows[8].strip() == '"Topic": {'
    assert rows[16].strip() == '"Queue": {'


def test_any_other_json() -> None:
    """A whole template in a line, white space anywhere, an escaped key, other line ends."""
    assert lines.in_text('{"Resources":{"A":{"Type":"x"},"B":{}}}') == {"A": 1, "B": 1}
    spread = '\n{\n"Resources"\n:\n{\n"A"\n:\n{"x": "}\\""}\n,\n\n"\\u0042" :{} }\n}'
    assert lines.in_text(spread) == {"A": 6, "B": 11}
    assert lines.in_text('{\r\n"Resources": {\r\n"A": {}\r\n}\r\n}') == {"A": 3}


def test_yaml() -> None:
    """Comments, block texts, quoted and explicit keys, flow style, short forms, other sections."""
    assert lines.in_text(YAML) == {"Topic": 9, "Queue": 15, "Role": 18, "200": 23}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "{}",
        '{"Resources": []}',
        '{"Resources": 1}',
        '{"Outputs": {"A": 1}}',
        '{"Resources": {"A": }}',
        '{"Resources": {"A": {}',
        '{"Resources": {"A" {}}',
        '{"Resources": ' + '{"A": ' * 100_000,
        "Resources: {A: [",
        "Resources: [A]",
        "- Resources",
        "Resources",
        "a: *b",
        "Resources: \x00",
    ],
)
def test_what_is_no_template_has_no_lines(text: str) -> None:
    """Nothing is raised: it was a template when it was judged."""
    assert lines.in_text(text) == {}


@given(
    st.dictionaries(st.text(), st.recursive(st.text() | st.none(), st.lists, max_leaves=3)),
    st.sampled_from([None, 0, 1, 4]),
)
def test_every_key_is_found_where_it_stands(
    resources: dict[str, object], indent: int | None
) -> None:
    """Whatever the names are, and however the text is laid out."""
    text = json.dumps({"Resources": resources}, indent=indent)
    rows = text.split("\n")
    found = lines.in_text(text)
    assert found.keys() == resources.keys()
    for name, number in found.items():
        assert json.dumps(name) in rows[number - 1]


def test_a_file_is_read(tmp_path: Path) -> None:
    """With a mark of its byte order, as some editors write it."""
    path = tmp_path / "topic.yaml"
    path.write_text("Resources:\n  Topic: {}\n", encoding="utf-8-sig")
    assert lines.of_resources(path) == {"Topic": 2}


def test_what_cannot_be_read_again_has_no_lines(tmp_path: Path) -> None:
    """A file that is gone, a folder, text that is not UTF-8, a pipe that nobody waits for."""
    (tmp_path / "latin").write_bytes(b"Resources:\n  \xe4: {}\n")
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "gone", tmp_path, tmp_path / "latin", tmp_path / "pipe"):
        assert lines.of_resources(path) == {}
