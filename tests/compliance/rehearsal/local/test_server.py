"""What the local AWS writes down: calls, what they made functions do, and each decision."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import urllib3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable

    from compliance.rehearsal.scene import Local

Record = dict[str, Any]


@pytest.fixture
def records(scene: Local) -> Callable[[], list[Record]]:
    """Return what reads the records that were written since."""
    start = scene.aws.records.stat().st_size

    def read() -> list[Record]:
        with scene.aws.records.open("rb") as stream:
            stream.seek(start)
            return [json.loads(line) for line in stream]

    return read


def _call(scene: Local, path: str, *, signed: bool = True) -> int:
    url = scene.stage.base_url + path
    request = AWSRequest("GET", url, headers={"x-api-key": scene.stage.api_key})
    if signed:
        caller = scene.stage.caller
        keys = Credentials(caller.access_key_id, caller.secret_access_key)
        SigV4Auth(keys, "execute-api", scene.stage.region).add_auth(request)
    pool = urllib3.PoolManager(ca_certs=scene.stage.ca_bundle)
    with pool:
        answer = pool.request("GET", url, headers=dict(request.headers.items()), retries=False)
    return int(answer.status)


def test_a_call_its_invocation_and_its_decisions_belong_together(
    scene: Local, records: Callable[[], list[Record]]
) -> None:
    """By the call's number, and from there by the trace that the function's own calls carry."""
    before = time.time()
    absent = f"/items/{uuid4()}"
    assert _call(scene, absent) == 404
    found = records()
    (call,) = [each for each in found if each["kind"] == "call"]
    assert (call["method"], call["status"]) == ("GET", 404)
    assert call["path"].endswith(f"/v1{absent}")
    assert before <= call["time"] <= time.time()
    (trace,) = [each for each in found if each["kind"] == "trace"]
    assert trace["call"] == call["call"]
    decisions = [each for each in found if each["kind"] == "decision"]
    (invoke,) = [
        each
        for each in decisions
        if (each["action"], each["policy"]) == ("execute-api:Invoke", "identity")
    ]
    assert invoke["call"] == call["call"]
    assert invoke["principal"].endswith(":user/rehearsal-caller")
    assert invoke["decision"] == "Allow"
    (read,) = [
        each
        for each in decisions
        if (each["action"], each["policy"]) == ("dynamodb:GetItem", "identity")
    ]
    assert read["trace"] == trace["trace"]
    assert "call" not in read
    assert read["resource"].startswith("arn:aws:dynamodb:us-east-1:")
    (statement,) = read["matched"]
    assert statement["sid"] == "Items"
    # Of the statement, only what applies.
    assert statement["actions"] == ["dynamodb:GetItem"]
    assert statement["resources"] == [read["resource"]]
    assert (statement["not_actions"], statement["not_resources"]) == (False, False)


def test_a_call_that_is_refused_invokes_nothing(
    scene: Local, records: Callable[[], list[Record]]
) -> None:
    """It has a number and a status all the same."""
    assert _call(scene, "/items", signed=False) == 403
    found = records()
    assert [each["status"] for each in found if each["kind"] == "call"] == [403]
    assert not [each for each in found if each["kind"] == "trace"]


def test_a_denial_is_told_with_the_outcome_of_all_policies(
    scene: Local, records: Callable[[], list[Record]]
) -> None:
    """Each decision as it was made, and then the refusal, of the same call."""
    stranger = scene.stage.client("ssm", scene.stage.stranger)
    with pytest.raises(ClientError, match="not authorized"):
        stranger.get_parameter(Name="/serverless/config/api-settings")
    found = records()
    (decision,) = [
        each for each in found if each["kind"] == "decision" and each["policy"] == "identity"
    ]
    (refused,) = [each for each in found if each["kind"] == "refused"]
    assert (decision["action"], decision["decision"]) == ("ssm:GetParameter", "ImplicitDeny")
    assert decision["matched"] == []
    assert decision["principal"].endswith(":user/rehearsal-stranger")
    assert refused["action"] == "ssm:GetParameter"
    assert refused["resource"] == decision["resource"]
    assert refused["resource"].endswith(":parameter/serverless/config/api-settings")
    assert {name: refused[name] for name in ("call", "trace") if name in refused} == {
        name: decision[name] for name in ("call", "trace") if name in decision
    }
