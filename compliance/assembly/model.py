"""What an assembly holds, indexed the way rules ask for it.

Templates are kept as they were parsed: nothing is resolved here (see `compliance.intrinsics`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

Json = Any
"""A parsed JSON value. What is inside is the template author's; rules check before they use it."""


@dataclass(frozen=True, eq=False)
class Resource:
    """One resource of one template.

    Attributes:
        template: the template it stands in.
        logical_id: its key under `Resources`.
        type: such as `AWS::IAM::Role`.
        body: the whole declaration (`Type`, `Properties`, `DependsOn`, `DeletionPolicy` …).
        construct_path: CDK construct path without the leading slash; empty when not told.
    """

    template: Template
    logical_id: str
    type: str
    body: Mapping[str, Json]
    construct_path: str = ""

    @property
    def properties(self) -> Mapping[str, Json]:
        """`Properties`, empty when absent or not an object."""
        found = self.body.get("Properties")
        return found if isinstance(found, Mapping) else {}

    def __repr__(self) -> str:
        return f"<{self.type} {self.logical_id} in {self.template.name}>"


@dataclass(frozen=True, eq=False)
class Template:
    """One CloudFormation template.

    Attributes:
        name: file name relative to the assembly, with `/`; the path as given for a lone template.
        path: where it lies on disk.
        body: the parsed document.
        stack: construct path of its stack, or `name` when there is none.
        stack_name: CloudFormation's name of the stack; empty for nested stacks and lone templates.
        account: twelve digits when the stack's account is known, else empty.
        region: the stack's region when known, else empty.
        paths: construct path by logical id, from the assembly's metadata, for templates that carry
            no path metadata of their own.
        parent: for a nested stack, the `AWS::CloudFormation::Stack` that it belongs to.
    """

    name: str
    path: Path
    body: Mapping[str, Json]
    stack: str = ""
    stack_name: str = ""
    account: str = ""
    region: str = ""
    paths: Mapping[str, str] = field(default_factory=dict)
    parent: Resource | None = None

    @cached_property
    def resources(self) -> Mapping[str, Resource]:
        """Resources by logical id, in the template's order.

        Entries that are no resource (no object, no `Type`) are left out; the reader refuses
        templates that have any.
        """
        found = {}
        for logical_id, body in _section(self.body, "Resources").items():
            if isinstance(body, Mapping) and isinstance(body.get("Type"), str):
                found[logical_id] = Resource(
                    template=self,
                    logical_id=logical_id,
                    type=body["Type"],
                    body=body,
                    construct_path=_construct_path(body) or self.paths.get(logical_id, ""),
                )
        return found

    @cached_property
    def by_type(self) -> Mapping[str, tuple[Resource, ...]]:
        """Resources by type."""
        index: dict[str, list[Resource]] = defaultdict(list)
        for resource in self.resources.values():
            index[resource.type].append(resource)
        return {kind: tuple(found) for kind, found in index.items()}

    @property
    def parameters(self) -> Mapping[str, Json]:
        """`Parameters`, by name."""
        return _section(self.body, "Parameters")

    @property
    def mappings(self) -> Mapping[str, Json]:
        """`Mappings`, by name."""
        return _section(self.body, "Mappings")

    @property
    def outputs(self) -> Mapping[str, Json]:
        """`Outputs`, by name."""
        return _section(self.body, "Outputs")

    def __repr__(self) -> str:
        return f"<Template {self.name}>"


@dataclass(frozen=True, eq=False)
class Assembly:
    """A cloud assembly, or one lone template dressed as one.

    Attributes:
        path: the assembly's folder, or the lone template's file.
        templates: every template, nested stages and nested stacks included, sorted by name.
        is_assembly: whether `path` is a folder with a manifest.
        acknowledged: validation ids that the app's own code acknowledges, by construct path.
    """

    path: Path
    templates: tuple[Template, ...]
    is_assembly: bool
    acknowledged: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def resources(self, *types: str) -> Iterator[Resource]:
        """Resources of these types over all templates, or all resources when no type is named."""
        for template in self.templates:
            if not types:
                yield from template.resources.values()
            for kind in types:
                yield from template.by_type.get(kind, ())

    @cached_property
    def size(self) -> int:
        """Number of resources in all templates."""
        return sum(len(template.resources) for template in self.templates)

    @cached_property
    def exports(self) -> Mapping[str, tuple[tuple[Template, Json], ...]]:
        """Output values that other stacks import, by literal export name.

        Several stacks may export one name: an assembly can hold a stage for each account and
        region, and names are unique in one of those only.
        """
        found: dict[str, list[tuple[Template, Json]]] = defaultdict(list)
        for template in self.templates:
            for output in template.outputs.values():
                export = output.get("Export") if isinstance(output, Mapping) else None
                name = export.get("Name") if isinstance(export, Mapping) else None
                if isinstance(name, str):
                    found[name].append((template, output.get("Value")))
        return {name: tuple(values) for name, values in found.items()}

    @cached_property
    def nested(self) -> Mapping[Resource, Template]:
        """Templates of nested stacks, by the resource that they belong to."""
        return {
            template.parent: template for template in self.templates if template.parent is not None
        }

    @cached_property
    def by_stack_name(self) -> Mapping[str, tuple[Template, ...]]:
        """Templates by their stack's name; each account and region may have one of that name."""
        found: dict[str, list[Template]] = defaultdict(list)
        for template in self.templates:
            if template.stack_name:
                found[template.stack_name].append(template)
        return {name: tuple(templates) for name, templates in found.items()}

    @cached_property
    def by_construct(self) -> Mapping[str, Resource]:
        """Resources by construct path."""
        return {
            resource.construct_path: resource
            for resource in self.resources()
            if resource.construct_path
        }

    @cached_property
    def stacks(self) -> tuple[str, ...]:
        """Construct paths of the stacks, in the templates' order."""
        return tuple(dict.fromkeys(template.stack for template in self.templates))


def _section(body: Mapping[str, Json], name: str) -> Mapping[str, Json]:
    found = body.get(name)
    return found if isinstance(found, Mapping) else {}


def _construct_path(body: Mapping[str, Json]) -> str:
    metadata = body.get("Metadata")
    path = metadata.get("aws:cdk:path") if isinstance(metadata, Mapping) else None
    return path if isinstance(path, str) else ""
