"""What rehearsals say of grants: only of the very same grant, and only from a sound report."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from compliance import assembly as assemblies_of
from compliance.assembly import digests
from compliance.config import Config
from compliance.findings import SynthgateError
from compliance.rules.base import Context
from compliance.security_report import rehearsed
from compliance.security_report.model import Proof
from compliance.security_report.portrait import portrait
from tests.compliance.security_report import portraits
from tests.compliance.security_report.portraits import arn, resource

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from compliance.security_report.model import Portrait, Rehearsed

Json = dict[str, Any]
TABLE = "arn:aws:dynamodb:us-east-1:000000000000:table/stack-Table-1"
STATEMENT = "Properties.PolicyDocument.Statement[0]"
POLICY: Json = {
    "template": "Stack.template.json",
    "stack": "Stack",
    "logical_id": "Policy",
    "resource_type": "AWS::IAM::Policy",
    "construct_path": "",
}
ROLE = {**POLICY, "logical_id": "Role", "resource_type": "AWS::IAM::Role"}


def row(**grant: Any) -> Json:  # noqa: ANN401 - any JSON
    """A row: the grant was exercised by `GET /items`, which broke without it."""
    found: Json = {
        "evidence": "exercised",
        "operations": ["GET /items"],
        "uses": 3,
        "reason": "",
        "effect": "broke",
        "broken": ["GET /items"],
        "grant": {
            "kind": "role",
            "holder": "arn:aws:iam::000000000000:role/r",
            "principal": "arn:aws:iam::000000000000:role/r",
            "sid": "Items",
            "action": "dynamodb:GetItem",
            "resource": TABLE,
            "conditions": {},
            "place": POLICY,
            "policy": "p",
            "location": STATEMENT,
            "role": ROLE,
            **grant,
        },
    }
    return found


def report(*rows: Json, **more: Any) -> Json:  # noqa: ANN401 - any JSON
    """A report of dev."""
    return {
        "schema_version": "1",
        "assembly": "build/cdk.out/dev",
        "digest": "0" * 64,
        "environment": "dev",
        "target": "local",
        "rows": list(rows),
        "names": {},
        **more,
    }


def saved(folder: Path, body: object) -> Path:
    """The report in a file."""
    path = folder / "report.json"
    path.write_text(json.dumps(body))
    return path


def stack(**statement: Any) -> Json:  # noqa: ANN401 - any JSON
    """A stack whose role may read a table."""
    return {
        "Resources": {
            "Table": resource("AWS::DynamoDB::Table"),
            "Bucket": resource("AWS::S3::Bucket"),
            "Role": resource("AWS::IAM::Role"),
            "Policy": resource(
                "AWS::IAM::Policy",
                Roles=[{"Ref": "Role"}],
                PolicyDocument={
                    "Statement": [
                        {
                            "Sid": "Items",
                            "Effect": "Allow",
                            "Action": "dynamodb:GetItem",
                            "Resource": arn("Table"),
                            **statement,
                        }
                    ]
                },
            ),
        }
    }


def portrayed(folder: Path, body: Json, *rows: Json) -> Portrait:
    """The portrait of a stack, with a report of these rows."""
    evidence = rehearsed.read(saved(folder, report(*rows)))
    context = portraits.context({"Stack": body})
    return portrait(context, source_of=portraits.line, rehearsals=[evidence])


def said(found: Portrait) -> list[Rehearsed | None]:
    """What is said of the grants of the matrix."""
    return [grant.rehearsed for row in found.access for grant in row.grants]


def test_the_same_grant_has_its_evidence(tmp_path: Path) -> None:
    """With operations and what happened without it; of other files of the same environment."""
    (evidence,) = said(portrayed(tmp_path, stack(), row()))
    assert evidence is not None
    assert (evidence.proof, evidence.operations, evidence.effect) == (
        Proof.EXERCISED,
        ("GET /items",),
        "broke",
    )
    assert (evidence.environment, evidence.same_files) == ("dev", False)


@pytest.mark.parametrize(
    "other",
    [
        {"action": "dynamodb:Get*"},
        {"sid": "Others"},
        {"location": "Properties.PolicyDocument.Statement[1]"},
        {"location": ""},
        {"place": {**POLICY, "logical_id": "Other"}},
        {"role": {**ROLE, "logical_id": "Other"}},
        {"role": None},
        {"kind": "resource"},
        {"kind": "trust"},
        {"resource": f"{TABLE}/index/by-date"},
        {"resource": "*"},
        {"resource": "arn:aws:s3:::bucket"},
        {"conditions": {"StringEquals": {"aws:SourceVpc": "vpc-1"}}},
    ],
)
def test_another_grant_says_nothing(tmp_path: Path, other: Json) -> None:
    """Another action, statement, place, role, resource or condition is another grant."""
    assert said(portrayed(tmp_path, stack(), row(**other))) == [None]


def test_a_refusal_and_an_unreadable_policy_have_no_evidence(tmp_path: Path) -> None:
    """A rehearsal is about what is allowed."""
    assert said(portrayed(tmp_path, stack(Effect="Deny"), row())) == [None]
    unread = stack()
    unread["Resources"]["Policy"]["Properties"]["PolicyDocument"] = {"Fn::GetAtt": ["X", "Y"]}
    assert said(portrayed(tmp_path, unread, row())) == [None]


def test_several_resources_of_a_statement_are_told_apart(tmp_path: Path) -> None:
    """By the form of the ARN that each can have become."""
    body = stack(Resource=[arn("Table"), {"Fn::Sub": "${Table.Arn}/index/*"}, arn("Bucket")])
    rows = (
        row(),
        {**row(resource=f"{TABLE}/index/*"), "evidence": "never used", "operations": []},
        {**row(resource="arn:aws:s3:::b-1"), "evidence": "not rehearsed", "effect": "not tried"},
    )
    found = portrayed(tmp_path, body, *rows)
    (access,) = (each for each in found.access if each.grants)
    assert {
        grant.resource: grant.rehearsed.proof for grant in access.grants if grant.rehearsed
    } == {
        "${Stack/Table}": Proof.EXERCISED,
        "${Stack/Table}/index/*": Proof.NEVER_USED,
        "${Stack/Bucket}": Proof.NOT_REHEARSED,
    }


def test_what_may_be_two_rows_that_differ_is_neither(tmp_path: Path) -> None:
    """Two tables of one statement cannot be told apart; where both say the same, it is said."""
    body = stack(Resource=[arn("Table"), arn("Second")])
    body["Resources"]["Second"] = resource("AWS::DynamoDB::Table")
    second = row(resource=TABLE.replace("Table-1", "Second-2"))
    assert said(portrayed(tmp_path, body, row(), {**second, "evidence": "never used"})) == [
        None,
        None,
    ]
    both = said(portrayed(tmp_path, body, row(), second))
    assert [each.proof for each in both if each] == [Proof.EXERCISED, Proof.EXERCISED]


def test_policies_of_resources_are_matched_by_whom_they_let_in(tmp_path: Path) -> None:
    """Of two services in one statement each has its own row; a key's `*` is the key."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": ["sns.amazonaws.com", "events.amazonaws.com"]},
        "Action": "kms:Decrypt",
        "Resource": "*",
    }
    body = {"Resources": {"Key": resource("AWS::KMS::Key", KeyPolicy={"Statement": [statement]})}}
    grant = {
        "kind": "resource",
        "sid": "",
        "action": "kms:Decrypt",
        "resource": "*",
        "location": "Properties.KeyPolicy.Statement[0]",
        "place": {**POLICY, "logical_id": "Key", "resource_type": "AWS::KMS::Key"},
        "role": None,
    }
    found = portrayed(
        tmp_path,
        body,
        row(**grant, principal="Service:sns.amazonaws.com"),
        {**row(**grant, principal="Service:events.amazonaws.com"), "evidence": "never used"},
    )
    assert {
        each.principal.name: each.grants[0].rehearsed.proof
        for each in found.access
        if each.grants[0].rehearsed
    } == {
        "Service: sns.amazonaws.com": Proof.EXERCISED,
        "Service: events.amazonaws.com": Proof.NEVER_USED,
    }


