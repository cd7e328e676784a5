"""IAM10: a service may invoke a function only for a named source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.findings import Severity
from compliance.intrinsics import ABSENT, Text, Unknown
from compliance.rules.base import Context, Family, Judgement, Rule, fail, or_passed, undecided

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.assembly.model import Resource

SOURCES: Final = ("SourceArn", "SourceAccount", "PrincipalOrgID")
ALEXA: Final = "alexa-appkit.amazon.com"
LOAD_BALANCER: Final = "elasticloadbalancing.amazonaws.com"


class NamedInvokers(Rule):
    """IAM10."""

    id = "IAM10"
    family = Family.IAM
    severity = Severity.HIGH
    title = "A service may invoke a function only for a named source"
    rationale = (
        "Without a source, the service acts for anybody: another customer's API, bucket or topic "
        "can have it invoke this function (the confused deputy)."
    )
    remediation = "Set SourceArn to the one API, rule, bucket or topic that invokes the function."
    references = (
        "https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",
    )
    resource_types = ("AWS::Lambda::Permission",)

    def judge(self, resource: Resource, context: Context) -> Iterator[Judgement]:
        """Judge the permission's principal together with its source."""
        yield from or_passed(
            judgement
            for principal in context.get(resource, "Principal")
            for judgement in self._principal(principal, resource, context)
        )

    def _principal(
        self, principal: object, resource: Resource, context: Context
    ) -> Iterator[Judgement]:
        location = "Properties.Principal"
        if isinstance(principal, Unknown):
            yield undecided(
                f"Who may invoke is known only at deploy time: {principal.reason}.",
                location=location,
                observed=principal,
            )
        elif principal == "*":
            if any(value is ABSENT for value in context.get(resource, "PrincipalOrgID")):
                yield fail("Anybody may invoke the function.", location=location, observed="*")
        elif isinstance(principal, str | Text) and ".amazon" in str(principal):
            wanted = ("EventSourceToken",) if principal == ALEXA else SOURCES
            if all(any(v is ABSENT for v in context.get(resource, name)) for name in wanted):
                yield fail(
                    f"{principal} may invoke the function for anybody: none of "
                    f"{', '.join(wanted)} is set.",
                    location=location,
                    observed=principal,
                    severity=Severity.LOW if principal == LOAD_BALANCER else None,
                )
