"""`--format html`: one file, no script, no request; for a phone, the dark and paper too."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from compliance import __version__
from compliance.reports.grouping import FAULTS, PASSED, WAIVED, blocks_of, gather, spots
from compliance.reports.pages import TEMPLATES, environment, inlined, source_hash, tallies
from compliance.reports.wording import verdict_lines

if TYPE_CHECKING:
    from compliance.findings import Report
    from compliance.reports.interface import Options

_environment = functools.cache(environment)


def render(report: Report, *, options: Options) -> str:
    """The report as one self-contained page."""
    faults = spots(report, outcomes=FAULTS)
    same = options.equivalents
    blocking = gather((spot for spot in faults if spot.blocking), equivalents=same)
    mild = gather((spot for spot in faults if not spot.blocking), equivalents=same)
    blocks = blocks_of(blocking)
    style = inlined(TEMPLATES / "report.css")
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            report=report,
            version=__version__,
            style=style,
            style_hash=source_hash(style),
            sentence=verdict_lines(report, blocking=len(blocks))[0],
            tallies=tallies(blocks),
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
