"""IAM12 in CDK."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3


def failing(stack: cdk.Stack) -> None:
    """Reads objects by the ARN of their bucket, which is no object's."""
    bucket = s3.Bucket(stack, "Reports")
    role = iam.Role(stack, "Reader", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    role.add_to_policy(iam.PolicyStatement(actions=["s3:GetObject"], resources=[bucket.bucket_arn]))


def mended(stack: cdk.Stack) -> None:
    """Reads objects by the pattern of their ARNs."""
    bucket = s3.Bucket(stack, "Reports")
    role = iam.Role(stack, "Reader", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    role.add_to_policy(
        iam.PolicyStatement(actions=["s3:GetObject"], resources=[bucket.arn_for_objects("*")])
    )
