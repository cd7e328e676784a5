"""What lets somebody in without a policy that can be read back is told."""

from __future__ import annotations

from typing import Any

import pytest

from compliance.findings import Outcome, Severity
from compliance.rehearsal.unseen import TYPES, unseen
from tests.compliance.rehearsal.accounts import assembly, resource

ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"


@pytest.mark.parametrize(
    ("kind", "properties", "location", "observed"),
    [
        ("AWS::IAM::User", {"ManagedPolicyArns": [ADMIN]}, "Properties.ManagedPolicyArns", ADMIN),
        ("AWS::IAM::User", {"Policies": [{"PolicyName": "p"}]}, "Properties.Policies", ""),
        ("AWS::IAM::User", {"Groups": ["admins"]}, "Properties.Groups", "admins"),
        ("AWS::IAM::User", {"LoginProfile": {"Password": "x"}}, "Properties.LoginProfile", ""),
        ("AWS::IAM::Group", {"ManagedPolicyArns": [ADMIN]}, "Properties.ManagedPolicyArns", ADMIN),
        ("AWS::IAM::Group", {"Policies": [{}]}, "Properties.Policies", ""),
        ("AWS::IAM::UserPolicy", {}, "", ""),
        ("AWS::IAM::GroupPolicy", {}, "", ""),
        ("AWS::IAM::UserToGroupAddition", {"GroupName": "admins"}, "", ""),
        ("AWS::IAM::AccessKey", {"UserName": "u"}, "", ""),
        ("AWS::ApiGatewayV2::Api", {"Name": "h"}, "", ""),
        ("AWS::AppSync::GraphQLApi", {}, "", ""),
        ("AWS::Lambda::Url", {"AuthType": "NONE"}, "Properties.AuthType", "NONE"),
        ("AWS::Lambda::LayerVersionPermission", {"Principal": "*"}, "", ""),
        ("AWS::Events::EventBusPolicy", {"Principal": "*"}, "", ""),
        ("AWS::RAM::ResourceShare", {}, "", ""),
        ("AWS::S3::AccessPoint", {"Policy": {"Statement": []}}, "Properties.Policy", ""),
        (
            "AWS::S3::Bucket",
            {"AccessControl": "PublicReadWrite"},
            "Properties.AccessControl",
            "PublicReadWrite",
        ),
        (
            "AWS::S3::Bucket",
            {"AccessControl": {"Fn::If": ["Open", "PublicRead", "Private"]}},
            "Properties.AccessControl",
            "PublicRead",
        ),
        (
            "AWS::S3::Bucket",
            {"AccessControl": {"Fn::Transform": {}}},
            "Properties.AccessControl",
            "",
        ),
    ],
)
def test_what_a_rehearsal_cannot_read_is_an_undecided_finding(
    kind: str, properties: dict[str, Any], location: str, observed: str
) -> None:
    """It blocks, stands on the resource, and tells what to do instead."""
    (found,) = unseen(assembly({"Thing": resource(kind, **properties)}))
    assert (found.rule, found.outcome) == ("Rehearsal-Necessary", Outcome.UNDECIDED)
    assert found.severity is Severity.HIGH
    assert (found.logical_id, found.resource_type) == ("Thing", kind)
    assert (found.location, found.observed) == (location, observed or kind)
    assert found.message.startswith("It ")
    assert "which a rehearsal cannot read" in found.message
    assert found.remediation.endswith(".")


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        ("AWS::IAM::User", {}),
        ("AWS::IAM::User", {"ManagedPolicyArns": [], "Groups": []}),
        ("AWS::IAM::Group", {"GroupName": "g"}),
        ("AWS::Lambda::Url", {"AuthType": "AWS_IAM"}),
        ("AWS::S3::AccessPoint", {"Bucket": "b"}),
        ("AWS::S3::Bucket", {}),
        ("AWS::S3::Bucket", {"AccessControl": "Private"}),
        ("AWS::S3::Bucket", {"AccessControl": "LogDeliveryWrite"}),
        ("AWS::S3::Bucket", {"AccessControl": "BucketOwnerFullControl"}),
        ("AWS::S3::Bucket", {"AccessControl": {"Fn::If": ["X", "Private", "BucketOwnerRead"]}}),
        ("AWS::IAM::Role", {"ManagedPolicyArns": [ADMIN]}),
    ],
)
def test_what_lets_nobody_in_or_is_in_the_ledger_is_left_alone(
    kind: str, properties: dict[str, Any]
) -> None:
    """A user without a policy can do nothing; a role's policies are read from the account."""
    assert unseen(assembly({"Thing": resource(kind, **properties)})) == []


def test_each_way_in_is_a_finding_of_its_own() -> None:
    """A waiver is for one of them."""
    user = resource("AWS::IAM::User", ManagedPolicyArns=[ADMIN], Groups=["admins"])
    assert [found.location for found in unseen(assembly({"User": user}))] == [
        "Properties.ManagedPolicyArns",
        "Properties.Groups",
    ]


def test_every_way_in_says_what_to_do_instead() -> None:
    """In a whole sentence."""
    for kinds in TYPES.values():
        for kind in kinds:
            assert kind.instead.endswith(".")
            assert not kind.gives.endswith(".")
