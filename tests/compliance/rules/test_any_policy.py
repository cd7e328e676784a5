"""Trust and resource policies of any shape: the rules that ask who is let in never raise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from compliance import rules
from compliance.assembly import Assembly, Template
from compliance.config import Config
from compliance.findings import Outcome
from compliance.rules.base import Context
from tests.compliance.properties import patient

RULES = tuple(rules.by_id()[name] for name in ("API07", "IAM06", "IAM09"))
HOLDERS = {
    "AWS::IAM::Role": "AssumeRolePolicyDocument",
    "AWS::SQS::QueuePolicy": "PolicyDocument",
    "AWS::KMS::Key": "KeyPolicy",
    "AWS::S3::BucketPolicy": "PolicyDocument",
    "AWS::Events::EventBusPolicy": "Statement",
    "AWS::ApiGateway::RestApi": "Policy",
}
WORDS = (
    "*",
    "arn:aws:iam::999988887777:root",
    "arn:aws:sns:*",
    "arn:",
    "192.0.2.0/24",
    "/",
    "sts:AssumeRoleWithWebIdentity",
    "kms:*",
    "repo:*",
    "true",
)

leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(WORDS)
intrinsics = st.sampled_from(
    (
        {"Ref": "P"},
        {"Ref": "AWS::NoValue"},
        {"Ref": "AWS::AccountId"},
        {"Fn::GetAtt": ["R", "Arn"]},
        {"Fn::Sub": "arn:aws:iam::${P}:oidc-provider/${AWS::Region}"},
        {"Fn::If": ["C", "*", {"Ref": "AWS::NoValue"}]},
        {"Fn::Join": ["", []]},
    )
)
values = leaves | intrinsics | st.lists(leaves | intrinsics, max_size=3)
odd = values | st.dictionaries(st.sampled_from(WORDS), values, max_size=2)


def objects(keys: tuple[str, ...], inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Objects with some of these keys, or anything else in their place."""
    return st.dictionaries(st.sampled_from(keys), inner, max_size=3) | odd


principals = objects(("AWS", "Service", "Federated", "CanonicalUser"), odd)
conditions = objects(
    ("StringEquals", "ForAllValues:StringNotLike", "ArnLikeIfExists", "IpAddress", "Bool", "Null"),
    objects(("aws:SourceArn", "aws:SourceIp", "aws:PrincipalOrgPaths", "x:sub", "saml:aud"), odd),
)
statements = (
    st.fixed_dictionaries(
        {"Effect": st.sampled_from(("Allow", "Deny")) | odd, "Principal": principals},
        optional={
            "Action": odd,
            "Condition": conditions,
            "NotAction": odd,
            "NotPrincipal": principals,
            "Resource": odd,
        },
    )
    | odd
)
documents = (
    st.builds(lambda listed: {"Statement": listed}, st.lists(statements, max_size=3))
    | statements
    | odd
)


@settings(patient, max_examples=300)
@given(st.sampled_from(sorted(HOLDERS)), documents, odd, odd)
def test_no_rule_raises_on_any_policy(
    kind: str, document: object, block: object, default: object
) -> None:
    """Whatever stands where a statement, a principal or a condition is expected."""
    properties = {
        HOLDERS[kind]: document,
        "EndpointConfiguration": {"Types": ["PRIVATE"]},
        "Principal": block,
        "Condition": {"Type": "StringEquals", "Key": block, "Value": default},
        "Bucket": default,
    }
    body = {
        "Parameters": {"P": {"Type": "String", "Default": default}},
        "Resources": {"R": {"Type": kind, "Properties": properties}},
    }
    template = Template(name="t.json", path=Path("t.json"), body=body)
    assembly = Assembly(Path("t.json"), (template,), is_assembly=False)
    context = Context(assembly, Config())
    for rule in RULES:
        if kind in rule.resource_types:
            for judgement in rule.judge(template.resources["R"], context):
                assert (judgement.outcome is Outcome.PASS) == (judgement.location == "")
