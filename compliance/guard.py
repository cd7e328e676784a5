"""Puts the gate on a CDK app, so that a `cdk synth` by hand meets cdk-nag and the own rules too.

What runs here is a part of the gate: Checkov and the snapshots run in `synthgate`, over the same
assembly. What ran, and what it saw, is written beside the templates (`engines/evidence.py`).
"""

from __future__ import annotations

import datetime as dt
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import aws_cdk as cdk
import jsii
from cdk_nag import AwsSolutionsChecks, NagPack, NIST80053R5Checks, ServerlessChecks

from compliance import config as configuration
from compliance import waivers
from compliance.assembly import read
from compliance.engines import evidence, synthesis
from compliance.engines.evidence import Evidence, PluginRun, Violation
from compliance.engines.nag_pack import SynthgateChecks, assembly_folder
from compliance.findings import Finding, blocks

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from constructs import IConstruct

PACKS: Final[tuple[type[NagPack], ...]] = (
    AwsSolutionsChecks,
    ServerlessChecks,
    NIST80053R5Checks,
)
"""Stock packs that the guard puts on an app."""
HINT: Final = "the whole gate, Checkov and snapshots included: python3 -m nox -s gate"


def guard(
    app: cdk.App,
    *,
    environment: str = "",
    packs: Sequence[type[NagPack]] = PACKS,
    config: Path | None = None,
    today: dt.date | None = None,
) -> None:
    """Register the stock packs, the own pack, CDK's validation, and the waivers on an app.

    Call it once, on the app, after the stacks are made. From then on `synth` fails on what they
    find and no waiver accepts, and the assembly carries the evidence of what ran.

    Args:
        app: the root of the construct tree.
        environment: name of the environment, which waivers may be limited to.
        packs: stock cdk-nag packs, each as its class.
        config: policy data, a TOML file with `[tool.synthgate]`; the nearest `pyproject.toml` by
            default.
        today: the date that waivers' ends are compared with; the clock's by default.

    Raises:
        SynthgateError: the policy data or the waivers file is wrong.
    """
    policy = configuration.load(config)
    accepted = waivers.load(policy.path(policy.waivers), shown=policy.waivers)
    record = _Record(
        environment=environment,
        policy=policy,
        waivers=accepted,
        today=today or dt.datetime.now(tz=dt.UTC).date(),
        last=len(packs) + 2,
    )
    plugins: list[Any] = [
        _Witness(pack(app, verbose=True), record=record, version=synthesis.version("cdk-nag"))
        for pack in packs
    ]
    plugins.append(_CloudFormation(record))
    # Last, because it writes the evidence of all.
    plugins.append(_Witness(SynthgateChecks(policy), record=record, version=""))
    cdk.Validations.of(app).add_plugins(*plugins)


@dataclass
class _Record:
    """What the plugins of one app have seen so far."""

    environment: str
    policy: configuration.Config
    waivers: waivers.Waivers
    today: dt.date
    last: int
    runs: list[PluginRun] = field(default_factory=list)
    blocking: int = 0

    def add(self, run: PluginRun, context: cdk.IPolicyValidationContext) -> None:
        """Note a plugin's run, accept what waivers accept; the last run writes the evidence."""
        self.runs.append(run)
        for violation in run.violations:
            finding = synthesis.as_finding(
                violation, engine=run.engine, environment=self.environment
            )
            waiver = self.waivers.match(finding, today=self.today)
            if waiver:
                _acknowledge(context.app_construct, run.name, finding, waiver)
            elif blocks(finding, self.policy.threshold):
                self.blocking += 1
        if len(self.runs) == self.last:
            self._write(assembly_folder(context))

    def _write(self, folder: Path) -> None:
        assembly = read(folder)
        evidence.write(
            Evidence(
                environment=self.environment,
                resources=evidence.seen_in_tree(assembly),
                templates=evidence.digests(assembly),
                plugins=tuple(self.runs),
            ),
            folder,
        )
        if self.blocking:
            print(f"synthgate: {self.blocking} findings block; {HINT}", file=sys.stderr)  # noqa: T201


@jsii.implements(cdk.IPolicyValidationPlugin)
class _Witness:
    """A cdk-nag pack whose every run is noted."""

    def __init__(self, pack: NagPack, *, record: _Record, version: str) -> None:
        self._pack = pack
        self._record = record
        self._version = version or str(pack.version)

    @property
    def name(self) -> str:
        return self._pack.name

    @property
    def version(self) -> str:
        return self._version

    @property
    def rule_ids(self) -> list[str]:
        return list(self._pack.rule_ids or [])

    def validate(self, context: cdk.IPolicyValidationContext) -> cdk.PolicyValidationPluginReport:
        start = time.perf_counter()
        report = self._pack.validate(context)
        if isinstance(self._pack, SynthgateChecks):
            found = self._pack.judged
        else:
            found = tuple(_violations(report.violations))
        self._record.add(
            PluginRun(
                engine="cdk-nag",
                name=self.name,
                version=self._version,
                rules=len(self.rule_ids),
                seconds=round(time.perf_counter() - start, 3),
                violations=found,
            ),
            context,
        )
        return report


class _CloudFormation(cdk.CloudFormationValidatePlugin):
    """CDK's built-in validation, whose every run is noted."""

    def __init__(self, record: _Record) -> None:
        super().__init__()
        self._record = record

    def validate(self, context: cdk.IPolicyValidationContext) -> cdk.PolicyValidationPluginReport:
        start = time.perf_counter()
        report = super().validate(context)
        self._record.add(
            PluginRun(
                engine="cloudformation",
                name=self.name,
                version=synthesis.version("aws-cdk-lib"),
                rules=0,
                seconds=round(time.perf_counter() - start, 3),
                violations=tuple(_violations(report.violations)),
            ),
            context,
        )
        return report


def _violations(reported: Iterable[cdk.PolicyViolation]) -> Iterable[Violation]:
    for violation in reported:
        for resource in violation.violating_resources:
            yield Violation(
                rule=violation.rule_name,
                level=violation.severity or "error",
                message=violation.description,
                construct_path=resource.construct_path or "",
                logical_id=resource.resource_logical_id or "",
                template=Path(resource.template_path).name if resource.template_path else "",
                location=", ".join(resource.locations or ()),
                remediation=violation.fix or "",
            )


def _acknowledge(app: IConstruct, plugin: str, finding: Finding, waiver: waivers.Waiver) -> None:
    """Acknowledge one exact finding where it stands, with the prefix that leaves a trace."""
    construct: Any = app
    for part in filter(None, finding.construct_path.split("/")):
        construct = construct.node.find_child(part)
    namespace = plugin.replace(" ", "-")
    rule = f"{plugin}-{finding.rule}" if plugin == "Synthgate" else finding.rule
    cdk.Validations.of(construct).acknowledge(
        cdk.Acknowledgment(
            id=f"{namespace}::{rule}",
            reason=f"{waiver.reason} ({waiver.owner}, until {waiver.expires})",
        )
    )
