"""What `cdk deploy` would run a command for, or build: assemblies are untrusted.

Forms: `files.*.source.executable` and `dockerImages.*` of an asset manifest, and the entry
`aws:cdk:asset` of a stack's metadata (package `aws-cdk-lib/cloud-assembly-schema`).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from compliance.assembly.reader import MANIFEST
from compliance.findings import SynthgateError

if TYPE_CHECKING:
    from pathlib import Path

_IMAGE: Final = '"container-image"'


def refuse(folder: Path, *, commands: str, images: str) -> None:
    """Refuse an assembly that is not made of files alone.

    Asset manifests are known by the assembly's own manifest, whatever they are called.

    Args:
        folder: an assembly that `compliance.assembly.read` has read, so that what a manifest names
            is there and inside of it. Nobody else should write to it.
        commands: why no command is run, and what to do, for the end of the error.
        images: why no container image is built, likewise.

    Raises:
        SynthgateError: an asset is built by a command, or is a container image.
    """
    for artifact_id, artifact in json_of(folder / MANIFEST).get("artifacts", {}).items():
        properties = artifact.get("properties", {})
        match artifact.get("type"):
            case "cdk:asset-manifest":
                _only_publishes(folder / properties["file"], commands=commands, images=images)
            case "cdk:cloud-assembly":
                refuse(folder / properties["directoryName"], commands=commands, images=images)
            case "aws:cloudformation:stack":
                more = artifact.get("additionalMetadataFile")
                others = json_of(folder / more) if more else None
                for metadata in (artifact.get("metadata"), others):
                    if _IMAGE in json.dumps(metadata):
                        raise SynthgateError(f"{folder}: artifacts.{artifact_id}: {images}")
            case _:
                pass


def _only_publishes(path: Path, *, commands: str, images: str) -> None:
    manifest = json_of(path)
    files = manifest.get("files", {})
    for name, file in files.items() if isinstance(files, dict) else [("", None)]:
        source = file.get("source") if isinstance(file, dict) else None
        if not isinstance(source, dict) or "executable" in source:
            raise SynthgateError(
                f"{path}: files.{name}: is built by a command at deploy time; {commands}"
            )
    if manifest.get("dockerImages"):
        raise SynthgateError(f"{path}: dockerImages: {images}")


def json_of(path: Path) -> Any:  # noqa: ANN401 - any parsed JSON
    """The JSON of a manifest.

    Raises:
        SynthgateError: it cannot be read.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise SynthgateError(f"{path}: cannot be read as JSON: {error}") from error