def test_a_permissions_statement_is_named_by_lambda(tmp_path: Path) -> None:
    """Its Sid is no difference; the function that it is about is not written as it is deployed."""
    body = {
        "Resources": {
            "Fn": resource("AWS::Lambda::Function"),
            "Permission": resource(
                "AWS::Lambda::Permission",
                Action="lambda:InvokeFunction",
                FunctionName=arn("Fn"),
                Principal="sns.amazonaws.com",
            ),
        }
    }
    grant = {
        "kind": "resource",
        "sid": "stack-Permission-1",
        "action": "lambda:InvokeFunction",
        "resource": "arn:aws:lambda:us-east-1:000000000000:function:stack-Fn-1",
        "location": "Properties",
        "place": {**POLICY, "logical_id": "Permission", "resource_type": "AWS::Lambda::Permission"},
        "role": None,
        "principal": "Service:sns.amazonaws.com",
    }
    (evidence,) = said(portrayed(tmp_path, body, row(**grant)))
    assert evidence is not None


def test_a_policy_without_resource_is_about_what_carries_it(tmp_path: Path) -> None:
    """A rehearsal names that by its ARN."""
    statement = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage"}
    body = {
        "Resources": {
            "Queue": resource("AWS::SQS::Queue"),
            "Policy": resource(
                "AWS::SQS::QueuePolicy",
                Queues=[{"Ref": "Queue"}],
                PolicyDocument={"Statement": [statement]},
            ),
        }
    }
    grant = {
        "kind": "resource",
        "sid": "",
        "action": "sqs:SendMessage",
        "resource": "arn:aws:sqs:us-east-1:000000000000:q",
        "role": None,
        "principal": "*",
    }
    (evidence,) = said(portrayed(tmp_path, body, row(**grant)))
    assert evidence is not None


