"""What CloudFormation's provider schemas say of a resource type: what cannot change in place.

The schemas are those that cfn-lint ships (`AWS::…` types as CloudFormation's registry publishes
them). Their files are read as they lie: importing cfn-lint takes 1.7 s, reading one schema 1 ms,
and cfn-lint would fetch newer ones from the network when it finds none, so that a review would
depend on the day. Keys: CloudFormation CLI User Guide, 'Resource type definition schema'
(`createOnlyProperties`, `conditionalCreateOnlyProperties`, `primaryIdentifier` …).
"""

from __future__ import annotations

import importlib.util
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from compliance.findings import SynthgateError
from compliance.review.documented import DOCUMENTED
from compliance.review.model import Replaced

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PACKAGE: Final = "cfnlint"
REGION: Final = "us-east-1"
"""The region whose schemas are asked where a stack's own is not told, or has no such type."""
CUSTOM: Final = "AWS::CloudFormation::CustomResource"
ITEMS: Final = "*"
"""Stands for every element of a list."""

Pointer = tuple[str, ...]
"""A place inside `Properties`, such as `("Engine",)` or `("Rules", "*", "Name")`."""

_PREFIX: Final = "/properties/"


@dataclass(frozen=True, slots=True)
class Schema:
    """One resource type.

    Attributes:
        fixed: places that cannot change in place, with `YES`, or `MAYBE` where it depends on what
            they change from and to.
        identifiers: sets of places, each of which tells a resource from all others of its type,
            the primary one first.
        read_only: places that only the service sets.
    """

    fixed: Mapping[Pointer, Replaced]
    identifiers: tuple[tuple[Pointer, ...], ...]
    read_only: frozenset[Pointer]


@cache
def schema(kind: str, region: str = "") -> Schema | None:
    """What is known of a resource type.

    Args:
        kind: such as `AWS::DynamoDB::Table`; custom resources have one schema for all.
        region: where it is made, when known.

    Returns:
        `None` for a type that CloudFormation's registry does not have in public: another vendor's,
        a module, what a macro such as SAM's expands.

    Raises:
        SynthgateError: cfn-lint is not installed, or keeps its schemas elsewhere.
    """
    kind = CUSTOM if kind.startswith("Custom::") else kind
    found = document(kind, region)
    return None if found is None else _schema(kind, found)


def document(kind: str, region: str = "") -> Mapping[str, Any] | None:
    """The schema of a resource type as it is published, `None` for a type that has none.

    Raises:
        SynthgateError: as `schema`.
    """
    for place in dict.fromkeys((region or REGION, REGION)):
        name = _index(place).get(kind)
        if isinstance(name, str):
            return _read(_folder() / "resources" / f"{name}.json")
    return None


def _schema(kind: str, document: Mapping[str, Any]) -> Schema:
    conditional = _pointers(document.get("conditionalCreateOnlyProperties", ()))
    fixed = dict.fromkeys(conditional, Replaced.MAYBE)
    fixed |= {(name,): replaced for name, replaced in DOCUMENTED.get(kind, {}).items()}
    fixed |= dict.fromkeys(_pointers(document.get("createOnlyProperties", ())), Replaced.YES)
    read_only = frozenset(_pointers(document.get("readOnlyProperties", ())))
    named = [
        (pointer,)
        for pointer in ((f"{kind.rpartition('::')[2]}Name",), ("Name",))
        if fixed.get(pointer) is Replaced.YES
    ]
    return Schema(
        fixed=dict(sorted(fixed.items())),
        identifiers=tuple(
            dict.fromkeys(
                (
                    _pointers(document.get("primaryIdentifier", ())),
                    *(_pointers(group) for group in document.get("additionalIdentifiers", ())),
                    *named,
                )
            )
        ),
        read_only=read_only,
    )


def _pointers(written: Iterable[str]) -> tuple[Pointer, ...]:
    return tuple(
        tuple(pointer.removeprefix(_PREFIX).split("/"))
        for pointer in written
        if pointer.startswith(_PREFIX)
    )


@cache
def _index(region: str) -> Mapping[str, Any]:
    """File names by type; empty for a region that cfn-lint does not know."""
    path = _folder() / "providers" / f"{region}.json"
    known = region == REGION or (region.replace("-", "").isalnum() and path.is_file())
    return _read(path) if known else {}


@cache
def _folder() -> Path:
    found = importlib.util.find_spec(PACKAGE)
    for place in (found.submodule_search_locations or ()) if found else ():
        folder = Path(place) / "data" / "schemas"
        if (folder / "providers").is_dir():
            return folder
    raise SynthgateError(
        f"no CloudFormation schemas: cfn-lint {'has none' if found else 'is not installed'}; "
        "what a change replaces is read from them: install cfn-lint 1.58 or newer"
    )


def _read(path: Path) -> Mapping[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SynthgateError(
            f"{path}: no CloudFormation schema ({error}); install cfn-lint again"
        ) from error
    return document if isinstance(document, dict) else {}
