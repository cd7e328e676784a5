"""A stage on a local AWS for the length of a block, as a rehearsal has it."""

from __future__ import annotations

import datetime as dt
import os
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from compliance import config, waivers
from compliance.assembly import read
from compliance.rehearsal.request import Request
from compliance.rehearsal.scene import local

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.rehearsal.stage import Stage


@contextmanager
def rehearsed(assembly: Path) -> Iterator[tuple[Stage, int]]:
    """Deploy an assembly; yields its stage and the process id of the local AWS."""
    policy = config.load(start=Path())
    python = policy.ministack_python
    with tempfile.TemporaryDirectory() as out:
        request = Request(
            folder=assembly,
            tests=Path(),
            config=policy,
            waivers=waivers.Waivers(),
            today=dt.datetime.now(tz=dt.UTC).date(),
            out=Path(out),
            environ=dict(os.environ),
            python=str(policy.root / python) if python else sys.executable,
            progress=lambda step: print(step, file=sys.stderr),
        )
        with local(request, read(assembly)) as scene:
            yield scene.stage, scene.aws.pid
