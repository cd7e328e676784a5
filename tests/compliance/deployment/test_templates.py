"""Every template of a change set is the attested one, those of nested stacks too."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber

from compliance.assembly import read
from compliance.deployment import change_sets, templates
from compliance.deployment.errors import DeploymentError
from compliance.deployment.stacks import Stack, ordered

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from compliance.assembly.model import Assembly

NOW = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
ARN = "arn:aws:cloudformation:us-east-1:123456789012:"
ROOT = f"{ARN}changeSet/one/1"
INNER = f"{ARN}changeSet/inner/1"
DEEP = f"{ARN}changeSet/deep/1"
NESTED = "AWS::CloudFormation::Stack"


def nested(file: str) -> dict[str, Any]:
    """A nested stack, as CDK declares one."""
    return {
        "Type": NESTED,
        "Properties": {"TemplateURL": "https://s3.us-east-1.amazonaws.com/assets/x.json"},
        "Metadata": {"aws:asset:path": file, "aws:asset:property": "TemplateURL"},
    }


BODIES: dict[str, Any] = {
    "Shop.template.json": {"Resources": {"A": nested("A.json"), "Z": nested("Z.json")}},
    "A.json": {"Resources": {"B": nested("B.json")}, "Description": "Prüfung", "Metadata": 1},
    "B.json": {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}},
    "Z.json": {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}, "Description": "last"},
}
TOLD = {
    ROOT: BODIES["Shop.template.json"],
    INNER: BODIES["A.json"],
    DEEP: BODIES["B.json"],
}


@pytest.fixture
def assembly(tmp_path: Path) -> Assembly:
    """A stack with two nested ones, of which the first has one within."""
    for name, body in BODIES.items():
        (tmp_path / name).write_text(json.dumps(body))
    stack = {
        "type": "aws:cloudformation:stack",
        "environment": "aws://123456789012/us-east-1",
        "properties": {"templateFile": "Shop.template.json", "stackName": "Shop"},
    }
    (tmp_path / "manifest.json").write_text(
        json.dumps({"version": "48.0.0", "artifacts": {"Shop": stack}})
    )
    return read(tmp_path)


class CloudFormation:
    """CloudFormation's own client, with the answers of a test."""

    def __init__(self) -> None:
        self.client: Any = boto3.client(
            "cloudformation",
            region_name="us-east-1",
            aws_access_key_id="none",
            aws_secret_access_key="none",
        )
        self.stub = Stubber(self.client)

    def describes(self, name: str, *changes: dict[str, Any], **other: Any) -> None:  # noqa: ANN401
        """What DescribeChangeSet says next; `name` is of a change set of `Shop`, or an ARN."""
        asked = {"ChangeSetName": name} | ({} if ":" in name else {"StackName": "Shop"})
        self.stub.add_response(
            "describe_change_set",
            {
                "ChangeSetId": name if ":" in name else ROOT,
                "StackId": f"{ARN}stack/{name.rpartition(':')[2].replace('/', '-')}/1",
                "CreationTime": NOW,
                "Status": "CREATE_COMPLETE",
                "ExecutionStatus": "AVAILABLE",
                "Changes": [{"Type": "Resource", "ResourceChange": each} for each in changes],
                **other,
            },
            asked,
        )

    def gives(self, change_set: str, body: object) -> None:
        """The template that GetTemplate gives next."""
        name = "one" if change_set == ROOT else change_set.rpartition(":")[2].replace("/", "-")
        self.stub.add_response(
            "get_template",
            {"TemplateBody": body if isinstance(body, str) else json.dumps(body)},
            {
                "StackName": f"{ARN}stack/{name}/1",
                "ChangeSetName": change_set,
                "TemplateStage": "Original",
            },
        )


@pytest.fixture
def aws() -> Iterator[CloudFormation]:
    """Answers, all of which are asked for."""
    found = CloudFormation()
    with found.stub:
        yield found
        found.stub.assert_no_pending_responses()


def change(name: str, kind: str = NESTED, **other: str) -> dict[str, Any]:
    """One resource's change."""
    return {"Action": "Modify", "LogicalResourceId": name, "ResourceType": kind, **other}


def reason(aws: CloudFormation, assembly: Assembly) -> str:
    """Why a change set is not of the attested templates."""
    (stack,) = ordered(assembly)
    found = change_sets.described(aws.client, stack_name="Shop", name="one")
    return templates.differing(
        aws.client, found, stack, templates.nested_in(assembly, stack.template)
    )


