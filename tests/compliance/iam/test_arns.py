"""Whether a pattern names something, or everything of a type."""

from __future__ import annotations

import itertools
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.iam.arns import covers_type, is_everything, is_pattern
from compliance.intrinsics import Kind, Text, Token
from tests.compliance.properties import patient

BUCKET = "arn:${Partition}:s3:::${BucketName}"
OBJECT = "arn:${Partition}:s3:::${BucketName}/${ObjectName}"
TABLE = "arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}"
INDEX = "arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}/index/${IndexName}"
FUNCTION = "arn:${Partition}:lambda:${Region}:${Account}:function:${FunctionName}"
PARAMETER = (
    "arn:${Partition}:ssm:${Region}:${Account}:parameter/${ParameterNameWithoutLeadingSlash}"
)

GROUP = "arn:${Partition}:logs:${Region}:${Account}:log-group:${LogGroupName}"
STREAM = f"{GROUP}:log-stream:${{LogStreamName}}"
ROLE = "arn:${Partition}:iam::${Account}:role/${RoleNameWithPath}"
DEVICE = "arn:${Partition}:braket:*:*:device/${DeviceType}/${Provider}/${DeviceId}"
LISTING = "arn:${Partition}:aws-marketplace:::catalog/${CatalogName}/listing/*"
BACKUP = "arn:${Partition}:${Vendor}:${Region}:*:${ResourceType}:${RecoveryPointId}"


def text(*parts: str) -> Text:
    """A text; parts in capitals are tokens."""
    return Text(tuple(Token(part, Kind.RESOURCE) if part.isupper() else part for part in parts))


@pytest.mark.parametrize(
    ("pattern", "arn_format"),
    [
        ("*", BUCKET),
        ("**", BUCKET),
        ("?*", TABLE),
        ("arn:*", TABLE),
        ("arn:aws:*", TABLE),
        ("arn:aws:s3:::*", BUCKET),
        ("arn:aws:s3:::*", OBJECT),
        ("arn:*:s3:::*", BUCKET),
        ("arn:aws:s3:::?*", BUCKET),
        ("arn:aws:s3:::*?", BUCKET),
        ("arn:aws:s3:::??*?", BUCKET),
        ("arn:aws:s3:::*/*", OBJECT),
        ("arn:aws:s?:::*", BUCKET),
        ("arn:aws-cn:s3:::*", BUCKET),
        ("arn:aws:dynamodb:*:*:table/*", TABLE),
        ("arn:aws:dynamodb:*:*:table/*", INDEX),
        ("arn:aws:dynamodb:eu-west-1:123456789012:table/*", TABLE),
        ("arn:aws:dynamodb:eu-west-?:*:table/*", TABLE),
        ("arn:aws:dynamodb:*:*:*", TABLE),
        ("arn:aws:dynamodb:*:table/*", TABLE),
        ("arn:aws:dynamodb:*", TABLE),
        ("arn:aws:dynamodb:*:*:table/*/index/*", INDEX),
        ("arn:aws:dynamodb:::table/*", TABLE),
        ("arn:aws:lambda:*:*:function:*", FUNCTION),
        ("arn:aws:ssm:*:*:parameter/*", PARAMETER),
        ("arn:aws:ssm:*:*:parameter*", PARAMETER),
        ("arn:aws:logs:*:*:*", GROUP),
        ("arn:aws:logs:*:*:log-group:*:*", STREAM),
        ("arn:aws:iam::*:role/*", ROLE),
        ("arn:aws:iam::123456789012:*", ROLE),
        ("arn:aws:braket:eu-west-1:123456789012:device/*/*/*", DEVICE),
        ("arn:aws:aws-marketplace:::catalog/*", LISTING),
        ("arn:aws:ec2:*:*:*:*", BACKUP.replace("${Vendor}", "ec2")),
        (text("arn:", "PARTITION", ":s3:::*"), BUCKET),
        (text("arn:", "PARTITION", ":dynamodb:", "REGION", ":", "ACCOUNT", ":table/*"), TABLE),
    ],
    ids=str,
)
def test_a_pattern_for_everything_of_a_type(pattern: str | Text, arn_format: str) -> None:
    """Partition, region and account say where, and change nothing."""
    assert covers_type(pattern, arn_format)


