"""The report that a security reviewer opens and decides from: one file, that asks for nothing.

Every text is masked, cleaned and escaped where it is written, whatever the template does. The one
script filters the findings; it is allowed by its hash, and nothing but the filter needs it.
"""

from __future__ import annotations

import functools
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final

from markupsafe import Markup, escape

from compliance import __version__, rules
from compliance.findings import Outcome, Verdict
from compliance.masking import mask_text
from compliance.reports import pages, presentable
from compliance.reports.grouping import FAULTS, blocks_of, gather, spots
from compliance.reports.wording import verdict_lines
from compliance.sanitize import printable
from compliance.security_report import summary
from compliance.security_report.change_view import views
from compliance.security_report.drawing import draw
from compliance.security_report.filtering import Choices
from compliance.security_report.model import Level, Of
from compliance.security_report.people import people
from compliance.security_report.showing import shown
from compliance.security_report.symbols import FAMILIES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jinja2 import Environment

    from compliance.security_report.model import Control, SecurityReport

TEMPLATES: Final = Path(__file__).parent / "templates"
LEVELS: Final = tuple(Level)


def render(
    found: SecurityReport,
    *,
    titles: Mapping[str, str] | None = None,
    equivalents: Mapping[str, Sequence[str]] | None = None,
) -> str:
    """The report as one self-contained page.

    Args:
        found: what it shows.
        titles: titles of rules by id, shown beside their controls; the catalogue's by default.
        equivalents: the stock rules that say the same as an own rule, by its id: they are shown
            once, under the own rule.

    Raises:
        ValueError: the verdict is green and the report's own rows say otherwise.
    """
    report = presentable(found.report)
    faults = spots(report, outcomes=FAULTS)
    same = equivalents or {}
    blocking = gather((spot for spot in faults if spot.blocking), equivalents=same)
    mild = gather((spot for spot in faults if not spot.blocking), equivalents=same)
    blocks = blocks_of(blocking)
    every = [*blocks, *blocks_of(mild)]
    choices = Choices(every, environments=[mask_text(name) for name in found.environments])
    changes = views(found.changes)
    today = found.provenance.written.date()
    style = pages.inlined(pages.TEMPLATES / "report.css", TEMPLATES / "security.css")
    script = pages.inlined(TEMPLATES / "filter.js")
    named = rules.by_id()
    return (
        _environment()
        .get_template("security.html.j2")
        .render(
            found=found,
            report=report,
            version=__version__,
            style=style,
            style_hash=pages.source_hash(style),
            script=script,
            script_hash=pages.source_hash(script),
            sentence=verdict_lines(report, blocking=len(blocks))[0],
            tallies=pages.tallies(blocks),
            facts=summary.facts(found, changes=changes, blocking=len(blocks)),
            changes=changes,
            pictures=[Of(each.environments, draw(each.value)) for each in found.architectures],
            families=FAMILIES,
            levels=LEVELS,
            people=people(found.access),
            blocking=blocking,
            blocking_count=len(blocks),
            mild=mild,
            mild_count=len(every) - len(blocks),
            choices=choices,
            passes=sum(finding.outcome is Outcome.PASS for finding in found.report.results),
            why=named,
            titles=titles or {name: rule.title for name, rule in named.items()},
            waivers=[
                (each, summary.age(each, today=today), summary.days_left(each, today=today))
                for each in found.waivers
            ],
            soon=summary.SOON,
            standards=_standards(found.controls),
            # What a rule that did not run would have said is not known.
            decided=report.verdict is not Verdict.ERROR,
        )
        .rstrip()
        + "\n"
    )


def _standards(controls: Sequence[Control]) -> list[tuple[str, list[Control]]]:
    ordered = sorted(controls, key=lambda control: control.standard)
    return [
        (standard, list(group))
        for standard, group in groupby(ordered, key=lambda control: control.standard)
    ]


@functools.cache
def _environment() -> Environment:
    found = pages.environment(TEMPLATES, fit=shown)
    found.filters["exact"] = _exact
    return found


def _exact(text: str) -> Markup:
    """A line whose blanks count, escaped; it is masked where the lines are gathered."""
    return escape(printable(text))
