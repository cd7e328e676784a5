"""What lasts: the table, the bucket, the parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_ssm as ssm

from stacks.backup import back_up
from stacks.environment_stack import EnvironmentStack

if TYPE_CHECKING:
    from constructs import Construct

    from stacks.settings import Settings

STATUS_INDEX = "status-index"
"""The table's index by status, sorted by time of creation."""

PARAMETER_NAME = "/serverless/config/api-settings"
"""The function's settings at run time. A fixed name, so one environment an account and region."""


class StorageStack(EnvironmentStack):
    """The items' table and bucket, the table of handled requests, the parameter.

    Attributes:
        table: the items.
        idempotency_table: which requests were already answered, and how; entries live a day.
        bucket: data too large for the table.
        parameter: the function's settings at run time.
    """

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings) -> None:
        super().__init__(
            scope,
            construct_id,
            settings=settings,
            description="Items table with status index, bucket and configuration parameter",
        )
        self.table = self._make_table("ItemsTable")
        self.table.add_global_secondary_index(
            index_name=STATUS_INDEX,
            partition_key=_string("status"),
            sort_key=_string("created_at"),
            projection_type=dynamodb.ProjectionType.ALL,
        )
        self.idempotency_table = self._make_table("IdempotencyTable", ttl="expiration")
        self.bucket = self._make_bucket()
        self.parameter = ssm.StringParameter(
            self,
            "ApiSettings",
            parameter_name=PARAMETER_NAME,
            description="Settings that the items function reads at run time",
            string_value=settings.items.model_dump_json(),
        )
        if settings.backup_retention_days is not None:
            back_up(self, self.table, days=settings.backup_retention_days)
        cdk.CfnOutput(
            self, "TableName", value=self.table.table_name, description="DynamoDB Table Name"
        )
        cdk.CfnOutput(
            self, "BucketName", value=self.bucket.bucket_name, description="S3 Bucket Name"
        )

    def _make_table(self, construct_id: str, *, ttl: str | None = None) -> dynamodb.Table:
        # AWS::DynamoDB::Table, not TableV2's GlobalTable: cdk-nag has no rule for the latter, and
        # a table in one region that no engine looks at is no gain.
        return dynamodb.Table(
            self,
            construct_id,
            partition_key=_string("id"),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED,
            encryption_key=self.key,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            time_to_live_attribute=ttl,
            deletion_protection=self.config.protect,
            removal_policy=self.removal,
        )

    def _make_bucket(self) -> s3.Bucket:
        days = cdk.Duration.days
        logs = s3.Bucket(
            self,
            "AccessLogBucket",
            # S3 delivers access logs to buckets with SSE-S3 only:
            # https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            versioned=True,
            lifecycle_rules=[
                s3.LifecycleRule(
                    id="expire",
                    expiration=days(self.config.log_retention_days),
                    noncurrent_version_expiration=days(1),
                    abort_incomplete_multipart_upload_after=days(1),
                )
            ],
            removal_policy=self.removal,
        )
        return s3.Bucket(
            self,
            "DataBucket",
            encryption=s3.BucketEncryption.KMS,
            encryption_key=self.key,
            bucket_key_enabled=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            versioned=True,
            lifecycle_rules=[
                s3.LifecycleRule(
                    id="forget-what-was-replaced",
                    noncurrent_version_expiration=days(90),
                    expired_object_delete_marker=True,
                    abort_incomplete_multipart_upload_after=days(7),
                )
            ],
            server_access_logs_bucket=logs,
            server_access_logs_prefix="data/",
            removal_policy=self.removal,
        )


def _string(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
