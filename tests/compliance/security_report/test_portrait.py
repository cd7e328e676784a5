"""The portrait as a whole: of any template, the same every time, whatever its names are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.security_report import resource_policies
from compliance.security_report.naming import MAX_NAME, Places, listed, name, short
from compliance.security_report.picture import kinds
from compliance.security_report.picture.flows import FLOWS
from compliance.security_report.picture.merging import MAX_ARROWS, MAX_NODES
from tests.compliance.properties import patient
from tests.compliance.rules.test_any_template import TEMPLATES, broken, trees
from tests.compliance.security_report import portraits
from tests.compliance.security_report.portraits import of, resource

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from compliance.assembly.model import Resource
    from compliance.security_report.model import Portrait

Json = dict[str, Any]
TYPES = sorted(
    {
        *FLOWS,
        *kinds.SHOWN,
        *kinds.PARTS,
        *resource_policies.TYPES,
        "AWS::IAM::Policy",
        "AWS::Lambda::Url",
        "AWS::WAFv2::WebACLAssociation",
        "AWS::ApiGateway::UsagePlan",
    }
)
PROPERTIES = sorted(
    {
        *kinds.PARTS.values(),
        *(
            path.partition(".")[0]
            for wires in FLOWS.values()
            for wire in wires
            for path in wire[:2]
        ),
        "AuthType",
        "AuthenticationType",
        "Body",
        "Events",
        "Listeners",
        "PermissionsBoundary",
        "Policies",
        "PolicyDocument",
        "Role",
        "VpcConfig",
    }
    - {""}
)
resources = st.builds(
    lambda kind, properties: {"Type": kind, "Properties": properties},
    st.sampled_from(TYPES),
    st.dictionaries(st.sampled_from(PROPERTIES), trees, max_size=5) | trees,
)


def check(found: Portrait) -> None:
    """The form that whoever draws it relies on."""
    hash(found)
    picture = found.architecture
    nodes = {node.id for node in picture.nodes}
    assert len(nodes) == len(picture.nodes) <= MAX_NODES
    assert len(picture.arrows) <= MAX_ARROWS
    known: set[str] = {""}
    for boundary in picture.boundaries:
        assert boundary.parent in known
        assert boundary.id not in known
        known.add(boundary.id)
    assert {node.boundary for node in picture.nodes} <= known - {""}
    for arrow in picture.arrows:
        assert {arrow.source, arrow.target} <= nodes
        assert arrow.source != arrow.target


@settings(patient, max_examples=150)
@given(st.lists(resources, min_size=1, max_size=5), trees)
def test_any_template_has_a_portrait(bodies: list[Any], default: Any) -> None:  # noqa: ANN401 - any JSON
    """A template is untrusted: whatever stands in it is shown, or left alone."""
    found = portraits.of_stacks(
        {
            "Stack": {
                "Parameters": {"P": {"Type": "String", "Default": default}},
                "Resources": {f"R{index}": body for index, body in enumerate(bodies)},
            }
        }
    )
    check(found)


@settings(patient, max_examples=150)
@given(st.sampled_from(TEMPLATES), st.data())
def test_a_template_with_a_fault_has_a_portrait(templates: list[Any], data: st.DataObject) -> None:
    """Deep inside what is looked for, anything may stand: a list, a number, a word, nothing."""
    bodies = [broken(template, data) for template in templates]
    stacks = {f"S{index}": body for index, body in enumerate(bodies) if isinstance(body, dict)}
    check(portraits.of_stacks(stacks))


def test_the_projects_portrait_has_its_form_and_is_the_same_again(
    assemblies: Callable[[str], Path],
) -> None:
    """Nothing in it hangs on the order in which sets or threads come."""
    folder = assemblies("prod")
    found = portraits.of_folder(folder)
    check(found)
    assert portraits.of_folder.__wrapped__(folder) == found


def test_pictures_of_environments_that_are_made_alike_are_equal(
    assemblies: Callable[[str], Path],
) -> None:
    """So the report shows one: no account's number, and no name of an environment is in it."""
    staging, prod = (
        portraits.of_folder(assemblies(name)).architecture for name in ("staging", "prod")
    )
    assert [(node.id, node.label) for node in staging.nodes] == [
        (node.id, node.label) for node in prod.nodes
    ]


def test_hostile_names_are_plain_text_of_a_bounded_length() -> None:
    """What they hold is for those to escape who draw them."""
    evil = "<script>\x1b[31m" + "x" * 10_000
    found = of(
        Table=resource("AWS::DynamoDB::Table", evil),
        Logs=resource("AWS::Logs::LogGroup", LogGroupName=evil),
        User=resource(
            "AWS::IAM::User",
            evil,
            Policies=[
                {
                    "PolicyDocument": {
                        "Statement": [
                            {
                                "Sid": evil,
                                "Effect": "Allow",
                                "Action": evil,
                                "Resource": evil,
                                "Condition": {evil: {evil: [evil]}},
                            }
                        ]
                    }
                }
            ],
        ),
    )
    (row,) = found.access
    (grant,) = row.grants
    words = [row.principal.name, row.service, grant.action, grant.resource, grant.condition]
    words += [grant.sid, *(node.label for node in found.architecture.nodes)]
    words += [group.name for group in found.log_groups]
    assert max(map(len, words)) == MAX_NAME
    assert all(
        word.startswith(("<script>\x1b[31m", "Logs", "Table", "User")) for word in words if word
    )


def test_names_are_those_that_a_reader_knows() -> None:
    """Construct paths without their last, made part; references in their short form."""
    (template,) = portraits.context(
        {
            "Stack": {
                "Resources": {
                    "A": resource("AWS::S3::Bucket", "Stack/Data/Resource"),
                    "B": resource("AWS::S3::Bucket"),
                }
            }
        }
    ).assembly.templates
    assert [name(each) for each in template.resources.values()] == ["Stack/Data", "Stack/B"]
    context = portraits.context({"Stack": dict(template.body)})
    (again,) = context.assembly.templates
    one = context.resolver(again).one
    assert short(one({"Fn::Sub": "${A.Arn}/x"})) == "${Stack/Data}/x"
    assert short(one({"Fn::Sub": "${A.DomainName}"})) == "${Stack/Data.DomainName}"
    assert short(one({"Fn::Sub": "${AWS::Partition}"})) == "${AWS::Partition}"
    assert short(one({"Ref": "AWS::NoValue"})) == ""
    assert short(one({"Ref": "Nothing"})) == "${Nothing}"
    assert short(3) == "3"
    assert listed(["a", "b", "c"], most=2) == "a, b and 1 more"


def test_a_place_is_worked_out_once() -> None:
    """The line of a resource may cost a look into a file."""
    asked: list[Resource] = []
    (template,) = portraits.context(
        {"Stack": {"Resources": {"A": resource("AWS::S3::Bucket")}}}
    ).assembly.templates
    bucket = template.resources["A"]
    places = Places(asked.append)
    assert places.of(bucket) is places.of(bucket)
    assert asked == [bucket]
