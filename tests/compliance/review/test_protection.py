"""Sentences on retention and protection, exactly as a reviewer reads them."""

from __future__ import annotations

from typing import Any

import pytest

from compliance.review.model import Subject
from tests.compliance.review.noting import notes, of_one, of_resources, said

Json = Any
NO_DEFAULT = {"sections": {"Parameters": {"P": {"Type": "Number"}}}}
LOGS = "AWS::Logs::LogGroup"
TABLE = "AWS::DynamoDB::Table"
BUCKET = "AWS::S3::Bucket"
QUEUE = "AWS::SQS::Queue"
ALARM = "AWS::CloudWatch::Alarm"
ABOVE = {"ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 3, "Threshold": 5}
KMS = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/own"}


def encrypted(by: Json) -> Json:
    """A bucket's encryption."""
    return {
        "BucketEncryption": {
            "ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": by}]
        }
    }


def expiring(*rules: Json) -> Json:
    """A bucket's lifecycle."""
    return {"LifecycleConfiguration": {"Rules": [{"Status": "Enabled", **rule} for rule in rules]}}


WEAKER = [
    (
        LOGS,
        {"RetentionInDays": 400},
        {"RetentionInDays": "30"},
        ["logs of R are kept 30 days instead of 400"],
    ),
    (LOGS, {}, {"RetentionInDays": 30}, ["logs of R are kept 30 days instead of forever"]),
    (
        LOGS,
        {"KmsKeyId": "arn:aws:kms:eu-west-1:1:key/k"},
        {},
        [
            (
                "R is encrypted with a key of AWS instead of a customer key "
                "(KMS key arn:aws:kms:eu-west-1:1:key/k, now none of its own)"
            )
        ],
    ),
    (
        TABLE,
        {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}},
        {},
        ["R has no point-in-time recovery any more: it cannot be put back to an earlier second"],
    ),
    (
        TABLE,
        {"DeletionProtectionEnabled": "true"},
        {"DeletionProtectionEnabled": "false"},
        ["R can be deleted: its deletion protection is off"],
    ),
    (
        "AWS::DynamoDB::GlobalTable",
        {
            "Replicas": [
                {"Region": "eu-west-1", "DeletionProtectionEnabled": True},
                {"Region": "us-east-1", "DeletionProtectionEnabled": True},
            ]
        },
        {"Replicas": [{"Region": "us-east-1"}]},
        ["the replica of R in us-east-1 can be deleted: its deletion protection is off"],
    ),
    (
        BUCKET,
        {"VersioningConfiguration": {"Status": "Enabled"}},
        {"VersioningConfiguration": {"Status": "Suspended"}},
        ["R keeps no versions of objects any more: what is overwritten or deleted is gone"],
    ),
    (
        BUCKET,
        encrypted(KMS),
        encrypted({"SSEAlgorithm": "aws:kms"}),
        [
            (
                "R is encrypted with a key of AWS instead of a customer key "
                "(KMS key alias/own, now none of its own)"
            )
        ],
    ),
    (
        BUCKET,
        encrypted({"SSEAlgorithm": "aws:kms"}),
        {},
        ["R encrypts objects with AES256 instead of aws:kms"],
    ),
    (
        BUCKET,
        {},
        expiring({"ExpirationInDays": 30, "Prefix": "logs/"}),
        ["objects of R below logs/ expire after 30 days instead of never"],
    ),
    (
        BUCKET,
        expiring({"ExpirationInDays": 90}),
        expiring({"ExpirationInDays": 30, "Prefix": "logs/"}, {"ExpirationInDays": 90}),
        ["objects of R below logs/ expire after 30 days instead of 90"],
    ),
    (
        BUCKET,
        expiring({"NoncurrentVersionExpirationInDays": 30}),
        expiring({"NoncurrentVersionExpiration": {"NoncurrentDays": 7}}),
        ["older versions of objects of R expire after 7 days instead of 30"],
    ),
    (
        BUCKET,
        {},
        expiring({"ExpirationDate": "2030-01-01"}),
        ["objects of R expire after 0 days instead of never"],
    ),
    (
        QUEUE,
        {},
        {"MessageRetentionPeriod": 60},
        ["messages in R are kept 60 seconds instead of 345600 (4 days)"],
    ),
    (
        QUEUE,
        {"RedrivePolicy": {"maxReceiveCount": 3}},
        {},
        ["R has no dead-letter queue any more: what cannot be processed is lost when it expires"],
    ),
    (
        "AWS::RDS::DBInstance",
        {"BackupRetentionPeriod": 7},
        {},
        ["automated backups of R are kept 1 days instead of 7"],
    ),
    (
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        {"LoadBalancerAttributes": [{"Key": "deletion_protection.enabled", "Value": "true"}]},
        {"LoadBalancerAttributes": [{"Key": "idle_timeout.timeout_seconds", "Value": "60"}]},
        ["R can be deleted: its deletion protection is off"],
    ),
    (
        "AWS::KMS::Key",
        {"EnableKeyRotation": True},
        {},
        ["R is rotated no more"],
    ),
    (
        "AWS::EC2::LaunchTemplate",
        {"LaunchTemplateData": {"MetadataOptions": {"HttpTokens": "required"}}},
        {"LaunchTemplateData": {"MetadataOptions": {"HttpTokens": "optional"}}},
        [
            (
                "R answers metadata requests without a token (IMDSv1): a forged request can take "
                "its credentials"
            )
        ],
    ),
    (
        "AWS::ApiGateway::Stage",
        {"MethodSettings": [{"ResourcePath": "/*", "HttpMethod": "*", "LoggingLevel": "INFO"}]},
        {},
        ["R (/*, *) logs OFF instead of INFO"],
    ),
    (
        ALARM,
        {**ABOVE, "AlarmActions": [{"Ref": "T"}, "arn:b"]},
        {**ABOVE, "AlarmActions": ["arn:b"]},
        ["R alarms fewer than before: ${T} is told no more"],
    ),
    (ALARM, ABOVE, {**ABOVE, "Threshold": 50}, ["R alarms above 50 instead of 5"]),
    (ALARM, ABOVE, {**ABOVE, "Threshold": "5.5"}, ["R alarms above 5.5 instead of 5"]),
    (
        ALARM,
        {**ABOVE, "ComparisonOperator": "GreaterThanOrEqualToThreshold"},
        {**ABOVE, "ComparisonOperator": "GreaterThanOrEqualToThreshold", "Threshold": 50},
        ["R alarms from 50 on instead of 5"],
    ),
    (
        ALARM,
        {**ABOVE, "ComparisonOperator": "LessThanOrEqualToThreshold"},
        {**ABOVE, "ComparisonOperator": "LessThanOrEqualToThreshold", "Threshold": 1},
        ["R alarms at 1 and below instead of 5"],
    ),
    (
        ALARM,
        {**ABOVE, "ComparisonOperator": "LessThanThreshold"},
        {**ABOVE, "ComparisonOperator": "LessThanThreshold", "Threshold": 1},
        ["R alarms below 1 instead of 5"],
    ),
    (
        ALARM,
        ABOVE,
        {**ABOVE, "ComparisonOperator": "LessThanThreshold"},
        ["R compares in another way: LessThanThreshold instead of GreaterThanThreshold"],
    ),
    (
        ALARM,
        {**ABOVE, "DatapointsToAlarm": 2},
        ABOVE,
        ["R alarms after 3 periods instead of 2 of 3"],
    ),
    (
        ALARM,
        {**ABOVE, "EvaluationPeriods": 5, "DatapointsToAlarm": 3},
        ABOVE,
        ["R alarms after 3 periods instead of 3 of 5"],
    ),
    (
        ALARM,
        {**ABOVE, "TreatMissingData": "breaching"},
        ABOVE,
        [
            (
                "R takes missing data as missing instead of breaching: it stays silent "
                "where it did not"
            )
        ],
    ),
    (
        ALARM,
        {**ABOVE, "Dimensions": [{"Name": "A", "Value": "1"}]},
        {**ABOVE, "Dimensions": [{"Name": "A", "Value": "2"}]},
        ["R watches another metric than before: its dimensions differ"],
    ),
]


