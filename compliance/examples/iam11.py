"""IAM11 in CDK."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3


def failing(stack: cdk.Stack) -> None:
    """Gives a user rights and an access key, which works until it is deleted."""
    bucket = s3.Bucket(stack, "Reports")
    user = iam.User(stack, "Reader")
    bucket.grant_read(user)
    iam.AccessKey(stack, "Key", user=user)


def mended(stack: cdk.Stack) -> None:
    """Gives the rights to a role, whose credentials last for a session."""
    bucket = s3.Bucket(stack, "Reports")
    role = iam.Role(stack, "Reader", assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"))
    bucket.grant_read(role)
