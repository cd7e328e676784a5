"""`synthgate check` and `synthgate gate`: what the engines say of templates."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from compliance.cli import terminal
from compliance.cli.options import ConfigOption, OutputOption, listed
from compliance.findings import Verdict
from compliance.reports import Format

if TYPE_CHECKING:
    from collections.abc import Sequence

    from compliance.findings import Report


def check(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH...", help="A cdk.out folder or a template file.")
    ],
    *,
    engine: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LIST",
            help="Engines that must run: own,cdk-nag,checkov,cloudformation or all.",
            show_default=False,
        ),
    ] = None,
    family: Annotated[
        list[str] | None,
        typer.Option(metavar="LIST", help="Only these families: iam,api,log.", show_default=False),
    ] = None,
    rule: Annotated[
        list[str] | None,
        typer.Option(metavar="LIST", help="Only these rules, by id.", show_default=False),
    ] = None,
    output_format: Annotated[Format, typer.Option("--format", help="How to report.")] = Format.TEXT,
    output: OutputOption = None,
    config: ConfigOption = None,
    show_passes: Annotated[
        bool, typer.Option("--show-passes", help="Report what passed as well.")
    ] = False,
) -> None:
    """Judge cloud assemblies and templates."""
    from compliance import config as configuration  # noqa: PLC0415 - each command loads its own
    from compliance import waivers  # noqa: PLC0415
    from compliance.assembly import read  # noqa: PLC0415
    from compliance.gate import Gate, Scope  # noqa: PLC0415

    policy = configuration.load(config)
    gate = Gate(
        config=policy,
        waivers=waivers.load(policy.path(policy.waivers), shown=policy.waivers),
        today=dt.datetime.now(tz=dt.UTC).date(),
        scope=Scope(
            engines=_engines(engine),
            families=tuple(name.lower() for name in listed(family)),
            rules=listed(rule),
        ),
    )
    # Lines of progress are for those who wait at a terminal; a script reads the report alone.
    with terminal.telling(quiet=not sys.stderr.isatty()) as tell:
        try:
            gate.prepare()
            report = gate.check([read(path) for path in paths], progress=tell)
        finally:
            gate.close()
    _deliver(report, output_format, output, show_passes=show_passes)
    raise typer.Exit(report.verdict.exit_code)


def gate(
    *,
    project: Annotated[Path, typer.Option(help="Folder with cdk.json.", file_okay=False)] = Path(),
    env: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LIST",
            help="Environments, by name; every one of cdk.json by default.",
            show_default=False,
        ),
    ] = None,
    engine: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LIST",
            help="Only these engines; every one and the snapshots by default.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[Path, typer.Option(help="Where assemblies and reports are written.")] = Path(
        "build"
    ),
    config: ConfigOption = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print the verdict alone.")] = False,
) -> None:
    """Synthesize every environment, judge, compare, decide.

    Every engine runs; every template is compared with its accepted snapshot.
    """
    from compliance import config as configuration  # noqa: PLC0415
    from compliance import pipeline  # noqa: PLC0415
    from compliance.files import remove  # noqa: PLC0415

    policy = configuration.load(config, start=project)
    folder = pipeline.reports_folder(out if out.is_absolute() else project / out)
    remove(folder, pipeline.REPORTS)
    with terminal.telling(quiet=quiet) as tell:
        report = pipeline.run(
            project=project,
            config=policy,
            environments=listed(env),
            engines=_engines(engine),
            out=out if out.is_absolute() else project / out,
            today=dt.datetime.now(tz=dt.UTC).date(),
            progress=tell,
        )
    pipeline.write_reports(report, folder)
    if quiet:
        typer.echo(in_text(report).rstrip("\n").rsplit("\n", 1)[-1])
    else:
        typer.echo(in_text(report), nl=False)
    typer.echo(f"Reports: {terminal.shown(folder)}/ ({', '.join(pipeline.REPORTS)})")
    raise typer.Exit(report.verdict.exit_code)


def _deliver(
    report: Report, output_format: Format, output: Path | None, *, show_passes: bool
) -> None:
    from compliance import catalogue  # noqa: PLC0415
    from compliance.files import write_whole  # noqa: PLC0415
    from compliance.reports import grouping, render  # noqa: PLC0415
    from compliance.reports.wording import verdict_lines  # noqa: PLC0415

    if output is None:
        text = (
            in_text(report, show_passes=show_passes)
            if output_format is Format.TEXT
            else render(
                report,
                format=output_format,
                show_passes=show_passes,
                titles=catalogue.titles(),
                equivalents=catalogue.equivalents(),
            )
        )
        typer.echo(text, nl=False)
        return
    text = render(
        report,
        format=output_format,
        show_passes=show_passes,
        titles=catalogue.titles(),
        equivalents=catalogue.equivalents(),
    )
    write_whole(output, text)
    if report.verdict is Verdict.GREEN:
        return
    blocks = grouping.blocking_blocks(report, equivalents=catalogue.equivalents())
    verdict = verdict_lines(report, blocking=len(blocks))[-1]
    typer.echo(f"synthgate: {verdict}; see {terminal.shown(output)}", err=True)


def in_text(report: Report, *, show_passes: bool = False) -> str:
    """A report as the terminal shows it, in its width and colours."""
    from compliance import catalogue  # noqa: PLC0415
    from compliance.reports import render  # noqa: PLC0415

    return render(
        report,
        format=Format.TEXT,
        show_passes=show_passes,
        width=terminal.width(),
        color=terminal.color(),
        equivalents=catalogue.equivalents(),
    )


def _engines(texts: Sequence[str] | None) -> tuple[str, ...]:
    from compliance import engines  # noqa: PLC0415

    named = listed(texts)
    return engines.NAMES if "all" in (name.lower() for name in named) else named
