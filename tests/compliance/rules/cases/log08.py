"""LOG08: a VPC has a flow log, and it goes to a place with retention."""

from __future__ import annotations

from typing import Final

from compliance.findings import Outcome
from tests.compliance.rules.case import (
    NO_VALUE,
    UNSET,
    Case,
    Json,
    Row,
    assembly,
    case,
    either,
    exported,
    fails,
    get,
    join,
    passes,
    ref,
    resource,
    resources,
    sub,
    undecided,
)

RULE: Final = "LOG08"
BARE: Final = Row(
    "Vpc",
    Outcome.FAIL,
    "",
    None,
    "The VPC has no flow log, and not each of its subnets has one.",
    "absent",
)
FOREVER: Final = "The flow log goes to the log group Group, which never expires."
KEEPS: Final = "goes to the bucket Bucket, in which no lifecycle rule expires"
NAME: Final = "LogGroupName"
DESTINATION: Final = "LogDestination"
VPC: Final = resource("AWS::EC2::VPC", CidrBlock="10.0.0.0/16")


def subnet(vpc: object = None, **more: object) -> Json:
    """A subnet of the VPC."""
    return {**resource("AWS::EC2::Subnet", VpcId=vpc or ref("Vpc")), **more}


def flow_log(of: object = None, kind: object = "VPC", **more: object) -> Json:
    """A flow log of the VPC or something else, that goes to the log group."""
    properties = {"ResourceId": of or ref("Vpc"), "ResourceType": kind, NAME: ref("Group"), **more}
    return resource("AWS::EC2::FlowLog", **properties)


def log_group(days: object = 30, name: object = NO_VALUE) -> Json:
    """A log group."""
    return resource("AWS::Logs::LogGroup", RetentionInDays=days, LogGroupName=name)


def covered(name: str, *rows: Row, **more: Json) -> Case:
    """A VPC, what else there is, and a log group that expires."""
    return case(name, resources(UNSET, Vpc=VPC, **more, Group=log_group()), *rows)


def goes(name: str, *rows: Row, group: Json | None = None, **more: object) -> Case:
    """A VPC's flow log with other properties, and a log group."""
    body = resources(
        UNSET,
        Vpc=VPC,
        Flow=flow_log(**more),
        Group=group or log_group(),
        Topic=resource("AWS::SNS::Topic"),
    )
    return case(name, body, *passes("Vpc"), *rows)


def to_bucket(
    name: str,
    *rules: object,
    row: Row | None = None,
    to: object = None,
    called: object = NO_VALUE,
) -> Case:
    """A VPC's flow log that goes to a bucket with these lifecycle rules."""
    body = resources(
        UNSET,
        Vpc=VPC,
        Flow=flow_log(
            LogDestinationType="s3",
            LogGroupName=NO_VALUE,
            LogDestination=to or get("Bucket", "Arn"),
        ),
        Bucket=resource(
            "AWS::S3::Bucket",
            BucketName=called,
            LifecycleConfiguration={"Rules": list(rules)} if rules else NO_VALUE,
        ),
    )
    return case(name, body, *passes("Vpc"), *((row,) if row else passes("Flow")))


def ends(status: object = "Enabled", days: object = 90, **more: object) -> Json:
    """A lifecycle rule that expires."""
    return {"Status": status, "ExpirationInDays": days, **more}


KEPT: Final = fails("Flow", DESTINATION, KEEPS)
UNCLEAR: Final = undecided("Flow", DESTINATION, "Whether bucket Bucket expires is known only")

