"""Whether a pattern can match any resource of a type."""

from __future__ import annotations

import itertools
import re
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.assembly import Template
from compliance.assembly.model import Resource
from compliance.iam import actions
from compliance.iam.arns import covers_type
from compliance.iam.reach import can_match, can_serve
from compliance.iam.references import FORMS
from compliance.intrinsics import Kind, Text, Token
from tests.compliance.properties import patient

BUCKET = "arn:${Partition}:s3:::${BucketName}"
OBJECT = "arn:${Partition}:s3:::${BucketName}/${ObjectName}"
TABLE = "arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}"
ROLE = "arn:${Partition}:iam::${Account}:role/${RoleNameWithPath}"
STREAM = "arn:${Partition}:logs:${Region}:${Account}:log-group:${Group}:log-stream:${Stream}"
BACKUP = "arn:${Partition}:${Vendor}:${Region}:*:${ResourceType}:${RecoveryPointId}"
SIGNS = "ab/*?"
TEMPLATE = Template(name="t", path=Path("t"), body={})


def token(kind: Kind, name: str = "X", *, of: str = "", attribute: str = "") -> Token:
    """A token, of a resource of a type where one is named."""
    resource = Resource(template=TEMPLATE, logical_id="X", type=of, body={}) if of else None
    return Token(name, kind, resource, attribute)


PSEUDO = token(Kind.PSEUDO, "AWS::AccountId")
UNKNOWN = token(Kind.UNKNOWN)


@pytest.mark.parametrize(
    ("pattern", "arn_format"),
    [
        ("*", BUCKET),
        ("?*", ROLE),
        ("arn:*", TABLE),
        ("arn:aws:s3:::items", BUCKET),
        ("arn:aws:s3:::i?ems", BUCKET),
        ("arn:aws:s3:::items*", OBJECT),
        ("arn:aws:s3:::items/a/b", OBJECT),
        ("arn:aws:s3:::items?x", OBJECT),
        ("arn:aws:s3:::items/", OBJECT),
        ("arn:a*b", OBJECT),
        ("arn:aws:s3:::${aws:username}", OBJECT),
        ("arn:aws:dynamodb:*:*:table/items", TABLE),
        ("arn:aws:dynamodb:eu-west-?:1:table/items", TABLE),
        ("arn:aws:iam::123456789012:role/a/b", ROLE),
        ("arn:aws:logs:*:*:log-group:/x:*", STREAM),
        ("arn:aws:logs:*:*:*", STREAM),
        ("arn:aws:logs:*", STREAM),
        ("arn:aws:ec2:eu-west-1:1:volume:x", BACKUP),
        (Text(("arn:aws:s3:::items-", PSEUDO)), BUCKET),
        (Text(("arn:aws:s3:::", PSEUDO, "/*")), OBJECT),
        (Text(("arn:aws:iam::", PSEUDO, ":role/x")), ROLE),
        (Text((token(Kind.PSEUDO, "AWS::StackId"),)), TABLE),
        (Text((token(Kind.IMPORT),)), OBJECT),
        (Text((token(Kind.RESOURCE, of="Custom::Thing"),)), ROLE),
        (Text((UNKNOWN, "/*")), "${BucketName}/${ObjectName}"),
    ],
    ids=str,
)
def test_a_pattern_that_can_match(pattern: str | Text, arn_format: str) -> None:
    """Some ARN of the type is one of the pattern."""
    assert can_match(pattern, arn_format)


@pytest.mark.parametrize(
    ("pattern", "arn_format"),
    [
        ("", BUCKET),
        ("arn:aws:s3:::items", OBJECT),
        ("arn:aws:s3:::items??", TABLE),
        ("arn:aws:s3:::items/*", BUCKET),
        ("arn:aws:s3:::items?", "arn:${Partition}:s3:::it"),
        ("arn:aws:s3:eu-west-1::items", BUCKET),
        ("arn:aws:s3::1:items", BUCKET),
        ("arn:aws:sqs:::items", BUCKET),
        ("arn::s3:::items", BUCKET),
        ("arn:aws:dynamodb:::table/items", TABLE),
        ("arn:aws:dynamodb:eu-west-1::table/items", TABLE),
        ("arn:aws:dynamodb:a:b:c:table/items", TABLE),
        ("arn:aws:dynamodb:*:*:table/items/index/*", TABLE),
        ("arn:aws:logs:*:*:log-group:/x", STREAM),
        ("arn:aws:logs:eu-west-1:*:log-group:/x", STREAM),
        ("arn:aws:s3:*:*:x", OBJECT),
        ("items", BUCKET),
        (Text(("arn:aws:s3:::", PSEUDO)), OBJECT),
        (Text(("arn:aws:s3:::", PSEUDO)), TABLE),
        (Text((PSEUDO,)), BUCKET),
        (Text(("arn:aws:s3:::", UNKNOWN)), OBJECT),
        (Text((UNKNOWN,)), BUCKET),
    ],
    ids=str,
)
def test_a_pattern_that_cannot_match(pattern: str | Text, arn_format: str) -> None:
    """No ARN of the type is one of the pattern."""
    assert not can_match(pattern, arn_format)


