"""Every log group, how long it keeps what is written to it, and who writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from compliance.security_report.model import Of
from compliance.security_report.summary import facts
from tests.compliance.security_report import portraits
from tests.compliance.security_report.portraits import arn, of, resource
from tests.compliance.security_report.samples import make_report

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Json = dict[str, Any]
GROUP = "AWS::Logs::LogGroup"
UNSET: Json = {"Parameters": {"P": {"Type": "Number"}}}


def test_the_projects_log_groups_are_all_in_its_templates(
    assemblies: Callable[[str], Path],
) -> None:
    """Each has a retention, a key of its own stack, and who writes there."""
    found = portraits.of_folder(assemblies("dev")).log_groups
    assert [(each.place.construct_path, each.key, each.writers) for each in found] == [
        (
            "ApiStack/AccessLogs/Resource",
            "${ApiStack/Key}",
            ("ApiStack/ServerlessApi/DeploymentStage.v1",),
        ),
        (
            "ApiStack/ExecutionLogs/Resource",
            "${ApiStack/Key}",
            ("ApiStack/ServerlessApi/DeploymentStage.v1",),
        ),
        (
            "NetworkStack/DefaultSecurityGroupCloserLogs/Resource",
            "${NetworkStack/Key}",
            ("NetworkStack/DefaultSecurityGroupCloser",),
        ),
        (
            "NetworkStack/FlowLogs/Resource",
            "${NetworkStack/Key}",
            ("NetworkStack/Vpc/FlowLog/FlowLog",),
        ),
        (
            "ServerlessStack/DataProcessingFunctionLogs/Resource",
            "${ServerlessStack/Key}",
            ("ServerlessStack/DataProcessingFunction",),
        ),
    ]
    assert {each.retention for each in found} == {400}
    assert not any(each.implicit or each.kept for each in found)


def test_prod_keeps_its_log_groups(assemblies: Callable[[str], Path]) -> None:
    """They outlive the stack."""
    found = portraits.of_folder(assemblies("prod")).log_groups
    assert {each.kept for each in found} == {True}


def test_the_seeds_execution_log_is_a_group_that_aws_creates(
    seed: Path,
) -> None:
    """It never expires; the place is the stage that writes there."""
    found = {each.name: each for each in portraits.of_folder(seed).log_groups}
    implicit = found[
        "API-Gateway-Execution-Logs_${ApiStack/ServerlessApi}/"
        "${ApiStack/ServerlessApi/DeploymentStage.prod}"
    ]
    assert implicit.implicit
    assert implicit.retention is None
    assert implicit.place.construct_path == "ApiStack/ServerlessApi/DeploymentStage.prod/Resource"
    function = found["/aws/lambda/${ServerlessStack/DataProcessingFunction}"]
    assert function.writers == ("ServerlessStack/DataProcessingFunction",)


@pytest.mark.parametrize(
    ("properties", "retention"),
    [
        ({}, None),
        ({"RetentionInDays": 30}, 30),
        ({"RetentionInDays": "30"}, 30),
        ({"RetentionInDays": 30, "LogGroupClass": "DELIVERY"}, 1),
        ({"RetentionInDays": {"Ref": "P"}}, "parameter P has no default"),
        (
            {"RetentionInDays": {"Fn::If": ["C", 30, {"Ref": "AWS::NoValue"}]}},
            "30 or never expires",
        ),
    ],
)
def test_retention_is_days_never_or_why_it_is_not_known(
    properties: Json, retention: int | str | None
) -> None:
    """A condition leaves both of its branches."""
    (group,) = of(sections=UNSET, Logs=resource(GROUP, **properties)).log_groups
    assert group.retention == retention


def test_a_kept_group_is_told() -> None:
    """By its deletion policy."""
    kept = {**resource(GROUP), "DeletionPolicy": "RetainExceptOnCreate"}
    (group,) = of(Logs=kept).log_groups
    assert group.kept


def test_a_function_without_a_group_has_one_that_aws_creates() -> None:
    """One that writes to a group from elsewhere says so; builds and tasks are told too."""
    found = of(
        sections=UNSET,
        Fn=resource("AWS::Lambda::Function"),
        Elsewhere=resource("AWS::Lambda::Function", LoggingConfig={"LogGroup": "/theirs"}),
        Build=resource("AWS::CodeBuild::Project"),
        Task=resource(
            "AWS::ECS::TaskDefinition",
            ContainerDefinitions=[
                {
                    "LogConfiguration": {
                        "LogDriver": "awslogs",
                        "Options": {"awslogs-create-group": "true"},
                    }
                }
            ],
        ),
    ).log_groups
    assert [(each.name, each.retention, each.writers, each.implicit) for each in found] == [
        ("/aws/codebuild/${Stack/Build}", None, ("Stack/Build",), True),
        ("/theirs", "not in these templates", ("Stack/Elsewhere",), True),
        ("/aws/lambda/${Stack/Fn}", None, ("Stack/Fn",), True),
        ("", None, ("Stack/Task",), True),
    ]


def test_groups_are_found_by_the_name_that_a_service_gives_them() -> None:
    """A function's, a build's and a stage's, by reference or by literal name."""
    found = of(
        Fn=resource("AWS::Lambda::Function", FunctionName="work"),
        OfFn=resource(GROUP, LogGroupName="/aws/lambda/work"),
        Build=resource("AWS::CodeBuild::Project"),
        OfBuild=resource(GROUP, LogGroupName={"Fn::Sub": "/aws/codebuild/${Build}"}),
        Api=resource(
            "AWS::Serverless::Api", StageName="v1", MethodSettings=[{"LoggingLevel": "INFO"}]
        ),
        OfApi=resource(GROUP, LogGroupName={"Fn::Sub": "API-Gateway-Execution-Logs_${Api}/v1"}),
    ).log_groups
    assert {each.place.logical_id: each.writers for each in found} == {
        "OfFn": ("Stack/Fn",),
        "OfBuild": ("Stack/Build",),
        "OfApi": ("Stack/Api",),
    }


