"""The command `synthgate`.

Exit codes: 0 green, 1 red, 2 usage or unreadable input, 3 an engine did not run or broke. What a
user can cause is one line on standard error; a traceback is a bug and is shown only on request.

Typer builds the commands; everything else is imported where a command needs it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from compliance import __version__
from compliance.findings import SynthgateError, Verdict
from compliance.reports import Format

if TYPE_CHECKING:
    from collections.abc import Sequence

    from compliance.findings import Report

DEBUG: Final = "SYNTHGATE_DEBUG"
_BROKEN: Final = 3
_INTERRUPTED: Final = 130

app = typer.Typer(
    name="synthgate",
    help="An infrastructure gate for AWS CDK: cdk-nag, Checkov and own rules, one verdict.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    epilog="Exit codes: 0 green, 1 red, 2 usage or unreadable input, 3 an engine did not run.",
)

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        help="TOML file with [tool.synthgate]; the nearest pyproject.toml by default.",
        show_default=False,
    ),
]
OutputOption = Annotated[
    Path | None,
    typer.Option(help="Write the report here instead of printing it.", show_default=False),
]


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - Typer calls it so
    if wanted:
        typer.echo(f"synthgate {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Version.")
    ] = False,
) -> None:
    del version  # its callback has spoken


@app.command()
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
    import datetime as dt  # noqa: PLC0415 - each command loads what it needs

    from compliance import config as configuration  # noqa: PLC0415
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
            families=tuple(name.lower() for name in _listed(family)),
            rules=_listed(rule),
        ),
    )
    try:
        gate.prepare()
        report = gate.check([read(path) for path in paths])
    finally:
        gate.close()
    _deliver(report, output_format, output, show_passes=show_passes)
    raise typer.Exit(report.verdict.exit_code)


@app.command()
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
        _progress(f"{len(catalogue.write_pages(pages))} pages in {_shown(pages)}")


@app.command()
def explain(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="Its id, as any report names it.")],
    *,
    output_format: Annotated[
        str, typer.Option("--format", help="json, markdown or text.")
    ] = "text",
) -> None:
    """Explain a rule: why, how to mend it, an example, controls."""
    from compliance import catalogue  # noqa: PLC0415

    text = catalogue.explain(rule, form=output_format)
    if output_format == "text" and sys.stdout.isatty():
        from rich.console import Console  # noqa: PLC0415
        from rich.markdown import Markdown  # noqa: PLC0415

        Console().print(Markdown(text))
    else:
        typer.echo(text, nl=False)


@app.command()
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
    """Synthesize every environment, run every engine, compare the snapshots, decide."""
    import datetime as dt  # noqa: PLC0415

    from compliance import config as configuration  # noqa: PLC0415
    from compliance import pipeline  # noqa: PLC0415

    policy = configuration.load(config, start=project)
    report = pipeline.run(
        project=project,
        config=policy,
        environments=_listed(env),
        engines=_engines(engine),
        out=out if out.is_absolute() else project / out,
        today=dt.datetime.now(tz=dt.UTC).date(),
        progress=(lambda _: None) if quiet else _progress,
    )
    folder = pipeline.reports_folder(out if out.is_absolute() else project / out)
    pipeline.write_reports(report, folder)
    if quiet:
        typer.echo(_text(report).rstrip("\n").rsplit("\n", 1)[-1])
    else:
        typer.echo(_text(report), nl=False)
    typer.echo(f"Reports: {_shown(folder)}/ ({', '.join(pipeline.REPORTS)})")
    raise typer.Exit(report.verdict.exit_code)


def main() -> None:
    """Run the command. What a user can cause becomes one line and exit code 2."""
    try:
        sys.exit(app(prog_name="synthgate", standalone_mode=False))
    except typer.Abort:
        sys.exit(_INTERRUPTED)
    except SynthgateError as error:
        typer.echo(f"synthgate: {_one_line(str(error))}", err=True)
        sys.exit(2)
    except Exception as error:
        usage = _usage(error)
        if usage:
            typer.echo(usage, err=True)
            sys.exit(2)
        if os.environ.get(DEBUG):
            raise
        typer.echo(
            f"synthgate: internal error: {type(error).__name__}: {_one_line(str(error))}; "
            f"set {DEBUG}=1 for the traceback, and please report it",
            err=True,
        )
        sys.exit(_BROKEN)


def _usage(error: Exception) -> str:
    """What to tell of a command line that cannot be understood, empty for any other error."""
    # Typer has taken Click in, and exports no name for the base of its usage errors.
    if not isinstance(error, typer.BadParameter.__mro__[1]):
        return ""
    text = str(getattr(error, "format_message", error.__str__)())
    if "\n" in text:
        return text  # no argument at all: this is the help
    context = getattr(error, "ctx", None)
    command = "synthgate" if context is None else context.command_path
    return f"synthgate: {_one_line(text).rstrip('.')}; see `{command} --help`"


def _deliver(
    report: Report, output_format: Format, output: Path | None, *, show_passes: bool
) -> None:
    from compliance import catalogue  # noqa: PLC0415
    from compliance.files import write_whole  # noqa: PLC0415
    from compliance.reports import grouping, render  # noqa: PLC0415
    from compliance.reports.wording import verdict_lines  # noqa: PLC0415

    if output is None:
        text = (
            _text(report, show_passes=show_passes)
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
    typer.echo(f"synthgate: {verdict}; see {_shown(output)}", err=True)


def _text(report: Report, *, show_passes: bool = False) -> str:
    import shutil  # noqa: PLC0415

    from compliance import catalogue  # noqa: PLC0415
    from compliance.reports import render  # noqa: PLC0415

    terminal = sys.stdout.isatty()
    return render(
        report,
        format=Format.TEXT,
        show_passes=show_passes,
        width=shutil.get_terminal_size().columns if terminal else None,
        color=terminal and not os.environ.get("NO_COLOR"),
        equivalents=catalogue.equivalents(),
    )


def _listed(texts: Sequence[str] | None) -> tuple[str, ...]:
    """What an option lists: commas and repetitions alike."""
    return tuple(part.strip() for text in texts or () for part in text.split(",") if part.strip())


def _engines(texts: Sequence[str] | None) -> tuple[str, ...]:
    from compliance import engines  # noqa: PLC0415

    named = _listed(texts)
    return engines.NAMES if "all" in (name.lower() for name in named) else named


def _progress(text: str) -> None:
    typer.echo(f"synthgate: {text}", err=True)


def _shown(path: Path) -> str:
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _one_line(text: str) -> str:
    """A text without line breaks and control characters: names come from untrusted files."""
    from compliance.reports.sanitize import clean  # noqa: PLC0415

    return clean(text)
