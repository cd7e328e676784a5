"""The report of a rehearsal as part of what an attestation rests on."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from compliance.assembly.template import parse_json
from compliance.attestation.sealing import MAX_BYTES
from compliance.findings import SynthgateError, Verdict

if TYPE_CHECKING:
    from pathlib import Path

    from compliance.assembly.model import Json

_AGAIN: Final = "rehearse this assembly again, or leave --rehearsal out"


def digest(path: Path, *, assembly: str, environment: str) -> str:
    """The sha256 of a rehearsal's report, seen to be green and of this very assembly.

    Args:
        path: `report.json` of a rehearsal.
        assembly: one sha256 over names and contents of the assembly's files.
        environment: the assembly's.

    Raises:
        SynthgateError: it cannot be read, is of other files or another environment, or is not
            green.
    """
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise SynthgateError(f"{path}: cannot be read: {error.strerror}; {_AGAIN}") from error
    if len(raw) > MAX_BYTES:
        raise SynthgateError(
            f"{path}: no report of a rehearsal: larger than {MAX_BYTES:,} bytes; {_AGAIN}"
        )
    try:
        document = parse_json(raw.decode())
    except (ValueError, RecursionError) as error:
        raise SynthgateError(f"{path}: no report of a rehearsal: {error}; {_AGAIN}") from error
    rehearsed = _of(document, "digest")
    if rehearsed != assembly:
        raise SynthgateError(
            f"{path}: the rehearsal was of other files: digest {rehearsed[:12] or 'none'}, this "
            f"assembly's is {assembly[:12]}; {_AGAIN}"
        )
    if _of(document, "environment") != environment:
        raise SynthgateError(
            f"{path}: the rehearsal was of the environment {_of(document, 'environment')!r}, this "
            f"assembly's is {environment!r}; {_AGAIN}"
        )
    verdict = _of(document.get("report"), "verdict")
    if verdict != Verdict.GREEN:
        raise SynthgateError(f"{path}: the rehearsal's verdict is {verdict or 'none'}; {_AGAIN}")
    return hashlib.sha256(raw).hexdigest()


def _of(document: Json, name: str) -> str:
    value = document.get(name) if isinstance(document, dict) else None
    return value if isinstance(value, str) else ""
