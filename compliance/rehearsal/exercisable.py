"""What leaves no trail on a local AWS: the reviewed list, one entry for each thing that AWS does.

A local AWS runs the code of functions, and authorizes what they call. What a service does by
itself it does without asking: so no rehearsal can show that the grant for it is needed. Each entry
is as narrow as the thing it names: the actions that AWS's documentation lists and no wildcard that
takes in more, for the role or service that does it, on the very resource that it does it to.
A grant that is on no entry has to be exercised.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from compliance.iam import actions
from compliance.rehearsal import surroundings
from compliance.rehearsal.model import Kind

if TYPE_CHECKING:
    from compliance.rehearsal.model import Grant
    from compliance.rehearsal.surroundings import Applies, Surroundings

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


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One thing that AWS does without leaving a trail on a local AWS.

    Attributes:
        name: what it is.
        kind: where its grant stands.
        actions: all that it does; a grant of more is not covered. Empty for any.
        applies: whether a grant is for it.
        reason: why nothing is seen of it.
        source: AWS's page that lists its actions.
    """

    name: str
    kind: Kind
    actions: tuple[str, ...]
    applies: Applies
    reason: str
    source: str

    def covers(self, grant: Grant, around: Surroundings) -> bool:
        """Whether a grant serves this alone."""
        return (
            grant.kind is self.kind
            and (not self.actions or _only(grant.action, self.actions))
            and self.applies(grant, around)
        )


def _only(pattern: str, names: tuple[str, ...]) -> bool:
    """Whether all that an action pattern takes in is among these."""
    if pattern.startswith("!"):
        return False
    found = {action.name for action in actions.expand(pattern)}
    return bool(found) and found <= set(names)


_GUIDE: Final = "https://docs.aws.amazon.com/"
_BY_LAMBDA: Final = "the Lambda service does it in the role's name, not the function's code"
_BY_SERVICE: Final = "a service of AWS does it, which the local AWS does not ask for permission"

