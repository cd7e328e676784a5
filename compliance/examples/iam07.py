"""IAM07 in CDK."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam


def failing(stack: cdk.Stack) -> None:
    """Writes policies into every role, its own among them."""
    role = iam.Role(stack, "Onboarding", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    role.add_to_policy(iam.PolicyStatement(actions=["iam:PutRolePolicy"], resources=["*"]))


def mended(stack: cdk.Stack) -> None:
    """Writes policies only into roles that a permissions boundary holds down."""
    boundary = iam.ManagedPolicy(
        stack,
        "Boundary",
        statements=[
            iam.PolicyStatement(actions=["s3:GetObject"], resources=["arn:aws:s3:::reports/*"])
        ],
    )
    role = iam.Role(stack, "Onboarding", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    role.add_to_policy(
        iam.PolicyStatement(
            actions=["iam:PutRolePolicy"],
            resources=[stack.format_arn(service="iam", region="", resource="role/tenant-*")],
            conditions={
                "StringEquals": {"iam:PermissionsBoundary": boundary.managed_policy_arn},
            },
        )
    )
