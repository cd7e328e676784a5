"""What AWS asks of a policy, and the local AWS does not, has to be granted all the same."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from compliance.findings import Finding, Outcome, Severity
from compliance.rehearsal import functions, grants, unasked
from compliance.rehearsal.model import Kind
from compliance.rehearsal.needs import NEEDS
from tests.compliance.rehearsal import accounts
from tests.compliance.rehearsal.ledgers import (
    ACCOUNT,
    KEY,
    LOGS,
    QUEUE,
    ROLE,
    function,
    grant,
    of_resource,
    place,
    trust,
)

if TYPE_CHECKING:
    from compliance.rehearsal.functions import Function
    from compliance.rehearsal.model import Grant
    from compliance.rehearsal.scene import Local

LAMBDA = "Service:lambda.amazonaws.com"
EVERY = f"arn:aws:ec2:us-east-1:{ACCOUNT}:*/*"
OF_QUEUE = f"{KEY}-of-queue"
ENOUGH = (
    trust(LAMBDA),
    grant("ec2:AssignPrivateIpAddresses", EVERY),
    grant("ec2:CreateNetworkInterface", EVERY),
    grant("ec2:DeleteNetworkInterface", EVERY),
    grant("ec2:DescribeNetworkInterfaces", "*"),
    grant("ec2:DescribeSubnets", "*"),
    grant("ec2:UnassignPrivateIpAddresses", EVERY),
    grant("kms:Decrypt", KEY),
    grant("kms:Decrypt", OF_QUEUE),
    grant("kms:GenerateDataKey", OF_QUEUE),
    grant("logs:CreateLogStream", f"{LOGS}:*"),
    grant("logs:PutLogEvents", f"{LOGS}:log-stream:*"),
    grant("sqs:SendMessage", QUEUE),
    grant("xray:PutTelemetryRecords", "*"),
    grant("xray:PutTraceSegments", "*"),
)
"""What a function with everything needs, each alone."""
MILD = {"AssignPrivateIpAddresses", "UnassignPrivateIpAddresses", "DescribeSubnets"}


def _findings(*granted: Grant, of: Function | None = None) -> list[Finding]:
    return unasked.findings(
        granted,
        [of or function()],
        stage=accounts.stage(),
        assembly=accounts.assembly({}),
        routes=(),
        api="api/v1",
    )


def _only(*granted: Grant, of: Function | None = None) -> Finding:
    (found,) = _findings(*granted, of=of)
    return found


def test_a_function_with_all_that_it_needs_lacks_nothing() -> None:
    """In a VPC, traced, with logs, an encrypted environment and an encrypted queue."""
    assert _findings(*ENOUGH) == []


@pytest.mark.parametrize("missing", ENOUGH, ids=lambda each: f"{each.action} {each.resource[-9:]}")
def test_each_grant_is_missed(missing: Grant) -> None:
    """A finding on the function that names action, resource and role; mild where it works."""
    kept = [each for each in ENOUGH if each is not missing]
    if missing.kind is Kind.TRUST:
        kept.append(trust("Service:other.amazonaws.com"))
    found = _only(*kept)
    service, name = missing.action.split(":")
    mild = service in {"logs", "xray"} or name in MILD
    assert (found.rule, found.outcome) == ("Rehearsal-Sufficient", Outcome.FAIL)
    assert found.severity is (Severity.MEDIUM if mild else Severity.HIGH)
    assert found.logical_id == "Function"
    assert f"AWS would refuse {missing.action} on " in found.message
    assert "the local AWS does not ask" in found.message
    assert f"{missing.action} on {missing.resource.removesuffix(':*')}" in found.observed
    assert "https://docs.aws.amazon.com/" in found.remediation


def test_a_plain_function_needs_logs_and_trust_alone() -> None:
    """What is not set up is not asked for."""
    plain = function(in_vpc=False, traced=False, keys=(), destinations=(), destination_keys=())
    assert "CreateLogStream and logs:PutLogEvents" in _only(trust(LAMBDA), of=plain).message
    logs = [each for each in ENOUGH if each.action.startswith("logs")]
    assert _findings(trust(LAMBDA), *logs, of=plain) == []
    assert _findings(trust(LAMBDA), of=replace(plain, log_group="")) == []


@pytest.mark.parametrize(
    ("target", "action"),
    [
        (f"arn:aws:sns:us-east-1:{ACCOUNT}:topic", "sns:Publish"),
        (f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:next", "lambda:InvokeFunction"),
        (f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/bus", "events:PutEvents"),
    ],
)
def test_a_destination_has_its_service_s_action(target: str, action: str) -> None:
    """A grant of it satisfies; another's does not."""
    one = function(destinations=(target,))
    found = _only(*ENOUGH, of=one)
    assert found.observed == f"{action} on {target}"
    assert _findings(*ENOUGH, grant(action, target), of=one) == []


