"""Resolvers over templates that stand in a test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from compliance.assembly import Assembly, Template
from compliance.intrinsics import Resolver, Text, Unknown, Value

Json = dict[str, Any]
RESOURCES: Json = {
    "Table": {"Type": "AWS::DynamoDB::Table"},
    "Key": {"Type": "AWS::KMS::Key"},
}


def template(name: str = "t.json", *, body: Json | None = None, **more: Any) -> Template:  # noqa: ANN401 - fields of a template
    """A template of two resources, unless the body says otherwise."""
    return Template(
        name=name, path=Path(name), body={"Resources": RESOURCES, **(body or {})}, **more
    )


def resolver(first: Template | None = None, *others: Template) -> Resolver:
    """The resolver of a template, with others beside it in one assembly."""
    first = first or template()
    return Resolver(first, Assembly(Path("cdk.out"), (first, *others), is_assembly=True))


def shown(values: tuple[Value, ...]) -> list[object]:
    """Values as a test can state them: texts and unknowns as the strings that they show."""
    return [f"?{value}" if isinstance(value, Unknown) else _plain(value) for value in values]


def _plain(value: Value) -> object:
    return str(value) if isinstance(value, Text) else value
