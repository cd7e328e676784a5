"""One rule, every surface: each case judged alike by whatever serves the catalogue.

What a rule says of a case is held by `test_rules.py`. Here the same files go to the own engine, to
a real Checkov process and to the cdk-nag pack, and each has to say exactly that: rule, resource,
outcome, severity, place, value and text. (That CDK asks the pack is shown in `guard/`.)
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from compliance import rules
from compliance.assembly import Assembly, read
from compliance.config import Config
from compliance.engines import synthesis
from compliance.engines.checkov.engine import CheckovEngine
from compliance.engines.own import OwnEngine
from compliance.findings import Outcome, blocks
from compliance.rules.base import Context
from tests.compliance.engines.worker import checkov
from tests.compliance.rules.every_case import every_case

if TYPE_CHECKING:
    from compliance.findings import Finding

Said = tuple[str, ...]
"""A row as every surface can tell it, the file it is about first."""

POLICIES = sorted(
    {case.config.model_dump_json() for cases in every_case().values() for case in cases}
)
DEFAULT = Config().model_dump_json()
PARTS = 4
"""Into how many scans the cases of the default policy data are split, for workers to share."""


@pytest.fixture(scope="module")
def assemblies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Assembly]]:
    """Return what the cases hold, read from disk, by their policy data."""
    folder = tmp_path_factory.mktemp("cases")
    found: dict[str, list[Assembly]] = {}
    for rule, cases in every_case().items():
        for number, case in enumerate(cases):
            place = folder / rule / str(number)
            place.mkdir(parents=True)
            found.setdefault(case.config.model_dump_json(), []).append(read(case.write(place)))
    return found


@pytest.fixture(params=range(len(POLICIES)))
def policy(request: pytest.FixtureRequest) -> str:
    """Return policy data that some case is about."""
    return POLICIES[int(request.param)]


def expected(assembly: Assembly, config: Config, *, passes: bool = True) -> Counter[Said]:
    """What the rules themselves say."""
    context = Context(assembly, config)
    return Counter(
        (
            str(resource.template.path.resolve()),
            resource.logical_id,
            rule.id,
            judgement.outcome,
            judgement.severity or rule.severity,
            judgement.location,
            judgement.observed,
            f"{judgement.message} {rule.rationale}",
            judgement.remediation or rule.remediation,
        )
        if judgement.outcome is not Outcome.PASS
        else (
            str(resource.template.path.resolve()),
            resource.logical_id,
            rule.id,
            judgement.outcome,
            judgement.severity or rule.severity,
        )
        for resource in assembly.resources()
        for rule, judgement in rules.judge(resource, context)
        if passes or judgement.outcome is not Outcome.PASS
    )


def said(finding: Finding, path: Path) -> Said:
    """A finding of any engine, as `expected` tells it."""
    row: Said = (
        str(path.resolve()),
        finding.logical_id,
        finding.rule,
        finding.outcome,
        finding.severity,
    )
    if finding.outcome is Outcome.PASS:
        return row
    return (*row, finding.location, finding.observed, finding.message, finding.remediation)


def test_the_own_engine_says_what_the_rules_say(
    policy: str, assemblies: dict[str, list[Assembly]]
) -> None:
    """The engine of `synthgate check` and of the pytest fixture."""
    config = Config.model_validate_json(policy)
    for assembly in assemblies[policy]:
        paths = {template.name: template.path for template in assembly.templates}
        answer = OwnEngine().examine(Context(assembly, config))
        found = Counter(
            said(finding, paths[finding.template])
            for finding in answer.findings
            if finding.rule in rules.by_id()
        )
        assert found == expected(assembly, config)


@pytest.mark.parametrize(
    ("policy", "part"),
    [(policy, part) for policy in POLICIES for part in range(PARTS if policy == DEFAULT else 1)],
    ids=lambda value: str(value) if isinstance(value, int) else str(POLICIES.index(value)),
)
def test_checkov_says_what_the_rules_say(
    policy: str, part: int, assemblies: dict[str, list[Assembly]]
) -> None:
    """A scan over many cases at once: a real worker, which reads the files itself."""
    config = Config.model_validate_json(policy)
    parts = PARTS if policy == DEFAULT else 1
    cases = assemblies[policy][part::parts]
    engine = checkov() if config == Config() else CheckovEngine(config)
    together = Assembly(
        path=Path(),
        templates=tuple(template for assembly in cases for template in assembly.templates),
        is_assembly=False,
    )
    wanted = Counter[Said]()
    for assembly in cases:
        wanted += expected(assembly, config)
    try:
        scan = engine._ask(together)
        resources = {
            (str(resource.template.path.resolve()), resource.logical_id): resource
            for resource in together.resources()
        }
        found = Counter(
            said(finding, Path(row.template))
            for row in scan.rows
            if row.rule
            for finding in engine._own(row, resources[row.template, row.logical_id])
        )
    finally:
        if engine is not checkov():
            engine.close()
    assert found - wanted == Counter()
    assert wanted - found == Counter()


@dataclass
class Template:
    """A template that CDK has written."""

    template_path: str


@dataclass
class Validation:
    """What CDK hands to a pack: where the templates lie."""

    stack_templates: list[Template]


def test_the_cdk_nag_pack_says_what_the_rules_say(
    policy: str, assemblies: dict[str, list[Assembly]]
) -> None:
    """Its report names `Synthgate-` and the id, as an error where it blocks."""
    from compliance.engines.nag_pack import SynthgateChecks  # noqa: PLC0415 - starts Node.js

    config = Config.model_validate_json(policy)
    pack = SynthgateChecks(config)
    for assembly in map(in_a_cloud_assembly, assemblies[policy]):
        paths = {template.name: template.path for template in assembly.templates}
        context: Any = Validation([Template(str(path)) for path in paths.values()])
        report = cast("Any", pack.validate(context))
        findings = [synthesis.as_finding(violation, engine="cdk-nag") for violation in pack.judged]
        found = Counter(said(finding, paths[finding.template]) for finding in findings)
        assert found == expected(assembly, config, passes=False)
        assert [
            (
                violation.rule_name,
                violation.severity,
                violation.violating_resources[0].resource_logical_id,
            )
            for violation in report.violations
        ] == [
            (
                f"Synthgate-{finding.rule}",
                "error" if blocks(finding, config.threshold) else "warning",
                finding.logical_id,
            )
            for finding in findings
        ]


def in_a_cloud_assembly(assembly: Assembly) -> Assembly:
    """A case of a lone template as CDK would have written it: with a manifest beside it."""
    if assembly.is_assembly:
        return assembly
    (template,) = assembly.templates
    artifact = {
        "type": "aws:cloudformation:stack",
        "environment": "aws://unknown-account/unknown-region",
        "properties": {"templateFile": template.path.name},
    }
    manifest = {"version": "55.0.0", "artifacts": {"Stack": artifact}}
    folder = template.path.parent / "cdk.out"
    folder.mkdir(exist_ok=True)
    shutil.copy(template.path, folder)
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return read(folder)
