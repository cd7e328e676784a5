"""Every rule of the catalogue as a Checkov check. Imported only where Checkov is.

Checkov hands a check one resource, with line numbers mixed in and parameters replaced. The rules
want the assembly as it stands on disk, so a check looks the resource up there: the same judgement
of the same bytes as everywhere else.
"""

from __future__ import annotations

from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from checkov.cloudformation.checks.resource.base_resource_check import BaseResourceCheck
from checkov.cloudformation.runner import Runner
from checkov.common.bridgecrew.severities import Severities
from checkov.common.models.enums import CheckCategories, CheckResult

from compliance import config as configuration
from compliance import rules
from compliance.assembly import Assembly, outermost, read
from compliance.assembly.reader import MANIFEST
from compliance.engines import evidence
from compliance.engines.base import broken
from compliance.engines.checkov import PREFIX
from compliance.findings import Outcome, SynthgateError
from compliance.rules.base import Context, Family, Judgement, Rule, undecided

if TYPE_CHECKING:
    from collections.abc import Mapping

    from checkov.common.output.report import Report
    from checkov.common.typing import _CheckResult, _SkippedCheck
    from checkov.runner_filter import RunnerFilter

JUDGEMENTS: Final = "synthgate"
"""Key of a check result under which all judgements of the resource stand."""
BROKEN: Final = "synthgate-broken"
"""Key of a check result under which it says why a rule could not judge."""
_CATEGORY: Final[Mapping[Family, CheckCategories]] = {
    Family.IAM: CheckCategories.IAM,
    Family.API: CheckCategories.NETWORKING,
    Family.LOG: CheckCategories.LOGGING,
}


class _Run:
    """What Checkov's process is about: the policy data, and the folder it names files from."""

    policy: configuration.Config = configuration.Config()
    root: Path = Path()


def register(policy: configuration.Config | None = None) -> list[OwnCheck]:
    """Register every rule with Checkov.

    Args:
        policy: the policy data; the nearest `pyproject.toml`'s by default.
    """
    _Run.policy = policy or configuration.load()
    keep = Runner.check_definitions

    def check_definitions(
        runner: Runner, root_folder: str | None, runner_filter: RunnerFilter, report: Report
    ) -> None:
        # A check is told a file's name relative to this folder, and not the folder.
        _Run.root = Path(root_folder or ".").resolve()
        keep(runner, root_folder, runner_filter, report)

    Runner.check_definitions = check_definitions  # type: ignore[assignment, method-assign]
    return [OwnCheck(rule) for rule in rules.rules()]


class OwnCheck(BaseResourceCheck):
    """One rule as a check.

    Args:
        rule: of the catalogue.
    """

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self._found: list[Judgement] = []
        super().__init__(
            name=rule.title,
            id=f"{PREFIX}{rule.id}",
            categories=[_CATEGORY[rule.family]],
            supported_resources=list(rule.resource_types),
            guideline=rule.references[0],
        )
        self.severity = Severities[rule.severity.upper()]  # type: ignore[assignment]  # as theirs

    def run(
        self,
        scanned_file: str,
        entity_configuration: dict[str, Any],
        entity_name: str,
        entity_type: str,
        skip_info: _SkippedCheck,
    ) -> _CheckResult:
        """Judge the resource that Checkov is at, by the file and name that Checkov gives."""
        fault = ""
        try:
            self._found = self._judge((_Run.root / scanned_file.lstrip("/")).resolve(), entity_name)
        except Exception as error:  # noqa: BLE001 - Checkov would drop the check without a word
            fault = f"{self._rule.id} broke on {entity_name}: {broken(error)}"
            self._found = [undecided(fault)]
        result: dict[str, Any] = {
            **super().run(scanned_file, entity_configuration, entity_name, entity_type, skip_info)
        }
        # As plain data: Checkov writes its results out as JSON.
        result[JUDGEMENTS] = [asdict(judgement) for judgement in self._found]
        if fault:
            result[BROKEN] = fault
        return cast("_CheckResult", result)

    def scan_resource_conf(self, _conf: dict[str, Any]) -> CheckResult:
        """What `run` found, in Checkov's words; Checkov drops what it cannot name."""
        outcomes = {judgement.outcome for judgement in self._found}
        self.details = [judgement.message for judgement in self._found if judgement.message]
        self.evaluated_keys = [
            judgement.location.removeprefix("Properties.")
            for judgement in self._found
            if judgement.location
        ]
        if Outcome.FAIL in outcomes:
            return CheckResult.FAILED
        if Outcome.UNDECIDED in outcomes:
            # Nothing else of Checkov's says 'not known', and its UNKNOWN leaves no row.
            return CheckResult.FAILED
        return CheckResult.PASSED if outcomes else CheckResult.UNKNOWN

    def _judge(self, file: Path, logical_id: str) -> list[Judgement]:
        try:
            assembly = _assembly(file)
        except SynthgateError as error:
            return [undecided(f"The template cannot be read: {error}.")]
        for template in assembly.templates:
            if template.path.resolve() == file and logical_id in template.resources:
                context = _context(assembly)
                return list(self._rule.judge(template.resources[logical_id], context))
        return [undecided(f"{logical_id} is not in {file.name} as the catalogue reads it.")]


@cache
def _assembly(file: Path) -> Assembly:
    """The assembly that a template belongs to, or the template alone."""
    top = outermost(file.parent)
    if (top / MANIFEST).is_file():
        assembly = read(top)
        if any(template.path.resolve() == file for template in assembly.templates):
            return assembly
    return read(file)


@cache
def _context(assembly: Assembly) -> Context:
    return Context(assembly, _Run.policy, evidence.environment_of(assembly))
