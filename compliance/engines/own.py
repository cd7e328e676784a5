"""The own engine: the catalogue's rules over the templates, in this process."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from compliance import __version__, rules
from compliance.engines.base import Answer, Engine, broken, finding
from compliance.findings import EngineRun, Status

if TYPE_CHECKING:
    from compliance.rules.base import Context


class OwnEngine(Engine):
    """Judges every resource by every rule that applies to its type."""

    name = "own"

    def examine(self, context: Context) -> Answer:
        """Judge the assembly's resources."""
        start = time.perf_counter()
        found = []
        seen = 0
        for resource in context.assembly.resources():
            try:
                found += [
                    finding(self.name, rule, judgement, resource)
                    for rule, judgement in rules.judge(resource, context)
                ]
            except Exception as error:  # noqa: BLE001 - one rule's fault is no reason for a green
                return self.failed(
                    f"a rule broke on {resource.logical_id} of {resource.template.name}: "
                    f"{broken(error)}",
                    version=__version__,
                    resources=seen,
                )
            seen += 1
        return Answer(
            EngineRun(
                self.name,
                Status.RAN,
                __version__,
                rules=len(rules.rules()),
                resources=seen,
                seconds=time.perf_counter() - start,
            ),
            tuple(found),
            rules=frozenset(rules.by_id()),
        )
