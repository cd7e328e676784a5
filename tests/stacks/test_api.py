"""The REST API: who may call, what is checked, how often, what is logged."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import app

if TYPE_CHECKING:
    from tests.synthesized import Assembly

API = "ApiStack/ServerlessApi"
METHODS = {
    f"{API}/Default/items/GET",
    f"{API}/Default/items/POST",
    f"{API}/Default/items/{{id}}/GET",
    f"{API}/Default/items/{{id}}/PUT",
    f"{API}/Default/items/{{id}}/DELETE",
}
PREFLIGHTS = {f"{API}/Default/items/OPTIONS", f"{API}/Default/items/{{id}}/OPTIONS"}


def stage(assembly: Assembly) -> dict[str, Any]:
    """Return the API's only stage."""
    (found,) = assembly.of_type("AWS::ApiGateway::Stage").values()
    return found


def settings(assembly: Assembly) -> dict[str, Any]:
    """Return the settings of all the stage's methods."""
    (found,) = stage(assembly)["Properties"]["MethodSettings"]
    assert (found["HttpMethod"], found["ResourcePath"]) == ("*", "/*")
    return dict(found)


def test_the_methods_are_the_five_and_their_preflights(prod: Assembly) -> None:
    """Nothing stands at the root, and every resource answers a browser's preflight."""
    assert set(prod.of_type("AWS::ApiGateway::Method")) == METHODS | PREFLIGHTS


@pytest.mark.parametrize("path", sorted(METHODS))
def test_every_method_asks_for_a_signature_and_a_key(path: str, prod: Assembly) -> None:
    """IAM decides who may call; the key counts, validated requests reach the function."""
    method = prod.properties(path)
    assert method["AuthorizationType"] == "AWS_IAM"
    assert method["ApiKeyRequired"] is True
    assert method["RequestValidatorId"] == {"Ref": prod.logical_id(f"{API}/RequestValidator")}
    assert method["Integration"]["Type"] == "AWS_PROXY"
    assert "IntegrationResponses" not in method["Integration"]
    assert "CacheKeyParameters" not in method["Integration"]


def test_bodies_and_parameters_are_validated(prod: Assembly) -> None:
    """POST and PUT take the item's schema, the very one that the handler has."""
    validator = prod.properties(f"{API}/RequestValidator")
    assert validator["ValidateRequestBody"] is True
    assert validator["ValidateRequestParameters"] is True
    model = prod.properties("ApiStack/ItemModel")
    assert model["Name"] == "ItemModel"
    assert model["Schema"] == json.loads(app.ITEM_SCHEMA.read_bytes())
    with_body = {
        path
        for path, method in prod.of_type("AWS::ApiGateway::Method").items()
        if method["Properties"].get("RequestModels")
        == {"application/json": {"Ref": prod.logical_id("ApiStack/ItemModel")}}
    }
    assert {path.rpartition("/")[2] for path in with_body} == {"POST", "PUT"}


def test_a_changed_schema_is_deployed(prod: Assembly) -> None:
    """The deployment waits for the model, whose change gives it a new name."""
    (deployment,) = prod.of_type("AWS::ApiGateway::Deployment").values()
    assert prod.logical_id("ApiStack/ItemModel") in deployment["DependsOn"]


def test_only_the_methods_may_invoke_the_function(prod: Assembly) -> None:
    """Five permissions, each for one method of the stage; none for the console's test calls."""
    permissions = prod.of_type("AWS::Lambda::Permission")
    sources = sorted(
        permission["Properties"]["SourceArn"]["Fn::Join"][1][-1]
        for permission in permissions.values()
    )
    assert sources == [
        "/DELETE/items/*",
        "/GET/items",
        "/GET/items/*",
        "/POST/items",
        "/PUT/items/*",
    ]
    assert "test-invoke-stage" not in json.dumps(permissions)


def test_the_stage_is_throttled_and_never_logs_bodies(prod: Assembly) -> None:
    """The whole stage has a rate; execution logs hold no bodies; metrics and traces are on."""
    assert settings(prod) == {
        "DataTraceEnabled": False,
        "HttpMethod": "*",
        "LoggingLevel": "INFO",
        "MetricsEnabled": True,
        "ResourcePath": "/*",
        "ThrottlingBurstLimit": 2000,
        "ThrottlingRateLimit": 1000,
    }
    assert stage(prod)["Properties"]["TracingEnabled"] is True
    assert stage(prod)["Properties"]["CacheClusterEnabled"] is False
    assert stage(prod)["Properties"]["StageName"] == "v1"


