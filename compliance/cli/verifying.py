"""`synthgate verify`: an attestation, held against what lies there."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Final

import typer

from compliance.cli import terminal
from compliance.cli.attested import (
    AssemblyArgument,
    AttestationOption,
    account_id,
    head,
    named_environment,
)
from compliance.cli.options import ConfigOption  # noqa: TC001 - Typer reads the annotation

_COMMIT: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_TEXT: Final = "text"
_JSON: Final = "json"


def _commit(value: str | None) -> str | None:
    if value is not None and not _COMMIT.fullmatch(value):
        raise typer.BadParameter(f"{value!r}: a commit's whole name is expected, 40 hex digits")
    return value


def _format(value: str) -> str:
    if value not in {_TEXT, _JSON}:
        raise typer.BadParameter(f"{value!r}: one of {_TEXT}, {_JSON}")
    return value


def verify(  # noqa: PLR0913 - an option each
    assembly: AssemblyArgument,
    *,
    attestation: AttestationOption = None,
    env: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Environment that it is for.",
            callback=named_environment,
            show_default=False,
        ),
    ] = None,
    account: Annotated[
        str | None,
        typer.Option(
            metavar="ID", help="Account that it is for.", callback=account_id, show_default=False
        ),
    ] = None,
    commit: Annotated[
        str | None,
        typer.Option(
            metavar="SHA",
            help="Commit that it is of; what is checked out by default.",
            callback=_commit,
            show_default=False,
        ),
    ] = None,
    max_age: Annotated[
        int | None,
        typer.Option(
            metavar="HOURS",
            min=1,
            help="How old it may be; the setting maximum-age-hours by default.",
            show_default=False,
        ),
    ] = None,
    config: ConfigOption = None,
    output_format: Annotated[
        str,
        typer.Option(
            "--format", metavar="FORMAT", help="How to report: text or json.", callback=_format
        ),
    ] = _TEXT,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print the outcome alone.")] = False,
) -> None:
    """Hold an attestation against the assembly.

    And against the policy, the commit and the time: everything that differs is named.
    """
    from compliance import config as configuration  # noqa: PLC0415 - each command loads its own
    from compliance import waivers  # noqa: PLC0415
    from compliance.attestation import (  # noqa: PLC0415
        attestation_path,
        keys,
        policy,
        telling,
        verifying,
    )
    from compliance.git import Head  # noqa: PLC0415

    settings = configuration.load(config)
    public = keys.configured(settings)
    file = attestation or attestation_path(assembly)
    stated = verifying.stated(file, public_key=public)
    out = head(settings, config)
    if commit is not None:
        out = Head(commit, out.dirty if out else ())
    found = verifying.verify(
        assembly,
        file,
        expected=verifying.Expected(
            now=dt.datetime.now(tz=dt.UTC),
            maximum_age=dt.timedelta(hours=max_age or settings.attestation.maximum_age_hours),
            public_key=public,
            policy=policy.of(settings, environment=stated),
            waivers=waivers.load(settings.path(settings.waivers), shown=settings.waivers),
            versions=policy.installed(settings),
            environment=env,
            account=account,
            commit=out,
        ),
    )
    if output_format == _JSON:
        typer.echo(telling.as_json(found, assembly=str(assembly)))
    else:
        for line in telling.in_text(
            found,
            assembly=terminal.shown(assembly),
            attestation=terminal.shown(file),
            quiet=quiet,
        ):
            typer.echo(line)
    raise typer.Exit(0 if found.holds else 1)
