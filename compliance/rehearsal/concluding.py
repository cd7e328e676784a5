"""What a rehearsal comes to: operations, what is told, the findings and the verdict."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from compliance import waivers
from compliance.engines import evidence
from compliance.findings import EngineRun, Outcome, Report, Severity, Status, decide
from compliance.rehearsal.model import Effect, Evidence, Kind, Operation
from compliance.rehearsal.rules import ENGINE, RULES, SUFFICIENT, finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compliance.assembly.model import Assembly
    from compliance.findings import Finding
    from compliance.rehearsal.contract import Tests
    from compliance.rehearsal.model import Call, Row
    from compliance.rehearsal.request import Request
    from compliance.rehearsal.routing import Route


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What came of a stage."""

    rows: tuple[Row, ...]
    findings: tuple[Finding, ...]
    tests: Tests
    version: str
    operations: tuple[Operation, ...] = ()
    notices: tuple[str, ...] = ()


def operations_of(routes: Iterable[Route], calls: Iterable[Call]) -> tuple[Operation, ...]:
    """How often each operation was called, in the order of the API's description."""
    statuses: dict[str, list[int]] = defaultdict(list)
    for call in calls:
        statuses[call.operation].append(call.status)
    return tuple(
        Operation(
            name=route.operation,
            calls=len(statuses[route.operation]),
            succeeded=sum(status < HTTPStatus.BAD_REQUEST for status in statuses[route.operation]),
            failed=sum(
                status >= HTTPStatus.INTERNAL_SERVER_ERROR for status in statuses[route.operation]
            ),
        )
        for route in routes
    )


def silent(operations: Iterable[Operation], routes: Iterable[Route]) -> Iterator[Finding]:
    """What never succeeded: that it works is not shown by its not having failed."""
    for operation, route in zip(operations, routes, strict=True):
        if not operation.succeeded and not route.is_preflight:
            yield finding(
                SUFFICIENT,
                f"{operation.name} never succeeded in {operation.calls} calls.",
                place=route.place,
                location=operation.name,
                observed=f"{operation.failed} of {operation.calls} calls failed",
                remediation="Mend the operation, or add a contract test that calls it rightly.",
            )


def untried(rows: Iterable[Row]) -> Iterator[str]:
    """Grants that were used, and not taken away: what rests on their use alone."""
    used: dict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
    for row in rows:
        if (
            row.grant.kind is Kind.ROLE
            and row.evidence is Evidence.EXERCISED
            and row.effect is Effect.NOT_TRIED
        ):
            used[row.grant.holder, row.operations].append(row.grant.action)
    for (holder, operations), actions in used.items():
        yield (
            f"{holder.rpartition('/')[2]}: used ({', '.join(operations)}) and not taken away, for "
            f"no call of the API is known to need it: {', '.join(dict.fromkeys(actions))}"
        )


def told_only(found: Finding) -> Finding:
    """What an account's history does not tell is told, and does not block: nothing here could know.

    The local rehearsal decides it.
    """
    if found.outcome is not Outcome.UNDECIDED:
        return found
    return replace(found, severity=Severity.MEDIUM)


def environment_of(assembly: Assembly) -> str:
    """The environment that an assembly names, empty when it names none."""
    record = evidence.read(assembly)
    return record.environment if record else ""


def report(request: Request, assembly: Assembly, seen: Seen, *, seconds: float) -> Report:
    """The findings with the waivers applied, and the verdict, as the gate's own."""
    environment = environment_of(assembly)
    run = EngineRun(
        ENGINE,
        Status.RAN,
        version=seen.version,
        rules=len(RULES),
        resources=assembly.size,
        seconds=seconds,
    )
    applied = waivers.apply(
        request.waivers,
        [replace(each, environment=environment) for each in seen.findings],
        today=request.today,
        places=[
            place for template in assembly.templates for place in (template.stack, template.name)
        ],
        environments=[environment],
        in_scope=frozenset(RULES),
        engines=frozenset({ENGINE}),
    )
    results = tuple(sorted(applied.findings, key=lambda each: each.sort_key))
    threshold = request.config.threshold
    return Report(
        verdict=decide(engines=[run], results=results, threshold=threshold),
        engines=(run,),
        results=results,
        threshold=threshold,
        scope=(str(request.folder),),
        resources=assembly.size,
        templates=len(assembly.templates),
        notices=tuple(applied.notices),
    )
