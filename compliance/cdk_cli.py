"""The CDK CLI: where it is, and what its log says when it fails."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING, Final

from compliance.findings import SynthgateError
from compliance.masking import mask_text
from compliance.sanitize import clean

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

QUIETLY: Final = {
    "CDK_DISABLE_VERSION_CHECK": "1",
    "CDK_DISABLE_CLI_TELEMETRY": "1",
    "NO_COLOR": "1",
}
"""Environment variables by which it calls nobody but AWS, and writes plain text."""
_MAX_REASON: Final = 500
_FAILED: Final = re.compile(r"\b(?:CREATE|UPDATE|DELETE)_FAILED\b")


def command_line(environ: Mapping[str, str]) -> str:
    """Path of the CDK CLI.

    Raises:
        SynthgateError: there is none on PATH.
    """
    found = shutil.which("cdk", path=environ.get("PATH", ""))
    if found is None:
        raise SynthgateError(
            "no command 'cdk' on PATH; next: `npm install aws-cdk`, and add node_modules/.bin and "
            "Node.js to PATH"
        )
    return found


def reason(log: Path, *, start: int = 0) -> str:
    """The line of its log that tells most: the first resource that failed, else the last.

    Args:
        log: what it printed, perhaps in several runs.
        start: where the run of interest begins, in bytes.
    """
    text = log.read_bytes()[start:].decode(errors="replace")
    lines = [line for line in text.splitlines() if line.strip()]
    failed = [line for line in lines if _FAILED.search(line)]
    line = (failed or lines[-1:] or ["it said nothing"])[0]
    return clean(mask_text(" ".join(line.split())), limit=_MAX_REASON)
