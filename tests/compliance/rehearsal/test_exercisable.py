"""The list of what leaves no trail covers what AWS does by itself, and nothing beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest

from compliance.iam import actions
from compliance.rehearsal.exercisable import ENTRIES, entry
from compliance.rehearsal.model import Grant, Kind
from compliance.rehearsal.surroundings import Surroundings, invocations
from compliance.rehearsal.wiring import Method
from tests.compliance.rehearsal.ledgers import (
    ACCOUNT,
    APIS,
    BUCKET,
    EVENTS,
    FUNCTION,
    KEY,
    LOGS,
    QUEUE,
    ROLE,
    RULE,
    STREAM,
    TABLE,
    call,
    function,
    grant,
    invoking,
    of_resource,
    place,
    seen,
    trust,
    wired,
)

LAMBDA: Final = "Service:lambda.amazonaws.com"
ROOT: Final = f"AWS:arn:aws:iam::{ACCOUNT}:root"
API: Final = f"{APIS}api/v1"


def _via(*services: str) -> dict[str, dict[str, object]]:
    return {"StringEquals": {"kms:ViaService": services[0] if len(services) == 1 else [*services]}}


def _key_policy(principal: str, action: str, account: str = ACCOUNT) -> Grant:
    return of_resource(
        principal,
        action,
        f"arn:aws:kms:us-east-1:{account}:key/1",
        resource="*",
        place=place("Key", "AWS::KMS::Key"),
    )


def _permission(source: object, operator: str = "ArnLike", principal: str = "apigateway") -> Grant:
    return of_resource(
        f"Service:{principal}.amazonaws.com",
        "lambda:InvokeFunction",
        FUNCTION,
        conditions={operator: {"AWS:SourceArn": source}},
    )


def _named(found: Grant, *others: Grant, functions: bool = True, **wiring: object) -> str:
    """The entry that a grant is on, in the surroundings of a function that uses two services."""
    around = Surroundings.of(
        (found, *others),
        functions=[function()] if functions else [],
        uses=[seen("s3:GetObject", f"{BUCKET}/items/1"), seen("dynamodb:GetItem", TABLE)],
        calls=[call(), call("DELETE", "/items/7", status=403)],
        api="api/v1",
        wiring=wired(**wiring),
    )
    on = entry(found, around)
    return on.name if on else ""


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (grant("ec2:CreateNetworkInterface"), "network interfaces"),
        (grant("ec2:AssignPrivateIpAddresses", "arn:aws:ec2:*:*:*/*"), "network interfaces"),
        (grant("xray:PutTraceSegments"), "traces"),
        (grant("logs:PutLogEvents", f"{LOGS}:*"), "logs of a function"),
        (grant("logs:CreateLogStream", f"{LOGS}:log-stream:*"), "logs of a function"),
        (grant("sqs:SendMessage", QUEUE), "dead letters and destinations"),
        (grant("kms:Decrypt", KEY), "key of the environment"),
        (grant("kms:GenerateDataKey", f"{KEY}-of-queue"), "key of dead letters and destinations"),
        (
            grant("kms:GenerateDataKey", KEY, conditions=_via("s3.us-east-1.amazonaws.com")),
            "key of S3",
        ),
        (
            grant("kms:ReEncrypt*", KEY, conditions=_via("dynamodb.us-east-1.amazonaws.com")),
            "key of DynamoDB",
        ),
        (grant("kms:Encrypt", f"{KEY}-of-table"), "key of DynamoDB"),
        (
            grant("kms:Decrypt", f"{KEY}-of-bucket", conditions={"Bool": {"aws:Secure": "true"}}),
            "key of S3",
        ),
        (grant("sqs:ReceiveMessage", EVENTS), "polling of a queue"),
        (grant("dynamodb:GetRecords", STREAM), "polling of a table's stream"),
        (grant("dynamodb:ListStreams"), "names of tables' streams"),
        (_permission(RULE, "ArnEquals", "events"), "events of rules, topics and buckets"),
        (trust(LAMBDA), "trust for Lambda"),
        (_key_policy(ROOT, "kms:*"), "delegation of a key to IAM"),
        (_key_policy(f"AWS:{ACCOUNT}", "kms:Decrypt"), "delegation of a key to IAM"),
        (_key_policy("Service:logs.us-east-1.amazonaws.com", "kms:Encrypt"), "key of log groups"),
        (_key_policy("Service:cloudwatch.amazonaws.com", "kms:Decrypt"), "alarms"),
        (of_resource("Service:cloudwatch.amazonaws.com", "sns:Publish", "arn:t"), "alarms"),
        (of_resource("Service:sns.amazonaws.com", "sqs:SendMessage", QUEUE), "subscriptions"),
        (
            of_resource("Service:logging.s3.amazonaws.com", "s3:PutObject", BUCKET),
            "access logs of buckets",
        ),
        (_permission(f"{API}/GET/items"), "invocation by API Gateway"),
        (_permission([f"{API}/*/*"], "StringLike"), "invocation by API Gateway"),
    ],
)
def test_what_aws_does_by_itself_is_on_the_list(found: Grant, expected: str) -> None:
    """Each by the actions and the resource that AWS's documentation names for it."""
    assert _named(found) == expected


