"""What readers call a deployed role or resource."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from compliance.assembly.model import Assembly, Template
from compliance.rehearsal.model import Evidence, Place, Row
from compliance.rehearsal.reports.names import Names, deployed, place_name
from tests.compliance.rehearsal.reports import samples

if TYPE_CHECKING:
    from compliance.rehearsal.model import Rehearsal


def named(green: Rehearsal, *resources: str, **changes: object) -> Names:
    """Names of a rehearsal with a grant on each resource."""
    (grant,) = samples.of_role(samples.ROLE, samples.POLICY, "S", "a:B", "*")
    rows = tuple(Row(replace(grant, resource=arn), Evidence.EXERCISED) for arn in resources)
    return Names(replace(green, rows=rows, **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arn", "name"),
    [
        (samples.TABLE, "StorageStack/ItemsTable"),
        (f"{samples.TABLE}/index/*", "${StorageStack/ItemsTable}/index/*"),
        (samples.BUCKET, "StorageStack/DataBucket"),
        (f"{samples.BUCKET}/items/*", "${StorageStack/DataBucket}/items/*"),
        (f"{samples.BUCKET}*", f"s3:{samples.BUCKET.rpartition(':')[2]}*"),
        (samples.SETTINGS, "StorageStack/ApiSettings"),
        (samples.KEY, "StorageStack/Key"),
        (samples.FUNCTION, "ServerlessStack/DataProcessingFunction"),
        (f"{samples.FUNCTION}:live", "${ServerlessStack/DataProcessingFunction}:live"),
        (samples.DEAD, "ServerlessStack/DataProcessingFunction/DeadLetters"),
        (samples.LOGS, "${ServerlessStack/DataProcessingFunction/Logs}:*"),
        (samples.TOPIC, "MonitoringStack/AlertTopic"),
        (
            samples.arn("execute-api", "0905634f/*/GET/items"),
            "${ApiStack/ServerlessApi}/*/GET/items",
        ),
        (samples.arn("dynamodb", "table/elsewhere"), "dynamodb:table/elsewhere"),
        (samples.arn("ec2", "*/*"), samples.arn("ec2", "*/*")),
        (samples.arn("iam", "root"), samples.arn("iam", "root")),
        ("*", "*"),
        ("!arn:aws:s3:::other", "!arn:aws:s3:::other"),
    ],
)
def test_a_name_is_the_construct_s_and_else_the_arn_s_own_part(
    green: Rehearsal, arn: str, name: str
) -> None:
    """What CloudFormation made up gives way to what the app's author wrote."""
    assert named(green, arn).of(arn) == name


def test_a_name_that_two_would_share_is_neither_s(green: Rehearsal) -> None:
    """Two buckets that the table of names calls alike go by their ARNs."""
    one, two = "arn:aws:s3:::one", "arn:aws:s3:::two"
    names = named(green, one, two, names={"one": "S/Bucket/Resource", "two": "S/Bucket"})
    assert {names.of(one), names.of(two)} == {"s3:one", "s3:two"}


def test_another_account_or_region_is_never_dropped(green: Rehearsal) -> None:
    """Where ARNs name two accounts or two regions, each says its own."""
    here, there = samples.arn("sqs", "mine"), "arn:aws:sqs:us-east-1:111122223333:theirs"
    names = named(green, here, there)
    assert (names.of(here), names.of(there)) == (here, there)
    west = f"arn:aws:sqs:eu-west-1:{samples.ACCOUNT}:mine"
    names = named(green, here, west)
    assert (names.of(here), names.of(west)) == (here, west)


def test_a_role_goes_by_its_place_when_nothing_else_names_it(green: Rehearsal) -> None:
    """The rows themselves tell where a role stands; as a principal it is the same."""
    names = named(green, "*", names={})
    role = next(row.grant.holder for row in green.rows)
    assert names.of(role) == names.of(f"AWS:{role}") == "ServerlessStack/DataProcessingFunctionRole"


def test_an_endless_arn_is_left_alone(green: Rehearsal) -> None:
    """No ARN of AWS is that long, and nothing is looked for in it."""
    arn = samples.arn("sqs", "a:" * 5_000)
    assert named(green, arn).of(arn) == arn


@pytest.mark.parametrize(
    ("place", "name"),
    [
        (Place("T.json", "Stack", "Id", "X", "Stack/Table/Resource"), "Stack/Table"),
        (Place("T.json", "Stack", "Id", "X"), "Stack/Id"),
        (Place("T.json", "", "", ""), "T.json"),
    ],
)
def test_a_place_has_a_name(place: Place, name: str) -> None:
    """The construct path without its last, empty word; else what is told."""
    assert place_name(place) == name


def test_what_was_deployed_is_named_by_physical_id() -> None:
    """Queues by the end of their address, buckets not by their policy; what is shared by none."""

    def body(kind: str, path: str = "") -> dict[str, object]:
        return {"Type": kind} | ({"Metadata": {"aws:cdk:path": path}} if path else {})

    template = Template(
        name="S.template.json",
        path=Path("S.template.json"),
        stack="S",
        body={
            "Resources": {
                "Queue": body("AWS::SQS::Queue", "S/Queue/Resource"),
                "Table": body("AWS::DynamoDB::Table", "S/Table/Resource"),
                "Policy": body("AWS::S3::BucketPolicy", "S/Bucket/Policy/Resource"),
                "Bucket": body("AWS::S3::Bucket", "S/Bucket/Resource"),
                "Silent": body("AWS::SNS::Topic"),
                "Custom": body("Custom::Closer", "S/Closer/Default"),
                "One": body("AWS::ApiGateway::Stage", "S/One/Resource"),
                "Other": body("AWS::ApiGateway::Stage", "S/OneMore/Resource"),
                "Gone": body("AWS::EC2::FlowLog", "S/FlowLog/Resource"),
            }
        },
    )
    assembly = Assembly(path=Path(), templates=(template,), is_assembly=False)
    resources = {
        "S/Queue": "https://localhost:4566/000000000000/queue",
        "S/Table": "table",
        "S/Policy": "bucket",
        "S/Bucket": "bucket",
        "S/Silent": "arn:aws:sns:us-east-1:000000000000:silent",
        "S/Custom": "sg-1",
        "S/One": "v1",
        "S/Other": "v1",
        "T/Table": "other",
    }
    assert deployed(assembly, resources) == {
        "queue": "S/Queue",
        "table": "S/Table",
        "bucket": "S/Bucket",
    }
