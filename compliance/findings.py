"""What the gate talks about: findings, their severity and outcome, engine runs, the verdict.

The ground floor: every other module may import this one, and it imports nothing of the project.
Field names are those of the JSON that `synthgate check --format json` prints.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

SCHEMA_VERSION: Final = "1"


class SynthgateError(Exception):
    """Something a user can mend: bad input or usage. The command prints one line and exits 2."""


class Severity(enum.StrEnum):
    """How much a finding matters, from `low` to `critical`."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for `low` up to 3 for `critical`."""
        return _RANKS[self]

    def at_least(self, other: Severity) -> bool:
        """Whether this severity is `other` or worse."""
        return self.rank >= other.rank


_RANKS: Final = {severity: rank for rank, severity in enumerate(Severity)}


class Outcome(enum.StrEnum):
    """What a rule says of one resource. A rule that does not apply leaves no row."""

    PASS = "pass"  # noqa: S105 - an outcome, not a password
    FAIL = "fail"
    UNDECIDED = "undecided"
    """The value judged is known only at deploy time. Never a silent pass."""
    WAIVED = "waived"


class Status(enum.StrEnum):
    """What became of an engine in this run."""

    RAN = "ran"
    NOT_RUN = "not-run"
    FAILED = "failed"


class Verdict(enum.StrEnum):
    """The answer of the gate."""

    GREEN = "green"
    RED = "red"
    ERROR = "error"

    @property
    def exit_code(self) -> int:
        """0 green, 1 red, 3 a required engine did not run (bad input, 2, has no verdict)."""
        return {Verdict.GREEN: 0, Verdict.RED: 1, Verdict.ERROR: 3}[self]