def test_accesses_are_logged_without_secrets(prod: Assembly) -> None:
    """The line is JSON with who, what and when: no path, query, header, key or body."""
    access = stage(prod)["Properties"]["AccessLogSetting"]
    group = prod.logical_id("ApiStack/AccessLogs")
    assert {"Ref": group} in access["DestinationArn"]["Fn::Join"][1]
    values = json.loads(access["Format"]).values()
    assert {"$context.requestId", "$context.status", "$context.identity.sourceIp"} <= set(values)
    assert [value for value in values if not value.startswith("$context.")] == []
    assert {"$context.path", "$context.identity.apiKey"} & set(values) == set()


def test_execution_logs_have_a_group_before_the_stage_writes(prod: Assembly) -> None:
    """API Gateway finds its group, with retention and key, and makes none of its own."""
    group = prod.properties("ApiStack/ExecutionLogs")
    assert group["LogGroupName"] == {
        "Fn::Join": [
            "",
            ["API-Gateway-Execution-Logs_", {"Ref": prod.logical_id(API)}, "/v1"],
        ]
    }
    assert set(stage(prod)["DependsOn"]) == {
        prod.logical_id("ApiStack/ExecutionLogs"),
        prod.logical_id("ApiStack/AccountLogging"),
    }


def test_the_account_keeps_its_logging_role(prod: Assembly) -> None:
    """The role is the account's, so it outlives the stack; someone else may own it."""
    assert prod.resource("ApiStack/AccountLogging")["DeletionPolicy"] == "Retain"
    assert prod.resource("ApiStack/AccountLoggingRole")["DeletionPolicy"] == "Retain"


def test_cors_names_its_origin_everywhere(prod: Assembly) -> None:
    """Preflights and API Gateway's own errors name the one allowed origin, never all."""
    origin = "'https://items.example.com'"
    for path in PREFLIGHTS:
        (answer,) = prod.properties(path)["Integration"]["IntegrationResponses"]
        headers = answer["ResponseParameters"]
        assert headers["method.response.header.Access-Control-Allow-Origin"] == origin
        assert (
            "Idempotency-Key,If-Match"
            in headers["method.response.header.Access-Control-Allow-Headers"]
        )
    headers = {
        "gatewayresponse.header.Access-Control-Allow-Origin": origin,
        "gatewayresponse.header.Vary": "'Origin'",
    }
    responses = [
        response["Properties"]
        for response in prod.of_type("AWS::ApiGateway::GatewayResponse").values()
    ]
    assert {one["ResponseType"] for one in responses} == {"DEFAULT_4XX", "DEFAULT_5XX"}
    assert [one["ResponseParameters"] for one in responses] == [headers, headers]
    assert "'*'" not in json.dumps(prod.stacks["ApiStack"])


def test_a_plan_throttles_each_key(prod: Assembly) -> None:
    """The usage plan holds the stage and the key, with throttle and daily quota."""
    plan = prod.properties(f"{API}/UsagePlan")
    assert plan["Throttle"] == {"BurstLimit": 2000, "RateLimit": 1000}
    assert plan["Quota"] == {"Limit": 10000, "Period": "DAY"}
    (held,) = plan["ApiStages"]
    assert held["ApiId"] == {"Ref": prod.logical_id(API)}
    (link,) = prod.of_type("AWS::ApiGateway::UsagePlanKey").values()
    assert link["Properties"]["KeyId"] == {"Ref": prod.logical_id(f"{API}/ApiKey")}
    assert "Value" not in prod.properties(f"{API}/ApiKey")


def test_prod_stands_behind_a_firewall(prod: Assembly, dev: Assembly) -> None:
    """AWS's rule groups and a rate judge the stage's requests; large bodies are let through."""
    acl = prod.properties("ApiStack/Firewall")
    assert [rule["Name"] for rule in acl["Rules"]] == [
        "RateOfOneAddress",
        "AWSManagedRulesAmazonIpReputationList",
        "AWSManagedRulesCommonRuleSet",
        "AWSManagedRulesKnownBadInputsRuleSet",
    ]
    common = acl["Rules"][2]["Statement"]["ManagedRuleGroupStatement"]
    assert common["RuleActionOverrides"] == [
        {"ActionToUse": {"Count": {}}, "Name": "SizeRestrictions_BODY"}
    ]
    association = prod.properties("ApiStack/FirewallAssociation")
    assert {"Ref": prod.logical_id(API)} in association["ResourceArn"]["Fn::Join"][1]
    assert dev.of_type("AWS::WAFv2::WebACL") == {}