def test_what_only_reads_a_group_is_no_writer() -> None:
    """A policy, a metric filter and a subscription name it; a state machine writes to it."""
    named = {"Ref": "Logs"}
    found = of(
        Logs=resource(GROUP),
        Filter=resource("AWS::Logs::MetricFilter", LogGroupName=named),
        Subscription=resource("AWS::Logs::SubscriptionFilter", LogGroupName=named),
        Policy=resource(
            "AWS::IAM::Policy",
            PolicyDocument={"Statement": [{"Action": "logs:*", "Resource": arn("Logs")}]},
        ),
        Machine=resource(
            "AWS::StepFunctions::StateMachine",
            LoggingConfiguration={
                "Level": "ALL",
                "Destinations": [{"CloudWatchLogsLogGroup": {"LogGroupArn": arn("Logs")}}],
            },
        ),
    ).log_groups
    assert [each.writers for each in found] == [("Stack/Machine",)]


def test_a_log_group_that_expires_in_some_environments_only_may_stay() -> None:
    """It counts as one that never expires, at the top of the report."""
    sections = UNSET | {"Conditions": {"C": {"Fn::Equals": [{"Ref": "P"}, 1]}}}
    days = {"Fn::If": ["C", 30, {"Ref": "AWS::NoValue"}]}
    found = of(
        sections=sections,
        Sometimes=resource(GROUP, RetentionInDays=days),
        Never=resource(GROUP),
        Untold=resource(GROUP, RetentionInDays={"Ref": "P"}),
        Month=resource(GROUP, RetentionInDays=30),
    ).log_groups
    assert {(each.place.logical_id, each.retention, each.may_stay) for each in found} == {
        ("Sometimes", "30 or never expires", True),
        ("Never", None, True),
        ("Untold", "parameter P has no default", False),
        ("Month", 30, False),
    }
    report = make_report(log_groups=tuple(Of((), each) for each in found))
    (fact,) = (each for each in facts(report, changes=(), blocking=0) if each.section == "logs")
    assert fact.text.startswith("4 log groups, 2 never expiring")
