"""Whether the files of an assembly are all that a deployment of it would use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.assembly import building, outermost, read
from compliance.assembly.reader import MANIFEST
from compliance.findings import SynthgateError

if TYPE_CHECKING:
    from pathlib import Path

    from compliance.assembly import Assembly
    from compliance.assembly.model import Json

_NO_COMMANDS: Final = (
    "what it makes then, nobody has judged; build the asset while the app is synthesized"
)
_NO_IMAGES: Final = (
    "a container image is built while it is deployed, so nobody has judged it; publish it "
    "beforehand, and name it by its digest"
)


def refuse_parts(folder: Path) -> None:
    """Refuse what is no whole assembly of an app: a copy of it would not show that.

    Raises:
        SynthgateError: it is not there, a lone template, or a stage's own folder.
    """
    if not (folder / MANIFEST).is_file():
        read(folder)  # It is a template, or says why it is nothing.
        raise SynthgateError(f"{folder}: a template alone is not deployed; give a cdk.out folder")
    whole = outermost(folder.resolve())
    if whole != folder.resolve():
        raise SynthgateError(
            f"{folder}: a stage's own folder, whose assets lie outside of it; give {whole}"
        )


def refuse(assembly: Assembly) -> None:
    """Refuse an assembly whose files are not all that a deployment of it would use.

    CDK's cloud-assembly schema: `missing` of a manifest is context that has to be looked up, until
    when templates hold dummy values; an asset may be what a command makes while it is published.

    Args:
        assembly: as it was read, from a folder that nobody else writes to.

    Raises:
        SynthgateError: context is missing, or an asset is made while it is deployed.
    """
    building.refuse(assembly.path, commands=_NO_COMMANDS, images=_NO_IMAGES)
    _refuse_missing(assembly.path)


def _refuse_missing(folder: Path) -> None:
    manifest = building.json_of(folder / MANIFEST)
    missing = manifest.get("missing")
    if missing:
        raise SynthgateError(
            f"{folder / MANIFEST}: missing: {_keys(missing)}: the templates hold dummy values; "
            "look the context up (`cdk synth` writes cdk.context.json) and synthesize again"
        )
    for artifact in manifest.get("artifacts", {}).values():
        if artifact.get("type") == "cdk:cloud-assembly":
            _refuse_missing(folder / artifact["properties"]["directoryName"])


def _keys(missing: Json) -> str:
    entries = missing if isinstance(missing, list) else [missing]
    return ", ".join(
        str(entry.get("key", entry)) if isinstance(entry, dict) else repr(entry)
        for entry in entries
    )
