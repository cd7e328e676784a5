"""IAM13: one function, one execution role."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from compliance.findings import Severity
from compliance.rules import sam
from compliance.rules.base import PASSED, Context, Family, Judgement, Rule, Standard, fail
from compliance.rules.iam import entities
from compliance.rules.iam.role_use import FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compliance.assembly.model import Resource

ROLE = "AWS::IAM::Role"


class OwnRoles(Rule):
    """IAM13."""

    id = "IAM13"
    family = Family.IAM
    severity = Severity.MEDIUM
    title = "One function, one execution role"
    rationale = (
        "A role that functions share holds what each of them needs: a flaw in one of them reaches "
        "the data of all the others."
    )
    remediation = (
        "Give each function a role of its own, as CDK does when no role is named, and grant each "
        "just what it uses."
    )
    references = (
        "https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
    )
    controls = {Standard.NIST: ("AC-6",)}
    resource_types = (ROLE,)

    def judge(self, resource: Resource, context: Context) -> Iterator[Judgement]:
        """Judge a role by the functions that run with it, whichever stack they are of."""
        functions = context.answer(_by_role).get(resource, {})
        if len(functions) > 1:
            names = sorted(function.logical_id for function in functions)
            yield fail(
                f"{len(names)} functions run with this role: {', '.join(names)}.",
                observed=", ".join(names),
            )
        elif functions:
            yield PASSED


def _by_role(context: Context) -> Mapping[Resource, dict[Resource, None]]:
    """The functions that run with a role, in one branch of a condition at least."""
    found: dict[Resource, dict[Resource, None]] = defaultdict(dict)
    for function in context.assembly.resources(*FUNCTIONS):
        for value in sam.get(function, context, "Role"):
            role = entities.by_arn(value, function, context)
            if role is not None and role.type == ROLE:
                found[role][function] = None
    return found
