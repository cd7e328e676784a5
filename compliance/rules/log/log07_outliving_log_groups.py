"""LOG07: audit logs outlive their stack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.findings import Severity
from compliance.intrinsics import ABSENT, Text, Unknown
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
from compliance.rules.log.groups import LOG_GROUP

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.assembly.model import Resource

KEPT: Final = ("Retain", "RetainExceptOnCreate")
LOCATION: Final = "DeletionPolicy"


class OutlivingLogGroups(Rule):
    """LOG07."""

    id = "LOG07"
    family = Family.LOG
    severity = Severity.MEDIUM
    title = "Audit logs outlive their stack"
    rationale = (
        "Whoever can delete the stack, or drop the log group from it, would delete the record of "
        "what was done with it."
    )
    remediation = (
        "Set `removal_policy=cdk.RemovalPolicy.RETAIN`, or leave the environment out of "
        "`keep-logs` in `[tool.synthgate.retention]`."
    )
    references = (
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html",
    )
    controls = {Standard.NIST: ("AU-9", "AU-11")}
    settings = ("retention.keep-logs",)
    resource_types = (LOG_GROUP,)

    def judge(self, resource: Resource, context: Context) -> Iterator[Judgement]:
        """Judge DeletionPolicy, where the policy data asks for logs that stay."""
        if context.config.retention.keeps_logs_of(context.environment):
            yield from or_passed(self._policy(resource, context))

    def _policy(self, resource: Resource, context: Context) -> Iterator[Judgement]:
        for value in context.of(resource).values(resource.body.get("DeletionPolicy", ABSENT)):
            if isinstance(value, Text | Unknown):
                yield unknown("What becomes of the log group", value, location=LOCATION)
            elif value not in KEPT:
                yield fail(
                    "The log group is deleted with its stack.",
                    location=LOCATION,
                    observed="absent" if value is ABSENT else value,
                )
