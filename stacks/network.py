"""The VPC: isolated subnets, endpoints instead of the internet, every flow logged."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_

from stacks.environment_stack import EnvironmentStack
from stacks.function import Function, Placement
from stacks.settings import FunctionSettings

if TYPE_CHECKING:
    from constructs import Construct

    from stacks.settings import Settings

_HTTPS = 443
_CLOSER = Path(__file__).with_name("close_default_security_group.py")


class NetworkStack(EnvironmentStack):
    """The VPC and what in it the function may reach.

    Attributes:
        vpc: the VPC.
        placement: where the function stands in it.
        closer: the function that takes the rules out of the VPC's default security group.
    """

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings) -> None:
        super().__init__(
            scope,
            construct_id,
            settings=settings,
            description="VPC with isolated subnets, endpoints and flow log",
        )
        self._nat = settings.network.nat_gateways > 0
        self._subnets = ec2.SubnetSelection(
            subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS
            if self._nat
            else ec2.SubnetType.PRIVATE_ISOLATED
        )
        self.vpc = self._make_vpc()
        self._log_flows()
        self.closer = self._close_default_security_group()
        endpoints = self._make_endpoints()
        self.placement = Placement(
            vpc=self.vpc, subnets=self._subnets, security_group=self._function_group(endpoints)
        )
        cdk.CfnOutput(self, "VpcId", value=self.vpc.vpc_id, description="VPC ID")

    @property
    def availability_zones(self) -> list[str]:
        """The first zones of the account, chosen when it is deployed.

        CDK's own property would look the zones of a known account up in AWS.
        """
        zones = cdk.Fn.get_azs()
        return [cdk.Fn.select(number, zones) for number in range(self.config.network.zones)]

    def _make_vpc(self) -> ec2.Vpc:
        network = self.config.network
        subnets = [
            ec2.SubnetConfiguration(
                name="Private",
                subnet_type=self._subnets.subnet_type or ec2.SubnetType.PRIVATE_ISOLATED,
                cidr_mask=int(network.cidr.rpartition("/")[2]) + 3,
            )
        ]
        if self._nat:
            subnets.append(
                ec2.SubnetConfiguration(
                    name="Public",
                    subnet_type=ec2.SubnetType.PUBLIC,
                    cidr_mask=28,
                    map_public_ip_on_launch=False,
                )
            )
        return ec2.Vpc(
            self,
            "Vpc",
            ip_addresses=ec2.IpAddresses.cidr(network.cidr),
            max_azs=network.zones,
            nat_gateways=network.nat_gateways,
            subnet_configuration=subnets,
            # CDK's own closing brings a Node.js function without log group, key or dead letters.
            restrict_default_security_group=False,
        )

    def _log_flows(self) -> None:
        log_group = self.log_group("FlowLogs")
        role = iam.Role(
            self,
            "FlowLogRole",
            description="Lets VPC flow logs write",
            assumed_by=iam.ServicePrincipal(
                "vpc-flow-logs.amazonaws.com",
                conditions={
                    "StringEquals": {"aws:SourceAccount": self.account},
                    "ArnLike": {"aws:SourceArn": self.own_arns("ec2", "vpc-flow-log/*")},
                },
            ),
        )
        policy = iam.ManagedPolicy(
            self,
            "FlowLogPolicy",
            description="What VPC flow logs do",
            roles=[role],
            statements=[
                iam.PolicyStatement(
                    actions=[
                        "logs:CreateLogStream",
                        "logs:DescribeLogStreams",
                        "logs:PutLogEvents",
                    ],
                    resources=[log_group.log_group_arn],
                )
            ],
        )
        flow_log = self.vpc.add_flow_log(
            "FlowLog",
            destination=ec2.FlowLogDestination.to_cloud_watch_logs(
                log_group, role.without_policy_updates()
            ),
            traffic_type=ec2.FlowLogTrafficType.ALL,
        )
        flow_log.node.add_dependency(policy)

    def _close_default_security_group(self) -> Function:
        closer = Function(
            self,
            "DefaultSecurityGroupCloser",
            description="Takes the rules out of the default security group, once a deployment",
            code=lambda_.Code.from_inline(_CLOSER.read_text(encoding="utf-8")),
            handler="index.handler",
            limits=FunctionSettings(
                memory_mb=128,
                timeout_seconds=28,
                reserved_concurrency=1,
                retry_attempts=2,
                log_level="INFO",
            ),
        )
        group = self.vpc.vpc_default_security_group
        closer.allow(
            "DefaultSecurityGroupCloserPolicy",
            iam.PolicyStatement(
                sid="OneGroup",
                actions=["ec2:RevokeSecurityGroupEgress", "ec2:RevokeSecurityGroupIngress"],
                resources=[self.own_arns("ec2", f"security-group/{group}")],
            ),
        )
        # Id, type and properties as CDK's own: cdk-nag knows a closed group by them.
        cdk.CustomResource(
            self.vpc,
            "RestrictDefaultSecurityGroupCustomResource",
            resource_type="Custom::VpcRestrictDefaultSG",
            service_token=closer.function_arn,
            service_timeout=cdk.Duration.minutes(5),
            properties={"DefaultSecurityGroupId": group, "Account": self.account},
        )
        return closer

    def _make_endpoints(self) -> ec2.SecurityGroup:
        """Add the endpoints that the function needs; return the interface endpoint's group."""
        for name, service in (
            ("S3Endpoint", ec2.GatewayVpcEndpointAwsService.S3),
            ("DynamoDbEndpoint", ec2.GatewayVpcEndpointAwsService.DYNAMODB),
        ):
            self.vpc.add_gateway_endpoint(
                name, service=service, subnets=[self._subnets]
            ).add_to_policy(self._own_account_only())
        group = ec2.SecurityGroup(
            self,
            "EndpointSecurityGroup",
            vpc=self.vpc,
            description="Interface endpoints: HTTPS from the VPC",
            allow_all_outbound=False,
        )
        group.add_ingress_rule(
            ec2.Peer.ipv4(self.config.network.cidr), ec2.Port.tcp(_HTTPS), "HTTPS from the VPC"
        )
        self.vpc.add_interface_endpoint(
            "SsmEndpoint",
            service=ec2.InterfaceVpcEndpointAwsService.SSM,
            subnets=self._subnets,
            security_groups=[group],
            open=False,  # its own group says who may enter
        ).add_to_policy(self._own_account_only())
        return group

    def _own_account_only(self) -> iam.PolicyStatement:
        """Return the perimeter: own principals to own resources, through this endpoint.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_data-perimeters.html
        """
        return iam.PolicyStatement(
            sid="OwnAccountOnly",
            principals=[iam.AnyPrincipal()],
            actions=["*"],
            resources=["*"],
            conditions={
                "StringEquals": {
                    "aws:PrincipalAccount": self.account,
                    "aws:ResourceAccount": self.account,
                }
            },
        )

    def _function_group(self, endpoints: ec2.SecurityGroup) -> ec2.ISecurityGroup:
        """Return the function's group: no way in, and out only to AWS services.

        An L1 construct, because the L2 puts a rule that names another group into a resource of
        its own, and the group would stand open until that exists.
        """
        lists = self.config.network.prefix_lists
        egress = [
            ec2.CfnSecurityGroup.EgressProperty(
                ip_protocol="tcp",
                from_port=_HTTPS,
                to_port=_HTTPS,
                description="HTTPS to the interface endpoints",
                destination_security_group_id=endpoints.security_group_id,
            ),
            *(
                ec2.CfnSecurityGroup.EgressProperty(
                    ip_protocol="tcp",
                    from_port=_HTTPS,
                    to_port=_HTTPS,
                    description=f"HTTPS to {name}",
                    destination_prefix_list_id=prefix_list,
                )
                for name, prefix_list in (("S3", lists.s3), ("DynamoDB", lists.dynamodb))
            ),
        ]
        if self._nat:
            egress.append(
                ec2.CfnSecurityGroup.EgressProperty(
                    ip_protocol="tcp",
                    from_port=_HTTPS,
                    to_port=_HTTPS,
                    description="HTTPS through the NAT gateway",
                    cidr_ip="0.0.0.0/0",
                )
            )
        group = ec2.CfnSecurityGroup(
            self,
            "LambdaSecurityGroup",
            vpc_id=self.vpc.vpc_id,
            group_description="The function: nothing in, HTTPS out to AWS services",
            security_group_egress=egress,
        )
        return ec2.SecurityGroup.from_security_group_id(
            self, "LambdaSecurityGroupReference", group.attr_group_id, mutable=False
        )