@pytest.mark.parametrize(
    "found",
    [
        grant("ec2:*"),
        grant("ec2:DescribeVpcs"),
        grant("!ec2:CreateNetworkInterface"),
        grant("xray:*"),
        grant("xray:GetSamplingRules"),
        grant("logs:*", f"{LOGS}:*"),
        grant("logs:PutLogEvents", "*"),
        grant("logs:PutLogEvents", f"{LOGS}-2:*"),
        grant("logs:CreateLogGroup", f"{LOGS}:*"),
        grant("sqs:SendMessage", f"{QUEUE}-2"),
        grant("sqs:SendMessage", "*"),
        grant("sqs:*", QUEUE),
        grant("kms:*", KEY),
        grant("kms:Decrypt", "*"),
        grant("kms:Encrypt", KEY),
        grant("kms:Decrypt", f"{KEY}-3"),
        grant("kms:Encrypt", KEY, conditions=_via("s3.us-east-1.amazonaws.com")),
        grant("kms:*", KEY, conditions=_via("dynamodb.us-east-1.amazonaws.com")),
        grant("kms:Encrypt", "*", conditions=_via("dynamodb.us-east-1.amazonaws.com")),
        grant("kms:Encrypt", KEY, conditions=_via("*.amazonaws.com")),
        grant(
            "kms:GenerateDataKey",
            KEY,
            conditions=_via("s3.us-east-1.amazonaws.com", "sqs.us-east-1.amazonaws.com"),
        ),
        grant(
            "kms:GenerateDataKey",
            KEY,
            conditions={"StringLike": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}},
        ),
        grant("kms:GenerateDataKey", KEY, conditions={"StringEquals": "odd"}),
        grant(
            "kms:GenerateDataKey", KEY, conditions=_via("secretsmanager.us-east-1.amazonaws.com")
        ),
        grant("kms:Encrypt", f"{KEY}-of-bucket"),
        grant("kms:Decrypt", f"{KEY}-of-table*"),
        grant("dynamodb:GetItem", TABLE),
        grant("sqs:ReceiveMessage", QUEUE),
        grant("sqs:ReceiveMessage", "*"),
        grant("sqs:PurgeQueue", EVENTS),
        grant("sqs:GetRecords", STREAM),
        grant("dynamodb:GetRecords", f"{TABLE}/stream/*"),
        grant("dynamodb:ListStreams", STREAM),
        grant("kinesis:ListStreams"),
        _permission(f"{RULE}-2", principal="events"),
        _permission([RULE, f"{RULE}-2"], principal="events"),
        _permission(f"{RULE.rpartition('/')[0]}/*", principal="events"),
        _permission(RULE, principal="sns"),
        of_resource("Service:events.amazonaws.com", "lambda:InvokeFunction", FUNCTION),
        of_resource(
            "Service:events.amazonaws.com",
            "sqs:SendMessage",
            QUEUE,
            conditions={"ArnEquals": {"aws:SourceArn": RULE}},
        ),
        trust("Service:ec2.amazonaws.com"),
        trust(f"AWS:arn:aws:iam::{ACCOUNT}:root"),
        trust(LAMBDA, "sts:*"),
        _key_policy("AWS:arn:aws:iam::999999999999:root", "kms:*"),
        _key_policy("*", "kms:*"),
        _key_policy(f"AWS:{ROLE}", "kms:Decrypt"),
        _key_policy("Service:logs.us-east-1.amazonaws.com", "kms:*"),
        _key_policy("Service:logs.us-east-1.amazonaws.com.evil.example", "kms:Encrypt"),
        of_resource(ROOT, "s3:*", BUCKET),
        of_resource("Service:sns.amazonaws.com", "sqs:*", QUEUE),
        of_resource("Service:cloudwatch.amazonaws.com", "sqs:SendMessage", QUEUE),
        _permission(f"{API}/DELETE/items/*"),
        _permission(f"{API}/GET/other"),
        _permission(f"arn:aws:execute-api:us-east-1:{ACCOUNT}:api/test-invoke-stage/GET/items"),
        _permission(f"{API}/GET/items", principal="events"),
        _permission(f"{APIS}*/*/*"),
        _permission(f"{APIS}api-2/v1/GET/items"),
        _permission("arn:aws:execute-api:us-east-1:999999999999:api/v1/GET/items"),
        _permission("arn:aws:execute-api:*:*:api/v1/GET/items"),
        of_resource("Service:apigateway.amazonaws.com", "lambda:InvokeFunction", FUNCTION),
    ],
)
def test_what_is_wider_or_elsewhere_is_not_on_it(found: Grant) -> None:
    """A wildcard, another resource, another condition, another service, a call that never was."""
    # Beside the trust of a function's own service: a role for two is not the service's alone.
    assert _named(found, trust(LAMBDA)) == ""


