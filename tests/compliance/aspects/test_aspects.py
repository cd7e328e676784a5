"""Aspects: what they set, what they leave alone, and that they say so."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from compliance.aspects import Change
from compliance.assembly import Assembly, read
from compliance.config import Config
from compliance.findings import Outcome
from compliance.review import wording
from compliance.review.reviewing import review
from compliance.review.sources import canonical_assembly
from compliance.rules import judge
from compliance.rules.base import Context

if TYPE_CHECKING:
    from pathlib import Path

    from compliance.assembly import Resource

SINGLETON = "Logging/AWS679f53fac002430cb0da5b7982bd2287"
PROVIDER = "Logging/Custom::S3AutoDeleteObjectsCustomResourceProvider"
POLICIES = ("AWS::S3::BucketPolicy", "AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy")
NESTED = "AWS::CloudFormation::Stack"
BOUNDARY = {
    "Fn::Join": [
        "",
        [
            "arn:",
            {"Ref": "AWS::Partition"},
            ":iam::",
            {"Ref": "AWS::AccountId"},
            ":policy/Boundary",
        ],
    ]
}


@pytest.fixture(scope="module")
def plain(samples: Path) -> Assembly:
    """The app as it is."""
    return read(samples / "plain")


@pytest.fixture(scope="module")
def mended(samples: Path) -> Assembly:
    """The app with every aspect on it."""
    return read(samples / "mended")


@pytest.fixture(scope="module")
def changes(samples: Path) -> list[Change]:
    """What they say that they changed."""
    return _changes(samples / "mended.json")


def _changes(path: Path) -> list[Change]:
    return [Change.model_validate(entry) for entry in json.loads(path.read_text())]


def at(assembly: Assembly, path: str) -> dict[str, Any]:
    """Properties of a construct's resource."""
    return dict(assembly.by_construct[path].properties)


def statements(policy: Resource) -> list[dict[str, Any]]:
    """Statements of a resource policy."""
    found: list[dict[str, Any]] = policy.properties["PolicyDocument"]["Statement"]
    return found


def of(changes: list[Change], aspect: str, stack: str) -> dict[str, str]:
    """What an aspect changed in a stack: new value by place."""
    return {
        f"{change.construct_path.removeprefix(f'{stack}/')} {change.location}": change.new
        for change in changes
        if change.aspect == aspect and change.construct_path.startswith(f"{stack}/")
    }


# -- retention


@pytest.mark.parametrize(
    "path",
    [
        "Logging/Forever/Resource",
        "Logging/Declared",
        "Logging/Untyped",
        "Prod/Inner/Forever/Resource",
        "Prod/Inner/Nested/Forever/Resource",
    ],
)
def test_a_log_group_without_an_end_gets_the_configured_days(
    plain: Assembly, mended: Assembly, changes: list[Change], path: str
) -> None:
    """An L2's, an L1's, an untyped one, in a stage, in a nested stack."""
    assert "RetentionInDays" not in at(plain, path)
    assert at(mended, path)["RetentionInDays"] == 400
    (change,) = [each for each in changes if each.construct_path == path]
    assert (change.aspect, change.location, change.old, change.new) == (
        "retention-days",
        "Properties.RetentionInDays",
        "absent",
        "400",
    )


def test_a_log_group_with_an_end_keeps_it(mended: Assembly) -> None:
    """Given as a property, or by an override."""
    assert at(mended, "Logging/Week/Resource")["RetentionInDays"] == 7
    assert at(mended, "Logging/Overridden")["RetentionInDays"] == 30


# -- log groups of functions


@pytest.mark.parametrize(
    ("function", "group"),
    [
        ("Logging/Bare/Resource", "Logging/Bare/SynthgateLogs"),
        ("Logging/Json/Resource", "Logging/Json/SynthgateLogs"),
        ("Logging/Low", "Logging/LowSynthgateLogs"),
        ("Logging/Narrow/Resource", "Logging/Narrow/SynthgateLogs"),
        (f"{SINGLETON}/Resource", f"{SINGLETON}/SynthgateLogs"),
        (f"{PROVIDER}/Handler", f"{PROVIDER}/HandlerSynthgateLogs"),
    ],
)
def test_a_function_without_a_log_group_gets_one(
    mended: Assembly, changes: list[Change], function: str, group: str
) -> None:
    """Of an L2, an L1, a singleton of CDK's, and CDK's untyped provider: it expires and stays."""
    added = mended.by_construct[group]
    assert added.properties["RetentionInDays"] == 400
    assert added.body["DeletionPolicy"] == "Retain"
    assert "DependsOn" not in added.body
    reference = {"Ref": added.logical_id}
    assert at(mended, function)["LoggingConfig"]["LogGroup"] == reference
    listed = of(changes, "function-log-groups", "Logging")
    assert listed[f"{group.removeprefix('Logging/')} Type"] == '"AWS::Logs::LogGroup"'
    place = f"{function.removeprefix('Logging/')} Properties.LoggingConfig.LogGroup"
    assert json.loads(listed[place]) == reference


