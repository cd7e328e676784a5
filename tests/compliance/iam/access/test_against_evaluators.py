"""Witnesses of new access, judged by evaluators that others wrote.

moto comes with the other tools of the tests. It knows no `?`, no `NotResource`, no condition in an
Allow that may fail, and compares actions with their case: it judges the pairs that go without.
MiniStack's evaluator knows all of it; its package is installed without what it depends on, which
the evaluator does not need (`requirements-ministack.lock`).
"""

from __future__ import annotations

import json
from random import Random
from typing import Final

import pytest
from ministack.core import iam_evaluator
from moto.iam.access_control import IAMPolicy, PermissionResult

from compliance.iam.access.comparison import compare
from compliance.iam.access.documents import policy
from compliance.iam.access.model import Result, Witness
from tests.compliance.iam.access.brute import Request, allowed
from tests.compliance.iam.access.pairs import TOKEN, Body, Json, document, pair

Statements = list[Body]

BUCKET: Final = "arn:aws:s3:::orders-prod"
TABLE: Final = "arn:aws:dynamodb:eu-north-1:111122223333:table/orders"
QUEUE: Final = "arn:aws:sqs:eu-north-1:111122223333:orders"
KEY: Final = "arn:aws:kms:eu-north-1:111122223333:key/11112222-3333-4444-5555-666677778888"
ROLE: Final = "arn:aws:iam::111122223333:role/deployer"


def allow(*actions: str, on: str | list[str], when: Json | None = None) -> Body:
    """An Allow."""
    condition = {"Condition": when} if when else {}
    return {"Effect": "Allow", "Action": list(actions), "Resource": on, **condition}


def deny(*actions: str, on: str | list[str], when: Json | None = None) -> Body:
    """A Deny."""
    return allow(*actions, on=on, when=when) | {"Effect": "Deny"}


def but_for(actions: list[str], *, on: str = "*") -> Body:
    """An Allow of all actions but some."""
    return {"Effect": "Allow", "NotAction": actions, "Resource": on}


PLAIN: Final[dict[str, tuple[Statements, Statements]]] = {
    "an action more": (
        [allow("dynamodb:GetItem", on=TABLE)],
        [allow("dynamodb:GetItem", "dynamodb:DeleteItem", on=TABLE)],
    ),
    "an action becomes a pattern": (
        [allow("s3:GetObject", on=f"{BUCKET}/*")],
        [allow("s3:GetObject*", on=f"{BUCKET}/*")],
    ),
    "a prefix becomes the whole bucket": (
        [allow("s3:GetObject", on=f"{BUCKET}/items/*")],
        [allow("s3:GetObject", on=f"{BUCKET}/*")],
    ),
    "a table becomes all tables": (
        [allow("dynamodb:Query", on=[TABLE, f"{TABLE}/index/*"])],
        [allow("dynamodb:Query", on="arn:aws:dynamodb:eu-north-1:111122223333:table/*")],
    ),
    "a table's name gets an open end": (
        [allow("dynamodb:PutItem", on=TABLE)],
        [allow("dynamodb:PutItem", on=f"{TABLE}*")],
    ),
    "two statements are merged": (
        [
            allow("s3:GetObject", on=f"{BUCKET}/items/*"),
            allow("s3:DeleteObject", on=f"{BUCKET}/scratch/*"),
        ],
        [allow("s3:GetObject", "s3:DeleteObject", on=[f"{BUCKET}/items/*", f"{BUCKET}/scratch/*"])],
    ),
    "a deny is gone": (
        [allow("sqs:*", on=QUEUE), deny("sqs:DeleteQueue", on="*")],
        [allow("sqs:*", on=QUEUE)],
    ),
    "a deny is narrowed": (
        [allow("s3:*", on="*"), deny("s3:Delete*", on="*")],
        [allow("s3:*", on="*"), deny("s3:DeleteBucket", on="*")],
    ),
    "an exclusion is gone": (
        [but_for(["iam:*", "organizations:*"])],
        [but_for(["organizations:*"])],
    ),
    "a list becomes all but a list": (
        [allow("kms:Decrypt", "kms:DescribeKey", on=KEY)],
        [but_for(["kms:ScheduleKeyDeletion"], on=KEY)],
    ),
    "an action without resources": (
        [allow("xray:PutTraceSegments", on="*")],
        [allow("xray:PutTraceSegments", "xray:PutTelemetryRecords", on="*")],
    ),
    "a role to pass": (
        [allow("iam:PassRole", on=ROLE)],
        [allow("iam:PassRole", on="arn:aws:iam::111122223333:role/*")],
    ),
    "something out of nothing": (
        [deny("*", on="*")],
        [allow("ssm:GetParameter", on="arn:aws:ssm:eu-north-1:111122223333:parameter/app/*")],
    ),
}
"""Pairs of what moto knows."""