def test_the_report_of_this_very_assembly_goes_first(
    assemblies: Callable[[str], Path], tmp_path: Path
) -> None:
    """Both reports know the grant; one is of these files."""
    folder = assemblies("dev")
    template = next(iter((folder).glob("ServerlessStack.template.json")))
    place = {
        **POLICY,
        "template": template.name,
        "construct_path": "ServerlessStack/DataProcessingPolicy/Resource",
    }
    role = {**ROLE, "construct_path": "ServerlessStack/DataProcessingFunctionRole/Resource"}
    table = TABLE.replace("stack-Table-1", "storage-ItemsTable-1")
    known = row(place=place, role=role, resource=table)
    mine = digests.whole(digests.of(folder))
    other = rehearsed.read(saved(tmp_path, report({**known, "evidence": "never used"})))
    same = rehearsed.read(saved(tmp_path, report(known, digest=mine, environment="here")))
    context = Context(assemblies_of.read(folder), Config())
    found = portrait(context, source_of=portraits.line, rehearsals=[other, same])
    told = [each for each in said(found) if each]
    assert [(each.proof, each.environment, each.same_files) for each in told] == [
        (Proof.EXERCISED, "here", True)
    ]


def test_a_report_tells_in_words_what_it_is_of(tmp_path: Path) -> None:
    """Folder, environment, where, and the digest."""
    found = rehearsed.read(saved(tmp_path, report()))
    assert found.shown == f"build/cdk.out/dev (dev, on the local AWS), sha256 {'0' * 64}"
    far = rehearsed.read(saved(tmp_path, report(environment="", target="1/eu-west-1")))
    assert far.shown == f"build/cdk.out/dev (on 1/eu-west-1), sha256 {'0' * 64}"


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ([], "report.json"),
        ({}, "schema_version"),
        (report(schema_version="2"), "schema_version"),
        (report(digest="x"), "digest"),
        (report({**row(), "evidence": "proven"}), "rows.0.evidence"),
        (report({**row(), "effect": "none"}), "rows.0.effect"),
        (report({**row(), "operations": ["x"] * 201}), "rows.0.operations"),
        (report(row(kind="other")), "rows.0.grant.kind"),
        (report(row(location=3)), "rows.0.grant.location"),
        (report(rows={}), "rows"),
    ],
)
def test_what_is_no_report_is_refused_in_one_line(tmp_path: Path, body: object, names: str) -> None:
    """File, field and next step are told."""
    path = saved(tmp_path, body)
    with pytest.raises(SynthgateError) as caught:
        rehearsed.read(path)
    assert re.match(rf"{re.escape(str(path))}: no report of a rehearsal", str(caught.value))
    assert names in str(caught.value)
    assert "synthgate rehearse" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_missing_or_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is read beyond the limit."""
    with pytest.raises(SynthgateError, match="cannot be read"):
        rehearsed.read(tmp_path / "missing.json")
    monkeypatch.setattr(rehearsed, "MAX_BYTES", 10)
    with pytest.raises(SynthgateError, match="larger than 10 bytes"):
        rehearsed.read(saved(tmp_path, report()))