def test_the_format_of_a_functions_log_stays(mended: Assembly) -> None:
    """The log group is put beside it."""
    assert at(mended, "Logging/Json/Resource")["LoggingConfig"]["LogFormat"] == "JSON"


@pytest.mark.parametrize("name", ["Named", "Literal", "Foreign", "Edge"])
def test_a_function_is_left_alone(plain: Assembly, mended: Assembly, name: str) -> None:
    """With a log group by its name, with a role from elsewhere, and at the edge."""
    path = f"Logging/{name}/Resource"
    assert "LoggingConfig" not in at(plain, path)
    assert "LoggingConfig" not in at(mended, path)


def test_a_function_keeps_its_own_log_group(mended: Assembly) -> None:
    """The one that the code gave it."""
    own = mended.by_construct["Logging/OwnLogs/Resource"]
    assert at(mended, "Logging/Own/Resource")["LoggingConfig"]["LogGroup"] == {
        "Ref": own.logical_id
    }
    assert "Logging/Own/SynthgateLogs" not in mended.by_construct


def test_a_role_may_write_to_the_new_log_group_and_to_no_other(mended: Assembly) -> None:
    """Where no policy of AWS's lets it write to all; the function comes after that."""
    policy = mended.by_construct["Logging/Narrow/SynthgateLogsPolicy"]
    group = mended.by_construct["Logging/Narrow/SynthgateLogs"]
    role = mended.by_construct["Logging/NarrowRole/Resource"]
    assert statements(policy) == [
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": {"Fn::GetAtt": [group.logical_id, "Arn"]},
        }
    ]
    assert policy.properties["Roles"] == [{"Ref": role.logical_id}]
    function = mended.by_construct["Logging/Narrow/Resource"]
    assert policy.logical_id in function.body["DependsOn"]
    assert "Logging/Bare/SynthgateLogsPolicy" not in mended.by_construct


# -- tracing


def test_tracing_is_turned_on_where_the_code_says_nothing_of_it(
    mended: Assembly, changes: list[Change]
) -> None:
    """Functions, stages and state machines, untyped ones too; nothing else of them is touched."""
    assert of(changes, "tracing", "Tracing") == {
        "Silent/Resource Properties.TracingConfig.Mode": '"Active"',
        "Silent/SynthgateTracingPolicy Type": '"AWS::IAM::Policy"',
        "Api/DeploymentStage.prod/Resource Properties.TracingEnabled": "true",
        "Untyped Properties.TracingEnabled": "true",
        "Steps/Resource Properties.TracingConfiguration.Enabled": "true",
        "Steps/SynthgateTracingPolicy Type": '"AWS::IAM::Policy"',
        "UntypedSteps Properties.TracingConfiguration.Enabled": "true",
        "UntypedStepsSynthgateTracingPolicy Type": '"AWS::IAM::Policy"',
    }
    assert at(mended, "Tracing/Silent/Resource")["TracingConfig"] == {"Mode": "Active"}
    assert at(mended, f"{PROVIDER}/Handler")["TracingConfig"] == {"Mode": "Active"}
    assert at(mended, "Tracing/Api/DeploymentStage.prod/Resource")["TracingEnabled"] is True
    assert at(mended, "Tracing/Untyped")["TracingEnabled"] is True
    for machine in ("Steps/Resource", "UntypedSteps"):
        assert at(mended, f"Tracing/{machine}")["TracingConfiguration"] == {"Enabled": True}


def test_what_the_code_says_of_tracing_stays(mended: Assembly) -> None:
    """Off, or passed through; and nothing is turned on that could not send its traces."""
    assert at(mended, "Tracing/Off/Resource")["TracingEnabled"] is False
    assert at(mended, "Tracing/Passing/Resource")["TracingConfig"] == {"Mode": "PassThrough"}
    for function in ("Foreign", "Edge"):
        assert "TracingConfig" not in at(mended, f"Tracing/{function}/Resource")
    assert "TracingConfiguration" not in at(mended, "Tracing/ForeignSteps")


