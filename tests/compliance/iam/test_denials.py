"""Whether an Allow, with the Denies beside it, lets in those only who are meant."""

from __future__ import annotations

from typing import Any

import pytest

from compliance.iam.conditions import names
from compliance.iam.denials import lets_in_only
from compliance.iam.statements import Opaque, PolicyKind
from compliance.intrinsics import Unknown
from tests.compliance.iam.policies import policy

Json = dict[str, Any]
VPC = names("aws:sourcevpc")
INSIDE: Json = {"StringEquals": {"aws:SourceVpc": "vpc-1"}}
OUTSIDE: Json = {"StringNotEquals": {"aws:SourceVpc": "vpc-1"}}
NO_VALUE = {"Ref": "AWS::NoValue"}


def only(allow: Json, *denials: Json) -> object:
    """The answer for an Allow of everybody and the Denies beside it."""
    allowed = {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "arn:x/*"}
    denied = {**allowed, "Effect": "Deny", "Condition": OUTSIDE}
    found = policy({**allowed, **allow}, *({**denied, **each} for each in denials))
    unknown = Opaque(PolicyKind.RESOURCE, "Properties.Policy", "why")
    answer = lets_in_only(found[0], (*found, unknown), VPC)
    return "unknown" if isinstance(answer, Unknown) else answer


def test_an_allow_may_be_narrow_by_itself() -> None:
    """Or open, when nothing stands beside it."""
    assert only({"Condition": INSIDE}) is True
    assert only({}) is False
    assert only({"Condition": {"Ref": "Unset"}}) == "unknown"


def test_another_allow_keeps_nobody_out() -> None:
    """Only a Deny does."""
    assert only({}, {"Effect": "Allow"}) is False


@pytest.mark.parametrize(
    ("denial", "expected"),
    [
        ({}, True),
        ({"Condition": {}}, True),
        ({"Condition": INSIDE}, False),
        ({"Condition": {"Ref": "Unset"}}, "unknown"),
        ({"Principal": {"AWS": ["111122223333", "*"]}}, True),
        ({"Principal": {"AWS": "111122223333"}}, False),
        ({"Principal": {"Service": "*"}}, True),
        ({"Principal": NO_VALUE}, False),
        ({"Principal": NO_VALUE, "NotPrincipal": {"AWS": "111122223333"}}, True),
        ({"Principal": NO_VALUE, "NotPrincipal": {"AWS": "arn:aws:iam::1:role/x"}}, True),
        ({"Principal": NO_VALUE, "NotPrincipal": {"Service": "s3.amazonaws.com"}}, True),
        ({"Principal": NO_VALUE, "NotPrincipal": {"Federated": "x"}}, True),
        ({"Principal": NO_VALUE, "NotPrincipal": "*"}, False),
        ({"Principal": NO_VALUE, "NotPrincipal": {"AWS": {"Ref": "Unset"}}}, False),
        ({"Principal": NO_VALUE, "NotPrincipal": {"AWS": ["111122223333", "*"]}}, False),
        ({"Action": "*"}, True),
        ({"Action": ["s3:Get*", "S3:*"]}, True),
        ({"Action": "s3:Get*"}, False),
        ({"Action": {"Ref": "Unset"}}, False),
        ({"Action": NO_VALUE, "NotAction": "s3:*"}, False),
        ({"Resource": "*"}, True),
        ({"Resource": NO_VALUE}, True),
        ({"Resource": ["arn:y", "arn:x/*"]}, True),
        ({"Resource": "arn:x/a*"}, False),
        ({"Resource": "arn:x/?"}, False),
        ({"Resource": {"a": "b"}}, False),
        ({"Resource": NO_VALUE, "NotResource": "arn:y"}, False),
    ],
    ids=str,
)
def test_a_deny_keeps_all_others_out_of_all_that_is_granted(denial: Json, expected: object) -> None:
    """Everybody, every action and every resource: else there is a way in."""
    assert only({}, denial) == expected


@pytest.mark.parametrize(
    ("allow", "denial", "expected"),
    [
        ({"Action": "s3:GetObject"}, {}, True),
        ({"Action": ["s3:GetObject", "s3:Put*"]}, {}, True),
        ({"Action": ["s3:GetObject", "sqs:*"]}, {}, False),
        ({"Action": ["s3:GetObject", {"Ref": "Unset"}]}, {}, False),
        ({"Action": NO_VALUE, "NotAction": "sqs:*"}, {}, False),
        ({"Action": NO_VALUE, "NotAction": "sqs:*"}, {"Action": "*"}, True),
        ({"Resource": "arn:x/a"}, {}, True),
        ({"Resource": ["arn:x/a", "arn:x/b*"]}, {}, True),
        ({"Resource": ["arn:x/a", "arn:x"]}, {}, False),
        ({"Resource": "*"}, {}, False),
        ({"Resource": NO_VALUE}, {}, False),
        ({"Resource": NO_VALUE}, {"Resource": "*"}, True),
        ({"Resource": NO_VALUE, "NotResource": "arn:x/a"}, {}, False),
        ({"Resource": NO_VALUE, "NotResource": "arn:x/a"}, {"Resource": "*"}, True),
        (
            {"Resource": {"Fn::Sub": "${Role.Arn}/*"}},
            {"Resource": {"Fn::Sub": "${Role.Arn}/*"}},
            True,
        ),
        ({"Resource": {"Fn::Sub": "${Role.Arn}/*"}}, {"Resource": {"Fn::Sub": "${Role}/*"}}, False),
        ({"Resource": {"a": "b"}}, {}, False),
    ],
    ids=str,
)
def test_what_is_granted_has_to_be_denied(allow: Json, denial: Json, *, expected: bool) -> None:
    """All of it, whatever form it is granted in."""
    assert only(allow, denial) is expected


def test_one_of_several_denies_is_enough() -> None:
    """Each of them keeps out all whom it does not spare."""
    assert only({}, {"Condition": INSIDE}, {}) is True
    assert only({}, {"Condition": {"Ref": "Unset"}}, {"Action": "s3:Get*"}) == "unknown"


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ("execute-api:/*", True),
        ("execute-api:/*/*/*", True),
        ("execute-api:*/*", True),
        ("arn:aws:execute-api:eu-west-1:123456789012:abc/*", True),
        (
            {"Fn::Sub": "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:a/*"},
            True,
        ),
        ("execute-api:/prod/*", False),
        ("execute-api:/*/GET/*", False),
        ("execute-api:/", False),
        ("x:/*", False),
    ],
    ids=str,
)
def test_an_api_has_several_names_for_all_of_its_calls(resource: object, *, expected: bool) -> None:
    """The policy is one API's, so that each of them means the same."""
    allow = {"Resource": "execute-api:/*/*"}
    assert only(allow, {"Resource": resource}) is expected
