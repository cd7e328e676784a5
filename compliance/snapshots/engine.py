"""Compares an assembly's templates with the accepted snapshots, for the gate."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from compliance import __version__
from compliance.engines import evidence
from compliance.engines.base import Answer, Engine
from compliance.files import files_below
from compliance.findings import EngineRun, Finding, Outcome, Severity, Status
from compliance.snapshots import difference
from compliance.snapshots.canonical import asset_hashes, canonical

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from compliance.assembly.model import Template
    from compliance.rules.base import Context

SUFFIX: Final = ".template.json"


class SnapshotsEngine(Engine):
    """Every template has its snapshot, every snapshot its template, and they are equal.

    Args:
        folder: where the snapshots lie, a folder for each environment.
        environments: every environment that the app knows: a folder of another one is left over.
    """

    name = "snapshots"

    def __init__(self, folder: Path, *, environments: Collection[str] = ()) -> None:
        self._folder = folder
        self._environments = frozenset(environments)

    def examine(self, context: Context) -> Answer:
        """Compare the assembly with the snapshots of its environment."""
        start = time.perf_counter()
        assembly = context.assembly
        record = evidence.read(assembly)
        folder = self._folder / record.environment if record else self._folder
        assets = asset_hashes(assembly)
        found = []
        names = set()
        for template in assembly.templates:
            name = snapshot_name(template)
            names.add(name)
            path = folder / f"{name}{SUFFIX}"
            old = path.read_text(encoding="utf-8") if path.is_file() else ""
            new = canonical(template.body, assets=assets)
            shown = path.relative_to(self._folder.parent).as_posix()
            if old != new:
                found.append(_finding(template, shown, old=old, new=new))
            else:
                found.append(_passed(template, shown))
        left_over = [*orphans(folder, names), *self._of_other_environments()]
        found += [_orphan(path.relative_to(self._folder.parent).as_posix()) for path in left_over]
        return Answer(
            EngineRun(
                self.name,
                Status.RAN,
                __version__,
                rules=1,
                resources=assembly.size,
                seconds=time.perf_counter() - start,
            ),
            tuple(found),
        )

    def _of_other_environments(self) -> Iterator[Path]:
        """Snapshots of environments that the app knows no more, told once a run."""
        known, self._environments = self._environments, frozenset()
        for path in files_below(self._folder, f"*{SUFFIX}") if known else ():
            if path.relative_to(self._folder).parts[0] not in known:
                yield path


def orphans(folder: Path, names: Collection[str]) -> list[Path]:
    """Snapshots in an environment's folder that belong to no template of these names."""
    return [
        path
        for path in files_below(folder, f"*{SUFFIX}")
        if path.relative_to(folder).as_posix().removesuffix(SUFFIX) not in names
    ]


def snapshot_name(template: Template) -> str:
    """Name of a template's snapshot inside its environment: its file's, without the ending."""
    return template.name.removesuffix(SUFFIX)


def _finding(template: Template, shown: str, *, old: str, new: str) -> Finding:
    return Finding(
        engine=SnapshotsEngine.name,
        rule="snapshot-changed" if old else "snapshot-missing",
        severity=Severity.HIGH,
        outcome=Outcome.FAIL,
        message=f"The template is not the one that was accepted: "
        f"{difference.headline(old=old, new=new)}.",
        template=template.name,
        stack=template.stack,
        location=shown,
        observed=_first_changes(old, new),
        remediation=f"Review the change, then accept it: {difference.ACCEPT}",
    )


def _passed(template: Template, shown: str) -> Finding:
    return Finding(
        engine=SnapshotsEngine.name,
        rule="snapshot-changed",
        severity=Severity.HIGH,
        outcome=Outcome.PASS,
        message="The template is the accepted one.",
        template=template.name,
        stack=template.stack,
        location=shown,
    )


def _orphan(shown: str) -> Finding:
    return Finding(
        engine=SnapshotsEngine.name,
        rule="snapshot-orphaned",
        severity=Severity.HIGH,
        outcome=Outcome.FAIL,
        message="No template belongs to this snapshot any more: a stack was removed or renamed.",
        template=shown,
        location=shown,
        remediation=f"Review the removal, then accept it: {difference.ACCEPT}",
    )


def _first_changes(old: str, new: str, most: int = 6) -> str:
    """The first changed lines, for a report that has no room for all."""
    before, after = set(old.splitlines()), set(new.splitlines())
    lines = [f"-{line.strip()}" for line in old.splitlines() if line not in after]
    lines += [f"+{line.strip()}" for line in new.splitlines() if line not in before]
    more = f" … {len(lines) - most} lines more" if len(lines) > most else ""
    return " ".join(lines[:most]) + more
