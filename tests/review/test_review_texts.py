"""What a reviewer reads of changes to the project's own stacks.

Each text is a file below `__snapshots__`, called by the change; `tests/review/changes.py` tells
what the developer did.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import pytest

from compliance.review import to_text, wording
from compliance.review.model import Kind, Subject
from compliance.review.reviewing import review
from tests.review.changes import CHANGES
from tests.review.developing import synthesized
from tests.review.facts import FACTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from compliance.assembly import Assembly, Resource
    from compliance.review.model import Review
    from tests.review.facts import Facts

WIDTH = 100
MAX_LINES = 30
"""Lines of a raw diff: what it is like is seen by then."""


def test_every_change_is_held_to_facts() -> None:
    """By name, so that none is held to its text alone."""
    assert CHANGES.keys() == FACTS.keys()


@pytest.mark.parametrize("name", CHANGES)
def test_the_review_of(
    name: str,
    golden: SnapshotAssertion,
    unchanged: Callable[[tuple[str, ...]], Assembly],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The text is the one that was read and accepted, and it says what it has to."""
    change = CHANGES[name]
    monkeypatch.setattr(to_text, "MAX_LINES", MAX_LINES)
    found = review(unchanged(change.environments), synthesized(change, tmp_path))
    text = to_text.render(found, width=WIDTH)
    _hold(found, text, FACTS[name])
    assert text == golden


def _hold(found: Review, text: str, facts: Facts) -> None:
    changes = [change for template in found.templates for change in template.changes]
    notes = [note for template in found.templates for note in template.notes]

    def happened(word: str) -> Iterable[Resource]:
        return (change.resource for change in changes if wording.happened(change) == word)

    def noted(subject: Subject) -> Iterable[Resource]:
        return (note.resource for note in notes if note.subject is subject)

    _same([template.name.partition("/")[2] for template in found.templates], facts.templates)
    _same(_paths(happened(wording.REPLACED)), facts.replaced)
    _same(_paths(happened(wording.MAYBE)), facts.maybe)
    _same(_paths(change.resource for change in changes if change.loss), facts.lost)
    _same(_paths(happened(Kind.REMOVED)), facts.removed)
    assert found.access.result is facts.access
    _same([witness.action for witness in found.access.witnesses], facts.granted)
    assert {witness.principal for witness in found.access.witnesses} == set(facts.to)
    _same(_paths(noted(Subject.EXPOSURE)), facts.exposed)
    _same(_paths(noted(Subject.PROTECTION)), facts.unprotected)
    running = " ".join(text.split())
    for part in facts.says:
        assert part in running


def _paths(resources: Iterable[Resource]) -> list[str]:
    return [resource.construct_path.removesuffix("/Resource") for resource in resources]


def _same(names: Iterable[str], patterns: tuple[str, ...]) -> None:
    """Every name has a pattern, and every pattern a name."""
    names = list(names)
    assert [name for name in names if not any(fnmatchcase(name, each) for each in patterns)] == []
    assert [each for each in patterns if not any(fnmatchcase(name, each) for name in names)] == []
