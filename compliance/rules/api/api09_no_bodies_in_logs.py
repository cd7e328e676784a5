"""API09: a stage never logs bodies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from compliance.findings import Severity
from compliance.intrinsics import ABSENT, Unknown
from compliance.rules.base import Context, Family, Judgement, Rule, fail, or_passed, undecided

if TYPE_CHECKING:
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
    resource_types = ("AWS::ApiGateway::Stage",)

    def judge(self, resource: Resource, context: Context) -> Iterator[Judgement]:
        """Judge each entry of the stage's MethodSettings."""
        yield from or_passed(self._settings(resource, context))

    def _settings(self, resource: Resource, context: Context) -> Iterator[Judgement]:
        resolver = context.of(resource)
        for place, setting in resolver.items(
            resource.properties.get("MethodSettings", ABSENT), "Properties.MethodSettings"
        ):
            if not isinstance(setting, Mapping):
                continue
            for value in resolver.get(setting, "DataTraceEnabled"):
                location = f"{place}.DataTraceEnabled"
                if isinstance(value, Unknown):
                    yield undecided(
                        f"Data tracing is known only at deploy time: {value.reason}.",
                        location=location,
                        observed=value,
                    )
                elif str(value).lower() == "true":
                    yield fail(
                        "The stage writes whole requests and answers into its execution log.",
                        location=location,
                        observed=value,
                    )
