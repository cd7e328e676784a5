"""Table, bucket and parameter: encrypted, recoverable, and kept in prod."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.synthesized import Assembly

TABLES = ("StorageStack/ItemsTable", "StorageStack/IdempotencyTable")
BUCKETS = ("StorageStack/DataBucket", "StorageStack/AccessLogBucket")


def test_items_are_found_by_id_and_by_status(prod: Assembly) -> None:
    """The key is the id; the index goes by status, then by time of creation, with all fields."""
    table = prod.properties("StorageStack/ItemsTable")
    assert table["KeySchema"] == [{"AttributeName": "id", "KeyType": "HASH"}]
    assert table["GlobalSecondaryIndexes"] == [
        {
            "IndexName": "status-index",
            "KeySchema": [
                {"AttributeName": "status", "KeyType": "HASH"},
                {"AttributeName": "created_at", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "ALL"},
        }
    ]
    assert {one["AttributeType"] for one in table["AttributeDefinitions"]} == {"S"}


@pytest.mark.parametrize("path", TABLES)
def test_tables_are_encrypted_and_recoverable(path: str, prod: Assembly) -> None:
    """Each table has the stack's own key, point-in-time recovery and deletion protection."""
    table = prod.properties(path)
    assert table["SSESpecification"] == {
        "KMSMasterKeyId": {"Fn::GetAtt": [prod.logical_id("StorageStack/Key"), "Arn"]},
        "SSEEnabled": True,
        "SSEType": "KMS",
    }
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["DeletionProtectionEnabled"] is True
    assert table["BillingMode"] == "PAY_PER_REQUEST"


def test_handled_requests_are_forgotten(prod: Assembly) -> None:
    """Entries of the idempotency table expire by Powertools' attribute."""
    assert prod.properties("StorageStack/IdempotencyTable")["TimeToLiveSpecification"] == {
        "AttributeName": "expiration",
        "Enabled": True,
    }


@pytest.mark.parametrize("path", [*TABLES, *BUCKETS, "StorageStack/Key"])
def test_prod_keeps_data_and_keys_and_dev_does_not(
    path: str, prod: Assembly, dev: Assembly
) -> None:
    """What leaves the template stays in the account in prod, and goes in dev."""
    assert {prod.resource(path)[kind] for kind in ("DeletionPolicy", "UpdateReplacePolicy")} == {
        "Retain"
    }
    assert {dev.resource(path)[kind] for kind in ("DeletionPolicy", "UpdateReplacePolicy")} == {
        "Delete"
    }


def test_dev_can_be_taken_down(dev: Assembly) -> None:
    """No table refuses deletion, and no function empties buckets behind one's back."""
    assert dev.properties("StorageStack/ItemsTable")["DeletionProtectionEnabled"] is False
    assert dev.of_type("Custom::S3AutoDeleteObjects") == {}


@pytest.mark.parametrize("path", BUCKETS)
def test_buckets_are_private_and_versioned(path: str, prod: Assembly) -> None:
    """Nothing is public, versions are kept for a while, unfinished uploads are cleared away."""
    bucket = prod.properties(path)
    assert bucket["PublicAccessBlockConfiguration"] == {
        "BlockPublicAcls": True,
        "BlockPublicPolicy": True,
        "IgnorePublicAcls": True,
        "RestrictPublicBuckets": True,
    }
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    (rule,) = bucket["LifecycleConfiguration"]["Rules"]
    assert rule["NoncurrentVersionExpiration"]["NoncurrentDays"] in {1, 90}
    assert rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"] in {1, 7}


@pytest.mark.parametrize("path", BUCKETS)
def test_buckets_take_tls_only(path: str, prod: Assembly) -> None:
    """Requests without TLS, or with one older than 1.2, are denied to everyone."""
    statements = prod.properties(f"{path}/Policy")["PolicyDocument"]["Statement"]
    denied = [one["Condition"] for one in statements if one["Effect"] == "Deny"]
    assert denied == [
        {"Bool": {"aws:SecureTransport": "false"}},
        {"NumericLessThan": {"s3:TlsVersion": 1.2}},
    ]


