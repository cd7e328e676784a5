"""What the rules on identity policies share: each Allow statement is judged, one by one."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Final

from compliance.iam import conditions
from compliance.iam.statements import IDENTITY_TYPES, Opaque, PolicyKind, Statement, statements
from compliance.intrinsics import Kind, Text, Token, Unknown, Value
from compliance.rules.base import Context, Family, Judgement, Rule, or_passed, undecided

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from compliance.assembly.model import Resource

MOST: Final = 4
"""How many names a message lists."""


class IdentityRule(Rule):
    """A rule on the Allow statements of identity policies."""

    family = Family.IAM
    resource_types = IDENTITY_TYPES

    def judge(self, resource: Resource, context: Context) -> Iterator[Judgement]:
        """Judge every identity policy of the resource."""
        found = [
            statement
            for statement in statements(resource, context.of(resource))
            if statement.kind is PolicyKind.IDENTITY
        ]
        if found:
            yield from or_passed(
                judgement
                for statement in found
                for judgement in self._each(statement, resource, context)
            )

    def _each(
        self, statement: Statement | Opaque, resource: Resource, context: Context
    ) -> Iterator[Judgement]:
        if isinstance(statement, Opaque):
            yield undecided(
                f"The policy is known only at deploy time: {statement.reason}.",
                location=statement.place,
            )
        elif statement.allows:
            yield from self.allowed(statement, resource, context)

    @abstractmethod
    def allowed(
        self, statement: Statement, resource: Resource, context: Context
    ) -> Iterator[Judgement]:
        """Judge one statement that allows something.

        Yields:
            Failures and undecided places; nothing when there is nothing to say against it.
        """


def patterns(statement: Statement) -> list[str]:
    """What a statement's `Action` says; values that only the deployment knows are IAM02's."""
    return [entry.value for entry in statement.entries("Action") if isinstance(entry.value, str)]


def held_to(
    statement: Statement,
    key: str,
    accepts: Callable[[str | Text], bool],
    *,
    always_there: bool = False,
) -> conditions.Answer:
    """Whether a statement applies only to requests in which a key has an accepted value.

    Args:
        statement: with its condition, if it has one.
        key: condition key, such as `iam:PassedToService`.
        accepts: asked of each value that the condition allows, if it is more than wildcards.
        always_there: whether every request has the key: what holds without it then makes no
            difference.
    """

    def says(line: conditions.Test) -> conditions.Answer:
        if line.key != key.lower():
            return False
        known = [value for value in line.values if not isinstance(value, Unknown)]
        if not all(isinstance(value, str | Text) and accepts(value) for value in known):
            return False
        return conditions.any_values(line)

    if not always_there:
        return conditions.narrowed(statement, says)
    return conditions.every(
        conditions.some(
            line if isinstance(line, Unknown) else not line.negated and says(line) for line in block
        )
        for block in conditions.blocks(statement)
    )


def is_unknown(value: Value) -> bool:
    """Whether only the deployment knows what a resource is: not even the ARN's head is there."""
    if isinstance(value, Text):
        head = value.parts[0]
        return isinstance(head, Token) and head.kind is Kind.UNKNOWN
    return isinstance(value, Unknown)


def listed(names: list[str]) -> str:
    """Names as a message says them: the first few, and how many more."""
    more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
    return ", ".join(names[:MOST]) + more
