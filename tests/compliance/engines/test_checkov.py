"""The Checkov engine, with Checkov: stock checks, own rules, and what a template cannot hide."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING, Any, Final

import pytest

from compliance import rules
from compliance.config import Config
from compliance.engines.checkov import PREFIX
from compliance.engines.checkov.engine import CheckovEngine
from compliance.engines.checkov.severities import STOCK
from compliance.engines.own import OwnEngine
from compliance.engines.synthesis import version
from compliance.findings import Outcome, Severity, Status
from tests.compliance.engines.templates import context, resource, written
from tests.compliance.engines.worker import checkov

if TYPE_CHECKING:
    from pathlib import Path

    from compliance.engines.base import Answer
    from compliance.findings import Finding
    from tests.compliance.guard.assemblies import Workshop


def examined(path: Path) -> Answer:
    """Checkov's word on a template or an assembly."""
    answer = checkov().examine(context(path))
    assert answer.run.status is Status.RAN, answer.run.reason
    return answer


def of_rule(answer: Answer, rule: str) -> dict[str, Finding]:
    """The findings of one rule, by logical id."""
    return {found.logical_id: found for found in answer.findings if found.rule == rule}


def statement(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """A policy of one statement."""
    allowed = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
    return {"Version": "2012-10-17", "Statement": [allowed | changes]}


def test_a_stock_check_fails_passes_or_does_not_apply(tmp_path: Path) -> None:
    """Each with the severity of the reviewed table, and the address that explains it."""
    path = written(
        tmp_path / "buckets.json",
        {
            "Open": resource("AWS::S3::Bucket", AccessControl="PublicRead"),
            "Logged": resource("AWS::S3::Bucket", LoggingConfiguration={"LogFilePrefix": "x"}),
            "Topic": resource("AWS::SNS::Topic"),
        },
    )
    answer = examined(path)
    assert answer.run.version == version("checkov")
    assert answer.run.resources == 3
    assert answer.run.rules > 100
    read = of_rule(answer, "CKV_AWS_20")
    assert set(read) == {"Open", "Logged"}
    assert read["Open"].outcome is Outcome.FAIL
    assert read["Open"].severity is STOCK["CKV_AWS_20"] is Severity.CRITICAL
    assert read["Open"].template == (tmp_path / "buckets.json").as_posix()
    assert read["Open"].resource_type == "AWS::S3::Bucket"
    assert read["Open"].location == "Properties.AccessControl"
    assert read["Logged"].outcome is Outcome.PASS
    logged = of_rule(answer, "CKV_AWS_18")
    assert logged["Open"].severity is Severity.MEDIUM  # not in the table
    assert {name: found.outcome.value for name, found in logged.items()} == {
        "Open": "fail",
        "Logged": "pass",
    }


def test_the_engine_tells_its_rules(tmp_path: Path) -> None:
    """Stock checks, graph checks, and the own rules by their canonical ids."""
    known = examined(written(tmp_path / "t.json", {"Topic": resource("AWS::SNS::Topic")})).rules
    assert known is not None
    assert {"CKV_AWS_18", "CKV2_AWS_33", "IAM01", "LOG02"} <= known
    assert {f"{PREFIX}{rule.id}" for rule in rules.rules()} <= known


PARITY: Final = {
    "iam": {
        "Everything": resource(
            "AWS::IAM::Policy",
            PolicyName="x",
            PolicyDocument=statement(Action="*", Resource="*"),
            Roles=[{"Ref": "Admin"}],
        ),
        "Excluding": resource(
            "AWS::IAM::RolePolicy",
            RoleName={"Ref": "Admin"},
            PolicyName="x",
            PolicyDocument={"Statement": {"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}},
        ),
        "Scoped": resource("AWS::IAM::ManagedPolicy", PolicyDocument=statement()),
        "Later": resource(
            "AWS::IAM::ManagedPolicy", PolicyDocument=statement(Resource={"Ref": "NoDefault"})
        ),
        "Admin": resource(
            "AWS::IAM::Role",
            AssumeRolePolicyDocument=statement(
                Action="sts:AssumeRole", Principal={"Service": "ec2.amazonaws.com"}
            ),
            ManagedPolicyArns=[
                {"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/AdministratorAccess"}
            ],
        ),
        "Anybody": resource(
            "AWS::Lambda::Permission",
            Action="lambda:InvokeFunction",
            FunctionName="f",
            Principal="s3.amazonaws.com",
        ),
    },
    "api": {
        "Open": resource(
            "AWS::ApiGateway::Method",
            HttpMethod="GET",
            ResourceId="r",
            RestApiId="a",
            ApiKeyRequired=True,
        ),
        "Signed": resource(
            "AWS::ApiGateway::Method",
            HttpMethod="PUT",
            ResourceId="r",
            RestApiId="a",
            AuthorizationType="AWS_IAM",
        ),
        "Perhaps": resource(
            "AWS::ApiGateway::Method",
            HttpMethod="POST",
            ResourceId="r",
            RestApiId="a",
            AuthorizationType={"Fn::If": ["Signed", "AWS_IAM", "NONE"]},
        ),
        "Preflight": resource(
            "AWS::ApiGateway::Method",
            HttpMethod="OPTIONS",
            ResourceId="r",
            RestApiId="a",
            AuthorizationType="NONE",
            Integration={
                "Type": "MOCK",
                "IntegrationResponses": [
                    {
                        "StatusCode": "204",
                        "ResponseParameters": {
                            "method.response.header.Access-Control-Allow-Origin": "'*'"
                        },
                    }
                ],
            },
        ),
        "Stage": resource(
            "AWS::ApiGateway::Stage",
            RestApiId="a",
            StageName="live",
            MethodSettings=[
                {
                    "HttpMethod": "*",
                    "ResourcePath": "/*",
                    "LoggingLevel": "INFO",
                    "DataTraceEnabled": True,
                }
            ],
        ),
    },
    "log": {
        "Forever": resource("AWS::Logs::LogGroup"),
        "Week": resource("AWS::Logs::LogGroup", RetentionInDays={"Ref": "Days"}),
        "Later": resource("AWS::Logs::LogGroup", RetentionInDays={"Ref": "NoDefault"}),
        "Function": resource(
            "AWS::Lambda::Function",
            Code={"ZipFile": "x"},
            Handler="index.handler",
            Role="arn:aws:iam::1:role/x",
            Runtime="python3.13",
        ),
    },
}
PARAMETERS: Final = {
    "Days": {"Type": "Number", "Default": 7},
    "NoDefault": {"Type": "String"},
}


def judged(answer: Answer) -> list[tuple[object, ...]]:
    """What an engine says under the own rules, whoever says it."""
    return sorted(
        (
            found.rule,
            found.template,
            found.logical_id,
            found.construct_path,
            found.outcome.value,
            found.severity.value,
            found.location,
            found.observed,
            found.message,
            found.remediation,
        )
        for found in answer.findings
        if found.rule in rules.by_id()
    )


@pytest.mark.parametrize("family", sorted(PARITY))
def test_an_own_rule_says_the_same_as_a_check_of_checkov(tmp_path: Path, family: str) -> None:
    """Row for row, passes and undecided ones too."""
    path = written(tmp_path / f"{family}.json", PARITY[family], Parameters=PARAMETERS)
    own = judged(OwnEngine().examine(context(path)))
    assert {"fail", "pass"} <= {row[4] for row in own}
    assert judged(examined(path)) == own


def test_the_parity_is_about_every_family() -> None:
    """Rules that speak in the templates above; a rule that speaks nowhere proves nothing."""
    assert set(PARITY) == {family.value for family in rules.Family}


def test_an_own_rule_says_the_same_of_a_yaml_template(tmp_path: Path) -> None:
    """With short forms, which Checkov's parser and this project's read each in their own way."""
    path = tmp_path / "template.yaml"
    path.write_text(
        """
Parameters:
  Days: {Type: Number, Default: 7}
Resources:
  Week:
    Type: AWS::Logs::LogGroup
    Properties:
      RetentionInDays: !Ref Days
      LogGroupName: !Sub /aws/lambda/${Function}
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Code: {ZipFile: x}
      Role: !GetAtt Role.Arn
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - Effect: Allow
            Action: sts:AssumeRole
            Principal: {Service: lambda.amazonaws.com}
      ManagedPolicyArns:
        - !Sub arn:${AWS::Partition}:iam::aws:policy/AdministratorAccess
"""
    )
    own = judged(OwnEngine().examine(context(path)))
    assert ("LOG02", "fail") in {(row[0], row[4]) for row in own}
    assert judged(examined(path)) == own


@pytest.mark.parametrize("variant", ["red", "deep"])
def test_an_own_rule_says_the_same_of_an_assembly(workshop: Workshop, variant: str) -> None:
    """Over all its templates, which a rule may have to look at together."""
    assembly = workshop.assembly(variant)
    own = judged(OwnEngine().examine(context(assembly)))
    answer = examined(assembly)
    assert judged(answer) == own
    assert answer.run.resources == context(assembly).assembly.size


def test_a_template_cannot_skip_a_stock_check(tmp_path: Path) -> None:
    """Metadata that Checkov obeys is a finding, whether the check would have passed or not."""
    skip = {"checkov": {"skip": [{"id": "CKV_AWS_18", "comment": "no time"}]}}
    path = written(
        tmp_path / "buckets.json",
        {
            "Failing": resource("AWS::S3::Bucket") | {"Metadata": skip},
            "Passing": resource("AWS::S3::Bucket", LoggingConfiguration={"LogFilePrefix": "x"})
            | {"Metadata": skip},
        },
    )
    found = of_rule(examined(path), "CKV_AWS_18")
    assert {name: row.outcome.value for name, row in found.items()} == {
        "Failing": "fail",
        "Passing": "fail",
    }
    assert "skipped by the template's own metadata (no time)" in found["Failing"].message
    assert "waivers.toml" in found["Failing"].message


def test_a_template_cannot_skip_a_graph_check(tmp_path: Path) -> None:
    """Nor one that looks at several resources."""
    topic = resource("AWS::S3::Bucket") | {
        "Metadata": {"checkov": {"skip": [{"id": "CKV2_AWS_6", "comment": "no time"}]}}
    }
    path = written(tmp_path / "bucket.json", {"Bucket": topic})
    found = of_rule(examined(path), "CKV2_AWS_6")
    if found:  # Checkov has the check for CloudFormation since some version only
        assert found["Bucket"].outcome is Outcome.FAIL


def test_a_template_cannot_skip_an_own_rule(tmp_path: Path) -> None:
    """By either name; not by a comment in its text either."""
    skip = [{"id": f"{PREFIX}LOG01", "comment": "x"}, {"id": "LOG01", "comment": "x"}]
    path = written(
        tmp_path / "logs.json",
        {"Forever": resource("AWS::Logs::LogGroup") | {"Metadata": {"checkov": {"skip": skip}}}},
    )
    assert of_rule(examined(path), "LOG01")["Forever"].outcome is Outcome.FAIL

    text = tmp_path / "logs.yaml"
    text.write_text(
        "Resources:\n"
        "  Forever:\n"
        f"    # checkov:skip={PREFIX}LOG01:no time\n"
        "    # checkov:skip=CKV_AWS_158:no time\n"
        "    Type: AWS::Logs::LogGroup\n"
        "    Properties:\n"
        "      LogGroupName: x\n"
    )
    answer = examined(text)
    assert of_rule(answer, "LOG01")["Forever"].outcome is Outcome.FAIL
    assert of_rule(answer, "CKV_AWS_158")["Forever"].outcome is Outcome.FAIL


def test_a_check_that_crashes_is_undecided(tmp_path: Path) -> None:
    """Checkov drops it without a word."""
    path = written(
        tmp_path / "group.json",
        {"Odd": resource("AWS::EC2::SecurityGroup", SecurityGroupIngress=[22])},
    )
    crashed = of_rule(examined(path), "CKV_AWS_24")["Odd"]
    assert crashed.outcome is Outcome.UNDECIDED
    assert crashed.severity is Severity.HIGH
    assert "the check crashed on this resource" in crashed.message


def test_a_file_that_checkov_does_not_read_fails_the_engine(tmp_path: Path) -> None:
    """By its ending, say: what it did not see it cannot pass."""
    json_file = written(tmp_path / "topic.json", {"Topic": resource("AWS::SNS::Topic")})
    path = tmp_path / "topic.txt"
    shutil.copy(json_file, path)
    answer = checkov().examine(context(path))
    assert answer.run.status is Status.FAILED
    assert answer.run.reason == "it saw 0 of 1 resources; not Topic of topic.txt"
    assert answer.findings == ()


def test_a_link_to_a_template_is_a_template(tmp_path: Path) -> None:
    """Checkov names the file that it leads to; the findings name the link that was given."""
    path = written(tmp_path / "topic.json", {"Topic": resource("AWS::SNS::Topic")})
    link = tmp_path / "link.json"
    link.symlink_to(path)
    found = of_rule(examined(link), "CKV_AWS_26")
    assert (found["Topic"].outcome, found["Topic"].template) == (Outcome.FAIL, str(link))


def test_the_worker_goes_on_after_that(tmp_path: Path) -> None:
    """Seeing too little is not a broken worker."""
    path = written(tmp_path / "topic.json", {"Topic": resource("AWS::SNS::Topic")})
    assert examined(path).run.resources == 1


def test_two_runs_say_the_same(workshop: Workshop) -> None:
    """In the same order, the keys that Checkov shuffles too."""
    first = examined(workshop.assembly("red")).findings
    second = examined(workshop.assembly("red")).findings
    assert first == second


def test_an_interpreter_without_checkov_is_told_how_to_get_it(tmp_path: Path) -> None:
    """The reason names the interpreter, what to install, and the setting."""
    bare = tmp_path / "bare"
    bare.write_text(f'#!/bin/sh\nexec {sys.executable} -S "$@"\n')
    bare.chmod(0o755)
    path = written(tmp_path / "topics.json", {"Topic": resource("AWS::SNS::Topic")})
    engine = CheckovEngine(Config(checkov_python=str(bare)))
    answer = engine.examine(context(path))
    engine.close()
    assert answer.run.status is Status.FAILED
    assert "ModuleNotFoundError" in answer.run.reason
    assert f"install 'synthgate[checkov]' for {bare}" in answer.run.reason
    assert "checkov-python" in answer.run.reason
