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
OWN_PREFIX: Final = "Synthgate-"
"""What the own pack puts before a rule's canonical id in CDK's report."""
THREW: Final = "Rule threw an error during validation."
"""How cdk-nag describes a rule that could not judge a resource."""
IN_CODE: Final = "acknowledged-in-code"
_MAX_REPORT: Final = 64_000_000

_SEVERITY: Final[Mapping[str, Mapping[str, Severity]]] = {
    "cdk-nag": {"fatal": Severity.HIGH, "error": Severity.HIGH, "warning": Severity.MEDIUM},
    "cloudformation": {"fatal": Severity.HIGH, "error": Severity.HIGH, "warning": Severity.LOW},
}


def version(distribution: str) -> str:
    """Version of an installed distribution, empty when it is not installed."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return ""


def as_finding(violation: Violation, *, engine: str, environment: str = "") -> Finding:
    """A violation as the gate reports it. An own rule's level is its severity."""
    levels = _SEVERITY[engine]
    own = violation.level in list(Severity)
    severity = Severity(violation.level) if own else levels.get(violation.level, Severity.LOW)
    threw = violation.message.startswith(THREW)
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
        if not runs:
            return self.failed(f"{evidence.FILE} holds no run of {self.name}")
        for name, digest in evidence.digests(assembly).items():
            if record.templates.get(name) != digest:
                return self.failed(
                    f"{name} is not the template that {self.name} saw; synthesize again",
                    version=runs[0].version,
                )
        if record.resources != assembly.size:
            return self.failed(
                f"it saw {record.resources} resources, the assembly holds {assembly.size}",
                version=runs[0].version,
                resources=record.resources,
            )
        findings = [
            _placed(as_finding(violation, engine=self.name), assembly)
            for run in runs
            for violation in run.violations
        ]
        return Answer(self._run(runs, record), (*findings, *self._acknowledged(assembly)))

    def _run(self, runs: list[PluginRun], record: Evidence) -> EngineRun:
        return EngineRun(
            self.name,
            Status.RAN,
            runs[0].version,
            rules=sum(run.rules for run in runs),
            resources=record.resources,
            seconds=sum(run.seconds for run in runs),
        )

    def _acknowledged(self, _assembly: Assembly) -> Iterator[Finding]:
        """Findings that the app's own code swallowed, of which CDK's own plugin knows none."""
        return iter(())

    def _from_report(self, assembly: Assembly) -> Answer:
        path = assembly.path / REPORT
        if not path.is_file():
            return self.not_run(
                f"the assembly carries no {evidence.FILE}; call compliance.guard(app) in the app"
            )
        found = tuple(
            _placed(as_finding(violation, engine=self.name), assembly)
            for report in _reports(assembly)
            if self._is_mine(str(report.get("pluginName")))
            for violation in _of_report(report)
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

    def _acknowledged(self, assembly: Assembly) -> Iterator[Finding]:
        for construct, ids in assembly.acknowledged.items():
            for name in ids:
                if name.startswith(CLOUDFORMATION_NAMESPACE):
                    # CDK's own constructs do so, and that engine's evidence holds it all the same.
                    continue
                yield Finding(
                    engine=self.name,
                    rule=IN_CODE,
                    severity=Severity.HIGH,
                    outcome=Outcome.FAIL,
                    message=f"The app's code acknowledges {name} here, where no reviewer sees its "
                    "owner or its end, and cdk-nag drops the finding.",
                    construct_path=construct,
                    observed=name,
                    remediation="Take the acknowledge call out, and state the waiver in "
                    "waivers.toml.",
                )


class CloudFormationEngine(SynthesisEngine):
    """CDK's built-in validation of templates against CloudFormation's schemas."""

    name = "cloudformation"


def _placed(finding: Finding, assembly: Assembly) -> Finding:
    """The finding with what the assembly knows of its place."""
    resource = assembly.by_construct.get(finding.construct_path)
    if resource is None and finding.logical_id:
        for template in assembly.templates:
            if finding.template in {"", template.name, template.path.name}:
                resource = template.resources.get(finding.logical_id)
                if resource:
                    break
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
    return [report for report in reports if isinstance(report, Mapping)]


def _of_report(report: Mapping[str, Json]) -> Iterator[Violation]:
    """Violations of CDK's report. What it suppressed counts too, until a waiver says otherwise."""
    for key in ("violations", "suppressedViolations"):
        for violation in report.get(key) or ():
            for construct in violation.get("violatingConstructs") or ():
                resource = construct.get("cloudFormationResource") or {}
                yield Violation(
                    rule=str(violation.get("ruleName", "")),
                    level=str(violation.get("severity") or "error"),
                    message=str(violation.get("description", "")),
                    construct_path=str(construct.get("constructPath") or ""),
                    logical_id=str(resource.get("logicalId") or ""),
                    template=str(resource.get("templatePath") or ""),
                    location=", ".join(map(str, resource.get("propertyPaths") or ())),
                    remediation=str(violation.get("fix") or ""),
                )
