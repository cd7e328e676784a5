"""YAML templates: short forms, and what of YAML 1.1 CloudFormation takes."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
import yaml as pyyaml
from hypothesis import given
from hypothesis import strategies as st

from compliance.assembly import yaml
from compliance.findings import SynthgateError
from tests.compliance.properties import patient


def value(text: str) -> Any:  # noqa: ANN401 - whatever the document holds
    """The value of a document's only key."""
    return yaml.parse(f"Value: {text}\n", shown="t.yaml")["Value"]


def refusal(text: str) -> str:
    """The text with which a document is refused."""
    with pytest.raises(SynthgateError) as raised:
        yaml.parse(text, shown="t.yaml")
    return str(raised.value)


@pytest.mark.parametrize(
    ("short", "written_out"),
    [
        ("!Ref Table", {"Ref": "Table"}),
        ("!Condition IsProd", {"Condition": "IsProd"}),
        ("!GetAtt Table.Arn", {"Fn::GetAtt": ["Table", "Arn"]}),
        ("!GetAtt Inner.Outputs.Arn", {"Fn::GetAtt": ["Inner", "Outputs.Arn"]}),
        ("!GetAtt [Table, Arn]", {"Fn::GetAtt": ["Table", "Arn"]}),
        ("!Sub 'arn:${AWS::Partition}:x'", {"Fn::Sub": "arn:${AWS::Partition}:x"}),
        ("!Sub ['${A}', {A: !Ref B}]", {"Fn::Sub": ["${A}", {"A": {"Ref": "B"}}]}),
        (
            "!Join ['', [a, !Join ['-', [!Ref B, c]]]]",
            {"Fn::Join": ["", ["a", {"Fn::Join": ["-", [{"Ref": "B"}, "c"]]}]]},
        ),
        (
            "!If [IsProd, !Ref A, !Ref 'AWS::NoValue']",
            {"Fn::If": ["IsProd", {"Ref": "A"}, {"Ref": "AWS::NoValue"}]},
        ),
        ("!Select [0, !Split [',', a]]", {"Fn::Select": [0, {"Fn::Split": [",", "a"]}]}),
        ("!ImportValue Shared", {"Fn::ImportValue": "Shared"}),
        ("!FindInMap [M, a, b]", {"Fn::FindInMap": ["M", "a", "b"]}),
        ("!Transform {Name: AWS::Include}", {"Fn::Transform": {"Name": "AWS::Include"}}),
        ("!GetAZs ''", {"Fn::GetAZs": ""}),
        ("!Base64 text", {"Fn::Base64": "text"}),
        ("!Not [!Equals [a, b]]", {"Fn::Not": [{"Fn::Equals": ["a", "b"]}]}),
        ("{'Fn::Join': ['', [a]]}", {"Fn::Join": ["", ["a"]]}),
    ],
)
def test_short_forms_are_written_out(short: str, written_out: object) -> None:
    """The rest of the project knows long forms only."""
    assert value(short) == written_out


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("2012-10-17", "2012-10-17"),
        ("2012-10-17T00:00:00Z", "2012-10-17T00:00:00Z"),
        ("'on'", "on"),
        ("on", True),
        ("off", False),
        ("Yes", True),
        ("NO", False),
        ("true", True),
        ("y", "y"),
        ("0644", 0o644),
        ("'0644'", "0644"),
        ("012345678901", "012345678901"),
        ("0x1F", 31),
        ("30", 30),
        ("30.5", 30.5),
        ("~", None),
        ("", None),
        ("=", "="),
        ("arn:aws:s3:::*", "arn:aws:s3:::*"),
    ],
)
def test_plain_scalars_are_what_cloudformation_takes_them_for(text: str, kept: object) -> None:
    """Booleans and octals are those of YAML 1.1; a date is a text, a policy's version above all."""
    found = value(text)
    assert found == kept
    assert type(found) is type(kept)


@pytest.mark.parametrize("key", ["on", "off", "yes", "123", "2012-10-17", "true", "~"])
def test_keys_stay_texts(key: str) -> None:
    """A key is a name, whatever YAML would make of it."""
    assert yaml.parse(f"{key}: 1", shown="t.yaml") == {key: 1}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "A: &x [1]\nB: *x\n",
            "t.yaml:2:4: not a template: alias *x: CloudFormation takes no aliases; write",
        ),
        (
            "A:\n  <<: {B: 1}\n",
            "t.yaml:2:3: not a template: CloudFormation takes no merges (<<); write the keys out",
        ),
        (
            "A: 1\nB: {C: 1, C: 2}\n",
            "t.yaml:2:11: not a template: key 'C' stands twice in one object; remove one",
        ),
        (
            "A: 1\nB: !If {C: 1, C: 2}\n",
            "t.yaml:2:15: not a template: key 'C' stands twice in one object; remove one",
        ),
        (
            "A: !!set {a}\n",
            "t.yaml:1:4: not a template: CloudFormation takes no tag !!set; write a plain value",
        ),
        (
            "A: !!timestamp 2012-10-17\n",
            "t.yaml:1:4: not a template: CloudFormation takes no tag !!timestamp; write a plain",
        ),
        (
            "A: !!python/object/apply:os.system [x]\n",
            "t.yaml:1:4: not a template: CloudFormation takes no tag !!python/object/apply:os.sys",
        ),
        ("A: [1\n", "t.yaml:2:1: not a template: did not find expected ',' or ']'"),
        ("A: 1\n---\nB: 1\n", "t.yaml:2:1: not a template: but found another document"),
        ("A: \x00\n", "t.yaml: not a template: "),
    ],
    ids=[
        "alias",
        "merge",
        "twice",
        "twice in a function",
        "set",
        "timestamp",
        "python",
        "unfinished",
        "two documents",
        "control character",
    ],
)
def test_what_cloudformation_does_not_take_is_refused_and_placed(text: str, said: str) -> None:
    """File, line and column, what stands there, and what to write instead."""
    assert refusal(text).startswith(said)


def test_a_small_file_cannot_unfold_into_a_large_one() -> None:
    """Aliases of aliases would be gigabytes; none is followed."""
    laughs = "\n".join(f"A{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30))
    assert "alias *a0" in refusal(f"A0: &a0 [x]\n{laughs}\n")


def test_the_loader_without_libyaml_reads_the_same() -> None:
    """PyYAML's own parser stands in where the wheel has no libyaml."""
    program = (
        "import json, sys, yaml\n"
        "del yaml.CSafeLoader\n"
        "from compliance.assembly import yaml as ours\n"
        "print(json.dumps(ours.parse(sys.stdin.read(), shown='t.yaml')))\n"
    )
    text = "A: !Sub '${B}'\nC: [1, on, 2012-10-17, {D: !GetAtt E.F.G}]\n"
    done = subprocess.run(
        [sys.executable, "-c", program], input=text, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == yaml.parse(text, shown="t.yaml")


words = st.text(st.characters(categories=("L", "N", "P", "S", "Zs")))
documents = st.recursive(
    st.none() | st.booleans() | st.integers() | words,
    lambda inner: st.lists(inner) | st.dictionaries(words.filter(lambda key: key != "<<"), inner),
    max_leaves=15,
)


class _NoAliases(pyyaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - PyYAML's signature
        return True


@patient
@given(documents)
def test_any_json_value_survives_yaml(document: object) -> None:
    """What a YAML writer quotes comes back as it was."""
    text = pyyaml.dump({"Value": document}, Dumper=_NoAliases, allow_unicode=True)
    assert yaml.parse(text, shown="t.yaml") == {"Value": document}
