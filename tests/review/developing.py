"""What the stacks' source becomes when a developer edits it, synthesized.

The source is edited in a copy, so that a change stands in a test as a developer would make it, and
the templates are what CDK makes of it.
"""

from __future__ import annotations

import importlib
import shutil
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import app
from compliance import assembly as assemblies
from compliance.review.sources import canonical_assembly, of_assembly

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from types import ModuleType

    from compliance.assembly.model import Assembly

STACKS: Final = "stacks"


@dataclass(frozen=True, kw_only=True)
class Edit:
    """A text in a module of the stacks, and what takes its place.

    Attributes:
        module: file name, such as `storage.py`; one that does not exist is written.
        old: what stands there, once; empty for a new file.
        new: what stands there then.
    """

    module: str
    old: str = ""
    new: str


@dataclass(frozen=True, kw_only=True)
class Change:
    """What a developer did.

    Attributes:
        title: in a line, as of a commit.
        edits: of the stacks' source.
        settings: laid over the blocks of `cdk.json`, deeply.
        code: the function's.
        environments: those that are compared.
    """

    title: str
    edits: tuple[Edit, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    code: str = "def lambda_handler(event, context): ...\n"
    environments: tuple[str, ...] = ("prod",)


def synthesized(change: Change, workplace: Path) -> Assembly:
    """The templates that the app writes after a change, called by environment and stack.

    Args:
        change: what is done to the source.
        workplace: an empty folder.
    """
    app._choose_node()
    code = workplace / "code"
    (code / "handlers").mkdir(parents=True)
    (code / "handlers" / "app.py").write_text(change.code, encoding="utf-8")
    _edit(change.edits, workplace)
    return canonical_assembly(
        {
            f"{environment}/{template.name}": template.body
            for environment in change.environments
            for template in of_assembly(
                _synthesized(change, environment, workplace=workplace)
            ).templates
        }
    )


def _synthesized(change: Change, environment: str, *, workplace: Path) -> Assembly:
    import aws_cdk as cdk  # noqa: PLC0415 - starts Node.js, which other tests do without

    context = app._file_context()
    blocks: Any = context["environments"]
    blocks[environment] = _laid_over(blocks[environment], change.settings)
    outdir = workplace / environment
    tree = cdk.App(
        analytics_reporting=False, context={**context, **app.FIXED_CONTEXT}, outdir=str(outdir)
    )
    with _imported(workplace, "stacks.compose", "stacks.settings") as (compose, settings):
        compose.compose(
            tree,
            settings=settings.load_settings(context, environment=environment),
            code=workplace / "code",
            item_schema=app.ITEM_SCHEMA,
        )
    tree.synth()
    return assemblies.read(outdir)


def _edit(edits: tuple[Edit, ...], workplace: Path) -> None:
    """Write the stacks' source as it is after some edits."""
    stacks = workplace / STACKS
    shutil.copytree(app.ROOT / STACKS, stacks, ignore=shutil.ignore_patterns("__pycache__"))
    for edit in edits:
        module = stacks / edit.module
        text = module.read_text(encoding="utf-8") if edit.old else ""
        # A text that is not there any more is a change that nobody tests any more.
        assert edit.old == "" or text.count(edit.old) == 1, (edit.module, edit.old)
        module.write_text(
            text.replace(edit.old, edit.new) if edit.old else edit.new, encoding="utf-8"
        )


@contextmanager
def _imported(folder: Path, *names: str) -> Iterator[tuple[ModuleType, ...]]:
    """Modules of another copy of the stacks; those that were loaded are back afterwards."""
    loaded = _taken_out()
    sys.path.insert(0, str(folder))
    try:
        yield tuple(importlib.import_module(name) for name in names)
    finally:
        sys.path.remove(str(folder))
        _taken_out()
        sys.modules.update(loaded)


def _taken_out() -> dict[str, ModuleType]:
    names = [name for name in sys.modules if name.partition(".")[0] == STACKS]
    return {name: sys.modules.pop(name) for name in names}


def _laid_over(block: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **block,
        **{
            name: _laid_over(block[name], value)
            if isinstance(value, dict) and name in block
            else value
            for name, value in changes.items()
        },
    }