@pytest.mark.parametrize(("kind", "old", "new", "expected"), WEAKER)
def test_what_protects_less_is_said(kind: str, old: Json, new: Json, expected: list[str]) -> None:
    """One sentence tells what it was and what it is."""
    beside = {"T": {"Type": "AWS::SNS::Topic"}}
    assert of_one(kind, old, new, beside=beside) == expected


STRONGER = [
    *(
        (kind, new, old)
        for kind, old, new, expected in WEAKER
        if not expected[0].startswith(("R compares", "R watches"))
    ),
    (LOGS, {"RetentionInDays": 400}, {}),
    (ALARM, ABOVE, {**ABOVE, "EvaluationPeriods": 5, "DatapointsToAlarm": 3}),
    (ALARM, {**ABOVE, "Threshold": 50}, ABOVE),
    (BUCKET, expiring({"ExpirationInDays": 90}), expiring({"ExpirationInDays": 90, "Prefix": "a"})),
    (BUCKET, {}, expiring({"ExpirationInDays": 1, "Status": "Disabled"})),
    (
        BUCKET,
        expiring({"ExpirationInDays": 9, "TagFilters": [{"Key": "a", "Value": "b"}]}),
        expiring(
            {"ExpirationInDays": 9, "TagFilters": [{"Key": "a", "Value": "b"}], "Prefix": "x"}
        ),
    ),
    (QUEUE, {"KmsMasterKeyId": "alias/aws/sqs"}, {"KmsMasterKeyId": {"Ref": "K"}}),
]


