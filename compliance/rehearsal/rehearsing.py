"""The rehearsal itself, step after step: what is proven, and from which evidence."""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from compliance import waivers
from compliance.assembly import read
from compliance.engines import evidence
from compliance.findings import EngineRun, Outcome, Report, Severity, Status, decide
from compliance.rehearsal import (
    alarms,
    closed,
    contract,
    copying,
    dead_letters,
    functions,
    grants,
    necessity,
    openapi,
    tampering,
    trail,
    unasked,
)
from compliance.rehearsal.errors import RehearsalError
from compliance.rehearsal.exercise import Exercise
from compliance.rehearsal.model import Effect, Evidence, Kind, Operation, Origin, Rehearsal
from compliance.rehearsal.records import Reader
from compliance.rehearsal.reports.names import deployed as deployed_names
from compliance.rehearsal.request import DEPLOYED, LOG, TESTED
from compliance.rehearsal.restart import restart
from compliance.rehearsal.rules import ENGINE, RULES, SUFFICIENT, finding
from compliance.rehearsal.scene import in_account, local
from compliance.rehearsal.stage import RARE, SMOKE
from compliance.rehearsal.unseen import unseen
from compliance.rehearsal.wiring import wiring

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from compliance.assembly.model import Assembly
    from compliance.findings import Finding
    from compliance.rehearsal.model import Call, Row
    from compliance.rehearsal.request import Request
    from compliance.rehearsal.routing import Route
from compliance.rehearsal.scene import Account, Local, Where