@pytest.mark.parametrize(
    ("pattern", "arn_format"),
    [
        ("", BUCKET),
        ("arn:aws:s3:::items", BUCKET),
        ("arn:aws:s3:::items-*", BUCKET),
        ("arn:aws:s3:::*-items", BUCKET),
        ("arn:aws:s3:::items/*", OBJECT),
        ("arn:aws:s3:::*/items/*", OBJECT),
        ("arn:aws:s3:::?", BUCKET),
        ("arn:aws:s3:::????????", BUCKET),
        ("arn:aws:sqs:::*", BUCKET),
        ("arn:aws:dynamodb:*:*:table/items", TABLE),
        ("arn:aws:dynamodb:*:*:table/items/*", INDEX),
        ("arn:aws:dynamodb:*:*:table/items/index/*", INDEX),
        ("arn:aws:dynamodb:*:*:table/*/index/by-*", INDEX),
        ("arn:aws:dynamodb:*:*:table/*/index/*", TABLE),
        ("arn:aws:dynamodb:*:*:stream/*", TABLE),
        ("arn:aws:lambda:*:*:function:items:*", FUNCTION),
        ("arn:aws:ssm:*:*:parameter/items/*", PARAMETER),
        ("arn:aws:logs:*:*:log-group:/aws/lambda/*", GROUP),
        ("arn:aws:iam::*:role/service-role/*", ROLE),
        ("arn:aws:braket:*:*:device/qpu/*", DEVICE),
        ("arn:aws:aws-marketplace:::catalog/AWSMarketplace/listing/*", LISTING),
        (text("TABLE"), TABLE),
        (text("TABLE", "/index/*"), INDEX),
        (text("arn:aws:s3:::", "BUCKET"), BUCKET),
        (text("arn:aws:s3:::", "BUCKET", "/*"), OBJECT),
        (text("arn:aws:s3:::", "BUCKET", "*"), BUCKET),
        (text("arn:", "PARTITION", ":ssm:*:*:parameter/", "NAME"), PARAMETER),
    ],
    ids=str,
)
def test_a_pattern_that_names_something(pattern: str | Text, arn_format: str) -> None:
    """A name, a prefix, one resource's parts; a token is one thing."""
    assert not covers_type(pattern, arn_format)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*", True),
        ("**", True),
        ("?*", True),
        ("*?*", True),
        ("?", False),
        ("", False),
        ("arn:*", False),
        (text("TABLE"), False),
        (text("TABLE", "*"), False),
    ],
    ids=str,
)
def test_everything_is_wildcards_alone(pattern: str | Text, *, expected: bool) -> None:
    """With an asterisk among them; a question mark alone is one character."""
    assert is_everything(pattern) is expected


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ("*", True),
        ("arn:*", True),
        ("arn:aws:iam::1:role/*", True),
        ("arn:aws:iam::1:role/ap?", True),
        ("arn:aws:iam:*", True),
        ("arn:aws:iam::1:role/app", False),
        ("arn:*:iam:*:*:role/app", False),
        ("arn:aws:logs:*:*:log-group:app:*", True),
        ("arn:aws:iam::*:user/${aws:username}", False),
        ("arn:aws:s3:::a${*}b", False),
        ("", False),
        (text("ROLE"), False),
        (text("ROLE", "*"), True),
        (text("arn:", "PARTITION", ":iam::*:role/", "NAME"), False),
    ],
    ids=str,
)
def test_a_pattern_has_a_wildcard_in_its_name(resource: str | Text, *, expected: bool) -> None:
    """One for the partition, the region or the account leaves one name."""
    assert is_pattern(resource) is expected


SIGNS = "ab/*?"
NAMES = [
    "".join(signs) for length in range(6, 8) for signs in itertools.product("ab", repeat=length)
]
"""Names longer than the patterns that are tried, so that a row of `?` cannot take them all."""


@patient
@given(st.text(st.sampled_from(SIGNS), max_size=5))
def test_covering_is_matching_every_name(pattern: str) -> None:
    """Compared with trying each name of a small world."""
    each = all(fnmatchcase(f"arn:aws:s3:::{name}", f"arn:aws:s3:::{pattern}") for name in NAMES)
    assert covers_type(f"arn:aws:s3:::{pattern}", BUCKET) is each


@patient
@given(st.text(st.sampled_from(SIGNS), max_size=6))
def test_covering_two_names_is_matching_every_pair(pattern: str) -> None:
    """A format with two parts that say which one."""
    each = all(
        fnmatchcase(f"arn:aws:s3:::{one}/{other}", f"arn:aws:s3:::{pattern}")
        for one, other in itertools.product(NAMES[::9], NAMES[::7])
    )
    assert covers_type(f"arn:aws:s3:::{pattern}", OBJECT) is each


@patient
@given(st.text(st.sampled_from("arn:wsabc/-?"), max_size=20))
def test_without_an_asterisk_nothing_is_covered(pattern: str) -> None:
    """A type has more names than a fixed length can take."""
    assert not covers_type(pattern, BUCKET)
    assert not is_everything(pattern)


@patient
@given(st.lists(st.sampled_from(["arn:aws:s3:::", "a", "/", "*", "TOKEN"]), min_size=1))
def test_a_token_in_place_of_a_name_covers_nothing(parts: list[str]) -> None:
    """Whatever stands around it: a token is one thing."""
    assert not covers_type(text("arn:aws:s3:::", "TOKEN", *parts), BUCKET)
