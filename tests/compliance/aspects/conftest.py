"""The sample app, synthesized once in a test run, whatever the number of workers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(scope="session")
def samples(shared: Path, once: Callable[[Path, Callable[[Path], object]], Path]) -> Path:
    """Return the folder of what `sample.synthesize` writes."""

    def make(folder: Path) -> None:
        # Starts Node.js, which most tests do without.
        from tests.compliance.aspects import sample  # noqa: PLC0415

        with pytest.MonkeyPatch.context() as patch:
            # What CloudFormation says of the templates is the guard's tests' to ask.
            patch.setenv("CDK_VALIDATION", "false")
            sample.synthesize(folder)

    return once(shared / "aspects", make)
