"""Checkov's own command with this folder of checks, and a rule that breaks inside Checkov."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import compliance
from compliance.config import Config
from compliance.engines.checkov.engine import CheckovEngine
from compliance.findings import Status
from tests.compliance.engines.templates import context, resource, written

if TYPE_CHECKING:
    from tests.compliance.guard.assemblies import Workshop

PACKAGE = Path(compliance.__file__).parent


def test_checkov_finds_the_own_rules_by_itself(workshop: Workshop, tmp_path: Path) -> None:
    """In an assembly and in a template beside it, with no gate around; undecided ones fail too."""
    workshop.copy("red", tmp_path)
    written(
        tmp_path / "alone" / "logs.json",
        {
            "Forever": resource("AWS::Logs::LogGroup"),
            "Year": resource("AWS::Logs::LogGroup", RetentionInDays=365),
            "Later": resource("AWS::Logs::LogGroup", RetentionInDays={"Ref": "Days"}),
        },
        Parameters={"Days": {"Type": "Number"}},
    )
    done = subprocess.run(
        [
            Path(sys.executable).with_name("checkov"),
            f"--external-checks-dir={PACKAGE / 'engines' / 'checkov' / 'checks'}",
            f"--directory={tmp_path}",
            "--framework=cloudformation",
            "--output=json",
            "--skip-download",
        ],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(PACKAGE.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    results = json.loads(done.stdout)["results"]
    failed, passed = (
        {
            (row["file_path"], row["resource"].partition(".")[2], row["check_id"])
            for row in results[kind]
            if row["check_id"].startswith("CKV_SYNTHGATE_")
        }
        for kind in ("failed_checks", "passed_checks")
    )
    assert {
        ("/red/Small.template.json", "RoleDefaultPolicy5FFB7DAB", "CKV_SYNTHGATE_IAM01"),
        ("/red/Small.template.json", "Logs6819BB44", "CKV_SYNTHGATE_LOG01"),
        ("/alone/logs.json", "Forever", "CKV_SYNTHGATE_LOG01"),
        ("/alone/logs.json", "Later", "CKV_SYNTHGATE_LOG02"),
    } <= failed
    assert {
        ("/alone/logs.json", "Year", "CKV_SYNTHGATE_LOG01"),
        ("/alone/logs.json", "Year", "CKV_SYNTHGATE_LOG02"),
    } <= passed


def test_a_rule_that_breaks_inside_checkov_fails_the_engine(tmp_path: Path) -> None:
    """Checkov catches whatever a check raises, and goes on without a word."""
    wrapper = tmp_path / "python"
    wrapper.write_text(
        f"""#!{sys.executable}
import importlib.util, sys
sys.argv = sys.argv[2:]
spec = importlib.util.spec_from_file_location("worker", sys.argv[0])
worker = importlib.util.module_from_spec(spec)
spec.loader.exec_module(worker)
load = worker._load_package
def spoil():
    load()
    from compliance import rules
    def judge(self, resource, context):
        raise LookupError("no retention at all")
        yield
    type(rules.by_id()["LOG01"]).judge = judge
worker._load_package = spoil
worker.main()
"""
    )
    wrapper.chmod(0o755)
    engine = CheckovEngine(Config(checkov_python=str(wrapper)))
    try:
        answer = engine.examine(
            context(written(tmp_path / "logs.json", {"Logs": resource("AWS::Logs::LogGroup")}))
        )
    finally:
        engine.close()
    assert answer.run.status is Status.FAILED
    assert "LOG01 broke on Logs: LookupError: no retention at all" in answer.run.reason
    assert answer.findings == ()
