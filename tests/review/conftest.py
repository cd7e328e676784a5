"""Golden texts, one file a change, and what the changes start from."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from tests.review.developing import Change, synthesized

if TYPE_CHECKING:
    from collections.abc import Callable

    from syrupy.assertion import SnapshotAssertion

    from compliance.assembly import Assembly


class _Text(SingleFileSnapshotExtension):
    _write_mode = WriteMode.TEXT
    file_extension = "txt"


@pytest.fixture
def golden(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Compares with a golden `.txt`; `pytest --snapshot-update` accepts a new text."""
    return snapshot.use_extension(_Text)


@pytest.fixture(scope="session")
def unchanged(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[tuple[str, ...]], Assembly]:
    """Return what gives the templates of some environments before anybody changes anything.

    Not the accepted ones: a stack that differs from its snapshot is another test's news.
    """

    @cache
    def of(environments: tuple[str, ...]) -> Assembly:
        change = Change(title="Change nothing", environments=environments)
        return synthesized(change, tmp_path_factory.mktemp("unchanged"))

    return of
