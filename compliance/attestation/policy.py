"""What an assembly is judged by, as digests: what decides is part of what is attested."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from compliance import __version__
from compliance.assembly import digests
from compliance.attestation.sealing import canonical
from compliance.engines.synthesis import version
from compliance.findings import Status, SynthgateError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from compliance.config import Config
    from compliance.findings import Report

CONFIGURATION: Final = "configuration"
WAIVERS: Final = "waivers"
SNAPSHOTS: Final = "snapshots"
PARTS: Final[Mapping[str, str]] = {
    CONFIGURATION: "the settings of [tool.synthgate]",
    WAIVERS: "the waivers file",
    SNAPSHOTS: "the accepted snapshots",
}
"""The parts of a policy, and what they are called."""
OWN: Final = "synthgate"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_DISTRIBUTIONS: Final[Mapping[str, str]] = {
    "own": OWN,
    "cdk-nag": "cdk-nag",
    "checkov": "checkov",
    "cloudformation": "aws-cdk-lib",
}
"""What an engine's version is the version of."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What decides.

    Attributes:
        parts: sha256 of each of `PARTS`.
    """

    parts: Mapping[str, str]

    def digest(self, versions: Mapping[str, str]) -> str:
        """One sha256 over all parts, and the versions of what judged by them."""
        return hashlib.sha256(
            canonical({"parts": dict(self.parts), "versions": dict(versions)})
        ).hexdigest()


def of(config: Config, *, environment: str) -> Policy:
    """What an environment is judged by, as the files have it now.

    Raises:
        SynthgateError: the waivers file or a snapshot cannot be read.
    """
    snapshots = config.path(config.snapshots) / environment
    # A name that is a path would lead to files that are nobody's snapshots.
    is_name = _NAME.fullmatch(environment) is not None
    accepted = digests.of(snapshots) if is_name and snapshots.is_dir() else {}
    return Policy(
        {
            CONFIGURATION: hashlib.sha256(canonical(config.model_dump(mode="json"))).hexdigest(),
            WAIVERS: hashlib.sha256(_bytes(config.path(config.waivers))).hexdigest(),
            SNAPSHOTS: digests.whole(accepted),
        }
    )


def deciding(config: Config, file: Path | None) -> tuple[Path, ...]:
    """Files and folders that decide what an attestation is held against.

    Nobody has reviewed them unless they are part of the commit.

    Args:
        config: as it was read.
        file: the file that it was read from, as the user named it; the nearest one by default.
    """
    key = config.attestation.public_key
    return (
        file or config.root / "pyproject.toml",
        config.path(config.waivers),
        config.path(config.snapshots),
        *((config.path(key),) if key is not None else ()),
    )


def used(report: Report) -> dict[str, str]:
    """Versions of what judged, by distribution."""
    found = {
        _DISTRIBUTIONS[run.name]: run.version
        for run in report.engines
        if run.status is Status.RAN and run.name in _DISTRIBUTIONS
    }
    return {OWN: __version__, **found}


def installed(config: Config) -> dict[str, str]:
    """Versions of what is installed here, by distribution.

    Checkov is left out when another interpreter has it.
    """
    asked = set(_DISTRIBUTIONS.values()) - {OWN}
    if config.checkov_python is not None:
        asked -= {"checkov"}
    found = {name: version(name) for name in sorted(asked)}
    return {OWN: __version__, **{name: text for name, text in found.items() if text}}


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise SynthgateError(f"{path}: cannot be read: {error.strerror}") from error