@pytest.mark.parametrize(("kind", "old", "new"), STRONGER)
def test_what_protects_more_is_not_said(kind: str, old: Json, new: Json) -> None:
    """A reviewer at night is not told of what got better."""
    assert of_one(kind, old, new, beside={"K": {"Type": "AWS::KMS::Key"}}) == []


UNKNOWN = "whether that still holds, only the deployment knows: parameter P has no default"


@pytest.mark.parametrize(
    ("kind", "old", "new", "expected"),
    [
        (
            LOGS,
            {"RetentionInDays": 400},
            {"RetentionInDays": {"Ref": "P"}},
            [f"RetentionInDays of R was 400; {UNKNOWN}"],
        ),
        (TABLE, {}, {"DeletionProtectionEnabled": {"Ref": "P"}}, []),
        (
            TABLE,
            {"DeletionProtectionEnabled": {"Ref": "P"}},
            {"DeletionProtectionEnabled": False},
            ["DeletionProtectionEnabled of R is false; what it was, only the deployment knew"],
        ),
        (
            TABLE,
            {"DeletionProtectionEnabled": {"Ref": "P"}},
            {"DeletionProtectionEnabled": True},
            [],
        ),
        (
            "AWS::DynamoDB::GlobalTable",
            {"Replicas": [{"Region": "eu-west-1", "DeletionProtectionEnabled": True}]},
            {"Replicas": {"Ref": "P"}},
            [f"DeletionProtectionEnabled of R (eu-west-1) was true; {UNKNOWN}"],
        ),
        (
            "AWS::RDS::DBInstance",
            {"AutoMinorVersionUpgrade": True},
            {},
            [
                (
                    "AutoMinorVersionUpgrade of R was true; whether that still holds, only the "
                    "deployment knows: it is not set now, and AWS decides by the engine"
                )
            ],
        ),
        (
            BUCKET,
            {},
            {"LifecycleConfiguration": {"Rules": {"Ref": "P"}}},
            ["which objects of R expire, and when, only the deployment knows"],
        ),
        (
            ALARM,
            ABOVE,
            {**ABOVE, "EvaluationPeriods": {"Ref": "P"}},
            ["R alarmed after 3 periods; after how many it does now, only the deployment knows"],
        ),
        (ALARM, {**ABOVE, "EvaluationPeriods": {"Ref": "P"}}, ABOVE, []),
        (
            BUCKET,
            {"LifecycleConfiguration": {"Rules": {"Ref": "P"}}, "Tags": []},
            {"LifecycleConfiguration": {"Rules": {"Ref": "P"}}},
            [],
        ),
        (
            "AWS::EC2::Instance",
            {"DisableApiTermination": True},
            {"DisableApiTermination": {"Fn::GetAtt": ["R", "X"]}},
            [
                (
                    "DisableApiTermination of R was true; whether that still holds, only the "
                    "deployment knows: it is ${R.X} now"
                )
            ],
        ),
    ],
)
def test_what_only_the_deployment_knows_is_said_to_be(
    kind: str, old: Json, new: Json, expected: list[str]
) -> None:
    """A protection that was known and is no more may be gone: the reason is told."""
    assert of_one(kind, old, new, **NO_DEFAULT) == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (400, {"Fn::If": ["C", 400, 30]}, ["30 days instead of 400 (under a condition)"]),
        (400, {"Fn::If": ["C", 7, 30]}, ["7 days instead of 400", "30 days instead of 400"]),
        ({"Fn::If": ["C", 400, 30]}, {"Fn::If": ["C", 30, 30]}, ["30 days instead of 400"]),
        ({"Fn::If": ["C", 400, 30]}, {"Fn::If": ["C", 731, 30]}, []),
        (400, {"Fn::If": ["C", {"Ref": "AWS::NoValue"}, 400]}, []),
        ({"Fn::FindInMap": ["M", "a", "days"]}, {"Fn::FindInMap": ["M", "b", "days"]}, ["7 days"]),
    ],
)
def test_conditions_are_decided_alike_on_both_sides(
    old: Json, new: Json, expected: list[str]
) -> None:
    """`Fn::If` of one condition is one branch before and after, not each with each."""
    sections = {"Mappings": {"M": {"a": {"days": 30}, "b": {"days": 7}}}}
    found = of_one(LOGS, {"RetentionInDays": old}, {"RetentionInDays": new}, sections=sections)
    assert len(found) == len(expected)
    assert all(any(part in sentence for sentence in found) for part in expected)


