"""The project's own templates, changed in the ways that a reviewer has to catch."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.compliance.review.noting import notes, of_resources, said, snapshot

if TYPE_CHECKING:
    from collections.abc import Callable

Json = Any
STACKS = ("ApiStack", "MonitoringStack", "NetworkStack", "ServerlessStack", "StorageStack")
OPEN = "whoever has an API key may call it"


def named(resources: Json, kind: str, part: str = "") -> str:
    """The logical id of the one resource of a type whose id has a part."""
    (found,) = [
        logical_id
        for logical_id, body in resources.items()
        if body["Type"] == kind and logical_id.startswith(part)
    ]
    return str(found)


def properties(resources: Json, kind: str, part: str = "") -> Json:
    """Its properties, to change."""
    return resources[named(resources, kind, part)]["Properties"]


def cut_authorizer(resources: Json) -> None:
    """`GET /items` asks nobody."""
    properties(resources, "AWS::ApiGateway::Method", "ServerlessApiitemsGET")[
        "AuthorizationType"
    ] = "NONE"


def cut_key(resources: Json) -> None:
    """`POST /items` asks for no API key."""
    properties(resources, "AWS::ApiGateway::Method", "ServerlessApiitemsPOST")["ApiKeyRequired"] = (
        False
    )


def open_origins(resources: Json) -> None:
    """Every page may read what the API answers when it refuses."""
    properties(resources, "AWS::ApiGateway::GatewayResponse", "ServerlessApiDefault4xx")[
        "ResponseParameters"
    ]["gatewayresponse.header.Access-Control-Allow-Origin"] = "'*'"


def add_open_method(resources: Json) -> None:
    """A new verb on `/items` that asks nobody."""
    known = named(resources, "AWS::ApiGateway::Method", "ServerlessApiitemsGET")
    own = {**resources[known]["Properties"], "HttpMethod": "PATCH", "AuthorizationType": "NONE"}
    resources["Added"] = {"Type": "AWS::ApiGateway::Method", "Properties": own}


def unleash(resources: Json) -> None:
    """The usage plan has no throttle."""
    del properties(resources, "AWS::ApiGateway::UsagePlan")["Throttle"]


def count_only(resources: Json) -> None:
    """The firewall's first rule only counts."""
    properties(resources, "AWS::WAFv2::WebACL")["Rules"][0]["Action"] = {"Count": {}}


def unassociate(resources: Json) -> None:
    """The firewall stands beside the API."""
    del resources[named(resources, "AWS::WAFv2::WebACLAssociation")]


def trace_bodies(resources: Json) -> None:
    """The stage writes whole requests into its log."""
    properties(resources, "AWS::ApiGateway::Stage")["MethodSettings"][0]["DataTraceEnabled"] = True


def write_no_access_log(resources: Json) -> None:
    """The stage writes no access log."""
    del properties(resources, "AWS::ApiGateway::Stage")["AccessLogSetting"]


def shorten(resources: Json) -> None:
    """The access log is kept a week."""
    properties(resources, "AWS::Logs::LogGroup", "AccessLogs")["RetentionInDays"] = 7


def invoke_for_anyone(resources: Json) -> None:
    """Any API of API Gateway may invoke the function."""
    name = next(name for name, body in resources.items() if body["Type"].endswith("::Permission"))
    del resources[name]["Properties"]["SourceArn"]


def switch_off_rotation(resources: Json) -> None:
    """The key is rotated no more."""
    del properties(resources, "AWS::KMS::Key")["EnableKeyRotation"]


def silence(resources: Json) -> None:
    """An alarm's actions are off."""
    properties(resources, "AWS::CloudWatch::Alarm", "LambdaErrorAlarm")["ActionsEnabled"] = False


def disarm(resources: Json) -> None:
    """An alarm is gone."""
    del resources[named(resources, "AWS::CloudWatch::Alarm", "Api5xxAlarm")]


def raise_threshold(resources: Json) -> None:
    """An alarm waits for more."""
    alarm = properties(resources, "AWS::CloudWatch::Alarm", "LambdaErrorAlarm")
    alarm["Threshold"] = alarm["Threshold"] + 100


def take_plain_http(resources: Json) -> None:
    """The topic's policy denies nothing."""
    document = properties(resources, "AWS::SNS::TopicPolicy")["PolicyDocument"]
    document["Statement"] = [one for one in document["Statement"] if one["Effect"] != "Deny"]


def open_group(resources: Json) -> None:
    """The endpoints' security group lets in the world."""
    group = properties(resources, "AWS::EC2::SecurityGroup", "EndpointSecurityGroup")
    group["SecurityGroupIngress"][0]["CidrIp"] = "0.0.0.0/0"


def record_no_traffic(resources: Json) -> None:
    """The flow log is gone."""
    del resources[named(resources, "AWS::EC2::FlowLog")]


