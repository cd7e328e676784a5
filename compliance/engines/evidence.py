"""What ran during synthesis, and what it saw: the file `synthgate.json` of an assembly.

CDK's own validation report cannot carry a verdict: a clean run leaves the same empty list as no
run at all, and an acknowledgment by bare id leaves no trace. So `compliance.guard` writes what each
pack returned, how many resources the construct tree held, and the digest of every template it
spoke of. The engines `cdk-nag` and `cloudformation` read it back, and refuse it when a template is
another one.
"""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from compliance.config import explain
from compliance.findings import SynthgateError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from compliance.assembly.model import Assembly, Json

FILE: Final = "synthgate.json"
TREE: Final = "tree.json"
_MAX_BYTES: Final = 64_000_000


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Violation(_Record):
    """One violation as a plugin returned it, before any acknowledgment."""

    rule: str
    level: str
    """`error`, `warning` and the like, or a severity for the own pack."""
    message: str
    outcome: str = "fail"
    construct_path: str = ""
    logical_id: str = ""
    template: str = ""
    location: str = ""
    observed: str = ""
    remediation: str = ""


class PluginRun(_Record):
    """One validation plugin that ran to its end."""

    engine: str
    """`cdk-nag` or `cloudformation`."""
    name: str
    version: str
    rules: int
    seconds: float
    violations: tuple[Violation, ...] = Field(strict=False)


class Evidence(_Record):
    """What ran over an assembly while it was synthesized."""

    schema_version: Annotated[str, Field(pattern="^1$")] = "1"
    environment: str
    resources: int
    """Resources of the templates that the construct tree held, which the plugins walked."""
    templates: dict[str, str]
    """sha256 of each template, by name."""
    plugins: tuple[PluginRun, ...] = Field(strict=False)


def write(evidence: Evidence, folder: Path) -> None:
    """Write the evidence into an assembly, whole or not at all."""
    path = folder / FILE
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    temporary.write_text(evidence.model_dump_json(indent=1) + "\n", encoding="utf-8")
    temporary.replace(path)


def read(assembly: Assembly) -> Evidence | None:
    """The evidence of an assembly, `None` when it has none.

    Raises:
        SynthgateError: the file is there and cannot be read as evidence.
    """
    path = assembly.path / FILE
    if not assembly.is_assembly or not path.is_file():
        return None
    shown = f"{assembly.path}/{FILE}"
    if path.stat().st_size > _MAX_BYTES:
        raise SynthgateError(f"{shown}: larger than {_MAX_BYTES:,} bytes, the most that is read")
    try:
        return Evidence.model_validate_json(path.read_bytes(), strict=False)
    except ValidationError as error:
        raise SynthgateError(f"{shown}: no evidence: {explain(error, FILE)}") from error


def digests(assembly: Assembly) -> dict[str, str]:
    """sha256 of each template's bytes, by name."""
    return {
        template.name: hashlib.sha256(template.path.read_bytes()).hexdigest()
        for template in assembly.templates
    }


def seen_in_tree(assembly: Assembly) -> int:
    """Number of the templates' resources that the construct tree, `tree.json`, holds.

    The tree is what cdk-nag walks; a resource that a template got in another way it never saw.
    """
    document = json.loads((assembly.path / TREE).read_text(encoding="utf-8"))
    paths = {str(node.get("path")) for node in _nodes(document["tree"])}
    return sum(1 for resource in assembly.resources() if resource.construct_path in paths)


def _nodes(node: Mapping[str, Json]) -> Iterator[Mapping[str, Json]]:
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend((current.get("children") or {}).values())
