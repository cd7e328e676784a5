"""`synthgate deploy`: deploy an assembly that an attestation holds for, and nothing else."""

from __future__ import annotations

import datetime as dt
import os
import secrets
import signal
import sys
from pathlib import Path
from typing import Annotated, Final, Never

import typer

from compliance.cli import terminal
from compliance.cli.attested import AttestationOption, head, named_environment
from compliance.cli.options import ConfigOption  # noqa: TC001 - Typer reads the annotation
from compliance.findings import SynthgateError

REFUSED: Final = 1
BROKEN: Final = 3
"""Exit codes: something does not hold or somebody said no; the deployment broke."""


def deploy(  # noqa: PLR0913 - an option each
    assembly: Annotated[
        Path, typer.Argument(metavar="ASSEMBLY", help="The cdk.out folder that was attested.")
    ],
    *,
    env: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="Environment that is deployed to.", callback=named_environment
        ),
    ],
    attestation: AttestationOption = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Execute every change set without a question, as in CI.")
    ] = False,
    profile: Annotated[
        str | None,
        typer.Option(help="Profile of the AWS configuration.", show_default=False),
    ] = None,
    region: Annotated[
        str | None,
        typer.Option(help="Region of the stacks that name none.", show_default=False),
    ] = None,
    out: Annotated[
        Path, typer.Option(help="Where deployments.jsonl and deploy.log are appended to.")
    ] = Path("build"),
    config: ConfigOption = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", help="Tell nothing of what is being done meanwhile.")
    ] = False,
) -> None:
    """Deploy exactly the attested files.

    Each change set is reviewed first. Nothing is synthesized. Needs the CDK CLI and Node.js on
    PATH, and credentials of the account.
    """
    from compliance import config as configuration  # noqa: PLC0415 - each command loads its own
    from compliance import waivers  # noqa: PLC0415
    from compliance.attestation import attestation_path, keys, policy  # noqa: PLC0415
    from compliance.attestation.verifying import Expected  # noqa: PLC0415
    from compliance.deployment import deploying, to_text  # noqa: PLC0415
    from compliance.deployment.errors import DeploymentError, Refused  # noqa: PLC0415
    from compliance.deployment.model import Request  # noqa: PLC0415

    if not yes and not sys.stdin.isatty():
        raise SynthgateError(
            "nobody can be asked, because standard input is no terminal; next: review the change "
            "sets in a terminal, or give --yes"
        )
    settings = configuration.load(config)
    request = Request(
        folder=assembly,
        attestation=attestation or attestation_path(assembly),
        expected=Expected(
            now=_now(),
            maximum_age=dt.timedelta(hours=settings.attestation.maximum_age_hours),
            public_key=keys.configured(settings),
            policy=policy.of(settings, environment=env),
            waivers=waivers.load(settings.path(settings.waivers), shown=settings.waivers),
            versions=policy.installed(settings),
            environment=env,
            commit=head(settings, config),
            everything=True,
        ),
        configured=settings.deploy.accounts.get(env),
        contract_tests=settings.deploy.contract_tests,
        profile=profile,
        region=region,
        environ=dict(os.environ),
        out=out,
        ask=None if yes else _confirmed,
        tell=_tell,
        progress=(lambda _: None) if quiet else terminal.progress,
        clock=_now,
        change_set=f"synthgate-{secrets.token_hex(8)}",
        width=terminal.width(),
        color=terminal.color(),
    )
    # So that what goes on in AWS is told and recorded when a CI job is cancelled, too.
    for sent in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(sent) is not signal.SIG_IGN:
            signal.signal(sent, _terminated)
    try:
        deploying.deploy(request)
    except Refused as refusal:
        for reason in refusal.reasons:
            typer.echo(terminal.one_line(reason), err=True)
        typer.echo(f"NOT DEPLOYED: {terminal.one_line(env)}", err=True)
        raise typer.Exit(REFUSED) from None
    except DeploymentError as error:
        _tell(
            to_text.failure(
                str(error),
                error.cause,
                error.guidance,
                width=terminal.width(),
                color=terminal.color(),
            )
        )
        typer.echo(f"FAILED: {terminal.one_line(env)} is not deployed as attested", err=True)
        raise typer.Exit(BROKEN) from None
    _tell(f"Record: {terminal.shown(out / 'deployments.jsonl')}\n")


def _now() -> dt.datetime:
    return dt.datetime.now(tz=dt.UTC)


def _tell(text: str) -> None:
    typer.echo(text, nl=False)
    sys.stdout.flush()


def _confirmed(question: str) -> bool:
    try:
        return typer.confirm(question, default=False)
    except typer.Abort:
        return False  # No answer is no.


def _terminated(sent: int, _: object) -> Never:
    raise SystemExit(128 + sent)
