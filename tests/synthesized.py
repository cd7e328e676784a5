"""Synthesized templates, asked by construct path instead of by hashed logical id."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    Json = dict[str, Any]


class Assembly:
    """The templates of one cloud assembly."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._templates = {
            path.name.removesuffix(".template.json"): json.loads(path.read_bytes())
            for path in sorted(folder.glob("*.template.json"))
        }
        self._ids: dict[tuple[str, str], str] = {
            (stack, str(resource["Metadata"]["aws:cdk:path"])): str(name)
            for stack, template in self._templates.items()
            for name, resource in template["Resources"].items()
        }

    @property
    def stacks(self) -> dict[str, Json]:
        """The templates by stack."""
        return self._templates

    def resource(self, path: str) -> Json:
        """Return the resource of the construct at ``path``, or of its child ``Resource``."""
        stack = path.partition("/")[0]
        return dict(self._templates[stack]["Resources"][self.logical_id(path)])

    def logical_id(self, path: str) -> str:
        """Return the logical id of the construct at ``path``, or of its child ``Resource``."""
        stack = path.partition("/")[0]
        for candidate in (path, f"{path}/Resource"):
            if (stack, candidate) in self._ids:
                return self._ids[stack, candidate]
        raise AssertionError(f"{path}: no such construct in {sorted(self._ids)}")

    def properties(self, path: str) -> Json:
        """Return the properties of the construct at ``path``."""
        return dict(self.resource(path)["Properties"])

    def of_type(self, kind: str) -> dict[str, Json]:
        """Return every resource of one CloudFormation type, by construct path."""
        return {
            resource["Metadata"]["aws:cdk:path"].removesuffix("/Resource"): resource
            for template in self._templates.values()
            for resource in template["Resources"].values()
            if resource["Type"] == kind
        }

    def statements(self, path: str) -> dict[str, Json]:
        """Return the statements of a managed policy by their Sid."""
        document = self.properties(path)["PolicyDocument"]
        return {statement["Sid"]: statement for statement in document["Statement"]}


def ref(name: str) -> Json:
    """Return CloudFormation's reference to a resource of the same template."""
    return {"Ref": name}


def attribute(name: str, of: str) -> Json:
    """Return CloudFormation's reference to an attribute of a resource of the same template."""
    return {"Fn::GetAtt": [of, name]}
