"""What one new Allow is compared with, and how."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compliance.iam.access.clauses import Clause
    from compliance.iam.access.globs import Budget, Reading
    from compliance.intrinsics import Token


@dataclass(frozen=True, slots=True)
class Sides:
    """What is compared, of one subject.

    Attributes:
        new_allows: Allows of the new policies.
        new_denies: Denies of the new policies.
        old_allows: Allows of the old policies.
        old_denies: Denies of the old policies.
        tokens: what the tokens in the patterns are.
    """

    new_allows: tuple[Clause, ...]
    new_denies: tuple[Clause, ...]
    old_allows: tuple[Clause, ...]
    old_denies: tuple[Clause, ...]
    tokens: Mapping[str, Token]


@dataclass(frozen=True)
class Frame:
    """One new Allow and the other statements, numbered.

    Attributes:
        clause: the new Allow.
        sides: what it is compared with.
        reading: of wildcards.
        budget: of states, shared by a whole comparison.
    """

    clause: Clause
    sides: Sides
    reading: Reading
    budget: Budget

    @cached_property
    def others(self) -> tuple[Clause, ...]:
        """New Denies, old Allows and old Denies."""
        return (*self.sides.new_denies, *self.sides.old_allows, *self.sides.old_denies)

    @cached_property
    def new_denies(self) -> range:
        """Their numbers among the others."""
        return range(len(self.sides.new_denies))

    @cached_property
    def old_allows(self) -> range:
        """Their numbers among the others."""
        first = len(self.sides.new_denies)
        return range(first, first + len(self.sides.old_allows))

    @cached_property
    def old_denies(self) -> range:
        """Their numbers among the others."""
        return range(self.old_allows.stop, len(self.others))

    @cached_property
    def gone(self) -> frozenset[int]:
        """Numbers of old Denies that do not stand in the new policies as they were.

        What the others deny is denied on both sides, whatever their tokens turn out to be.
        """
        kept = frozenset(self.sides.new_denies)
        return frozenset(index for index in self.old_denies if self.others[index] not in kept)

    @cached_property
    def is_settled(self) -> bool:
        """Whether the very same Allow stood there before, and no Deny is gone since."""
        return self.clause in self.sides.old_allows and not self.gone
