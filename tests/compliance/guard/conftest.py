"""What these tests share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.compliance.guard import assemblies

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def workshop(shared: Path) -> assemblies.Workshop:
    """The guarded apps, synthesized."""
    return assemblies.workshop(shared)
