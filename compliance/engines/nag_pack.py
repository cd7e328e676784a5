"""The own rules as a cdk-nag pack: registered, acknowledged and reported like any other.

A cdk-nag pack is a policy validation plugin of CDK since cdk-nag 3. This one judges the synthesized
templates instead of the construct tree, so that property overrides and untyped resources are seen,
and a rule costs no call across the language border.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import aws_cdk as cdk
from cdk_nag import NagPack

from compliance import __version__, rules
from compliance.assembly import outermost, read
from compliance.engines import synthesis
from compliance.engines.evidence import Violation
from compliance.findings import Outcome, Severity, blocks
from compliance.rules.base import Context

if TYPE_CHECKING:
    from collections.abc import Sequence

    from compliance.config import Config


class SynthgateChecks(NagPack):
    """The catalogue as a cdk-nag pack.

    Args:
        config: the policy data.
        environment: name of the app's environment, empty when it has none.
    """

    def __init__(self, config: Config, environment: str = "") -> None:
        super().__init__()
        self._pack_name = synthesis.OWN_PACK
        self._config = config
        self._environment = environment
        self.judged: tuple[Violation, ...] = ()

    @property
    def name(self) -> str:
        """The pack's name in CDK's report, and the namespace of its acknowledgments."""
        return synthesis.OWN_PACK

    @property
    def version(self) -> str:
        """Synthgate's version."""
        return __version__

    @property
    def rule_ids(self) -> list[str]:
        """Ids of the rules as CDK's report names them."""
        return [f"{synthesis.OWN_PREFIX}{rule.id}" for rule in rules.rules()]

    def _check_resource(self, node: cdk.CfnResource) -> None:
        """Nothing: what is judged is the template, not the node."""

    def validate(self, context: cdk.IPolicyValidationContext) -> cdk.PolicyValidationPluginReport:
        """Judge every template of the assembly that CDK has just written."""
        assembly = read(assembly_folder(context))
        view = Context(assembly, self._config, self._environment)
        self.judged = tuple(
            Violation(
                rule=rule.id,
                level=judgement.severity or rule.severity,
                message=f"{judgement.message} {rule.rationale}",
                outcome=(
                    Outcome.UNDECIDED if judgement.outcome is Outcome.UNDECIDED else Outcome.FAIL
                ),
                construct_path=resource.construct_path,
                logical_id=resource.logical_id,
                template=resource.template.name,
                location=judgement.location,
                observed=judgement.observed,
                remediation=judgement.remediation or rule.remediation,
            )
            for resource in assembly.resources()
            for rule, judgement in rules.judge(resource, view)
            if judgement.outcome is not Outcome.PASS
        )
        return report(self.judged, threshold=self._config.threshold)


def report(
    violations: Sequence[Violation], *, threshold: Severity
) -> cdk.PolicyValidationPluginReport:
    """The judgements in CDK's form: `error` for what blocks, `warning` for the rest."""
    blocking = [
        blocks(synthesis.as_finding(violation, engine="cdk-nag"), threshold)
        for violation in violations
    ]
    return cdk.PolicyValidationPluginReport(
        success=not any(blocking),
        violations=[
            cdk.PolicyViolation(
                rule_name=f"{synthesis.OWN_PREFIX}{violation.rule}",
                description=f"{violation.message} {violation.remediation}",
                severity="error" if blocked else "warning",
                violating_resources=[
                    cdk.PolicyViolatingResource(
                        construct_path=violation.construct_path or None,
                        resource_logical_id=violation.logical_id,
                        template_path=violation.template,
                        locations=[violation.location or "Properties"],
                    )
                ],
            )
            for violation, blocked in zip(violations, blocking, strict=True)
        ],
    )


def assembly_folder(context: cdk.IPolicyValidationContext) -> Path:
    """The folder of the whole assembly that a validation is about."""
    folders = {Path(stack.template_path).parent for stack in context.stack_templates}
    return outermost(min(folders, key=lambda folder: len(folder.parts)))