def test_a_parameter_that_changed_is_seen_in_a_resource_that_did_not() -> None:
    """What a resource takes from the template's parameters is a part of it."""
    body = of_resources({"R": {"Type": LOGS, "Properties": {"RetentionInDays": {"Ref": "P"}}}})
    old, new = (
        {**body, "Parameters": {"P": {"Type": "Number", "Default": days}}} for days in (400, 30)
    )
    assert said(old, new) == ["logs of R are kept 30 days instead of 400"]
    assert said(new, old) == []


def test_a_renamed_resource_is_compared_with_what_it_was() -> None:
    """Another logical id hides nothing, and what refers to it is no other than before."""
    topic = {"Type": "AWS::SNS::Topic"}
    alarm = {**ABOVE, "Dimensions": [{"Name": "T", "Value": {"Ref": "Old"}}]}
    other = {**ABOVE, "Dimensions": [{"Name": "T", "Value": {"Ref": "New"}}]}
    old = of_resources(
        {
            "Old": {**topic, "Properties": {"KmsMasterKeyId": "k"}},
            "R": {"Type": ALARM, "Properties": alarm},
        }
    )
    new = of_resources({"New": topic, "R": {"Type": ALARM, "Properties": other}})
    lost = (
        "New is encrypted with a key of AWS instead of a customer key "
        "(KMS key k, now none of its own)"
    )
    assert said(old, new, {"Old": "New"}) == [lost]


