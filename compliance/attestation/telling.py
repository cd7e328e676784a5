"""What people and scripts are told of an attestation and of what came of holding it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from compliance.attestation.model import TIME
from compliance.findings import SCHEMA_VERSION
from compliance.reports.wording import counted
from compliance.sanitize import clean

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from compliance.attestation.model import Statement
    from compliance.attestation.verifying import Verification


def notices(statement: Statement) -> list[str]:
    """What will keep the attested assembly from being deployed."""
    gate = statement.gate
    found = []
    if not gate.environment:
        found.append("no environment: compliance.guard was told none; a deployment is refused")
    if not gate.accounts:
        found.append(
            "no account is known, so a deployment is refused; name it with --account, or in "
            "[tool.synthgate.deploy] accounts"
        )
    if not gate.commit:
        found.append("no commit is known outside of a repository; a deployment is refused")
    if gate.dirty:
        found.append(
            f"the working tree differs from the commit ({clean(gate.dirty[0])}"
            + (f" and {len(gate.dirty) - 1} more" if len(gate.dirty) > 1 else "")
            + "); a deployment is refused"
        )
    return found


def in_text(
    found: Verification, *, assembly: str, attestation: str, quiet: bool = False
) -> Iterator[str]:
    """A verification in lines, the outcome last.

    Args:
        found: what came of it.
        assembly: how the folder is named.
        attestation: how the file is named.
        quiet: whether the outcome is all.
    """
    if not quiet:
        for mismatch in found.mismatches:
            yield f"{mismatch.kind}: {mismatch.message}"
        for note in found.notes:
            yield f"note: {clean(note)}"
    if found.statement is None or found.until is None or not found.holds:
        kinds = ", ".join(dict.fromkeys(mismatch.kind for mismatch in found.mismatches))
        yield f"REFUSED: {attestation} does not hold for {assembly}: {kinds}"
        return
    yield (
        f"HOLDS: {what(found.statement)}, attested {moment(found.statement.predicate.time)}, "
        f"until {moment(found.until)}; {whose(found.key)}"
    )


def as_json(found: Verification, *, assembly: str) -> str:
    """A verification as JSON: whether it holds, of what, until when, and each mismatch."""
    statement = found.statement
    gate = statement.gate if statement else None
    return json.dumps(
        {
            "schema_version": SCHEMA_VERSION,
            "holds": found.holds,
            "assembly": assembly,
            "attestation": str(found.attestation),
            "digest": gate.assembly if gate else "",
            "environment": gate.environment if gate else "",
            "accounts": gate.accounts if gate else (),
            "commit": gate.commit if gate else "",
            "time": statement.predicate.time_verified if statement else "",
            "until": found.until.strftime(TIME) if found.until else "",
            "key": found.key,
            "mismatches": [
                {"kind": mismatch.kind, "message": mismatch.message}
                for mismatch in found.mismatches
            ],
            "notes": found.notes,
        },
        indent=2,
    )


def what(statement: Statement) -> str:
    """`413 files of dev (sha256 ab12cd34ef56), commit 5acb9c7…`."""
    gate = statement.gate
    environment = clean(gate.environment) or "no environment"
    return (
        f"{counted(len(statement.subject), 'file')} of {environment} "
        f"(sha256 {gate.assembly[:12]}), {f'commit {gate.commit}' if gate.commit else 'no commit'}"
    )


def whose(key: str) -> str:
    """Who vouches for it."""
    return f"signed by the key {key[:12]}" if key else "sealed, not signed"


def moment(time: dt.datetime) -> str:
    """A time, to the minute."""
    return f"{time:%Y-%m-%d %H:%M} UTC"
