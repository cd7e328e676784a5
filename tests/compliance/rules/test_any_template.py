"""Templates of any shape: rules never raise, and never judge without a place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from compliance import rules
from compliance.assembly import Assembly, Template
from compliance.config import Config
from compliance.findings import Outcome
from compliance.rules.base import Context
from tests.compliance.properties import patient

TYPES = sorted({kind for rule in rules.rules() for kind in rule.resource_types})
PROPERTIES = (
    "AccessLogSetting",
    "AccessLogSettings",
    "AssumeRolePolicyDocument",
    "AuthorizationType",
    "Cors",
    "CorsConfiguration",
    "DefaultRouteSettings",
    "FunctionName",
    "HttpMethod",
    "Integration",
    "KeyPolicy",
    "KmsKeyId",
    "LogGroupName",
    "LoggingConfig",
    "ManagedPolicyArns",
    "MethodSettings",
    "Policies",
    "PolicyDocument",
    "Principal",
    "ResponseParameters",
    "RestApiId",
    "RetentionInDays",
    "Role",
    "Roles",
    "RouteSettings",
    "SourceArn",
    "StageDescription",
    "StageName",
    "VpcConfig",
)
KEYS = (
    "AWS",
    "Action",
    "AllowCredentials",
    "AllowOrigins",
    "Condition",
    "DataTraceEnabled",
    "DestinationArn",
    "Effect",
    "IntegrationResponses",
    "LogGroup",
    "LoggingLevel",
    "NotAction",
    "PolicyDocument",
    "Principal",
    "Resource",
    "ResponseParameters",
    "Service",
    "Statement",
    "StringEquals",
    "SubnetIds",
    "aws:ResourceAccount",
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
    "arn:aws:iam::aws:policy/X",
    "dynamodb:Get*",
    "lambda.amazonaws.com",
    "logs.amazonaws.com",
    "s3:PutObject",
    "{{resolve:ssm:/x}}",
    "${R0}-${P}",
)
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
    st.dictionaries(st.sampled_from(("Condition", "DependsOn", "Metadata")), trees, max_size=1),
)


@settings(patient, max_examples=200)
@given(st.lists(resources, min_size=1, max_size=4), trees)
def test_no_rule_raises_on_any_template(bodies: list[Any], default: Any) -> None:  # noqa: ANN401 - any JSON
    """A template is untrusted: whatever it holds is judged or left alone, and breaks no rule."""
    template = Template(
        name="t.json",
        path=Path("t.json"),
        body={
            "Parameters": {"P": {"Type": "String", "Default": default}},
            "Resources": {f"R{index}": body for index, body in enumerate(bodies)},
        },
    )
    assembly = Assembly(Path("t.json"), (template,), is_assembly=False)
    context = Context(assembly, Config())
    for resource in assembly.resources():
        for rule, judgement in rules.judge(resource, context):
            if judgement.outcome is Outcome.PASS:
                assert judgement.location == ""
            else:
                assert judgement.location.startswith("Properties."), rule.id
                assert judgement.message
