"""What is done to a stage while it is loaded: workers are killed, and the quota is lifted."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.rehearsal.stage import Stage

WORKER: Final = "/_worker.py"
"""Last part of the script that MiniStack runs a function in, in a process of its own."""
STARTED: Final = 15.0
"""Seconds after which a worker is taken to serve, however busy the machine."""
FULL: Final = 100_000_000
"""Requests a day: beyond any load, so that the quota is not what is measured."""


def workers(server: int) -> list[int]:
    """Process ids of the children of a local AWS that functions run in, and that serve by now.

    One that dies as it starts has MiniStack end all others of its function, those that start among
    them: with many clients that goes on for ever, and has nothing to do with Lambda.
    """
    return [
        child
        for child in _children(server)
        if _read(child, "cmdline").rstrip("\0").endswith(WORKER) and _age(child) > STARTED
    ]


def _children(process: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{process}/task").iterdir():
        found += map(int, _read(process, f"task/{task.name}/children").split())
    return found


def _age(process: int) -> float:
    """Seconds since a process was started; 0 for one that is gone (proc(5), `stat`, field 22)."""
    fields = _read(process, "stat").rpartition(")")[2].split()
    if not fields:
        return 0
    return time.clock_gettime(time.CLOCK_BOOTTIME) - int(fields[19]) / os.sysconf("SC_CLK_TCK")


def _read(process: int, file: str) -> str:
    """What /proc tells of a process; nothing once it is gone."""
    try:
        return Path(f"/proc/{process}/{file}").read_text(errors="replace")
    except OSError:
        return ""


@contextmanager
def killing(server: int | None, *, every: float, seed: int) -> Iterator[list[int]]:
    """Kill a worker now and then, for a while; those that were."""
    killed: list[int] = []
    done = threading.Event()
    chance = random.Random(seed)  # noqa: S311 - which worker comes next

    def kill() -> None:
        while server is not None and not done.wait(chance.uniform(0, 2 * every)):
            if found := workers(server):
                victim = chance.choice(found)
                with suppress(ProcessLookupError):
                    os.kill(victim, signal.SIGKILL)
                    killed.append(victim)

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield killed
    finally:
        done.set()
        thread.join()


@contextmanager
def without_quota(stage: Stage) -> Iterator[None]:
    """Lift the usage plan's quota for a while: a day's requests are sent in a minute."""
    if stage.operator is None:
        yield
        return
    gateway = stage.client("apigateway")
    plans = gateway.get_usage_plans(keyId=stage.outputs["ApiKeyId"])["items"]
    limits = {plan["id"]: plan["quota"]["limit"] for plan in plans if "quota" in plan}

    def limit(plan: str, value: int) -> None:
        patch = [{"op": "replace", "path": "/quota/limit", "value": str(value)}]
        gateway.update_usage_plan(usagePlanId=plan, patchOperations=patch)

    try:
        for plan in limits:
            limit(plan, FULL)
        yield
    finally:
        for plan, value in limits.items():
            limit(plan, value)
