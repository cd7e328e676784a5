"""Templates from wherever they come, in the one form that a review compares.

The form is that of a snapshot (`canonical`), without account, region and what only a manifest
tells: both sides of a comparison are then resolved alike, whichever of them is a snapshot.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from compliance import assembly as assemblies
from compliance.assembly import template as files
from compliance.assembly.model import Assembly, Template
from compliance.assembly.reader import MANIFEST, MAX_TEMPLATES
from compliance.files import files_below
from compliance.findings import SynthgateError
from compliance.review.canonical import asset_hashes, mask

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from compliance.assembly.model import Json

SUFFIX: Final = ".template.json"
"""How the names of CDK's templates end, and those of snapshots."""


@dataclass(frozen=True, slots=True)
class Source:
    """One side of a comparison.

    Attributes:
        shown: how the user named it.
        assembly: its templates, each in canonical form and named without `SUFFIX`.
        lone: whether it is one template that was named itself, not a folder of them.
    """

    shown: str
    assembly: Assembly
    lone: bool = False


def template_name(file: str) -> str:
    """What a template is called: its file's name relative to the folder, without the ending."""
    return file.removesuffix(SUFFIX)


def canonical_assembly(bodies: Mapping[str, Json], *, assets: Iterable[str] = ()) -> Assembly:
    """Parsed templates as an assembly of snapshots.

    Args:
        bodies: parsed templates by name.
        assets: hashes of the assets that they name, which are masked.
    """
    known = frozenset(assets)
    return Assembly(
        path=Path(),
        templates=tuple(
            Template(name=name, path=Path(name), body=mask(body, assets=known), stack=name)
            for name, body in sorted(bodies.items())
        ),
        is_assembly=False,
    )


def of_assembly(assembly: Assembly) -> Assembly:
    """An assembly as `compliance.assembly.read` gives it, in the form of its snapshots."""
    return canonical_assembly(
        {template_name(template.name): template.body for template in assembly.templates},
        assets=asset_hashes(assembly),
    )


def read(path: Path) -> Source:
    """Read a cloud assembly, a folder of templates or a template file.

    Args:
        path: an assembly has a manifest; of any other folder, all `*.template.json` below it are
            read, and called by their paths.

    Raises:
        SynthgateError: there is nothing there, or a template is unreadable; see
            `compliance.assembly`.
    """
    shown = str(path)
    if (path / MANIFEST).is_file():
        return Source(shown, of_assembly(assemblies.read(path)))
    if path.is_dir():
        return Source(shown, canonical_assembly(folder(path)))
    (template,) = assemblies.read(path).templates
    return Source(shown, canonical_assembly({template_name(path.name): template.body}), lone=True)


def folder(path: Path) -> Mapping[str, Json]:
    """The parsed templates below a folder, by name.

    Raises:
        SynthgateError: there is none, there are too many, or one is unreadable.
    """
    found = list(files_below(path, f"*{SUFFIX}"))
    if not found:
        raise SynthgateError(
            f"{path}: neither a cloud assembly ({MANIFEST} is missing) nor a folder of templates "
            f"(there is no *{SUFFIX} below it); give a cdk.out folder, a folder of snapshots or a "
            "template file"
        )
    refuse_too_many(len(found), shown=str(path))
    return {
        # CDK leaves `Resources` out of an empty stack, and so does its snapshot.
        template_name(file.relative_to(path).as_posix()): files.load(
            file, shown=str(file), may_be_empty=True
        )
        for file in found
    }


def parsed(text: str, *, shown: str, may_be_empty: bool = False) -> Json:
    """The template that a text holds, by the limits that hold for all.

    Raises:
        SynthgateError: it is unreadable; see `compliance.assembly.template`.
    """
    return files.checked(files.parse(text, shown=shown), shown=shown, may_be_empty=may_be_empty)


def refuse_too_many(number: int, *, shown: str) -> None:
    """Refuse a folder with more templates than are read.

    Raises:
        SynthgateError: it has.
    """
    if number > MAX_TEMPLATES:
        raise SynthgateError(
            f"{shown}: {number:,} templates; at most {MAX_TEMPLATES:,} are read; "
            "compare its folders one by one"
        )


def aligned(old: Source, new: Source) -> tuple[Assembly, Assembly]:
    """Both sides; where a template was named itself, it is compared with the other side's one.

    Raises:
        SynthgateError: one side is a lone template and the other holds several.
    """
    if not (old.lone or new.lone):
        return old.assembly, new.assembly
    for one, other in ((old, new), (new, old)):
        if len(one.assembly.templates) != 1:
            raise SynthgateError(
                f"{other.shown} is one template, and {one.shown} holds "
                f"{len(one.assembly.templates)}; give two templates, or two folders"
            )
    (new_template,) = new.assembly.templates
    (old_template,) = old.assembly.templates
    return canonical_assembly({new_template.name: old_template.body}), new.assembly
