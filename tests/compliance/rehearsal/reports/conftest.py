"""Golden files: what people read, kept as they read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from tests.compliance.rehearsal.reports import samples
from tests.reports.runs import HOSTILE

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from compliance.rehearsal.model import Rehearsal


class _Golden(SingleFileSnapshotExtension):
    _write_mode = WriteMode.TEXT
    file_extension = "txt"


class _GoldenMarkdown(_Golden):
    file_extension = "md"


class _GoldenJson(_Golden):
    file_extension = "json"


@pytest.fixture
def golden(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Compares with a golden `.txt`; `pytest --snapshot-update` accepts a new text."""
    return snapshot.use_extension(_Golden)


@pytest.fixture
def golden_markdown(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Compares with a golden `.md`."""
    return snapshot.use_extension(_GoldenMarkdown)


@pytest.fixture
def golden_json(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Compares with a golden `.json`."""
    return snapshot.use_extension(_GoldenJson)


@pytest.fixture(scope="session")
def green() -> Rehearsal:
    """A rehearsal in which all works."""
    return samples.green()


@pytest.fixture(scope="session")
def red() -> Rehearsal:
    """A rehearsal with something wrong of every kind."""
    return samples.red()


@pytest.fixture(params=["green", "red"])
def any_sample(request: pytest.FixtureRequest) -> Rehearsal:
    """Each of the two."""
    found: Rehearsal = request.getfixturevalue(request.param)
    return found


@pytest.fixture(params=sorted(HOSTILE))
def hostile(request: pytest.FixtureRequest) -> str:
    """A string that some format, terminal or renderer would mistake for its own syntax."""
    return HOSTILE[request.param]
