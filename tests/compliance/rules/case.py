"""What a case of a rule is: templates, and every row that the rule has to leave for them.

Cases are data, so that the same ones can be run through each engine that serves the rules.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from compliance.config import Config
from compliance.findings import Outcome, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Json = dict[str, Any]

NO_VALUE: Json = {"Ref": "AWS::NoValue"}
PARTITION: Json = {"Ref": "AWS::Partition"}
UNSET: Json = {"Parameters": {"Unset": {"Type": "String"}}}
"""A section with a parameter of which nothing is known."""


@dataclass(frozen=True)
class Row:
    """One row that a rule leaves.

    Attributes:
        logical_id: the resource.
        outcome: pass, fail or undecided.
        location: property path, empty for a pass.
        severity: where it is not the rule's own.
        phrase: a part of the message.
        observed: the value seen, where the case is about it.
    """

    logical_id: str
    outcome: Outcome
    location: str = ""
    severity: Severity | None = None
    phrase: str = ""
    observed: str | None = None


@dataclass(frozen=True)
class Case:
    """One state of a template under one rule.

    Attributes:
        name: the state, in words.
        template: the template; one stack of `stacks` when there are several.
        rows: every row that the rule leaves, in the order of the resources.
        stacks: templates by stack name, for what reaches over several stacks.
        config: the policy data.
        environment: name of the assembly's environment.
    """

    name: str
    template: Json
    rows: tuple[Row, ...]
    stacks: Mapping[str, Json] = field(default_factory=dict)
    config: Config = field(default_factory=Config)
    environment: str = ""

    def write(self, folder: Path) -> Path:
        """Write the case to disk: a template file, or a cloud assembly of several stacks."""
        if not self.stacks:
            path = folder / "template.json"
            path.write_text(json.dumps(self.template))
            return path
        artifacts = {}
        for name, body in self.stacks.items():
            (folder / f"{name}.template.json").write_text(json.dumps(body))
            artifacts[name] = {
                "type": "aws:cloudformation:stack",
                "environment": "aws://123456789012/eu-west-1",
                "properties": {"templateFile": f"{name}.template.json"},
            }
        manifest = {"version": "55.0.0", "artifacts": artifacts}
        (folder / "manifest.json").write_text(json.dumps(manifest))
        return folder


def case(
    name: str,
    template: Json,
    *rows: Row,
    config: Config | None = None,
    environment: str = "",
) -> Case:
    """A case of one template."""
    return Case(name, template, rows, config=config or Config(), environment=environment)


def assembly(name: str, stacks: Mapping[str, Json], *rows: Row) -> Case:
    """A case of several stacks in one account and region."""
    return Case(name, {}, rows, stacks=stacks)


def passes(*logical_ids: str) -> tuple[Row, ...]:
    """A row for each resource that is fine."""
    return tuple(Row(logical_id, Outcome.PASS) for logical_id in logical_ids)


def fails(
    logical_id: str,
    location: str,
    phrase: str,
    severity: Severity | None = None,
    observed: str | None = None,
) -> Row:
    """A row of a failure, at a property path without `Properties.`; none is the whole resource."""
    place = f"Properties.{location}" if location else ""
    return Row(logical_id, Outcome.FAIL, place, severity, phrase, observed)


def undecided(logical_id: str, location: str, phrase: str) -> Row:
    """A row of what only the deployment knows."""
    return Row(logical_id, Outcome.UNDECIDED, f"Properties.{location}", None, phrase)


def resources(more: Json | None = None, /, **bodies: Json) -> Json:
    """A template of these resources, with further sections."""
    return {**(more or {}), "Resources": bodies}


def resource(kind: str, /, **properties: object) -> Json:
    """A resource of a type with these properties."""
    return {"Type": kind, "Properties": properties}


def get(logical_id: str, attribute: str) -> Json:
    """`Fn::GetAtt`, as CDK writes it."""
    return {"Fn::GetAtt": [logical_id, attribute]}


def ref(logical_id: str) -> Json:
    """`Ref`."""
    return {"Ref": logical_id}


def join(*parts: object) -> Json:
    """`Fn::Join` without a delimiter, as CDK writes it."""
    return {"Fn::Join": ["", list(parts)]}


def sub(text: str) -> Json:
    """`Fn::Sub` without variables."""
    return {"Fn::Sub": text}


def either(yes: object, no: object) -> Json:
    """`Fn::If`."""
    return {"Fn::If": ["IsProd", yes, no]}


def exported(name: str, value: object) -> Json:
    """An output that other stacks import under a name."""
    return {"Value": value, "Export": {"Name": name}}


def document(*statements: object) -> Json:
    """A policy document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action: object, on: object, **more: object) -> Json:
    """A statement that allows."""
    return {"Effect": "Allow", "Action": action, "Resource": on, **more}


def policy(*statements: object, more: Json | None = None) -> Json:
    """A template with one policy, called `Policy`, of one role, and things to name in it."""
    return resources(
        more,
        Table={"Type": "AWS::DynamoDB::Table"},
        Bucket={"Type": "AWS::S3::Bucket"},
        Key={"Type": "AWS::KMS::Key"},
        Role=resource("AWS::IAM::Role", AssumeRolePolicyDocument=trust("lambda.amazonaws.com")),
        Policy=resource(
            "AWS::IAM::Policy",
            PolicyName="Policy",
            PolicyDocument=document(*statements),
            Roles=[ref("Role")],
        ),
    )


def trust(*services: object) -> Json:
    """A trust policy for services."""
    principal = {"Service": services[0] if len(services) == 1 else list(services)}
    return document({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal})


STATEMENT = "PolicyDocument.Statement[0]"
"""Where the only statement of `policy` stands."""
