"""`synthgate rehearse`: deploy an assembly to a local AWS, and prove what it grants."""

from __future__ import annotations

import datetime as dt
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Never

import typer

from compliance.cli import terminal
from compliance.cli.options import ConfigOption  # noqa: TC001 - Typer reads the annotation

if TYPE_CHECKING:
    from compliance.config import Config
    from compliance.rehearsal.model import Rehearsal

BROKEN = 3
"""Exit code of a rehearsal that has no verdict."""
TOKEN = "SYNTHGATE_TOKEN"  # noqa: S105 - a variable's name
"""Environment variable with an access token for an API that asks for one (`--profile`)."""


def rehearse(  # noqa: PLR0913 - an option each
    assembly: Annotated[Path, typer.Argument(metavar="ASSEMBLY", help="A cdk.out folder.")],
    *,
    tests: Annotated[
        Path, typer.Option(metavar="PATH", help="Contract tests: a file or folder for pytest.")
    ],
    out: Annotated[Path, typer.Option(help="Where reports and logs are written.")] = Path(
        "build/rehearsal"
    ),
    port: Annotated[
        int, typer.Option(help="Port on loopback; a free one by default.", show_default=False)
    ] = 0,
    test_seconds: Annotated[
        int, typer.Option(min=1, help="How long the contract tests may take.")
    ] = 180,
    tamper: Annotated[
        bool, typer.Option(help="Take every grant away once, and see what breaks.")
    ] = True,
    profile: Annotated[
        str | None,
        typer.Option(
            help="Look at the stage deployed in this profile's account, in place of a local one.",
            show_default=False,
        ),
    ] = None,
    region: Annotated[
        str | None,
        typer.Option(help="Its region, if the assembly names none.", show_default=False),
    ] = None,
    base_url: Annotated[
        str | None,
        typer.Option(help="Where it answers, if by a name of its own.", show_default=False),
    ] = None,
    operator: Annotated[
        bool,
        typer.Option("--operator", help="Let its contract tests change settings, too."),
    ] = False,
    stranger: Annotated[
        str | None,
        typer.Option(
            metavar="PROFILE",
            help="Profile of somebody in its account whom nothing allows the API.",
            show_default=False,
        ),
    ] = None,
    trail_seconds: Annotated[
        int, typer.Option(min=0, help="How long to wait for its CloudTrail to tell of all calls.")
    ] = 300,
    config: ConfigOption = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print the verdict alone.")] = False,
) -> None:
    """Deploy to a local AWS that enforces IAM; prove grants.

    Every grant is exercised, and taken away once. Needs the CDK CLI and Node.js on PATH,
    and an interpreter with MiniStack.
    """
    from compliance import config as configuration  # noqa: PLC0415 - each command loads its own
    from compliance import waivers  # noqa: PLC0415
    from compliance.rehearsal import rehearsing, reports  # noqa: PLC0415
    from compliance.rehearsal.errors import RehearsalError  # noqa: PLC0415
    from compliance.rehearsal.request import Request  # noqa: PLC0415
    from compliance.rehearsal.scene import Where  # noqa: PLC0415

    deployed = profile is not None or region is not None
    if not deployed and (base_url is not None or stranger is not None or operator):
        raise typer.BadParameter(
            "--base-url, --stranger and --operator are for a deployed stage; name its account with "
            "--profile or --region"
        )
    policy = configuration.load(config)
    request = Request(
        folder=assembly,
        tests=tests,
        config=policy,
        waivers=waivers.load(policy.path(policy.waivers), shown=policy.waivers),
        today=dt.datetime.now(tz=dt.UTC).date(),
        out=out,
        environ=dict(os.environ),
        python=_interpreter(policy),
        port=port,
        test_seconds=test_seconds,
        tamper=tamper,
        progress=(lambda _: None) if quiet else terminal.progress,
    )
    # So that everything is stopped and removed when a CI job is cancelled, too.
    for sent in (signal.SIGTERM, signal.SIGHUP):
        # What is ignored, as `nohup` does, stays so.
        if signal.getsignal(sent) is not signal.SIG_IGN:
            signal.signal(sent, _terminated)
    try:
        if not deployed:
            _leave_accounts()
            rehearsal = rehearsing.rehearse(request)
        else:
            rehearsal = rehearsing.look_at(
                request,
                Where(
                    profile=profile,
                    region=region,
                    base_url=base_url,
                    token=os.environ.get(TOKEN),
                    operator=operator,
                    stranger=stranger,
                    trail_seconds=trail_seconds,
                ),
            )
    except RehearsalError as error:
        typer.echo(f"synthgate: {terminal.one_line(str(error))}", err=True)
        raise typer.Exit(BROKEN) from None
    reports.write(rehearsal, out)
    _tell(rehearsal, quiet=quiet)
    typer.echo(f"Reports: {terminal.shown(out)}/ ({', '.join(reports.FILES)})")
    raise typer.Exit(rehearsal.report.verdict.exit_code)


def _tell(rehearsal: Rehearsal, *, quiet: bool) -> None:
    from compliance.rehearsal.reports import to_text  # noqa: PLC0415

    text = to_text.render(rehearsal, width=terminal.width(), color=terminal.color())
    typer.echo(text.rstrip("\n").rsplit("\n", 1)[-1] if quiet else text.rstrip("\n"))


def _interpreter(policy: Config) -> str:
    named = policy.ministack_python
    if named is None:
        return sys.executable
    # Not resolved: a virtual environment's interpreter is a link, and is known by the link's place.
    return str(policy.root / named) if os.sep in named else named


def _terminated(sent: int, _: object) -> Never:
    raise SystemExit(128 + sent)


def _leave_accounts() -> None:
    """Forget the user's own AWS settings and proxies: boto3 reads them from the environment."""
    from compliance.rehearsal.local.trust import without_aws  # noqa: PLC0415 - a rehearsal's alone

    kept = without_aws(os.environ)
    os.environ.clear()
    os.environ.update(kept)
