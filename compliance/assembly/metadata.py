"""What a stack's metadata in the manifest tells: where its resources and nested stacks come from.

Entry types: package `aws-cdk-lib/cloud-assembly-schema`, `ArtifactMetadataEntryType`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from compliance.assembly.model import Json

_NESTED = re.compile(r"^(.*)\.NestedStack/[^/]*\.NestedStackResource$")


@dataclass(frozen=True)
class Metadata:
    """A stack's metadata, by construct paths without the leading slash.

    Attributes:
        logical_ids: logical id by construct path, those of nested stacks included.
        files: template file of a nested stack, by the stack's construct path.
        acknowledged: validation ids that the app's own code acknowledges, by construct path.
    """

    logical_ids: Mapping[str, str]
    files: Mapping[str, str]
    acknowledged: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, entries: Mapping[str, Json]) -> Metadata:
        """Sort the entries of a manifest; what is not of their form is left out."""
        logical_ids: dict[str, str] = {}
        files: dict[str, str] = {}
        acknowledged: dict[str, tuple[str, ...]] = {}
        for path, listed in entries.items():
            construct = path.lstrip("/")
            for entry in listed if isinstance(listed, list) else ():
                data = entry.get("data") if isinstance(entry, Mapping) else None
                match data and entry.get("type"):
                    case "aws:cdk:logicalId" if isinstance(data, str):
                        logical_ids[construct] = data
                    case "aws:cdk:templateFile" if isinstance(data, str):
                        files[construct] = data
                    case "aws:cdk:acknowledged-rules" if isinstance(data, Mapping):
                        acknowledged[construct] = (*acknowledged.get(construct, ()), *data)
                    case _:
                        pass
        return cls(logical_ids, files, acknowledged)

    def nested_stack(self, construct_path: str) -> str:
        """Construct path of the nested stack that a resource stands for, empty if it does not."""
        found = _NESTED.match(construct_path)
        return found.group(1) if found else ""

    def paths(self, nested_stack: str = "") -> Mapping[str, str]:
        """Construct paths by logical id, of the stack itself or of one stack nested in it.

        A nested stack's logical ids are its own: the parent may well have the same ones.
        """
        inner = {stack for path in self.logical_ids if (stack := self.nested_stack(path))}
        found: dict[str, dict[str, str]] = defaultdict(dict)
        for path, logical_id in self.logical_ids.items():
            found[_owner(path, inner)][logical_id] = path
        return found[nested_stack]


def _owner(path: str, stacks: set[str]) -> str:
    while path := path.rpartition("/")[0]:
        if path in stacks:
            return path
    return ""