_CLOCKS_DIFFER: Final = 1.0
"""Seconds by which clocks may differ between here and a trail."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Seen:
    """What came of a stage."""

    rows: tuple[Row, ...]
    findings: tuple[Finding, ...]
    tests: contract.Tests
    version: str
    operations: tuple[Operation, ...] = ()
    notices: tuple[str, ...] = ()


def rehearse(request: Request) -> Rehearsal:
    """Deploy an assembly to a local AWS, prove what it grants, and stop everything.

    Raises:
        SynthgateError: the assembly or the contract tests cannot be read.
        RehearsalError: something broke, and there is no verdict; everything is stopped.
    """
    assembly = _assembly(request)
    started = time.monotonic()
    with local(request, assembly) as scene:
        seen = _examined(request, scene)
    return Rehearsal(
        report=_report(request, assembly, seen, seconds=time.monotonic() - started),
        assembly=str(request.folder),
        digest=copying.digest(scene.digests),
        environment=_environment(assembly),
        target="local",
        removals=scene.removals,
        rows=seen.rows,
        operations=seen.operations,
        tests=seen.tests.counts,
        steps=tuple(request.steps),
        notices=seen.notices,
        names=deployed_names(scene.assembly, scene.stage.resources),
    )


def look_at(request: Request, where: Where) -> Rehearsal:
    """Run the contract tests and probes against a deployed stage, and read the account's trail.

    Nothing is deployed, tampered with or removed. What the contract tests do, they do there.

    Raises:
        SynthgateError: the assembly or the contract tests cannot be read.
        RehearsalError: the stage is not there, or something broke.
    """
    assembly = _assembly(request)
    started = time.monotonic()
    with in_account(request, assembly, where) as scene:
        seen = _looked_at(request, scene, trail_seconds=where.trail_seconds)
    return Rehearsal(
        report=_report(request, assembly, seen, seconds=time.monotonic() - started),
        assembly=str(request.folder),
        digest=copying.digest(copying.digests(request.folder)),
        environment=_environment(assembly),
        target=f"{scene.stage.account}/{scene.stage.region}",
        removals=(),
        rows=seen.rows,
        operations=seen.operations,
        tests=seen.tests.counts,
        steps=tuple(request.steps),
        notices=seen.notices,
        names=deployed_names(assembly, scene.stage.resources),
    )


def _assembly(request: Request) -> Assembly:
    assembly = read(request.folder)
    if not assembly.is_assembly:
        raise RehearsalError(f"{request.folder}: is no assembly; give the folder that CDK wrote")
    if not request.tests.exists():
        raise RehearsalError(f"{request.tests}: no such file or folder of contract tests")
    request.out.mkdir(parents=True, exist_ok=True)
    for name in (LOG, DEPLOYED, TESTED):
        (request.out / name).unlink(missing_ok=True)
    return assembly


def _environment(assembly: Assembly) -> str:
    record = evidence.read(assembly)
    return record.environment if record else ""


def _examined(request: Request, scene: Local) -> _Seen:
    """Prove what can be proven of a local stage, in the order in which it disturbs least."""
    stage, assembly = scene.stage, scene.assembly
    gone = tuple(removal.place for removal in scene.removals)
    found: list[Finding] = []
    with request.step("reading what is granted"):
        granted = grants.deployed(stage, assembly)
        deployed = functions.functions(stage, assembly)
    reader = Reader(
        scene.aws.records,
        operation_of=lambda method, path: openapi.operation(scene.routes, method, path),
        roles={grant.holder for grant in granted if grant.kind is not Kind.RESOURCE},
    )
    poisoned = dead_letters.start(stage, assembly)
    found += _refused(request, scene)
    before = reader.read()
    tests = _tested(request, scene)
    found += tests.findings()
    with request.step("waiting for the dead letters"):
        found += poisoned.result()
    with request.step("reading the evidence"):
        records = reader.read()
        found += necessity.sufficiency((*before.uses, *records.uses), granted)
        api = "/".join(stage.base_url.rsplit("/", 2)[1:])
        # What a probe's own right calls used is no evidence: that an operation works, and what it
        # needs, is for the contract tests to show.
        uses = (*(use for use in before.uses if not use.call), *records.uses)
        rows = necessity.ledger(
            granted,
            uses,
            calls=records.calls,
            functions=deployed,
            idle=necessity.idle_roles(scene.given, gone),
            api=api,
            wiring=wiring(stage, assembly),
        )
        found += necessity.findings(rows)
        found += unseen(scene.given)
        found += unasked.findings(
            granted, deployed, stage=stage, assembly=assembly, routes=scene.routes, api=api
        )
        found += alarms.findings(stage, assembly, given=scene.given)
        operations = _operations(scene.routes, records.calls)
        found += _silent(operations, scene.routes)
    notices = list(necessity.notices(rows, uses))
    if not request.tamper:
        notices.append("no grant was taken away: that was not asked for")
    elif tests.failed:
        notices.append("no grant was taken away: contract tests fail with all of them")
    else:
        with request.step("taking each grant away once"):
            rows, exact = _tampered(request, scene, rows, reader, deployed)
            found += exact
        notices += _untried(rows)
    return _Seen(
        rows=rows,
        findings=tuple(found),
        operations=operations,
        tests=tests,
        notices=tuple(notices),
        version=scene.aws.version,
    )


def _looked_at(request: Request, scene: Account, *, trail_seconds: float) -> _Seen:
    """Learn what can be learnt of a deployed stage without changing it."""
    stage, assembly = scene.stage, scene.assembly
    with request.step("reading what is granted"):
        granted = grants.deployed(stage, assembly)
        deployed = functions.functions(stage, assembly)
    # What was called so far is none of the stage's doing.
    time.sleep(2 * _CLOCKS_DIFFER)
    started = request.clock() - _CLOCKS_DIFFER
    found = list(_refused(request, scene))
    tests = _tested(request, scene)
    found += tests.findings()
    ended = request.clock() + _CLOCKS_DIFFER
    if trail_seconds:
        with request.step(f"waiting {trail_seconds:g} seconds for CloudTrail"):
            time.sleep(trail_seconds)
    with request.step("reading the evidence"):
        told = trail.read(stage, start=started, end=ended, functions=deployed)
        found += necessity.sufficiency(told.uses, granted)
        rows = necessity.ledger(
            granted,
            told.uses,
            functions=deployed,
            wiring=wiring(stage, assembly),
            source=Origin.TRAIL,
        )
        found += [_told_only(each) for each in necessity.findings(rows)]
        found += unseen(assembly)
        found += alarms.findings(stage, assembly)
    return _Seen(rows=rows, findings=tuple(found), tests=tests, notices=told.notices, version="AWS")


def _told_only(found: Finding) -> Finding:
    """What an account's history does not tell is told, and does not block: nothing here could know.

    The local rehearsal decides it.
    """
    if found.outcome is not Outcome.UNDECIDED:
        return found
    return replace(found, severity=Severity.MEDIUM)


def _refused(request: Request, scene: Local | Account) -> tuple[Finding, ...]:
    with request.step("calling as nobody may"):
        return closed.probe(scene.stage, scene.routes).findings


def _tested(request: Request, scene: Local | Account) -> contract.Tests:
    with request.step("running the contract tests"):
        return contract.run(
            request.tests,
            stage_file=scene.stage_file,
            environ=scene.environ,
            log=request.out / TESTED,
            report=scene.stage_file.with_name("tests.xml"),
            seconds=request.test_seconds,
            secrets=scene.stage.secrets,
        )


def _untried(rows: Iterable[Row]) -> Iterator[str]:
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


def _tampered(
    request: Request,
    scene: Local,
    rows: Sequence[Row],
    reader: Reader,
    deployed: Sequence[functions.Function],
) -> tuple[tuple[Row, ...], list[Finding]]:
    def observe() -> tampering.Observed:
        records = reader.read()
        return records.calls, records.uses

    def exercise(marker: str) -> Exercise:
        return Exercise(
            request.tests,
            stage_file=scene.stage_file,
            environ=scene.environ,
            log=request.out / TESTED,
            marker=marker,
            optional=marker == RARE,
        )

    with exercise(SMOKE) as smoke, exercise(RARE) as rare:
        return tampering.tamper(
            scene.stage,
            rows,
            exercise=smoke,
            exercise_rare=rare,
            observe=observe,
            restart=lambda role: restart(
                scene.stage, [function.arn for function in deployed if function.role == role]
            ),
            progress=request.progress,
        )


def _operations(routes: Iterable[Route], calls: Iterable[Call]) -> tuple[Operation, ...]:
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


def _silent(operations: Iterable[Operation], routes: Iterable[Route]) -> Iterator[Finding]:
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


def _report(request: Request, assembly: Assembly, seen: _Seen, *, seconds: float) -> Report:
    """The findings with the waivers applied, and the verdict, as the gate's own."""
    environment = _environment(assembly)
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
