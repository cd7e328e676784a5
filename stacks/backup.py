"""Daily copies of a table in a vault of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_backup as backup
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam

if TYPE_CHECKING:
    from aws_cdk import aws_dynamodb as dynamodb

    from stacks.environment_stack import EnvironmentStack


def back_up(stack: EnvironmentStack, table: dynamodb.Table, *, days: int) -> None:
    """Copy ``table`` every day and keep each copy ``days`` days.

    Point-in-time recovery goes with the table; these copies do not, and nobody can delete them
    before their time.
    """
    vault = backup.BackupVault(
        stack,
        "BackupVault",
        backup_vault_name=stack.unique_name("items"),
        encryption_key=stack.key,
        block_recovery_point_deletion=True,
        removal_policy=stack.removal,
    )
    plan = backup.BackupPlan(
        stack,
        "BackupPlan",
        backup_vault=vault,
        backup_plan_rules=[
            backup.BackupPlanRule(
                rule_name="daily",
                schedule_expression=events.Schedule.cron(hour="3", minute="0"),
                delete_after=cdk.Duration.days(days),
            )
        ],
    )
    role = iam.Role(
        stack,
        "BackupRole",
        description="Lets AWS Backup copy the table",
        assumed_by=iam.ServicePrincipal(
            "backup.amazonaws.com",
            conditions={"StringEquals": {"aws:SourceAccount": stack.account}},
        ),
    )
    policy = iam.ManagedPolicy(
        stack,
        "BackupPolicy",
        description="What AWS Backup does to copy the table",
        roles=[role],
        statements=_statements(stack, table, vault),
    )
    selection = backup.BackupSelection(
        stack,
        "BackupSelection",
        backup_plan=plan,
        resources=[backup.BackupResource.from_dynamo_db_table(table)],
        role=role.without_policy_updates(),
        disable_default_backup_policy=True,
    )
    selection.node.add_dependency(policy)


def _statements(
    stack: EnvironmentStack, table: dynamodb.Table, vault: backup.BackupVault
) -> list[iam.PolicyStatement]:
    # The part about DynamoDB of AWSBackupServiceRolePolicyForBackup, for one table:
    # https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSBackupServiceRolePolicyForBackup.html
    return [
        iam.PolicyStatement(
            sid="Table",
            actions=[
                "dynamodb:CreateBackup",
                "dynamodb:DescribeTable",
                "dynamodb:ListTagsOfResource",
                "dynamodb:StartAwsBackupJob",
            ],
            resources=[table.table_arn],
        ),
        iam.PolicyStatement(
            sid="Copies",
            actions=["dynamodb:DeleteBackup", "dynamodb:DescribeBackup"],
            resources=[f"{table.table_arn}/backup/*"],
        ),
        iam.PolicyStatement(
            sid="Vault",
            actions=["backup:CopyIntoBackupVault", "backup:DescribeBackupVault"],
            resources=[vault.backup_vault_arn],
        ),
        iam.PolicyStatement(
            sid="Key",
            actions=[
                "kms:Decrypt",
                "kms:DescribeKey",
                "kms:Encrypt",
                "kms:GenerateDataKey",
                "kms:GenerateDataKeyWithoutPlaintext",
                "kms:ReEncryptFrom",
                "kms:ReEncryptTo",
            ],
            resources=[stack.key.key_arn],
        ),
        iam.PolicyStatement(
            # AWS Backup keeps the copies alive through grants; it may make them for AWS only.
            sid="KeyGrants",
            actions=["kms:CreateGrant"],
            resources=[stack.key.key_arn],
            conditions={"Bool": {"kms:GrantIsForAWSResource": "true"}},
        ),
    ]
