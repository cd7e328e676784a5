"""What an engine is: it looks at an assembly, says what it found, and what it saw."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from compliance.findings import EngineRun, Finding, Outcome, Status, SynthgateError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from compliance.assembly.model import Resource
    from compliance.rules.base import Context, Judgement, Rule


@dataclass(frozen=True, slots=True)
class Answer:
    """One engine's word on one assembly.

    Attributes:
        run: what it saw; `failed` with the reason when it cannot be relied on.
        findings: what it found, passes included.
        rules: ids of the rules it judged by; `None` when it does not tell them all.
    """

    run: EngineRun
    findings: tuple[Finding, ...] = ()
    rules: frozenset[str] | None = None


class Engine(ABC):
    """One engine. An instance serves one run of the gate."""

    name: ClassVar[str]

    def prepare(self) -> None:  # noqa: B027 - most engines have nothing to start
        """Start what takes time, before there is anything to look at."""

    @abstractmethod
    def examine(self, context: Context) -> Answer:
        """Look at one assembly. Never raises for what the engine itself does wrong."""

    def close(self) -> None:  # noqa: B027 - or to stop
        """Stop what was started."""

    def failed(self, reason: str, *, version: str = "", resources: int = 0) -> Answer:
        """The answer of an engine that cannot be relied on."""
        return Answer(
            EngineRun(self.name, Status.FAILED, version, reason=reason, resources=resources)
        )

    def not_run(self, reason: str) -> Answer:
        """The answer of an engine that had nothing to run on."""
        return Answer(EngineRun(self.name, Status.NOT_RUN, reason=reason))


def merge(name: str, answers: Iterable[Answer]) -> EngineRun:
    """The runs of one engine over several assemblies, as one: the worst status, sums else."""
    runs = [answer.run for answer in answers]
    order = [Status.RAN, Status.NOT_RUN, Status.FAILED]
    worst = max(runs, key=lambda run: order.index(run.status))
    return replace(
        worst,
        name=name,
        version=next((run.version for run in runs if run.version), ""),
        rules=max(run.rules for run in runs),
        resources=sum(run.resources for run in runs),
        seconds=sum(run.seconds for run in runs),
    )


def broken(error: BaseException) -> str:
    """What went wrong, and where, in one line: the reason of an engine that broke."""
    if isinstance(error, SynthgateError):
        return str(error)
    import traceback  # noqa: PLC0415 - most runs need none

    place = ""
    for frame in traceback.extract_tb(error.__traceback__):
        place = f" at {Path(frame.filename).name}:{frame.lineno}"
    return f"{type(error).__name__}: {error}{place}"


def finding(engine: str, rule: Rule, judgement: Judgement, resource: Resource) -> Finding:
    """A rule's judgement as an engine reports it."""
    failed = judgement.outcome is not Outcome.PASS
    message = judgement.message or rule.title
    return placed(
        Finding(
            engine=engine,
            rule=rule.id,
            severity=judgement.severity or rule.severity,
            outcome=judgement.outcome,
            message=f"{message} {rule.rationale}" if failed else message,
            location=judgement.location,
            observed=judgement.observed,
            remediation=(judgement.remediation or rule.remediation) if failed else "",
        ),
        resource,
    )


def placed(finding: Finding, resource: Resource) -> Finding:
    """The finding, standing on a resource."""
    return replace(
        finding,
        template=resource.template.name,
        stack=resource.template.stack,
        logical_id=resource.logical_id,
        resource_type=resource.type,
        construct_path=resource.construct_path,
    )
