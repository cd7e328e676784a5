"""The service's first version, as it was given: the gate over it is red and names its defects."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import app
from compliance import config, rules
from compliance.assembly import read
from compliance.findings import Outcome
from compliance.rules.base import Context
from tests.command import synthgate

if TYPE_CHECKING:
    from pathlib import Path

SEED = app.ROOT / "tests" / "fixtures" / "seed"
LEDGER = app.ROOT / "docs" / "seed-ledger.md"

LAMBDA_IN_VPC = (
    "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/"
    "service-role/AWSLambdaVPCAccessExecutionRole]"
)
DEFECTS = {
    ("API01", "ApiStack/ServerlessApi/Default/items/GET/Resource"),
    ("API01", "ApiStack/ServerlessApi/Default/items/POST/Resource"),
    ("API01", "ApiStack/ServerlessApi/Default/items/{id}/DELETE/Resource"),
    ("API01", "ApiStack/ServerlessApi/Default/items/{id}/GET/Resource"),
    ("API01", "ApiStack/ServerlessApi/Default/items/{id}/PUT/Resource"),
    ("API08", "ApiStack/ServerlessApi/Default/OPTIONS/Resource"),
    ("API08", "ApiStack/ServerlessApi/Default/items/GET/Resource"),
    ("API08", "ApiStack/ServerlessApi/Default/items/OPTIONS/Resource"),
    ("API08", "ApiStack/ServerlessApi/Default/items/POST/Resource"),
    ("API08", "ApiStack/ServerlessApi/Default/items/{id}/DELETE/Resource"),
    ("API08", "ApiStack/ServerlessApi/Default/items/{id}/GET/Resource"),
    ("API08", "ApiStack/ServerlessApi/Default/items/{id}/OPTIONS/Resource"),
    ("API08", "ApiStack/ServerlessApi/Default/items/{id}/PUT/Resource"),
    ("API09", "ApiStack/ServerlessApi/DeploymentStage.prod/Resource"),
    ("API11", "ApiStack/ServerlessApi/DeploymentStage.prod/Resource"),
    ("API12", "ApiStack/ServerlessApi/DeploymentStage.prod/Resource"),
    ("IAM04", "ServerlessStack/LambdaExecutionRole/Resource"),
    ("IAM08", "ServerlessStack/LambdaExecutionRole/DefaultPolicy/Resource"),
    ("LOG04", "ApiStack/ServerlessApi/DeploymentStage.prod/Resource"),
    ("LOG06", "ApiStack/ApiGatewayLogGroup/Resource"),
    ("LOG06", "ServerlessStack/LambdaLogGroup/Resource"),
    ("LOG08", "BaseStack/Vpc/Resource"),
}
"""What the own rules say of the seed, low severities included."""


def test_the_own_rules_name_the_seeds_defects(seed: Path) -> None:
    """Each defect that a rule of the catalogue covers is named where it stands."""
    assembly = read(seed)
    context = Context(assembly, config.load(SEED / "pyproject.toml"))
    found = {
        (rule.id, resource.construct_path)
        for resource in assembly.resources()
        for rule, judgement in rules.judge(resource, context)
        if judgement.outcome is not Outcome.PASS
    }
    assert found == DEFECTS


def test_the_gate_over_the_seed_is_red(seed: Path) -> None:
    """All four engines run over all of the seed's resources, and the command exits 1."""
    done = synthgate("check", seed, "--config", SEED / "pyproject.toml", "--format", "json")
    assert done.code == 1
    assert done.json["verdict"] == "red"
    assert {(row["name"], row["status"], row["resources"]) for row in done.json["engines"]} == {
        (name, "ran", 72) for name in ("own", "cdk-nag", "checkov", "cloudformation")
    }
    stock = {(row["engine"], row["rule"]) for row in done.json["results"]}
    assert {
        ("cdk-nag", "AwsSolutions-APIG4"),
        ("cdk-nag", "AwsSolutions-APIG3"),
        ("cdk-nag", LAMBDA_IN_VPC),
        ("cdk-nag", "AwsSolutions-L1"),
        ("cdk-nag", "AwsSolutions-SNS3"),
        ("cdk-nag", "AwsSolutions-SQS4"),
        ("cdk-nag", "NIST.800.53.R5-APIGWCacheEnabledAndEncrypted"),
        ("cdk-nag", "Serverless-LambdaTracing"),
        ("checkov", "CKV_AWS_59"),
    } <= stock


def test_the_ledger_names_rules_and_tests_that_exist() -> None:
    """A row of the ledger that points to nothing would claim a protection that is not there."""
    text = LEDGER.read_text(encoding="utf-8")
    tests = "".join(
        path.read_text(encoding="utf-8") for path in (app.ROOT / "tests").rglob("test_*.py")
    )
    named = set(re.findall(r"\b(?:IAM|API|LOG)\d\d\b", text))
    assert named <= set(rules.by_id())
    for test in re.findall(r"`(test_[a-z0-9_]+)`", text):
        assert f"def {test}(" in tests, test
