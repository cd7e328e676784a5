"""What is asked of a deployment, and what came of it."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from compliance.attestation.verifying import Expected
    from compliance.deployment.stacks import Stack


class Result(enum.StrEnum):
    """What became of a stack, or of all."""

    DEPLOYED = "deployed"
    UNCHANGED = "unchanged"
    """There was nothing to change."""
    EMPTY = "empty"
    """Its template holds no resource, so there is no stack."""
    DECLINED = "declined"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    NOT_REACHED = "not-reached"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One deployment, as a user asks for it.

    Attributes:
        folder: the attested assembly.
        attestation: the file beside it.
        expected: what the attestation is held against; the account is asked of AWS.
        configured: account that the configuration names for the environment; `None` for none.
        contract_tests: the command that calls what was deployed; `None` for none.
        profile: of the AWS configuration; `None` for the default.
        region: of the stacks that name none; `None` for the profile's.
        environ: of this process.
        out: folder of the record and the log.
        ask: asks somebody, who says yes or no; `None` when nobody is asked, and yes is meant.
        tell: prints lines.
        progress: told what is being done.
        clock: the time, with its zone.
        change_set: name of the change sets of this deployment; no other has the same.
        width: columns of the terminal, `None` for a log.
        color: whether ANSI colours may be written.
    """

    folder: Path
    attestation: Path
    expected: Expected
    configured: str | None
    contract_tests: str | None
    profile: str | None
    region: str | None
    environ: Mapping[str, str]
    out: Path
    ask: Callable[[str], bool] | None
    tell: Callable[[str], None]
    progress: Callable[[str], None]
    clock: Callable[[], dt.datetime]
    change_set: str
    width: int | None = None
    color: bool = False

    @property
    def environment(self) -> str:
        """Where it goes, by name."""
        return self.expected.environment or ""


@dataclass(slots=True)
class Progress:
    """How far a stack has come. It is filled in on the way, and stays when something breaks.

    Attributes:
        stack: which.
        result: so far.
        change_set: ARN; empty when none was made.
        changes: how many resources it changes.
        status: of the stack afterwards.
        outputs: likewise, by key.
    """

    stack: Stack
    result: Result = Result.NOT_REACHED
    change_set: str = ""
    changes: int = 0
    status: str = ""
    outputs: Mapping[str, str] = field(default_factory=dict)
