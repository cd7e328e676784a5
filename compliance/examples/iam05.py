"""IAM05 in CDK."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam


def failing(stack: cdk.Stack) -> None:
    """Passes any role to any service."""
    role = iam.Role(stack, "Scheduler", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    role.add_to_policy(iam.PolicyStatement(actions=["iam:PassRole"], resources=["*"]))


def mended(stack: cdk.Stack) -> None:
    """Passes one role to the one service that it trusts."""
    task = iam.Role(stack, "Task", assumed_by=iam.ServicePrincipal("ecs-tasks.amazonaws.com"))
    role = iam.Role(stack, "Scheduler", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    role.add_to_policy(
        iam.PolicyStatement(
            actions=["iam:PassRole"],
            resources=[task.role_arn],
            conditions={"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
        )
    )
