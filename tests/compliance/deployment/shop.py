"""A guarded app of two stacks, run as `python shop.py OUTDIR VARIANT...` in its project's folder.

`Data` has a parameter and an asset, `Service` imports the parameter. The variants change what a
deployment has to show: `moved` replaces the parameter, `failing` adds one whose name is taken,
`alone` has no `Service`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3_assets as assets
from aws_cdk import aws_ssm as ssm

import compliance

ACCOUNT = "123456789012"
REGION = "us-east-1"
TAKEN = "/shop/taken"


def synthesize(outdir: str, variant: str) -> None:
    """Write the assembly of a variant."""
    app = cdk.App(
        outdir=outdir,
        analytics_reporting=False,
        context={"@aws-cdk/core:defaultCrossStackReferences": "strong"},
    )
    compliance.guard(app, environment="prod", config=Path("pyproject.toml"))
    env = cdk.Environment(account=ACCOUNT, region=REGION)
    data = cdk.Stack(app, "Data", env=env, termination_protection=variant == "alone-protected")
    words = assets.Asset(data, "Words", path="words")
    name = "/shop/moved" if variant in {"moved", "moved-failing"} else "/shop/settings"
    settings = ssm.StringParameter(
        data, "Settings", parameter_name=name, string_value=words.s3_object_key
    )
    # Imported by a name that stays: the exporting stack can still change.
    cdk.CfnOutput(data, "Key", value=words.s3_object_key, export_name="shop-key")
    # It never expires, which a waiver accepts.
    logs.CfnLogGroup(data, "Diary", log_group_name="/shop/diary")
    cdk.CfnOutput(data, "SettingsName", value=settings.parameter_name)
    if not variant.startswith("alone"):
        _add_service(app, data, variant, env=env)
    app.synth()


def _add_service(app: cdk.App, data: cdk.Stack, variant: str, *, env: cdk.Environment) -> None:
    service = cdk.Stack(app, "Service", env=env)
    service.add_stack_dependency(data)
    ssm.StringParameter(
        service,
        "Pointer",
        parameter_name="/shop/pointer",
        string_value=f"{cdk.Fn.import_value('shop-key')} {variant}",
    )
    if variant.endswith("failing"):
        ssm.StringParameter(service, "Extra", parameter_name=TAKEN, string_value="extra")


if __name__ == "__main__":
    for name in sys.argv[2:]:
        synthesize(f"{sys.argv[1]}/{name}", name)
