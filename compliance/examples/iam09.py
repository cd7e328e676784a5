"""IAM09 in CDK."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs


def failing(stack: cdk.Stack) -> None:
    """Lets anybody in the world send to the queue."""
    queue = sqs.Queue(stack, "Orders")
    queue.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[iam.AnyPrincipal()],
            actions=["sqs:SendMessage"],
            resources=[queue.queue_arn],
        )
    )


def mended(stack: cdk.Stack) -> None:
    """Lets the accounts of one organisation send to it."""
    queue = sqs.Queue(stack, "Orders")
    queue.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[iam.OrganizationPrincipal("o-a1b2c3d4e5")],
            actions=["sqs:SendMessage"],
            resources=[queue.queue_arn],
        )
    )
