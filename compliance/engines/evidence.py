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
import re
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from compliance.aspects.change import Change
from compliance.assembly.template import read_text
from compliance.config import explain
from compliance.findings import Outcome, Source, SynthgateError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from compliance.assembly.model import Assembly, Json

FILE: Final = "synthgate.json"
TREE: Final = "tree.json"
_MAX_BYTES: Final = 64_000_000
MAX_PLACE: Final = 1_024
"""Characters of a file's name and a line."""
MAX_LEVELS: Final = 500
"""Levels of a construct path above which no line is looked for."""

# No separator but `/`, no drive, nothing that moves a cursor or turns the text around.
_CHARACTER: Final = (
    r"[^./\\:\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
# More than dots: neither `.` nor `..`, so that no path leaves the folder.
_SEGMENT: Final = rf"\.{{0,2}}{_CHARACTER}(?:\.|{_CHARACTER})*"
_PLACE: Final = re.compile(rf"(?:{_SEGMENT}/)*{_SEGMENT}:[1-9][0-9]{{0,6}}")


def _is_place(text: str) -> bool:
    return len(text) <= MAX_PLACE and _PLACE.fullmatch(text) is not None


def _place(text: str) -> str:
    if not _is_place(text):
        raise ValueError("a line below the app's folder is expected, such as stacks/api.py:12")
    return text


Place = Annotated[str, AfterValidator(_place)]
"""A line of the app's own code, such as `stacks/api.py:12`: below the folder that it ran in."""


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
    sources: dict[str, Place] = Field(default_factory=dict)
    """The line that made a construct, by construct path, as far as `compliance.guard` saw it."""


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


def places(sources: Mapping[str, Source]) -> dict[str, str]:
    """Lines by construct path, as evidence holds them. What it would not take is left out."""
    found = {path: f"{source.file}:{source.line}" for path, source in sources.items()}
    return {path: text for path, text in found.items() if _is_place(text) and _is_text(path)}


def _is_text(path: str) -> bool:
    """Whether it can be written as UTF-8 at all."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def source_of(record: Evidence | None, construct_path: str) -> Source | None:
    """The line that made a construct, or else the nearest one above it that has a line.

    Args:
        record: the evidence of the construct's assembly, `None` when it has none.
        construct_path: without a leading slash.
    """
    # No tree is as deep; a template may claim any path.
    path = construct_path if construct_path.count("/") < MAX_LEVELS else ""
    while record and path:
        place = record.sources.get(path)
        if place is not None:
            file, _, line = place.rpartition(":")
            return Source(file=file, line=int(line))
        path = path.rpartition("/")[0]
    return None


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
