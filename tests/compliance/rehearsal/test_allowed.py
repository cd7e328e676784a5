"""What grants say of a request: yes, no, or that a condition cannot be judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from compliance.rehearsal.allowed import Answer, Request, answer
from tests.compliance.rehearsal.ledgers import (
    FUNCTION,
    KEY,
    QUEUE,
    ROLE,
    grant,
    of_resource,
    trust,
)

if TYPE_CHECKING:
    from compliance.rehearsal.model import Grant

SOURCE = "arn:aws:execute-api:us-east-1:123456789012:api/v1/GET/items"


def _ask(*grants: Grant, **changed: Any) -> Answer:  # noqa: ANN401 - fields
    asked = {"principal": ROLE, "action": "sqs:SendMessage", "resource": QUEUE, **changed}
    return answer(grants, Request(**asked))


@pytest.mark.parametrize(
    "allowing",
    [
        grant("sqs:SendMessage", QUEUE),
        grant("sqs:*", "*"),
        grant("!iam:*", "!arn:aws:s3:::data"),
        of_resource(f"AWS:{ROLE}", "sqs:SendMessage", QUEUE),
        of_resource("*", "sqs:SendMessage", QUEUE, resource="*"),
    ],
    ids=["exact", "wide", "all but", "of the queue", "of the queue, for all"],
)
def test_a_grant_allows_what_it_takes_in(allowing: Grant) -> None:
    """Of the role, or of the resource's own policy naming the role."""
    assert _ask(allowing) is Answer.YES


@pytest.mark.parametrize(
    "other",
    [
        grant("sqs:SendMessage", f"{QUEUE}-2"),
        grant("sqs:ReceiveMessage", QUEUE),
        grant("sqs:SendMessage", QUEUE, holder=f"{ROLE}-2"),
        grant("!sqs:*", "*"),
        of_resource("AWS:arn:aws:iam::123456789012:root", "sqs:SendMessage", QUEUE),
        of_resource("*", "sqs:SendMessage", f"{QUEUE}-2", resource="*"),
        trust(f"AWS:{ROLE}", "sqs:SendMessage"),
    ],
    ids=[
        "another queue",
        "another action",
        "another role",
        "all but it",
        "the account",
        "of another queue",
        "trust",
    ],
)
def test_a_grant_of_something_else_allows_nothing(other: Grant) -> None:
    """A resource's policy that names the account leaves it to the role's own."""
    assert _ask(other) is Answer.NO


def test_the_best_word_counts() -> None:
    """One grant that allows is enough, and a doubtful one is more than none."""
    doubtful = grant("sqs:*", "*", conditions={"Bool": {"aws:SecureTransport": "true"}})
    assert _ask(doubtful) is Answer.PERHAPS
    assert _ask(doubtful, grant("sqs:SendMessage", f"{QUEUE}-2")) is Answer.PERHAPS
    assert _ask(doubtful, grant("sqs:SendMessage", QUEUE)) is Answer.YES
    assert _ask() is Answer.NO


def test_all_that_a_request_stands_for_has_to_be_allowed() -> None:
    """A single letter is not any number of them."""
    every = "arn:aws:ec2:us-east-1:123456789012:*/*"
    for pattern, said in {
        every: Answer.YES,
        "*": Answer.YES,
        "arn:aws:ec2:*:*:*/*": Answer.YES,
        "arn:aws:ec2:us-east-1:123456789012:?/?": Answer.NO,
        "arn:aws:ec2:us-east-1:123456789012:subnet/*": Answer.NO,
    }.items():
        assert _ask(grant("sqs:SendMessage", pattern), resource=every) is said, pattern


@pytest.mark.parametrize(
    ("conditions", "said"),
    [
        ({"ArnLike": {"AWS:SourceArn": SOURCE}}, Answer.YES),
        ({"ArnEquals": {"aws:SourceArn": [f"{SOURCE}-2", SOURCE]}}, Answer.YES),
        ({"StringLike": {"aws:SourceArn": "arn:*:api/*/items"}}, Answer.YES),
        ({"StringEquals": {"aws:SourceArn": SOURCE}}, Answer.YES),
        ({"StringEquals": {"aws:SourceArn": "arn:*:api/*/items"}}, Answer.NO),
        ({"ArnLike": {"aws:SourceArn": SOURCE.replace("GET", "PUT")}}, Answer.NO),
        ({"ArnNotLike": {"aws:SourceArn": SOURCE}}, Answer.PERHAPS),
        ({"StringEquals": {"aws:SourceOrgID": "o-1"}}, Answer.PERHAPS),
        (
            {"ArnLike": {"aws:SourceArn": SOURCE}, "StringEquals": {"aws:SourceOrgID": "o-1"}},
            Answer.PERHAPS,
        ),
        (
            {"ArnLike": {"aws:SourceArn": "x"}, "StringEquals": {"aws:SourceOrgID": "o-1"}},
            Answer.NO,
        ),
        ({"ArnLike": "odd"}, Answer.PERHAPS),
    ],
)
def test_every_condition_has_to_hold(conditions: dict[str, Any], said: Answer) -> None:
    """Compared as the operator says; what is not known of the request is not decided."""
    permission = of_resource("Service:x", "lambda:InvokeFunction", FUNCTION, conditions=conditions)
    asked = _ask(
        permission,
        principal="Service:x",
        action="lambda:InvokeFunction",
        resource=FUNCTION,
        context={"aws:sourcearn": (SOURCE,)},
    )
    assert asked is said


def test_a_text_of_many_is_not_compared_exactly() -> None:
    """Whether an asterisk is one is known in the account alone."""
    many = SOURCE.replace("items", "items/*")
    for operator, said in {"StringEquals": Answer.PERHAPS, "ArnLike": Answer.YES}.items():
        found = grant("sqs:SendMessage", QUEUE, conditions={operator: {"aws:SourceArn": many}})
        assert _ask(found, context={"aws:sourcearn": (many,)}) is said


def test_of_several_services_one_is_enough() -> None:
    """A key may be used through the queue's service or the topic's."""
    found = grant("kms:Decrypt", KEY, conditions={"StringEquals": {"kms:ViaService": "sqs"}})
    asked = {"action": "kms:Decrypt", "resource": KEY}
    assert _ask(found, **asked, context={"kms:viaservice": ("sqs", "sns")}) is Answer.YES
    assert _ask(found, **asked, context={"kms:viaservice": ("s3",)}) is Answer.NO