@pytest.mark.parametrize(
    ("kind", "old", "new", "expected"),
    [
        (
            BUCKET,
            {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"},
            {"DeletionPolicy": "Delete", "UpdateReplacePolicy": "Delete"},
            ["R is deleted with its stack and when it is replaced (Retain, now Delete)"],
        ),
        (
            BUCKET,
            {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"},
            {"UpdateReplacePolicy": "Retain"},
            ["R is deleted with its stack (DeletionPolicy Retain, now Delete by default)"],
        ),
        (
            BUCKET,
            {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Snapshot"},
            {"DeletionPolicy": "Snapshot"},
            [
                (
                    "R is deleted when it is replaced (UpdateReplacePolicy Snapshot, now Delete by "
                    "default)"
                ),
                "only a snapshot of R is kept with its stack (DeletionPolicy Retain, now Snapshot)",
            ],
        ),
        (
            BUCKET,
            {"DeletionPolicy": "Retain"},
            {"DeletionPolicy": {"Ref": "P"}},
            [
                (
                    "only the deployment knows whether R is kept with its stack (DeletionPolicy "
                    "Retain, now ${P})"
                )
            ],
        ),
        (BUCKET, {"DeletionPolicy": "Retain"}, {"DeletionPolicy": "RetainExceptOnCreate"}, []),
        (BUCKET, {"DeletionPolicy": "Delete"}, {"DeletionPolicy": "Retain"}, []),
        ("AWS::RDS::DBCluster", {"DeletionPolicy": "Snapshot"}, {}, []),
        ("AWS::RDS::DBInstance", {"DeletionPolicy": "Snapshot"}, {}, []),
        (
            "AWS::RDS::DBInstance",
            {"DeletionPolicy": "Snapshot", "Properties": {"DBClusterIdentifier": "c"}},
            {"Properties": {"DBClusterIdentifier": "c"}},
            ["R is deleted with its stack (DeletionPolicy Snapshot, now Delete by default)"],
        ),
    ],
)
def test_what_is_kept_no_more_is_said(kind: str, old: Json, new: Json, expected: list[str]) -> None:
    """What outlived its stack and goes with it now is the reviewer's to know."""
    before, after = (
        {"Resources": {"R": {"Type": kind, **body}}, "Parameters": {"P": {"Type": "String"}}}
        for body in (old, new)
    )
    assert said(before, after) == expected


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ({}, "R is removed: its logs are deleted"),
        (
            {"DeletionPolicy": "Retain"},
            "R is removed: its logs stay, and nothing declares any more how long they are kept",
        ),
    ],
)
def test_a_log_group_that_goes_is_said(policy: Json, expected: str) -> None:
    """Whether its logs go with it hangs on its deletion policy."""
    old = of_resources({"R": {"Type": LOGS, **policy}})
    assert said(old, of_resources({})) == [expected]


def test_a_policy_that_goes_is_said_with_what_it_denied() -> None:
    """A Deny protected what is still there; where that is gone too, nothing is lost."""
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}
    policy = {
        "Type": "AWS::S3::BucketPolicy",
        "Properties": {
            "Bucket": {"Ref": "B"},
            "PolicyDocument": {
                "Statement": {**deny, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
            },
        },
    }
    bucket = {"Type": BUCKET}
    old = of_resources({"B": bucket, "R": policy})
    assert said(old, of_resources({"B": bucket})) == [
        "R is removed: it denied s3:* where aws:SecureTransport is false"
    ]
    assert said(old, of_resources({})) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            None,
            "C",
            ["R is made only where condition C holds: elsewhere nobody is alarmed any more"],
        ),
        (
            "C",
            "D",
            ["R is made only where condition D holds: elsewhere nobody is alarmed any more"],
        ),
        ("C", "C", []),
        ("C", None, []),
    ],
)
def test_what_protects_under_a_condition_only_is_said(
    old: str | None, new: str | None, expected: list[str]
) -> None:
    """A condition may well mean that it is never made."""
    before, after = (
        of_resources(
            {"R": {"Type": ALARM, "Metadata": index, **({"Condition": name} if name else {})}}
        )
        for index, name in enumerate((old, new))
    )
    assert said(before, after) == expected


def test_what_leaves_the_template_and_stays_is_not_said_to_be_gone() -> None:
    """A vault that is kept keeps its recovery points, and an alarm goes on."""
    vault = {"Type": "AWS::Backup::BackupVault", "DeletionPolicy": "Retain"}
    assert said(of_resources({"R": vault}), of_resources({})) == [
        "R is removed: it stays, and nothing declares any more what it is like"
    ]


@pytest.mark.parametrize(
    ("queue", "policy", "expected"),
    [
        ("Retain", "Delete", ["P is removed: it denied sqs:* where aws:SecureTransport is false"]),
        ("Retain", "Retain", []),
        ("Delete", "Delete", []),
    ],
)
def test_what_a_policy_denied_of_a_resource_that_stays_is_said(
    queue: str, policy: str, expected: list[str]
) -> None:
    """Who stays without its policy takes what the policy refused."""
    denial = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:*",
        "Resource": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    old = of_resources(
        {
            "Q": {"Type": "AWS::SQS::Queue", "DeletionPolicy": queue},
            "P": {
                "Type": "AWS::SQS::QueuePolicy",
                "DeletionPolicy": policy,
                "Properties": {
                    "Queues": [{"Ref": "Q"}],
                    "PolicyDocument": {"Statement": [denial]},
                },
            },
        }
    )
    assert said(old, of_resources({})) == expected


