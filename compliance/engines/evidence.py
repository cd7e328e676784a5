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
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from compliance.aspects.change import Change
from compliance.assembly.template import read_text
from compliance.config import explain
from compliance.findings import Outcome, SynthgateError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from compliance.assembly.model import Assembly, Json

FILE: Final = "synthgate.json"
TREE: Final = "tree.json"
_MAX_BYTES: Final = 64_000_000


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Violation(_Record):
    """One violation as a plugin returned it, before any acknowledgment."""

    rule: str
    level: str
    """`error`, `warning` and the like, or a severity for the own pack."""
    message: str
    outcome: Literal[Outcome.FAIL, Outcome.UNDECIDED] = Outcome.FAIL
    construct_path: str = ""
    logical_id: str = ""
    template: str = ""
    location: str = ""
    observed: str = ""
    remediation: str = ""


class PluginRun(_Record):
    """One validation plugin that ran to its end."""

    engine: Literal["cdk-nag", "cloudformation"]
    name: str
    version: str
    rules: tuple[str, ...] = Field(strict=False)
    """Ids of the rules it judges by; empty for cdk-nag's packs, which do not tell them."""
    seconds: Annotated[float, Field(ge=0)]
    violations: tuple[Violation, ...] = Field(strict=False)


class Evidence(_Record):
    """What ran over an assembly while it was synthesized."""

    schema_version: Annotated[str, Field(pattern="^1$")] = "1"
    environment: str
    resources: Annotated[int, Field(ge=0)]
    """Resources of the templates that the construct tree held, which the plugins walked."""
    templates: dict[str, str]
    """sha256 of each template, by name."""
    acknowledged: dict[str, tuple[str, ...]]
    """Ids that the code acknowledges on the app and its stages, which no manifest tells, by
    construct path."""
    plugins: tuple[PluginRun, ...] = Field(strict=False)
    mended: tuple[Change, ...] = Field(default=(), strict=False)
    """What the aspects set before the templates were written."""


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
    # A link that leads nowhere, or a folder, is there: it is no assembly without evidence.
    if not assembly.is_assembly or not (path.exists() or path.is_symlink()):
        return None
    shown = f"{assembly.path}/{FILE}"
    text = read_text(path, shown=shown, limit=_MAX_BYTES)
    try:
        return Evidence.model_validate_json(text)
    except ValidationError as error:
        raise SynthgateError(
            f"{shown}: no evidence: {explain(error, FILE)}; synthesize again"
        ) from error


def environment_of(assembly: Assembly) -> str:
    """Name of an assembly's environment; empty when it has none, or none that can be read."""
    try:
        record = read(assembly)
    except SynthgateError:
        return ""  # The engines that rest on the evidence say so.
    return record.environment if record else ""


def digests(assembly: Assembly) -> dict[str, str]:
    """sha256 of each template's bytes, by name."""
    return {
        template.name: hashlib.sha256(template.path.read_bytes()).hexdigest()
        for template in assembly.templates
    }


def seen_in_tree(assembly: Assembly) -> int:
    """Number of the templates' resources that the construct tree, `tree.json`, holds.

    The tree is what cdk-nag walks; a resource that a template got in another way it never saw.

    Raises:
        SynthgateError: the assembly has no tree.
    """
    path = assembly.path / TREE
    shown = f"{assembly.path}/{TREE}"
    if not path.is_file():
        raise SynthgateError(
            f"{shown} is missing; leave `tree_metadata` of the App on, which is its default"
        )
    document = json.loads(read_text(path, shown=shown, limit=_MAX_BYTES))
    paths = {str(node.get("path")) for node in _nodes(document["tree"])}
    # Each construct stands for one resource, however often a template claims its path.
    return len(paths & {resource.construct_path for resource in assembly.resources()})


def _nodes(node: Mapping[str, Json]) -> Iterator[Mapping[str, Json]]:
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend((current.get("children") or {}).values())
