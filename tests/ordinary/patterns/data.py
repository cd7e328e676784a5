"""Databases, search, keys, secrets and trails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import aws_cdk as cdk
from aws_cdk import aws_cloudtrail as cloudtrail
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_opensearchservice as opensearch
from aws_cdk import aws_rds as rds
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs

from tests.ordinary.pattern import function_defaults, high, legacy_retention, low, ordinary
from tests.ordinary.patterns.parts import function, network

if TYPE_CHECKING:
    from tests.ordinary.pattern import Pattern


@ordinary(low("IAM04", "Function/ServiceRole"), low("IAM09", "Key"))
def everything_under_one_key(stack: cdk.Stack) -> None:
    """A bucket, table, queue, topic, secret and log group under one key, and their user."""
    key = kms.Key(stack, "Key", enable_key_rotation=True)
    key.grant_encrypt_decrypt(iam.ServicePrincipal("logs.us-east-1.amazonaws.com"))
    worker = function(
        stack,
        environment_encryption=key,
        log_group=logs.LogGroup(
            stack, "Logs", retention=logs.RetentionDays.ONE_MONTH, encryption_key=key
        ),
    )
    s3.Bucket(stack, "Bucket", encryption_key=key).grant_read_write(worker)
    dynamodb.TableV2(
        stack,
        "Table",
        partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING),
        encryption=dynamodb.TableEncryptionV2.customer_managed_key(key),
    ).grant_read_write_data(worker)
    sqs.Queue(stack, "Queue", encryption_master_key=key).grant_consume_messages(worker)
    sns.Topic(stack, "Topic", master_key=key).grant_publish(worker)
    secretsmanager.Secret(stack, "Secret", encryption_key=key).grant_read(worker)


@ordinary(
    function_defaults("Function"),
    high(
        "IAM10",
        "Function/InvokeN0--a2GKfZP0JmDqDE--Vhhu6+A0TUv3NyNbk4YM+FKNc=",
        because="Secrets Manager may call it for anybody's secret; AWS asks for SourceAccount here",
    ),
)
def secret_with_rotation(stack: cdk.Stack) -> None:
    """A secret that a function of the team rotates."""
    secret = secretsmanager.Secret(stack, "Secret")
    secret.add_rotation_schedule("Monthly", rotation_lambda=function(stack))


@ordinary(
    high(
        "IAM04",
        "Database/MonitoringRole",
        because="it may write to every group named RDS*; a policy of one's own names RDSOSMetrics",
    )
)
def database(stack: cdk.Stack) -> None:
    """A PostgreSQL database with its password in a secret, which AWS's own function rotates."""
    instance = rds.DatabaseInstance(
        stack,
        "Database",
        engine=rds.DatabaseInstanceEngine.postgres(version=rds.PostgresEngineVersion.VER_17),
        vpc=network(stack),
        storage_encrypted=True,
        iam_authentication=True,
        monitoring_interval=cdk.Duration.minutes(1),
    )
    instance.add_rotation_single_user()
    instance.grant_connect(
        iam.Role(stack, "Client", assumed_by=iam.ServicePrincipal("ec2.amazonaws.com")), "reader"
    )


@ordinary(legacy_retention("Cluster/LogRetentionpostgresql"))
def aurora_cluster(stack: cdk.Stack) -> None:
    """A serverless Aurora cluster whose logs last a month."""
    rds.DatabaseCluster(
        stack,
        "Cluster",
        engine=rds.DatabaseClusterEngine.aurora_postgres(
            version=rds.AuroraPostgresEngineVersion.VER_17_4
        ),
        writer=rds.ClusterInstance.serverless_v2("writer"),
        vpc=network(stack),
        vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS),
        storage_encrypted=True,
        cloudwatch_logs_exports=["postgresql"],
        cloudwatch_logs_retention=logs.RetentionDays.ONE_MONTH,
    )


@ordinary(low("LOG06", "Logs"), function_defaults("AWS679f53fac002430cb0da5b7982bd2287"))
def search_domain(stack: cdk.Stack) -> None:
    """An OpenSearch domain in a network, with its own logs and one reader."""
    domain = opensearch.Domain(
        stack,
        "Search",
        version=opensearch.EngineVersion.OPENSEARCH_2_19,
        vpc=network(stack),
        capacity=opensearch.CapacityConfig(data_nodes=2, multi_az_with_standby_enabled=False),
        zone_awareness=opensearch.ZoneAwarenessConfig(availability_zone_count=2),
        encryption_at_rest=opensearch.EncryptionAtRestOptions(enabled=True),
        node_to_node_encryption=True,
        enforce_https=True,
        logging=opensearch.LoggingOptions(
            app_log_enabled=True,
            app_log_group=logs.LogGroup(stack, "Logs", retention=logs.RetentionDays.ONE_MONTH),
        ),
    )
    domain.grant_read(
        iam.Role(stack, "Reader", assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"))
    )


@ordinary(low("IAM09", "Trail/S3/Policy", "Trail/S3/Policy"), low("LOG06", "Trail/LogGroup"))
def trail_with_logs(stack: cdk.Stack) -> None:
    """A trail of the account into a bucket and a log group."""
    cloudtrail.Trail(
        stack,
        "Trail",
        send_to_cloud_watch_logs=True,
        cloud_watch_logs_retention=logs.RetentionDays.ONE_YEAR,
    )


PATTERNS: Final[tuple[Pattern, ...]] = (
    everything_under_one_key,
    secret_with_rotation,
    database,
    aurora_cluster,
    search_domain,
    trail_with_logs,
)
