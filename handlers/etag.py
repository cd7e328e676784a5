"""Entity tags and the If-Match precondition (RFC 9110, sections 8.8.3 and 13.1.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from handlers.problems import Problem, ProblemError

_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_TAGS = re.compile(rf"{_TAG}(?:[ \t]*,[ \t]*{_TAG})*")


def of(version: int) -> str:
    """Return the entity tag of an item's version.

    It suffices: an id comes again only for an item that was deleted and is created again by the
    same request, and then its first version is the same.
    """
    return f'"{version}"'


@dataclass(frozen=True, slots=True)
class IfMatch:
    """What a request demands of the version that it is about to change."""

    tags: frozenset[str] | None
    """The entity tags that are allowed; None allows any."""

    @classmethod
    def parse(cls, header: str | None) -> IfMatch:
        """Read the If-Match header; absent and `*` allow any version, malformed is a problem."""
        if header is None or header.strip() == "*":
            return cls(None)
        if not _TAGS.fullmatch(header.strip()):
            raise ProblemError(
                Problem.INVALID_PARAMETER,
                'If-Match must be * or a list of entity tags, such as "3".',
            )
        return cls(frozenset(re.findall(_TAG, header)))

    def allows(self, version: int) -> bool:
        """Compare strongly: a weak tag never matches."""
        return self.tags is None or of(version) in self.tags
