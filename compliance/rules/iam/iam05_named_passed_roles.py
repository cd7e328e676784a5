"""IAM05: iam:PassRole names its role and its service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.findings import Severity
from compliance.iam import actions, arns, reach
from compliance.intrinsics import Text, Unknown, Value
from compliance.rules.base import Context, Judgement, Standard, fail, undecided, unknown
from compliance.rules.iam import entities, role_use
from compliance.rules.iam.escalation import PASS_ROLE, PASSED_TO, passed_to
from compliance.rules.iam.identity import IdentityRule, is_unknown, patterns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.assembly.model import Resource
    from compliance.iam.conditions import Answer
    from compliance.iam.statements import Entry, Statement

SERVICES: Final = ("ec2.amazonaws.com", "lambda.amazonaws.com")
"""Two services: a pattern that takes in both names neither."""


class NamedPassedRoles(IdentityRule):
    """IAM05."""

    id = "IAM05"
    severity = Severity.HIGH
    title = "iam:PassRole names its role and its service"
    rationale = (
        "Who may pass a role to a service can have that service act with the role's rights: any "
        "role, or any service, makes them the principal's own."
    )
    remediation = (
        "Name the one role's ARN, and the service with a StringEquals condition on "
        "iam:PassedToService."
    )
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html",
    )
    controls = {Standard.NIST: ("AC-3", "AC-6")}

    def allowed(
        self, statement: Statement, resource: Resource, context: Context
    ) -> Iterator[Judgement]:
        """Judge each role that the statement lets pass."""
        passing = [name for name in patterns(statement) if actions.matches(name, PASS_ROLE)]
        if not passing:
            return
        outright = any(not arns.is_everything(name.partition(":")[0]) for name in passing)
        service = passed_to(statement, _names_one)
        for entry in statement.entries("Resource"):
            if is_unknown(entry.value):
                yield from self._unknown(entry, service, outright=outright)
            elif isinstance(entry.value, str | Text) and reach.can_serve(entry.value, PASS_ROLE):
                trusted = _trusted(entry.value, resource, context)
                yield from self._role(entry, service, trusted)

    def _unknown(self, entry: Entry, service: Answer, *, outright: bool) -> Iterator[Judgement]:
        """A role from outside the assembly: it needs the condition, whichever it is."""
        if service is False and outright:
            yield self._to_any_service(entry)
        else:
            yield unknown("The role that may be passed", entry.value, location=entry.place)

    def _role(self, entry: Entry, service: Answer, trusted: frozenset[str]) -> Iterator[Judgement]:
        if arns.is_pattern(entry.value):
            yield fail(
                "Every role that the pattern takes in may be passed"
                + (", to any service." if service is False else "."),
                location=entry.place,
                observed=entry.value,
            )
        elif service is True or (len(trusted) == 1 and not trusted & role_use.BESIDES_SERVICES):
            return
        elif isinstance(service, Unknown):
            yield undecided(
                f"Whether a condition on {PASSED_TO} names a service is known only at deploy time: "
                f"{service.reason}.",
                location=entry.place,
                observed=entry.value,
            )
        elif trusted == {role_use.UNCLEAR}:
            yield undecided(
                "Whom the passed role trusts is known only at deploy time, and no condition on "
                f"{PASSED_TO} names a service.",
                location=entry.place,
                observed=entry.value,
            )
        else:
            yield self._to_any_service(entry)

    def _to_any_service(self, entry: Entry) -> Judgement:
        return fail(
            f"The role may be passed to any service: no condition on {PASSED_TO} names one.",
            location=entry.place,
            observed=entry.value,
        )


def _trusted(role: Value, resource: Resource, context: Context) -> frozenset[str]:
    """Whom the passed role trusts; nobody is known when it is not in the assembly."""
    found = entities.by_arn(role, resource, context)
    return role_use.trusted(found, context) if found is not None else frozenset()


def _names_one(service: str | Text) -> bool:
    return isinstance(service, Text) or not all(actions.matches(service, each) for each in SERVICES)
