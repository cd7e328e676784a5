"""What a reader is told by the rules on identity policies, word for word."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from compliance import rules
from compliance.assembly import read
from compliance.config import Config
from compliance.rules.base import Context
from tests.compliance.rules.case import UNSET, Json, allow, policy, ref, resource, resources

if TYPE_CHECKING:
    from pathlib import Path

ROLE = "arn:aws:iam::123456789012:role/items"
BUCKET = "arn:aws:s3:::items"


def like(key: str) -> Json:
    """A condition whose value only the deployment knows."""
    return {"StringLike": {key: ref("Unset")}}


@pytest.mark.parametrize(
    ("rule", "statement", "message"),
    [
        (
            "IAM05",
            allow("iam:PassRole", "*"),
            "Every role that the pattern takes in may be passed, to any service.",
        ),
        (
            "IAM05",
            allow("iam:PassRole", ROLE),
            "The role may be passed to any service: no condition on iam:PassedToService names one.",
        ),
        (
            "IAM05",
            allow("iam:PassRole", ROLE, Condition=like("iam:PassedToService")),
            (
                "Whether a condition on iam:PassedToService names a service is known only at "
                "deploy time: parameter Unset has no default."
            ),
        ),
        (
            "IAM05",
            allow("iam:PassRole", {"Fn::GetAtt": ["Unclear", "Arn"]}),
            (
                "Whom the passed role trusts is known only at deploy time, and no condition on "
                "iam:PassedToService names a service."
            ),
        ),
        (
            "IAM05",
            allow("*", ref("Unset")),
            (
                "The role that may be passed is known only at deploy time: parameter Unset has no "
                "default."
            ),
        ),
        (
            "IAM07",
            allow(["iam:PutRolePolicy", "iam:PassRole", "ecs:RunTask"], "*"),
            (
                "The principal can raise its own rights: iam:PutRolePolicy writes a policy into "
                "it, iam:PassRole with ecs:RunTask has a role act for it."
            ),
        ),
        (
            "IAM07",
            allow("iam:AddUserToGroup", "*", Condition=like("iam:PermissionsBoundary")),
            (
                "Whether a condition on iam:PermissionsBoundary bounds iam:AddUserToGroup takes on "
                "a group's rights is known only at deploy time: parameter Unset has no default."
            ),
        ),
        (
            "IAM07",
            allow("iam:PutRolePolicy", ref("Unset")),
            (
                "The resource of iam:PutRolePolicy is known only at deploy time: parameter Unset "
                "has no default."
            ),
        ),
        (
            "IAM08",
            allow("cloudwatch:PutMetricData", "*"),
            (
                "cloudwatch:PutMetricData has no condition on cloudwatch:namespace: metrics can be "
                "written, and forged, in every namespace, and alarms rest on them."
            ),
        ),
        (
            "IAM08",
            allow("lambda:CreateEventSourceMapping", "*"),
            (
                "lambda:CreateEventSourceMapping has no condition on lambda:FunctionArn: every "
                "function can be made to take in a stream or queue."
            ),
        ),
        (
            "IAM08",
            allow("organizations:EnableAWSServiceAccess", "*"),
            (
                "organizations:EnableAWSServiceAccess has no condition on "
                "organizations:ServicePrincipal: every service can be let into all accounts of the "
                "organisation."
            ),
        ),
        (
            "IAM08",
            allow("sts:GetWebIdentityToken", "*"),
            (
                "sts:GetWebIdentityToken has no condition on sts:IdentityTokenAudience: the "
                "principal can prove who it is to any outside service."
            ),
        ),
        (
            "IAM08",
            allow("cloudwatch:PutMetricData", "*", Condition=like("cloudwatch:namespace")),
            (
                "Whether a condition on cloudwatch:namespace narrows cloudwatch:PutMetricData is "
                "known only at deploy time: parameter Unset has no default."
            ),
        ),
        (
            "IAM12",
            allow("s3:GetObjects", "*"),
            "s3:GetObjects allows nothing: there is no such action.",
        ),
        (
            "IAM12",
            allow("xray:PutTraceSegments", BUCKET),
            "xray:PutTraceSegments allows nothing here: it takes no resource, and needs `*`.",
        ),
        (
            "IAM12",
            allow("iam:GetRole", BUCKET),
            (
                "iam:GetRole allows nothing here: it takes "
                "arn:${Partition}:iam::${Account}:role/${RoleNameWithPath}, and no resource of the "
                "statement is one."
            ),
        ),
        (
            "IAM12",
            allow("iam:GetRole", ref("Unset")),
            (
                "The resource of an Allow statement is known only at deploy time: parameter Unset "
                "has no default."
            ),
        ),
    ],
)
def test_a_message_says_what_was_seen(
    rule: str, statement: Json, message: str, tmp_path: Path
) -> None:
    """One statement, one message."""
    template = policy(statement, more=UNSET)
    template["Resources"]["Unclear"] = resource(
        "AWS::IAM::Role", AssumeRolePolicyDocument=ref("Unset")
    )
    assert told(rule, template, tmp_path) == [message]


@pytest.mark.parametrize("rule", ["IAM05", "IAM07", "IAM08", "IAM12"])
def test_a_policy_that_is_not_known_is_said_to_be(rule: str, tmp_path: Path) -> None:
    """With the reason."""
    template = resources(
        UNSET, Policy=resource("AWS::IAM::ManagedPolicy", PolicyDocument=ref("Unset"))
    )
    assert told(rule, template, tmp_path) == [
        "The policy is known only at deploy time: parameter Unset has no default."
    ]


def told(rule: str, template: Json, folder: Path) -> list[str]:
    """What a rule says of a template."""
    path = folder / "template.json"
    path.write_text(json.dumps(template))
    assembly = read(path)
    context = Context(assembly, Config())
    judging = rules.by_id()[rule]
    return [
        judgement.message
        for resource in assembly.resources()
        if resource.type in judging.resource_types
        for judgement in judging.judge(resource, context)
    ]
