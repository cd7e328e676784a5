"""What the five stacks share: where they go, what protects them, their key and their log groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs

if TYPE_CHECKING:
    from constructs import Construct

    from stacks.settings import Settings

RETENTION: Final = {
    30: logs.RetentionDays.ONE_MONTH,
    60: logs.RetentionDays.TWO_MONTHS,
    90: logs.RetentionDays.THREE_MONTHS,
    120: logs.RetentionDays.FOUR_MONTHS,
    150: logs.RetentionDays.FIVE_MONTHS,
    180: logs.RetentionDays.SIX_MONTHS,
    365: logs.RetentionDays.ONE_YEAR,
    400: logs.RetentionDays.THIRTEEN_MONTHS,
    545: logs.RetentionDays.EIGHTEEN_MONTHS,
    731: logs.RetentionDays.TWO_YEARS,
    1096: logs.RetentionDays.THREE_YEARS,
}
"""Days to CDK's names for them; the settings allow exactly these."""


class EnvironmentStack(cdk.Stack):
    """A stack of one environment, with a customer-managed key of its own.

    One key a stack, not one for all: a service is let into the key of the stack that it serves
    and no other, and no key policy has to name a resource of a stack that depends on it.

    Attributes:
        config: the environment's settings.
        key: the stack's key, rotated every year, usable by the account's own principals as far
            as their policies say.
        removal: what becomes of data, keys and logs when they leave the template.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: Settings, description: str
    ) -> None:
        part = construct_id.removesuffix("Stack").lower()
        super().__init__(
            scope,
            construct_id,
            env=cdk.Environment(account=settings.account, region=settings.region),
            stack_name=f"{settings.project}-{settings.environment}-{part}",
            description=description,
            termination_protection=settings.protect,
        )
        self.config = settings
        self.removal = cdk.RemovalPolicy.RETAIN if settings.protect else cdk.RemovalPolicy.DESTROY
        self.key = kms.Key(
            self,
            "Key",
            description=f"{settings.project} {settings.environment}: {part}",
            enable_key_rotation=True,
            pending_window=cdk.Duration.days(30 if settings.protect else 7),
            removal_policy=self.removal,
        )

        self._logs_use_key = False

    def log_group(self, construct_id: str, *, name: str | None = None) -> logs.LogGroup:
        """Add a log group that expires and is encrypted with the stack's key.

        Args:
            construct_id: the construct's id.
            name: the physical name, only where the service that writes insists on one.
        """
        if not self._logs_use_key:
            self._logs_use_key = True
            self.key.add_to_resource_policy(self._logs_may_encrypt())
        return logs.LogGroup(
            self,
            construct_id,
            log_group_name=name,
            retention=RETENTION[self.config.log_retention_days],
            encryption_key=self.key,
            removal_policy=self.removal,
        )

    def dead_letter_queue(self, construct_id: str) -> sqs.Queue:
        """Add a queue for what could not be handled: encrypted, TLS only, kept for 14 days.

        Fourteen days is the longest that SQS keeps a message.
        """
        return sqs.Queue(
            self,
            construct_id,
            encryption=sqs.QueueEncryption.KMS,
            encryption_master_key=self.key,
            enforce_ssl=True,
            retention_period=cdk.Duration.days(14),
            removal_policy=self.removal,
        )

    def unique_name(self, prefix: str) -> str:
        """Return a physical name that no retained resource of an earlier deployment can have.

        Only for what must be named: the end of the stack's ARN is new with each creation.
        """
        return f"{prefix}-{cdk.Fn.select(2, cdk.Fn.split('/', self.stack_id))}"

    def own_arns(self, service: str, resource: str, *, region: str | None = None) -> str:
        """Return the ARN pattern of ``resource`` of ``service`` in this account and region."""
        return self.format_arn(
            service=service,
            resource=resource,
            region=region,
            arn_format=cdk.ArnFormat.NO_RESOURCE_NAME,
        )

    def _logs_may_encrypt(self) -> iam.PolicyStatement:
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
        return iam.PolicyStatement(
            sid="CloudWatchLogsOfThisAccount",
            principals=[iam.ServicePrincipal(f"logs.{self.region}.amazonaws.com")],
            actions=[
                "kms:Decrypt",
                "kms:DescribeKey",
                "kms:Encrypt",
                "kms:GenerateDataKey",
                "kms:GenerateDataKeyWithoutPlaintext",
                "kms:ReEncryptFrom",
                "kms:ReEncryptTo",
            ],
            resources=["*"],
            conditions={
                "ArnLike": {
                    "kms:EncryptionContext:aws:logs:arn": self.own_arns("logs", "log-group:*")
                }
            },
        )
