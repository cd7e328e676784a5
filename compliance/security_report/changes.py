"""What changes since what was accepted last: an assembly beside its snapshots, or a revision's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compliance import revisions
from compliance.engines import evidence
from compliance.findings import SynthgateError
from compliance.review.reviewing import review
from compliance.review.sources import canonical_assembly, of_assembly
from compliance.review.sources import folder as templates_below
from compliance.security_report.model import Changed

if TYPE_CHECKING:
    from pathlib import Path

    from compliance.assembly import Assembly
    from compliance.config import Config


def changed(assembly: Assembly, *, config: Config, against: str, where: Path) -> Changed:
    """The review of one assembly.

    Args:
        assembly: as it was synthesized.
        config: tells where the snapshots are.
        against: a git revision, whose snapshots are the old side; the working tree's when empty.
        where: folder in the repository that is asked for the revision.

    Raises:
        SynthgateError: the revision is unknown, or the old side cannot be read.
    """
    environment = evidence.environment_of(assembly)
    inside = config.path(config.snapshots) / environment
    if against:
        if not revisions.known(against, where=where):
            raise SynthgateError(
                f"--against {against}: no such revision in the repository; give a branch, a tag or "
                "a commit, and fetch it where the clone is shallow"
            )
        shown = f"{against}:{config.snapshots}/{environment}".rstrip("/")
        try:
            old = revisions.read(shown, snapshots=inside, where=where).assembly
        except SynthgateError as error:
            return Changed(environment=environment, against=shown, review=None, reason=str(error))
    else:
        shown = f"{config.snapshots}/{environment}".rstrip("/")
        if not environment or not inside.is_dir():
            return Changed(
                environment=environment,
                against=shown,
                review=None,
                reason="no snapshots were accepted for it",
            )
        old = canonical_assembly(templates_below(inside))
    return Changed(
        environment=environment, against=shown, review=review(old, of_assembly(assembly))
    )
