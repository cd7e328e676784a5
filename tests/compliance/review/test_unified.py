"""The raw diff, part by part."""

from __future__ import annotations

import difflib
import json
import subprocess
import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.review.canonical import serialize
from compliance.review.unified import MAX_COMPARED, diff

if TYPE_CHECKING:
    from pathlib import Path

LABELS = ("old", "new")
TOPIC = {"Type": "AWS::SNS::Topic"}

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)
templates = st.dictionaries(
    st.sampled_from(["Resources", "Outputs", "Description", "Transform", ""]),
    st.dictionaries(st.sampled_from("ABCDE"), values) | values,
)


def applied(lines: tuple[str, ...], old: str) -> str:
    """What a diff makes of the old text."""
    source = old.removesuffix("\n").split("\n") if old else []
    result: list[str] = []
    position = 0
    for line in lines[2:]:
        if line.startswith("@@"):
            start, _, length = line.split()[1].removeprefix("-").partition(",")
            begin = int(start) - (length != "0")
            result += source[position:begin]
            position = begin
        elif line.startswith("+"):
            result.append(line[1:])
        else:
            assert source[position] == line[1:]
            position += 1
            if line.startswith(" "):
                result.append(line[1:])
    result += source[position:]
    return "\n".join(result) + "\n"


@given(templates, templates)
def test_a_diff_leads_from_the_old_text_to_the_new_one(old: Any, new: Any) -> None:  # noqa: ANN401
    """Whatever the templates hold; and there is none when they are the same."""
    before, after = serialize(old), serialize(new)
    lines = diff(before, after, labels=LABELS)
    if before == after:
        assert lines == ()
    else:
        assert applied(lines, before) == after


@given(templates)
def test_a_new_template_is_all_added(new: Any) -> None:  # noqa: ANN401 - any JSON
    """From nowhere, as `git diff` has it; a template that is gone likewise."""
    text = serialize(new)
    count = text.count("\n")
    extent = "1" if count == 1 else f"1,{count}"
    added = diff("", text, labels=LABELS)
    assert added[:3] == ("--- /dev/null", "+++ new", f"@@ -0,0 +{extent} @@")
    assert {line[0] for line in added[3:]} == {"+"}
    gone = diff(text, "", labels=LABELS)
    assert gone[:3] == ("--- old", "+++ /dev/null", f"@@ -{extent} +0,0 @@")
    assert {line[0] for line in gone[3:]} == {"-"}


def test_a_resource_is_taken_out_and_put_in_whole() -> None:
    """Where a plain diff would pair its lines with those of its neighbour."""
    old = serialize({"Resources": {"A": TOPIC, "C": TOPIC}})
    new = serialize({"Resources": {"B": {"Type": "AWS::SQS::Queue"}, "C": TOPIC}})
    assert diff(old, new, labels=LABELS) == (
        "--- old",
        "+++ new",
        "@@ -1,8 +1,8 @@",
        " {",
        '   "Resources": {',
        '-    "A": {',
        '-      "Type": "AWS::SNS::Topic"',
        "-    },",
        '+    "B": {',
        '+      "Type": "AWS::SQS::Queue"',
        "+    },",
        '     "C": {',
        '       "Type": "AWS::SNS::Topic"',
        "     }",
    )


def test_a_resource_put_in_last_leaves_the_brackets_below_it() -> None:
    """Only the comma before it is a change of its neighbour."""
    old = serialize({"Resources": {"A": TOPIC}})
    new = serialize({"Resources": {"A": TOPIC, "B": TOPIC}})
    lines = diff(old, new, labels=LABELS)
    assert lines[-2:] == ("   }", " }")
    assert [line for line in lines[2:] if line[0] in "+-"] == [
        "-    }",
        "+    },",
        '+    "B": {',
        '+      "Type": "AWS::SNS::Topic"',
        "+    }",
    ]


def test_a_string_with_a_line_separator_is_one_line() -> None:
    """U+2028 ends no line of JSON."""
    lines = diff(serialize({"A": "x\u2028y"}), serialize({"A": "x"}), labels=LABELS)
    assert '-  "A": "x\u2028y"' in lines


def test_git_takes_it_for_a_patch(tmp_path: Path) -> None:
    """The form is that of `diff -u`."""
    old = serialize({"Resources": {f"R{n:02}": TOPIC for n in range(40)}})
    new = serialize(
        {
            "Resources": {f"R{n:02}": TOPIC for n in range(40) if n not in {3, 20}}
            | {"R05": {"Type": "AWS::SQS::Queue"}, "S": TOPIC}
        }
    )
    (tmp_path / "t.json").write_text(old)
    patch = "\n".join(diff(old, new, labels=("a/t.json", "b/t.json"))) + "\n"
    subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=patch.encode(), check=True)  # noqa: S607
    assert (tmp_path / "t.json").read_text() == new


@pytest.mark.parametrize("size", [2_000, MAX_COMPARED * 4])
def test_a_hostile_resource_costs_little(size: int) -> None:
    """Lines that repeat are what difflib takes longest over."""
    old = serialize({"Resources": {"A": {"P": [n * n % 150 for n in range(size)]}}})
    new = serialize({"Resources": {"A": {"P": [n * 7 % 151 for n in range(size)]}}})
    start = time.perf_counter()
    lines = diff(old, new, labels=LABELS)
    assert time.perf_counter() - start < 2
    assert applied(lines, old) == new


def test_it_is_as_short_as_the_standard_one_where_little_changes() -> None:
    """A change in the middle of many resources has three lines of context on each side."""
    body = {f"R{n:03}": {"Type": "T", "Properties": {"A": n, "B": n}} for n in range(100)}
    changed = {**body, "R050": {"Type": "T", "Properties": {"A": 0, "B": 50}}}
    old, new = serialize({"Resources": body}), serialize({"Resources": changed})
    standard = difflib.unified_diff(old.splitlines(), new.splitlines(), *LABELS, lineterm="")
    assert diff(old, new, labels=LABELS) == tuple(standard)
    assert json.loads(applied(diff(old, new, labels=LABELS), old)) == json.loads(new)
