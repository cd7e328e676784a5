"""The engines that run while an app is synthesized: cdk-nag, and CDK's CloudFormation validation.

Here their evidence is read back and checked against the assembly. For an assembly that another gate
made there is only CDK's `validation-report.json`: what it lists is reported, but that an engine ran
clean it cannot prove (a clean run and no run leave the same file), and so it is never relied on.
"""

from __future__ import annotations

import importlib.metadata
import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from compliance.assembly.template import parse_json, read_text
from compliance.engines import evidence
from compliance.engines.base import Answer, Engine, placed
from compliance.engines.evidence import Evidence, PluginRun, Violation
from compliance.findings import EngineRun, Finding, Outcome, Severity, Status, SynthgateError

if TYPE_CHECKING:
    from compliance.assembly.model import Assembly, Json
    from compliance.rules.base import Context

REPORT: Final = "validation-report.json"
CLOUDFORMATION: Final = "CloudFormation Validate"
"""Name of CDK's built-in plugin in its report."""
CLOUDFORMATION_NAMESPACE: Final = "CloudFormation-Validate::"
"""What stands before its rules' ids in acknowledgments."""
OWN_PACK: Final = "Synthgate"
"""Name of the pack of own rules."""
OWN_PREFIX: Final = f"{OWN_PACK}-"
"""What the own pack puts before a rule's canonical id in CDK's report."""
THREW: Final = "Rule threw an error during validation."
"""How cdk-nag describes a rule that could not judge a resource."""
IN_CODE: Final = "acknowledged-in-code"
_MAX_REPORT: Final = 64_000_000

_NOTES: Final = dict.fromkeys(("info", "informational", "debug"), Severity.LOW)
_SEVERITY: Final[Mapping[str, Mapping[str, Severity]]] = {
    "cdk-nag": {"warning": Severity.MEDIUM, **_NOTES},
    "cloudformation": {"warning": Severity.LOW, **_NOTES},
}
"""Levels that are less than an error. Any other, a level of a plugin's own too, is high."""


def version(distribution: str) -> str:
    """Version of an installed distribution, empty when it is not installed."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return ""


def as_finding(violation: Violation, *, engine: str, environment: str = "") -> Finding:
    """A violation as the gate reports it. An own rule's level is its severity."""
    if violation.level in list(Severity):
        severity = Severity(violation.level)
    else:
        severity = _SEVERITY[engine].get(violation.level, Severity.HIGH)
    threw = violation.message.startswith(THREW)
    if threw:
        # cdk-nag keeps one description a rule: where it threw once, it says so of resources too
        # that it found wrong later. So this blocks, even for a rule that only warns.
        severity = max(severity, Severity.HIGH, key=lambda level: level.rank)
    return Finding(
        engine=engine,
        rule=violation.rule.removeprefix(OWN_PREFIX),
        severity=severity,
        outcome=Outcome.UNDECIDED if threw else Outcome(violation.outcome),
        message=violation.message,
        template=violation.template,
        logical_id=violation.logical_id,
        construct_path=violation.construct_path,
        location=violation.location,
        observed=violation.observed,
        remediation=violation.remediation,
        environment=environment,
    )


class SynthesisEngine(Engine):
    """An engine whose work was done during synthesis."""

    def examine(self, context: Context) -> Answer:
        """Read what the engine left in the assembly."""
        assembly = context.assembly
        if not assembly.is_assembly:
            return self.not_run("a lone template was not synthesized by an app")
        try:
            record = evidence.read(assembly)
            if record is None:
                return self._from_report(assembly)
        except SynthgateError as error:
            return self.failed(str(error))
        return self._from_evidence(record, assembly)

    def _from_evidence(self, record: Evidence, assembly: Assembly) -> Answer:
        runs = [run for run in record.plugins if run.engine == self.name]
        missing = self._missing(runs)
        if missing:
            return self.failed(f"{evidence.FILE} holds no run of {missing}; synthesize again")
        version = runs[0].version
        now = evidence.digests(assembly)
        for name in sorted(now.keys() | record.templates.keys()):
            if name not in now:
                return self.failed(
                    f"{name}, which {self.name} saw, is not in the assembly any more; "
                    "synthesize again",
                    version=version,
                )
            if record.templates.get(name) != now[name]:
                return self.failed(
                    f"{name} is not the template that {self.name} saw; synthesize again",
                    version=version,
                )
        if record.resources != assembly.size:
            return self.failed(
                f"it saw {record.resources} resources, the assembly holds {assembly.size}",
                version=version,
                resources=record.resources,
            )
        findings = [
            located(as_finding(violation, engine=self.name), assembly)
            for run in runs
            for violation in run.violations
        ]
        known = [rule for run in runs for rule in run.rules]
        return Answer(
            EngineRun(
                self.name,
                Status.RAN,
                version,
                rules=len(known),
                resources=record.resources,
                seconds=sum(run.seconds for run in runs),
            ),
            (*findings, *self._acknowledged(record, assembly)),
            rules=frozenset(known) if all(run.rules for run in runs) else None,
        )

    def _missing(self, runs: list[PluginRun]) -> str:
        """What the evidence should have told of and does not, empty when it is complete."""
        return "" if runs else self.name

    def _acknowledged(self, _record: Evidence, _assembly: Assembly) -> Iterator[Finding]:
        """Findings that the app's own code swallowed, of which CDK's own plugin knows none."""
        return iter(())

    def _from_report(self, assembly: Assembly) -> Answer:
        path = assembly.path / REPORT
        if not path.is_file():
            return self.not_run(
                f"the assembly carries no {evidence.FILE}; call compliance.guard(app) in the app"
            )
        mine = [
            report for report in _reports(assembly) if self._is_mine(str(report.get("pluginName")))
        ]
        for report in mine:
            if report.get("conclusion") == "failure" and not report.get("violations"):
                # What CDK writes of a plugin that raised.
                return self.failed(f"{report.get('pluginName')} broke: {report.get('metadata')}")
        found = tuple(
            located(as_finding(violation, engine=self.name), assembly)
            for report in mine
            for violation in _of_report(report, engine=self.name)
        )
        run = EngineRun(
            self.name,
            Status.NOT_RUN,
            reason=f"{REPORT} lists findings but cannot prove a clean run; "
            "call compliance.guard(app) in the app",
        )
        return Answer(run, found)

    def _is_mine(self, plugin: str) -> bool:
        return (plugin == CLOUDFORMATION) == (self.name == "cloudformation")


