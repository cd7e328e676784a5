"""What access templates grant newly."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest

from compliance.assembly import Assembly, Template
from compliance.iam.access.model import Comparison
from compliance.iam.access.templates import compare_assemblies, policies

TRUST: Final = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    },
}
BUCKET: Final = {"Type": "AWS::S3::Bucket"}
OBJECTS: Final = {"Fn::Sub": "${Bucket.Arn}/*"}


def document(action: object, resource: object, **more: object) -> dict[str, Any]:
    """A policy that allows something."""
    statement = {"Effect": "Allow", "Action": action, "Resource": resource, **more}
    return {"Version": "2012-10-17", "Statement": [statement]}


def role(*documents: dict[str, Any], **more: object) -> dict[str, Any]:
    """A role with inline policies."""
    inline = [
        {"PolicyName": f"p{index}", "PolicyDocument": each} for index, each in enumerate(documents)
    ]
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {"AssumeRolePolicyDocument": TRUST, "Policies": inline, **more},
    }


def policy(action: object, *roles: str, resource: object = OBJECTS) -> dict[str, Any]:
    """A policy that is attached to roles."""
    return {
        "Type": "AWS::IAM::Policy",
        "Properties": {
            "PolicyName": "p",
            "PolicyDocument": document(action, resource),
            "Roles": [{"Ref": each} for each in roles],
        },
    }


def assembly(*bodies: dict[str, Any]) -> Assembly:
    """Templates, named in their order."""
    templates = tuple(
        Template(name=f"{name}.template.json", path=Path(name), body=body)
        for name, body in zip(("One", "Two"), bodies, strict=False)
    )
    return Assembly(Path("out"), templates, is_assembly=False)


def compared(
    old: dict[str, Any], new: dict[str, Any], *, renames: dict[str, dict[str, str]] | None = None
) -> Comparison:
    """What two lone templates of these resources compare to."""
    return compare_assemblies(
        assembly({"Resources": old}), assembly({"Resources": new}), renames=renames or {}
    )


def test_a_witness_names_the_role_and_the_statement() -> None:
    """A reviewer finds the grant in the template."""
    old = {"Role": role(), "Bucket": BUCKET}
    (witness,) = compared(old, {**old, "Policy": policy("s3:GetObject", "Role")}).witnesses
    assert witness.principal == "Role"
    assert (witness.action, witness.resource) == ("s3:GetObject", "${Bucket.Arn}/example")
    assert witness.statement == "Policy Properties.PolicyDocument.Statement[0]"


def test_in_several_templates_names_begin_with_theirs() -> None:
    """Logical ids are one in a template only."""
    old = assembly({"Resources": {"Role": role()}}, {"Resources": {"Role": role()}})
    new = assembly(
        {"Resources": {"Role": role()}},
        {"Resources": {"Role": role(document("sqs:ListQueues", "*"))}},
    )
    (witness,) = compare_assemblies(old, new).witnesses
    assert witness.principal == "Two/Role"
    assert witness.statement == "Two/Role Properties.Policies[0].PolicyDocument.Statement[0]"


def test_a_renamed_role_keeps_its_access_when_it_is_known_to_be_the_same() -> None:
    """Without the rename, it is somebody new."""
    old = {"Old": role(document("sqs:ListQueues", "*"))}
    new = {"New": role(document("sqs:ListQueues", "*"))}
    assert compared(old, new).result == "new-access"
    assert compared(old, new, renames={"One.template.json": {"Old": "New"}}) == Comparison()


def test_references_to_a_renamed_resource_are_the_same() -> None:
    """Also inside of functions that are not looked through."""
    part = {"Fn::Select": [5, {"Fn::Split": [":", {"Ref": "Old"}]}]}
    name = {"Fn::Join": ["", ["arn:aws:s3:::", part, "/*"]]}
    old = {"Role": role(document("s3:GetObject", name)), "Old": BUCKET}
    new = {"Role": role(document("s3:GetObject", _renamed(name))), "New": BUCKET}
    assert compared(old, new, renames={"One.template.json": {"Old": "New"}}) == Comparison()


def _renamed(name: dict[str, Any]) -> dict[str, Any]:
    split = {"Fn::Split": [":", {"Ref": "New"}]}
    return {"Fn::Join": ["", [name["Fn::Join"][1][0], {"Fn::Select": [5, split]}, "/*"]]}


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({"C": {"Fn::Equals": [{"Ref": "Env"}, "prod"]}}, "no-new-access"),
        ({"C": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Env"}, "dev"]}]}}, "new-access"),
        (
            {
                "C": {"Fn::Or": [{"Condition": "D"}, {"Fn::Equals": ["a", "b"]}]},
                "D": {"Fn::And": [{"Fn::Equals": ["prod", {"Ref": "Env"}]}]},
            },
            "no-new-access",
        ),
        ({"C": {"Fn::Equals": [{"Ref": "Env"}, {"Ref": "Other"}]}}, "new-access"),
        ({"C": {"Condition": "C"}}, "no-new-access"),
        ({"C": "nonsense"}, "new-access"),
    ],
)
def test_conditions_are_compared_by_what_decides_them(
    conditions: dict[str, Any], expected: str
) -> None:
    """The same comparison, written otherwise, is the same; a condition on itself never holds."""
    resources = {"Role": role(), "Policy": {**policy("s3:GetObject", "Role"), "Condition": "C"}}
    parameters = {"Env": {"Type": "String"}, "Other": {"Type": "String"}}
    old = {
        "Parameters": parameters,
        "Conditions": {"C": {"Fn::Equals": [{"Ref": "Env"}, "prod"]}},
        "Resources": resources,
    }
    new = {"Parameters": parameters, "Conditions": conditions, "Resources": resources}
    assert compare_assemblies(assembly(old), assembly(new)).result == expected


def test_more_conditions_than_can_be_tried_leave_the_answer_open() -> None:
    """Unless nothing that they decide has changed."""
    names = [f"C{number}" for number in range(8)]
    conditions = {name: {"Fn::Equals": [{"Ref": name}, "x"]} for name in names}
    resources = {
        "Role": role(),
        **{f"P{name}": {**policy("s3:GetObject", "Role"), "Condition": name} for name in names},
    }
    old = {"Conditions": conditions, "Resources": resources}
    new = {**old, "Resources": {**resources, "More": policy("s3:PutObject", "Role")}}
    assert compare_assemblies(assembly(old), assembly(old)) == Comparison()
    (doubt,) = compare_assemblies(assembly(old), assembly(new)).undecided
    assert doubt.reason == "there are more conditions than are tried both ways"


def test_macros_leave_the_answer_open_where_something_changed() -> None:
    """A macro may write any policy; AWS's own for SAM is known."""
    old = {"Transform": ["Mine", "AWS::Serverless-2016-10-31"], "Resources": {"Bucket": BUCKET}}
    new = {**old, "Resources": {"Bucket": BUCKET, "Other": BUCKET}}
    assert compare_assemblies(assembly(old), assembly(old)) == Comparison()
    (doubt,) = compare_assemblies(assembly(old), assembly(new)).undecided
    assert doubt.reason == "the macro Mine may write policies of its own"


