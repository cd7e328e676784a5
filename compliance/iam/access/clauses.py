"""Statements of policies in the form that a comparison works on, free of CloudFormation."""

from __future__ import annotations

import enum
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from compliance.iam.access import globs

if TYPE_CHECKING:
    from compliance.iam.access.contexts import Line
    from compliance.iam.access.globs import Pattern
    from compliance.intrinsics import Token

ANYONE: Final = "*"
_Item = TypeVar("_Item", bound=Hashable)


class PrincipalKind(enum.StrEnum):
    """The keys of a `Principal` element (IAM User Guide, 'AWS JSON policy elements: Principal')."""

    AWS = "AWS"
    SERVICE = "Service"
    FEDERATED = "Federated"
    CANONICAL_USER = "CanonicalUser"


@dataclass(frozen=True, slots=True)
class Principal:
    """One principal of a statement.

    Attributes:
        kind: under which key it stands; `AWS` for everyone.
        name: `*` for everyone, an account as the ARN of its root, else as it is written.
    """

    kind: PrincipalKind
    name: str

    @property
    def is_anyone(self) -> bool:
        """Whether it is everyone."""
        return self.name == ANYONE


@dataclass(frozen=True, slots=True)
class Listed(Generic[_Item]):
    """An element of a statement, or its opposite, such as `Action` or `NotAction`.

    Attributes:
        items: what it lists.
        negated: whether it stands for all but what it lists.
    """

    items: frozenset[_Item]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Clause:
    """One statement.

    Attributes:
        allows: whether it is an Allow; a Deny otherwise.
        actions: patterns in lower case.
        resources: patterns; `*` where the policy's kind names none, as a role's trust.
        principals: whom it names; `None` in an identity policy.
        condition: its lines, all of which have to hold.
        needs: a line for each policy variable in it: without a value, the statement may be void
            (IAM User Guide, 'IAM policy elements: Variables and tags').
        place: where it stands; of no matter for what it means.
    """

    allows: bool
    actions: Listed[str]
    resources: Listed[Pattern]
    principals: Listed[Principal] | None
    condition: frozenset[Line]
    needs: frozenset[Line]
    place: str = field(compare=False)

    @property
    def when(self) -> frozenset[Line]:
        """All that has to be so for the statement to count, as far as a proof goes."""
        return self.condition | self.needs


@dataclass(frozen=True, slots=True)
class Unread:
    """A statement, or a whole policy, that cannot be read.

    Attributes:
        raw: its text; the same text on both sides says the same.
        reason: why.
        place: where it stands.
        may_deny: whether it may hold a Deny.
    """

    raw: str
    reason: str = field(compare=False)
    place: str = field(compare=False)
    may_deny: bool = field(default=True, compare=False)


@dataclass(frozen=True, slots=True)
class Policy:
    """What is granted to one subject, or on one resource.

    Attributes:
        subject: what tells it from others: policies of one subject count together.
        principal: how a witness names who is granted what an identity policy says.
        clauses: its statements.
        unread: what could not be read.
        tokens: what the tokens in its patterns are, by letter.
        boundaries: what limits the subject, by name: the statements of the policy, none where they
            do not stand in the templates.
        doubt: why what is new here may be nobody's; empty where it is the subject's.
        others_allow: whether what a Deny no longer denies may be allowed by policies elsewhere.
        is_outside: whether the subject stands elsewhere, and stays when nothing more is said of it.
    """

    subject: Hashable
    principal: str
    clauses: tuple[Clause, ...]
    unread: tuple[Unread, ...] = ()
    tokens: Mapping[str, Token] = field(default_factory=dict)
    boundaries: Mapping[str, tuple[Clause, ...]] = field(default_factory=dict)
    doubt: str = ""
    others_allow: bool = False
    is_outside: bool = False


def fields_matter(clause: Clause) -> bool:
    """Whether it matters how far a wildcard in an ARN's fields reaches."""
    return any(globs.by_fields(glob) != glob for glob in clause.resources.items)
