"""Buckets, tables and file systems."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_efs as efs
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_deployment as deployment
from aws_cdk import aws_s3_notifications as notifications
from aws_cdk import aws_sqs as sqs

from tests.ordinary.pattern import function_defaults, ordinary, unlogged_function
from tests.ordinary.patterns.parts import function, network

if TYPE_CHECKING:
    from tests.ordinary.pattern import Pattern

ID: Final = dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING)
STATUS: Final = dynamodb.Attribute(name="status", type=dynamodb.AttributeType.STRING)


@ordinary()
def default_bucket(stack: cdk.Stack) -> None:
    """A bucket without any setting."""
    s3.Bucket(stack, "Bucket")


@ordinary()
def strict_bucket(stack: cdk.Stack) -> None:
    """A bucket that refuses plain HTTP and logs its accesses to another."""
    logs = s3.Bucket(stack, "AccessLogs", enforce_ssl=True)
    s3.Bucket(stack, "Bucket", enforce_ssl=True, versioned=True, server_access_logs_bucket=logs)


@ordinary(function_defaults("Reader", "Writer", "Cleaner"))
def bucket_grants(stack: cdk.Stack) -> None:
    """Functions that read, write and delete objects."""
    bucket = s3.Bucket(stack, "Bucket")
    bucket.grant_read(function(stack, "Reader"))
    bucket.grant_read_write(function(stack, "Writer"), "incoming/*")
    cleaner = function(stack, "Cleaner")
    bucket.grant_put(cleaner)
    bucket.grant_delete(cleaner)


@ordinary(
    unlogged_function(
        "Custom::S3AutoDeleteObjectsCustomResourceProvider/Handler",
        "Custom::S3AutoDeleteObjectsCustomResourceProvider/Role",
    )
)
def auto_delete_objects(stack: cdk.Stack) -> None:
    """A bucket that CDK's own function empties before it goes."""
    s3.Bucket(stack, "Bucket", auto_delete_objects=True, removal_policy=cdk.RemovalPolicy.DESTROY)


@ordinary(function_defaults("Custom::CDKBucketDeployment8693BB64968944B69AAFB0CC9EB8756C"))
def bucket_deployment(stack: cdk.Stack) -> None:
    """Files that CDK's own function puts into a bucket."""
    deployment.BucketDeployment(
        stack,
        "Deployment",
        sources=[deployment.Source.data("hello.txt", "hello")],
        destination_bucket=s3.Bucket(stack, "Bucket"),
    )


@ordinary(
    function_defaults("Function"),
    unlogged_function(
        "BucketNotificationsHandler050a0587b7544547bf325f094a3db834",
        "BucketNotificationsHandler050a0587b7544547bf325f094a3db834/Role",
    ),
)
def bucket_notifications(stack: cdk.Stack) -> None:
    """New objects call a function, removed ones send a message."""
    bucket = s3.Bucket(stack, "Bucket")
    bucket.add_object_created_notification(notifications.LambdaDestination(function(stack)))
    bucket.add_object_removed_notification(
        notifications.SqsDestination(sqs.Queue(stack, "Removed"))
    )


@ordinary(function_defaults("Reader", "Writer"))
def table_grants(stack: cdk.Stack) -> None:
    """Functions that read and write a table with an index."""
    table = dynamodb.TableV2(
        stack,
        "Table",
        partition_key=ID,
        global_secondary_indexes=[
            dynamodb.GlobalSecondaryIndexPropsV2(index_name="by-status", partition_key=STATUS)
        ],
    )
    table.grant_read_data(function(stack, "Reader"))
    table.grant_read_write_data(function(stack, "Writer"))


@ordinary(function_defaults("Function"))
def table_stream(stack: cdk.Stack) -> None:
    """A function that is called with the changes of a table of the first version."""
    table = dynamodb.Table(
        stack, "Table", partition_key=ID, stream=dynamodb.StreamViewType.NEW_IMAGE
    )
    consumer = function(stack)
    consumer.add_event_source(
        sources.DynamoEventSource(table, starting_position=lambda_.StartingPosition.LATEST)
    )
    table.grant_write_data(consumer)


@ordinary(function_defaults("Function", vpc=True))
def file_system(stack: cdk.Stack) -> None:
    """A file system that a function mounts."""
    vpc = network(stack)
    files = efs.FileSystem(stack, "Files", vpc=vpc, encrypted=True)
    access_point = files.add_access_point(
        "Access",
        path="/exports",
        create_acl=efs.Acl(owner_uid="1001", owner_gid="1001", permissions="750"),
        posix_user=efs.PosixUser(uid="1001", gid="1001"),
    )
    function(
        stack,
        vpc=vpc,
        filesystem=lambda_.FileSystem.from_efs_access_point(access_point, "/mnt/files"),
    )


PATTERNS: Final[tuple[Pattern, ...]] = (
    default_bucket,
    strict_bucket,
    bucket_grants,
    auto_delete_objects,
    bucket_deployment,
    bucket_notifications,
    table_grants,
    table_stream,
    file_system,
)
