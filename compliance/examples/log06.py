"""LOG06 in CDK."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs


def failing(stack: cdk.Stack) -> None:
    """Encrypts with a key of AWS that nobody here can withdraw."""
    logs.LogGroup(stack, "Orders", retention=logs.RetentionDays.ONE_YEAR)


def mended(stack: cdk.Stack) -> None:
    """Encrypts with a key of its own, which the logs service may use."""
    key = kms.Key(stack, "Key", enable_key_rotation=True)
    key.grant_encrypt_decrypt(iam.ServicePrincipal(f"logs.{stack.region}.amazonaws.com"))
    logs.LogGroup(stack, "Orders", retention=logs.RetentionDays.ONE_YEAR, encryption_key=key)
