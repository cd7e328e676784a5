"""What a snapshot holds, and the little that it masks."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.review.canonical import canonical, mask, matcher, serialize

MD5 = "0123456789abcdef0123456789abcdef"
SHA = "ab" * 32

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("kind", "logical_id"),
    [
        ("AWS::ApiGateway::Deployment", "ApiDeployment1A2B3C4D"),
        ("AWS::ApiGatewayV2::Deployment", "HttpDeploymentABCDEF12"),
        ("AWS::Lambda::Version", "HandlerCurrentVersion1A2B3C4D"),
    ],
)
def test_a_content_hash_at_the_end_of_a_logical_id_is_masked_wherever_it_stands(
    kind: str, logical_id: str
) -> None:
    """The id's key, Refs, DependsOn, GetAtt and Sub all name the same masked id."""
    hashed = f"{logical_id}{MD5}"
    template = {
        "Resources": {
            hashed: {"Type": kind},
            "User": {
                "Type": "AWS::ApiGateway::Stage",
                "DependsOn": [hashed],
                "Properties": {
                    "DeploymentId": {"Ref": hashed},
                    "Version": {"Fn::GetAtt": [hashed, "Version"]},
                    "Arn": {"Fn::Sub": f"arn:${{{hashed}.Arn}}:x"},
                },
            },
        }
    }
    masked = f"{logical_id}<hash>"
    assert mask(template) == {
        "Resources": {
            masked: {"Type": kind},
            "User": {
                "Type": "AWS::ApiGateway::Stage",
                "DependsOn": [masked],
                "Properties": {
                    "DeploymentId": {"Ref": masked},
                    "Version": {"Fn::GetAtt": [masked, "Version"]},
                    "Arn": {"Fn::Sub": f"arn:${{{masked}.Arn}}:x"},
                },
            },
        }
    }


def test_a_hash_in_another_types_logical_id_stays() -> None:
    """A table that is called like a hash is replaced when its id changes: that has to be seen."""
    template = {"Resources": {f"Table{MD5}": {"Type": "AWS::DynamoDB::Table"}}}
    assert mask(template) == template


def test_two_versions_of_one_function_are_not_merged() -> None:
    """Masking both ids would make one resource of two, and hide one of them."""
    template = {
        "Resources": {
            f"HandlerCurrentVersion{MD5}": {"Type": "AWS::Lambda::Version"},
            f"HandlerCurrentVersion{MD5[::-1]}": {"Type": "AWS::Lambda::Version"},
        }
    }
    assert len(mask(template)["Resources"]) == 2


def test_only_hashes_of_the_assemblys_own_assets_are_masked() -> None:
    """Another SHA-256, such as a pinned image, is part of what is reviewed."""
    other = "cd" * 32
    template = {"Key": f"{SHA}.zip", "Image": f"app@sha256:{other}", "Long": f"{SHA}{other}"}
    assert mask(template, assets=[SHA]) == {
        "Key": "<asset>.zip",
        "Image": f"app@sha256:{other}",
        "Long": f"{SHA}{other}",
    }


def test_the_text_is_sorted_indented_and_ends_with_a_newline() -> None:
    """Two synths that differ in the order of keys have one snapshot; lists keep their order."""
    assert canonical({"b": [2, 1], "a": "ü"}) == '{\n  "a": "ü",\n  "b": [\n    2,\n    1\n  ]\n}\n'


def test_a_masked_template_has_its_keys_sorted() -> None:
    """A review tells of what CDK wrote and of a snapshot in one order."""
    assert list(mask({"b": {"d": 1, "c": 2}, "a": 0})) == ["a", "b"]
    assert list(mask({"b": {"d": 1, "c": 2}, "a": 0})["b"]) == ["c", "d"]


def test_the_matcher_masks_as_the_gate_does() -> None:
    """The plugin and the gate compare the same text."""
    template = {"Key": f"{SHA}.zip"}
    assert serialize(matcher([SHA])(data=template, path=())) == canonical(template, assets=[SHA])


@given(json_values)
def test_what_holds_no_hash_is_kept_as_it_is(value: Any) -> None:  # noqa: ANN401 - any JSON
    """Masking changes nothing else, and the text can be read back."""
    assert mask(value) == value
    assert json.loads(canonical(value)) == value
