"""API09: a stage never logs bodies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compliance.findings import Severity
from compliance.intrinsics import ABSENT, Unknown, truth
from compliance.rules.base import (
    Context,
    Family,
    Judgement,
    Rule,
    Standard,
    fail,
    or_passed,
    unknown,
)
from compliance.rules.stages import REST_STAGES, WEB_STAGE, is_stage, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.assembly.model import Resource


class NoBodiesInLogs(Rule):
    """API09."""

    id = "API09"
    family = Family.API
    severity = Severity.HIGH
    title = "A stage never logs bodies"
    rationale = (
        "Data tracing writes whole requests and answers into the execution log: personal data and "
        "tokens then live where everybody who reads logs can read them."
    )
    remediation = "Set `data_trace_enabled=False` and keep the logging level."
    references = (
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html",
    )
    controls = {Standard.NIST: ("AU-3(3)",)}
    resource_types = (*REST_STAGES, WEB_STAGE)

    def judge(self, resource: Resource, context: Context) -> Iterator[Judgement]:
        """Judge every block of settings that can switch data tracing on."""
        if is_stage(resource, context):
            yield from or_passed(self._settings(resource, context))

    def _settings(self, resource: Resource, context: Context) -> Iterator[Judgement]:
        for place, block in settings(resource, context):
            if isinstance(block, Unknown):
                yield unknown("Whether bodies are logged", block, location=place)
                continue
            location = f"{place}.DataTraceEnabled"
            for value in context.of(resource).get(block, "DataTraceEnabled"):
                traced = False if value is ABSENT else truth(value)
                if traced is None:
                    yield unknown("Whether bodies are logged", value, location=location)
                elif traced:
                    yield fail(
                        "The stage writes whole requests and answers into its execution log.",
                        location=location,
                        observed=value,
                    )
