"""Both sources of evidence tell the same of a local AWS, and every grant comes to something.

The table that these tests see is the one of the service as it is deployed.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from urllib3 import PoolManager

from compliance.rehearsal import functions, grants, necessity, records, routing, trail
from compliance.rehearsal.model import Evidence, Kind
from compliance.rehearsal.wiring import wiring

if TYPE_CHECKING:
    from collections.abc import Sequence

    from compliance.rehearsal.model import Grant, Row, Use
    from compliance.rehearsal.scene import Local
    from compliance.rehearsal.stage import Stage

pytestmark = pytest.mark.usefixtures("scene")


def _call(stage: Stage, method: str, path: str, body: object = None, **headers: str) -> bytes:
    data = None if body is None else json.dumps(body)
    request = AWSRequest(
        method,
        stage.base_url + path,
        data=data,
        headers={"content-type": "application/json", "x-api-key": stage.api_key, **headers},
    )
    caller = Credentials(stage.caller.access_key_id, stage.caller.secret_access_key)
    SigV4Auth(caller, "execute-api", stage.region).add_auth(request)
    answer = PoolManager(ca_certs=stage.ca_bundle).request(
        method, stage.base_url + path, body=data, headers=dict(request.headers), retries=False
    )
    assert answer.status < 300, answer.data
    return answer.data


def _use_all(stage: Stage) -> None:
    """Call every operation, with data that is small and large."""
    key = {"Idempotency-Key": str(uuid4())}
    made = json.loads(_call(stage, "POST", "/items", {"data": {"a": 1}}, **key))
    path = f"/items/{made['id']}"
    _call(stage, "GET", "/items")
    _call(stage, "PUT", path, {"data": {"b": "x" * 20_000}})
    _call(stage, "GET", path)
    _call(stage, "DELETE", path)


@pytest.fixture(scope="session")
def granted(scene: Local) -> tuple[Grant, ...]:
    """Return all that is deployed."""
    gone = [removal.place for removal in scene.removals]
    return grants.deployed(scene.stage, scene.assembly, removed=gone)


@pytest.fixture(scope="session")
def reader(scene: Local, granted: Sequence[Grant]) -> records.Reader:
    """Return a reader of what the server writes."""
    return records.Reader(
        scene.aws.records,
        operation_of=lambda method, path: routing.operation(scene.routes, method, path),
        roles={grant.holder for grant in granted if grant.role},
    )


@dataclass(frozen=True)
class _Told:
    """What the server wrote until the service was used here, and what both sources tell of that."""

    before: records.Records
    decided: records.Records
    trail: trail.Trail


@pytest.fixture(scope="session")
def told(scene: Local, reader: records.Reader) -> _Told:
    """Return what both sources tell of a use of the service."""
    before = reader.read()
    start = time.time()
    _use_all(scene.stage)
    deployed = functions.functions(scene.stage, scene.assembly)
    end = time.time() + 1
    found = trail.read(scene.stage, start=start, end=end, functions=deployed)
    return _Told(before, reader.read(), found)


def _counted(uses: Sequence[Use], granted: Sequence[Grant]) -> Counter[tuple[str, str, str]]:
    roles = {grant.holder for grant in granted if grant.kind is Kind.TRUST}
    return Counter(
        (use.principal, use.action, use.resource)
        for use in uses
        if use.allowed and use.principal in roles
    )


def test_both_sources_tell_the_same(told: _Told, granted: Sequence[Grant]) -> None:
    """Who called what on which resource, and how often, for all that the deployed roles did."""
    by_decision = _counted(told.decided.uses, granted)
    by_trail = _counted(told.trail.uses, granted)
    assert sum(by_decision.values()) > 10
    assert by_decision == by_trail


def _rows(scene: Local, granted: Sequence[Grant], told: _Told) -> tuple[Row, ...]:
    return necessity.ledger(
        granted,
        told.before.uses + told.decided.uses,
        calls=told.before.calls + told.decided.calls,
        functions=functions.functions(scene.stage, scene.assembly),
        api="/".join(scene.stage.base_url.rsplit("/", 2)[1:]),
        idle=necessity.idle_roles(scene.given, [each.place for each in scene.removals]),
        wiring=wiring(scene.stage, scene.assembly),
    )


def test_every_grant_of_the_service_comes_to_something(
    scene: Local, granted: Sequence[Grant], told: _Told
) -> None:
    """All but one, which only a create uses that fails: it frees the key that it was sent with."""
    unused = {
        (row.grant.sid, row.grant.action)
        for row in _rows(scene, granted, told)
        if row.evidence is Evidence.NEVER_USED
    }
    assert unused <= {("HandledRequests", "dynamodb:DeleteItem")}


def test_the_function_uses_what_the_policy_of_its_code_grants(
    scene: Local, granted: Sequence[Grant], told: _Told
) -> None:
    """Each grant by the operations that need it."""
    used = {
        (row.grant.sid, row.grant.action): set(row.operations)
        for row in _rows(scene, granted, told)
        if row.evidence is Evidence.EXERCISED
    }
    assert used["Items", "dynamodb:PutItem"] >= {"POST /items", "PUT /items/{id}"}
    assert "GET /items" in used["ItemsByStatus", "dynamodb:Query"]
    assert "PUT /items/{id}" in used["LargeData", "s3:PutObject"]
    assert "DELETE /items/{id}" in used["LargeData", "s3:DeleteObject"]
    assert used["OneGroup", "ec2:RevokeSecurityGroupIngress"] == {"deploy"}
