"""IAM08: an action that cannot be scoped is narrowed by its condition key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from compliance.findings import Severity
from compliance.iam import actions, conditions
from compliance.intrinsics import Unknown
from compliance.rules.base import Context, Judgement, Standard, fail, undecided
from compliance.rules.iam.identity import IdentityRule, held_to

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compliance.assembly.model import Resource
    from compliance.iam.statements import Statement
    from compliance.intrinsics import Value


@dataclass(frozen=True, slots=True)
class Narrowing:
    """The condition key that stands in for the resource that an action does not take.

    Attributes:
        key: the condition key.
        without: what the action allows without it.
    """

    key: str
    without: str


NARROWINGS: Final[Mapping[str, Narrowing]] = {
    "cloudwatch:PutMetricData": Narrowing(
        "cloudwatch:namespace",
        "metrics can be written, and forged, in every namespace, and alarms rest on them",
    ),
    "lambda:CreateEventSourceMapping": Narrowing(
        "lambda:FunctionArn", "every function can be made to take in a stream or queue"
    ),
    "organizations:EnableAWSServiceAccess": Narrowing(
        "organizations:ServicePrincipal",
        "every service can be let into all accounts of the organisation",
    ),
    "sts:GetWebIdentityToken": Narrowing(
        "sts:IdentityTokenAudience", "the principal can prove who it is to any outside service"
    ),
}
"""Actions without a resource of their own whose condition key says as much as a resource would.

Source: Service Authorization Reference, the services' pages; `cloudwatch:PutMetricData` has a
resource type that is optional and new.
"""


class NarrowingConditions(IdentityRule):
    """IAM08."""

    id = "IAM08"
    severity = Severity.MEDIUM
    title = "An action that cannot be scoped is narrowed by its condition key"
    rationale = (
        "The action takes no resource, so that its condition key is the only thing that keeps a "
        "grant to what it is for."
    )
    remediation = (
        "Add a condition on the key that the message names, for example "
        '`conditions={"StringEquals": {"cloudwatch:namespace": "Orders"}}`.'
    )
    references = (
        "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/iam-cw-condition-keys-namespace.html",
        "https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html",
    )
    controls = {Standard.NIST: ("AC-6",)}

    def allowed(
        self, statement: Statement, resource: Resource, context: Context
    ) -> Iterator[Judgement]:
        """Judge the actions that the statement names; wildcards for several are IAM02's to say."""
        del resource, context
        for entry in statement.entries("Action"):
            name = _only_action(entry.value)
            if name not in NARROWINGS:
                continue
            narrowing = NARROWINGS[name]
            narrowed = held_to(statement, narrowing.key, bool)
            if isinstance(narrowed, Unknown):
                yield undecided(
                    f"Whether a condition on {narrowing.key} narrows {name} is known only at "
                    f"deploy time: {narrowed.reason}.",
                    location=entry.place,
                    observed=entry.value,
                )
            elif not narrowed:
                yield fail(
                    f"{name} has no condition on {narrowing.key}: {narrowing.without}.",
                    location=entry.place,
                    observed=entry.value,
                )


def _only_action(value: Value) -> str:
    """The one action that an entry of `Action` means, however it is written; empty for several."""
    if not isinstance(value, str) or conditions.is_pattern(value.partition(":")[0]):
        return ""
    meant = actions.expand(value)
    return meant[0].name if len(meant) == 1 else ""
