"""Physical names: as they are told, or as CloudFormation makes them."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as some

from compliance.assembly.model import Resource, Template
from compliance.execution_policy import names
from compliance.execution_policy.model import Target
from compliance.intrinsics import Kind, Text, Token, Unknown
from tests.compliance.execution_policy.given import TAIL, made

if TYPE_CHECKING:
    from pathlib import Path

TARGET = Target(account="111122223333", region="eu-west-1")
_NAMES = some.from_regex(r"[A-Za-z][A-Za-z0-9]{0,90}", fullmatch=True)


@for_all(stack=_NAMES, logical_id=_NAMES, kind=some.sampled_from(sorted(names.LIMITS)))
def test_a_made_name_fits_the_pattern_however_it_is_cut(
    stack: str, logical_id: str, kind: str
) -> None:
    """Cut in both halves, as accounts show, or at its end, as local AWSs do."""
    limit = names.LIMITS[kind]
    pattern = names.made(kind, stack=stack, logical_id=logical_id).pattern
    for name in (made(stack, logical_id, limit), f"{stack}-{logical_id}"[: limit - 13] + TAIL):
        assert len(name) <= limit
        assert fnmatchcase(name.lower() if kind in names.LOWER else name, pattern)


@pytest.mark.parametrize(
    ("kind", "stack", "logical_id", "seen"),
    [
        (
            "AWS::S3::Bucket",
            "ChineseboostAnalyticsStack",
            "RainlyticsLogsBucket8DF4AB12",
            "chineseboostanalyticsstac-rainlyticslogsbucket8df4-hdst4ohfvdif",
        ),
        (
            "AWS::IAM::Role",
            "ChineseboostAnalyticsStack",
            "RainlyticsSummariesJobFunctionRole",
            "ChineseboostAnalyticsStac-RainlyticsSummariesJobFun-UjecjFhpdr1d",
        ),
        (
            "AWS::Logs::LogGroup",
            "ChineseboostAnalyticsStack",
            "RainlyticsSummariesJobLogs1C6CB09C",
            "ChineseboostAnalyticsStack-RainlyticsSummariesJobLogs1C6CB09C-UJ5n2NwuSPZB",
        ),
        (
            "AWS::Lambda::Function",
            "MyStackDev-MyNestedApplicationStack",
            "MyLambdaFunctionName",
            "MyStackDev-MyNestedApplicatio-MyLambdaFunctionName-1U44TLUZ7OR55",
        ),
    ],
)
def test_names_that_were_seen_in_accounts_fit(
    kind: str, stack: str, logical_id: str, seen: str
) -> None:
    """The four that the module's sources tell of."""
    assert fnmatchcase(seen, names.made(kind, stack=stack, logical_id=logical_id).pattern)


def test_a_name_that_fits_is_that_of_one_resource() -> None:
    """Another resource's name does not match, nor another stack's."""
    found = names.made("AWS::SQS::Queue", stack="shop", logical_id="Orders")
    assert (found.pattern, found.wide) == ("shop-Orders-*", "")
    assert not fnmatchcase("shop-Returns-1A2B3C4D5E6F", found.pattern)


def test_what_is_not_documented_is_wide_and_said() -> None:
    """A type whose names have another form, and a stack whose name is not told."""
    found = names.made("AWS::CloudWatch::Dashboard", stack="shop", logical_id="Board")
    assert (found.pattern, "not documented" in found.wide) == ("*", True)
    found = names.made("AWS::SQS::Queue", stack="*", logical_id="Orders")
    assert (found.pattern, found.wide) == ("*-Orders-*", "the name of its stack is not told")
    found = names.made("AWS::IAM::Role", stack="*", logical_id="R" * 64)
    assert (found.pattern, found.wide) == ("*", "the name of its stack is not told")


def test_what_is_in_a_nested_stack_has_both_names() -> None:
    """And is cut where that is too long."""
    assert names.made("AWS::SNS::Topic", stack="shop-Inner-*", logical_id="Topic").pattern == (
        "shop-Inner-*-Topic-*"
    )
    cut = names.made("AWS::IAM::Role", stack="shop-Inner-*", logical_id="R" * 40).pattern
    assert re.fullmatch(r"shop-Inner-\*-R+\*", cut)


def test_a_nested_stack_has_a_made_name_of_its_own(tmp_path: Path) -> None:
    """Which stands in the names of its resources."""
    outer = Template(name="a", path=tmp_path, body={}, stack_name="shop")
    parent = Resource(outer, "Inner", "AWS::CloudFormation::Stack", {})
    inner = Template(name="b", path=tmp_path, body={}, parent=parent)
    assert names.stack_name(inner) == "shop-Inner-*"
    assert names.stack_name(Template(name="c", path=tmp_path, body={})) == "*"


def test_a_name_is_a_pattern_of_what_the_deployment_knows() -> None:
    """Pseudo parameters are told; a wildcard of a template is one character, never more."""
    text = Text(
        ("a*b?${c}-", Token("AWS::Region", Kind.PSEUDO), "-", Token("X", Kind.RESOURCE), "")
    )
    assert names.rendered(text, target=TARGET, stack="shop") == "a?b??{c}-eu-west-1-*"
    assert names.rendered(7, target=TARGET, stack="shop") == "7"
    assert names.rendered(Unknown("not told"), target=TARGET, stack="shop") == "*"
    assert names.rendered(
        Text((Token("AWS::StackName", Kind.PSEUDO), "-x")), target=TARGET, stack="shop"
    ) == ("shop-x")


def test_partitions_follow_the_region() -> None:
    """China's, the governments' and Europe's sovereign ones are others."""
    assert {
        region: Target(account="1" * 12, region=region).partition
        for region in (
            *("cn-north-1", "us-gov-west-1", "us-iso-east-1", "us-isob-east-1", "us-isof-south-1"),
            *("eu-isoe-west-1", "eusc-de-east-1", "eu-west-1"),
        )
    } == {
        "cn-north-1": "aws-cn",
        "us-gov-west-1": "aws-us-gov",
        "us-iso-east-1": "aws-iso",
        "us-isob-east-1": "aws-iso-b",
        "us-isof-south-1": "aws-iso-f",
        "eu-isoe-west-1": "aws-iso-e",
        "eusc-de-east-1": "aws-eusc",
        "eu-west-1": "aws",
    }
