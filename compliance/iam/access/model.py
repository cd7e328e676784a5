"""What an access comparison answers."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Result(enum.StrEnum):
    """Whether the new policies allow a request that the old ones did not."""

    NO_NEW_ACCESS = "no-new-access"
    NEW_ACCESS = "new-access"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Witness:
    """A request that is allowed now and was not before.

    Attributes:
        principal: who asks: the principal that a trust or resource policy names, or the role, user
            or group that an identity policy belongs to; `*` for anyone, or where a lone identity
            policy tells nobody.
        action: an action that exists, such as `s3:GetObject`.
        resource: an ARN of a type that the action takes, with intrinsics as `${Table.Arn}`, or `*`
            for an action that takes none.
        condition: values of the condition keys that the request has, by key; empty when it needs
            none. A key that the request must not have has no values.
        statement: where the grant stands, such as `ApiStack Role Policies[0] Statement[1]`.
    """

    principal: str
    action: str
    resource: str
    condition: Mapping[str, tuple[str, ...]]
    statement: str


@dataclass(frozen=True, slots=True)
class Open:
    """Something that could not be decided, and why.

    Attributes:
        statement: where it stands.
        reason: why only the deployment, or nobody, knows.
    """

    statement: str
    reason: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What access is new.

    Attributes:
        witnesses: one for each new grant.
        undecided: what keeps the answer open.
    """

    witnesses: tuple[Witness, ...] = ()
    undecided: tuple[Open, ...] = ()

    @property
    def result(self) -> Result:
        """New access where there is a witness; undecided where anything is open."""
        if self.witnesses:
            return Result.NEW_ACCESS
        return Result.UNDECIDED if self.undecided else Result.NO_NEW_ACCESS