@pytest.mark.parametrize("pattern", [Text((UNKNOWN,)), Text(("arn:aws:s3:::", UNKNOWN))], ids=str)
def test_what_is_unknown_may_be_guessed(pattern: Text) -> None:
    """Then it can be any text, a slash or a whole ARN in it."""
    assert can_match(pattern, OBJECT, guess=True)
    assert not can_match(pattern, OBJECT)


def test_a_reference_is_what_its_type_says() -> None:
    """A bucket's ARN is none of its objects', until something stands behind it."""
    bucket = token(Kind.RESOURCE, of="AWS::S3::Bucket", attribute="Arn")
    name = token(Kind.RESOURCE, of="AWS::S3::Bucket")
    group = token(Kind.RESOURCE, of="AWS::Logs::LogGroup", attribute="Arn")
    assert can_match(Text((bucket,)), BUCKET)
    assert not can_match(Text((bucket,)), OBJECT)
    assert can_match(Text((bucket, "/*")), OBJECT)
    assert not can_match(Text((bucket, "/*")), BUCKET)
    assert not can_match(Text((name,)), BUCKET)
    assert can_match(Text(("arn:aws:s3:::", name)), BUCKET)
    assert can_match(Text((group,)), STREAM)


@pytest.mark.parametrize(
    ("pattern", "arn_format"),
    [
        ("*", "Xy"),
        ("?", "X"),
        ("${aws:username}", "Xy"),
        ("arn:*:s3:::Xy", "arn:aX:s3:::Xy"),
        ("arn:aX:s3:::Xy", BUCKET),
        (Text((PSEUDO,)), "Xy"),
        (Text((token(Kind.RESOURCE, of="AWS::S3::Bucket"),)), "Xy"),
        (
            Text((token(Kind.RESOURCE, of="AWS::S3::Bucket", attribute="Arn"),)),
            "arn:aX:s3:::Xy",
        ),
        (
            Text((token(Kind.RESOURCE, of="AWS::DynamoDB::Table", attribute="StreamArn"),)),
            "arn:aX:dynamodb:Xy:12:table/Xy/stream/2000",
        ),
        (
            Text((token(Kind.RESOURCE, of="AWS::DynamoDB::GlobalTable", attribute="StreamArn"),)),
            "arn:aX:dynamodb:Xy:12:table/Xy/stream/2000",
        ),
        (
            Text((token(Kind.RESOURCE, of="AWS::Logs::LogGroup", attribute="Arn"),)),
            "arn:aX:logs:Xy:12:log-group:/X/y:log-stream:x",
        ),
    ],
    ids=str,
)
def test_a_piece_is_any_name_of_any_length(pattern: str | Text, arn_format: str) -> None:
    """Compared with formats that leave nothing open."""
    assert can_match(pattern, arn_format)


def test_an_action_serves_what_it_takes() -> None:
    """Any of its resource types; an action without any, or that does not exist, serves nothing."""
    assert can_serve("arn:aws:s3:::items", "s3:ListBucket")
    assert not can_serve("arn:aws:s3:::items", "s3:GetObject")
    assert can_serve("arn:aws:dynamodb:eu-west-1:1:table/t/index/i", "dynamodb:Query")
    assert not can_serve("*", "xray:PutTraceSegments")
    assert not can_serve("*", "s3:Nothing")


@pytest.mark.parametrize(("kind", "attribute"), FORMS, ids=lambda name: name or "Ref")
def test_a_listed_reference_is_an_arn_of_its_service(kind: str, attribute: str) -> None:
    """Or a name: an ARN is of some type of the service that the resource type names."""
    form = FORMS[kind, attribute]
    if form == "{}":
        assert attribute == ""
        return
    service = form.split(":")[2]
    arns = {arn for action in actions.expand(f"{service}:*") for arn in action.arns}
    reference = Text((token(Kind.RESOURCE, of=kind, attribute=attribute),))
    assert any(can_match(reference, arn) for arn in arns)


NAMES = ["".join(signs) for length in range(5) for signs in itertools.product("ab/", repeat=length)]


@patient
@given(st.text(st.sampled_from(SIGNS), max_size=4))
def test_matching_is_matching_some_name(pattern: str) -> None:
    """Compared with trying each name of a small world, for a type without and with a slash."""
    assert can_match(f"arn:aws:s3:::{pattern}", BUCKET) is any(
        fnmatchcase(name, pattern) for name in NAMES if "/" not in name
    )
    assert can_match(f"arn:aws:s3:::{pattern}", OBJECT) is any(
        fnmatchcase(name, pattern) for name in NAMES if re.search("/", name)
    )


@patient
@given(st.text(st.sampled_from("arn:wsiabc/-*?"), max_size=20), st.sampled_from([BUCKET, ROLE]))
def test_what_covers_a_type_matches_some_of_it(pattern: str, arn_format: str) -> None:
    """The two questions about a pattern agree."""
    assert can_match(pattern, arn_format) or not covers_type(pattern, arn_format)
