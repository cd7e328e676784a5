"""LOG08 in CDK."""

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_logs as logs


def failing(stack: cdk.Stack) -> None:
    """Keeps no record of the network's traffic."""
    ec2.Vpc(stack, "Network", nat_gateways=0)


def mended(stack: cdk.Stack) -> None:
    """Keeps a record that expires."""
    network = ec2.Vpc(stack, "Network", nat_gateways=0)
    group = logs.LogGroup(stack, "Flows", retention=logs.RetentionDays.ONE_YEAR)
    network.add_flow_log("Flow", destination=ec2.FlowLogDestination.to_cloud_watch_logs(group))
