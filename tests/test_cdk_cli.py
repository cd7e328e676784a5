"""The real CDK CLI meets the guard, and writes the bytes that the gate judges."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import app

if TYPE_CHECKING:
    from collections.abc import Callable

WIDE_OPEN = """
import aws_cdk as cdk
from aws_cdk import aws_iam as iam
import compliance

app = cdk.App()
stack = cdk.Stack(app, "Stack")
iam.CfnManagedPolicy(
    stack,
    "Policy",
    policy_document={
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "s3:PutObject", "NotResource": "arn:aws:s3:::logs/*"}
        ],
    },
)
compliance.guard(app)
app.synth()
"""


def test_cdk_synth_by_hand_fails_on_an_own_rule_and_names_the_whole_gate(tmp_path: Path) -> None:
    """An exclusion that no stock rule names stops `cdk synth`, which says what to run."""
    (tmp_path / "app.py").write_text(WIDE_OPEN)
    done = _cdk("--app", f"{sys.executable} app.py", "synth", "--quiet", cwd=tmp_path)
    assert done.returncode == 1
    said = done.stdout + done.stderr
    assert set(re.findall(r"Acknowledge with '([^']+)'", said)) == {"Synthgate::Synthgate-IAM03"}
    assert "accept one in waivers.toml" in done.stderr
    assert "Checkov and snapshots included: synthgate gate" in done.stderr


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_the_cli_writes_the_bytes_that_the_gate_judges(
    environment: str, assemblies: Callable[[str], Path], tmp_path: Path
) -> None:
    """`cdk synth` and the gate's own synthesis give the same templates, byte for byte."""
    done = _cdk(
        "synth",
        "--quiet",
        "--context",
        f"environment={environment}",
        "--output",
        str(tmp_path / "cdk.out"),
        cwd=app.ROOT,
    )
    assert done.returncode == 0, done.stderr
    by_cli = {
        path.name: path.read_bytes() for path in (tmp_path / "cdk.out").glob("*.template.json")
    }
    by_gate = {
        path.name: path.read_bytes() for path in assemblies(environment).glob("*.template.json")
    }
    assert len(by_gate) == 5
    assert by_cli == by_gate


def _cdk(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = shutil.which("cdk")
    assert command, "the CDK CLI is not on PATH; `python3 -m nox -s tests` installs it"
    app._choose_node()
    return subprocess.run(
        [command, *arguments],
        cwd=cwd,
        env={
            **os.environ,
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "PYTHONPATH": str(app.ROOT),
            "CI": "true",
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