def test_what_a_function_acts_as_is_access() -> None:
    """A function that runs as another role can do what that one can."""
    function = {"Type": "AWS::Lambda::Function", "Properties": {"Role": {"Ref": "Role"}}}
    old = {"Role": role(), "Admin": role(document("*", "*")), "Function": function}
    other = {**function, "Properties": {"Role": {"Ref": "Admin"}}}
    (witness,) = compared(old, {**old, "Function": other}).witnesses
    assert (witness.principal, witness.action) == ("Function", "sts:AssumeRole")
    assert witness.resource == "${Admin}"


def test_a_boundary_that_is_gone_lets_through_what_it_kept() -> None:
    """What the boundary's policy did not allow was out of reach."""
    limit = {
        "Type": "AWS::IAM::ManagedPolicy",
        "Properties": {"PolicyDocument": document("s3:*", "*")},
    }
    free = role(document(["s3:GetObject", "sqs:SendMessage"], "*"))
    old = {"Limit": limit, "Role": {**free, "Properties": {**free["Properties"]}}}
    old["Role"]["Properties"]["PermissionsBoundary"] = {"Ref": "Limit"}
    (witness,) = compared(old, {"Limit": limit, "Role": free}).witnesses
    assert (witness.principal, witness.action) == ("Role", "sqs:SendMessage")
    elsewhere = {
        "Role": role(document("s3:*", "*"), PermissionsBoundary="arn:aws:iam::aws:policy/X")
    }
    (doubt,) = compared(elsewhere, {"Role": role(document("s3:*", "*"))}).undecided
    assert doubt.reason == ("the permissions boundary arn:aws:iam::aws:policy/X limits it no more")


def test_all_that_an_assembly_grants() -> None:
    """`policies` lists who is granted something, and what is granted on what."""
    resources = {"Role": role(document("sqs:ListQueues", "*")), "Bucket": BUCKET}
    found = {
        each.principal: len(each.clauses) for each in policies(assembly({"Resources": resources}))
    }
    assert found["Role"] == 1


@pytest.mark.parametrize("garbage", [None, [], {}, "x", 3, {"Ref": []}, [[{"Fn::If": 1}]]])
def test_garbage_is_no_crash(garbage: Any) -> None:  # noqa: ANN401 - JSON
    """Whatever stands where a policy is expected, there is an answer."""
    old = {"Role": role(document("s3:GetObject", OBJECTS)), "Bucket": BUCKET}
    kinds = {
        "AWS::IAM::Role": ["AssumeRolePolicyDocument", "Policies", "ManagedPolicyArns"],
        "AWS::IAM::Policy": ["PolicyDocument", "Roles"],
        "AWS::IAM::ManagedPolicy": ["PolicyDocument", "Users"],
        "AWS::IAM::UserToGroupAddition": ["GroupName", "Users"],
        "AWS::S3::BucketPolicy": ["PolicyDocument", "Bucket"],
        "AWS::Lambda::Permission": ["FunctionName", "Principal", "Action", "SourceArn"],
        "AWS::Serverless::Function": ["Policies", "Events", "Role"],
        "AWS::Events::EventBusPolicy": ["Statement", "Principal"],
        "AWS::EC2::VPCEndpoint": ["PolicyDocument"],
        "AWS::S3::Bucket": ["AccessControl", "PublicAccessBlockConfiguration"],
    }
    new = {
        f"R{index}": {"Type": kind, "Properties": dict.fromkeys(names, garbage)}
        for index, (kind, names) in enumerate(kinds.items())
    }
    for one, other in ((old, {**old, **new}), ({**old, **new}, old), ({**old, **new}, new)):
        assert compared(one, other).result in {"new-access", "no-new-access", "undecided"}
