"""What the service calls is what its role must allow, and nothing else.

The table below is the service's need of permissions. Whoever changes it changes the role's policy
in the storage and serverless stacks too.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from handlers.service import service
from tests.handlers.local_service import LARGE, Crash, aws_error, before, crash, recorded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.handlers.local_service import Deployed

    Call = tuple[str, str]

TABLE, INDEX, RECORDS = "table", "table/index/status-index", "idempotency table"
OBJECTS, PARAMETER = "bucket/items/*", "parameter"

SETTINGS: Call = ("ssm:GetParameter", PARAMETER)

# Route and case: IAM actions with the resource that each is called on, in a cold container.
NEED: dict[str, set[Call]] = {
    "POST /items": {SETTINGS, ("dynamodb:PutItem", TABLE)},
    "POST /items, large": {
        SETTINGS,
        ("s3:PutObject", OBJECTS),
        ("dynamodb:PutItem", TABLE),
    },
    "POST /items, with key": {
        SETTINGS,
        ("dynamodb:PutItem", RECORDS),
        ("dynamodb:PutItem", TABLE),
        ("dynamodb:UpdateItem", RECORDS),
    },
    "POST /items, with key, again": {("dynamodb:PutItem", RECORDS)},
    "POST /items, with key, in progress": {("dynamodb:PutItem", RECORDS)},
    "POST /items, with key, failed": {
        SETTINGS,
        ("dynamodb:PutItem", RECORDS),
        ("dynamodb:PutItem", TABLE),
        ("dynamodb:DeleteItem", RECORDS),
    },
    "POST /items, invalid": set(),
    "GET /items": {SETTINGS, ("dynamodb:Query", INDEX)},
    "GET /items/{id}": {("dynamodb:GetItem", TABLE)},
    "GET /items/{id}, large": {("dynamodb:GetItem", TABLE), ("s3:GetObject", OBJECTS)},
    "PUT /items/{id}": {
        SETTINGS,
        ("dynamodb:GetItem", TABLE),
        ("dynamodb:PutItem", TABLE),
    },
    "PUT /items/{id}, large": {
        SETTINGS,
        ("dynamodb:GetItem", TABLE),
        ("s3:PutObject", OBJECTS),
        ("dynamodb:PutItem", TABLE),
        ("s3:DeleteObject", OBJECTS),
    },
    "DELETE /items/{id}": {("dynamodb:GetItem", TABLE), ("dynamodb:DeleteItem", TABLE)},
    "DELETE /items/{id}, large": {
        ("dynamodb:GetItem", TABLE),
        ("dynamodb:DeleteItem", TABLE),
        ("s3:DeleteObject", OBJECTS),
    },
}

# What the role may do in all: the union of the above, written out to be compared with the stacks.
ROLE = {
    ("dynamodb:DeleteItem", RECORDS),
    ("dynamodb:DeleteItem", TABLE),
    ("dynamodb:GetItem", TABLE),
    ("dynamodb:PutItem", RECORDS),
    ("dynamodb:PutItem", TABLE),
    ("dynamodb:Query", INDEX),
    ("dynamodb:UpdateItem", RECORDS),
    ("s3:DeleteObject", OBJECTS),
    ("s3:GetObject", OBJECTS),
    ("s3:PutObject", OBJECTS),
    ("ssm:GetParameter", PARAMETER),
}


@pytest.mark.parametrize("case", NEED)
def test_a_route_calls_exactly_what_it_needs(deployed: Deployed, case: str) -> None:
    """Every AWS operation that leaves the function, with the resource it names."""
    act = prepare(deployed, case)
    service.cache_clear()
    with recorded(deployed.clients) as calls:
        act()

    assert {(action, resource(deployed, params)) for action, params in calls} == NEED[case]


def test_the_role_needs_the_union_of_the_routes() -> None:
    """Nothing more, above all no Scan, and no right to list the bucket."""
    assert set().union(*NEED.values()) == ROLE


def prepare(deployed: Deployed, case: str) -> Callable[[], object]:
    """Return what sends the case's request, the item and record that it needs being there."""
    route, *details = case.split(", ")
    method, path = route.split()
    data = LARGE if "large" in details else {}
    body = json.dumps({"data": 1 if "invalid" in details else data})
    headers = {"Idempotency-Key": "k"} if "with key" in details else {}
    if "{id}" in path:
        path = path.replace("{id}", deployed.create(data).item_id)

    def send() -> None:
        sent = body if method in {"POST", "PUT"} else None
        deployed.send(method, path, body=sent, headers=headers)

    if "again" in details:
        send()
    if "in progress" in details:
        dying = before(deployed.clients.dynamodb, "PutItem", crash, table=deployed.table)
        with dying, pytest.raises(Crash):
            send()
    if "failed" not in details:
        return send

    def fail() -> None:
        denied = aws_error("AccessDeniedException")
        with before(deployed.clients.dynamodb, "PutItem", denied, table=deployed.table):
            send()

    return fail


def resource(deployed: Deployed, params: Mapping[str, object]) -> str:
    """Return the name that the tables above give to what a call is about."""
    match params:
        case {"TableName": deployed.table, "IndexName": index}:
            return f"{TABLE}/index/{index}"
        case {"TableName": deployed.table}:
            return TABLE
        case {"TableName": deployed.records_table}:
            return RECORDS
        case {"Bucket": deployed.bucket, "Key": str() as key} if key.startswith("items/"):
            return OBJECTS
        case {"Name": deployed.parameter}:
            return PARAMETER
    raise AssertionError(f"A call about something else: {sorted(params)}")
