"""Whether a use is by virtue of a grant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.rehearsal.evidence import Match, match, takes_in_action, takes_in_resource
from compliance.rehearsal.model import Grant, Kind, Statement, Use
from tests.compliance.rehearsal.ledgers import (
    ACCOUNT,
    BUCKET,
    ROLE,
    TABLE,
    grant,
    of_resource,
    seen,
    trust,
    use,
)

GET = grant("dynamodb:GetItem", TABLE)
OBJECTS = f"{BUCKET}/*"


def test_the_statement_that_decided_is_used() -> None:
    """By id, patterns and conditions."""
    assert match(GET, use(GET)) is Match.YES


@pytest.mark.parametrize(
    "other",
    [
        grant("dynamodb:GetItem", TABLE, sid="Two"),
        grant("dynamodb:Get*", TABLE),
        grant("dynamodb:GetItem", "*"),
        grant("dynamodb:GetItem", TABLE, conditions={"Bool": {"aws:SecureTransport": "true"}}),
        grant("dynamodb:GetItem", TABLE, holder=f"{ROLE}-2"),
        grant("dynamodb:GetItem", TABLE, kind=Kind.RESOURCE, holder=TABLE),
    ],
)
def test_another_statement_is_not(other: Grant) -> None:
    """It would have allowed the same, and did not decide."""
    assert match(other, use(GET)) is Match.NO


def test_two_statements_that_both_allow_are_both_used() -> None:
    """Which of them is needed, only taking one away tells."""
    both = (*use(GET).statements, Statement("Two", ("dynamodb:*",), ("*",)))
    of_both = use(GET, statements=both)
    assert match(GET, of_both) is Match.YES
    assert match(grant("dynamodb:*", sid="Two"), of_both) is Match.YES


def test_a_denied_call_uses_nothing() -> None:
    """Its statement is one that denies."""
    assert match(GET, use(GET, allowed=False)) is Match.NO


def test_the_root_of_the_account_uses_nothing() -> None:
    """It is whoever operates the stage."""
    shared = of_resource("*", "dynamodb:GetItem", TABLE)
    assert match(shared, use(shared, principal=f"arn:aws:iam::{ACCOUNT}:root")) is Match.NO


def test_what_a_statement_leaves_is_used_when_nothing_is_matched() -> None:
    """`NotAction` and `NotResource` have no pattern that matches."""
    left = grant("!iam:*", "!arn:aws:s3:::x")
    found = use(GET, statements=(Statement("One", (), ()),))
    assert match(left, found) is Match.YES
    assert match(left, use(GET)) is Match.NO


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        ("*", Match.YES),
        (f"AWS:{ROLE}", Match.YES),
        (f"AWS:{ACCOUNT}", Match.YES),
        (f"AWS:arn:aws:iam::{ACCOUNT}:root", Match.YES),
        (f"AWS:arn:aws:sts::{ACCOUNT}:assumed-role/worker/session", Match.YES),
        ("!AWS:arn:aws:iam::1:root", Match.YES),
        (f"AWS:{ROLE}-2", Match.NO),
        ("AWS:999999999999", Match.NO),
        (f"AWS:arn:aws:sts::{ACCOUNT}:assumed-role/other/session", Match.NO),
        ("Service:sns.amazonaws.com", Match.NO),
    ],
)
def test_a_resource_policy_is_used_by_whom_it_names(principal: str, expected: Match) -> None:
    """As a role, its session, its account or everyone."""
    shared = of_resource(principal, "s3:GetObject", BUCKET, resource=OBJECTS)
    assert match(shared, use(shared)) is expected


def test_a_user_is_named_by_itself() -> None:
    """A user has no session."""
    user = f"arn:aws:iam::{ACCOUNT}:user/caller"
    shared = of_resource(f"AWS:{user}", "s3:GetObject", BUCKET)
    assert match(shared, use(shared, principal=user)) is Match.YES
    named_role = of_resource(f"AWS:{ROLE}", "s3:GetObject", BUCKET)
    assert match(named_role, use(named_role, principal=user)) is Match.NO


def test_a_policy_is_of_its_own_resource() -> None:
    """Two keys may have the very same statement."""
    one, other = (
        of_resource("*", "kms:Decrypt", f"arn:aws:kms:us-east-1:{ACCOUNT}:key/{name}", resource="*")
        for name in ("1", "2")
    )
    assert match(one, use(one, resource=one.holder)) is Match.YES
    assert match(one, use(one, resource=other.holder)) is Match.NO
    assert match(one, use(one, resource=f"{one.holder}2")) is Match.NO


@pytest.mark.parametrize(
    ("of", "found", "expected"),
    [
        (GET, seen("dynamodb:GetItem"), Match.YES),
        (grant("dynamodb:*", f"{TABLE}*"), seen("dynamodb:GetItem"), Match.YES),
        (GET, seen("dynamodb:PutItem"), Match.NO),
        (GET, seen("dynamodb:GetItem", f"{TABLE}-2"), Match.NO),
        (GET, seen("dynamodb:GetItem", principal=f"{ROLE}-2"), Match.NO),
        (GET, seen("dynamodb:GetItem", allowed=False), Match.NO),
        (GET, seen("dynamodb:GetItem", ""), Match.PERHAPS),
        (grant("dynamodb:GetItem"), seen("dynamodb:GetItem", ""), Match.YES),
        (grant("!iam:*", "!arn:aws:s3:::x"), seen("dynamodb:GetItem"), Match.YES),
        (grant("!dynamodb:*", "*"), seen("dynamodb:GetItem"), Match.NO),
        (
            of_resource(f"AWS:{ROLE}", "kms:*", f"{TABLE}", resource="*"),
            seen("kms:Decrypt"),
            Match.YES,
        ),
        (
            of_resource(f"AWS:{ROLE}", "kms:*", f"{TABLE}-2", resource="*"),
            seen("kms:Decrypt"),
            Match.NO,
        ),
        (of_resource("*", "kms:*", TABLE, resource="*"), seen("kms:Decrypt", ""), Match.PERHAPS),
        (
            trust("Service:lambda.amazonaws.com"),
            seen("sts:AssumeRole", ROLE, principal="Service:lambda.amazonaws.com"),
            Match.YES,
        ),
        (
            trust("Service:lambda.amazonaws.com"),
            seen("sts:AssumeRole", f"{ROLE}-2", principal="Service:lambda.amazonaws.com"),
            Match.NO,
        ),
    ],
)
def test_an_event_uses_what_could_have_allowed_it(of: Grant, found: Use, expected: Match) -> None:
    """By role, action and resource; perhaps, where it does not tell the resource."""
    assert match(of, found) is expected


def test_actions_match_in_any_case_and_resources_do_not() -> None:
    """IAM User Guide, 'IAM JSON policy elements: Resource'."""
    assert takes_in_action("DynamoDB:get*", "dynamodb:GetItem")
    assert not takes_in_resource(TABLE.upper(), TABLE)


@given(st.text("ab*?:/", max_size=8), st.text("ab:/", max_size=8))
def test_what_a_pattern_leaves_is_the_opposite_of_what_it_takes(pattern: str, text: str) -> None:
    """For actions and resources alike."""
    assert takes_in_resource(f"!{pattern}", text) is not takes_in_resource(pattern, text)
    assert takes_in_action(f"!{pattern}", text) is not takes_in_action(pattern, text)


@given(st.text("ab*?:/", max_size=8), st.text("ab:/", max_size=8), st.text("ab:/", max_size=8))
def test_a_longer_pattern_takes_in_no_less(pattern: str, before: str, text: str) -> None:
    """What a pattern takes in, the pattern with a wildcard around it does too."""
    if takes_in_resource(pattern, text):
        assert takes_in_resource(f"*{pattern}*", f"{before}{text}")
