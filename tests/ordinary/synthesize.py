"""Synthesizes every pattern, each in a stage of its own, in one app: Node.js starts slowly.

Run with a folder. Beside the assembly it writes what the patterns expect (`patterns.json`) and what
the stock packs of cdk-nag say (`nag.json`). A script, so that the tests' processes are spared the
import of half of CDK.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import aws_cdk as cdk

import app as project
from compliance.guarding import PACKS
from tests.ordinary.table import PATTERNS

if TYPE_CHECKING:
    from cdk_nag import NagPack

REGION: Final = "us-east-1"
MAIN: Final = "App"
"""The stack that a pattern is handed."""


def synthesize(outdir: Path) -> cdk.App:
    """Write the assembly of all patterns, with the project's feature flags."""
    context = {
        name: value
        for name, value in project._file_context().items()
        if name.startswith("@aws-cdk")
    }
    app = cdk.App(
        outdir=str(outdir),
        analytics_reporting=False,
        stack_traces=False,
        context={**context, **project.FIXED_CONTEXT},
    )
    for pattern in PATTERNS:
        environment = cdk.Environment(account=pattern.account, region=REGION)
        stage = cdk.Stage(app, pattern.name, env=environment)
        for name, value in pattern.context.items():
            stage.node.set_context(name, value)
        pattern.build(cdk.Stack(stage, MAIN))
    app.synth()
    return app


def nag(app: cdk.App) -> list[dict[str, str]]:
    """What the stock packs say: rule, description and construct path of each finding."""
    return [
        {
            "rule": violation.rule_name,
            "text": violation.description,
            "construct": resource.construct_path or "",
        }
        for pack in PACKS
        for violation in _report(pack(app), app)
        for resource in violation.violating_resources
    ]


def _report(pack: NagPack, app: cdk.App) -> Any:  # noqa: ANN401 - jsii's own proxy
    return pack.validate_scope(app).violations


def expectations() -> list[dict[str, Any]]:
    """The patterns as data."""
    return [
        {
            "name": pattern.name,
            "group": pattern.group,
            "summary": pattern.summary,
            "expected": [
                {
                    "rule": each.rule,
                    "construct": each.construct,
                    "severity": each.severity,
                    "outcome": each.outcome,
                    "because": each.because,
                }
                for each in pattern.expected
            ],
        }
        for pattern in PATTERNS
    ]


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    synthesized = synthesize(folder)
    (folder / "patterns.json").write_text(json.dumps(expectations(), indent=1))
    (folder / "nag.json").write_text(json.dumps(nag(synthesized), indent=1))
