"""What people and machines read of a rehearsal; the table below names the files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.files import write_whole
from compliance.rehearsal.reports import to_json, to_markdown, to_text
from compliance.rehearsal.reports.sound import presentable
from compliance.rehearsal.rules import RULES
from compliance.reports import Format, render

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from compliance.rehearsal.model import Rehearsal

__all__ = ["FILES", "write"]

_TITLES: Final = {rule.id: rule.title for rule in RULES.values()}


def _junit(rehearsal: Rehearsal) -> str:
    return render(presentable(rehearsal).report, format=Format.JUNIT)


def _sarif(rehearsal: Rehearsal) -> str:
    return render(presentable(rehearsal).report, format=Format.SARIF, titles=_TITLES)


FILES: Final[Mapping[str, Callable[[Rehearsal], str]]] = {
    "report.txt": to_text.render,
    "report.md": to_markdown.render,
    "report.json": to_json.render,
    "report.junit.xml": _junit,
    "report.sarif": _sarif,
}
"""The files of a rehearsal, and what renders each."""


def write(rehearsal: Rehearsal, folder: Path) -> None:
    """Write all files of a rehearsal, each whole or not at all.

    All are rendered before the first is written.

    Args:
        rehearsal: what came of it.
        folder: where to; made when it is not there.

    Raises:
        SynthgateError: a file cannot be written.
        ValueError: the verdict is green and what was seen says otherwise; nothing is written.
    """
    texts = {name: renderer(rehearsal) for name, renderer in FILES.items()}
    for name, text in texts.items():
        write_whole(folder / name, text)
