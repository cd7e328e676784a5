"""IAM06: a role is assumed only by who should."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from compliance.findings import Severity
from compliance.iam import actions, conditions
from compliance.iam.denials import lets_in_only
from compliance.iam.principals import Who, Whose, principals
from compliance.iam.statements import Opaque, PolicyKind, Statement
from compliance.intrinsics import Unknown
from compliance.rules.base import (
    Context,
    Family,
    Judgement,
    Rule,
    Standard,
    fail,
    or_passed,
    undecided,
    unknown,
)
from compliance.rules.iam.providers import asked_of
from compliance.rules.policies import Policy, policies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.assembly.model import Resource
    from compliance.iam.conditions import Answer
    from compliance.iam.principals import Principal

ASSUMING: Final = ("sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity")
"""Actions that hand out the role; `sts:TagSession` and its like only go along with them."""

EVERYONE: Final = conditions.names(
    "aws:principalaccount", "aws:principalarn", "aws:principalorgid", "aws:principalorgpaths"
)
"""Keys that say whom of everybody a statement means."""
OTHERS: Final = conditions.names(
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principaltag/",
    "aws:userid",
    "aws:username",
    "sts:externalid",
)
"""Keys that say whom of another account a statement means, or on whose behalf it asks."""
OF_OWN: Final = conditions.names(
    "aws:federatedprovider",
    "aws:principaltag/",
    "aws:sourceip",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
    "aws:username",
    "sts:externalid",
)
"""Keys that say whom of one's own account a statement means."""
_ANY_IDENTITY: Final = re.compile(r"((role|user|assumed-role|federated-user)/?)?")


class TrustedPrincipals(Rule):
    """IAM06."""

    id = "IAM06"
    family = Family.IAM
    severity = Severity.HIGH
    title = "A role is assumed only by who should"
    rationale = (
        "Who may assume a role has all that the role may do: a trust policy that is wider than "
        "meant hands it to another account, to any caller, or to any workload of a provider."
    )
    remediation = (
        "Name the one role or service that assumes it. Ask another account for an sts:ExternalId "
        "or an aws:PrincipalOrgID, and an identity provider for the subject."
    )
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html",
    )
    controls = {Standard.NIST: ("AC-3", "AC-6")}
    stock = ("CKV_AWS_60", "CKV_AWS_61")
    settings = ("iam.known-accounts",)
    resource_types = ("AWS::IAM::Role", "AWS::Serverless::Function")

    def judge(self, resource: Resource, context: Context) -> Iterator[Judgement]:
        """Judge whom every Allow statement of the role's trust policy lets assume it."""
        found = [policy for policy in policies(resource, context, PolicyKind.TRUST) if policy]
        if found:
            judgements = (
                judgement
                for policy in found
                for statement in policy
                for judgement in self._statement(statement, policy, resource, context)
            )
            yield from or_passed(iter(dict.fromkeys(judgements)))

    def _statement(
        self, statement: Statement | Opaque, policy: Policy, role: Resource, context: Context
    ) -> Iterator[Judgement]:
        if isinstance(statement, Opaque):
            yield undecided(
                f"The trust policy is known only at deploy time: {statement.reason}.",
                location=statement.place,
            )
        elif statement.allows and _hands_out(statement):
            for principal in principals(statement):
                yield from _principal(principal, statement, policy, role, context)


def _hands_out(statement: Statement) -> bool:
    """Whether a statement lets anybody assume the role."""
    return statement.has("NotAction") or any(
        not isinstance(entry.value, str) or actions.matches(entry.value, action)
        for entry in statement.entries("Action")
        for action in ASSUMING
    )


def _principal(
    principal: Principal, statement: Statement, policy: Policy, role: Resource, context: Context
) -> Iterator[Judgement]:
    whose = principal.whose(role.template, context.config.iam.known_accounts)
    match principal.who:
        case Who.SERVICE:
            return
        case Who.FEDERATED:
            yield from _federated(principal, statement, context)
        case Who.EVERYONE:
            tied = lets_in_only(statement, policy, EVERYONE)
            yield from _judged(tied, principal, "Anybody may assume the role.")
        case _ if whose is Whose.OTHER:
            message = (
                f"Account {principal.literal_account}, which is not known to be one's own, may "
                "have the role assumed on anybody's behalf: no sts:ExternalId, organisation or "
                "principal is asked for."
            )
            yield from _judged(lets_in_only(statement, policy, OTHERS), principal, message)
        case _ if whose is Whose.UNTOLD:
            if lets_in_only(statement, policy, OTHERS) is not True:
                yield unknown("Who may assume the role", principal.value, location=principal.place)
        case Who.ACCOUNT if whose is Whose.OWN:
            yield from _judged(
                lets_in_only(statement, policy, _is_one_of_own),
                principal,
                "Whoever in the account may call sts:AssumeRole may assume the role.",
                Severity.MEDIUM,
            )
        case _:
            return


def _judged(
    tied: Answer, principal: Principal, message: str, severity: Severity | None = None
) -> Iterator[Judgement]:
    """A failure where nothing ties the principal down, or what is not known of it."""
    if isinstance(tied, Unknown):
        yield undecided(
            f"Whether a condition narrows who may assume the role is known only at deploy time: "
            f"{tied.reason}.",
            location=principal.place,
            observed=principal.value,
            severity=severity,
        )
    elif not tied:
        yield fail(message, location=principal.place, observed=principal.value, severity=severity)


def _is_one_of_own(line: conditions.Test) -> Answer:
    """Whether a line says whom of one's own account it means."""
    if line.key == "aws:principalarn":
        return conditions.each_value(line, _names_identity)
    if line.key == "aws:multifactorauthpresent":
        return conditions.is_true(line)
    return line.key == "aws:multifactorauthage" or OF_OWN(line)


def _names_identity(arn: str) -> bool:
    """Whether the pattern of an ARN names a role or user, not just any of an account."""
    name = arn.rpartition(":")[2].strip("*?")
    return _ANY_IDENTITY.fullmatch(name) is None


def _federated(principal: Principal, statement: Statement, context: Context) -> Iterator[Judgement]:
    for asked in asked_of(principal.value, statement, context):
        answer = conditions.some(
            conditions.every(conditions.narrowed(statement, says) for says in form)
            for form in asked.forms
        )
        yield from _judged(
            answer,
            principal,
            f"Whoever {asked.name} vouches for may assume the role: {asked.missing}.",
        )
