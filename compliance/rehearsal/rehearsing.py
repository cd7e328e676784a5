"""The rehearsal itself, step after step: what is proven, and from which evidence."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from compliance.assembly import digests, read
from compliance.files import remove
from compliance.rehearsal import (
    alarms,
    closed,
    contract,
    dead_letters,
    functions,
    grants,
    necessity,
    openapi,
    tampering,
    trail,
    unasked,
)
from compliance.rehearsal.concluding import (
    Seen,
    environment_of,
    operations_of,
    report,
    silent,
    told_only,
    untried,
)
from compliance.rehearsal.errors import RehearsalError
from compliance.rehearsal.exercise import Exercise
from compliance.rehearsal.model import Kind, Origin, Rehearsal
from compliance.rehearsal.records import Reader
from compliance.rehearsal.reports import FILES
from compliance.rehearsal.reports.names import deployed as deployed_names
from compliance.rehearsal.request import DEPLOYED, LOG, TESTED
from compliance.rehearsal.restart import restart
from compliance.rehearsal.scene import in_account, local
from compliance.rehearsal.stage import RARE, SMOKE
from compliance.rehearsal.unseen import unseen
from compliance.rehearsal.wiring import wiring

if TYPE_CHECKING:
    from collections.abc import Sequence

    from compliance.assembly.model import Assembly
    from compliance.findings import Finding
    from compliance.rehearsal.model import Row
    from compliance.rehearsal.request import Request
from compliance.rehearsal.scene import Account, Local, Where

_CLOCKS_DIFFER: Final = 1.0
"""Seconds by which clocks may differ between here and a trail."""


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
        report=report(request, assembly, seen, seconds=time.monotonic() - started),
        assembly=str(request.folder),
        digest=digests.whole(scene.digests),
        environment=environment_of(assembly),
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
        report=report(request, assembly, seen, seconds=time.monotonic() - started),
        assembly=str(request.folder),
        digest=digests.whole(digests.of(request.folder)),
        environment=environment_of(assembly),
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
    # A green report of an earlier run must not outlive one that breaks.
    remove(request.out, (LOG, DEPLOYED, TESTED, *FILES))
    assembly = read(request.folder)
    if not assembly.is_assembly:
        raise RehearsalError(f"{request.folder}: is no assembly; give the folder that CDK wrote")
    if not request.tests.exists():
        raise RehearsalError(f"{request.tests}: no such file or folder of contract tests")
    request.out.mkdir(parents=True, exist_ok=True)
    return assembly


def _examined(request: Request, scene: Local) -> Seen:
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
        operations = operations_of(scene.routes, records.calls)
        found += silent(operations, scene.routes)
    notices = [scene.execution, *necessity.notices(rows, uses)]
    if not request.tamper:
        notices.append("no grant was taken away: that was not asked for")
    elif tests.failed:
        notices.append("no grant was taken away: contract tests fail with all of them")
    else:
        with request.step("taking each grant away once"):
            rows, exact = _tampered(request, scene, rows, reader, deployed)
            found += exact
        notices += untried(rows)
    return Seen(
        rows=rows,
        findings=tuple(found),
        operations=operations,
        tests=tests,
        notices=tuple(notices),
        version=scene.aws.version,
    )


def _looked_at(request: Request, scene: Account, *, trail_seconds: float) -> Seen:
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
        found += [told_only(each) for each in necessity.findings(rows)]
        found += unseen(assembly)
        found += alarms.findings(stage, assembly)
    return Seen(rows=rows, findings=tuple(found), tests=tests, notices=told.notices, version="AWS")


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
