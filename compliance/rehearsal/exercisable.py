"""What leaves no trail on a local AWS: the reviewed list, one entry for each thing that AWS does.

A local AWS runs the code of functions, and authorizes what they call. What a service does by
itself it does without asking: so no rehearsal can show that the grant for it is needed. Each entry
is as narrow as the thing it names: the actions that AWS's documentation lists and no wildcard that
takes in more, for the role or service that does it, on the very resource that it does it to.
A grant that is on no entry has to be exercised.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.rehearsal import surroundings
from compliance.rehearsal.entries import BY_LAMBDA, BY_SERVICE, GUIDE, Entry
from compliance.rehearsal.exercisable_events import ENTRIES as EVENTS
from compliance.rehearsal.model import Kind

if TYPE_CHECKING:
    from compliance.rehearsal.model import Grant
    from compliance.rehearsal.surroundings import Surroundings

_ASSUME: Final = ("sts:AssumeRole",)
_CRYPTOGRAPHIC: Final = (
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
)


INVOCATION: Final = Entry(
    name="invocation by API Gateway",
    kind=Kind.RESOURCE,
    actions=("lambda:InvokeFunction",),
    applies=surroundings.called,
    reason="API Gateway invoked the function, which the local AWS does not authorize",
    source=f"{GUIDE}apigateway/latest/developerguide/permissions.html",
)
ENTRIES: Final = (
    Entry(
        name="network interfaces",
        kind=Kind.ROLE,
        actions=(
            "ec2:AssignPrivateIpAddresses",
            "ec2:CreateNetworkInterface",
            "ec2:DeleteNetworkInterface",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSubnets",
            "ec2:UnassignPrivateIpAddresses",
        ),
        applies=surroundings.in_vpc,
        reason=f"network interfaces of a function in a VPC: {BY_LAMBDA}",
        source=f"{GUIDE}lambda/latest/dg/configuration-vpc.html",
    ),
    Entry(
        name="traces",
        kind=Kind.ROLE,
        actions=("xray:PutTelemetryRecords", "xray:PutTraceSegments"),
        applies=surroundings.traced,
        reason=f"traces of a function: {BY_LAMBDA}",
        source=f"{GUIDE}lambda/latest/dg/services-xray.html",
    ),
    Entry(
        name="logs of a function",
        kind=Kind.ROLE,
        actions=("logs:CreateLogStream", "logs:PutLogEvents"),
        applies=surroundings.own_logs,
        reason=f"delivery to the function's own log group: {BY_LAMBDA}",
        source=f"{GUIDE}lambda/latest/dg/monitoring-cloudwatchlogs.html",
    ),
    Entry(
        name="dead letters and destinations",
        kind=Kind.ROLE,
        actions=("events:PutEvents", "lambda:InvokeFunction", "sns:Publish", "sqs:SendMessage"),
        applies=surroundings.destination,
        reason=f"delivery to the function's dead-letter queue or destination: {BY_LAMBDA}",
        source=f"{GUIDE}lambda/latest/dg/invocation-async-retain-records.html",
    ),
    Entry(
        name="key of the environment",
        kind=Kind.ROLE,
        actions=("kms:Decrypt",),
        applies=surroundings.environment_key,
        reason=f"decryption of the function's environment: {BY_LAMBDA}",
        source=f"{GUIDE}lambda/latest/dg/configuration-envvars-encryption.html",
    ),
    Entry(
        name="key of dead letters and destinations",
        kind=Kind.ROLE,
        actions=("kms:Decrypt", "kms:GenerateDataKey"),
        applies=surroundings.destination_key,
        reason="encryption in the function's dead-letter queue or destination: the service does "
        "it in the role's name",
        source=f"{GUIDE}AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html",
    ),
    Entry(
        name="key of S3",
        kind=Kind.ROLE,
        actions=("kms:Decrypt", "kms:GenerateDataKey"),
        applies=surroundings.via("s3"),
        reason="encryption of objects: S3 does it in the role's name",
        source=f"{GUIDE}AmazonS3/latest/userguide/UsingKMSEncryption.html",
    ),
    Entry(
        name="key of DynamoDB",
        kind=Kind.ROLE,
        actions=(*_CRYPTOGRAPHIC, "kms:CreateGrant"),
        applies=surroundings.via("dynamodb"),
        reason="encryption of items: DynamoDB does it in the role's name",
        source=f"{GUIDE}amazondynamodb/latest/developerguide/encryption.usagenotes.html",
    ),
    Entry(
        name="key of SQS",
        kind=Kind.ROLE,
        actions=("kms:Decrypt", "kms:GenerateDataKey"),
        applies=surroundings.via("sqs"),
        reason="encryption of messages: SQS does it in the role's name",
        source=f"{GUIDE}AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html",
    ),
    Entry(
        name="key of SSM",
        kind=Kind.ROLE,
        actions=("kms:Decrypt",),
        applies=surroundings.via("ssm"),
        reason="decryption of parameters: Systems Manager does it in the role's name",
        source=f"{GUIDE}kms/latest/developerguide/services-parameter-store.html",
    ),
    Entry(
        name="key of Secrets Manager",
        kind=Kind.ROLE,
        actions=("kms:Decrypt", "kms:GenerateDataKey"),
        applies=surroundings.via("secretsmanager"),
        reason="encryption of secrets: Secrets Manager does it in the role's name",
        source=f"{GUIDE}secretsmanager/latest/userguide/security-encryption.html",
    ),
    Entry(
        name="logs of API Gateway",
        kind=Kind.ROLE,
        actions=(
            "logs:CreateLogGroup",
            "logs:CreateLogStream",
            "logs:DescribeLogGroups",
            "logs:DescribeLogStreams",
            "logs:FilterLogEvents",
            "logs:GetLogEvents",
            "logs:PutLogEvents",
        ),
        applies=surroundings.only_trusts("apigateway.amazonaws.com"),
        reason=f"log delivery of API Gateway: {BY_SERVICE}",
        source=f"{GUIDE}aws-managed-policy/latest/reference/"
        "AmazonAPIGatewayPushToCloudWatchLogs.html",
    ),
    Entry(
        name="flow logs",
        kind=Kind.ROLE,
        actions=(
            "logs:CreateLogGroup",
            "logs:CreateLogStream",
            "logs:DescribeLogGroups",
            "logs:DescribeLogStreams",
            "logs:PutLogEvents",
        ),
        applies=surroundings.only_trusts("vpc-flow-logs.amazonaws.com"),
        reason=f"delivery of flow logs: {BY_SERVICE}",
        source=f"{GUIDE}vpc/latest/userguide/flow-logs-iam-role.html",
    ),
    Entry(
        name="backups of tables",
        kind=Kind.ROLE,
        actions=(
            "backup:CopyIntoBackupVault",
            "backup:DescribeBackupVault",
            "dynamodb:CreateBackup",
            "dynamodb:DeleteBackup",
            "dynamodb:DescribeBackup",
            "dynamodb:DescribeTable",
            "dynamodb:ListTagsOfResource",
            "dynamodb:StartAwsBackupJob",
            "kms:CreateGrant",
            *_CRYPTOGRAPHIC,
        ),
        applies=surroundings.only_trusts("backup.amazonaws.com"),
        reason=f"backups: {BY_SERVICE}",
        source=f"{GUIDE}aws-managed-policy/latest/reference/"
        "AWSBackupServiceRolePolicyForBackup.html",
    ),
    Entry(
        name="trust for Lambda",
        kind=Kind.TRUST,
        actions=_ASSUME,
        applies=surroundings.runs_functions,
        reason="the local AWS runs the role's functions without assuming the role",
        source=f"{GUIDE}lambda/latest/dg/lambda-intro-execution-role.html",
    ),
    Entry(
        name="trust for another service",
        kind=Kind.TRUST,
        actions=_ASSUME,
        applies=surroundings.role_of_service,
        reason=f"assuming the role: {BY_SERVICE}",
        source=f"{GUIDE}IAM/latest/UserGuide/id_roles_create_for-service.html",
    ),
    Entry(
        name="delegation of a key to IAM",
        kind=Kind.RESOURCE,
        actions=(),
        applies=surroundings.delegates,
        reason="it grants nobody anything: it lets the account's own policies decide",
        source=f"{GUIDE}kms/latest/developerguide/key-policy-default.html",
    ),
    Entry(
        name="key of log groups",
        kind=Kind.RESOURCE,
        actions=_CRYPTOGRAPHIC,
        applies=surroundings.service(r"logs\.(?:[a-z0-9-]+\.)?amazonaws\.com"),
        reason=f"encryption of log groups: {BY_SERVICE}",
        source=f"{GUIDE}AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html",
    ),
    Entry(
        name="alarms",
        kind=Kind.RESOURCE,
        actions=("kms:Decrypt", "kms:GenerateDataKey", "sns:Publish"),
        applies=surroundings.service(r"cloudwatch\.amazonaws\.com"),
        reason=f"notices of alarms: {BY_SERVICE}",
        source=f"{GUIDE}sns/latest/dg/sns-key-management.html",
    ),
    Entry(
        name="subscriptions",
        kind=Kind.RESOURCE,
        actions=("kms:Decrypt", "kms:GenerateDataKey", "sqs:SendMessage"),
        applies=surroundings.service(r"sns\.amazonaws\.com"),
        reason=f"delivery of messages to a queue: {BY_SERVICE}",
        source=f"{GUIDE}sns/latest/dg/sns-configure-dead-letter-queue.html",
    ),
    Entry(
        name="access logs of buckets",
        kind=Kind.RESOURCE,
        actions=("s3:PutObject",),
        applies=surroundings.service(r"logging\.s3\.amazonaws\.com"),
        reason=f"delivery of access logs: {BY_SERVICE}",
        source=f"{GUIDE}AmazonS3/latest/userguide/enable-server-access-logging.html",
    ),
    INVOCATION,
    *EVENTS,
)
"""The list."""


def entry(grant: Grant, around: Surroundings) -> Entry | None:
    """The entry that a grant is on, if it is on any."""
    return next((each for each in ENTRIES if each.covers(grant, around)), None)
