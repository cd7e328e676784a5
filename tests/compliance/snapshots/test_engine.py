"""The gate's own comparison of an assembly with its snapshots."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from compliance.assembly import read
from compliance.config import Config
from compliance.findings import Outcome, Severity, Status
from compliance.rules.base import Context
from compliance.snapshots.engine import SnapshotsEngine

if TYPE_CHECKING:
    from pathlib import Path

    from compliance.engines.base import Answer

TOPIC: dict[str, Any] = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}


def test_an_accepted_template_passes_and_leaves_a_row(tmp_path: Path) -> None:
    """So that a comparison that found nothing differs from none at all."""
    _accept(tmp_path, "Stack", TOPIC)
    answer = _examine(tmp_path, TOPIC)
    assert answer.run.status is Status.RAN
    assert answer.run.resources == 1
    assert [(found.rule, found.outcome) for found in answer.findings] == [
        ("snapshot-changed", Outcome.PASS)
    ]


def test_a_changed_template_fails_with_the_first_changed_lines(tmp_path: Path) -> None:
    """High, on the stack, with the file and the command that accepts."""
    _accept(tmp_path, "Stack", TOPIC)
    (found,) = _examine(tmp_path, {"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}).findings
    assert (found.rule, found.severity, found.outcome) == (
        "snapshot-changed",
        Severity.HIGH,
        Outcome.FAIL,
    )
    assert found.stack == "Stack"
    assert found.location == "snapshots/Stack.template.json"
    assert "1 added, 1 removed" in found.message
    assert '-"Topic": {' in found.observed
    assert '+"Queue": {' in found.observed
    assert "nox -s snapshots -- --update" in found.remediation


def test_a_template_without_snapshot_fails(tmp_path: Path) -> None:
    """Nobody has accepted it."""
    (found,) = _examine(tmp_path, TOPIC).findings
    assert (found.rule, found.outcome) == ("snapshot-missing", Outcome.FAIL)


def test_a_snapshot_without_template_fails(tmp_path: Path) -> None:
    """A removed stack is a change that somebody accepts, too."""
    _accept(tmp_path, "Stack", TOPIC)
    _accept(tmp_path, "Gone", TOPIC)
    orphans = [
        found.location
        for found in _examine(tmp_path, TOPIC).findings
        if found.rule == "snapshot-orphaned"
    ]
    assert orphans == ["snapshots/Gone.template.json"]


def test_snapshots_of_an_environment_that_is_no_more_fail_once(tmp_path: Path) -> None:
    """They are told in the first assembly's answer, and not again in the next one's."""
    _accept(tmp_path, "old/Stack", TOPIC)
    engine = SnapshotsEngine(tmp_path / "snapshots", environments=("dev",))
    told = [
        [
            found.location
            for found in _examine(tmp_path / str(run), TOPIC, engine).findings
            if found.rule == "snapshot-orphaned"
        ].count("snapshots/old/Stack.template.json")
        for run in range(2)
    ]
    assert told[0] > told[1]


def _accept(folder: Path, name: str, template: dict[str, Any]) -> None:
    path = folder / "snapshots" / f"{name}.template.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(template, indent=2, sort_keys=True) + "\n")


def _examine(
    folder: Path, template: dict[str, Any], engine: SnapshotsEngine | None = None
) -> Answer:
    assembly = folder / "cdk.out"
    assembly.mkdir(parents=True, exist_ok=True)
    (assembly / "Stack.template.json").write_text(json.dumps(template))
    (assembly / "manifest.json").write_text(
        json.dumps(
            {
                "version": "55.0.0",
                "artifacts": {
                    "Stack": {
                        "type": "aws:cloudformation:stack",
                        "properties": {"templateFile": "Stack.template.json"},
                    }
                },
            }
        )
    )
    engine = engine or SnapshotsEngine(folder / "snapshots")
    return engine.examine(Context(read(assembly), Config()))
