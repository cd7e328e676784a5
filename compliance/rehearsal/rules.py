"""What a rehearsal judges: one table, served to findings, reports and documentation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from compliance.findings import Finding, Outcome, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compliance.rehearsal.model import Place

ENGINE: Final = "rehearsal"
"""Name under which a rehearsal's findings are reported."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that a rehearsal proves.

    Attributes:
        id: as findings and waivers name it.
        title: what holds when it passes.
        severity: of a finding.
        rationale: why it matters.
        remediation: how to mend it.
    """

    id: str
    title: str
    severity: Severity
    rationale: str
    remediation: str


SUFFICIENT: Final = Rule(
    id="Rehearsal-Sufficient",
    title="Every operation works under its least-privilege role",
    severity=Severity.HIGH,
    rationale="What lacks a permission that it needs fails in the account.",
    remediation="Grant the denied action on that resource alone, or stop calling it.",
)
NECESSARY: Final = Rule(
    id="Rehearsal-Necessary",
    title="Every grant was exercised",
    severity=Severity.HIGH,
    rationale="A permission that no operation uses serves only whoever takes the role over.",
    remediation="Remove the grant; if an operation needs it, add a contract test that uses it.",
)
CLOSED: Final = Rule(
    id="Rehearsal-Closed",
    title="Calls that nothing allows are refused",
    severity=Severity.CRITICAL,
    rationale="What answers a caller here answers one in the account too.",
    remediation="Put the authorization back on the method, and read who else may call it.",
)
EXACT: Final = Rule(
    id="Rehearsal-Exact",
    title="A grant that is taken away breaks exactly the operations that use it",
    severity=Severity.HIGH,
    rationale="Where nothing breaks, another grant gives the same; where more breaks, the evidence "
    "of which operation needs what does not hold.",
    remediation="Look for a second statement that allows the action, and remove one of the two.",
)
ALARMS: Final = Rule(
    id="Rehearsal-Alarms",
    title="Every alarm and widget watches a metric that is sent, and every alarm tells somebody",
    severity=Severity.HIGH,
    rationale="An alarm on a metric that nothing sends stays silent for ever.",
    remediation="Give it the namespace, name and dimensions by which the metric is sent.",
)
DEAD_LETTERS: Final = Rule(
    id="Rehearsal-DeadLetters",
    title="An event that cannot be handled reaches the dead-letter queue",
    severity=Severity.HIGH,
    rationale="Of functions that have a dead-letter queue or a destination for failures: an event "
    "that neither succeeds nor is kept there is lost without a word. Functions without one are not "
    "judged.",
    remediation="Let the function raise for what it cannot handle, and let its role send to the "
    "queue and use its key.",
)
RULES: Final[Mapping[str, Rule]] = {
    rule.id: rule for rule in (SUFFICIENT, NECESSARY, CLOSED, EXACT, ALARMS, DEAD_LETTERS)
}


def finding(
    rule: Rule,
    message: str,
    *,
    place: Place | None = None,
    location: str = "",
    observed: str = "",
    remediation: str = "",
    outcome: Outcome = Outcome.FAIL,
) -> Finding:
    """A finding of a rehearsal.

    Args:
        rule: of the table.
        message: what was found, a sentence; the rule's rationale is added.
        place: the resource it stands on; none for what concerns the whole stage.
        location: property path inside the resource, or the API's operation.
        observed: the value seen, as text.
        remediation: the rule's own by default.
        outcome: `fail`, or `undecided`.
    """
    return Finding(
        engine=ENGINE,
        rule=rule.id,
        severity=rule.severity,
        outcome=outcome,
        message=f"{message} {rule.rationale}",
        template=place.template if place else "",
        stack=place.stack if place else "",
        logical_id=place.logical_id if place else "",
        resource_type=place.resource_type if place else "",
        construct_path=place.construct_path if place else "",
        location=location,
        observed=observed,
        remediation=remediation or rule.remediation,
    )
