"""Reports of a run, one module a format; the table below names them.

A format's module, and what it needs (Rich, Jinja2), is loaded when that format is first rendered.
"""

from __future__ import annotations

import enum
import importlib
from dataclasses import replace
from typing import TYPE_CHECKING, Final, cast

from compliance.findings import Outcome, Report, Verdict, decide
from compliance.masking import mask_report
from compliance.reports.interface import Options

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from compliance.reports.interface import Renderer

__all__ = ["Format", "presentable", "render"]


class Format(enum.StrEnum):
    """The formats of `synthgate check --format`."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    JUNIT = "junit"
    MARKDOWN = "markdown"
    HTML = "html"


_RENDERERS: Final[Mapping[Format, str]] = {
    Format.TEXT: "compliance.reports.to_text",
    Format.JSON: "compliance.reports.to_json",
    Format.SARIF: "compliance.reports.to_sarif",
    Format.JUNIT: "compliance.reports.to_junit",
    Format.MARKDOWN: "compliance.reports.to_markdown",
    Format.HTML: "compliance.reports.to_html",
}


def render(
    report: Report,
    *,
    format: Format,  # noqa: A002 - the name of the command's option
    show_passes: bool = False,
    width: int | None = None,
    color: bool = False,
    titles: Mapping[str, str] | None = None,
    equivalents: Mapping[str, Sequence[str]] | None = None,
) -> str:
    """A report in one format.

    Values that look like secrets are masked here, before any format sees them.

    Args:
        report: the run, results and engines in the order in which they are to appear.
        format: one of `Format`.
        show_passes: whether `pass` rows appear; `text` then lists the waived ones too.
        width: columns of the terminal (`text` only). None when the output is no terminal: the
            verdict is then one line however long it is.
        color: whether ANSI colours may be written (`text` only).
        titles: titles of rules by id (`sarif` only: code scanning shows them as an alert's title).
        equivalents: the stock rules that say the same as an own rule, by its id: formats for people
            show them once, under the own rule; the others leave each finding as it is.

    Returns:
        The text to print or write, which ends with a newline. To be encoded as UTF-8.

    Raises:
        ValueError: the verdict is green and the report's own rows say otherwise. That is a fault of
            the gate, and nothing green is shown for it.
    """
    shown = presentable(report, show_passes=show_passes)
    renderer = cast("Renderer", importlib.import_module(_RENDERERS[format]).render)
    return renderer(
        shown,
        options=Options(
            show_passes=show_passes,
            hidden_passes=len(report.results) - len(shown.results),
            width=width,
            color=color,
            titles=titles or {},
            equivalents=equivalents or {},
        ),
    )


def presentable(report: Report, *, show_passes: bool = False) -> Report:
    """A report as formats are given it: what looks like a secret is masked.

    Args:
        report: the run.
        show_passes: whether `pass` rows are kept.

    Raises:
        ValueError: the verdict is green and the report's own rows say otherwise.
    """
    _refuse_false_green(report)
    shown = tuple(
        finding for finding in report.results if show_passes or finding.outcome is not Outcome.PASS
    )
    return mask_report(replace(report, results=shown))


def _refuse_false_green(report: Report) -> None:
    if report.verdict is not Verdict.GREEN:
        return
    decided = decide(engines=report.engines, results=report.results, threshold=report.threshold)
    if decided is not Verdict.GREEN:
        raise ValueError(
            f"the report's verdict is 'green', but its engines and results make it '{decided}'; "
            "take the verdict from compliance.findings.decide"
        )
