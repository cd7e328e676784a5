"""Whether an attestation holds for a folder, here and now."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pydantic import ValidationError

from compliance.assembly import digests
from compliance.attestation import comparing, sealing
from compliance.attestation.mismatches import Mismatch
from compliance.attestation.model import Statement
from compliance.config import explain
from compliance.findings import SynthgateError
from compliance.waivers import Waivers

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from pathlib import Path

    from compliance.attestation.keys import PublicKey
    from compliance.attestation.policy import Policy
    from compliance.git import Head


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What an attestation is held against.

    Attributes:
        now: the time, with its zone.
        maximum_age: how old an attestation may be.
        public_key: the key that has to have signed it; `None` for a sealed one.
        policy: what is judged by now; see `compliance.attestation.policy.of`.
        waivers: what is accepted now.
        versions: versions of what is installed here, by distribution.
        environment: where it is to go.
        account: likewise; twelve digits.
        region: likewise.
        commit: what is checked out; `None` outside of a repository.
        everything: whether whatever is `None` or unknown is a mismatch, as it is for a deployment.
            Otherwise it is left uncompared, and a note says so.
    """

    now: dt.datetime
    maximum_age: dt.timedelta
    public_key: PublicKey | None = None
    policy: Policy | None = None
    waivers: Waivers = field(default_factory=Waivers)
    versions: Mapping[str, str] = field(default_factory=dict)
    environment: str | None = None
    account: str | None = None
    region: str | None = None
    commit: Head | None = None
    everything: bool = False


@dataclass(frozen=True, slots=True)
class Verification:
    """What came of it.

    Attributes:
        attestation: the file.
        statement: what it states; `None` when its signature or seal does not hold, for then nothing
            in it is believed.
        mismatches: everything that differs; nothing else when the signature or seal does.
        notes: what was not compared.
        key: id of the key that signed it; empty when none did.
        until: when it will be too old, in UTC; `None` with `statement`.
    """

    attestation: Path
    statement: Statement | None
    mismatches: tuple[Mismatch, ...]
    notes: tuple[str, ...] = ()
    key: str = ""
    until: dt.datetime | None = None

    @property
    def holds(self) -> bool:
        """Whether nothing differs."""
        return self.statement is not None and not self.mismatches


def verify(folder: Path, attestation: Path, *, expected: Expected) -> Verification:
    """Hold an attestation against a folder and what is expected of it.

    Args:
        folder: the assembly.
        attestation: the file; see `compliance.attestation.attestation_path`.
        expected: everything else that it is held against.

    Raises:
        SynthgateError: the attestation or a file of the folder cannot be read, or the attestation
            is none.
    """
    found = read(attestation, public_key=expected.public_key)
    if isinstance(found, Mismatch):
        return Verification(attestation, None, (found,))
    statement, key = found
    seen = digests.of(folder)
    return Verification(
        attestation=attestation,
        statement=statement,
        mismatches=tuple(
            mismatch
            for compare in comparing.COMPARISONS
            for mismatch in compare(statement, expected, seen)
        ),
        notes=tuple(comparing.notes(statement, expected)),
        key=key,
        until=statement.predicate.time + expected.maximum_age,
    )


def read(attestation: Path, *, public_key: PublicKey | None) -> tuple[Statement, str] | Mismatch:
    """What an attestation states, and the id of the key that signed it, empty when it is sealed.

    Returns:
        A mismatch when its signature or seal does not hold: then nothing of it is believed.

    Raises:
        SynthgateError: it cannot be read, or is no attestation.
    """
    found = sealing.opened(sealing.read_bytes(attestation), shown=str(attestation), key=public_key)
    if isinstance(found, Mismatch):
        return found
    try:
        return Statement.model_validate(found.document), found.key
    except ValidationError as error:
        raise SynthgateError(
            f"{attestation}: no attestation of this gate: {explain(error, 'statement')}; "
            "attest again"
        ) from error


def stated(attestation: Path, *, public_key: PublicKey | None) -> str:
    """The environment that an attestation is of, empty when it is not believed.

    Raises:
        SynthgateError: it cannot be read, or is no attestation.
    """
    found = read(attestation, public_key=public_key)
    return "" if isinstance(found, Mismatch) else found[0].gate.environment
