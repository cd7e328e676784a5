"""Puts the gate on a CDK app, so that a `cdk synth` by hand meets cdk-nag and the own rules too.

What runs here is a part of the gate: Checkov and the snapshots run in `synthgate`, over the same
assembly. What ran, and what it saw, is written beside the templates (`engines/evidence.py`).
"""

from __future__ import annotations

import datetime as dt
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import aws_cdk as cdk
import jsii
from cdk_nag import AwsSolutionsChecks, NagPack, NIST80053R5Checks, ServerlessChecks

from compliance import config as configuration
from compliance import source_lines, waivers
from compliance.aspects.change import shown
from compliance.assembly import read
from compliance.engines import evidence, synthesis
from compliance.engines.evidence import Evidence, PluginRun, Violation
from compliance.engines.nag_pack import SynthgateChecks, assembly_folder
from compliance.findings import Finding, blocks

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from constructs import IConstruct

    from compliance.aspects import Change
    from compliance.aspects.interface import Aspect
    from compliance.aspects.mending import Mendings
    from compliance.assembly import Assembly
    from compliance.assembly.model import Json

PACKS: Final[tuple[type[NagPack], ...]] = (
    AwsSolutionsChecks,
    ServerlessChecks,
    NIST80053R5Checks,
)
"""Stock packs that the guard puts on an app."""
HINT: Final = (
    "accept one in waivers.toml, not in code; the whole gate, Checkov and snapshots included: "
    "{gate}"
)
"""What is said when findings block; `gate` is the command that the settings name."""


def guard(
    app: cdk.App,
    *,
    environment: str = "",
    packs: Sequence[type[NagPack]] = PACKS,
    aspects: Sequence[Aspect] | None = None,
    config: Path | None = None,
    folder: Path | None = None,
    today: dt.date | None = None,
) -> None:
    """Put the aspects, the stock packs, the own pack, CDK's validation and the waivers on an app.

    Call it once, right after the app is made and before its stacks are: then every finding can
    point to the line of Python that made the construct (`compliance.source_lines`). Called after
    them it judges no less, but knows no line of what was there. From then on `synth` fails on what
    they find and no waiver accepts, and the assembly carries the evidence of what ran.

    Args:
        app: the root of the construct tree.
        environment: name of the environment, which waivers may be limited to.
        packs: stock cdk-nag packs, each as its class.
        aspects: aspects to choose from; those of `compliance.aspects.table` by default. Which of
            them change the app, and how, say the settings `[tool.synthgate.aspects]`.
        config: policy data, a TOML file with `[tool.synthgate]`; the nearest `pyproject.toml` by
            default.
        folder: the folder that the app runs in, which the lines of its code are told from; the
            working folder by default.
        today: the date that waivers' ends are compared with; the clock's by default.

    Raises:
        SynthgateError: the policy data or the waivers file is wrong.
    """
    policy = configuration.load(config)
    accepted = waivers.load(policy.path(policy.waivers), shown=policy.waivers)
    source_lines.install()
    record = _Record(
        environment=environment,
        policy=policy,
        waivers=accepted,
        today=today or dt.datetime.now(tz=dt.UTC).date(),
        folder=folder or Path.cwd(),
        last=len(packs) + 2,
        mendings=_aspects(app, policy.aspects, aspects),
    )
    plugins: list[Any] = [
        _Witness(pack(app, verbose=True), record=record, version=synthesis.version("cdk-nag"))
        for pack in packs
    ]
    plugins.append(_CloudFormation(record))
    # Last, because it writes the evidence of all.
    plugins.append(_Witness(SynthgateChecks(policy, environment), record=record, version=""))
    cdk.Validations.of(app).add_plugins(*plugins)
    # What an earlier synthesis left is no evidence of this one, should this one break.
    (Path(app.outdir) / evidence.FILE).unlink(missing_ok=True)


def _aspects(
    app: cdk.App, settings: configuration.Aspects, aspects: Sequence[Aspect] | None
) -> Mendings | None:
    if settings == configuration.Aspects():
        return None
    from compliance.aspects import mending, table  # noqa: PLC0415 - loads much of CDK

    return mending.attach(app, settings, aspects=table.ASPECTS if aspects is None else aspects)


@dataclass
class _Record:
    """What the plugins of one app have seen so far."""

    environment: str
    policy: configuration.Config
    waivers: waivers.Waivers
    today: dt.date
    folder: Path
    last: int
    mendings: Mendings | None
    runs: list[PluginRun] = field(default_factory=list)
    blocking: int = 0
    _assembly: Assembly | None = None

    def assembly(self, context: cdk.IPolicyValidationContext) -> Assembly:
        """The assembly that CDK has just written, read once."""
        if self._assembly is None:
            self._assembly = read(assembly_folder(context))
        return self._assembly

    def add(self, run: PluginRun, context: cdk.IPolicyValidationContext) -> None:
        """Note a plugin's run, accept what waivers accept; the last run writes the evidence."""
        assembly = self.assembly(context)
        places = tuple(
            place for template in assembly.templates for place in (template.stack, template.name)
        )
        self.runs.append(run)
        for violation in run.violations:
            finding = synthesis.located(
                synthesis.as_finding(violation, engine=run.engine, environment=self.environment),
                assembly,
            )
            waiver = self.waivers.match(finding, today=self.today, places=places)
            if waiver and _acknowledge(context.app_construct, run.name, finding, waiver):
                continue
            if blocks(finding, self.policy.threshold):
                self.blocking += 1
        if len(self.runs) == self.last:
            self._finish(assembly, context)

    def _finish(self, assembly: Assembly, context: cdk.IPolicyValidationContext) -> None:
        changes = tuple(_in_force(self.mendings.changes if self.mendings else (), assembly))
        evidence.write(
            Evidence(
                environment=self.environment,
                resources=evidence.seen_in_tree(assembly),
                templates=evidence.digests(assembly),
                acknowledged=_acknowledged_above(context),
                plugins=tuple(self.runs),
                mended=changes,
                sources=evidence.places(
                    source_lines.lines(context.app_construct, folder=self.folder)
                ),
            ),
            assembly.path,
        )
        if changes:
            print(  # noqa: T201 - as CDK prints what it finds
                f"synthgate: aspects changed {len(changes)} places, listed in {evidence.FILE}",
                file=sys.stderr,
            )
        if self.blocking:
            hint = HINT.format(gate=self.policy.gate_command)
            print(f"synthgate: {self.blocking} findings block; {hint}", file=sys.stderr)  # noqa: T201
        # The app may be synthesized again.
        self.runs, self.blocking, self._assembly = [], 0, None


