"""Two sets of templates, compared in every respect at once."""

from __future__ import annotations

from typing import Any

import pytest

from compliance.iam.access.model import Result
from compliance.intrinsics import ABSENT
from compliance.review.model import Difference, Kind, Replaced, Review, Subject
from compliance.review.reviewing import access, review
from compliance.review.sources import canonical_assembly

TOPIC = {"Type": "AWS::SNS::TopicPolicy"}
MD5 = "0123456789abcdef0123456789abcdef"


def reviewed(old: dict[str, Any], new: dict[str, Any]) -> Review:
    """The review of templates by name."""
    return review(canonical_assembly(old), canonical_assembly(new))


def of(**resources: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """A template."""
    return {"Resources": resources}


def logs(days: int) -> dict[str, Any]:
    """A log group."""
    return {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": days}}


def role(*actions: str, resource: Any = "*") -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """A role with these actions."""
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": resource}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []},
            "Policies": [{"PolicyName": "P", "PolicyDocument": document}],
        },
    }


def test_what_is_the_same_is_only_counted() -> None:
    """Nothing differs, nothing is newly granted."""
    same = reviewed({"A": of(T=TOPIC), "B": of()}, {"A": of(T=TOPIC), "B": of()})
    assert same.templates == ()
    assert same.compared == 2
    assert same.access.result is Result.NO_NEW_ACCESS
    assert reviewed({}, {}) == Review((), same.access, compared=0)


def test_what_varies_with_each_synthesis_is_no_difference() -> None:
    """The hash at the end of a deployment's id is masked on both sides."""
    old, new = (
        {"A": of(**{f"Deployment{md5}": {"Type": "AWS::ApiGateway::Deployment"}})}
        for md5 in (MD5, MD5[::-1])
    )
    assert reviewed(old, new).templates == ()


def test_every_part_looks_at_the_change() -> None:
    """Resources with their replacement, access, exposure, protection, and the raw diff."""
    method = {
        "Type": "AWS::ApiGateway::Method",
        "Properties": {"HttpMethod": "GET", "AuthorizationType": "AWS_IAM"},
    }
    opened = {**method, "Properties": {"HttpMethod": "GET", "AuthorizationType": "NONE"}}
    table = {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "a"}}
    found = reviewed(
        {"prod/Stack": of(Get=method, Logs=logs(400), Items=table, Role=role("s3:GetObject"))},
        {
            "prod/Stack": of(
                Get=opened,
                Logs=logs(7),
                Items={**table, "Properties": {"TableName": "b"}},
                Role=role("s3:GetObject", "s3:PutObject"),
            )
        },
    )
    (template,) = found.templates
    assert template.name == "prod/Stack"
    kinds = {change.resource.logical_id: change for change in template.changes}
    assert set(kinds) == {"Get", "Logs", "Items", "Role"}
    assert kinds["Items"].replaced is Replaced.YES
    assert kinds["Items"].loss
    notes = {(note.subject, note.resource.logical_id) for note in template.notes}
    assert notes >= {(Subject.EXPOSURE, "Get"), (Subject.PROTECTION, "Logs")}
    (witness,) = found.access.witnesses
    assert (witness.principal, witness.action) == ("Role", "s3:PutObject")
    assert template.diff[:2] == ("--- old/prod/Stack", "+++ new/prod/Stack")


