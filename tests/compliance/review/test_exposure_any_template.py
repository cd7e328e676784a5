"""Templates of any shape: notes never raise, and always say something of somewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.review import exposure, protection
from compliance.review.exposure import added, callers, firewall, network, origins, policies
from compliance.review.protection import removed
from compliance.review.weakening.settings import _steps
from tests.compliance.properties import patient
from tests.compliance.review.noting import notes, snapshot

Json = Any
ROWS = (*exposure.TABLE.rows, *protection.TABLE.rows)
SPECIAL = (
    *(*policies.TYPES, *origins.TYPES, *callers.PLACES, *removed.SENTENCES, *added.SENTENCES),
    *(firewall.WEB_ACL, network.GROUP, network.INGRESS, network.EGRESS, network.ACL_ENTRY),
    *(network.ROUTE, network.ATTACHMENT, "AWS::ApiGateway::Method", "AWS::ApiGatewayV2::Route"),
)
TYPES = sorted({*SPECIAL, *(kind for row in ROWS for kind in row.types.split())})
KEYS = sorted(
    {step.key for row in ROWS for step in _steps(row.path) if step.key}
    | {name for row in ROWS for step in _steps(row.path) for name in step.each}
    | set(network.RANGES)
    | {"Action", "AWS", "Condition", "Effect", "Events", "IpProtocol", "Name", "OverrideAction"}
    | {"PolicyDocument", "Prefix", "Principal", "Properties", "Rules", "Statement", "StringEquals"}
    | {"Auth", "Authorizer", "Path", "Method", "FromPort", "ToPort", "GroupId", "paths", "/items"}
    | {"get", "security", "AllowOrigins", "CorsRules", "AllowedOrigins", "Sid", "Key", "Value"}
)
WORDS = (
    *("", "*", "Allow", "Deny", "Enabled", "NONE", "AWS_IAM", "PRIVATE", "Retain", "Delete"),
    *("0.0.0.0/0", "::/0", "10.0.0.0/8", "tcp", "-1", "true", "false", "Api", "HttpApi", "Block"),
    *("R0", "R1", "R0.Arn", "P", "${R0}-${P}", "{{resolve:ssm:/x}}", "123456789012", "x" * 10_000),
)
FUNCTIONS = ("Ref", "Fn::GetAtt", "Fn::If", "Fn::Join", "Fn::Sub", "Fn::Select", "Fn::Transform")

leaves = st.none() | st.booleans() | st.integers(-1, 400) | st.floats() | st.sampled_from(WORDS)
trees = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)
        | st.builds(lambda name, value: {name: value}, st.sampled_from(FUNCTIONS), inner)
    ),
    max_leaves=12,
)
resources = st.builds(
    lambda kind, properties, more: {"Type": kind, "Properties": properties, **more},
    st.sampled_from(TYPES),
    st.dictionaries(st.sampled_from(KEYS), trees, max_size=5) | trees,
    st.dictionaries(
        st.sampled_from(("Condition", "DeletionPolicy", "UpdateReplacePolicy")), trees, max_size=2
    ),
)
STACKS = [
    snapshot(name) for name in ("ApiStack", "MonitoringStack", "NetworkStack", "StorageStack")
]


def look(old: Json, new: Json) -> None:
    """Note all there is, and look at the form of what is said."""
    for note in notes(old, new):
        assert note.message
        assert "\n" not in note.message
        assert len(note.message) < 1000


@settings(patient, max_examples=300)
@given(st.lists(resources, min_size=1, max_size=4), st.lists(resources, max_size=4), trees)
def test_no_change_of_any_template_raises(
    before: list[Json], after: list[Json], default: Json
) -> None:
    """A template is untrusted on both sides."""
    old, new = (
        {
            "Parameters": {"P": {"Type": "String", "Default": value}},
            "Resources": {f"R{index}": body for index, body in enumerate(bodies)},
        }
        for bodies, value in ((before, default), (after, "a"))
    )
    look(old, new)


@settings(patient, max_examples=300)
@given(st.sampled_from(TYPES), trees, trees)
def test_no_change_of_any_resource_raises(kind: str, before: Json, after: Json) -> None:
    """One resource, as it was and as it is, of any properties."""
    old, new = (
        {"Resources": {"R0": {"Type": kind, "Properties": properties}}}
        for properties in (before, after)
    )
    look(old, new)


@settings(patient, max_examples=300)
@given(st.sampled_from(STACKS), st.data())
def test_no_fault_in_a_real_template_raises(stack: Json, data: st.DataObject) -> None:
    """Deep inside what is looked for, anything may stand: a list, a number, a word, nothing."""
    fault = broken(stack["Resources"], data)
    if isinstance(fault, Mapping):
        faulty = {**stack, "Resources": fault}
        look(stack, faulty)
        look(faulty, stack)


def broken(node: Json, data: st.DataObject) -> Json:
    """The value with one part of it replaced, or itself."""
    keys = (
        list(node)
        if isinstance(node, Mapping)
        else range(len(node))
        if isinstance(node, list)
        else ()
    )
    if not keys or data.draw(st.integers(0, 9)) == 0:
        return data.draw(trees)
    chosen = data.draw(st.sampled_from(keys))
    if isinstance(node, Mapping):
        return {**node, chosen: broken(node[chosen], data)}
    return [*node[:chosen], broken(node[chosen], data), *node[chosen + 1 :]]
