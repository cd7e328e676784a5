"""IAM02 in CDK."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs


def failing(stack: cdk.Stack) -> None:
    """Grants whatever SQS can do, now and later."""
    queue = sqs.Queue(stack, "Orders")
    role = iam.Role(stack, "Sender", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    queue.grant(role, "sqs:*")


def mended(stack: cdk.Stack) -> None:
    """Grants the one action that the code calls."""
    queue = sqs.Queue(stack, "Orders")
    role = iam.Role(stack, "Sender", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    queue.grant(role, "sqs:SendMessage")