def go_public(resources: Json) -> None:
    """A subnet gives public addresses, and its table routes to the internet."""
    name = next(name for name, body in resources.items() if body["Type"] == "AWS::EC2::Subnet")
    resources[name]["Properties"]["MapPublicIpOnLaunch"] = True
    resources["Gateway"] = {"Type": "AWS::EC2::InternetGateway"}
    resources["Out"] = {
        "Type": "AWS::EC2::Route",
        "Properties": {
            "RouteTableId": "rtb-1",
            "DestinationCidrBlock": "0.0.0.0/0",
            "GatewayId": {"Ref": "Gateway"},
        },
    }


def leave_vpc(resources: Json) -> None:
    """The function runs outside of the VPC."""
    del properties(resources, "AWS::Lambda::Function", "DataProcessing")["VpcConfig"]


def lose_letters(resources: Json) -> None:
    """The function's failures go nowhere."""
    del resources[named(resources, "AWS::Lambda::EventInvokeConfig")]


def forget(resources: Json) -> None:
    """The items' table cannot be put back, and can be deleted."""
    table = properties(resources, "AWS::DynamoDB::Table", "ItemsTable")
    del table["PointInTimeRecoverySpecification"]
    table["DeletionProtectionEnabled"] = False


def use_key_of_aws(resources: Json) -> None:
    """The items' table is encrypted with the key of AWS."""
    del properties(resources, "AWS::DynamoDB::Table", "ItemsTable")["SSESpecification"]


def unblock(resources: Json) -> None:
    """The data bucket may be made public by its policy."""
    bucket = properties(resources, "AWS::S3::Bucket", "DataBucket")
    bucket["PublicAccessBlockConfiguration"]["BlockPublicPolicy"] = False


def suspend_versions(resources: Json) -> None:
    """The data bucket keeps no versions."""
    bucket = properties(resources, "AWS::S3::Bucket", "DataBucket")
    bucket["VersioningConfiguration"]["Status"] = "Suspended"


def delete_with_stack(resources: Json) -> None:
    """The data bucket goes with its stack."""
    bucket = resources[named(resources, "AWS::S3::Bucket", "DataBucket")]
    bucket["DeletionPolicy"] = bucket["UpdateReplacePolicy"] = "Delete"


def back_up_nothing(resources: Json) -> None:
    """The backup plan selects nothing."""
    del resources[named(resources, "AWS::Backup::BackupSelection")]


CHANGES: list[tuple[str, Callable[[Json], None], list[str]]] = [
    (
        "ApiStack",
        cut_authorizer,
        [f"GET /items lost its authorizer (AWS_IAM, now NONE): {OPEN}"],
    ),
    (
        "ApiStack",
        cut_key,
        [
            (
                "POST /items asks for no API key any more: no usage plan counts and throttles its "
                "callers"
            )
        ],
    ),
    (
        "ApiStack",
        open_origins,
        [
            (
                "ServerlessApiDefault4xxC4463D7D answers pages of any origin (*) instead of "
                "https://items.example.com: every web page may read its answers"
            )
        ],
    ),
    ("ApiStack", add_open_method, [f"PATCH /items is new and has no authorizer: {OPEN}"]),
    (
        "ApiStack",
        unleash,
        [
            (
                "ServerlessApiUsagePlanEE2C5D15 lets a key make any number of calls a "
                "second instead of 1000"
            ),
            (
                "ServerlessApiUsagePlanEE2C5D15 lets a key make any number of calls at "
                "once instead of 2000"
            ),
        ],
    ),
    (
        "ApiStack",
        count_only,
        ["Firewall stops nothing by its rule RateOfOneAddress any more (Block, now Count)"],
    ),
    (
        "ApiStack",
        unassociate,
        ["FirewallAssociation is removed: requests are filtered no more"],
    ),
    (
        "ApiStack",
        trace_bodies,
        [
            (
                "ServerlessApiDeploymentStagev1CBDE1FC7 (/*, *) writes whole requests "
                "and answers into its log: who reads the log reads them"
            )
        ],
    ),
    (
        "ApiStack",
        write_no_access_log,
        ["ServerlessApiDeploymentStagev1CBDE1FC7 writes no access logs any more"],
    ),
    ("ApiStack", shorten, ["logs of AccessLogs8B620ECA are kept 7 days instead of 400"]),
    (
        "ApiStack",
        invoke_for_anyone,
        [
            (
                "ServerlessApiitemsGETApiPermissionApiStackServerlessApiBA0AD4D7GETitems1536F577 "
                "lets in apigateway.amazonaws.com without the condition on SourceArn"
            )
        ],
    ),
    ("ApiStack", switch_off_rotation, ["Key961B73FD is rotated no more"]),
    (
        "MonitoringStack",
        silence,
        [("LambdaErrorAlarm646BFA4C alarms nobody any more: its actions are switched off")],
    ),
    ("MonitoringStack", disarm, ["Api5xxAlarm31F257DC is removed: nobody is alarmed any more"]),
    (
        "MonitoringStack",
        raise_threshold,
        ["LambdaErrorAlarm646BFA4C alarms from 105 on instead of 5"],
    ),
    (
        "MonitoringStack",
        take_plain_http,
        [
            (
                "AlertTopicPolicy3376BC02 lost its Deny of sns:Publish where "
                "aws:SecureTransport is false"
            )
        ],
    ),
    (
        "NetworkStack",
        open_group,
        ["EndpointSecurityGroupF840B798 lets in everyone (0.0.0.0/0) on tcp 443"],
    ),
    (
        "NetworkStack",
        record_no_traffic,
        ["VpcFlowLog8FF33A73 is removed: network traffic is recorded no more"],
    ),
    (
        "NetworkStack",
        go_public,
        [
            "rtb-1 routes 0.0.0.0/0 to the internet gateway Gateway",
            ("what is launched in VpcPrivateSubnet1Subnet536B997A gets a public address"),
        ],
    ),
    (
        "ServerlessStack",
        leave_vpc,
        [
            (
                "DataProcessingFunction1BB8FB78 left its VPC: its calls go over the "
                "internet, past security groups and flow logs"
            )
        ],
    ),
    (
        "ServerlessStack",
        lose_letters,
        [
            (
                "DataProcessingFunctionEventInvokeConfig2BB7C2A9 is removed: retries "
                "and the destination of failures are Lambda's own"
            )
        ],
    ),
    (
        "StorageStack",
        forget,
        [
            "ItemsTable5AAC2C46 can be deleted: its deletion protection is off",
            (
                "ItemsTable5AAC2C46 has no point-in-time recovery any more: it cannot "
                "be put back to an earlier second"
            ),
        ],
    ),
    (
        "StorageStack",
        use_key_of_aws,
        [
            (
                "ItemsTable5AAC2C46 is encrypted with a key of AWS instead of a "
                "customer key (KMS key ${Key961B73FD.Arn}, now none of its own)"
            ),
            (
                "ItemsTable5AAC2C46 is encrypted with a key that AWS owns: encryption "
                "with KMS is off"
            ),
        ],
    ),
    (
        "StorageStack",
        unblock,
        ["DataBucketE3889A50 takes a public policy: BlockPublicPolicy is off"],
    ),
    (
        "StorageStack",
        suspend_versions,
        [
            (
                "DataBucketE3889A50 keeps no versions of objects any more: what is "
                "overwritten or deleted is gone"
            )
        ],
    ),
    (
        "StorageStack",
        delete_with_stack,
        [
            (
                "DataBucketE3889A50 is deleted with its stack and when it is replaced "
                "(Retain, now Delete)"
            )
        ],
    ),
    (
        "StorageStack",
        back_up_nothing,
        [("BackupSelection1BF3761C is removed: what it selected is backed up no more")],
    ),
]


