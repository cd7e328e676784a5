"""The stage that is tested, and who calls it.

    SYNTHGATE_STAGE=stage.json pytest tests/contract

The file is what `synthgate rehearse` writes. Some tests change the settings of the stage for a
while: they are for one process, not for several beside each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from compliance.rehearsal.stage import Stage
from tests.contract.client import Client
from tests.contract.operator import Operator

if TYPE_CHECKING:
    from pathlib import Path

_STAGE = Stage.current()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out what cannot run, or was not asked for and takes long to load."""
    if _STAGE is None:
        return True
    is_generated = collection_path.name == "test_generated.py"
    return True if is_generated and config.getoption("markexpr") == "smoke" else None


@pytest.fixture(scope="session")
def stage() -> Stage:
    """Return the stage that the environment names."""
    assert _STAGE is not None
    return _STAGE


@pytest.fixture(scope="session")
def api(stage: Stage) -> Client:
    """Return a client that may call every operation."""
    return Client(stage)


@pytest.fixture(scope="session")
def origin(api: Client) -> str:
    """Return an origin whose pages may read answers."""
    return api.send("OPTIONS", "/items", signed=False).headers["Access-Control-Allow-Origin"]


@pytest.fixture(scope="session")
def operator(stage: Stage) -> Operator:
    """Return who may change the stage's settings and look into its bucket."""
    if stage.operator is None:
        pytest.skip("the stage names no operator")
    return Operator(stage)
