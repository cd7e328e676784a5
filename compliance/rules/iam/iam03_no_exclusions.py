"""IAM03: Allow never says NotAction, NotResource or NotPrincipal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.findings import Severity
from compliance.iam.statements import POLICY_TYPES, Opaque, Statement, statements
from compliance.rules.base import (
    Context,
    Family,
    Judgement,
    Rule,
    Standard,
    fail,
    or_passed,
    undecided,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.assembly.model import Resource

EXCLUSIONS: Final = ("NotAction", "NotResource", "NotPrincipal")


class NoExclusions(Rule):
    """IAM03."""

    id = "IAM03"
    family = Family.IAM
    severity = Severity.HIGH
    title = "Allow never says NotAction, NotResource or NotPrincipal"
    rationale = (
        "An Allow that lists exceptions grants everything else, and with every new action, "
        "resource or principal it grants more."
    )
    remediation = (
        "List what is allowed in Action, Resource and Principal; keep the exclusions for Deny."
    )
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notresource.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html",
    )
    controls = {Standard.NIST: ("AC-3", "AC-6")}
    resource_types = POLICY_TYPES

    def judge(self, resource: Resource, context: Context) -> Iterator[Judgement]:
        """Judge every statement of every policy of the resource."""
        found = list(statements(resource, context.of(resource)))
        if found:
            yield from or_passed(
                judgement for statement in found for judgement in self._statement(statement)
            )

    def _statement(self, statement: Statement | Opaque) -> Iterator[Judgement]:
        if isinstance(statement, Opaque):
            yield undecided(
                f"The policy is known only at deploy time: {statement.reason}.",
                location=statement.place,
            )
        elif statement.allows:
            for element in EXCLUSIONS:
                if statement.has(element):
                    yield fail(
                        f"An Allow statement says {element}: all but what it lists is allowed.",
                        location=f"{statement.place}.{element}",
                        observed=statement.body.get(element),
                    )
