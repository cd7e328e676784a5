"""`synthgate attest`: what was judged, written down."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass, replace
from pathlib import Path  # noqa: TC003 - Typer reads annotations at run time
from typing import TYPE_CHECKING, Annotated, Final

import typer

from compliance.cli import terminal
from compliance.cli.attested import (
    AccountOption,
    AssemblyArgument,
    head,
    named_environment,
)
from compliance.cli.options import ConfigOption  # noqa: TC001 - Typer reads the annotation
from compliance.findings import SynthgateError, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from securesystemslib.signer import CryptoSigner  # type: ignore[attr-defined]  # public name

    from compliance.assembly.copying import Copied
    from compliance.attestation import stating
    from compliance.attestation.keys import PublicKey
    from compliance.config import Config
    from compliance.findings import Report
    from compliance.git import Head

SIGNING_KEY: Final = "SYNTHGATE_SIGNING_KEY"
"""Environment variable with the private key in PEM, where no file is given."""


def attest(
    assembly: AssemblyArgument,
    *,
    env: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Environment that the assembly has to be of.",
            callback=named_environment,
            show_default=False,
        ),
    ] = None,
    account: AccountOption = None,
    key: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help=f"Private key in PEM, where a public one is configured; ${SIGNING_KEY} by "
            "default.",
            show_default=False,
        ),
    ] = None,
    rehearsal: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="report.json of this assembly's rehearsal.", show_default=False
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Where the attestation is written; beside the assembly by default.",
            show_default=False,
        ),
    ] = None,
    config: ConfigOption = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print the outcome alone.")] = False,
) -> None:
    """Judge an assembly, and attest what came of it.

    Every engine and the snapshots judge it; the attestation is over each of its files.
    """
    from compliance import config as configuration  # noqa: PLC0415 - each command loads its own
    from compliance.assembly import copying, digests  # noqa: PLC0415
    from compliance.attestation import (  # noqa: PLC0415
        attestable,
        attestation_path,
        keys,
        sealing,
        stating,
        telling,
    )
    from compliance.cli.judging import in_text  # noqa: PLC0415
    from compliance.files import remove, write_whole  # noqa: PLC0415

    now = dt.datetime.now(tz=dt.UTC)
    settings = configuration.load(config)
    target = _target(output or attestation_path(assembly), assembly)
    if output is not None:
        # What is named by hand could be any file; where it lies by default, none other does.
        sealing.refuse_another(target, shown=str(output))
    # Whatever ends this run early, no attestation of an earlier one is taken for its own.
    remove(target.parent, [target.name])
    public = keys.configured(settings)
    signer = _signer(public, key)
    attestable.refuse_parts(assembly)
    # A copy, which nobody else writes to: whoever swaps a file while it is judged, and puts it back
    # afterwards, could have had another one judged.
    name = assembly.resolve().name
    with copying.private(assembly, purpose="attestation", name=name) as copied:
        asked = _Asked(
            env=env,
            account=account,
            rehearsal=rehearsal,
            config=config,
            now=now,
            tell=(lambda _: None) if quiet else terminal.progress,
        )
        try:
            report, facts, others = _judged(copied, settings, asked)
        except SynthgateError as error:
            raise SynthgateError(copied.named(str(error))) from error
        _unchanged(copied.digests, digests.of(assembly), shown=str(assembly))
    text = in_text(report).rstrip("\n")
    if report.verdict is Verdict.ERROR:
        typer.echo(text.rsplit("\n", 1)[-1] if quiet else text)
        typer.echo("NOT ATTESTED: an engine did not run, so nothing was judged")
        raise typer.Exit(report.verdict.exit_code)
    statement = stating.state(report, facts)
    raw = sealing.sealed(statement) if signer is None else sealing.signed(statement, signer=signer)
    write_whole(target, raw.decode())
    if report.verdict is Verdict.RED and not quiet:
        typer.echo(text)
    for notice in (*telling.notices(statement), *others):
        terminal.progress(notice)
    typer.echo(
        f"ATTESTED {report.verdict.upper()}: {telling.what(statement)}, until "
        f"{telling.moment(now + dt.timedelta(hours=settings.attestation.maximum_age_hours))}; "
        f"{telling.whose(public.id if public else '')}"
    )
    typer.echo(f"Attestation: {terminal.shown(target)}")
    raise typer.Exit(report.verdict.exit_code)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What the user asked of `attest`, and when."""

    env: str | None
    account: str | None
    rehearsal: Path | None
    config: Path | None
    now: dt.datetime
    tell: Callable[[str], None]


