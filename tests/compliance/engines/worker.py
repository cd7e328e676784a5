"""One real Checkov worker for all tests of a process: it takes seconds to load."""

from __future__ import annotations

import atexit
from functools import cache

from compliance.config import Config
from compliance.engines.checkov.engine import CheckovEngine


@cache
def checkov() -> CheckovEngine:
    """The engine, started. It is ended with the process, not by a test."""
    engine = CheckovEngine(Config())
    engine.prepare()
    atexit.register(engine.close)
    return engine
