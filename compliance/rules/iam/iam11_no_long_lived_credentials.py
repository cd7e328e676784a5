"""IAM11: no long-lived credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.findings import Severity
from compliance.intrinsics import ABSENT, Unknown
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

ACCESS_KEY: Final = "AWS::IAM::AccessKey"
USER: Final = "AWS::IAM::User"
USER_POLICY: Final = "AWS::IAM::UserPolicy"
ATTACHING: Final[Mapping[str, tuple[str, ...]]] = {
    USER: ("Policies", "ManagedPolicyArns"),
    "AWS::IAM::Policy": ("Users",),
    "AWS::IAM::ManagedPolicy": ("Users",),
}
"""Lists that tie a policy to a user: each entry is one policy of it, or one user."""


class NoLongLivedCredentials(Rule):
    """IAM11."""

    id = "IAM11"
    family = Family.IAM
    severity = Severity.HIGH
    title = "No long-lived credentials"
    rationale = (
        "An access key works until somebody deletes it, wherever it has been copied to; and rights "
        "given straight to a user are what such a key carries."
    )
    remediation = (
        "Give the rights to a role, and have people and workloads assume it: through IAM Identity "
        "Center, an OIDC provider, or the service that they run in."
    )
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html",
        "https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html",
    )
    controls = {
        Standard.NIST: ("AC-2", "AC-2(1)", "AC-3", "AC-3(7)", "AC-3(15)", "AC-6", "AC-6(3)"),
        Standard.CIS: ("1.15",),
        Standard.FSBP: ("IAM.2",),
    }
    stock = (
        "CKV_AWS_40",
        "IAMUserNoPolicies",
    )
    resource_types = (ACCESS_KEY, USER_POLICY, *ATTACHING)

    def judge(self, resource: Resource, context: Context) -> Iterator[Judgement]:
        """Judge the key, the user's policies, or the users that a policy names."""
        if resource.type == ACCESS_KEY:
            yield fail(
                "An access key is made for a user.",
                location="Properties.UserName",
                observed=resource.properties.get("UserName"),
            )
        elif resource.type == USER_POLICY:
            yield fail(
                "The policy is attached straight to a user.",
                location="Properties.UserName",
                observed=resource.properties.get("UserName"),
            )
        elif resource.type == USER or _names_users(resource, context):
            yield from or_passed(self._attached(resource, context))

    def _attached(self, resource: Resource, context: Context) -> Iterator[Judgement]:
        for name in ATTACHING[resource.type]:
            place = f"Properties.{name}"
            for where, value in context.of(resource).items(
                resource.properties.get(name, ABSENT), place
            ):
                if isinstance(value, Unknown) and where == place:
                    yield unknown("What is attached straight to a user", value, location=where)
                else:
                    yield fail(
                        "A policy is attached straight to a user.", location=where, observed=value
                    )


def _names_users(policy: Resource, context: Context) -> bool:
    return any(value is not ABSENT for value in context.get(policy, "Users"))
