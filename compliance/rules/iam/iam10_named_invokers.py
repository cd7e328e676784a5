"""IAM10: a service may invoke a function only for a named source."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from compliance.findings import Severity
from compliance.iam.conditions import names_owner
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
    from collections.abc import Iterator

    from compliance.assembly.model import Resource

SOURCE_ARN: Final = "SourceArn"
SOURCES: Final = (SOURCE_ARN, "SourceAccount", "PrincipalOrgID")
SERVICE: Final = re.compile(r"\.amazon(aws)?\.com(\.\w+)?$|\.\$\{AWS::URLSuffix\}$")
ALEXA: Final = re.compile(r"alexa-(appkit|connectedhome)\.")
LOAD_BALANCER: Final = re.compile(r"elasticloadbalancing\.")


class NamedInvokers(Rule):
    """IAM10."""

    id = "IAM10"
    family = Family.IAM
    severity = Severity.HIGH
    title = "A service may invoke a function only for a named source"
    rationale = (
        "A grant without a named source lets strangers run the function: another customer's API, "
        "bucket or topic can have the service invoke it (the confused deputy)."
    )
    remediation = "Set SourceArn to the one API, rule, bucket or topic that invokes the function."
    references = (
        "https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",
    )
    controls = {Standard.NIST: ("AC-3", "AC-6"), Standard.FSBP: ("Lambda.1",)}
    stock = ("LambdaFunctionPublicAccessProhibited", "CKV_AWS_364")
    resource_types = ("AWS::Lambda::Permission",)

    def judge(self, resource: Resource, context: Context) -> Iterator[Judgement]:
        """Judge the permission's principal together with its source."""
        yield from or_passed(
            judgement
            for principal in context.get(resource, "Principal")
            for judgement in self._principal(principal, resource, context)
        )

    def _principal(
        self, principal: Value, resource: Resource, context: Context
    ) -> Iterator[Judgement]:
        location = "Properties.Principal"
        shown = str(principal).strip()
        if shown == "*":
            if not _named(resource, context, "PrincipalOrgID"):
                yield fail("Anybody may invoke the function.", location=location, observed="*")
        elif isinstance(principal, str | Text) and SERVICE.search(shown):
            wanted = ("EventSourceToken",) if ALEXA.match(shown) else SOURCES
            if not any(_named(resource, context, name) for name in wanted):
                yield fail(
                    f"{shown} may invoke the function for anybody: no {' or '.join(wanted)} is "
                    "set.",
                    location=location,
                    observed=principal,
                    severity=Severity.LOW if LOAD_BALANCER.match(shown) else None,
                )
        elif isinstance(principal, Unknown) or (
            isinstance(principal, Text) and principal.unknown and not shown.startswith("arn:")
        ):
            yield unknown("Who may invoke the function", principal, location=location)


def _named(resource: Resource, context: Context, name: str) -> bool:
    """Whether a property names something, in both branches of a condition."""
    return not any(
        value is ABSENT
        or (isinstance(value, str | Text) and not _names(value, of_arns=name == SOURCE_ARN))
        for value in context.get(resource, name)
    )


def _names(value: str | Text, *, of_arns: bool) -> bool:
    text = value.literal if isinstance(value, Text) else value
    return text.strip("*? ") != "" and (not of_arns or names_owner(text))