def _in_force(changes: Iterable[Change], assembly: Assembly) -> Iterable[Change]:
    """The changes that the templates show: what the code overrides stays as the code has it."""
    for change in changes:
        resource = assembly.by_construct.get(change.construct_path)
        section, _, path = change.location.partition(".")
        if resource is None or section != "Properties":
            yield change
            continue
        value: Json = resource.properties
        for key in path.split("."):
            value = value.get(key) if isinstance(value, Mapping) else None
        if shown(value) == change.new:
            yield change


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
            found = tuple(_violations(report.violations, self._record.assembly(context)))
        self._record.add(
            PluginRun(
                engine="cdk-nag",
                name=self.name,
                version=self._version,
                rules=tuple(rule.removeprefix(synthesis.OWN_PREFIX) for rule in self.rule_ids),
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
        assembly = self._record.assembly(context)
        # CDK's own context leaves the templates of nested stacks out.
        report = super().validate(_EveryTemplate(assembly, context))
        self._record.add(
            PluginRun(
                engine="cloudformation",
                name=self.name,
                version=synthesis.version("aws-cdk-lib"),
                rules=tuple(self.rule_ids or ()),
                seconds=round(time.perf_counter() - start, 3),
                violations=tuple(_violations(report.violations, assembly)),
            ),
            context,
        )
        return report


@jsii.implements(cdk.IPolicyValidationContext)
class _EveryTemplate:
    """A validation's context that names every template of an assembly."""

    def __init__(self, assembly: Assembly, context: cdk.IPolicyValidationContext) -> None:
        self._context = context
        self._stacks = [
            cdk.PolicyValidationStack(
                stack_construct_path=template.stack,
                template_path=str(template.path),
                account_id=template.account or None,
                region=template.region or None,
            )
            for template in assembly.templates
        ]

    @property
    def app_construct(self) -> IConstruct:
        return self._context.app_construct

    @property
    def template_paths(self) -> list[str]:
        return [stack.template_path for stack in self._stacks]

    @property
    def stack_templates(self) -> list[cdk.PolicyValidationStack]:
        return self._stacks

    @property
    def account_id(self) -> str | None:
        return self._context.account_id

    @property
    def region(self) -> str | None:
        return self._context.region


def _violations(reported: Iterable[cdk.PolicyViolation], assembly: Assembly) -> Iterable[Violation]:
    names = {str(template.path): template.name for template in assembly.templates}
    for violation in reported:
        # A violation of no resource is one all the same.
        for resource in violation.violating_resources or [
            cdk.PolicyViolatingResource(locations=[])
        ]:
            template = resource.template_path or ""
            yield Violation(
                rule=violation.rule_name,
                level=violation.severity or "error",
                message=violation.description,
                construct_path=resource.construct_path or "",
                logical_id=resource.resource_logical_id or "",
                template=names.get(template, template),
                location=", ".join(resource.locations or ()),
                remediation=violation.fix or "",
            )


def _acknowledged_above(context: cdk.IPolicyValidationContext) -> dict[str, tuple[str, ...]]:
    """What the app's code acknowledges above its stacks, where no stack's metadata tells it.

    cdk-nag drops a finding when any construct above it acknowledges the finding's bare id.
    """
    above = {""}
    for stack in context.stack_templates:
        parts = stack.stack_construct_path.split("/")
        above |= {"/".join(parts[:length]) for length in range(1, len(parts))}
    found = {}
    for path in sorted(above):
        construct = _construct(context.app_construct, path)
        ids = tuple(
            name
            for entry in (construct.node.metadata if construct else ())
            if entry.type == cdk.Validations.ACKNOWLEDGED_RULES_METADATA_KEY
            for name in entry.data
        )
        if ids:
            found[path] = ids
    return found


def _acknowledge(app: IConstruct, plugin: str, finding: Finding, waiver: waivers.Waiver) -> bool:
    """Acknowledge one exact finding where it stands, with the prefix that leaves a trace.

    Returns:
        Whether it could be: not where no construct is known, since an acknowledgment reaches all
        that is below.
    """
    construct = _construct(app, finding.construct_path) if finding.construct_path else None
    if construct is None:
        return False
    namespace = plugin.replace(" ", "-")
    rule = f"{plugin}-{finding.rule}" if plugin == synthesis.OWN_PACK else finding.rule
    cdk.Validations.of(construct).acknowledge(
        cdk.Acknowledgment(
            id=f"{namespace}::{rule}",
            reason=f"{waiver.reason} ({waiver.owner}, until {waiver.expires})",
        )
    )
    return True


def _construct(app: IConstruct, path: str) -> Any:  # noqa: ANN401 - jsii's own proxy
    """The construct of a path, `None` when there is none."""
    construct: Any = app
    for part in filter(None, path.split("/")):
        construct = construct.node.try_find_child(part)
        if construct is None:
            return None
    return construct
