"""Synthesizes the guarded apps that the tests look at: one process, for Node.js starts slowly.

Run with a folder: each app's assembly goes into a folder below it, and what became of the call into
`outcomes.json`. A script, because an app under the gate is one: nothing of pytest is around it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from cdk_nag import AwsSolutionsChecks
from constructs import Construct

import compliance

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

TODAY: Final = dt.date(2026, 6, 1)
KEEP_GOING: Final = {"@aws-cdk/core:failSynthOnValidationErrors": False}
"""What the gate sets: the assembly is written, whatever the validation finds."""


def red(folder: Path) -> None:
    """One bucket, one log group, one role, as nobody should write them; every stock pack.

    Over what an earlier synthesis left, CDK watching that no plugin changes what is there.
    """
    folder.mkdir()
    (folder / "synthgate.json").write_text('{"of": "an earlier synthesis"}')
    app = cdk.App(
        outdir=str(folder),
        analytics_reporting=False,
        context=KEEP_GOING,
        confirm_validation_plugins_do_not_mutate=True,
    )
    _small(app)
    compliance.guard(app, environment="test", config=_config(folder), today=TODAY)
    app.synth()


def refused(folder: Path) -> None:
    """The same by hand, with waivers that accept nothing: past, too far ahead, too broad."""
    config = _config(
        folder,
        ("AwsSolutions-S1", "Small/Bucket/Resource", "2026-05-31"),
        ("AwsSolutions-S10", "Small/Bucket/Resource", "2030-01-01"),
        ("IAM01", "Small/*", "2026-09-01"),
    )
    app = _app(folder)
    _small(app)
    compliance.guard(
        app, environment="test", packs=[AwsSolutionsChecks], config=config, today=TODAY
    )
    app.synth()


def waived(folder: Path) -> None:
    """The same with a waiver for each finding that blocks."""
    config = _config(
        folder,
        ("AwsSolutions-S1", "Small/Bucket/Resource", "2026-09-01"),
        ("AwsSolutions-S10", "Small/Bucket/*", "2026-09-01"),
        ("AwsSolutions-IAM5", "Small/Role/DefaultPolicy/Resource", "2026-09-01"),
        ("IAM01", "Small/Role/DefaultPolicy/Resource", "2026-09-01"),
        ("LOG01", "Small.template.json/Logs6819BB44", "2026-09-01"),
    )
    app = _app(folder)
    _small(app)
    compliance.guard(
        app, environment="test", packs=[AwsSolutionsChecks], config=config, today=TODAY
    )
    app.synth()


def deep(folder: Path) -> None:
    """What hides: a stage, a nested stack with its parent's ids, overrides, untyped resources.

    And what the code acknowledges, on every level from the app down to a bucket; and a waiver of a
    whole stack.
    """
    app = _app(folder, context=KEEP_GOING)
    stage = cdk.Stage(app, "Prod")
    stack = cdk.Stack(stage, "Outer")
    nested = cdk.NestedStack(stack, "Inner")
    for scope, name in ((stack, "fine-name"), (nested, "not_a_name")):
        s3.CfnBucket(scope, "Bucket", bucket_name=name)
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    declared = role.node.default_child
    assert isinstance(declared, cdk.CfnResource)
    declared.add_property_override(
        "ManagedPolicyArns", ["arn:aws:iam::aws:policy/AdministratorAccess"]
    )
    cdk.CfnResource(
        nested,
        "Untyped",
        type="AWS::IAM::ManagedPolicy",
        properties={
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
            }
        },
    )
    iam.CfnPolicy(
        stack,
        "OneStatement",
        policy_name="one",
        policy_document={"Statement": {"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}},
        roles=[role.role_name],
    )
    group = Construct(stage, "Group")
    storage = cdk.Stack(group, "Storage")
    bucket = s3.Bucket(storage, "Bucket")
    for construct, rule in (
        (app, "NIST.800.53.R5-S3BucketLoggingEnabled"),
        (stage, "NIST.800.53.R5-S3BucketSSLRequestsOnly"),
        (group, "NIST.800.53.R5-S3BucketVersioningEnabled"),
        (storage, "NIST.800.53.R5-S3BucketReplicationEnabled"),
        (bucket, "NIST.800.53.R5-S3DefaultEncryptionKMS"),
    ):
        cdk.Validations.of(construct).acknowledge(
            cdk.Acknowledgment(id=rule, reason="because I say so")
        )
    config = _config(folder, ("IAM04", "Prod/Outer/*", "2026-09-01"))
    compliance.guard(app, environment="test", config=config, today=TODAY)
    app.synth()


def mended(folder: Path) -> None:
    """Aspects on an app whose environment keeps its logs."""
    app = _app(folder, context=KEEP_GOING)
    stack = cdk.Stack(app, "Small")
    for name, policy in (("Gone", cdk.RemovalPolicy.DESTROY), ("Kept", cdk.RemovalPolicy.RETAIN)):
        logs.LogGroup(stack, name, retention=logs.RetentionDays.INFINITE, removal_policy=policy)
    week = logs.CfnLogGroup(stack, "Overridden")
    week.add_property_override("RetentionInDays", 7)
    s3.Bucket(stack, "Bucket")
    config = _config(folder)
    config.write_text(
        "[tool.synthgate]\n"
        'retention.keep-logs = ["test"]\n'
        "aspects = { retention-days = 400, tls-only = true }\n"
    )
    compliance.guard(
        app, environment="test", packs=[AwsSolutionsChecks], config=config, today=TODAY
    )
    app.synth()


def without_tree(folder: Path) -> None:
    """An app that writes no construct tree, over what an earlier synthesis left."""
    folder.mkdir()
    (folder / "synthgate.json").write_text('{"of": "an earlier synthesis"}')
    app = cdk.App(
        outdir=str(folder), analytics_reporting=False, tree_metadata=False, context=KEEP_GOING
    )
    _small(app)
    compliance.guard(
        app, environment="test", packs=[AwsSolutionsChecks], config=_config(folder), today=TODAY
    )
    app.synth()


def wrong_waivers(folder: Path) -> None:
    """A waiver without an owner."""
    config = _config(folder)
    config.with_name("waivers.toml").write_text('[[waiver]]\nrule = "IAM01"\n')
    compliance.guard(_app(folder), config=config)


VARIANTS: Final[tuple[Callable[[Path], None], ...]] = (
    red,
    refused,
    waived,
    deep,
    mended,
    without_tree,
    wrong_waivers,
)


def _app(folder: Path, context: Mapping[str, object] | None = None) -> cdk.App:
    return cdk.App(outdir=str(folder), analytics_reporting=False, context=context)


def _small(app: cdk.App) -> None:
    stack = cdk.Stack(app, "Small")
    s3.Bucket(stack, "Bucket")
    logs.LogGroup(stack, "Logs", retention=logs.RetentionDays.INFINITE)
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    role.add_to_policy(iam.PolicyStatement(actions=["s3:GetObject"], resources=["*"]))


def _config(folder: Path, *accepted: tuple[str, str, str]) -> Path:
    """Policy data beside the assembly, with waivers of (rule, construct, end)."""
    home = folder.with_name(f"{folder.name}-policy")
    home.mkdir(exist_ok=True)
    (home / "waivers.toml").write_text(
        "".join(
            f'[[waiver]]\nrule = "{rule}"\nconstruct = "{construct}"\nexpires = {end}\n'
            'owner = "platform-team"\nreason = "The tests accept this with a reason."\n'
            for rule, construct, end in accepted
        )
    )
    config = home / "pyproject.toml"
    config.write_text("[tool.synthgate]\n")
    return config


def main(root: Path) -> None:
    """Synthesize every variant."""
    outcomes = {}
    for variant in VARIANTS:
        words = io.StringIO()
        raised = ""
        with contextlib.redirect_stderr(words):
            try:
                variant(root / variant.__name__)
            except Exception as error:  # noqa: BLE001 - what it is, the tests will say
                raised = f"{type(error).__name__}: {error}"
        outcomes[variant.__name__] = {"raised": raised, "stderr": words.getvalue()}
    (root / "outcomes.json").write_text(json.dumps(outcomes))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
