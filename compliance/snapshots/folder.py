"""Where snapshots lie: one file a template, in a folder for each environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compliance.files import files_below
from compliance.review.sources import SUFFIX, template_name

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path


def path_of(folder: Path, name: str) -> Path:
    """The file of a template's snapshot."""
    return folder / f"{name}{SUFFIX}"


def accepted(folder: Path) -> dict[str, str]:
    """The texts of all snapshots below a folder, by name."""
    return {
        template_name(path.relative_to(folder).as_posix()): path.read_text(
            encoding="utf-8", errors="replace"
        )
        for path in files_below(folder, f"*{SUFFIX}")
    }


def orphans(folder: Path, names: Collection[str]) -> list[Path]:
    """Snapshots below a folder that belong to no template of these names."""
    return [
        path
        for path in files_below(folder, f"*{SUFFIX}")
        if template_name(path.relative_to(folder).as_posix()) not in names
    ]
