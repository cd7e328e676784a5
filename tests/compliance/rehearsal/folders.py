"""Small assemblies, written as CDK writes them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from compliance.assembly import read

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from compliance.assembly.model import Assembly

Json = dict[str, Any]

STACK: Final = "Stack"
TEMPLATE: Final = "Stack.template.json"


def write(path: Path, document: object) -> None:
    """Write JSON as CDK does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=1), encoding="utf-8")


def stack(name: str = STACK, *, environment: str = "", **more: object) -> Json:
    """A stack as a manifest tells of it."""
    return {
        "type": "aws:cloudformation:stack",
        "environment": environment or "aws://unknown-account/unknown-region",
        "properties": {"templateFile": f"{name}.template.json"},
        **more,
    }


def made(
    folder: Path,
    resources: Mapping[str, Json],
    *,
    outputs: Mapping[str, Json] | None = None,
    artifacts: Mapping[str, Json] | None = None,
) -> Assembly:
    """An assembly of one stack, and of what else its manifest names."""
    body = {"Resources": resources, **({"Outputs": outputs} if outputs else {})}
    write(folder / TEMPLATE, body)
    write(
        folder / "manifest.json",
        {"version": "36.0.0", "artifacts": {STACK: stack(), **(artifacts or {})}},
    )
    return read(folder)
