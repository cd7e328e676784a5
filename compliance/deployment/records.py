"""The record of every deployment: one line of JSON each, appended, never rewritten."""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from compliance.findings import SynthgateError

if TYPE_CHECKING:
    from pathlib import Path

FILE: Final = "deployments.jsonl"
SCHEMA_VERSION: Final = "1"
# A link would have the record written to whatever file it names.
_FLAGS: Final = os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW


@dataclass(frozen=True, slots=True)
class StackRecord:
    """What became of one stack.

    Attributes:
        name: CloudFormation's.
        region: where it is.
        change_set: ARN of the change set; empty when none was made.
        changes: how many resources it changes.
        result: see `compliance.deployment.model.Result`.
        status: of the stack afterwards; empty when it was not asked.
    """

    name: str
    region: str
    change_set: str
    changes: int
    result: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One deployment.

    Attributes:
        time: when it began, ISO 8601 in UTC.
        ended: when it ended, likewise.
        environment: such as `prod`.
        account: twelve digits.
        commit: that was attested.
        assembly: sha256 over its files.
        attestation: sha256 of the attestation's file.
        caller: ARN of who deployed.
        result: `deployed`, `unchanged`, `declined`, `failed` or `interrupted`.
        reason: why it did not go through; empty when it did.
        stacks: in the order of deployment.
    """

    time: str
    ended: str
    environment: str
    account: str
    commit: str
    assembly: str
    attestation: str
    caller: str
    result: str
    reason: str
    stacks: tuple[StackRecord, ...]


def writable(path: Path) -> None:
    """See that a record can be appended, before anything is deployed.

    Raises:
        SynthgateError: it cannot.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # A pipe without a reader would be waited for.
        os.close(os.open(path, os.O_WRONLY | _FLAGS | os.O_NONBLOCK, 0o644))
    except OSError as error:
        if path.is_symlink():
            raise SynthgateError(
                f"{path}: a link, and the record of a deployment is a file of its own; next: "
                "remove the link, or name another folder with --out"
            ) from error
        raise SynthgateError(
            f"{path}: the record of this deployment could not be written: {error.strerror}; next: "
            "name another folder with --out"
        ) from error


def append(path: Path, record: Record) -> None:
    """Append a record, whole, and bring it to the disk.

    Raises:
        SynthgateError: it cannot be written.
    """
    line = json.dumps({"schema_version": SCHEMA_VERSION, **asdict(record)}, ensure_ascii=True)
    try:
        descriptor = os.open(path, os.O_RDWR | _FLAGS, 0o644)
        try:
            # Two deployments may end at once; one line is one write, and the lock keeps it whole.
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            size = os.fstat(descriptor).st_size
            # A line that was cut off by a full disk must not swallow this one.
            broken = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
            data = (b"\n" if broken else b"") + f"{line}\n".encode()
            if os.write(descriptor, data) != len(data):
                raise OSError(0, "the disk is full")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise SynthgateError(
            f"{path}: cannot be written: {error.strerror}; it was to hold {line}"
        ) from error