def test_templates_are_paired_by_name() -> None:
    """One that is new and one that is gone are compared with nothing."""
    found = reviewed({"A": of(T=TOPIC), "B": of(T=TOPIC)}, {"B": of(T=TOPIC), "C": of(T=TOPIC)})
    assert [(each.name, each.old is None, each.new is None) for each in found.templates] == [
        ("A", False, True),
        ("C", True, False),
    ]
    assert [each.changes[0].kind for each in found.templates] == [Kind.REMOVED, Kind.ADDED]
    assert found.compared == 3


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(
            {"Outputs": {"A": {"Value": 1}, "B": {"Value": 2}}},
            {"Outputs": {"A": {"Value": 1}, "C": {"Value": 2}}},
            [
                Difference("Outputs.B", {"Value": 2}, ABSENT),
                Difference("Outputs.C", ABSENT, {"Value": 2}),
            ],
            id="entries of a section",
        ),
        pytest.param(
            {},
            {"Parameters": {"A": None}},
            [Difference("Parameters.A", ABSENT, None)],
            id="a section that is new",
        ),
        pytest.param(
            {"Conditions": {}}, {}, [Difference("Conditions", {}, ABSENT)], id="an empty section"
        ),
        pytest.param(
            {"Transform": "A"},
            {"Transform": ["A", "B"]},
            [Difference("Transform", "A", ["A", "B"])],
            id="a section that is no object",
        ),
        pytest.param(
            {"Description": "same", "Transform": "A"},
            {"Description": "same"},
            [Difference("Transform", "A", ABSENT)],
            id="beside one that is the same",
        ),
        pytest.param(
            {"Mappings": [1]},
            {"Mappings": {"A": 1}},
            [Difference("Mappings", [1], {"A": 1})],
            id="a section that was no object",
        ),
        pytest.param(
            {"Metadata": {"A": True}},
            {"Metadata": {"A": 1}},
            [Difference("Metadata.A", old=True, new=1)],
            id="true is not 1",
        ),
    ],
)
def test_what_differs_outside_of_the_resources(
    old: dict[str, Any], new: dict[str, Any], expected: list[Difference]
) -> None:
    """Entry by entry, with both values."""
    (template,) = reviewed({"A": of() | old}, {"A": of() | new}).templates
    assert template.changes == ()
    assert list(template.others) == expected
    assert [(each.old is True, each.new is True) for each in template.others] == [
        (each.old is True, each.new is True) for each in expected
    ]


def test_environments_are_compared_each_with_itself() -> None:
    """What dev may do already is new in prod; each place is named with its environment."""
    wide, narrow = role("s3:GetObject", "s3:PutObject"), role("s3:GetObject")
    old = {"dev/A": of(Role=wide), "prod/A": of(Role=narrow)}
    new = {"dev/A": of(Role=wide), "prod/A": of(Role=wide)}
    (witness,) = reviewed(old, new).access.witnesses
    assert witness.action == "s3:PutObject"
    assert witness.statement.startswith("prod/Role ")
    assert access(canonical_assembly(old), canonical_assembly(new)).witnesses == (witness,)


def test_a_grant_that_moves_between_the_stacks_of_an_environment_is_not_new() -> None:
    """Access is decided over all of them."""
    policy = {
        "Type": "AWS::IAM::ManagedPolicy",
        "Properties": {
            "Roles": ["items"],
            "PolicyDocument": role("s3:GetObject")["Properties"]["Policies"][0]["PolicyDocument"],
        },
    }
    old = {"prod/A": of(P=policy), "prod/B": of(T=TOPIC)}
    new = {"prod/A": of(T=TOPIC), "prod/B": of(P=policy, T=TOPIC)}
    found = reviewed(old, new)
    assert len(found.templates) == 2
    assert [each for each in found.access.witnesses if each.principal == "items"] == []


def test_a_role_that_is_only_renamed_is_granted_nothing_new() -> None:
    """It is the same role under another logical id, and a replacement; alone, it is left open."""
    old, new = {"A": of(One=role("s3:GetObject"))}, {"A": of(Two=role("s3:GetObject"))}
    found = reviewed(old, new)
    ((change,),) = (template.changes for template in found.templates)
    assert (change.kind, change.replaced) == (Kind.RENAMED, Replaced.YES)
    assert found.access.result is Result.NO_NEW_ACCESS
    assert access(canonical_assembly(old), canonical_assembly(new)).result is Result.UNDECIDED


def test_what_is_undecided_is_named_with_its_environment() -> None:
    """As a witness is."""
    body = role("s3:GetObject")
    body["Properties"]["ManagedPolicyArns"] = ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
    found = reviewed({"prod/A": of(Role=role("s3:GetObject"))}, {"prod/A": of(Role=body)})
    (undecided,) = found.access.undecided
    assert undecided.statement.startswith("prod/Role ")