VPC: Final = {"StringEquals": {"aws:SourceVpc": "vpc-1"}}
MORE: Final[dict[str, tuple[Statements, Statements]]] = {
    "another case, another action": (
        [allow("S3:getobject", on=f"{BUCKET}/*")],
        [allow("s3:GETOBJECT", "S3:Put?bject", on=f"{BUCKET}/*")],
    ),
    "all but one bucket": (
        [allow("s3:ListBucket", on=BUCKET)],
        [{"Effect": "Allow", "Action": "s3:ListBucket", "NotResource": f"{BUCKET}-archive"}],
    ),
    "a condition is gone": (
        [allow("s3:GetObject", on=f"{BUCKET}/*", when=VPC)],
        [allow("s3:GetObject", on=f"{BUCKET}/*")],
    ),
    "a value more": (
        [allow("s3:GetObject", on=f"{BUCKET}/*", when=VPC)],
        [
            allow(
                "s3:GetObject",
                on=f"{BUCKET}/*",
                when={"StringEquals": {"aws:SourceVpc": ["vpc-1", "vpc-2"]}},
            )
        ],
    ),
    "a condition that an absent key satisfies": (
        [allow("s3:GetObject", on=f"{BUCKET}/*", when=VPC)],
        [
            allow(
                "s3:GetObject",
                on=f"{BUCKET}/*",
                when={"StringEqualsIfExists": {"aws:SourceVpc": "vpc-1"}},
            )
        ],
    ),
    "a deny spares more": (
        [
            allow("s3:*", on="*"),
            deny("s3:*", on="*", when={"StringNotEquals": {"aws:SourceVpc": "vpc-1"}}),
        ],
        [
            allow("s3:*", on="*"),
            deny("s3:*", on="*", when={"StringNotLike": {"aws:SourceVpc": "vpc-*"}}),
        ],
    ),
    "transport may be insecure": (
        [
            allow("sqs:SendMessage", on=QUEUE),
            deny("*", on="*", when={"Bool": {"aws:SecureTransport": "false"}}),
        ],
        [allow("sqs:SendMessage", on=QUEUE)],
    ),
    "a wider network": (
        [allow("dynamodb:Scan", on=TABLE, when={"IpAddress": {"aws:SourceIp": "203.0.113.0/28"}})],
        [allow("dynamodb:Scan", on=TABLE, when={"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}})],
    ),
    "longer lists": (
        [allow("s3:ListBucket", on=BUCKET, when={"NumericLessThan": {"s3:max-keys": "10"}})],
        [allow("s3:ListBucket", on=BUCKET, when={"NumericLessThanEquals": {"s3:max-keys": "10"}})],
    ),
    "a region more": (
        [
            allow(
                "lambda:InvokeFunction",
                on="*",
                when={"StringEquals": {"aws:RequestedRegion": "eu-north-1"}},
            )
        ],
        [
            allow(
                "lambda:InvokeFunction",
                on="*",
                when={"StringLike": {"aws:RequestedRegion": "eu-*"}},
            )
        ],
    ),
    "other tags": (
        [
            allow(
                "sqs:TagQueue",
                on=QUEUE,
                when={"ForAllValues:StringEquals": {"aws:TagKeys": ["Owner"]}},
            )
        ],
        [
            allow(
                "sqs:TagQueue",
                on=QUEUE,
                when={"ForAnyValue:StringEquals": {"aws:TagKeys": ["Owner"]}},
            )
        ],
    ),
    "the source may be any topic": (
        [
            allow(
                "sqs:SendMessage",
                on=QUEUE,
                when={"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:*:orders"}},
            )
        ],
        [
            allow(
                "sqs:SendMessage",
                on=QUEUE,
                when={"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:*:*"}},
            )
        ],
    ),
    "the tag may be missing": (
        [
            allow(
                "sqs:ReceiveMessage",
                on="*",
                when={"StringEquals": {"aws:ResourceTag/team": "orders"}},
            )
        ],
        [
            allow(
                "sqs:ReceiveMessage",
                on="*",
                when={"Null": {"aws:ResourceTag/team": "true"}},
            )
        ],
    ),
}
"""Pairs of what moto does not know."""


KNOWN: Final = {
    "StringEquals",
    "StringNotEquals",
    "StringLike",
    "StringEqualsIfExists",
    "ForAllValues:StringEquals",
    "ForAnyValue:StringEquals",
}
"""Operators that the slow evaluation knows."""


def _operators(statements: Statements) -> set[str]:
    return {operator for body in statements for operator in body.get("Condition", {})}


def witnesses(old: Statements, new: Statements) -> tuple[Witness, ...]:
    """The witnesses of new access, of which there is one at least."""
    comparison = compare([policy(document(old), shown="old")], [policy(document(new), shown="new")])
    assert comparison.result is Result.NEW_ACCESS
    return comparison.witnesses


def moto_allows(statements: Statements, witness: Witness) -> bool:
    """What moto says of a witness."""
    evaluator = IAMPolicy({"policy_document": json.dumps(document(statements))})
    answer = evaluator.is_action_permitted(witness.action, witness.resource)
    return bool(answer == PermissionResult.PERMITTED)


def ministack_allows(policy: Json, witness: Witness) -> bool:
    """What MiniStack says of a witness."""
    context = dict(witness.condition)

    def one(key: str, otherwise: str | None = None) -> str | None:
        return next(iter(context.get(key, ())), otherwise)

    request = iam_evaluator.EvalContext(
        principal_arn=ROLE,
        principal_type="AssumedRole",
        principal_account="111122223333",
        action=witness.action,
        resource_arn=witness.resource,
        region=one("aws:requestedregion", "us-east-1"),
        source_ip=one("aws:sourceip"),
        secure_transport=one("aws:securetransport") == "true",
        tag_keys=list(context["aws:tagkeys"]) if context.get("aws:tagkeys") else None,
        service_context={
            key: values[0]
            for key, values in context.items()
            if len(values) == 1 and key != "aws:tagkeys"
        },
    )
    statements = [iam_evaluator.parse_policy_document(policy)]
    return bool(iam_evaluator.evaluate(request, statements).decision == "Allow")


@pytest.mark.parametrize("name", PLAIN)
def test_moto_agrees(name: str) -> None:
    """By moto, each witness is allowed by the new policy, and not by the old one."""
    old, new = PLAIN[name]
    for witness in witnesses(old, new):
        assert not witness.condition
        assert moto_allows(new, witness)
        assert not moto_allows(old, witness)


@pytest.mark.parametrize("name", [*PLAIN, *MORE])
def test_ministack_agrees(name: str) -> None:
    """MiniStack allows each witness by the new policy, and by the old one not."""
    old, new = (PLAIN | MORE)[name]
    for witness in witnesses(old, new):
        assert ministack_allows(document(new), witness)
        assert not ministack_allows(document(old), witness)


@pytest.mark.parametrize("seed", range(4))
def test_ministack_agrees_on_random_pairs(seed: int) -> None:
    """The witnesses of many small pairs of identity policies stand as well."""
    random = Random(seed)  # noqa: S311 - no secret
    judged = 0
    for _ in range(100):
        old, new = pair(random)
        if TOKEN in json.dumps((old, new)) or "Principal" in json.dumps((old, new)):
            continue
        found = compare([policy(old, shown="old")], [policy(new, shown="new")]).witnesses
        for witness in found:
            judged += 1
            assert ministack_allows(new, witness)
            assert not ministack_allows(old, witness)
    assert judged > 10


@pytest.mark.parametrize("name", [name for name in MORE if _operators(MORE[name][0]) <= KNOWN])
def test_the_slow_evaluation_agrees(name: str) -> None:
    """What moto cannot judge is judged by the evaluation that tries every request."""
    old, new = MORE[name]
    for witness in witnesses(old, new):
        asked = Request(witness.principal, witness.action, witness.resource, witness.condition)
        assert allowed(document(new), asked)
        assert not allowed(document(old), asked)
