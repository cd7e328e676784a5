"""`synthgate diff` and `synthgate access`: what a change does, and what access it grants anew.

Both exit with 0 when there is nothing to decide on, and with 1 when there is.
"""

from __future__ import annotations

import enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from compliance.cli import terminal
from compliance.cli.options import ConfigOption, OutputOption  # noqa: TC001 - Typer reads them

if TYPE_CHECKING:
    from compliance.config import Config
    from compliance.review.model import Review
    from compliance.review.sources import Source

_SOMETHING: Final = 1


class ReviewFormat(enum.StrEnum):
    """The formats of `synthgate diff --format`."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"


class AccessFormat(enum.StrEnum):
    """The formats of `synthgate access --format`."""

    TEXT = "text"
    JSON = "json"


def diff(
    old: Annotated[
        str,
        typer.Argument(
            metavar="OLD",
            help="A cdk.out folder, a folder of templates, a template file, or a git revision "
            "of the snapshots (main, HEAD~1, REV:folder).",
        ),
    ],
    new: Annotated[str, typer.Argument(metavar="NEW", help="Likewise.")],
    *,
    output_format: Annotated[
        ReviewFormat, typer.Option("--format", help="How to report.")
    ] = ReviewFormat.TEXT,
    output: OutputOption = None,
    config: ConfigOption = None,
) -> None:
    """Review a change: what is replaced, granted, exposed.

    And what is no longer protected. The raw diff comes last.
    """
    from compliance import config as configuration  # noqa: PLC0415 - each command loads its own
    from compliance.review import sources  # noqa: PLC0415
    from compliance.review.reviewing import review  # noqa: PLC0415

    policy = configuration.load(config)
    found = review(*sources.aligned(_source(old, policy), _source(new, policy)))
    text = _rendered(found, output_format, for_terminal=output is None)
    if output is None:
        typer.echo(text, nl=False)
    else:
        from compliance.files import write_whole  # noqa: PLC0415
        from compliance.review.wording import headline  # noqa: PLC0415

        write_whole(output, text)
        if found.templates:
            terminal.progress(f"{headline(found)}; see {terminal.shown(output)}")
    raise typer.Exit(_SOMETHING if found.templates else 0)


def access(
    old: Annotated[
        str,
        typer.Argument(
            metavar="OLD",
            help="An IAM policy document, a template or a cdk.out folder; - grants nothing.",
        ),
    ],
    new: Annotated[str, typer.Argument(metavar="NEW", help="Likewise, of the same kind.")],
    *,
    output_format: Annotated[
        AccessFormat, typer.Option("--format", help="How to report.")
    ] = AccessFormat.TEXT,
) -> None:
    """Decide whether policies grant any access anew."""
    from compliance.cli import grants  # noqa: PLC0415
    from compliance.iam.access.model import Result  # noqa: PLC0415

    found = grants.compared(old, new)
    if output_format is AccessFormat.JSON:
        from compliance.review import to_json  # noqa: PLC0415

        typer.echo(to_json.render_access(found), nl=False)
    else:
        from compliance.review import to_text  # noqa: PLC0415

        text = to_text.render_access(found, width=terminal.width(), color=terminal.color())
        typer.echo(text, nl=False)
    raise typer.Exit(0 if found.result is Result.NO_NEW_ACCESS else _SOMETHING)


def _rendered(found: Review, form: ReviewFormat, *, for_terminal: bool) -> str:
    from compliance.review import to_json, to_markdown, to_text  # noqa: PLC0415

    if form is ReviewFormat.JSON:
        return to_json.render(found)
    if form is ReviewFormat.MARKDOWN:
        return to_markdown.render(found)
    if for_terminal:
        return to_text.render(found, width=terminal.width(), color=terminal.color())
    return to_text.render(found)


def _source(text: str, policy: Config) -> Source:
    """One side of a comparison; a path comes before a revision of the same name."""
    path = Path(text)
    if path.exists():
        from compliance.review import sources  # noqa: PLC0415

        return sources.read(path)
    from compliance import revisions  # noqa: PLC0415

    return revisions.read(text, snapshots=policy.path(policy.snapshots), where=Path.cwd())
