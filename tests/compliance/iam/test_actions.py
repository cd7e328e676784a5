"""The actions that IAM knows, and which of them a pattern means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.iam import actions
from tests.compliance.properties import patient


def names(pattern: str) -> list[str]:
    """Names of the actions that a pattern means."""
    return [action.name for action in actions.expand(pattern)]


@pytest.mark.parametrize(
    "pattern", ["s3:GetObject", "S3:getobject", "s3:GETOBJECT", "s3:Get?bject", "s3:getobj*t"]
)
def test_a_name_is_found_however_it_is_written(pattern: str) -> None:
    """Case does not matter, and `?` is one character."""
    assert "s3:GetObject" in names(pattern)


def test_a_wildcard_means_every_action_that_it_matches() -> None:
    """Nothing else, and each as AWS spells it."""
    assert names("kms:ReEncrypt*") == ["kms:ReEncryptFrom", "kms:ReEncryptTo"]
    assert names("s3:*") == names("s3:**") == names("S3:*")
    items = set(names("dynamodb:*Item"))
    assert {"dynamodb:GetItem", "dynamodb:BatchWriteItem"} <= items < set(names("dynamodb:*"))
    assert all(name.endswith("Item") for name in items)


@pytest.mark.parametrize(
    "pattern",
    ["", "s3", "s3:", ":", ":*", "s3:Nothing", "s3:Nothing*", "none:Get*", "GetObject", "?"],
)
def test_what_does_not_exist_means_nothing(pattern: str) -> None:
    """An unknown action, an unknown service, a name without its service."""
    assert names(pattern) == []


def test_a_wildcard_in_the_service_means_every_service_that_it_matches() -> None:
    """`sq*` is SQS and whatever else begins so."""
    found = names("sq*:SendMessage")
    assert found == ["sqs:SendMessage"]
    assert set(names("sq?:*")) >= set(names("sqs:*"))


def test_everything_is_every_action_of_every_service() -> None:
    """`*` and `*:*` are the same."""
    everything = names("*")
    assert everything == names("*:*")
    assert len(everything) == len(set(everything)) > 10_000
    assert {"s3:GetObject", "iam:PassRole"} <= set(everything)


@pytest.mark.parametrize(
    ("name", "mutating", "scoped"),
    [
        ("s3:GetObject", False, True),
        ("s3:PutObject", True, True),
        ("s3:DeleteObjectTagging", True, True),
        ("iam:PassRole", True, True),
        ("iam:CreateRole", True, True),
        ("ec2:DescribeInstances", False, False),
        ("ecr:GetAuthorizationToken", False, False),
        ("xray:PutTraceSegments", True, False),
        ("s3:ListAllMyBuckets", False, False),
        ("tag:GetResources", False, False),
    ],
)
def test_an_action_says_what_it_does_and_whether_it_can_be_scoped(
    name: str, *, mutating: bool, scoped: bool
) -> None:
    """Access levels may be combined; any resource type, required or not, can be named."""
    (action,) = actions.expand(name)
    assert (action.mutating, action.can_be_scoped) == (mutating, scoped)


def test_a_log_group_is_named_with_and_without_its_streams() -> None:
    """Policies write `:*` behind a log group's ARN."""
    (action,) = actions.expand("logs:CreateLogGroup")
    arn = "arn:${Partition}:logs:${Region}:${Account}:log-group:${LogGroupName}"
    assert action.arns == (arn, f"{arn}:*")


def test_a_model_is_named_with_and_without_its_region() -> None:
    """Policies for global inference leave the region out."""
    (action,) = actions.expand("bedrock:InvokeModel")
    assert {
        "arn:${Partition}:bedrock:${Region}::foundation-model/${ResourceId}",
        "arn:${Partition}:bedrock:::foundation-model/${ResourceId}",
    } <= set(action.arns)


def test_condition_keys_are_those_of_the_action() -> None:
    """A later rule asks for them."""
    (action,) = actions.expand("cloudwatch:PutMetricData")
    assert "cloudwatch:namespace" in action.condition_keys


@pytest.mark.parametrize(
    ("name", "known"), [("s3", True), ("S3", True), ("nothing", False), ("", False)]
)
def test_a_service_is_known_or_not(name: str, *, known: bool) -> None:
    """By the prefix of its actions."""
    assert actions.known_service(name) is known


@pytest.mark.parametrize(
    ("pattern", "action", "expected"),
    [
        ("kms:*", "kms:Decrypt", True),
        ("*", "kms:Decrypt", True),
        ("KMS:decrypt", "kms:Decrypt", True),
        ("kms:GenerateDataKey*", "kms:GenerateDataKey", True),
        ("kms:Decryp?", "kms:Decrypt", True),
        ("kms:Decrypt?", "kms:Decrypt", False),
        ("s3:*", "kms:Decrypt", False),
        ("kms.*", "kms:Decrypt", False),
    ],
)
def test_a_pattern_takes_in_a_name_or_not(pattern: str, action: str, *, expected: bool) -> None:
    """Without looking at what exists."""
    assert actions.matches(pattern, action) is expected


@patient
@given(
    st.text(st.sampled_from("sS3kKmM:*?GgeEtT-"), max_size=8).filter(lambda text: "*" not in text)
)
def test_what_a_pattern_means_matches_it(pattern: str) -> None:
    """Both ways to ask agree, whatever the pattern."""
    for action in actions.expand(pattern):
        assert actions.matches(pattern, action.name)


def _matches(pattern: str, text: str) -> bool:
    """The semantics of wildcards, one character at a time."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return _matches(pattern[1:], text) or (text != "" and _matches(pattern, text[1:]))
    return text != "" and pattern[0] in {"?", text[0]} and _matches(pattern[1:], text[1:])


@patient
@given(st.text(st.sampled_from("ab*?"), max_size=8), st.text(st.sampled_from("ab"), max_size=8))
def test_wildcards_match_what_they_mean(pattern: str, text: str) -> None:
    """An asterisk is any characters, a question mark is one."""
    assert actions.matches(f"s:{pattern}", f"s:{text}") == _matches(pattern, text)


@pytest.mark.parametrize("pattern", ["ec2:" + "*?" * 200 + "zz", "ec2:" + "*e" * 40 + "zz"])
def test_many_wildcards_take_no_time(pattern: str) -> None:
    """An expression that tried every way would not end."""
    assert actions.expand(pattern) == ()
