"""What the commands about attestations share: options, and what is checked out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from compliance.findings import SynthgateError

if TYPE_CHECKING:
    from compliance.config import Config
    from compliance.git import Head

_ACCOUNT: Final = re.compile(r"[0-9]{12}")


def account_id(value: str | None) -> str | None:
    """An account's id, as it was given."""
    if value is not None and not _ACCOUNT.fullmatch(value):
        raise typer.BadParameter(f"{value!r}: an account's id is twelve digits")
    return value


def named_environment(value: str | None) -> str | None:
    """An environment's name, as it was given."""
    if value is not None and not value.strip():
        raise typer.BadParameter("a name is expected, such as prod")
    return value


AssemblyArgument = Annotated[Path, typer.Argument(metavar="ASSEMBLY", help="A cdk.out folder.")]
AccountOption = Annotated[
    str | None,
    typer.Option(
        metavar="ID",
        help="Account that the stacks go to which name none.",
        callback=account_id,
        show_default=False,
    ),
]
AttestationOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="The attestation; beside the assembly by default.",
        show_default=False,
    ),
]


def head(settings: Config, config: Path | None) -> Head | None:
    """What is checked out where the settings are; `None` outside of a repository.

    Args:
        settings: in force.
        config: their file, where it was named.
    """
    from compliance import git  # noqa: PLC0415
    from compliance.attestation import policy  # noqa: PLC0415

    try:
        return git.head(settings.root, deciding=policy.deciding(settings, config))
    except SynthgateError:
        return None  # Said to the user; where everything is required it is refused.
