"""`--format html`: one file, no script, no request; for a phone, the dark and paper too."""

from __future__ import annotations

import base64
import functools
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from compliance import __version__
from compliance.findings import Report, Severity
from compliance.reports.grouping import (
    FAULTS,
    PASSED,
    WAIVED,
    Block,
    blocks_of,
    gather,
    spots,
)
from compliance.reports.sanitize import clean
from compliance.reports.wording import counted, listed, verdict_lines

if TYPE_CHECKING:
    from collections.abc import Iterable

    from compliance.reports.interface import Options

_TEMPLATES: Final = Path(__file__).parent / "templates"
_LIMIT: Final = 1000


def render(report: Report, *, options: Options) -> str:
    """The report as one self-contained page."""
    faults = spots(report, outcomes=FAULTS)
    same = options.equivalents
    blocking = gather((spot for spot in faults if spot.blocking), equivalents=same)
    mild = gather((spot for spot in faults if not spot.blocking), equivalents=same)
    blocks = blocks_of(blocking)
    # Our own file, not a template author's: the one text of the page that is not escaped.
    style = Markup((_TEMPLATES / "report.css").read_text(encoding="utf-8"))  # noqa: S704
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            report=report,
            version=__version__,
            style=style,
            # The style of this page and nothing else may take effect (CSP Level 3, hash-source).
            style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
            sentence=verdict_lines(report, blocking=len(blocks))[0],
            tallies=_tallies(blocks),
            blocking=blocking,
            mild=mild,
            mild_count=len(blocks_of(mild)),
            waived=blocks_of(gather(spots(report, outcomes=WAIVED))),
            passed=blocks_of(gather(spots(report, outcomes=PASSED))),
            hidden_passes=options.hidden_passes,
        )
        .rstrip()
        + "\n"
    )


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # Every value is cleaned, whatever the template does or forgets; autoescape comes after it.
        finalize=_finalize,
    )
    environment.filters["counted"] = counted
    environment.filters["listed"] = listed
    return environment


def _finalize(value: object) -> object:
    if isinstance(value, str) and not isinstance(value, Markup):
        return clean(value, limit=_LIMIT)
    return value


def _tallies(blocks: Iterable[Block]) -> list[tuple[Severity, int]]:
    levels = [block.severity for block in blocks]
    worst_first = sorted(Severity, key=lambda level: -level.rank)
    return [(level, levels.count(level)) for level in worst_first]
