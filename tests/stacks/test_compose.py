"""What holds for all five stacks together."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.synthesized import Assembly

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Variant

STACKS = ["NetworkStack", "StorageStack", "ServerlessStack", "ApiStack", "MonitoringStack"]
OUTPUTS = {
    "ServerlessStack": {"LambdaFunctionName", "LambdaFunctionArn"},
    "ApiStack": {"ApiGatewayUrl", "ApiGatewayId", "ApiKeyId"},
    "MonitoringStack": {"AlertTopicArn", "DashboardUrl"},
}


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_every_log_group_expires_and_is_encrypted(
    environment: str, assemblies: Callable[[str], Path]
) -> None:
    """Each group keeps its lines for 400 days, under a key that the logs service may use."""
    assembly = Assembly(assemblies(environment))
    groups = assembly.of_type("AWS::Logs::LogGroup")
    assert {"ApiStack/AccessLogs", "NetworkStack/FlowLogs"} < set(groups)
    for path, group in groups.items():
        stack = path.partition("/")[0]
        assert group["Properties"]["RetentionInDays"] == 400
        assert group["Properties"]["KmsKeyId"] == {
            "Fn::GetAtt": [assembly.logical_id(f"{stack}/Key"), "Arn"]
        }
        statements = assembly.properties(f"{stack}/Key")["KeyPolicy"]["Statement"]
        (use,) = [one for one in statements if one.get("Sid") == "CloudWatchLogsOfThisAccount"]
        assert use["Principal"] == {"Service": "logs.us-east-1.amazonaws.com"}
        assert "kms:EncryptionContext:aws:logs:arn" in use["Condition"]["ArnLike"]


def test_logs_outlive_their_stack_in_prod_alone(prod: Assembly, dev: Assembly) -> None:
    """Prod keeps every group, dev none."""
    for assembly, policy in ((prod, "Retain"), (dev, "Delete")):
        groups = assembly.of_type("AWS::Logs::LogGroup").values()
        assert {group["DeletionPolicy"] for group in groups} == {policy}


def test_every_key_is_rotated(prod: Assembly) -> None:
    """Each stack has one key of its own, which rotates and is long in going."""
    keys = prod.of_type("AWS::KMS::Key")
    assert set(keys) == {f"{stack}/Key" for stack in STACKS}
    for key in keys.values():
        assert key["Properties"]["EnableKeyRotation"] is True
        assert key["Properties"]["PendingWindowInDays"] == 30


def test_no_policy_is_inline_or_has_a_wildcard_action(prod: Assembly) -> None:
    """Rights stand in managed policies of the own account, action by action."""
    assert prod.of_type("AWS::IAM::Policy") == {}
    assert [
        path
        for path, role in prod.of_type("AWS::IAM::Role").items()
        if "Policies" in role["Properties"]
    ] == []
    policies = prod.of_type("AWS::IAM::ManagedPolicy")
    assert len(policies) == 7
    for policy in policies.values():
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
            assert "*" not in json.dumps(statement["Action"])


def test_aws_writes_one_policy_only(prod: Assembly) -> None:
    """The account's logging role has the one managed policy that API Gateway asks for."""
    managed = {
        path: role["Properties"]["ManagedPolicyArns"]
        for path, role in prod.of_type("AWS::IAM::Role").items()
        if "ManagedPolicyArns" in role["Properties"]
    }
    assert list(managed) == ["ApiStack/AccountLoggingRole"]
    assert "AmazonAPIGatewayPushToCloudWatchLogs" in json.dumps(managed)


def test_no_two_functions_share_a_role(prod: Assembly) -> None:
    """Each function has a role of its own, which only Lambda may assume."""
    roles = [
        function["Properties"]["Role"]["Fn::GetAtt"][0]
        for function in prod.of_type("AWS::Lambda::Function").values()
    ]
    assert len(set(roles)) == len(roles) == 2


def test_references_are_exports(prod: Assembly) -> None:
    """CloudFormation refuses to take away what another stack still uses."""
    text = json.dumps(prod.stacks)
    assert "Fn::ImportValue" in text
    assert "Fn::GetStackOutput" not in text


def test_stacks_depend_in_one_direction(prod: Assembly) -> None:
    """No stack imports from itself or from one that is deployed after it."""
    order = [f"serverless-infrastructure-prod-{name.lower()[:-5]}" for name in STACKS]
    for number, stack in enumerate(STACKS):
        text = json.dumps(prod.stacks[stack])
        later = [name for name in order[number:] if f'"Fn::ImportValue": "{name}:' in text]
        assert later == []


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_resources_are_tagged(environment: str, assemblies: Callable[[str], Path]) -> None:
    """Environment and project stand on what can be tagged, with the environment's own name."""
    assembly = Assembly(assemblies(environment))
    for kind in ("AWS::DynamoDB::Table", "AWS::Lambda::Function", "AWS::ApiGateway::RestApi"):
        for resource in assembly.of_type(kind).values():
            tags = {tag["Key"]: tag["Value"] for tag in resource["Properties"]["Tags"]}
            assert tags["Environment"] == environment
            assert tags["Project"] == "serverless-infrastructure"


@pytest.mark.parametrize("stack", sorted(OUTPUTS))
def test_the_outputs_of_the_seed_are_there(stack: str, prod: Assembly) -> None:
    """Each output keeps its name."""
    assert OUTPUTS[stack] <= set(prod.stacks[stack]["Outputs"])


def test_only_prod_is_protected_from_deletion(assemblies: Callable[[str], Path]) -> None:
    """All five stacks of prod refuse to be deleted; dev comes and goes."""
    protected = {
        environment: [
            name
            for name, artifact in json.loads(
                (assemblies(environment) / "manifest.json").read_bytes()
            )["artifacts"].items()
            if artifact.get("properties", {}).get("terminationProtection")
        ]
        for environment in ("dev", "prod")
    }
    assert sorted(protected["prod"]) == sorted(STACKS)
    assert protected["dev"] == []


def test_an_account_that_logs_already_is_left_alone(variant: Variant) -> None:
    """Where someone else owns the account's logging role, this app makes none."""
    assembly = variant("dev", {"api": {"account_logging": False}})
    assert assembly.of_type("AWS::ApiGateway::Account") == {}
    assert "AmazonAPIGatewayPushToCloudWatchLogs" not in json.dumps(assembly.stacks)
