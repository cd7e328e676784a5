"""What is to be rehearsed, and how."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from compliance.rehearsal.contract import TEST_SECONDS
from compliance.rehearsal.model import Step

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from compliance.config import Config
    from compliance.waivers import Waivers

LOG: Final = "server.log"
DEPLOYED: Final = "deploy.log"
TESTED: Final = "tests.log"
DIFFERENCE: Final = "removals.diff"
DESCRIPTION: Final = "openapi.json"
"""Files of a rehearsal beside its reports."""


@dataclass(kw_only=True)
class Request:
    """What is to be rehearsed, and how.

    Attributes:
        folder: the assembly.
        tests: file or folder of its contract tests.
        config: the policy data.
        waivers: what is accepted.
        today: the date that waivers' ends are compared with.
        out: folder for reports and logs.
        environ: of this process.
        python: interpreter that has MiniStack.
        port: on loopback; 0 for a free one.
        test_seconds: how long the contract tests may take.
        tamper: whether to take every grant away once.
        clock: seconds since 1970.
        progress: told in a few words what is being done.
        steps: what was done so far.
    """

    folder: Path
    tests: Path
    config: Config
    waivers: Waivers
    today: dt.date
    out: Path
    environ: Mapping[str, str]
    python: str
    port: int = 0
    test_seconds: float = TEST_SECONDS
    tamper: bool = True
    clock: Callable[[], float] = time.time
    progress: Callable[[str], None] = lambda _: None
    steps: list[Step] = field(default_factory=list)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Tell what is being done, and note how long it took."""
        self.progress(name)
        started = time.monotonic()
        yield
        self.steps.append(Step(name, time.monotonic() - started))
