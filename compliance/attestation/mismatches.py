"""What can differ between an attestation and what is seen."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from compliance.sanitize import clean

MAX_MESSAGE = 600
"""Characters of a message: names in it come from untrusted files."""


class Kind(enum.StrEnum):
    """What differs. The names are stable: scripts may read them."""

    SIGNATURE = "signature"
    SEAL = "seal"
    VERDICT = "verdict"
    ENGINES = "engines"
    DIGEST = "digest"
    MISSING_FILE = "missing-file"
    EXTRA_FILE = "extra-file"
    ENVIRONMENT = "environment"
    ACCOUNT = "account"
    REGION = "region"
    COMMIT = "commit"
    DIRTY_TREE = "dirty-tree"
    FUTURE = "future"
    AGE = "age"
    POLICY = "policy"
    VERSION = "version"
    WAIVER = "waiver"


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One thing that differs.

    Attributes:
        kind: which thing.
        message: one printable line: what is attested, what is seen, what to do.
    """

    kind: Kind
    message: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", clean(self.message, limit=MAX_MESSAGE))