@pytest.mark.parametrize(
    ("stack", "change", "expected"), CHANGES, ids=[change.__name__ for _, change, _ in CHANGES]
)
def test_a_change_of_an_accepted_template_is_said(
    stack: str, change: Callable[[Json], None], expected: list[str]
) -> None:
    """Exactly what was weakened is said, and nothing of the rest of the template."""
    old, new = snapshot(stack), snapshot(stack)
    change(new["Resources"])
    assert said(old, new) == sorted(expected)


@pytest.mark.parametrize(
    ("stack", "change"),
    [(stack, change) for stack, change, _ in CHANGES],
    ids=[change.__name__ for _, change, _ in CHANGES],
)
def test_the_way_back_is_not_said(stack: str, change: Callable[[Json], None]) -> None:
    """To protect again what was weakened is no news, save that an alarm or a role is another."""
    old, new = snapshot(stack), snapshot(stack)
    change(old["Resources"])
    assert said(old, new) == []


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
@pytest.mark.parametrize("stack", STACKS)
def test_an_accepted_template_against_itself_says_nothing(stack: str, environment: str) -> None:
    """No change gives no notes."""
    assert said(snapshot(stack, environment), snapshot(stack, environment)) == []


@pytest.mark.parametrize("stack", STACKS)
def test_an_accepted_stack_that_is_new_exposes_nothing(stack: str) -> None:
    """The project's stacks open no way by being there."""
    assert said(of_resources({}), snapshot(stack)) == []


def test_five_hundred_resources_take_a_moment() -> None:
    """Every method, log group and policy of a large template changed: well under a second."""
    one = snapshot("ApiStack")["Resources"]
    text = json.dumps(one)
    old: Json = {}
    for number in range(16):
        copied = text
        for logical_id in one:
            copied = copied.replace(f'"{logical_id}"', f'"{logical_id}X{number}"')
        old |= json.loads(copied)
    new = json.loads(json.dumps(old))
    for body in new.values():
        body["DeletionPolicy"] = "Delete"
        if body["Type"] == "AWS::ApiGateway::Method":
            body["Properties"]["AuthorizationType"] = "NONE"
    assert len(old) > 500
    started = time.perf_counter()
    found = notes(of_resources(old), of_resources(new))
    assert time.perf_counter() - started < 3
    assert len(found) > 100
