"""`compliance.guard(app)` before the stacks are made and after them: the same but for the lines."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

import compliance.waivers
from compliance.assembly import read
from compliance.config import Config
from compliance.engines.synthesis import CdkNagEngine
from compliance.findings import Finding, Source, Status
from compliance.gate import Gate, Scope
from compliance.rules.base import Context
from tests.compliance.guard import making
from tests.compliance.guard.assemblies import ROOT, evidence
from tests.compliance.guard.making import SCRIPT

MISTAKE = """        logs.CfnLogGroup(self, "Forever")
        s3.Bucket(
            self,
            "Open",
        )
"""
APP = """
import json
import sys
from pathlib import Path

import aws_cdk as cdk
import compliance

from stacks.compose import compose
from stacks.settings import load_settings

context = json.loads(Path("cdk.json").read_text())["context"]
app = cdk.App(
    analytics_reporting=False,
    outdir=sys.argv[1],
    context={
        **context, "environment": "dev", "@aws-cdk/core:failSynthOnValidationErrors": False
    },
)
compliance.guard(app, environment="dev")
compose(
    app,
    settings=load_settings(context, environment="dev"),
    code=Path("handlers"),
    item_schema=Path("handlers/item.schema.json"),
)
app.synth()
"""


def line(text: str) -> int:
    """Number of the only line of the script that holds a text."""
    numbers = [n for n, found in enumerate(SCRIPT.read_text().splitlines(), 1) if text in found]
    (number,) = numbers
    return number


@pytest.fixture(scope="session")
def moments(shared: Path) -> Path:
    """The folder with the assemblies `early` and `late`."""
    return making.moments(shared)


@pytest.fixture(scope="session")
def mistaken(shared: Path) -> Path:
    """A copy of this project with a log group and a bucket too many, synthesized into `cdk.out`."""
    folder = shared / "mistaken"
    with FileLock(folder.with_suffix(".lock")):
        if not folder.exists():
            for name in ("stacks", "handlers"):
                shutil.copytree(ROOT / name, folder / name)
            for name in ("cdk.json", "pyproject.toml", "waivers.toml"):
                shutil.copy(ROOT / name, folder)
            storage = folder / "stacks" / "storage.py"
            text = storage.read_text()
            place = text.index('        cdk.CfnOutput(\n            self, "TableName"')
            text = text[:place] + MISTAKE + text[place:]
            storage.write_text(
                text.replace(
                    "import aws_cdk as cdk",
                    "import aws_cdk as cdk\nfrom aws_cdk import aws_logs as logs",
                    1,
                )
            )
            (folder / "app.py").write_text(APP)
            making.run(Path("app.py"), folder / "cdk.out", folder=folder)
    return folder


def without_lines(found: dict[str, Any]) -> dict[str, Any]:
    """Evidence without what differs: the lines, and how long a run took."""
    for plugin in found["plugins"]:
        del plugin["seconds"]
    del found["sources"]
    return found


@pytest.mark.parametrize("name", ["tree.json", "Small.template.json", "manifest.json"])
def test_when_the_guard_is_called_changes_no_file(moments: Path, name: str) -> None:
    """The tree, the templates and the manifest are the same, byte for byte."""
    assert (moments / "early" / name).read_bytes() == (moments / "late" / name).read_bytes()


def test_the_evidence_is_the_same_but_for_the_lines(moments: Path) -> None:
    """Plugins, waivers' acknowledgments and what the aspects set."""
    early, late = evidence(moments / "early"), evidence(moments / "late")
    assert [change["construct_path"] for change in early["mended"]] == [
        "Prod/Inner/Forever/Resource",
        "Prod/Inner/Nested/Forever/Resource",
        "Small/Added",
        "Small/Bucket/Resource",
    ]
    assert without_lines(early) == without_lines(late)


@pytest.mark.parametrize("name", ["early", "late"])
def test_the_engine_relies_on_it(moments: Path, name: str) -> None:
    """Every resource was seen, those of the stage and of the nested stack too."""
    answer = CdkNagEngine().examine(Context(read(moments / name), Config()))
    assert (answer.run.status, answer.run.reason) == (Status.RAN, "")


def test_each_construct_has_the_line_that_made_it(moments: Path) -> None:
    """Stages, stacks, what an aspect of the app's own adds; a child of a stack before the stack."""
    assert evidence(moments / "early")["sources"] == {
        "Prod": f"moments.py:{line('Inner(app')}",
        "Prod/Inner": f"moments.py:{line('cdk.Stack(self')}",
        "Prod/Inner/Forever": f"moments.py:{line('logs.LogGroup(stack')}",
        "Prod/Inner/Nested": f"moments.py:{line('cdk.NestedStack(')}",
        "Prod/Inner/Nested/Forever": f"moments.py:{line('logs.LogGroup(nested')}",
        "Small": f"moments.py:{line('cdk.Stack(app')}",
        "Small/Added": f"moments.py:{line('logs.CfnLogGroup(node')}",
        "Small/Bucket": f"moments.py:{line('s3.Bucket(stack')}",
        "Small/Role": f"moments.py:{line('iam.Role(stack')}",
    }


def test_of_what_was_made_before_the_guard_no_line_is_known(moments: Path) -> None:
    """Only what is made while the app is synthesized comes after it."""
    assert set(evidence(moments / "late")["sources"]) == {"Small/Added"}


def test_a_mistake_in_the_stacks_is_found_at_its_line(mistaken: Path) -> None:
    """The log group's own line; the first line of the bucket's call, for the child of an L2."""
    rows = (mistaken / "stacks" / "storage.py").read_text().splitlines()
    log_group = rows.index('        logs.CfnLogGroup(self, "Forever")') + 1
    bucket = log_group + 1
    assert rows[bucket - 1] == "        s3.Bucket("
    found = {
        (each.engine, each.rule, each.construct_path): each.source for each in judged(mistaken)
    }
    for engine in ("own", "cdk-nag"):
        place = (engine, "LOG01", "StorageStack/Forever")
        assert found[place] == Source("stacks/storage.py", log_group)
    place = ("cdk-nag", "AwsSolutions-S1", "StorageStack/Open/Resource")
    assert found[place] == Source("stacks/storage.py", bucket)


def judged(project: Path) -> tuple[Finding, ...]:
    """What the engines that need no Checkov say of a project's assembly."""
    gate = Gate(
        config=Config(),
        waivers=compliance.waivers.Waivers(),
        today=dt.date(2026, 6, 1),
        scope=Scope(engines=("own", "cdk-nag")),
    )
    return gate.check([read(project / "cdk.out")]).results


def test_no_line_is_outside_of_the_project(mistaken: Path) -> None:
    """Every line of the evidence is one of a file that lies in the project."""
    sources = json.loads((mistaken / "cdk.out" / "synthgate.json").read_text())["sources"]
    assert len(sources) > 60
    for place in sources.values():
        file, _, number = place.rpartition(":")
        assert int(number) <= len((mistaken / file).read_text().splitlines())
