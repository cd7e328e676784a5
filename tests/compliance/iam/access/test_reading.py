"""Statements of templates that cannot be read: they are left open, with the reason."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from compliance.assembly import Assembly, Template
from compliance.iam.access.templates import compare_assemblies

if TYPE_CHECKING:
    from compliance.iam.access.model import Comparison

BUCKET: Final = {"Type": "AWS::S3::Bucket"}


def compared(**changes: object) -> Comparison:
    """What a bucket policy of one statement, some of its elements changed, grants newly."""
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::b/*",
        **changes,
    }
    policy = {
        "Type": "AWS::S3::BucketPolicy",
        "Properties": {
            "Bucket": {"Ref": "Bucket"},
            "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        },
    }

    def assembly(resources: dict[str, Any]) -> Assembly:
        template = Template(name="T", path=Path("T"), body={"Resources": resources})
        return Assembly(Path("T"), (template,), is_assembly=False)

    return compare_assemblies(
        assembly({"Bucket": BUCKET}), assembly({"Bucket": BUCKET, "Policy": policy})
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"Effect": "Alow"}, "Effect is 'Alow', not Allow or Deny"),
        ({"NotAction": "s3:*"}, "it has both Action and NotAction"),
        ({"Action": {"a": 1}}, "an action is \"{'a': 1}\", known only at deploy time"),
        ({"Resource": 3}, "a resource is 3, where a text is expected"),
        (
            {"Resource": "arn:aws:s3:::\ue000"},
            "a resource has a character that is kept for private use",
        ),
        ({"Resource": "arn:aws:s3:::" + "b" * 2048}, "a resource has more than 2,048 characters"),
        ({"NotPrincipal": {"AWS": "*"}}, "it has both Principal and NotPrincipal"),
        (
            {"Principal": {"Account": "111122223333"}},
            "it names a principal of the kind 'Account'",
        ),
        ({"Principal": {"AWS": [True]}}, "a principal is True, where a text is expected"),
        (
            {"Principal": {"AWS": "arn:aws:iam::*:role/r"}},
            "the principal 'arn:aws:iam::*:role/r' has a wildcard, which IAM refuses",
        ),
        ({"Condition": []}, "its condition is known only at deploy time"),
        ({"Condition": {"Bool": 1}}, "'Bool' of its condition is no object"),
        (
            {"Condition": {"Bool": {"aws:SecureTransport": {"a": 1}}}},
            "a value of its condition is {'a': 1}, where a text is expected",
        ),
    ],
)
def test_what_cannot_be_read_is_left_open(changes: dict[str, Any], reason: str) -> None:
    """It may grant anything, so that the answer is not that nothing is new."""
    (doubt,) = compared(**changes).undecided
    assert doubt.reason == reason
    assert doubt.statement == "Policy Properties.PolicyDocument.Statement[0]"


def test_absent_parts_of_a_condition_ask_for_nothing() -> None:
    """`AWS::NoValue` is as if it did not stand there."""
    nothing = {"Ref": "AWS::NoValue"}
    plain = compared().witnesses
    assert compared(Condition=nothing).witnesses == plain
    assert compared(Condition={"Bool": nothing}).witnesses == plain
    assert compared(Condition={"Bool": {"aws:SecureTransport": nothing}}).witnesses == plain


def test_an_account_as_a_number_has_twelve_digits() -> None:
    """YAML reads an account id as a number, and drops the zeros in front."""
    (witness,) = compared(Principal={"AWS": 11122223333}).witnesses
    assert witness.principal == "arn:aws:iam::011122223333:root"
