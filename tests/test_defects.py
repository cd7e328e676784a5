"""One defect put into the project's own stacks turns every engine that has a rule for it red."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

import app
import compliance
from compliance import config, waivers
from compliance.assembly import read
from compliance.findings import Outcome, Report, Verdict, blocks
from compliance.gate import Gate
from compliance.snapshots.engine import SnapshotsEngine

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

POLICY = config.load(app.ROOT / "pyproject.toml")
TODAY = dt.date(2026, 12, 1)


@dataclass(frozen=True)
class Defect:
    """One change of one construct, and what has to be found there.

    Attributes:
        construct: construct path of the L1.
        spoil: makes the change.
        found: engine and rule of findings that have to block.
    """

    construct: str
    spoil: Callable[[Any], None]
    found: frozenset[tuple[str, str]]


DEFECTS = {
    "authorizer-removed": Defect(
        "ApiStack/ServerlessApi/Default/items/GET/Resource",
        lambda method: setattr(method, "authorization_type", "NONE"),
        frozenset(
            {
                ("own", "API01"),
                ("cdk-nag", "API01"),
                ("cdk-nag", "AwsSolutions-APIG4"),
                ("checkov", "API01"),
            }
        ),
    ),
    "resource-widened": Defect(
        "ServerlessStack/DataProcessingPolicy/Resource",
        # An override: cdk-nag's stock packs look at the construct and do not see it.
        lambda policy: policy.add_property_override("PolicyDocument.Statement.0.Resource", "*"),
        frozenset(
            {
                ("own", "IAM01"),
                ("cdk-nag", "IAM01"),
                ("checkov", "IAM01"),
                ("checkov", "CKV_AWS_111"),
            }
        ),
    ),
    "retention-dropped": Defect(
        "ServerlessStack/DataProcessingFunctionLogs/Resource",
        lambda group: setattr(group, "retention_in_days", None),
        frozenset(
            {
                ("own", "LOG01"),
                ("cdk-nag", "LOG01"),
                ("cdk-nag", "NIST.800.53.R5-CloudWatchLogGroupRetentionPeriod"),
                ("cdk-nag", "Serverless-CloudWatchLogGroupRetentionPeriod"),
                ("checkov", "LOG01"),
                ("checkov", "CKV_AWS_66"),
            }
        ),
    ),
}


@pytest.fixture(scope="module")
def gate() -> Any:  # noqa: ANN401 - a generator of one gate
    """The project's gate, with one Checkov process for all defects."""
    made = Gate(
        config=POLICY,
        waivers=waivers.load(POLICY.path(POLICY.waivers), shown=POLICY.waivers),
        today=TODAY,
        extra=(SnapshotsEngine(POLICY.path(POLICY.snapshots)),),
    )
    made.prepare()
    yield made
    made.close()


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_is_found_by_every_engine_that_has_a_rule_for_it(
    name: str, gate: Gate, tmp_path: Path
) -> None:
    """The gate is red by the named rules, on the construct, and the snapshot differs."""
    defect = DEFECTS[name]
    report = gate.check([read(_synthesize(defect, tmp_path / "cdk.out"))])
    assert report.verdict is Verdict.RED
    blocking = {
        (finding.engine, finding.rule)
        for finding in report.results
        if finding.construct_path == defect.construct and blocks(finding, report.threshold)
    }
    assert blocking == defect.found
    stack = defect.construct.split("/")[0]
    assert _changed(report) == {stack}


def _changed(report: Report) -> set[str]:
    """Stacks whose template is not the accepted one."""
    return {
        finding.stack
        for finding in report.results
        if finding.rule == "snapshot-changed" and finding.outcome is Outcome.FAIL
    }


def _synthesize(defect: Defect, outdir: Path) -> Path:
    """Dev with one defect in it, synthesized as the app does it."""
    import aws_cdk as cdk  # noqa: PLC0415 - starts Node.js, which collecting does without

    from stacks.bundling import bundle  # noqa: PLC0415 - likewise
    from stacks.compose import compose  # noqa: PLC0415 - likewise
    from stacks.settings import load_settings  # noqa: PLC0415 - likewise

    app._choose_node()
    context = {
        **app._file_context(),
        **app.FIXED_CONTEXT,
        "environment": "dev",
        "@aws-cdk/core:failSynthOnValidationErrors": False,
    }
    tree = cdk.App(
        analytics_reporting=False, stack_traces=False, context=context, outdir=str(outdir)
    )
    compose(
        tree,
        settings=load_settings(context, environment="dev"),
        code=bundle(),
        item_schema=app.ITEM_SCHEMA,
    )
    construct: Any = tree
    for part in defect.construct.split("/"):
        construct = construct.node.find_child(part)
    defect.spoil(construct)
    compliance.guard(tree, environment="dev", config=app.ROOT / "pyproject.toml", today=TODAY)
    tree.synth()
    return outdir