CASES: Final = (
    # -- whether there is one
    covered("a VPC alone", BARE),
    covered("a VPC's flow log", *passes("Vpc", "Flow"), Flow=flow_log()),
    covered("by its attribute", *passes("Vpc", "Flow"), Flow=flow_log(get("Vpc", "VpcId"))),
    covered("by Fn::Sub", *passes("Vpc", "Flow"), Flow=flow_log(sub("${Vpc}"))),
    covered("of a kind by parameter", *passes("Vpc", "Flow"), Flow=flow_log(kind=ref("Unset"))),
    covered("another VPC's by its id", BARE, *passes("Flow"), Flow=flow_log("vpc-1")),
    covered(
        "another VPC's by import", BARE, *passes("Flow"), Flow=flow_log({"Fn::ImportValue": "Vpc"})
    ),
    covered(
        "of this VPC in one branch",
        BARE,
        *passes("Flow"),
        Flow=flow_log(either(ref("Vpc"), "vpc-1")),
    ),
    covered(
        "a VPC's or a subnet's", BARE, *passes("Flow"), Flow=flow_log(kind=either("VPC", "Subnet"))
    ),
    covered("under a condition", BARE, *passes("Flow"), Flow={**flow_log(), "Condition": "IsProd"}),
    covered(
        "a transit gateway's",
        BARE,
        Flow=flow_log(ref("Gateway"), "TransitGateway"),
        Gateway=resource("AWS::EC2::TransitGateway"),
    ),
    covered(
        "a transit gateway's attachment to the VPC",
        BARE,
        Flow=flow_log(ref("Vpc"), "TransitGatewayAttachment"),
    ),
    covered("a network interface's", BARE, Flow=flow_log("eni-1", "NetworkInterface")),
    covered(
        "a VPC's or a network interface's",
        BARE,
        *passes("Flow"),
        Flow=flow_log(kind=either("VPC", "NetworkInterface")),
    ),
    covered("of no kind", BARE, Flow=flow_log(kind=NO_VALUE)),
    case(
        "under the VPC's own condition",
        resources(
            Vpc={**VPC, "Condition": "IsProd"},
            Flow={**flow_log(), "Condition": "IsProd"},
            Group=log_group(),
        ),
        *passes("Vpc", "Flow"),
    ),
    case(
        "two VPCs, one flow log",
        resources(Vpc=VPC, Other=VPC, Flow=flow_log(ref("Other")), Group=log_group()),
        BARE,
        *passes("Other", "Flow"),
    ),
    covered(
        "of a network by parameter, which is none of this template's",
        BARE,
        *passes("Flow"),
        Flow=flow_log(ref("Unset")),
    ),
    covered(
        "of a subnet that only the deployment knows",
        BARE,
        *passes("Flow"),
        Flow=flow_log(ref("Unset"), "Subnet"),
    ),
    # -- on every subnet
    covered(
        "on every subnet",
        *passes("Vpc", "F1", "F2"),
        S1=subnet(),
        S2=subnet(),
        F1=flow_log(ref("S1"), "Subnet"),
        F2=flow_log(ref("S2"), "Subnet"),
    ),
    covered(
        "on every subnet but one",
        BARE,
        *passes("F1"),
        S1=subnet(),
        S2=subnet(),
        F1=flow_log(ref("S1"), "Subnet"),
    ),
    covered(
        "on every subnet but one that lies there in one branch",
        BARE,
        *passes("F1"),
        S1=subnet(),
        S2=subnet(either("vpc-1", ref("Vpc"))),
        F1=flow_log(ref("S1"), "Subnet"),
    ),
    covered(
        "on every subnet of this VPC",
        *passes("Vpc", "F1"),
        S1=subnet(),
        S2=subnet("vpc-1"),
        F1=flow_log(ref("S1"), "Subnet"),
    ),
    covered(
        "on a subnet as if it were a VPC",
        BARE,
        *passes("F1"),
        S1=subnet(),
        F1=flow_log(ref("S1"), "VPC"),
    ),
    # -- a log group
    goes("a group that expires", *passes("Flow")),
    goes("a group without an end", fails("Flow", NAME, FOREVER), group=log_group(NO_VALUE)),
    goes(
        "a group without an end in one branch",
        fails("Flow", NAME, FOREVER),
        group=log_group(either(30, NO_VALUE)),
    ),
    goes("a group whose end is unknown", *passes("Flow"), group=log_group(ref("Unset"))),
    goes(
        "a group by its name",
        fails("Flow", NAME, FOREVER, observed="/flows"),
        group=log_group(NO_VALUE, "/flows"),
        LogGroupName="/flows",
    ),
    goes(
        "the kind said in so many words",
        fails("Flow", NAME, FOREVER),
        group=log_group(NO_VALUE),
        LogDestinationType="cloud-watch-logs",
    ),
    goes(
        "a group by its ARN",
        fails("Flow", DESTINATION, FOREVER),
        group=log_group(NO_VALUE),
        LogGroupName=NO_VALUE,
        LogDestination=get("Group", "Arn"),
    ),
    goes(
        "a group by its ARN in one branch",
        fails("Flow", DESTINATION, FOREVER),
        group=log_group(NO_VALUE),
        LogGroupName=NO_VALUE,
        LogDestination=either(get("Group", "Arn"), NO_VALUE),
        DeliverLogsPermissionArn=get("Role", "Arn"),
    ),
    goes(
        "a group by its name in an ARN",
        fails("Flow", DESTINATION, FOREVER),
        group=log_group(NO_VALUE),
        LogGroupName=NO_VALUE,
        LogDestination=sub("arn:aws:logs:eu-west-1:${AWS::AccountId}:log-group:${Group}:*"),
    ),
    goes(
        "CDK's legacy resource",
        *passes("Flow"),
        group=resource("Custom::LogRetention", LogGroupName="/flows", RetentionInDays=30),
        LogGroupName="/flows",
    ),
    goes(
        "a literal name from elsewhere",
        *passes("Flow"),
        LogGroupName="/elsewhere",
    ),
    goes(
        "a group by parameter",
        undecided("Flow", NAME, "goes to a log group that is known only at deploy time"),
        LogGroupName=ref("Unset"),
    ),
    goes(
        "a group whose name is known only in part",
        undecided("Flow", NAME, "goes to a log group that is known only at deploy time"),
        LogGroupName=sub("/flows/${Unset}"),
    ),
    goes(
        "a group by import",
        *passes("Flow"),
        LogGroupName=NO_VALUE,
        LogDestination={"Fn::ImportValue": "Group"},
    ),
    goes(
        "a kind by parameter",
        undecided("Flow", "LogDestinationType", "Where the flow log goes is known only"),
        LogDestinationType=ref("Unset"),
    ),
    goes(
        "a delivery stream, which keeps nothing",
        *passes("Flow"),
        group=log_group(NO_VALUE),
        LogDestinationType="kinesis-data-firehose",
    ),
    # -- a bucket
    to_bucket("a bucket without a rule", row=KEPT),
    to_bucket("a bucket that expires", ends()),
    to_bucket("a bucket that expires on a day", {"Status": "Enabled", "ExpirationDate": "2030"}),
    to_bucket("a bucket whose end is unknown", ends(days=ref("Unset"))),
    to_bucket("a bucket that expires after another rule", {"Status": "Enabled"}, ends()),
    to_bucket("a rule that is off", ends("Disabled"), row=KEPT),
    to_bucket("a rule that moves", {"Status": "Enabled", "Transitions": []}, row=KEPT),
    to_bucket(
        "a rule for old versions",
        {"Status": "Enabled", "NoncurrentVersionExpiration": {"NoncurrentDays": 1}},
        row=KEPT,
    ),
    to_bucket("a rule for tagged objects", ends(TagFilters=[{"Key": "k", "Value": "v"}]), row=KEPT),
    to_bucket(
        "a rule for tagged objects in one branch",
        ends(TagFilters=either([{"Key": "k", "Value": "v"}], NO_VALUE)),
        row=KEPT,
    ),
    to_bucket("a rule for no tags", ends(TagFilters=[])),
    to_bucket("a rule in one branch", either(ends(), NO_VALUE), row=KEPT),
    to_bucket("a rule with an end in one branch", ends(days=either(30, NO_VALUE)), row=KEPT),
    to_bucket("a rule that is on in one branch", ends(either("Enabled", "Disabled")), row=KEPT),
    to_bucket("a rule in each branch", either(ends(), ends(days=7))),
    to_bucket("a rule that only the deployment knows", ref("Unset"), row=UNCLEAR),
    to_bucket("such a rule beside one that is enough", ref("Unset"), ends()),
    to_bucket("a status that only the deployment knows", ends(ref("Unset")), row=UNCLEAR),
    to_bucket("a status of something's name", ends(ref("Vpc")), row=UNCLEAR),
    to_bucket("such a status of another folder", ends(ref("Unset"), Prefix="tmp/"), row=KEPT),
    to_bucket("no rule but a word", "x", row=KEPT),
    to_bucket("a rule for another folder", ends(Prefix="tmp/"), row=KEPT),
    to_bucket("a rule for the logs", ends(Prefix="AWSLogs/")),
    to_bucket("a rule for some of the logs", ends(Prefix="AWSLogs/123456789012/")),
    to_bucket("a rule for a prefix by parameter", ends(Prefix=ref("Unset")), row=UNCLEAR),
    to_bucket(
        "a rule for the folder", ends(Prefix="flows/"), to=join(get("Bucket", "Arn"), "/flows/")
    ),
    to_bucket(
        "a rule for what lies beside the folder",
        ends(Prefix="AWSLogs/"),
        to=join(get("Bucket", "Arn"), "/flows"),
        row=fails("Flow", DESTINATION, f"{KEEPS} flows/AWSLogs/."),
    ),
    to_bucket(
        "a folder of the stack's name",
        ends(Prefix="flows/"),
        to=sub("${Bucket.Arn}/${AWS::StackName}"),
        row=UNCLEAR,
    ),
    to_bucket(
        "a folder and a rule of the stack's name",
        ends(Prefix=sub("${AWS::StackName}/")),
        to=sub("${Bucket.Arn}/${AWS::StackName}"),
    ),
    to_bucket("a bucket by its name in an ARN", to=sub("arn:aws:s3:::${Bucket}/flows"), row=KEPT),
    to_bucket("a bucket by a literal ARN", to="arn:aws:s3:::logs", called="logs", row=KEPT),
    to_bucket(
        "a bucket by a literal ARN that expires", ends(), to="arn:aws:s3:::logs", called="logs"
    ),
    to_bucket(
        "a bucket from elsewhere",
        to="arn:aws:s3:::logs",
        called=either("logs", "other"),
        row=passes("Flow")[0],
    ),
    to_bucket(
        "no ARN but an object",
        to={"a": 1},
        row=passes("Flow")[0],
    ),
    to_bucket(
        "a bucket by parameter",
        to=ref("Unset"),
        row=undecided("Flow", DESTINATION, "goes to a bucket that is known only at deploy time"),
    ),
    case(
        "no destination",
        resources(Flow=flow_log("vpc-1", LogDestinationType="s3")),
        Row(
            "Flow",
            Outcome.UNDECIDED,
            "Properties.LogDestination",
            None,
            "goes to a bucket that is known only at deploy time",
            "absent",
        ),
    ),
    to_bucket(
        "no bucket at all",
        to=get("Vpc", "Arn"),
        row=passes("Flow")[0],
    ),
    case(
        "rules that only the deployment knows",
        resources(
            UNSET,
            Flow=flow_log("vpc-1", LogDestinationType="s3", LogDestination=get("Bucket", "Arn")),
            Bucket=resource("AWS::S3::Bucket", LifecycleConfiguration=ref("Unset")),
        ),
        UNCLEAR,
    ),
    case(
        "rules for one branch",
        resources(
            Flow=flow_log("vpc-1", LogDestinationType="s3", LogDestination=get("Bucket", "Arn")),
            Bucket=resource(
                "AWS::S3::Bucket",
                LifecycleConfiguration=either({"Rules": [ends()]}, NO_VALUE),
            ),
        ),
        KEPT,
    ),
    case(
        "one rule, not in a list",
        resources(
            Flow=flow_log("vpc-1", LogDestinationType="s3", LogDestination=get("Bucket", "Arn")),
            Bucket=resource("AWS::S3::Bucket", LifecycleConfiguration={"Rules": ends()}),
        ),
        *passes("Flow"),
    ),
    # -- what is not judged
    case("no network", resources(Group=log_group(NO_VALUE))),
    # -- over stacks
    assembly(
        "a flow log in another stack",
        {
            "Logs": resources(
                {"Outputs": {"A": exported("Arn", get("Bucket", "Arn"))}},
                Flow=flow_log({"Fn::ImportValue": "Vpc"}),
                Group=log_group(),
                Bucket=resource("AWS::S3::Bucket"),
            ),
            "Network": resources(
                {"Outputs": {"V": exported("Vpc", ref("Vpc"))}},
                Vpc=VPC,
                Flow=flow_log(
                    LogDestinationType="s3",
                    LogDestination={"Fn::ImportValue": "Arn"},
                    LogGroupName=NO_VALUE,
                ),
            ),
        },
        *passes("Flow", "Vpc"),
        fails("Flow", DESTINATION, KEEPS),
    ),
)
