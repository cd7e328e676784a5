"""Synthesizes the same app with the guard put on it early and late, in one process.

Run with a folder: an assembly `early`, an assembly `late`, and what the lines of each are told
from, this file's folder. A script, because an app under the gate is one.
"""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import aws_cdk as cdk
import jsii
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from cdk_nag import AwsSolutionsChecks

import compliance

if TYPE_CHECKING:
    from constructs import IConstruct

HERE = Path(__file__).parent
TODAY = dt.date(2026, 6, 1)
SETTINGS = """
[tool.synthgate]
aspects = { retention-days = 400, tls-only = true }
"""
WAIVER = """
[[waiver]]
rule = "IAM01"
construct = "Small/Role/DefaultPolicy/Resource"
owner = "platform-team"
reason = "The tests accept this with a reason."
expires = 2026-09-01
"""


@jsii.implements(cdk.IAspect)
class AddsLogGroups:
    """An aspect of the app's own: each stack gets one more log group, which never expires."""

    def visit(self, node: IConstruct) -> None:
        """Add it."""
        if isinstance(node, cdk.Stack) and not node.node.try_find_child("Added"):
            logs.CfnLogGroup(node, "Added")


class Inner(cdk.Stage):
    """A stage whose stack is made before the stage is."""

    def __init__(self, scope: cdk.App, name: str) -> None:
        super().__init__(scope, name)
        stack = cdk.Stack(self, "Inner")
        logs.LogGroup(stack, "Forever", retention=logs.RetentionDays.INFINITE)
        nested = cdk.NestedStack(stack, "Nested")
        logs.LogGroup(nested, "Forever", retention=logs.RetentionDays.INFINITE)


def build(app: cdk.App) -> None:
    """All that there is."""
    cdk.Aspects.of(app).add(AddsLogGroups(), priority=cdk.AspectPriority.MUTATING)
    stack = cdk.Stack(app, "Small")
    s3.Bucket(stack, "Bucket")
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    role.add_to_policy(iam.PolicyStatement(actions=["s3:GetObject"], resources=["*"]))
    Inner(app, "Prod")
    cdk.Tags.of(app).add("team", "items")


def synthesize(folder: Path, *, early: bool) -> None:
    """The app, guarded right after it is made or after its stacks are, and synthesized twice."""
    app = cdk.App(
        outdir=str(folder),
        analytics_reporting=False,
        context={"@aws-cdk/core:failSynthOnValidationErrors": False},
    )
    if not early:
        build(app)
    compliance.guard(
        app,
        environment="test",
        packs=[AwsSolutionsChecks],
        config=folder.parent / "pyproject.toml",
        folder=HERE,
        today=TODAY,
    )
    if early:
        build(app)
    app.synth()
    app.synth(force=True)


def main(root: Path) -> None:
    """Synthesize both, the late one while nothing is noted yet."""
    (root / "pyproject.toml").write_text(SETTINGS)
    (root / "waivers.toml").write_text(WAIVER)
    synthesize(root / "late", early=False)
    synthesize(root / "early", early=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
