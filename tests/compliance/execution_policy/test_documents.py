"""Needs become statements, and statements documents that a role can carry."""

from __future__ import annotations

import json

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as some

from compliance.execution_policy.documents import MAX_CHARACTERS, pack
from compliance.execution_policy.model import Condition, Need
from compliance.findings import SynthgateError

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def need(
    action: str, *resources: str, purpose: str = "DeployX", conditions: tuple[Condition, ...] = ()
) -> Need:
    """A need of one action."""
    return Need(
        action=action, resources=resources, purpose=purpose, place="t: X", conditions=conditions
    )


def pairs(needs: list[Need]) -> set[tuple[str, str]]:
    """Actions with their resources."""
    return {(each.action, arn) for each in needs for arn in each.resources}


@for_all(
    some.lists(
        some.tuples(
            some.sampled_from(["a:One", "a:Two", "b:One", "b:Two", "c:One"]),
            some.lists(some.integers(0, 300), min_size=1, max_size=60),
        ),
        max_size=12,
    )
)
def test_documents_allow_the_needs_and_no_more(given: list[tuple[str, list[int]]]) -> None:
    """Whatever they are split into, each document fits, and the order of the needs is nothing."""
    needs = [
        need(
            action, *(f"arn:aws:x:eu-west-1:111122223333:thing/{n:03}-{'n' * 60}" for n in numbers)
        )
        for action, numbers in given
    ]
    found = pack(needs)
    assert all(document.size <= MAX_CHARACTERS for document in found)
    assert {
        (action, arn)
        for document in found
        for statement in document.body["Statement"]
        for action in statement["Action"]
        for arn in statement["Resource"]
    } == pairs(needs)
    assert [each.text for each in pack(list(reversed(needs)))] == [each.text for each in found]
    for document in found:
        sids = [statement["Sid"] for statement in document.body["Statement"]]
        assert len(set(sids)) == len(sids)
        assert all(sid.isalnum() for sid in sids)


def test_actions_on_the_same_resources_are_one_statement_that_says_why() -> None:
    """Under the same conditions; its Sid counts the purposes that it does not name."""
    passed = Condition("StringEquals", "iam:PassedToService", ("lambda.amazonaws.com",))
    (document,) = pack(
        [
            need("sqs:CreateQueue", "q", purpose="DeploySQSQueue"),
            need("sqs:SetQueueAttributes", "q", purpose="DeploySQSQueue"),
            need("sqs:SetQueueAttributes", "q", purpose="DeploySQSQueuePolicy"),
            need("sqs:TagQueue", "q", purpose="DeployOther"),
            need("sqs:TagQueue", "other", purpose="DeployOther"),
            need("iam:PassRole", "r", purpose="PassRole", conditions=(passed,)),
            need("iam:PassRole", "s", purpose="PassRole"),
        ]
    )
    assert document.body["Statement"] == [
        {
            "Sid": "DeployOther",
            "Effect": "Allow",
            "Action": ["sqs:TagQueue"],
            "Resource": ["other", "q"],
        },
        {
            "Sid": "DeploySQSQueueAndSQSQueuePolicy",
            "Effect": "Allow",
            "Action": ["sqs:CreateQueue", "sqs:SetQueueAttributes"],
            "Resource": ["q"],
        },
        {
            "Sid": "PassRole1",
            "Effect": "Allow",
            "Action": ["iam:PassRole"],
            "Resource": ["r"],
            "Condition": {"StringEquals": {"iam:PassedToService": ["lambda.amazonaws.com"]}},
        },
        {"Sid": "PassRole2", "Effect": "Allow", "Action": ["iam:PassRole"], "Resource": ["s"]},
    ]


def test_a_statement_counts_the_purposes_that_it_does_not_name() -> None:
    """The two that it serves most are named."""
    (document,) = pack([need("a:B", "*", purpose=f"Deploy{name}") for name in ("X", "Y", "Z")])
    assert document.body["Statement"][0]["Sid"] == "DeployXAndYAnd1More"


def test_a_pattern_that_another_one_takes_in_is_not_said() -> None:
    """Where the other one says so by its end."""
    found = pack([need("s3:GetObject", "arn:aws:s3:::b/*", "arn:aws:s3:::b/x", "arn:aws:s3:::c*d")])
    assert found[0].body["Statement"][0]["Resource"] == ["arn:aws:s3:::b/*", "arn:aws:s3:::c*d"]


def test_more_documents_than_a_role_carries_are_refused_with_the_numbers() -> None:
    """Nothing is left out to make them fit."""
    needs = [
        need(f"s{number}:Act{letter * 90}", f"arn:{number}:{'x' * 500}{letter}")
        for number in range(12)
        for letter in "abcdefghij"
    ]
    with pytest.raises(SynthgateError, match=r"has 1\d documents of 6144 .* carries 10 managed"):
        pack(needs)


def test_a_statement_that_is_too_long_is_split() -> None:
    """By its resources, or by the actions on the one that there is; nothing is lost."""
    many = [need("a:One", *(f"arn:{number:03}:{'x' * 90}" for number in range(130)))]
    long = [need(f"a:{letter * 100}", "arn" * 100) for letter in LETTERS]
    long += [need(f"a:{letter * 110}", "arn" * 100) for letter in LETTERS]
    long += [need(f"a:{letter * 120}", "arn" * 100) for letter in LETTERS]
    for needs in (many, long):
        found = pack(needs)
        assert len(found) > 1
        assert all(document.size <= MAX_CHARACTERS for document in found)
        assert {
            (action, arn)
            for document in found
            for statement in document.body["Statement"]
            for action in statement["Action"]
            for arn in statement["Resource"]
        } == pairs(needs)


def test_a_statement_that_cannot_be_split_is_refused() -> None:
    """One action on one resource that is longer than a document."""
    with pytest.raises(SynthgateError, match="one statement has more than 6144"):
        pack([need("a:One", "x" * MAX_CHARACTERS)])


def test_white_space_does_not_count() -> None:
    """A document's size is that of its text without any."""
    document = pack([need("a:One", "arn")])[0]
    assert document.size == len(json.dumps(document.body, separators=(",", ":")))


def test_nothing_needs_no_document() -> None:
    """An assembly may be empty."""
    assert pack([]) == ()
