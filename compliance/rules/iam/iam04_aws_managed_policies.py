"""IAM04: no AWS-managed policy that grants more than the role needs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from compliance.findings import Severity
from compliance.intrinsics import ABSENT, Text, Unknown, Value
from compliance.rules.base import (
    Context,
    Family,
    Judgement,
    Rule,
    Standard,
    fail,
    or_passed,
    unknown,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compliance.assembly.model import Resource

_AWS_MANAGED = re.compile(r"^arn:[^:]*:iam::aws:policy/(.+)$")
CRITICAL: Final = re.compile(r"AdministratorAccess|PowerUserAccess|.*FullAccess(_?[vV]\d+)?")
CDK_DEFAULTS: Final = frozenset(
    {
        "service-role/AWSLambdaBasicExecutionRole",
        "service-role/AWSLambdaVPCAccessExecutionRole",
    }
)
"""What CDK gives a function's default role: logs, and network interfaces, on every resource."""


PATHS: Final[Mapping[str, str]] = {path.rpartition("/")[2]: path for path in CDK_DEFAULTS}
"""Paths of these by name, which is what SAM takes."""
SAM: Final = ("AWS::Serverless::Function", "AWS::Serverless::StateMachine")
"""What has policies by the names of AWS's, beside documents and templates of its own (AWS SAM
Developer Guide, `Policies`)."""
LISTED: Final[Mapping[str, str]] = {
    "AWS::SSO::PermissionSet": "ManagedPolicies",
    **dict.fromkeys(SAM, "Policies"),
}


class AwsManagedPolicies(Rule):
    """IAM04."""

    id = "IAM04"
    family = Family.IAM
    severity = Severity.HIGH
    title = "No AWS-managed policy that grants more than the role needs"
    rationale = (
        "An AWS-managed policy is written for every customer, on every resource, and AWS widens it "
        "without asking."
    )
    remediation = (
        "Write the few actions that are needed as a policy of your own, on the resources that are "
        "used; a policy that nothing can replace goes into `iam.allowed-managed-policies`."
    )
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html",
    )
    controls = {Standard.NIST: ("AC-6",), Standard.CIS: ("1.22",), Standard.FSBP: ("IAM.27",)}
    stock = ("AwsSolutions-IAM4[Policy::*]",)
    settings = ("iam.allowed-managed-policies",)
    resource_types = (
        "AWS::IAM::Role",
        "AWS::IAM::User",
        "AWS::IAM::Group",
        "AWS::SSO::PermissionSet",
        *SAM,
    )

    def judge(self, resource: Resource, context: Context) -> Iterator[Judgement]:
        """Judge each attached managed policy."""
        name = LISTED.get(resource.type, "ManagedPolicyArns")
        given = [value for value in context.get(resource, name) if value is not ABSENT]
        attached = [
            each
            for listed in given
            for each in context.of(resource).items(listed, f"Properties.{name}")
        ]
        if resource.type in SAM:
            named = [(place, value) for place, value in attached if isinstance(value, str | Text)]
            given, attached = named, [(place, _by_arn(value)) for place, value in named]
        if given:
            yield from or_passed(
                judgement
                for place, value in attached
                for judgement in self._policy(value, place, context)
            )

    def _policy(self, value: Value, place: str, context: Context) -> Iterator[Judgement]:
        if isinstance(value, Unknown):
            yield unknown("The managed policy", value, location=place)
            return
        # The partition is a token in what CDK writes: it is one character here.
        arn = value.literal if isinstance(value, Text) else str(value)
        found = _AWS_MANAGED.match(arn)
        if found is None or found.group(1) in context.config.iam.allowed_managed_policies:
            return
        policy = found.group(1)
        if policy in CDK_DEFAULTS:
            severity = Severity.LOW
        elif CRITICAL.fullmatch(policy.rpartition("/")[2]):
            severity = Severity.CRITICAL
        else:
            severity = self.severity
        yield fail(
            f"The AWS-managed policy {str(value).partition(':policy/')[2]} is attached.",
            location=place,
            observed=value,
            severity=severity,
        )


def _by_arn(value: Value) -> Value:
    """A managed policy as SAM takes it: what is no ARN is the name of one of AWS's."""
    if not isinstance(value, str) or ":" in value:
        return value
    return f"arn:aws:iam::aws:policy/{PATHS.get(value, value)}"
