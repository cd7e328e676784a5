"""The report that a security reviewer decides from: what changes, who may do what, what is open.

Every format is written from one set of results.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance import catalogue
from compliance.files import write_whole
from compliance.reports import Format, render

if TYPE_CHECKING:
    from pathlib import Path

    from compliance.security_report.model import SecurityReport

PAGE: Final = "report.html"
COMMENT: Final = "report.md"
_FORMATS: Final = {
    "report.json": Format.JSON,
    "report.sarif": Format.SARIF,
    "report.junit.xml": Format.JUNIT,
}
"""Files that are written as `synthgate check` writes them."""
FILES: Final = (PAGE, COMMENT, *_FORMATS)


def write(found: SecurityReport, folder: Path) -> None:
    """Write every one of `FILES`, each whole or not at all."""
    from compliance.security_report import to_html, to_markdown  # noqa: PLC0415 - Jinja2

    titles, same = catalogue.titles(), catalogue.equivalents()
    write_whole(folder / PAGE, to_html.render(found, titles=titles, equivalents=same))
    write_whole(folder / COMMENT, to_markdown.render(found, equivalents=same))
    for name, form in _FORMATS.items():
        text = render(found.report, format=form, titles=titles, equivalents=same)
        write_whole(folder / name, text)
