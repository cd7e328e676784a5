"""A rehearsal counts when it was green, and of these very files."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest

from compliance.attestation import rehearsed, sealing
from compliance.findings import SynthgateError

if TYPE_CHECKING:
    from pathlib import Path

WHOLE = "a" * 64
REPORT = {"digest": WHOLE, "environment": "dev", "report": {"verdict": "green"}}
NEXT = "; rehearse this assembly again, or leave --rehearsal out"


def told(path: Path) -> str:
    """Why a report is refused."""
    with pytest.raises(SynthgateError) as raised:
        rehearsed.digest(path, assembly=WHOLE, environment="dev")
    return str(raised.value)


def test_a_green_rehearsal_is_known_by_its_digest(tmp_path: Path) -> None:
    """Of the report's bytes."""
    path = tmp_path / "report.json"
    path.write_text(json.dumps(REPORT))
    assert (
        rehearsed.digest(path, assembly=WHOLE, environment="dev")
        == hashlib.sha256(path.read_bytes()).hexdigest()
    )


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        (
            {"digest": "b" * 64},
            (
                "the rehearsal was of other files: digest bbbbbbbbbbbb, this assembly's is "
                "aaaaaaaaaaaa"
            ),
        ),
        (
            {"digest": 1},
            "the rehearsal was of other files: digest none, this assembly's is aaaaaaaaaaaa",
        ),
        (
            {"environment": "prod"},
            "the rehearsal was of the environment 'prod', this assembly's is 'dev'",
        ),
        ({"report": {"verdict": "red"}}, "the rehearsal's verdict is red"),
        ({"report": None}, "the rehearsal's verdict is none"),
    ],
)
def test_another_rehearsal_is_refused(tmp_path: Path, changes: dict[str, Any], why: str) -> None:
    """Of other files, of another environment, or not green."""
    path = tmp_path / "report.json"
    path.write_text(json.dumps({**REPORT, **changes}))
    assert told(path) == f"{path}: {why}{NEXT}"


def test_what_is_no_report_is_refused(tmp_path: Path) -> None:
    """No JSON, nested without end, too large, a list, or not there."""
    path = tmp_path / "report.json"
    assert told(path) == f"{path}: cannot be read: No such file or directory{NEXT}"
    for raw in (b"x", b"[" * 100_000, b"\xff"):
        path.write_bytes(raw)
        assert told(path).startswith(f"{path}: no report of a rehearsal: ")
    path.write_bytes(b"[]")
    assert told(path).startswith(f"{path}: the rehearsal was of other files: digest none, ")
    with path.open("wb") as stream:
        stream.truncate(sealing.MAX_BYTES + 1)
    assert told(path) == f"{path}: no report of a rehearsal: larger than 64,000,000 bytes{NEXT}"
