"""What was and what is, side by side: resources in pairs, values that can be compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from compliance.assembly.model import Assembly, Template
from compliance.config import Config
from compliance.intrinsics import ABSENT, Text, Token, Unknown, Value
from compliance.rules.base import Context

if TYPE_CHECKING:
    from compliance.assembly.model import Json, Resource
    from compliance.iam.access.templates import Renames
    from compliance.intrinsics import Resolver
    from compliance.review.model import Change

SHARED: Final = ("Parameters", "Mappings", "Globals")
"""Sections whose values stand in resources that may look the same as before."""

Plain = str | list["Plain"] | dict[str, "Plain"]
"""A value without intrinsics: what only the deployment knows is named, numbers are text."""


@dataclass(frozen=True, eq=False)
class Side:
    """One template of the two.

    Attributes:
        template: an empty one where there is none.
        context: where its values are resolved.
        renames: what the other side calls resources, by template and logical id.
    """

    template: Template
    context: Context
    renames: Renames

    @cached_property
    def resolver(self) -> Resolver:
        """What resolves the template's values."""
        return self.context.resolver(self.template)

    def get(self, resource: Resource | None, *path: str) -> tuple[Value, ...]:
        """Alternatives of a property; `ABSENT` alone where the resource is not there."""
        return (ABSENT,) if resource is None else self.resolver.get(resource.properties, *path)

    def one(self, resource: Resource, *path: str) -> Value:
        """The one value of a property; `Unknown` where a condition decides."""
        found = self.get(resource, *path)
        return found[0] if len(found) == 1 else Unknown("it depends on a condition")

    def plain(self, node: Json) -> Plain:
        """A value in the form in which those of both sides are compared."""
        found = [self._plain(value) for value in self.resolver.values(node)]
        return found[0] if len(found) == 1 else {"any of": found}

    def _plain(self, value: Value) -> Plain:
        if isinstance(value, Mapping):
            return {
                str(key): self.plain(inner)
                for key, inner in sorted(value.items(), key=lambda item: str(item[0]))
            }
        if isinstance(value, list):
            return [self.plain(element) for element in value]
        return self.text(value)

    def text(self, value: Value) -> str:
        """A single value as text; a resource goes by the name that the other side has for it."""
        if value is ABSENT:
            return ""
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, Text):
            return "".join(str(self._token(part)) for part in value.parts)
        return str(value)

    def _token(self, part: str | Token) -> str | Token:
        if isinstance(part, str) or part.resource is None:
            return part
        rest = part.name.removeprefix(part.resource.logical_id)
        return replace(part, name=self.name(part.resource) + rest)

    def name(self, resource: Resource) -> str:
        """What the other side calls a resource: one of another template goes by that, too.

        Stacks have logical ids in common: CDK derives them from construct ids, and those recur.
        """
        there = resource.template.name
        found = self.renames.get(there, {}).get(resource.logical_id, resource.logical_id)
        if there == self.template.name:
            return found
        folder, slash, _ = self.template.name.rpartition("/")
        return f"{there.removeprefix(folder + slash)}/{found}"

    def members(self, value: Value) -> frozenset[str] | None:
        """The elements of a list; `None` when only the deployment knows the list."""
        if isinstance(value, Unknown):
            return None
        return frozenset(
            element if isinstance(element := self._plain(each), str) else str(element)
            for _, each in self.resolver.items(value)
        )


@dataclass(frozen=True)
class Pair:
    """A resource as it was and as it is; one of them may be missing."""

    old: Resource | None
    new: Resource | None

    @property
    def resource(self) -> Resource:
        """The resource as it is, or was when it is gone."""
        found = self.new or self.old
        assert found is not None  # noqa: S101 - a pair is of something
        return found

    @property
    def both(self) -> tuple[Resource, Resource] | None:
        """Both of them, when there are two of one type."""
        if self.old is None or self.new is None or self.old.type != self.new.type:
            return None
        return self.old, self.new


@dataclass(frozen=True, eq=False)
class Sides:
    """A template as it was and as it is.

    Attributes:
        old: what was.
        new: what is.
        pairs: resources that differ, or may because of what they take from elsewhere in the
            template.
        differs_elsewhere: whether what resources take from elsewhere in the template differs.
    """

    old: Side
    new: Side
    pairs: tuple[Pair, ...]
    differs_elsewhere: bool = False

    @classmethod
    def of(
        cls,
        changes: Sequence[Change],
        *,
        old: Template | None,
        new: Template | None,
        assemblies: tuple[Assembly, Assembly] | None = None,
        renames: Renames | None = None,
    ) -> Sides:
        """Both sides of a change.

        Args:
            changes: of resources.
            old: the template as it was, `None` when it is new.
            new: the template as it is, `None` when it is gone.
            assemblies: what stood and stands beside it, for values of other stacks.
            renames: new logical ids by old ones, by template, of what stands beside it; of this
                template the changes tell.
        """
        before, after = assemblies or (None, None)
        renamed = {
            change.old.logical_id: change.new.logical_id
            for change in changes
            if change.old is not None
            and change.new is not None
            and change.old.logical_id != change.new.logical_id
        }
        elsewhere = (
            old is not None
            and new is not None
            and any(old.body.get(name) != new.body.get(name) for name in SHARED)
        )
        return cls(
            old=_side(old, before, {**(renames or {}), old.name if old else "": renamed}),
            new=_side(new, after, {}),
            pairs=(
                *(pair for change in changes for pair in _pairs(change)),
                *(_alike(changes, old, new) if elsewhere and old and new else ()),
            ),
            differs_elsewhere=elsewhere,
        )

    def of_types(self, *types: str) -> Iterator[Pair]:
        """The pairs whose resource is of one of these types."""
        return (pair for pair in self.pairs if pair.resource.type in types)

    @cached_property
    def came_from(self) -> Mapping[str, Resource]:
        """By logical id of a resource, what it was."""
        known = {
            logical_id: before
            for logical_id, before in self.old.template.resources.items()
            if logical_id in self.new.template.resources
        }
        return known | {
            pair.new.logical_id: pair.old
            for pair in self.pairs
            if pair.new is not None and pair.old is not None
        }

    def is_new(self, resource: Resource) -> bool:
        """Whether a resource of the new template was in no form in the old one."""
        return resource.logical_id not in self.came_from


def _side(template: Template | None, assembly: Assembly | None, renames: Renames) -> Side:
    template = template or Template(name="", path=Path(), body={})
    assembly = assembly or Assembly(template.path, (template,), is_assembly=False)
    return Side(template, Context(assembly, Config()), renames)


def _pairs(change: Change) -> Iterator[Pair]:
    old, new = change.old, change.new
    if old is not None and new is not None and old.type != new.type:
        yield Pair(old, None)
        yield Pair(None, new)
    else:
        yield Pair(old, new)


def _alike(changes: Sequence[Change], old: Template, new: Template) -> Iterator[Pair]:
    """Resources that read as before, when what they refer to reads differently."""
    told = {change.new.logical_id for change in changes if change.new is not None}
    for logical_id, resource in new.resources.items():
        before = old.resources.get(logical_id)
        if before is not None and before.type == resource.type and logical_id not in told:
            yield Pair(before, resource)
