"""Grants and uses of AWS, for tests of what follows from them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from compliance.rehearsal.functions import Function
from compliance.rehearsal.model import Call, Grant, Kind, Origin, Place, Statement, Use
from compliance.rehearsal.wiring import Method, Trigger, Wiring

ACCOUNT: Final = "123456789012"
ROLE: Final = f"arn:aws:iam::{ACCOUNT}:role/worker"
TABLE: Final = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/items"
BUCKET: Final = "arn:aws:s3:::data"
QUEUE: Final = f"arn:aws:sqs:us-east-1:{ACCOUNT}:dead"
KEY: Final = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1"
LOGS: Final = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:worker"
FUNCTION: Final = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:worker"
EVENTS: Final = f"arn:aws:sqs:us-east-1:{ACCOUNT}:events"
STREAM: Final = f"{TABLE}/stream/2026-01-01T00:00:00.000"
RULE: Final = f"arn:aws:events:us-east-1:{ACCOUNT}:rule/nightly"
APIS: Final = f"arn:aws:execute-api:us-east-1:{ACCOUNT}:"


def place(logical_id: str, kind: str = "AWS::IAM::ManagedPolicy") -> Place:
    """A resource of one template."""
    return Place("S.template.json", "S", logical_id, kind, f"S/{logical_id}/Resource")


def grant(action: str, resource: str = "*", **changed: Any) -> Grant:  # noqa: ANN401 - fields
    """What a role may do, by a statement without a condition."""
    found = Grant(
        kind=Kind.ROLE,
        holder=ROLE,
        principal=ROLE,
        sid="One",
        action=action,
        resource=resource,
        place=place("Policy"),
        policy=f"arn:aws:iam::{ACCOUNT}:policy/policy-1",
        role=place("Role", "AWS::IAM::Role"),
        location="Properties.PolicyDocument.Statement[0]",
    )
    return replace(found, **changed)


def of_resource(principal: str, action: str, holder: str, **changed: Any) -> Grant:  # noqa: ANN401
    """What a resource's policy lets somebody do with it."""
    more = {"resource": holder, "place": place("ItsPolicy", "AWS::X::Policy"), **changed}
    return grant(
        action,
        kind=Kind.RESOURCE,
        holder=holder,
        principal=principal,
        role=None,
        policy=holder,
        **more,
    )


def trust(principal: str, action: str = "sts:AssumeRole", role: str = ROLE) -> Grant:
    """Who may assume a role."""
    return grant(action, role, kind=Kind.TRUST, holder=role, principal=principal, policy=role)


def use(of: Grant, **changed: Any) -> Use:  # noqa: ANN401 - fields
    """An authorization that a grant's statement decided."""
    resource = of.resource.replace("*", "x") if of.resource != "*" else TABLE
    found = Use(
        origin=Origin.AUTHORIZATION,
        principal=ROLE,
        action=of.action.replace("*", "Item"),
        resource=resource,
        allowed=True,
        time=10.0,
        operation="GET /items",
        call=1,
        statements=(Statement(of.sid, (of.action,), (of.resource,), of.conditions, of.kind),),
    )
    return replace(found, **changed)


def seen(action: str, resource: str = TABLE, **changed: Any) -> Use:  # noqa: ANN401 - fields
    """An event of a trail."""
    found = Use(Origin.TRAIL, ROLE, action, resource, allowed=True, time=10.0)
    return replace(found, **changed)


def call(method: str = "GET", path: str = "/items", status: int = 200, time: float = 5.0) -> Call:
    """A call of the API."""
    return Call(1, f"{method} {path}", method, path, status, time)


def function(**changed: Any) -> Function:  # noqa: ANN401 - fields
    """A function of the role, with all that the service may do for one."""
    given = {
        "place": place("Function", "AWS::Lambda::Function"),
        "arn": FUNCTION,
        "role": ROLE,
        "in_vpc": True,
        "traced": True,
        "log_group": LOGS,
        "keys": (KEY,),
        "destinations": (QUEUE,),
        "destination_keys": (f"{KEY}-of-queue",),
        **changed,
    }
    return Function(**given)


def invoking(operation: str, function: str = FUNCTION) -> Method:
    """A method that invokes a function."""
    return Method(
        operation=operation, target=f"lambda:path/2015-03-31/functions/{function}/invocations"
    )


def wired(**changed: Any) -> Wiring:  # noqa: ANN401 - fields
    """What AWS does between the function, its API and its events."""
    given = {
        "apis": APIS,
        "methods": (invoking("GET /items"),),
        "triggers": frozenset(
            {Trigger(service="events.amazonaws.com", source=RULE, target=FUNCTION)}
        ),
        "sources": {FUNCTION: frozenset({EVENTS, STREAM})},
        "keys": {TABLE: frozenset({f"{KEY}-of-table"}), BUCKET: frozenset({f"{KEY}-of-bucket"})},
        "at_work": frozenset({place("Role", "AWS::IAM::Role")}),
        **changed,
    }
    return Wiring(**given)
