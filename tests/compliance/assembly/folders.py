"""Cloud assemblies written by hand, as CDK's manifest schema has them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Json = dict[str, Any]
EMPTY: Json = {"Resources": {}}
QUEUE: Json = {"Type": "AWS::SQS::Queue"}
HASH = "0123456789abcdef" * 4


def write(folder: Path, files: Mapping[str, object]) -> Path:
    """Write files into a folder: bytes and text as they are, anything else as JSON."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            text = content if isinstance(content, str) else json.dumps(content)
            path.write_text(text, encoding="utf-8")
    return folder


def manifest(**artifacts: Json) -> Json:
    """A manifest with these artifacts, by id."""
    return {"version": "55.0.0", "artifacts": artifacts}


def stack(file: str, **more: object) -> Json:
    """A stack's artifact; what is given beyond the template's file is laid over it."""
    return {
        "type": "aws:cloudformation:stack",
        "environment": "aws://unknown-account/unknown-region",
        "properties": {"templateFile": file},
        **more,
    }


def stage(folder: str) -> Json:
    """A nested assembly's artifact."""
    return {"type": "cdk:cloud-assembly", "properties": {"directoryName": folder}}


def assets(file: str) -> Json:
    """An asset manifest's artifact."""
    return {"type": "cdk:asset-manifest", "properties": {"file": file}}


def nested(**more: object) -> Json:
    """The resource that stands for a nested stack."""
    return {"Type": "AWS::CloudFormation::Stack", **more}


def logical_id(name: str) -> list[Json]:
    """A construct's metadata, which tells its logical id."""
    return [{"type": "aws:cdk:logicalId", "data": name}]
