"""Records are appended whole, whatever happened to the file before."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from compliance.deployment import records
from compliance.deployment.records import Record, StackRecord
from compliance.findings import SynthgateError

if TYPE_CHECKING:
    from pathlib import Path

RECORD = Record(
    time="2026-11-23T10:00:00+00:00",
    ended="2026-11-23T10:05:00+00:00",
    environment="prod",
    account="123456789012",
    commit="ab" * 20,
    assembly="cd" * 32,
    attestation="ef" * 32,
    caller="arn:aws:iam::123456789012:root",
    result="deployed",
    reason="a\nb\u2028",
    stacks=(StackRecord("Data", "us-east-1", "arn", 2, "deployed", "CREATE_COMPLETE"),),
)


def test_a_record_is_one_line(tmp_path: Path) -> None:
    """Whatever its texts hold, and a line that was cut off stays the only one that is broken."""
    path = tmp_path / "build" / "deployments.jsonl"
    records.writable(path)
    assert path.read_text() == ""
    path.write_text('{"time": "2026')
    records.append(path, RECORD)
    records.append(path, RECORD)
    broken, *whole = path.read_text().splitlines()
    assert broken == '{"time": "2026'
    (first, second) = map(json.loads, whole)
    assert first == second
    assert first["reason"] == "a\nb\u2028"
    assert first["stacks"][0]["name"] == "Data"


def test_a_folder_that_takes_no_record(tmp_path: Path) -> None:
    """It is refused before anything is deployed; a record that is lost is told whole."""
    path = tmp_path / "deployments.jsonl"
    path.mkdir()
    with pytest.raises(SynthgateError, match="the record of this deployment could not be written"):
        records.writable(path)
    with pytest.raises(SynthgateError, match=r'it was to hold \{"schema_version": "1"'):
        records.append(path, RECORD)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """Nobody reads from it, so nothing would be kept."""
    path = tmp_path / "deployments.jsonl"
    os.mkfifo(path)
    with pytest.raises(SynthgateError, match="the record of this deployment could not be written"):
        records.writable(path)


def test_a_record_is_not_written_through_a_link(tmp_path: Path) -> None:
    """It could lead to any file."""
    path, other = tmp_path / "deployments.jsonl", tmp_path / "other"
    other.write_text("mine")
    path.symlink_to(other)
    with pytest.raises(SynthgateError, match="a link, and the record of a deployment is a file "):
        records.writable(path)
    with pytest.raises(SynthgateError, match="cannot be written: "):
        records.append(path, RECORD)
    assert other.read_text() == "mine"
