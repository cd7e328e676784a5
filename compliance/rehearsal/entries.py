"""An entry of the list of what leaves no trail on a local AWS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from compliance.iam import actions

if TYPE_CHECKING:
    from compliance.rehearsal.model import Grant, Kind
    from compliance.rehearsal.surroundings import Applies, Surroundings


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One thing that AWS does without leaving a trail on a local AWS.

    Attributes:
        name: what it is.
        kind: where its grant stands.
        actions: all that it does; a grant of more is not covered. Empty for any.
        applies: whether a grant is for it.
        reason: why nothing is seen of it.
        source: AWS's page that lists its actions.
    """

    name: str
    kind: Kind
    actions: tuple[str, ...]
    applies: Applies
    reason: str
    source: str

    def covers(self, grant: Grant, around: Surroundings) -> bool:
        """Whether a grant serves this alone."""
        return (
            grant.kind is self.kind
            and (not self.actions or _only(grant.action, self.actions))
            and self.applies(grant, around)
        )


def _only(pattern: str, names: tuple[str, ...]) -> bool:
    """Whether all that an action pattern takes in is among these."""
    if pattern.startswith("!"):
        return False
    found = {action.name for action in actions.expand(pattern)}
    return bool(found) and found <= set(names)


GUIDE: Final = "https://docs.aws.amazon.com/"
BY_LAMBDA: Final = "the Lambda service does it in the role's name, not the function's code"
BY_SERVICE: Final = "a service of AWS does it, which the local AWS does not ask for permission"