@pytest.mark.parametrize(
    "found",
    [
        grant("ec2:CreateNetworkInterface"),
        grant("xray:PutTraceSegments"),
        grant("logs:PutLogEvents", f"{LOGS}:*"),
        grant("sqs:SendMessage", QUEUE),
        grant("kms:Decrypt", KEY),
        trust(LAMBDA),
    ],
)
def test_without_a_function_lambda_does_nothing(found: Grant) -> None:
    """A role that no function runs under is not used by the service either."""
    assert _named(found, trust(LAMBDA), functions=False) == ""


@pytest.mark.parametrize(
    "found", [grant("ec2:CreateNetworkInterface"), grant("xray:PutTraceSegments")]
)
def test_a_function_outside_of_a_vpc_has_no_network_interfaces(found: Grant) -> None:
    """And one that is not traced sends no traces."""
    around = Surroundings.of([found], functions=[function(in_vpc=False, traced=False)])
    assert entry(found, around) is None


@pytest.mark.parametrize(
    ("service", "action"),
    [
        ("apigateway", "logs:FilterLogEvents"),
        ("vpc-flow-logs", "logs:DescribeLogStreams"),
        ("backup", "dynamodb:StartAwsBackupJob"),
        ("backup", "kms:CreateGrant"),
    ],
)
def test_a_role_of_one_service_is_on_the_list_for_what_that_does(service: str, action: str) -> None:
    """As long as nobody else may assume it."""
    own = trust(f"Service:{service}.amazonaws.com")
    found = grant(action)
    assert _named(found, own, functions=False)
    assert _named(own, functions=False) == "trust for another service"
    assert not _named(found, own, trust("Service:ec2.amazonaws.com"), functions=False)
    assert not _named(grant("logs:*"), own, functions=False)
    assert not _named(grant("s3:GetObject"), own, functions=False)


