"""IAM02: actions are named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.findings import Severity
from compliance.iam import actions, arns
from compliance.intrinsics import Text, Unknown, Value
from compliance.rules.base import Context, Judgement, Standard, fail, undecided, unknown
from compliance.rules.iam.identity import IdentityRule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compliance.assembly.model import Resource
    from compliance.iam.actions import Action
    from compliance.iam.statements import Entry, Statement

CDK_GRANTS: Final[Mapping[str, str]] = {
    "s3:deleteobject*": "Bucket.grant_delete: deletes objects and their versions",
    "s3:abort*": "Bucket.grant_put: ends a multipart upload",
    "s3:getobject*": "Bucket.grant_read: reads objects, their tags and versions",
    "s3:getbucket*": "Bucket.grant_read: reads the bucket's settings",
    "s3:list*": "Bucket.grant_read: lists the bucket",
    "kms:reencrypt*": "Key.grant_encrypt: re-encryption has two actions that belong together",
    "kms:generatedatakey*": "Key.grant_encrypt: the four ways to make a data key",
}
"""Wildcards that CDK's own grants write, in lower case; fine on one specific resource."""
MOST: Final = 6
"""How many members of a wildcard a message lists."""


class NamedActions(IdentityRule):
    """IAM02."""

    id = "IAM02"
    severity = Severity.HIGH
    title = "Actions are named"
    rationale = (
        "A wildcard grants what nobody has read, today's actions and every one that AWS adds later."
    )
    remediation = "List the actions that the code calls, one by one."
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html",
    )
    controls = {
        Standard.NIST: ("AC-3", "AC-6"),
        Standard.CIS: ("1.16",),
        Standard.FSBP: ("IAM.1", "IAM.21"),
    }
    stock = (
        "AwsSolutions-IAM5[Action::*]",
        "IAMPolicyNoStatementsWithAdminAccess",
        "IAMPolicyNoStatementsWithFullAccess",
        "CKV_AWS_62",
        "CKV_AWS_63",
    )
    settings = ("iam.wildcard-actions",)

    def allowed(
        self, statement: Statement, resource: Resource, context: Context
    ) -> Iterator[Judgement]:
        """Judge every action of the statement."""
        del resource
        resources = [entry.value for entry in statement.entries("Resource")]
        for entry in statement.entries("Action"):
            judgement = self._action(entry, resources, context)
            if judgement:
                yield judgement

    def _action(self, entry: Entry, resources: list[Value], context: Context) -> Judgement | None:
        action = entry.value
        if isinstance(action, Text | Unknown):
            return unknown("The action of an Allow statement", action, location=entry.place)
        if not isinstance(action, str) or not any(sign in action for sign in "*?"):
            return None
        service, _, name = action.partition(":")
        if name.strip("*") == "":
            everywhere = service.strip("*") == ""
            return fail(
                f"Every action of {'every service' if everywhere else service.lower()} is allowed.",
                location=entry.place,
                observed=action,
                severity=Severity.CRITICAL if everywhere else None,
            )
        accepted = {pattern.lower() for pattern in context.config.iam.wildcard_actions}
        granted = action.lower() in accepted.union(CDK_GRANTS)
        return self._partial(action, entry.place, resources if granted else [])

    def _partial(self, action: str, place: str, specific: list[Value]) -> Judgement | None:
        """Judge a wildcard that stands for some actions of a service.

        Args:
            action: the wildcard.
            place: where it stands.
            specific: the statement's resources when the wildcard is fine if each names one thing.
        """
        members = actions.expand(action)
        service = action.partition(":")[0]
        if not any(sign in service for sign in "*?") and not actions.known_service(service):
            return undecided(
                f"What {action} stands for is not known: the data of this version of Synthgate "
                f"has no service {service}.",
                location=place,
                observed=action,
            )
        mutating = [member for member in members if member.mutating]
        if not mutating:
            return None
        if specific:
            unclear = [value for value in specific if isinstance(value, Unknown)]
            if all(value in unclear or _is_specific(value, members) for value in specific):
                what = f"The resource of {action}, which is fine on one resource,"
                return unknown(what, unclear[0], location=place) if unclear else None
        names = ", ".join(member.name for member in members[:MOST])
        more = f" and {len(members) - MOST} more" if len(members) > MOST else ""
        return fail(
            f"{action} stands for {names}{more}, of which {len(mutating)} "
            f"{'changes' if len(mutating) == 1 else 'change'} something.",
            location=place,
            observed=action,
        )


def _is_specific(value: Value, members: tuple[Action, ...]) -> bool:
    """Whether a resource names one thing, for each of the actions that a wildcard stands for."""
    return (
        isinstance(value, str | Text)
        and not arns.is_everything(value)
        and not any(arns.covers_type(value, arn) for member in members for arn in member.arns)
    )
