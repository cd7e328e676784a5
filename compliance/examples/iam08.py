"""IAM08 in CDK."""

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam


def failing(stack: cdk.Stack) -> None:
    """Writes metrics in every namespace."""
    role = iam.Role(stack, "Worker", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    cloudwatch.Metric.grant_put_metric_data(role)


def mended(stack: cdk.Stack) -> None:
    """Writes metrics in its own namespace."""
    role = iam.Role(stack, "Worker", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    role.add_to_policy(
        iam.PolicyStatement(
            actions=["cloudwatch:PutMetricData"],
            resources=["*"],
            conditions={"StringEquals": {"cloudwatch:namespace": "Orders"}},
        )
    )
