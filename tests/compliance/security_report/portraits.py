"""Assemblies to portray: of resources that a test writes down, and of folders."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compliance import assembly as assemblies
from compliance.assembly.model import Assembly, Template
from compliance.config import Config
from compliance.findings import Source
from compliance.rules.base import Context
from compliance.security_report.portrait import portrait

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compliance.assembly.model import Resource
    from compliance.security_report.model import AccessRow, Grant, Portrait

Json = dict[str, Any]


def resource(kind: str, path: str = "", **properties: Any) -> Json:  # noqa: ANN401 - any JSON
    """A declaration."""
    metadata = {"Metadata": {"aws:cdk:path": path}} if path else {}
    return {"Type": kind, "Properties": properties, **metadata}


def arn(name: str) -> Json:
    """The ARN of a resource of the same template."""
    return {"Fn::GetAtt": [name, "Arn"]}


def context(stacks: Mapping[str, Json]) -> Context:
    """Templates by the name of their stack."""
    templates = tuple(
        Template(
            name=f"{name}.template.json",
            path=Path(f"{name}.template.json"),
            body=body,
            stack=name,
            stack_name=name,
            account="123456789012",
            region="eu-west-1",
        )
        for name, body in stacks.items()
    )
    return Context(Assembly(Path("cdk.out"), templates, is_assembly=False), Config())


def of(*, sections: Json | None = None, **resources: Json) -> Portrait:
    """The portrait of one stack, `Stack`, that holds these resources."""
    return of_stacks({"Stack": {**(sections or {}), "Resources": resources}})


def of_stacks(stacks: Mapping[str, Json]) -> Portrait:
    """The portrait of several stacks of one account and region."""
    return portrait(context(stacks), source_of=line)


@functools.cache
def of_folder(folder: Path) -> Portrait:
    """The portrait of an assembly on disk."""
    return portrait(Context(assemblies.read(folder), Config()), source_of=line)


def line(resource: Resource) -> Source:
    """A line that is told by the resource's name."""
    return Source("stacks.py", len(resource.logical_id))


def row(found: Portrait, principal: str, service: str) -> AccessRow:
    """The one row of a principal and a service."""
    (one,) = (
        each
        for each in found.access
        if each.principal.name == principal and each.service == service
    )
    return one


def told(grants: tuple[Grant, ...]) -> list[tuple[str, str, str]]:
    """Grants by level, action and resource."""
    return [(str(grant.level), grant.action, grant.resource) for grant in grants]