def _judged(
    copied: Copied, settings: Config, asked: _Asked
) -> tuple[Report, stating.Facts, tuple[str, ...]]:
    """What the gate says of a copy, what is attested besides, and what it goes by of its own."""
    from compliance import pipeline  # noqa: PLC0415 - each command loads its own
    from compliance.assembly import digests, read  # noqa: PLC0415
    from compliance.attestation import (  # noqa: PLC0415
        attestable,
        bootstrapped,
        policy,
        rehearsed,
        stating,
    )
    from compliance.attestation.places import places  # noqa: PLC0415
    from compliance.engines import evidence  # noqa: PLC0415

    found = read(copied.folder)
    attestable.refuse(found)
    environment = evidence.environment_of(found)
    if asked.env is not None and asked.env != environment:
        raise SynthgateError(
            f"--env {asked.env}: the assembly is of the environment {environment or 'none'}; give "
            "the assembly of the other one"
        )
    files = copied.digests
    whole = digests.whole(files)
    facts = stating.Facts(
        environment=environment,
        places=places(
            found, account=asked.account, configured=settings.deploy.accounts.get(environment)
        ),
        files=files,
        now=asked.now,
        policy=policy.of(settings, environment=environment),
        commit=head(settings, asked.config),
        rehearsal=rehearsed.digest(asked.rehearsal, assembly=whole, environment=environment)
        if asked.rehearsal
        else "",
    )
    report = pipeline.judge(found, config=settings, today=asked.now.date(), progress=asked.tell)
    if policy.of(settings, environment=environment) != facts.policy:
        raise SynthgateError(
            f"{terminal.shown(settings.root)}: settings, waivers or snapshots changed while the "
            "assembly was judged; attest again"
        )
    _unchanged(files, digests.of(copied.folder), shown=str(copied.folder))
    facts = replace(facts, commit=_still(facts.commit, head(settings, asked.config)))
    return copied.named(report), facts, bootstrapped.others(found)


def _target(path: Path, assembly: Path) -> Path:
    """Where the attestation goes: not into the assembly, whose files it lists."""
    place = path.parent.resolve() / path.name
    if place.is_relative_to(assembly.resolve()):
        raise SynthgateError(
            f"{path}: lies in the assembly, whose every file is attested; write it beside the "
            "assembly"
        )
    if place.is_dir() and not place.is_symlink():
        raise SynthgateError(f"{path}: a folder; name the attestation's file")
    return place


def _signer(public: PublicKey | None, key: Path | None) -> CryptoSigner | None:
    """What signs, `None` where no key is configured. The private key is read here and only here."""
    given = os.environ.get(SIGNING_KEY, "")
    if public is None:
        if key is not None or given:
            where = f"--key {key}" if key is not None else SIGNING_KEY
            raise SynthgateError(
                f"{where}: nothing would verify the signature; name the public key: public-key in "
                "[tool.synthgate.attestation]"
            )
        return None
    from compliance.attestation.keys import read_pem, signer  # noqa: PLC0415

    if key is not None:
        return signer(read_pem(key, shown=str(key)), public=public, shown=str(key))
    if not given:
        raise SynthgateError(
            f"{public.shown} is configured, so an attestation has to be signed; give the private "
            f"key with --key FILE or {SIGNING_KEY}"
        )
    return signer(given.encode(errors="surrogateescape"), public=public, shown=SIGNING_KEY)


def _still(before: Head | None, after: Head | None) -> Head | None:
    """What is checked out: the same commit, and what differed from it at either time."""
    if before is None or after is None or before.commit != after.commit:
        if before == after:
            return None
        raise SynthgateError(
            f"the commit {before.commit if before else 'none'} was checked out before the assembly "
            f"was judged, {after.commit if after else 'none'} afterwards; attest again"
        )
    return replace(after, dirty=tuple(sorted({*before.dirty, *after.dirty})))


def _unchanged(before: Mapping[str, str], after: Mapping[str, str], *, shown: str) -> None:
    changed = sorted(
        name for name in before.keys() | after.keys() if before.get(name) != after.get(name)
    )
    if changed:
        raise SynthgateError(
            f"{shown}: {changed[0]!r} changed while the assembly was judged"
            + (f", and {len(changed) - 1} more files" if len(changed) > 1 else "")
            + "; attest again"
        )