@pytest.mark.parametrize("service", ["apigateway", "vpc-flow-logs", "backup"])
def test_a_role_that_nothing_works_under_is_on_no_list(service: str) -> None:
    """Whoever may assume it: what it grants serves nobody."""
    own = trust(f"Service:{service}.amazonaws.com")
    assert _named(own, functions=False)
    assert not _named(own, functions=False, at_work=frozenset())
    found = grant("logs:PutLogEvents" if service != "backup" else "dynamodb:CreateBackup")
    assert _named(found, own, functions=False)
    assert not _named(found, own, functions=False, at_work=frozenset())


def test_an_invocation_tells_the_operations_it_was_for() -> None:
    """Those that succeeded; the path's parameters are wildcards."""
    around = Surroundings.of(
        [],
        calls=[call(), call("GET", "/items/7"), call("PUT", "/items/7"), call(status=500)],
        api="api/v1",
        wiring=wired(
            methods=(
                invoking("GET /items"),
                invoking("GET /items/7", f"{FUNCTION}:live"),
                invoking("PUT /items/7"),
            )
        ),
    )
    assert invocations(_permission(f"{API}/GET/items/*"), around) == ("GET /items/7",)
    assert invocations(_permission(f"{API}/*/items*"), around) == (
        "GET /items",
        "GET /items/7",
        "PUT /items/7",
    )
    odd = of_resource(
        "*", "x:y", FUNCTION, conditions={"ArnLike": "odd", "StringEquals": {"a": "b"}}
    )
    assert invocations(odd, around) == ()


@pytest.mark.parametrize(
    "method",
    [
        invoking("GET /items", f"{FUNCTION}-2"),
        invoking("GET /others"),
        Method(operation="GET /items", target=""),
        Method(operation="GET /items", target="sqs:path/1/q"),
    ],
)
def test_a_permission_of_a_function_that_no_called_method_invokes_is_not_used(
    method: Method,
) -> None:
    """Another function's method, one that was not called, and one of which nothing is known."""
    assert not _named(_permission(f"{API}/GET/items"), methods=(method,))
    assert not _named(_permission(f"{API}/GET/items"), methods=())


GATEWAY: Final = trust("Service:apigateway.amazonaws.com")


@pytest.mark.parametrize(
    ("target", "found"),
    [
        (f"sqs:path/{ACCOUNT}/dead", grant("sqs:SendMessage", QUEUE)),
        ("dynamodb:action/PutItem", grant("dynamodb:PutItem", TABLE)),
        (
            f"lambda:path/2015-03-31/functions/{FUNCTION}/invocations",
            grant("lambda:InvokeFunction", FUNCTION),
        ),
    ],
)
def test_what_an_integration_calls_needs_its_role(target: str, found: Grant) -> None:
    """When the method answered; and that role for this alone, if nobody else may assume it."""
    method = Method(operation="GET /items", target=target, credentials="worker")
    assert _named(found, GATEWAY, functions=False, methods=(method,)) == (
        "integration of API Gateway"
    )
    for other in (
        replace(method, credentials=""),
        replace(method, credentials="another"),
        replace(method, operation="DELETE /items/7"),
        replace(method, target=""),
        replace(method, target="s3:path/b"),
    ):
        assert not _named(found, GATEWAY, functions=False, methods=(other,))
    assert not _named(found, GATEWAY, trust(LAMBDA), functions=False, methods=(method,))
    for wider in (
        replace(found, resource="*"),
        replace(found, action=found.action.partition(":")[0] + ":*"),
        replace(found, resource=f"{found.resource}*"),
    ):
        assert not _named(wider, GATEWAY, functions=False, methods=(method,))


def test_every_entry_names_actions_that_exist_and_its_source() -> None:
    """Without wildcards, and a page of AWS's documentation."""
    for each in ENTRIES:
        assert each.source.startswith("https://docs.aws.amazon.com/"), each.name
        for action in each.actions:
            assert [found.name for found in actions.expand(action)] == [action], each.name
        assert each.actions or each.name in {
            "delegation of a key to IAM",
            "integration of API Gateway",
        }
    assert len({each.name for each in ENTRIES}) == len(ENTRIES)
    assert {each.kind for each in ENTRIES} == set(Kind)