def test_the_firewall_logs_without_secrets(prod: Assembly) -> None:
    """Its group has the name that WAF asks for; keys and signatures are left out."""
    logging = prod.properties("ApiStack/FirewallLogging")
    assert [field["SingleHeader"]["Name"] for field in logging["RedactedFields"]] == [
        "authorization",
        "x-amz-security-token",
        "x-api-key",
    ]
    name = prod.properties("ApiStack/FirewallLogs")["LogGroupName"]
    assert name["Fn::Join"][1][0] == "aws-waf-logs-"


@pytest.mark.parametrize("path", sorted(METHODS))
def test_with_cognito_every_method_asks_for_a_scope(path: str, cognito: Assembly) -> None:
    """Reading asks for one scope, changing for the other, and for the key still."""
    method = cognito.properties(path)
    scope = "read" if path.endswith("/GET") else "write"
    assert method["AuthorizationType"] == "COGNITO_USER_POOLS"
    assert method["AuthorizerId"] == {"Ref": cognito.logical_id("ApiStack/Authorizer")}
    assert method["ApiKeyRequired"] is True
    (asked,) = method["AuthorizationScopes"]
    assert asked["Fn::Join"][1][-1] == f"/{scope}"


def test_the_user_pool_asks_for_a_second_factor(cognito: Assembly) -> None:
    """Users do not sign themselves up, have strong passwords, and need an authenticator app."""
    pool = cognito.properties("ApiStack/UserPool")
    assert pool["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}
    assert pool["MfaConfiguration"] == "ON"
    assert pool["EnabledMfas"] == ["SOFTWARE_TOKEN_MFA"]
    assert pool["Policies"]["PasswordPolicy"]["MinimumLength"] == 14
    assert pool["UserPoolTier"] == "PLUS"
    assert pool["DeletionProtection"] == "ACTIVE"
    client = cognito.properties("ApiStack/UserPool/Client")
    assert client["AllowedOAuthFlows"] == ["code"]
    assert client["CallbackURLs"] == ["https://items.example.com/signed-in"]


@pytest.mark.parametrize("path", sorted(METHODS))
def test_a_cache_is_keyed_by_all_that_an_answer_depends_on(path: str, cognito: Assembly) -> None:
    """The caller first, then the page's origin and the method's own parameters."""
    method = cognito.properties(path)
    key = set(method["Integration"]["CacheKeyParameters"])
    assert {"method.request.header.Authorization", "method.request.header.Origin"} <= key
    if "{id}" in path:
        assert "method.request.path.id" in key
    if path.endswith("items/GET"):
        assert {f"method.request.querystring.{n}" for n in ("limit", "next", "status")} < key
    assert key == set(method["RequestParameters"])
    assert method["RequestParameters"]["method.request.header.Authorization"] is True


def test_a_cache_is_encrypted(cognito: Assembly) -> None:
    """Where the setting turns the cache on, it is on for the stage, encrypted, and short."""
    assert stage(cognito)["Properties"]["CacheClusterEnabled"] is True
    assert stage(cognito)["Properties"]["CacheClusterSize"] == "0.5"
    assert settings(cognito)["CachingEnabled"] is True
    assert settings(cognito)["CacheDataEncrypted"] is True
    assert settings(cognito)["CacheTtlInSeconds"] == 60


def test_of_several_origins_the_preflight_answers_the_one_that_asks(cognito: Assembly) -> None:
    """Both are known to the preflight; API Gateway's own errors can name the first only."""
    preflight = cognito.properties(f"{API}/Default/items/OPTIONS")
    template = json.dumps(preflight["Integration"]["IntegrationResponses"])
    assert "https://other.example.com" in template
    (first,) = {
        response["Properties"]["ResponseParameters"][
            "gatewayresponse.header.Access-Control-Allow-Origin"
        ]
        for response in cognito.of_type("AWS::ApiGateway::GatewayResponse").values()
    }
    assert first == "'https://items.example.com'"
