"""The patterns. Adding one: its function and findings in a file of `patterns`, its line there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.ordinary.patterns import (
    apis,
    apps,
    data,
    functions,
    identities,
    messages,
    rest_apis,
    storage,
    workflows,
    workloads,
)

if TYPE_CHECKING:
    from tests.ordinary.pattern import Pattern

PATTERNS: Final[tuple[Pattern, ...]] = (
    *storage.PATTERNS,
    *functions.PATTERNS,
    *messages.PATTERNS,
    *rest_apis.PATTERNS,
    *apis.PATTERNS,
    *workflows.PATTERNS,
    *workloads.PATTERNS,
    *data.PATTERNS,
    *identities.PATTERNS,
    *apps.PATTERNS,
)
