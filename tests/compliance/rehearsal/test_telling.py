"""Grants are told in words of the reader's: names instead of ARNs, and no more than a few."""

from __future__ import annotations

import pytest

from compliance.rehearsal.telling import counted, short, some, statement, where, who
from tests.compliance.rehearsal.ledgers import ROLE, grant, of_resource, place


def test_a_list_is_cut_after_three() -> None:
    """The rest is counted."""
    assert some(["a", "b", "c"]) == "a, b, c"
    assert some(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"


def test_one_of_something_is_not_several() -> None:
    """None are."""
    assert [counted([*"abc"][:many], "action") for many in (0, 1, 2)] == [
        "0 actions",
        "1 action",
        "2 actions",
    ]


@pytest.mark.parametrize(
    ("principal", "expected"),
    [("*", "Everyone"), ("Service:s.amazonaws.com", "s.amazonaws.com"), ("odd", "odd")],
)
def test_a_holder_is_a_role_or_whom_a_policy_lets_in(principal: str, expected: str) -> None:
    """The role by its name."""
    assert who(of_resource(principal, "s3:GetObject", "arn:b")) == expected
    assert who(grant("s3:GetObject")) == f"The role {short(ROLE)}" == "The role worker"


def test_a_statement_is_told_with_its_policy() -> None:
    """With or without an id; a resource's own policy has no name."""
    assert statement(grant("s3:GetObject")) == "statement One of policy-1"
    assert statement(grant("s3:GetObject", sid="")) == "a statement of policy-1"
    assert statement(of_resource("*", "s3:GetObject", "arn:b")) == "statement One of its policy"


def test_a_grant_stands_at_its_construct_or_in_its_stack() -> None:
    """A template that CDK did not write has no constructs."""
    assert where(grant("s3:GetObject")) == "S/Policy/Resource"
    bare = type(place("x"))("t.json", "t.json", "Policy", "AWS::IAM::Policy")
    assert where(grant("s3:GetObject", place=bare)) == "t.json/Policy"
