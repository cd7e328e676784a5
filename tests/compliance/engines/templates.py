"""Lone templates to look at."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from compliance.assembly import read
from compliance.config import Config
from compliance.rules.base import Context

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Resources = dict[str, dict[str, Any]]


def resource(kind: str, /, **properties: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """A resource declaration."""
    return {"Type": kind, "Properties": properties}


def written(path: Path, resources: Mapping[str, Any], **sections: Any) -> Path:  # noqa: ANN401
    """A template file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({**sections, "Resources": resources}), encoding="utf-8")
    return path


def context(path: Path) -> Context:
    """What an engine is given for a path, with the default policy."""
    return Context(read(path), Config())