@dataclass(frozen=True, slots=True)
class Source:
    """A line that a reader opens: of the user's own code, or of a template.

    Attributes:
        file: of Python code, the path from the folder that the app ran in; of a template, the path
            of the assembly or the template as it was given. With `/`.
        line: 1-based.
    """

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class AppliedWaiver:
    """The waiver that accepted a finding, as `waivers.toml` states it."""

    rule: str
    construct: str
    reason: str
    owner: str
    expires: str
    """ISO 8601 date."""
    ticket: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One engine's word on one resource under one rule.

    Attributes:
        engine: name from the engines' table, such as `own` or `checkov`.
        rule: an own rule's canonical id (`IAM01`), whichever engine served it, or a stock rule's.
        severity: how much it matters here (a rule may judge one case milder than another).
        outcome: pass, fail, undecided or waived.
        message: what was found and why it matters.
        template: template file, relative to the assembly, or the path given for a lone template.
        stack: construct path of the stack, or the template's name when it has none.
        logical_id: CloudFormation logical id; empty when the finding is the whole template's.
        resource_type: such as `AWS::IAM::Policy`; empty with `logical_id`.
        construct_path: CDK construct path; empty when the template does not tell it.
        source: the line of Python that made the construct, or the nearest one above it that is
            known; of a whole stack, the line that made the stack. For an assembly of another
            language, one without a record of its lines (`compliance.guard` writes it), and a lone
            template: the line where the resource begins in the template's text, 1 for the whole
            template. `None` for what stands in no template, and where the text cannot be read
            again.
        location: property path inside the resource, such as `Properties.RetentionInDays`.
        observed: the value seen, as compact JSON or text.
        remediation: how to mend it.
        waiver: set exactly when `outcome` is `waived`.
        environment: environment of the assembly (`dev`, `prod`), empty when it has none.
    """

    engine: str
    rule: str
    severity: Severity
    outcome: Outcome
    message: str
    template: str = ""
    stack: str = ""
    logical_id: str = ""
    resource_type: str = ""
    construct_path: str = ""
    source: Source | None = None
    location: str = ""
    observed: str = ""
    remediation: str = ""
    waiver: AppliedWaiver | None = None
    environment: str = ""

    def waived_by(self, waiver: AppliedWaiver) -> Finding:
        """The same finding, accepted by `waiver`."""
        return replace(self, outcome=Outcome.WAIVED, waiver=waiver)

    @property
    def sort_key(self) -> tuple[str, ...]:
        """Order of every output: by place, then rule, then engine."""
        return (
            self.environment,
            self.template,
            self.logical_id,
            self.rule,
            self.location,
            self.engine,
            self.outcome,
            self.observed,
            self.message,
        )


@dataclass(frozen=True, slots=True)
class EngineRun:
    """What an engine saw. The verdict rests on this, not on an exit code.

    Attributes:
        name: from the engines' table.
        status: ran, not-run or failed.
        version: of the engine, empty when it never answered.
        reason: why it did not run, or failed; empty when it ran.
        rules: number of rules it judged by, as far as it tells: cdk-nag's stock packs do not.
        resources: number of resources it looked at, over all templates.
        seconds: wall time of its own work.
        required: whether the verdict needs it.
    """

    name: str
    status: Status
    version: str = ""
    reason: str = ""
    rules: int = 0
    resources: int = 0
    seconds: float = 0.0
    required: bool = True


@dataclass(frozen=True, slots=True)
class Report:
    """One run of the gate: what every reporter renders.

    Attributes:
        verdict: green, red or error.
        engines: one row for each engine of the table, in its order.
        results: findings in `Finding.sort_key` order, passes included.
        threshold: severity from which a failed finding blocks.
        scope: what was checked: the paths given.
        resources: number of resources in all templates.
        templates: number of templates.
        notices: what a reader should know that is no finding, such as a waiver about to expire.
    """

    verdict: Verdict
    engines: tuple[EngineRun, ...]
    results: tuple[Finding, ...]
    threshold: Severity = Severity.MEDIUM
    scope: tuple[str, ...] = ()
    resources: int = 0
    templates: int = 0
    notices: tuple[str, ...] = field(default=())

    def blocking(self) -> list[Finding]:
        """The findings that make this run red, in order."""
        return [finding for finding in self.results if blocks(finding, self.threshold)]


def engines_of(rule: str) -> frozenset[str]:
    """Names of the engines that can find a rule, told from the form of its id.

    Args:
        rule: an id, with or without a finding in brackets.

    Returns:
        One engine for a stock rule or a rule about snapshots; the three that serve the catalogue
        for anything else.
    """
    for pattern, engine in _STOCK.items():
        if pattern.match(rule):
            return frozenset({engine})
    return CATALOGUE_ENGINES


CATALOGUE_ENGINES: Final = frozenset({"own", "cdk-nag", "checkov"})
"""Engines that judge by the own rules."""
_STOCK: Final = {
    re.compile(r"CKV"): "checkov",
    # cdk-nag writes `<pack>-<rule>`; the names of its packs are in its README.
    re.compile(r"(AwsSolutions|Serverless|NIST\.800\.53\.R[45]|HIPAA\.Security|PCI\.DSS\.321)-"): (
        "cdk-nag"
    ),
    re.compile(r"acknowledged-in-code$"): "cdk-nag",
    re.compile(r"nested-template-unread$"): "own",
    re.compile(r"[EFIW]\d{4}$"): "cloudformation",
    re.compile(r"snapshot-"): "snapshots",
    re.compile(r"Rehearsal-"): "rehearsal",
}


def blocks(finding: Finding, threshold: Severity) -> bool:
    """Whether `finding` alone makes a run red.

    A failure blocks from `threshold` up. What is undecided blocks when the rule is high or critical
    (or the threshold, if that is set higher), so that nothing grave passes for want of knowledge.
    """
    match finding.outcome:
        case Outcome.FAIL:
            return finding.severity.at_least(threshold)
        case Outcome.UNDECIDED:
            floor = max(threshold, Severity.HIGH, key=lambda severity: severity.rank)
            return finding.severity.at_least(floor)
        case _:
            return False


def decide(
    *, engines: Iterable[EngineRun], results: Iterable[Finding], threshold: Severity
) -> Verdict:
    """The verdict of a run.

    Args:
        engines: one row an engine; those with `required` must have run, and none may have failed.
        results: all findings, waivers applied.
        threshold: severity from which a failed finding blocks.

    Returns:
        `error` if no engine was required, one that was did not run, or any broke, else `red` if any
        finding blocks, else `green`.
    """
    rows = list(engines)
    required = [engine for engine in rows if engine.required]
    if (
        not required
        or any(engine.status is not Status.RAN for engine in required)
        # What broke had something to look at: its silence about it is not worth a green.
        or any(engine.status is Status.FAILED for engine in rows)
    ):
        return Verdict.ERROR
    if any(blocks(finding, threshold) for finding in results):
        return Verdict.RED
    return Verdict.GREEN
