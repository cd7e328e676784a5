"""The patterns, synthesized once in a test run, whatever the number of workers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.ordinary.run import Patterns, synthesize

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(scope="session")
def patterns(shared: Path, once: Callable[[Path, Callable[[Path], object]], Path]) -> Patterns:
    """Return the patterns and what is said of them."""
    return Patterns(once(shared / "ordinary", synthesize))
