"""The command `synthgate`.

Exit codes: 0 green, 1 red, 2 usage or unreadable input, 3 an engine did not run or broke. What a
user can cause is one line on standard error; a traceback is a bug and is shown only on request.

Typer builds the commands, one module a group; everything else is imported where a command needs it.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated, Final

import typer

from compliance import __version__
from compliance.cli import (
    attesting,
    catalogue,
    comparing,
    deploying,
    executing,
    judging,
    rehearsing,
    reporting,
    verifying,
)
from compliance.cli.terminal import one_line
from compliance.findings import SynthgateError

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


for _command in (
    judging.check,
    judging.gate,
    comparing.diff,
    comparing.access,
    reporting.report,
    rehearsing.rehearse,
    attesting.attest,
    verifying.verify,
    deploying.deploy,
    executing.execution_policy,
    catalogue.rules,
    catalogue.explain,
):
    app.command()(_command)


def main() -> None:
    """Run the command. What a user can cause becomes one line and exit code 2."""
    try:
        sys.exit(app(prog_name="synthgate", standalone_mode=False))
    except typer.Abort:
        sys.exit(_INTERRUPTED)
    except SynthgateError as error:
        typer.echo(f"synthgate: {one_line(str(error))}", err=True)
        sys.exit(2)
    except Exception as error:
        usage = _usage(error)
        if usage:
            typer.echo(usage, err=True)
            sys.exit(2)
        if os.environ.get(DEBUG):
            raise
        typer.echo(
            f"synthgate: internal error: {type(error).__name__}: {one_line(str(error))}; "
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
    return f"synthgate: {one_line(text).rstrip('.')}; see `{command} --help`"
