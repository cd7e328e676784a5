"""Templates of any shape: rules never raise, and never judge without a place."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from compliance import rules
from compliance.assembly import Assembly, Template
from compliance.config import Config, Retention
from compliance.findings import Outcome
from compliance.rules.base import Context
from tests.compliance.properties import patient

TYPES = sorted({kind for rule in rules.rules() for kind in rule.resource_types})
PROPERTIES = (
    "AccessLogSetting",
    "AccessLogSettings",
    "AssumeRolePolicyDocument",
    "AuthorizationType",
    "ContainerDefinitions",
    "Cors",
    "CorsConfiguration",
    "DefaultRouteSettings",
    "EndpointConfiguration",
    "FunctionName",
    "HttpMethod",
    "Integration",
    "KeyPolicy",
    "KmsKeyId",
    "LifecycleConfiguration",
    "LogDestination",
    "LogDestinationType",
    "LogGroupName",
    "LoggingConfig",
    "LoggingConfiguration",
    "LogsConfig",
    "ManagedPolicyArns",
    "MethodSettings",
    "Policies",
    "Policy",
    "PolicyDocument",
    "Principal",
    "ResourceId",
    "ResourceType",
    "ResponseParameters",
    "RestApiId",
    "RetentionInDays",
    "Role",
    "Roles",
    "RoleName",
    "RouteSettings",
    "SourceArn",
    "StageDescription",
    "StageName",
    "Users",
    "VpcConfig",
    "VpcId",
)
KEYS = (
    "AWS",
    "Action",
    "AllowCredentials",
    "AllowOrigins",
    "CloudWatchLogs",
    "CloudWatchLogsLogGroup",
    "Condition",
    "DataTraceEnabled",
    "DestinationArn",
    "Destinations",
    "Effect",
    "ExpirationInDays",
    "GroupName",
    "IntegrationResponses",
    "Level",
    "LogConfiguration",
    "LogDriver",
    "LogGroup",
    "LogGroupArn",
    "LoggingLevel",
    "NotAction",
    "Options",
    "PolicyDocument",
    "Prefix",
    "Principal",
    "Resource",
    "ResponseParameters",
    "Rules",
    "Service",
    "Statement",
    "Status",
    "StringEquals",
    "StringLike",
    "iam:PassedToService",
    "SubnetIds",
    "aws:ResourceAccount",
    "awslogs-create-group",
    "method.response.header.Access-Control-Allow-Origin",
)
WORDS = (
    "",
    "*",
    "'*'",
    "Allow",
    "Deny",
    "INFO",
    "MOCK",
    "OPTIONS",
    "R0",
    "R1",
    "R1.Arn",
    "P",
    "arn:aws:s3:::*",
    "arn:aws:iam::1:role/X",
    "arn:aws:iam::aws:policy/X",
    "dynamodb:Get*",
    "iam:*",
    "iam:PassRole",
    "lambda.amazonaws.com",
    "logs.amazonaws.com",
    "s3:PutObject",
    "{{resolve:ssm:/x}}",
    "${R0}-${P}",
    "ALL",
    "Enabled",
    "VPC",
    "arn:aws:logs:eu-west-1:1:log-group:x:*",
    "awslogs",
    "s3",
    "true",
)
ELSEWHERE = {"LOG07": "DeletionPolicy", "LOG08": ""}
"""What else a rule may be about: an attribute of the resource, or something that is not there."""
CONFIG = Config(retention=Retention(keep_logs=True))
"""Under which every rule has something to say."""
FUNCTIONS = ("Ref", "Fn::GetAtt", "Fn::If", "Fn::Join", "Fn::Sub", "Fn::Select", "Fn::Transform")

leaves = st.none() | st.booleans() | st.integers(-1, 400) | st.floats() | st.sampled_from(WORDS)
trees = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)
        | st.builds(lambda name, value: {name: value}, st.sampled_from(FUNCTIONS), inner)
    ),
    max_leaves=12,
)
resources = st.builds(
    lambda kind, properties, more: {"Type": kind, "Properties": properties, **more},
    st.sampled_from(TYPES),
    st.dictionaries(st.sampled_from(PROPERTIES), trees, max_size=5) | trees,
    st.dictionaries(
        st.sampled_from(("Condition", "DeletionPolicy", "DependsOn", "Metadata")), trees, max_size=1
    ),
)


MODULES = sorted(path.stem for path in Path(__file__).parent.glob("cases/*.py"))
TEMPLATES = [
    list(case.stacks.values()) or [case.template]
    for module in MODULES
    for case in importlib.import_module(f"tests.compliance.rules.cases.{module}").CASES
]


@settings(patient, max_examples=200)
@given(st.lists(resources, min_size=1, max_size=4), trees)
def test_no_rule_raises_on_any_template(bodies: list[Any], default: Any) -> None:  # noqa: ANN401 - any JSON
    """A template is untrusted: whatever it holds is judged or left alone, and breaks no rule."""
    judge(
        {
            "Parameters": {"P": {"Type": "String", "Default": default}},
            "Resources": {f"R{index}": body for index, body in enumerate(bodies)},
        }
    )


@settings(patient, max_examples=400)
@given(st.sampled_from(TEMPLATES), st.data())
def test_no_rule_raises_on_a_template_with_a_fault(
    templates: list[Any], data: st.DataObject
) -> None:
    """Deep inside what rules look for, anything may stand: a list, a number, a word, nothing."""
    judge(*(broken(template, data) for template in templates))


def broken(node: Any, data: st.DataObject) -> Any:  # noqa: ANN401 - any JSON
    """The value with one part of it replaced, or itself."""
    keys = (
        list(node)
        if isinstance(node, Mapping)
        else range(len(node))
        if isinstance(node, list)
        else ()
    )
    if not keys or data.draw(st.integers(0, 9)) == 0:
        return data.draw(trees)
    chosen = data.draw(st.sampled_from(keys))
    if isinstance(node, Mapping):
        return {**node, chosen: broken(node[chosen], data)}
    return [*node[:chosen], broken(node[chosen], data), *node[chosen + 1 :]]


def judge(*bodies: Any) -> None:  # noqa: ANN401 - any JSON
    """Judge templates by every rule, and look at the form of what they say."""
    templates = tuple(
        Template(name=f"{index}.json", path=Path("t.json"), body=body)
        for index, body in enumerate(bodies)
        if isinstance(body, Mapping)
    )
    assembly = Assembly(Path("t.json"), templates, is_assembly=False)
    context = Context(assembly, CONFIG)
    for resource in assembly.resources():
        for rule, judgement in rules.judge(resource, context):
            if judgement.outcome is Outcome.PASS:
                assert judgement.location == ""
            else:
                elsewhere = ELSEWHERE.get(rule.id)
                assert judgement.location.startswith("Properties.") or (
                    judgement.location == elsewhere
                ), rule.id
                assert judgement.message