@pytest.mark.parametrize(
    ("user", "policy", "role", "actions"),
    [
        (
            "Silent/Resource",
            "Silent/SynthgateTracingPolicy",
            "Silent/ServiceRole/Resource",
            ["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
        ),
        (
            "UntypedSteps",
            "UntypedStepsSynthgateTracingPolicy",
            "StepsRole/Resource",
            [
                "xray:GetSamplingRules",
                "xray:GetSamplingTargets",
                "xray:PutTelemetryRecords",
                "xray:PutTraceSegments",
            ],
        ),
    ],
)
def test_a_role_may_send_traces_before_its_user_is_made(
    mended: Assembly, user: str, policy: str, role: str, actions: list[str]
) -> None:
    """Lambda refuses a traced function that may not send any."""
    added = mended.by_construct[f"Tracing/{policy}"]
    assert statements(added) == [{"Effect": "Allow", "Action": actions, "Resource": "*"}]
    assert added.properties["Roles"] == [{"Ref": mended.by_construct[f"Tracing/{role}"].logical_id}]
    waits = mended.by_construct[f"Tracing/{user}"].body["DependsOn"]
    assert added.logical_id in waits


# -- TLS


def test_what_has_no_denial_gets_one(changes: list[Change]) -> None:
    """And what has one, or a policy of which nobody here sees what is in it, is left alone."""
    assert set(of(changes, "tls-only", "Transport")) == {
        f"{path} PolicyDocument"
        for path in (
            "Bucket/Resource",
            "LowBucket",
            "LowQueue",
            "Listed",
            "Partly",
            "Queue/Resource",
            "Two",
            "Topic/Resource",
            "OpenTopic/Resource",
            "LowTopic",
        )
    }


@pytest.mark.parametrize(
    ("policy", "resource", "action", "attribute"),
    [
        ("Bucket/Policy/Resource", "Bucket/Resource", "s3:*", "Arn"),
        ("LowBucketSynthgateTlsOnly", "LowBucket", "s3:*", "Arn"),
        ("ListedPolicy", "Listed", "s3:*", "Arn"),
        ("PartlyPolicy", "Partly", "s3:*", "Arn"),
        ("LowQueueSynthgateTlsOnly", "LowQueue", "sqs:*", "Arn"),
        ("Queue/Policy/Resource", "Queue/Resource", "sqs:*", "Arn"),
        ("Shared", "Two", "sqs:*", "Arn"),
        ("Topic/Policy/Resource", "Topic/Resource", "sns:Publish", "TopicArn"),
        ("OpenTopic/Policy/Resource", "OpenTopic/Resource", "sns:Publish", "TopicArn"),
        ("LowTopicSynthgateTlsOnly", "LowTopic", "sns:Publish", "TopicArn"),
    ],
)
def test_the_denial_is_for_all_that_comes_without_tls(
    mended: Assembly, policy: str, resource: str, action: str, attribute: str
) -> None:
    """In the policy that there is, or in a new one that is this resource's."""
    logical_id = mended.by_construct[f"Transport/{resource}"].logical_id
    arn = {"Fn::GetAtt": [logical_id, attribute]}
    found = mended.by_construct[f"Transport/{policy}"]
    (denial,) = [each for each in statements(found) if each.get("Sid") == "SynthgateTlsOnly"]
    assert denial == {
        "Sid": "SynthgateTlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": action,
        "Resource": [arn, {"Fn::Join": ["", [arn, "/*"]]}] if action == "s3:*" else arn,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    whose = [found.properties.get(name) for name in ("Bucket", "Queues", "Topics")]
    assert {"Ref": logical_id} in whose or any(
        {"Ref": logical_id} in (each or ()) for each in whose
    )


def test_what_a_policy_said_before_it_says_still(plain: Assembly, mended: Assembly) -> None:
    """One statement or several."""
    for path in (
        "Transport/ListedPolicy",
        "Transport/Shared",
        "Transport/OpenTopic/Policy/Resource",
    ):
        before = plain.by_construct[path].properties["PolicyDocument"]["Statement"]
        listed = before if isinstance(before, list) else [before]
        assert statements(mended.by_construct[path])[: len(listed)] == listed
        assert len(statements(mended.by_construct[path])) == len(listed) + 1


@pytest.mark.parametrize("path", ["Topic/Policy/Resource", "LowTopicSynthgateTlsOnly"])
def test_alarms_still_reach_a_topic_that_had_no_policy(mended: Assembly, path: str) -> None:
    """What SNS grants by itself is gone with the first policy."""
    (alarms,) = [
        each
        for each in statements(mended.by_construct[f"Transport/{path}"])
        if each["Effect"] == "Allow"
    ]
    assert alarms["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert alarms["Action"] == "sns:Publish"
    assert alarms["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def test_a_topic_that_had_a_policy_lets_in_whom_it_let_in(mended: Assembly) -> None:
    """And nobody else."""
    found = statements(mended.by_construct["Transport/OpenTopic/Policy/Resource"])
    assert [each["Principal"] for each in found if each["Effect"] == "Allow"] == [
        {"Service": "s3.amazonaws.com"}
    ]


# -- permissions boundaries


def test_roles_and_users_get_the_boundary(mended: Assembly, changes: list[Change]) -> None:
    """By its name in their own account; one that has another keeps it."""
    assert set(of(changes, "permissions-boundary", "Bounds")) == {
        f"{path} Properties.PermissionsBoundary"
        for path in ("Unbound/Resource", "User/Resource", "Untyped")
    }
    for path in ("Unbound/Resource", "User/Resource", "Untyped"):
        assert at(mended, f"Bounds/{path}")["PermissionsBoundary"] == BOUNDARY
    assert at(mended, f"{PROVIDER}/Role")["PermissionsBoundary"] == BOUNDARY
    assert at(mended, "Bounds/Bound")["PermissionsBoundary"] == "arn:aws:iam::1:policy/Mine"


# -- all of them


def test_the_list_is_in_order_and_names_all_that_differs(
    plain: Assembly, mended: Assembly, changes: list[Change]
) -> None:
    """What is new or another in a template has its line, and no line is for nothing."""
    assert changes == sorted(changes, key=lambda change: change.sort_key)
    there = {path: resource.body for path, resource in plain.by_construct.items()}
    differs = {
        path
        for path, resource in mended.by_construct.items()
        # The line of a statement is that of the resource that the policy is for, and a nested
        # stack names the digest of its template.
        if there.get(path) != resource.body and resource.type not in {*POLICIES, NESTED}
    }
    listed = {change.construct_path for change in changes if change.location != "PolicyDocument"}
    # An override of the code's stays on top of what was set.
    assert listed == differs | {"Logging/Overridden"}


def test_what_is_added_has_the_tags_of_its_stack(mended: Assembly) -> None:
    """Tags are Aspects too, and come by again for what is new."""
    assert at(mended, "Logging/Bare/SynthgateLogs")["Tags"] == [{"Key": "team", "Value": "items"}]


def test_a_second_time_nothing_is_changed(samples: Path) -> None:
    """Neither by aspects that were put on the app twice, nor by what is run after the synthesis."""
    assert _changes(samples / "twice.json") == []
    templates = sorted(
        path.relative_to(samples / "mended")
        for path in (samples / "mended").rglob("*.template.json")
    )
    assert len(templates) == 6
    for path in templates:
        assert (samples / "twice" / path).read_bytes() == (samples / "mended" / path).read_bytes()


def test_an_aspect_of_ones_own_is_called_once_for_the_app_and_once_for_each_stage(
    samples: Path,
) -> None:
    """Not for each construct: of those, each call across the language border would cost.

    A stage is first, with the log groups of its stacks and of those nested in them.
    """
    assert json.loads((samples / "counted.json").read_text()) == [2, 8]


def test_where_nothing_is_asked_for_nothing_is_put_on_the_app(samples: Path) -> None:
    """Not even the leaf that the aspects hang on."""
    assert _changes(samples / "plain.json") == []
    assert "SynthgateAspects" not in (samples / "plain" / "tree.json").read_text()
    assert "SynthgateAspects" in (samples / "mended" / "tree.json").read_text()


def test_what_aspects_change_shows_in_a_snapshot(samples: Path) -> None:
    """In the canonical form that is reviewed, like any other change."""
    old, new = (
        canonical_assembly(
            {"Bounds": json.loads((samples / name / "Bounds.template.json").read_text())}
        )
        for name in ("plain", "mended")
    )
    found = review(old, new)
    (template,) = found.templates
    lines = [line for line in template.diff if ":policy/Boundary" in line]
    assert [line[0] for line in lines] == ["+", "+", "+"]
    assert wording.headline(found).startswith("Bounds: 3 changed; ")


def test_what_was_mended_passes_the_rules(plain: Assembly, mended: Assembly) -> None:
    """Of log groups and of functions' log groups; but what was left alone is found as before."""
    assert failing(plain, "LOG01") == {
        "Logging/Forever/Resource",
        "Logging/Declared",
        "Logging/Untyped",
        "Prod/Inner/Forever/Resource",
        "Prod/Inner/Nested/Forever/Resource",
    }
    assert failing(mended, "LOG01") == set()
    assert failing(mended, "LOG03") == {
        "Logging/Roleless",
        *(
            f"{stack}/{name}/Resource"
            for stack in ("Logging", "Tracing")
            for name in ("Foreign", "Edge")
        ),
    }
    assert failing(plain, "LOG03") > failing(mended, "LOG03")


def failing(assembly: Assembly, rule: str) -> set[str]:
    """Construct paths that fail a rule."""
    context = Context(assembly, Config())
    return {
        resource.construct_path
        for resource in assembly.resources()
        for judging, judgement in judge(resource, context)
        if judging.id == rule and judgement.outcome is Outcome.FAIL
    }
