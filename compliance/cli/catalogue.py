"""`synthgate rules` and `synthgate explain`: the catalogue in words."""

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 - Typer reads annotations at run time
from typing import Annotated

import typer

from compliance.cli.terminal import progress, shown


def rules(
    *,
    output_format: Annotated[
        str, typer.Option("--format", help="json, markdown or text.")
    ] = "text",
    pages: Annotated[
        Path | None,
        typer.Option(help="Write a page for each rule into this folder.", show_default=False),
    ] = None,
) -> None:
    """List the catalogue."""
    from compliance import catalogue  # noqa: PLC0415

    if pages is None:
        typer.echo(catalogue.render(output_format), nl=False)
    else:
        progress(f"{len(catalogue.write_pages(pages))} pages in {shown(pages)}")


def explain(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="Its id, as any report names it.")],
    *,
    output_format: Annotated[
        str, typer.Option("--format", help="json, markdown or text.")
    ] = "text",
) -> None:
    """Explain a rule: why, how to mend it, controls."""
    from compliance import catalogue  # noqa: PLC0415

    text = catalogue.explain(rule, form=output_format)
    if output_format == "text" and sys.stdout.isatty():
        from rich.console import Console  # noqa: PLC0415
        from rich.markdown import Markdown  # noqa: PLC0415

        Console().print(Markdown(text))
    else:
        typer.echo(text, nl=False)