class CdkNagEngine(SynthesisEngine):
    """cdk-nag's packs, the own pack among them."""

    name = "cdk-nag"

    def _missing(self, runs: list[PluginRun]) -> str:
        names = {run.name for run in runs}
        if OWN_PACK not in names:
            return f"the pack {OWN_PACK}"
        return "" if names - {OWN_PACK} else "any stock pack of cdk-nag"

    def _acknowledged(self, record: Evidence, assembly: Assembly) -> Iterator[Finding]:
        for construct, ids in (*record.acknowledged.items(), *assembly.acknowledged.items()):
            for name in ids:
                if name.startswith(CLOUDFORMATION_NAMESPACE):
                    # CDK's own constructs do so, and that engine's evidence holds it all the same.
                    continue
                yield Finding(
                    engine=self.name,
                    rule=IN_CODE,
                    severity=Severity.HIGH,
                    outcome=Outcome.FAIL,
                    message=f"The app's code acknowledges {name} on "
                    f"{construct or 'the whole app'}, where no reviewer sees its owner or its "
                    "end, and cdk-nag drops the finding.",
                    construct_path=construct,
                    observed=name,
                    remediation="Take the acknowledge call out, and state the waiver in "
                    "waivers.toml.",
                )


class CloudFormationEngine(SynthesisEngine):
    """CDK's built-in validation of templates against CloudFormation's schemas."""

    name = "cloudformation"


def located(finding: Finding, assembly: Assembly) -> Finding:
    """The finding with what the assembly knows of its place."""
    resource = assembly.by_construct.get(finding.construct_path)
    if resource is None and finding.logical_id:
        candidates = [
            template.resources[finding.logical_id]
            for template in assembly.templates
            if finding.template in {"", template.name} and finding.logical_id in template.resources
        ]
        # A logical id without its template may be any stack's: a guess could meet a waiver.
        resource = candidates[0] if len(candidates) == 1 else None
    if resource is None:
        return finding
    return placed(finding, resource)


def _reports(assembly: Assembly) -> list[Mapping[str, Json]]:
    shown = f"{assembly.path}/{REPORT}"
    try:
        document = parse_json(read_text(assembly.path / REPORT, shown=shown, limit=_MAX_REPORT))
    except (json.JSONDecodeError, ValueError, RecursionError) as error:
        raise SynthgateError(f"{shown}: not a validation report: {error}") from error
    reports = document.get("pluginReports") if isinstance(document, Mapping) else None
    if not isinstance(reports, list):
        raise SynthgateError(f"{shown}: not a validation report: 'pluginReports' is no list")
    return list(_objects(reports))


def _of_report(report: Mapping[str, Json], *, engine: str) -> Iterator[Violation]:
    """Violations of CDK's report. What it suppressed counts too, until a waiver says otherwise."""
    for key in ("violations", "suppressedViolations"):
        for violation in _objects(report.get(key)):
            rule = str(violation.get("ruleName", ""))
            level = str(violation.get("severity") or "error")
            if engine == "cloudformation" and rule.startswith(("E", "F")):
                # CDK writes its errors as warnings, unless a feature flag is set.
                level = "error"
            for construct in list(_objects(violation.get("violatingConstructs"))) or [{}]:
                resource = construct.get("cloudFormationResource")
                resource = resource if isinstance(resource, Mapping) else {}
                places = resource.get("propertyPaths")
                yield Violation(
                    rule=rule,
                    level=str(violation.get("customSeverity")) if level == "custom" else level,
                    message=str(violation.get("description", "")),
                    construct_path=str(construct.get("constructPath") or ""),
                    logical_id=str(resource.get("logicalId") or ""),
                    template=str(resource.get("templatePath") or ""),
                    location=", ".join(map(str, places if isinstance(places, list) else ())),
                    remediation=str(violation.get("suggestedFix") or ""),
                )


def _objects(value: Json) -> Iterator[Mapping[str, Json]]:
    """The objects of a list that may be absent.

    Raises:
        SynthgateError: it is no list, or holds something else.
    """
    if not isinstance(value, list | None):
        raise SynthgateError(f"{REPORT}: not a validation report: found {str(value)[:80]!r}")
    for item in value or ():
        if not isinstance(item, Mapping):
            raise SynthgateError(f"{REPORT}: not a validation report: found {str(item)[:80]!r}")
        yield item