def test_what_is_gone_is_told_before_what_is_less() -> None:
    """The gravest first."""
    old = of_resources(
        {"A": {"Type": LOGS, "Properties": {"RetentionInDays": 400}}, "Z": {"Type": ALARM}}
    )
    new = of_resources({"A": {"Type": LOGS, "Properties": {"RetentionInDays": 30}}})
    assert [note.message for note in notes(old, new)] == [
        "Z is removed: nobody is alarmed any more",
        "logs of A are kept 30 days instead of 400",
    ]


def test_a_note_names_its_resource_and_place() -> None:
    """What renders a note finds the resource as it is, and the path in it."""
    old, new = (
        of_resources({"R": {"Type": LOGS, "Properties": {"RetentionInDays": days}}})
        for days in (400, 30)
    )
    (note,) = notes(old, new)
    assert note.subject is Subject.PROTECTION
    assert note.resource.logical_id == "R"
    assert note.resource.properties == {"RetentionInDays": 30}
    assert note.place == "Properties.RetentionInDays"


def test_long_values_are_cut_and_stand_on_one_line() -> None:
    """A name of ten thousand characters, or with line ends, is no way to hide a sentence."""
    old = of_resources({"R" * 10_000: {"Type": ALARM, "Properties": {"MetricName": "a\nb" * 9000}}})
    new = of_resources({"R" * 10_000: {"Type": ALARM, "Properties": {"MetricName": "c"}}})
    (sentence,) = said(old, new)
    assert len(sentence) < 400
    assert "\n" not in sentence


def test_what_refers_to_a_renamed_resource_may_change_in_another_place() -> None:
    """Only the name of what was renamed is taken for the same; flags and other names count."""
    topics = {"T": {"Type": "AWS::SNS::Topic"}, "Old": {"Type": "AWS::SNS::Topic"}}

    def alarm(values: list[Json]) -> Json:
        dimensions = [{"Name": "D", "Value": value} for value in values]
        return {"Type": ALARM, "Properties": {"Dimensions": dimensions}}

    old = of_resources({**topics, "R": alarm([{"Ref": "Old"}, {"Ref": "T"}, True, 7])})
    renamed = {"T": topics["T"], "New": topics["Old"]}
    new = of_resources({**renamed, "R": alarm([{"Ref": "New"}, {"Ref": "T"}, "true", "7"])})
    other = of_resources({**renamed, "R": alarm([{"Ref": "New"}, {"Ref": "New"}, True, 7])})
    assert said(old, new, {"Old": "New"}) == []
    assert said(old, other, {"Old": "New"}) == [
        "R watches another metric than before: its dimensions differ"
    ]


def test_elements_of_lists_that_are_no_objects_are_left_alone() -> None:
    """A replica that is a word is no replica, and hides none that is one."""
    kept = {"Region": "eu-west-1", "DeletionProtectionEnabled": True}
    old = {"Replicas": ["word", kept]}
    new = {"Replicas": ["word", {**kept, "DeletionProtectionEnabled": False}]}
    assert of_one("AWS::DynamoDB::GlobalTable", old, new) == [
        "the replica of R in eu-west-1 can be deleted: its deletion protection is off"
    ]


def test_a_list_that_was_unknown_and_still_is_says_nothing() -> None:
    """Where the elements were never known, none of them is known to be weaker."""
    old = {"Replicas": {"Fn::Split": [",", {"Ref": "P"}]}}
    new = {"Replicas": {"Ref": "P"}}
    assert of_one("AWS::DynamoDB::GlobalTable", old, new, **NO_DEFAULT) == []


def test_a_resource_of_another_type_is_not_compared() -> None:
    """One logical id of two types is one resource gone and another one come."""
    old = of_resources({"R": {"Type": ALARM, "Properties": {"ActionsEnabled": True}}})
    new = of_resources({"R": {"Type": LOGS, "Properties": {"RetentionInDays": 1}}})
    assert said(old, new) == ["R is removed: nobody is alarmed any more"]