def test_a_destination_of_another_kind_is_not_decided() -> None:
    """Nobody wrote down what it takes."""
    found = _only(*ENOUGH, of=function(destinations=("arn:aws:s3:::records",)))
    assert (found.outcome, found.observed) == (Outcome.UNDECIDED, "arn:aws:s3:::records")
    assert _only(*ENOUGH, of=function(destinations=("odd",))).outcome is Outcome.UNDECIDED


def test_interfaces_are_needed_on_every_resource() -> None:
    """Lambda does not ask for one subnet alone."""
    narrow = [
        replace(each, resource=EVERY.replace("*/*", "subnet/*")) if each.resource == EVERY else each
        for each in ENOUGH
    ]
    hard, mild = _findings(*narrow)
    assert "CreateNetworkInterface and ec2:DeleteNetworkInterface" in hard.message
    assert "AssignPrivateIpAddresses and ec2:UnassignPrivateIpAddresses" in mild.message


def _under(conditions: dict[str, Any], *, resource: str = KEY) -> list[Grant]:
    """Enough, with this grant of the key of the environment."""
    kept = [each for each in ENOUGH if each.resource != KEY]
    return [*kept, grant("kms:Decrypt", resource, conditions=conditions)]


def test_a_key_may_be_granted_for_the_service_that_uses_it() -> None:
    """For another service it is of no use; another condition cannot be judged here."""
    via = "{}.us-east-1.amazonaws.com"
    for service, outcomes in {"lambda": [], "s3": [Outcome.FAIL]}.items():
        found = _findings(*_under({"StringEquals": {"kms:ViaService": via.format(service)}}))
        assert [each.outcome for each in found] == outcomes, service
    doubtful = _only(*_under({"Bool": {"aws:SecureTransport": "true"}}))
    assert doubtful.outcome is Outcome.UNDECIDED
    assert "Whether AWS would refuse kms:Decrypt" in doubtful.message


def test_a_key_that_is_told_by_its_alias_is_not_decided() -> None:
    """A policy names the key itself; AWS's own keys are for everybody in the account."""
    alias = f"arn:aws:kms:us-east-1:{ACCOUNT}:alias"
    assert _only(*ENOUGH, of=function(keys=(f"{alias}/mine",))).outcome is Outcome.UNDECIDED
    assert _findings(*ENOUGH, of=function(keys=(f"{alias}/aws/lambda",))) == []


def _key_policy(principal: str) -> Grant:
    return of_resource(principal, "kms:*", KEY, resource="*", place=place("Key", "AWS::KMS::Key"))


def test_a_key_s_own_policy_has_the_last_word() -> None:
    """It names the role, or leaves the decision to IAM; else no policy of a role helps."""
    account = _key_policy(f"AWS:arn:aws:iam::{ACCOUNT}:root")
    assert _findings(*ENOUGH, account) == []
    alone = [each for each in ENOUGH if each.resource != KEY]
    assert _findings(*alone, _key_policy(f"AWS:{ROLE}")) == []
    assert _only(*alone, account).observed == f"kms:Decrypt on {KEY}"
    assert _only(*ENOUGH, _key_policy("AWS:arn:aws:iam::123456789012:role/admin")).outcome is (
        Outcome.FAIL
    )


def test_a_role_of_elsewhere_is_not_decided() -> None:
    """What it may do is in other stacks."""
    found = _only()
    assert (found.outcome, found.observed) == (Outcome.UNDECIDED, ROLE)


def test_every_need_has_its_page() -> None:
    """The table is reviewed by it."""
    assert all(need.source.startswith("https://docs.aws.amazon.com/") for need in NEEDS)
    assert len({need.name for need in NEEDS}) == len(NEEDS)


def _of_dev(scene: Local, *gone: str) -> list[Finding]:
    stage, assembly = scene.stage, scene.assembly
    kept = [
        each
        for each in grants.deployed(stage, assembly)
        if not (each.action.startswith(gone) and gone)
    ]
    return unasked.findings(
        kept,
        functions.functions(stage, assembly),
        stage=stage,
        assembly=assembly,
        routes=scene.routes,
        api="/".join(stage.base_url.rsplit("/", 2)[1:]),
    )


def test_dev_grants_all_that_aws_asks_for(scene: Local) -> None:
    """And without one service's permissions, both functions or all operations miss them."""
    assert _of_dev(scene) == []
    calls = _of_dev(scene, "lambda:InvokeFunction")
    assert {each.location for each in calls} == {
        "GET /items",
        "POST /items",
        "GET /items/{id}",
        "PUT /items/{id}",
        "DELETE /items/{id}",
    }
    for service, missed in {"ec2": 4, "xray": 2, "logs": 2, "sqs:SendMessage": 2, "kms": 7}.items():
        found = _of_dev(scene, service)
        assert len(found) == missed, service
        assert {each.outcome for each in found} == {Outcome.FAIL}
