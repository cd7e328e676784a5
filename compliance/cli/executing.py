"""`synthgate execution-policy`: what CloudFormation's own role may do."""

from __future__ import annotations

import enum
import re
import shlex
from pathlib import Path
from typing import Annotated

import typer

from compliance.findings import SynthgateError


class Format(enum.StrEnum):
    """How the policy is printed."""

    TEXT = "text"
    JSON = "json"


AssembliesArgument = Annotated[
    list[Path],
    typer.Argument(metavar="ASSEMBLY...", help="cdk.out folders that one execution role deploys."),
]
FolderOption = Annotated[
    Path | None,
    typer.Option(help="Folder for the documents, a file each.", show_default=False),
]


def execution_policy(
    assemblies: AssembliesArgument,
    *,
    account: Annotated[
        str | None,
        typer.Option(help="Account of stacks that name none, twelve digits.", show_default=False),
    ] = None,
    region: Annotated[
        str | None,
        typer.Option(help="Region of stacks that name none.", show_default=False),
    ] = None,
    output: FolderOption = None,
    format_: Annotated[
        Format,
        typer.Option("--format", help="What is printed; JSON holds the documents."),
    ] = Format.TEXT,
) -> None:
    """Write the policy of CloudFormation's own role.

    The least privilege that deploying needs, in place of AdministratorAccess.

    Exit 0 when it is whole, 1 when something is undecided, which is named.
    """
    from compliance.assembly import read  # noqa: PLC0415 - loaded when it is needed
    from compliance.cli.terminal import shown  # noqa: PLC0415 - likewise
    from compliance.execution_policy import make, reports  # noqa: PLC0415 - likewise

    _valid("account", account, r"[0-9]{12}", "twelve digits")
    _valid("region", region, r"[a-z]{2,4}(-[a-z]+)+-[0-9]+", "a region such as eu-central-1")
    policy = make([read(path) for path in assemblies], account=account, region=region)
    files = reports.write(policy, output) if output is not None else ()
    if format_ is Format.JSON:
        typer.echo(reports.to_json(policy))
    else:
        typer.echo(reports.to_text(policy, [shlex.quote(shown(path)) for path in files]), nl=False)
        if output is None:
            typer.echo("\nThe documents: --output FOLDER writes them, --format json prints them.")
    if policy.undecided:
        raise typer.Exit(1)


def _valid(name: str, value: str | None, form: str, allowed: str) -> None:
    if value is not None and re.fullmatch(form, value) is None:
        raise SynthgateError(f"--{name}: {value!r}; give {allowed}")
