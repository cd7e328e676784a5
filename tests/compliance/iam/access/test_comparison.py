"""What the comparison answers, with its witnesses and doubts."""

from __future__ import annotations

from typing import Any, Final

import pytest

from compliance.iam.access.comparison import compare
from compliance.iam.access.documents import nothing, policy
from compliance.iam.access.model import Comparison, Result

OBJECTS: Final = "arn:aws:s3:::b/*"
ROLE: Final = "arn:aws:iam::111122223333:role/reader"


def allow(action: object, resource: object, **more: object) -> dict[str, Any]:
    """An Allow."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: object, resource: object, **more: object) -> dict[str, Any]:
    """A Deny."""
    return {**allow(action, resource, **more), "Effect": "Deny"}


def where(operator: str, **keys: object) -> dict[str, Any]:
    """A Condition on keys of `aws:`."""
    return {"Condition": {operator: {f"aws:{key}": value for key, value in keys.items()}}}


def compared(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> Comparison:
    """What two policies of these statements compare to."""
    before, after = (
        policy({"Version": "2012-10-17", "Statement": each}, shown="p") if each else nothing()
        for each in (old, new)
    )
    return compare([before], [after])


def witnesses(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[tuple[object, ...]]:
    """Principal, action, resource and condition of each witness."""
    return [
        (each.principal, each.action, each.resource, dict(each.condition))
        for each in compared(old, new).witnesses
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(
            [],
            [allow("s3:getobject", OBJECTS)],
            [("*", "s3:GetObject", "arn:aws:s3:::b/example", {})],
            id="the action is spelled as AWS does",
        ),
        pytest.param(
            [],
            [allow("ec2:DescribeInstances", "*")],
            [("*", "ec2:DescribeInstances", "*", {})],
            id="an action that takes no resource is asked for on all",
        ),
        pytest.param(
            [allow("dynamodb:GetItem", "arn:aws:dynamodb:*:*:table/T")],
            [allow("dynamodb:?e*Item", "arn:aws:dynamodb:*:*:table/T")],
            [
                (
                    "*",
                    "dynamodb:DeleteItem",
                    "arn:aws:dynamodb:us-east-1:111122223333:table/T",
                    {},
                )
            ],
            id="of a wildcard the gravest action is shown",
        ),
        pytest.param(
            [allow("*", "*"), deny("s3:*", OBJECTS)],
            [allow("*", "*"), deny("s3:*", "arn:aws:s3:::b/a*")],
            [("*", "s3:BypassGovernanceRetention", "arn:aws:s3:::b/example", {})],
            id="a Deny that denies less",
        ),
        pytest.param(
            [allow("sqs:SendMessage", "arn:aws:sqs:us-east-1:111122223333:q")],
            [allow("sqs:SendMessage", "arn:aws:sqs:us-east-1:*:q")],
            [("*", "sqs:SendMessage", "arn:aws:sqs:us-east-1:444455556666:q", {})],
            id="another account than the one that was named",
        ),
        pytest.param(
            [allow("s3:GetObject", OBJECTS, **where("StringEquals", SourceVpc="vpc-1"))],
            [allow("s3:GetObject", OBJECTS, **where("StringEquals", SourceVpc=["vpc-1", "vpc-2"]))],
            [("*", "s3:GetObject", "arn:aws:s3:::b/example", {"aws:sourcevpc": ("vpc-2",)})],
            id="a condition with a value more",
        ),
        pytest.param(
            [allow("s3:GetObject", OBJECTS, **where("StringEquals", username="${aws:userid}"))],
            [
                allow(
                    "s3:GetObject",
                    OBJECTS,
                    **where("StringEquals", username=["${aws:userid}", "shared"]),
                )
            ],
            [
                (
                    "*",
                    "s3:GetObject",
                    "arn:aws:s3:::b/example",
                    {"aws:username": ("shared",), "aws:userid": ("example-userid",)},
                )
            ],
            id="a policy variable has a value in the request",
        ),
        pytest.param(
            [],
            [{**allow("s3:GetObject", OBJECTS), "Principal": {"AWS": [ROLE, "111122223333"]}}],
            [
                (
                    "arn:aws:iam::111122223333:role/reader",
                    "s3:GetObject",
                    "arn:aws:s3:::b/example",
                    {},
                ),
                ("arn:aws:iam::111122223333:root", "s3:GetObject", "arn:aws:s3:::b/example", {}),
            ],
            id="each principal is shown, an account by its root",
        ),
        pytest.param(
            [],
            [allow("s3:GetObject", {"Fn::Sub": "${Bucket.Arn}/*"})],
            [("*", "s3:GetObject", "${Bucket.Arn}/example", {})],
            id="an intrinsic is shown as it is",
        ),
    ],
)
def test_witnesses(
    old: list[dict[str, Any]], new: list[dict[str, Any]], expected: list[tuple[object, ...]]
) -> None:
    """A witness is an action that exists, on an ARN of a type that it takes."""
    assert witnesses(old, new) == expected


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(
            [allow(["s3:GetObject", "s3:PutObject"], OBJECTS)],
            [allow("s3:PutObject", OBJECTS), allow("S3:getobject", [OBJECTS])],
            id="split, reordered, in another case",
        ),
        pytest.param(
            [allow("s3:Get*", "arn:aws:s3:::b/a"), allow("s3:Get*", "arn:aws:s3:::b/a?*")],
            [allow("s3:Get*", "arn:aws:s3:::b/a*")],
            id="two patterns together are a third one",
        ),
        pytest.param(
            [allow("*", "*"), deny("iam:*", "*")],
            [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}],
            id="what is denied, left out",
        ),
        pytest.param(
            [allow("s3:GetObject", OBJECTS)],
            [
                allow("s3:GetObject", "*"),
                {"Effect": "Deny", "Action": "s3:*", "NotResource": OBJECTS},
            ],
            id="a Deny takes away what is new",
        ),
        pytest.param(
            [
                allow("s3:GetObject", OBJECTS, **where("StringEquals", SourceVpc="vpc-1")),
                allow("s3:GetObject", OBJECTS, **where("StringEquals", SourceVpc="vpc-2")),
            ],
            [allow("s3:GetObject", OBJECTS, **where("StringEquals", SourceVpc=["vpc-2", "vpc-1"]))],
            id="values of two statements in one",
        ),
        pytest.param(
            [allow("s3:*", OBJECTS)],
            [allow("s3:*", OBJECTS, **where("Bool", SecureTransport="true"))],
            id="a condition more",
        ),
        pytest.param(
            [{**allow("sts:AssumeRole", "*"), "Principal": {"AWS": "111122223333"}}],
            [
                {
                    **allow("sts:AssumeRole", "*"),
                    "Principal": {"AWS": ["arn:aws:iam::111122223333:root"]},
                }
            ],
            id="an account is its root",
        ),
    ],
)
def test_nothing_is_new(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> None:
    """The same requests, said otherwise, or fewer of them."""
    assert compared(old, new) == Comparison()


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        pytest.param(
            [],
            [allow("s3:Gget", OBJECTS)],
            "AWS lists no action s3:gget",
            id="an action that does not exist",
        ),
        pytest.param(
            [allow("s3:GetObject", OBJECTS)],
            [allow("s3:GetObject", [OBJECTS, "arn:aws:sqs:us-east-1:111122223333:q"])],
            "s3:GetObject takes no resource like arn:aws:sqs:us-east-1:111122223333:q, as far as "
            "AWS lists",
            id="a resource of another service",
        ),
        pytest.param(
            [allow("s3:GetObject", "*", **where("StringLike", SourceVpc="vpc-*"))],
            [allow("s3:GetObject", "*", **where("StringEquals", SourceVpc="vpc-1"))],
            "conditions on aws:sourcevpc are not comparable",
            id="another operator, which here asks for less",
        ),
        pytest.param(
            [allow("*", "*"), deny("s3:*", {"Fn::Sub": "${Bucket.Arn}/*"})],
            [allow("s3:GetObject", "arn:aws:s3:::b/x")],
            "whom or what it is about is known only at deploy time",
            id="a literal may be what a token stands for in an old Deny",
        ),
        pytest.param(
            [{**allow("s3:GetObject", OBJECTS), "Principal": {"AWS": "111122223333"}}],
            [{**allow("s3:GetObject", OBJECTS), "Principal": {"AWS": ROLE}}],
            "whom or what it is about is known only at deploy time",
            id="a role of an account that was named",
        ),
        pytest.param(
            [],
            [
                allow("s3:GetObject", {"Fn::Sub": "arn:aws:s3:::${T}a"}),
                deny("s3:GetObject", "arn:aws:s3:::?*"),
            ],
            "a pattern that keeps it out may take in what it turns out to be",
            id="one sign and more may be a token",
        ),
        pytest.param(
            [allow("sns:Publish", "arn:aws:sns:*:t")],
            [allow("sns:Publish", "arn:aws:sns:us-east-1:111122223333:t")],
            "it depends on whether a wildcard reaches over a colon",
            id="a wildcard for two fields of an ARN",
        ),
        pytest.param(
            [],
            [
                allow("s3:GetObject", ["arn:aws:s3:::*a" + "?" * 25 + "b*"]),
                deny("s3:GetObject", ["arn:aws:s3:::*a" + "?" * n for n in range(18)]),
            ],
            "it has more combinations of patterns than are searched",
            id="more states than are searched",
        ),
    ],
)
def test_what_stays_open(old: list[dict[str, Any]], new: list[dict[str, Any]], reason: str) -> None:
    """What cannot be decided is said to be undecided, and why."""
    found = compared(old, new)
    assert found.result is Result.UNDECIDED
    assert [each.reason for each in found.undecided] == [reason]


def test_what_nobody_can_ask_for_is_no_news_beside_a_witness() -> None:
    """Actions and resources that do not fit stand in many policies, side by side in lists."""
    found = compared(
        [], [allow(["s3:GetObject", "s3:ListBucket"], ["arn:aws:s3:::b", "arn:aws:s3:::b/*"])]
    )
    assert {(each.action, each.resource) for each in found.witnesses} == {
        ("s3:GetObject", "arn:aws:s3:::b/example"),
        ("s3:ListBucket", "arn:aws:s3:::b"),
    }
    assert found.undecided == ()