INVOCATION: Final = Entry(
    name="invocation by API Gateway",
    kind=Kind.RESOURCE,
    actions=("lambda:InvokeFunction",),
    applies=surroundings.called,
    reason="API Gateway invoked the function, which the local AWS does not authorize",
    source=f"{_GUIDE}apigateway/latest/developerguide/permissions.html",
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
        reason=f"network interfaces of a function in a VPC: {_BY_LAMBDA}",
        source=f"{_GUIDE}lambda/latest/dg/configuration-vpc.html",
    ),
    Entry(
        name="traces",
        kind=Kind.ROLE,
        actions=("xray:PutTelemetryRecords", "xray:PutTraceSegments"),
        applies=surroundings.traced,
        reason=f"traces of a function: {_BY_LAMBDA}",
        source=f"{_GUIDE}lambda/latest/dg/services-xray.html",
    ),
    Entry(
        name="logs of a function",
        kind=Kind.ROLE,
        actions=("logs:CreateLogStream", "logs:PutLogEvents"),
        applies=surroundings.own_logs,
        reason=f"delivery to the function's own log group: {_BY_LAMBDA}",
        source=f"{_GUIDE}lambda/latest/dg/monitoring-cloudwatchlogs.html",
    ),
    Entry(
        name="dead letters and destinations",
        kind=Kind.ROLE,
        actions=("events:PutEvents", "lambda:InvokeFunction", "sns:Publish", "sqs:SendMessage"),
        applies=surroundings.destination,
        reason=f"delivery to the function's dead-letter queue or destination: {_BY_LAMBDA}",
        source=f"{_GUIDE}lambda/latest/dg/invocation-async-retain-records.html",
    ),
    Entry(
        name="key of the environment",
        kind=Kind.ROLE,
        actions=("kms:Decrypt",),
        applies=surroundings.environment_key,
        reason=f"decryption of the function's environment: {_BY_LAMBDA}",
        source=f"{_GUIDE}lambda/latest/dg/configuration-envvars-encryption.html",
    ),
    Entry(
        name="key of dead letters and destinations",
        kind=Kind.ROLE,
        actions=("kms:Decrypt", "kms:GenerateDataKey"),
        applies=surroundings.destination_key,
        reason="encryption in the function's dead-letter queue or destination: the service does "
        "it in the role's name",
        source=f"{_GUIDE}AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html",
    ),
    Entry(
        name="key of S3",
        kind=Kind.ROLE,
        actions=("kms:Decrypt", "kms:GenerateDataKey"),
        applies=surroundings.via("s3"),
        reason="encryption of objects: S3 does it in the role's name",
        source=f"{_GUIDE}AmazonS3/latest/userguide/UsingKMSEncryption.html",
    ),
    Entry(
        name="key of DynamoDB",
        kind=Kind.ROLE,
        actions=(*_CRYPTOGRAPHIC, "kms:CreateGrant"),
        applies=surroundings.via("dynamodb"),
        reason="encryption of items: DynamoDB does it in the role's name",
        source=f"{_GUIDE}amazondynamodb/latest/developerguide/encryption.usagenotes.html",
    ),
    Entry(
        name="key of SSM",
        kind=Kind.ROLE,
        actions=("kms:Decrypt",),
        applies=surroundings.via("ssm"),
        reason="decryption of parameters: Systems Manager does it in the role's name",
        source=f"{_GUIDE}kms/latest/developerguide/services-parameter-store.html",
    ),
    Entry(
        name="key of Secrets Manager",
        kind=Kind.ROLE,
        actions=("kms:Decrypt", "kms:GenerateDataKey"),
        applies=surroundings.via("secretsmanager"),
        reason="encryption of secrets: Secrets Manager does it in the role's name",
        source=f"{_GUIDE}secretsmanager/latest/userguide/security-encryption.html",
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
        reason=f"log delivery of API Gateway: {_BY_SERVICE}",
        source=f"{_GUIDE}aws-managed-policy/latest/reference/"
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
        reason=f"delivery of flow logs: {_BY_SERVICE}",
        source=f"{_GUIDE}vpc/latest/userguide/flow-logs-iam-role.html",
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
        reason=f"backups: {_BY_SERVICE}",
        source=f"{_GUIDE}aws-managed-policy/latest/reference/"
        "AWSBackupServiceRolePolicyForBackup.html",
    ),
    Entry(
        name="trust for Lambda",
        kind=Kind.TRUST,
        actions=_ASSUME,
        applies=surroundings.runs_functions,
        reason="the local AWS runs the role's functions without assuming the role",
        source=f"{_GUIDE}lambda/latest/dg/lambda-intro-execution-role.html",
    ),
    Entry(
        name="trust for another service",
        kind=Kind.TRUST,
        actions=_ASSUME,
        applies=surroundings.role_of_service,
        reason=f"assuming the role: {_BY_SERVICE}",
        source=f"{_GUIDE}IAM/latest/UserGuide/id_roles_create_for-service.html",
    ),
    Entry(
        name="delegation of a key to IAM",
        kind=Kind.RESOURCE,
        actions=(),
        applies=surroundings.delegates,
        reason="it grants nobody anything: it lets the account's own policies decide",
        source=f"{_GUIDE}kms/latest/developerguide/key-policy-default.html",
    ),
    Entry(
        name="key of log groups",
        kind=Kind.RESOURCE,
        actions=_CRYPTOGRAPHIC,
        applies=surroundings.service(r"logs\.(?:[a-z0-9-]+\.)?amazonaws\.com"),
        reason=f"encryption of log groups: {_BY_SERVICE}",
        source=f"{_GUIDE}AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html",
    ),
    Entry(
        name="alarms",
        kind=Kind.RESOURCE,
        actions=("kms:Decrypt", "kms:GenerateDataKey", "sns:Publish"),
        applies=surroundings.service(r"cloudwatch\.amazonaws\.com"),
        reason=f"notices of alarms: {_BY_SERVICE}",
        source=f"{_GUIDE}sns/latest/dg/sns-key-management.html",
    ),
    Entry(
        name="subscriptions",
        kind=Kind.RESOURCE,
        actions=("kms:Decrypt", "kms:GenerateDataKey", "sqs:SendMessage"),
        applies=surroundings.service(r"sns\.amazonaws\.com"),
        reason=f"delivery of messages to a queue: {_BY_SERVICE}",
        source=f"{_GUIDE}sns/latest/dg/sns-configure-dead-letter-queue.html",
    ),
    Entry(
        name="access logs of buckets",
        kind=Kind.RESOURCE,
        actions=("s3:PutObject",),
        applies=surroundings.service(r"logging\.s3\.amazonaws\.com"),
        reason=f"delivery of access logs: {_BY_SERVICE}",
        source=f"{_GUIDE}AmazonS3/latest/userguide/enable-server-access-logging.html",
    ),
    INVOCATION,
)
"""The list."""


def entry(grant: Grant, around: Surroundings) -> Entry | None:
    """The entry that a grant is on, if it is on any."""
    return next((each for each in ENTRIES if each.covers(grant, around)), None)