def test_data_is_encrypted_and_its_accesses_are_logged(prod: Assembly) -> None:
    """The data bucket has the own key with a bucket key, and writes to the log bucket."""
    bucket = prod.properties("StorageStack/DataBucket")
    assert bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"] == [
        {
            "BucketKeyEnabled": True,
            "ServerSideEncryptionByDefault": {
                "KMSMasterKeyID": {"Fn::GetAtt": [prod.logical_id("StorageStack/Key"), "Arn"]},
                "SSEAlgorithm": "aws:kms",
            },
        }
    ]
    assert bucket["LoggingConfiguration"] == {
        "DestinationBucketName": {"Ref": prod.logical_id("StorageStack/AccessLogBucket")},
        "LogFilePrefix": "data/",
    }


def test_access_logs_expire_with_the_other_logs(prod: Assembly) -> None:
    """The log bucket keeps what it gets as long as a log group does, from one source only."""
    (rule,) = prod.properties("StorageStack/AccessLogBucket")["LifecycleConfiguration"]["Rules"]
    assert rule["ExpirationInDays"] == 400
    statements = prod.properties("StorageStack/AccessLogBucket/Policy")["PolicyDocument"]
    (allowed,) = [one for one in statements["Statement"] if one["Effect"] == "Allow"]
    assert allowed["Principal"] == {"Service": "logging.s3.amazonaws.com"}
    assert allowed["Condition"]["ArnLike"] == {
        "aws:SourceArn": {"Fn::GetAtt": [prod.logical_id("StorageStack/DataBucket"), "Arn"]}
    }


def test_the_parameter_holds_the_settings_of_the_items(prod: Assembly) -> None:
    """Its name is fixed, its value JSON from the environment's settings."""
    parameter = prod.properties("StorageStack/ApiSettings")
    assert parameter["Name"] == "/serverless/config/api-settings"
    assert json.loads(parameter["Value"]) == {
        "default_limit": 25,
        "max_limit": 100,
        "inline_data_bytes": 16384,
    }


def test_the_table_of_prod_is_copied_daily(prod: Assembly, dev: Assembly) -> None:
    """AWS Backup keeps a copy for 35 days in a vault from which nobody can delete."""
    assert prod.properties("StorageStack/BackupPlan")["BackupPlan"]["BackupPlanRule"] == [
        {
            "Lifecycle": {"DeleteAfterDays": 35},
            "RuleName": "daily",
            "ScheduleExpression": "cron(0 3 * * ? *)",
            "TargetBackupVault": {
                "Fn::GetAtt": [prod.logical_id("StorageStack/BackupVault"), "BackupVaultName"]
            },
        }
    ]
    selection = prod.properties("StorageStack/BackupSelection")["BackupSelection"]
    assert selection["Resources"] == [
        {"Fn::GetAtt": [prod.logical_id("StorageStack/ItemsTable"), "Arn"]}
    ]
    (denial,) = prod.properties("StorageStack/BackupVault")["AccessPolicy"]["Statement"]
    assert (denial["Effect"], denial["Principal"]) == ("Deny", {"AWS": "*"})
    assert prod.resource("StorageStack/BackupVault")["DeletionPolicy"] == "Retain"
    assert dev.of_type("AWS::Backup::BackupPlan") == {}


def test_backup_may_grant_the_key_to_aws_only(prod: Assembly) -> None:
    """The one action that could hand the key on is bound to AWS's own resources."""
    statement = prod.statements("StorageStack/BackupPolicy")["KeyGrants"]
    assert statement["Action"] == "kms:CreateGrant"
    assert statement["Condition"] == {"Bool": {"kms:GrantIsForAWSResource": "true"}}
