"""API Gateway needs a permission on every function that it invokes, for the method it does so."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from compliance.findings import Finding, Outcome
from compliance.rehearsal import unasked
from compliance.rehearsal.routing import routes
from tests.compliance.rehearsal import accounts, apis
from tests.compliance.rehearsal.ledgers import ACCOUNT, FUNCTION, function, of_resource, trust

if TYPE_CHECKING:
    from compliance.rehearsal.model import Grant

API = f"arn:aws:execute-api:us-east-1:{ACCOUNT}:api"
LAMBDA = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions"
OF_FUNCTION = {"Fn::Join": ["", [f"{LAMBDA}/", accounts.get("Function"), "/invocations"]]}
PLAIN = function(
    in_vpc=False, traced=False, log_group="", keys=(), destinations=(), destination_keys=()
)


def _permission(source: str, *, of: str = FUNCTION, operator: str = "ArnLike") -> Grant:
    return of_resource(
        "Service:apigateway.amazonaws.com",
        "lambda:InvokeFunction",
        of,
        conditions={operator: {"AWS:SourceArn": source}} if source else {},
    )


def _findings(
    *granted: Grant,
    method: str = "GET /items/{id}",
    uri: object = OF_FUNCTION,
    **integration: object,
) -> list[Finding]:
    """Those of an API of one method."""
    whole = {"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": uri, **integration}
    more: dict[str, Any] = {
        "Function": {"Type": "AWS::Lambda::Function", "Properties": {}},
        "Authorizer": {
            "Type": "AWS::ApiGateway::Authorizer",
            "Properties": {**apis.OF_API, "Type": "TOKEN", "AuthorizerUri": OF_FUNCTION},
        },
        "method": {"Integration": {key: value for key, value in whole.items() if value}},
    }
    return _found(apis.api(method, **more), granted)


def _found(resources: dict[str, Any], granted: tuple[Grant, ...]) -> list[Finding]:
    assembly = apis.assembly(resources)
    physical = {"Function": "worker", "Api": "api", "Authorizer": "auth-1"}
    stage = replace(
        accounts.stage(), resources={f"Stack0/{name}": found for name, found in physical.items()}
    )
    return unasked.findings(
        [trust("Service:lambda.amazonaws.com"), *granted],
        [PLAIN],
        stage=stage,
        assembly=assembly,
        routes=routes(assembly),
        api="api/v1",
    )


def test_a_method_without_a_permission_is_refused() -> None:
    """The finding stands on the method, and names function, operation and who asks."""
    (found,) = _findings()
    assert (found.rule, found.outcome) == ("Rehearsal-Sufficient", Outcome.FAIL)
    assert (found.logical_id, found.location) == ("Method0", "GET /items/{id}")
    assert f"AWS would refuse lambda:InvokeFunction on {FUNCTION} to API Gateway" in found.message
    assert found.observed == f"{API}/v1/GET/items/* on {FUNCTION}"


@pytest.mark.parametrize(
    "source",
    [f"{API}/v1/GET/items/*", f"{API}/*/*/items/*", f"{API}/*", ""],
    ids=["the method", "any method and stage", "the API", "no condition"],
)
def test_a_permission_that_takes_in_the_method_is_enough(source: str) -> None:
    """Whatever the placeholder stands for."""
    assert _findings(_permission(source)) == []


@pytest.mark.parametrize(
    "other",
    [
        _permission(f"{API}/v1/PUT/items/*"),
        _permission(f"{API}/v2/GET/items/*"),
        _permission(f"{API}/v1/GET/items"),
        _permission(f"{API}/v1/GET/items/one"),
        _permission(f"{API}2/v1/GET/items/*"),
        _permission("", of=f"{FUNCTION}-2"),
        of_resource("Service:sns.amazonaws.com", "lambda:InvokeFunction", FUNCTION),
    ],
    ids=["method", "stage", "path", "one item", "API", "function", "service"],
)
def test_a_permission_for_another_is_none(other: Grant) -> None:
    """Method, stage, path, API, function and service have to be these."""
    (found,) = _findings(other)
    assert found.outcome is Outcome.FAIL


def test_a_method_for_all_verbs_needs_them_all() -> None:
    """One of them is not enough; and the root of an API has a slash."""
    assert len(_findings(_permission(f"{API}/v1/GET/items"), method="ANY /items")) == 1
    assert _findings(_permission(f"{API}/v1/*/items"), method="ANY /items") == []
    assert _findings(_permission(f"{API}/v1/GET/"), method="GET /") == []


def test_a_condition_on_the_account_is_known() -> None:
    """Another one is not decided."""
    for key, value, outcomes in (
        ("AWS:SourceAccount", ACCOUNT, []),
        ("AWS:SourceAccount", "999999999999", [Outcome.FAIL]),
        ("aws:SourceOrgID", "o-1", [Outcome.UNDECIDED]),
    ):
        found = _findings(replace(_permission(""), conditions={"StringEquals": {key: value}}))
        assert [each.outcome for each in found] == outcomes, (key, value)


def test_an_alias_has_a_permission_of_its_own() -> None:
    """The function's own policy is not the alias's."""
    uri = f"{LAMBDA}/{FUNCTION}:live/invocations"
    assert len(_findings(_permission(""), uri=uri)) == 1
    assert _findings(_permission("", of=f"{FUNCTION}:live"), uri=uri) == []


@pytest.mark.parametrize(
    "integration",
    [
        {"Type": "MOCK", "uri": None},
        {"Type": "HTTP_PROXY", "uri": "https://example.com/"},
        {"Credentials": f"arn:aws:iam::{ACCOUNT}:role/gateway"},
        {"Type": "AWS", "uri": "arn:aws:apigateway:us-east-1:sqs:path/1/queue"},
    ],
    ids=["mock", "http", "role", "queue"],
)
def test_what_invokes_no_function_by_itself_needs_no_permission(
    integration: dict[str, Any],
) -> None:
    """No function, or a role in whose name it is invoked."""
    assert _findings(**integration) == []


@pytest.mark.parametrize(
    "uri",
    [
        {"Fn::Sub": f"{LAMBDA}/arn:${{stageVariables.name}}/invocations"},
        {"Fn::ImportValue": "of-another-assembly"},
        f"{LAMBDA}/arn:aws:lambda:us-east-1:{ACCOUNT}:function:other/invocations",
        None,
    ],
    ids=["stage variable", "import", "function of elsewhere", "no URI"],
)
def test_a_function_that_cannot_be_told_is_not_decided(uri: object) -> None:
    """Its policy is not known here."""
    (found,) = _findings(_permission(""), uri=uri)
    assert found.outcome is Outcome.UNDECIDED
    assert "cannot be told here" in found.message


def _authorized(**authorizer: object) -> dict[str, Any]:
    resources = apis.api(
        "GET /items",
        "POST /items",
        method={
            "AuthorizationType": "CUSTOM",
            "AuthorizerId": {"Ref": "Authorizer"},
            "Integration": {"Type": "MOCK"},
        },
        Function={"Type": "AWS::Lambda::Function", "Properties": {}},
    )
    properties = {**apis.OF_API, "Type": "TOKEN", "AuthorizerUri": OF_FUNCTION, **authorizer}
    return resources | {
        "Authorizer": {"Type": "AWS::ApiGateway::Authorizer", "Properties": properties}
    }


def test_an_authorizer_needs_a_permission_as_well() -> None:
    """For itself, once for all methods that it serves."""
    (found,) = _found(_authorized(), (_permission(f"{API}/v1/*"),))
    assert (found.logical_id, found.outcome) == ("Authorizer", Outcome.FAIL)
    assert found.observed == f"{API}/authorizers/auth-1 on {FUNCTION}"
    assert _found(_authorized(), (_permission(f"{API}/authorizers/auth-1"),)) == []
    credentials = f"arn:aws:iam::{ACCOUNT}:role/gateway"
    assert _found(_authorized(AuthorizerCredentials=credentials), ()) == []
    assert _found(_authorized(Type="COGNITO_USER_POOLS"), ()) == []