def plan(aws: CloudFormation) -> None:
    """A change set with nested ones, and a nested stack that is removed."""
    aws.describes("one", change("A", ChangeSetId=INNER), {**change("Old"), "Action": "Remove"})
    aws.describes(INNER, change("B", ChangeSetId=DEEP))
    aws.describes(DEEP, change("Topic", "AWS::SNS::Topic"))


def test_every_nested_template_is_compared(aws: CloudFormation, assembly: Assembly) -> None:
    """By its own change set, at any depth; one that is removed has none."""
    plan(aws)
    for name, body in TOLD.items():
        aws.gives(name, body)
    assert reason(aws, assembly) == ""


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (ROOT, f"Shop: the template of the change set {ROOT} is not the attested Shop.template"),
        (INNER, f"Shop: the nested stack A: the template of the change set {INNER} is not the at"),
        (DEEP, f"Shop: the nested stack A/B: the template of the change set {DEEP} is not the "),
    ],
)
def test_another_template_is_told(
    aws: CloudFormation, assembly: Assembly, name: str, told: str
) -> None:
    """The root's or a nested one's, by the stack, in one line; nothing more is asked."""
    plan(aws)
    for each, body in TOLD.items():
        aws.gives(each, {**body, "Resources": {}} if each == name else body)
        if each == name:
            break
    found = reason(aws, assembly)
    assert found.startswith(told)
    assert found.endswith(
        "; nothing was executed; next: find out who writes to the bucket that the CDK CLI "
        "publishes templates to"
    )
    assert "\n" not in found


@pytest.mark.parametrize(
    ("planned", "told"),
    [
        (
            change("A"),
            (
                "Shop: the nested stack A: CloudFormation has made no change set of it, so that "
                "nested templates cannot be compared"
            ),
        ),
        (
            change("New"),
            "Shop: the nested stack New: its template is none of the attested files",
        ),
    ],
)
def test_what_cannot_be_compared_is_refused(
    aws: CloudFormation, assembly: Assembly, planned: dict[str, Any], told: str
) -> None:
    """A nested stack without a change set, or without an attested template."""
    aws.describes("one", planned)
    aws.gives(ROOT, TOLD[ROOT])
    assert reason(aws, assembly) == (
        f"{told}; nothing was executed; next: give it as a stack of its own, beside this one"
    )


def test_a_template_that_is_not_given(aws: CloudFormation, assembly: Assembly) -> None:
    """It broke, unless the nested change set has no changes: nothing of it is executed."""
    for other in (
        {},
        {"Status": "FAILED", "StatusReason": "The submitted information didn't contain changes."},
    ):
        aws.describes("one", change("A", ChangeSetId=INNER))
        aws.describes(INNER, **other)
        aws.gives(ROOT, TOLD[ROOT])
        aws.stub.add_client_error("get_template", "ValidationError", "gone")
        if other:
            assert reason(aws, assembly) == ""
        else:
            with pytest.raises(DeploymentError, match="Shop: the nested stack A: the template of "):
                reason(aws, assembly)


@pytest.mark.parametrize(
    ("told", "holds"),
    [
        ({"Resources": {}, "Description": "Prüfung", "Metadata": 1}, True),
        ({"Metadata": 1, "Description": "Pr?fung", "Resources": {}}, True),
        ('{"Resources": {}, "Description": "Pr?fung", "Metadata": 1}', True),
        ({"Resources": {}, "Description": "Prufung", "Metadata": 1}, False),
        ({"Resources": {}, "Description": "Prüfung", "Metadata": True}, False),
        ({"Resources": {}, "Description": "Prüfung"}, False),
    ],
    ids=["same", "without accents", "as text", "another letter", "true is not 1", "less"],
)
def test_the_template_of_a_change_set(tmp_path: Path, told: object, *, holds: bool) -> None:
    """Every value of it is the attested one; CloudFormation tells no letter beyond ASCII."""
    from compliance.assembly.model import Template  # noqa: PLC0415 - this test's alone

    class Templates:
        def get_template(self, **named: str) -> dict[str, object]:
            assert named == {
                "StackName": "stack",
                "ChangeSetName": "one",
                "TemplateStage": "Original",
            }
            return {"TemplateBody": told}

    body = {"Resources": {}, "Description": "Prüfung", "Metadata": 1}
    template = Template(name="Shop.template.json", path=tmp_path / "Shop.json", body=body)
    stack = Stack(
        name="Shop",
        selector="Shop",
        template=template,
        account="",
        region="",
        role=None,
        protected=False,
    )
    found = change_sets.ChangeSet("one", "stack", NOW, ())
    assert (templates.differing(Templates(), found, stack, {}) == "") is holds
