"""What many patterns need and none is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_lambda as lambda_

if TYPE_CHECKING:
    from constructs import Construct


def function(scope: Construct, name: str = "Function", **more: Any) -> lambda_.Function:  # noqa: ANN401 - CDK checks
    """A function as CDK makes it, with further arguments of `lambda_.Function`."""
    return lambda_.Function(
        scope,
        name,
        runtime=lambda_.Runtime.PYTHON_3_13,
        handler="index.handler",
        code=lambda_.Code.from_inline("def handler(event, context): ..."),
        **more,
    )


def network(scope: Construct) -> ec2.IVpc:
    """A VPC that stands elsewhere, as the stacks of a service have it."""
    return ec2.Vpc.from_vpc_attributes(
        scope,
        "Network",
        vpc_id="vpc-0123456789abcdef0",
        availability_zones=["us-east-1a", "us-east-1b"],
        vpc_cidr_block="10.0.0.0/16",
        public_subnet_ids=["subnet-0000000000000000a", "subnet-0000000000000000b"],
        private_subnet_ids=["subnet-0000000000000001a", "subnet-0000000000000001b"],
    )
