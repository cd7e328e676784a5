"""The function, and exactly what it may do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_

from stacks.environment_stack import EnvironmentStack
from stacks.function import Function
from stacks.storage import PARAMETER_NAME, STATUS_INDEX

if TYPE_CHECKING:
    from pathlib import Path

    from constructs import Construct

    from stacks.network import NetworkStack
    from stacks.settings import Settings
    from stacks.storage import StorageStack

SERVICE = "items"
"""The value of the metric dimension ``service``."""

METRICS_NAMESPACE = "ServerlessApp"
"""The namespace of the function's own metrics."""

OBJECT_PREFIX = "items/"
"""Where in the bucket the function keeps large data."""


class ServerlessStack(EnvironmentStack):
    """The items function.

    Attributes:
        function: the function.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        network: NetworkStack,
        storage: StorageStack,
        code: Path,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            settings=settings,
            description="Items function with its role, log group and dead-letter queue",
        )
        self.function = Function(
            self,
            "DataProcessingFunction",
            description="Creates, reads, updates, deletes and lists items",
            code=lambda_.Code.from_asset(str(code)),
            handler="handlers.app.lambda_handler",
            limits=settings.function,
            environment={
                "ALLOWED_ORIGINS": ",".join(settings.api.allowed_origins),
                "CONFIG_PARAMETER_NAME": PARAMETER_NAME,
                "DYNAMODB_STATUS_INDEX": STATUS_INDEX,
                "DYNAMODB_TABLE_NAME": storage.table.table_name,
                "ENVIRONMENT": settings.environment,
                "IDEMPOTENCY_TABLE_NAME": storage.idempotency_table.table_name,
                "POWERTOOLS_LOG_LEVEL": settings.function.log_level,
                "POWERTOOLS_METRICS_NAMESPACE": METRICS_NAMESPACE,
                "POWERTOOLS_SERVICE_NAME": SERVICE,
                "S3_BUCKET_NAME": storage.bucket.bucket_name,
            },
            placement=network.placement,
        )
        self.function.allow("DataProcessingPolicy", *self._grants(storage))
        cdk.CfnOutput(
            self,
            "LambdaFunctionName",
            value=self.function.function_name,
            description="Lambda Function Name",
        )
        cdk.CfnOutput(
            self,
            "LambdaFunctionArn",
            value=self.function.function_arn,
            description="Lambda Function ARN",
        )

    def _grants(self, storage: StorageStack) -> list[iam.PolicyStatement]:
        """Return what the code may do: one statement for each thing it touches.

        Written out, for CDK's grant methods give wildcard actions and more than the code calls.
        """
        return [
            iam.PolicyStatement(
                sid="Items",
                actions=["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem"],
                resources=[storage.table.table_arn],
            ),
            iam.PolicyStatement(
                sid="ItemsByStatus",
                actions=["dynamodb:Query"],
                resources=[f"{storage.table.table_arn}/index/{STATUS_INDEX}"],
            ),
            iam.PolicyStatement(
                # https://docs.aws.amazon.com/powertools/python/latest/utilities/idempotency/
                sid="HandledRequests",
                actions=[
                    "dynamodb:DeleteItem",
                    "dynamodb:PutItem",
                    "dynamodb:UpdateItem",
                ],
                resources=[storage.idempotency_table.table_arn],
            ),
            iam.PolicyStatement(
                sid="LargeData",
                actions=["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
                resources=[storage.bucket.arn_for_objects(f"{OBJECT_PREFIX}*")],
            ),
            iam.PolicyStatement(
                sid="Configuration",
                actions=["ssm:GetParameter"],
                resources=[storage.parameter.parameter_arn],
            ),
            iam.PolicyStatement(
                # With a bucket key the context is the bucket's ARN, not the object's:
                # https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html
                sid="KeyOfBucket",
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                resources=[storage.key.key_arn],
                conditions={
                    "StringEquals": {
                        "kms:EncryptionContext:aws:s3:arn": storage.bucket.bucket_arn,
                        "kms:ViaService": f"s3.{self.region}.{self.url_suffix}",
                    }
                },
            ),
            iam.PolicyStatement(
                # DynamoDB opens the tables' own keys in the caller's name, for reads and writes:
                # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
                sid="KeyOfTables",
                actions=[
                    "kms:Decrypt",
                    "kms:DescribeKey",
                    "kms:Encrypt",
                    "kms:GenerateDataKey",
                    "kms:GenerateDataKeyWithoutPlaintext",
                    "kms:ReEncryptFrom",
                    "kms:ReEncryptTo",
                ],
                resources=[storage.key.key_arn],
                conditions={
                    "StringEquals": {"kms:ViaService": f"dynamodb.{self.region}.{self.url_suffix}"}
                },
            ),
        ]
