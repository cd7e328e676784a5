"""IAM04 in CDK."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3


def failing(stack: cdk.Stack) -> None:
    """Attaches a policy of AWS that reaches every bucket."""
    iam.Role(
        stack,
        "Reader",
        assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
        managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name("AmazonS3ReadOnlyAccess")],
    )


def mended(stack: cdk.Stack) -> None:
    """Grants reading one bucket."""
    bucket = s3.Bucket(stack, "Reports")
    role = iam.Role(stack, "Reader", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    bucket.grant_read(role)
