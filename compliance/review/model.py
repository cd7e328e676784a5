"""What a review of a change consists of."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from compliance.assembly.model import Json, Resource, Template
    from compliance.iam.access.model import Comparison


class Kind(enum.StrEnum):
    """What happened to a resource."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    RENAMED = "renamed"
    """The same construct or the same properties under another logical id: CloudFormation makes a
    new one and deletes the old one."""
    REDEPLOYED = "redeployed"
    """Its logical id ends with a hash of what is deployed: the next one takes its place."""


class Replaced(enum.StrEnum):
    """Whether CloudFormation makes a new resource in the place of the old one."""

    NO = "no"
    YES = "yes"
    MAYBE = "maybe"


@dataclass(frozen=True, slots=True)
class Difference:
    """One place that differs.

    Attributes:
        place: path inside the resource or the template, such as `Properties.KeySchema[0]` or
            `DeletionPolicy`.
        old: as it was written; `ABSENT` where nothing stood there.
        new: as it is written; `ABSENT` where nothing stands there.
    """

    place: str
    old: Json
    new: Json


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to one resource.

    Attributes:
        kind: in a word.
        old: the resource as it was; `None` when it is added.
        new: the resource as it is; `None` when it is removed.
        differences: the places that differ, smallest parts named; of added and removed resources
            none.
        replaced: whether a new one is made in its place.
        reasons: why it is, or may be, replaced: a sentence without a full stop each, such as
            `Properties.KeySchema cannot change in place`.
        loss: what data goes with it, as a sentence without a full stop, such as `the table and all
            its items are deleted` or `the new table starts empty`; empty when none does.
        kept: where the old one or its data stays, as a sentence likewise, such as `DeletionPolicy
            keeps the old one, outside of the stack`: what is said to be lost is then left behind;
            empty when nothing stays.
    """

    kind: Kind
    old: Resource | None
    new: Resource | None
    differences: tuple[Difference, ...] = ()
    replaced: Replaced = Replaced.NO
    reasons: tuple[str, ...] = ()
    loss: str = ""
    kept: str = ""

    @property
    def resource(self) -> Resource:
        """The resource as it is, or was when it is gone."""
        found = self.new or self.old
        assert found is not None  # noqa: S101 - a change is of something
        return found


class Subject(enum.StrEnum):
    """What a note is about."""

    EXPOSURE = "exposure"
    PROTECTION = "protection"


@dataclass(frozen=True, slots=True)
class Note:
    """Something that a reviewer has to see, whatever the rules say of it.

    Attributes:
        subject: exposure opened, or retention and protection taken away.
        resource: as it is, or was when it is gone.
        message: one sentence without a full stop: what it was and what it is now, such as
            `GET /items lost its authorizer (AWS_IAM): anyone who reaches the API may call it`.
        place: path inside the resource, empty when it is about all of it.
    """

    subject: Subject
    resource: Resource
    message: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class TemplateReview:
    """What happened to one template.

    Attributes:
        name: such as `ApiStack` or `prod/ApiStack`.
        old: the template as it was; `None` when it is new.
        new: the template as it is; `None` when it is gone.
        changes: of resources, those with the gravest consequence first.
        others: what differs outside of `Resources`: outputs, parameters, conditions.
        failures: what fails when it is deployed because of an output alone, such as `the deployment
            fails: …`: a sentence without a full stop each. What fails because of what happens to a
            resource is among that change's reasons.
        notes: on exposure and protection.
        diff: the unified diff of the canonical texts, without line ends.
    """

    name: str
    old: Template | None
    new: Template | None
    changes: tuple[Change, ...] = ()
    others: tuple[Difference, ...] = ()
    failures: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    diff: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Review:
    """A change of one or several templates, as a reviewer decides on it.

    Attributes:
        templates: those that differ, by name.
        access: what access is new, over all templates.
        compared: how many templates were compared.
    """

    templates: tuple[TemplateReview, ...]
    access: Comparison
    compared: int = field(default=0)
