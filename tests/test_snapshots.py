"""Every template of every environment is the one that was accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from compliance import config

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from compliance.plugin import AssemblySnapshot

ENVIRONMENTS = config.load().environments


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_template_is_the_accepted_one(
    environment: str,
    assemblies: Callable[[str], Path],
    assembly_snapshot: AssemblySnapshot,
) -> None:
    """A changed infrastructure is a test failure until somebody accepts it."""
    assembly_snapshot(assemblies(environment), environment=environment)
