"""`synthgate report`: what a security reviewer decides from."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from compliance.cli import terminal
from compliance.cli.options import ConfigOption  # noqa: TC001 - Typer reads the annotation
from compliance.findings import SynthgateError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from compliance.assembly import Assembly
    from compliance.config import Config
    from compliance.findings import Report
    from compliance.git import Head
    from compliance.waivers import Waivers

REHEARSAL = Path("build/rehearsal/report.json")
"""Where the evidence of grants is looked for unless it is named."""


def report(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH...", help="A cdk.out folder or a template file.")
    ],
    *,
    against: Annotated[
        str,
        typer.Option(
            metavar="REV",
            help="Compare with the snapshots of this git revision; with the accepted ones by "
            "default.",
            show_default=False,
        ),
    ] = "",
    rehearsal: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help=f"A rehearsal's report.json, for the evidence of grants; {REHEARSAL} by default, "
            "where it is.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[Path, typer.Option(help="Where the reports are written.")] = Path(
        "build/review"
    ),
    config: ConfigOption = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print the verdict alone.")] = False,
) -> None:
    """Write the report that a security reviewer reads.

    As HTML, Markdown, SARIF, JUnit XML and JSON, of one run of the engines.
    """
    from compliance import config as configuration  # noqa: PLC0415 - each command loads its own
    from compliance import security_report, waivers  # noqa: PLC0415
    from compliance.assembly import read  # noqa: PLC0415
    from compliance.cli.judging import in_text  # noqa: PLC0415
    from compliance.files import remove  # noqa: PLC0415
    from compliance.git import committed  # noqa: PLC0415
    from compliance.security_report import changes, gathering, provenance, rehearsed  # noqa: PLC0415

    now = dt.datetime.now(tz=dt.UTC)
    policy = configuration.load(config)
    accepted = waivers.load(policy.path(policy.waivers), shown=policy.waivers)
    remove(out, security_report.FILES)
    files = rehearsal if rehearsal is not None else [REHEARSAL] if REHEARSAL.is_file() else []
    rehearsals = [rehearsed.read(file) for file in files]
    assemblies = [read(path) for path in paths]
    with terminal.telling(quiet=quiet) as tell:
        judged = gathering.Judged(
            report=_judged(assemblies, policy, accepted, today=now.date(), tell=tell),
            assemblies=assemblies,
            config=policy,
            waivers=accepted,
        )
        tell("gathering what the assemblies are")
        found = gathering.gather(
            judged,
            changes=[
                changes.changed(assembly, config=policy, against=against, where=Path.cwd())
                for assembly in assemblies
            ],
            provenance=provenance.provenance(
                report=judged.report,
                assemblies=assemblies,
                config=policy,
                head=_head(),
                written=now,
                rehearsals=[each.shown for each in rehearsals],
            ),
            committed=committed(policy.path(policy.waivers)),
            rehearsals=rehearsals,
        )
        tell("writing the report")
        security_report.write(found, out)
    lines = in_text(judged.report)
    typer.echo(lines.rstrip("\n").rsplit("\n", 1)[-1] if quiet else lines.rstrip("\n"))
    typer.echo(f"Reports: {terminal.shown(out)}/ ({', '.join(security_report.FILES)})")
    raise typer.Exit(judged.report.verdict.exit_code)


def _judged(
    assemblies: Sequence[Assembly],
    config: Config,
    accepted: Waivers,
    *,
    today: dt.date,
    tell: Callable[[str], None],
) -> Report:
    """What the engines say: all of them and the snapshots, of what this project's gate has made."""
    from compliance import pipeline  # noqa: PLC0415
    from compliance.engines import evidence  # noqa: PLC0415
    from compliance.gate import Gate  # noqa: PLC0415

    if all(evidence.environment_of(assembly) for assembly in assemblies):
        return pipeline.judge(*assemblies, config=config, today=today, progress=tell)
    gate = Gate(config=config, waivers=accepted, today=today)
    try:
        gate.prepare()
        return gate.check(assemblies, progress=tell)
    finally:
        gate.close()


def _head() -> Head | None:
    from compliance.git import head  # noqa: PLC0415

    try:
        return head(Path.cwd())
    except SynthgateError:
        return None  # The report says that it is of no commit.
