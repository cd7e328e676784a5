"""The VPC: no way out but to AWS services, and every flow logged."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.synthesized import Assembly

OWN_ACCOUNT = {
    "StringEquals": {
        "aws:PrincipalAccount": {"Ref": "AWS::AccountId"},
        "aws:ResourceAccount": {"Ref": "AWS::AccountId"},
    }
}
FUNCTION_GROUP = "NetworkStack/LambdaSecurityGroup"
CLOSER = "NetworkStack/DefaultSecurityGroupCloser"


def test_the_subnets_are_isolated(prod: Assembly) -> None:
    """There is no internet gateway, no NAT gateway and no route but those within the VPC."""
    for kind in ("InternetGateway", "NatGateway", "Route", "EIP"):
        assert prod.of_type(f"AWS::EC2::{kind}") == {}
    subnets = prod.of_type("AWS::EC2::Subnet")
    assert [
        (path, subnet["Properties"]["CidrBlock"], subnet["Properties"]["AvailabilityZone"])
        for path, subnet in subnets.items()
    ] == [
        (
            f"NetworkStack/Vpc/PrivateSubnet{number + 1}/Subnet",
            f"10.22.{number * 32}.0/19",
            {"Fn::Select": [number, {"Fn::GetAZs": ""}]},
        )
        for number in range(3)
    ]
    assert {subnet["Properties"]["MapPublicIpOnLaunch"] for subnet in subnets.values()} == {False}


def test_endpoints_stand_in_for_the_internet(prod: Assembly) -> None:
    """S3, DynamoDB and SSM are reached through endpoints, by and for the own account only."""
    endpoints = prod.of_type("AWS::EC2::VPCEndpoint")
    assert {
        path: endpoint["Properties"]["VpcEndpointType"] for path, endpoint in endpoints.items()
    } == {
        "NetworkStack/Vpc/S3Endpoint": "Gateway",
        "NetworkStack/Vpc/DynamoDbEndpoint": "Gateway",
        "NetworkStack/Vpc/SsmEndpoint": "Interface",
    }
    for endpoint in endpoints.values():
        (statement,) = endpoint["Properties"]["PolicyDocument"]["Statement"]
        assert statement["Condition"] == OWN_ACCOUNT
    ssm = endpoints["NetworkStack/Vpc/SsmEndpoint"]["Properties"]
    assert ssm["ServiceName"] == "com.amazonaws.us-east-1.ssm"
    assert ssm["PrivateDnsEnabled"] is True
    assert len(ssm["SubnetIds"]) == 3


def test_the_function_reaches_aws_services_only(prod: Assembly) -> None:
    """Its group lets nothing in, and HTTPS out to endpoints and the services' prefix lists."""
    group = prod.properties(FUNCTION_GROUP)
    assert "SecurityGroupIngress" not in group
    endpoint_group = prod.logical_id("NetworkStack/EndpointSecurityGroup")
    ports = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
    assert group["SecurityGroupEgress"] == [
        {
            "Description": "HTTPS to the interface endpoints",
            "DestinationSecurityGroupId": {"Fn::GetAtt": [endpoint_group, "GroupId"]},
            **ports,
        },
        {"Description": "HTTPS to S3", "DestinationPrefixListId": "pl-63a5400a", **ports},
        {"Description": "HTTPS to DynamoDB", "DestinationPrefixListId": "pl-02cd2c6b", **ports},
    ]


def test_the_endpoints_take_https_from_the_vpc(prod: Assembly) -> None:
    """The interface endpoint's group names the VPC's literal range, and lets nothing out."""
    group = prod.properties("NetworkStack/EndpointSecurityGroup")
    assert group["SecurityGroupIngress"] == [
        {
            "CidrIp": "10.22.0.0/16",
            "Description": "HTTPS from the VPC",
            "FromPort": 443,
            "IpProtocol": "tcp",
            "ToPort": 443,
        }
    ]
    assert [rule["CidrIp"] for rule in group["SecurityGroupEgress"]] == ["255.255.255.255/32"]


def test_rules_stand_in_their_groups(prod: Assembly) -> None:
    """No rule is a resource of its own, added only after the group was there without it."""
    assert prod.of_type("AWS::EC2::SecurityGroupIngress") == {}
    assert prod.of_type("AWS::EC2::SecurityGroupEgress") == {}


def test_every_flow_is_logged(prod: Assembly) -> None:
    """The VPC's flow log takes all traffic to a group that expires, by a role of its own."""
    flow_log = prod.resource("NetworkStack/Vpc/FlowLog/FlowLog")
    assert flow_log["Properties"]["TrafficType"] == "ALL"
    assert flow_log["Properties"]["ResourceType"] == "VPC"
    assert flow_log["Properties"]["LogGroupName"] == {
        "Ref": prod.logical_id("NetworkStack/FlowLogs")
    }
    assert flow_log["DependsOn"] == [prod.logical_id("NetworkStack/FlowLogPolicy")]
    (statement,) = prod.properties("NetworkStack/FlowLogPolicy")["PolicyDocument"]["Statement"]
    assert statement["Resource"] == {
        "Fn::GetAtt": [prod.logical_id("NetworkStack/FlowLogs"), "Arn"]
    }
    (trust,) = prod.properties("NetworkStack/FlowLogRole")["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}


def test_the_default_security_group_is_closed(prod: Assembly) -> None:
    """A Python function, allowed to touch that one group, takes its rules out."""
    vpc = prod.logical_id("NetworkStack/Vpc")
    group = {"Fn::GetAtt": [vpc, "DefaultSecurityGroup"]}
    resource = prod.resource("NetworkStack/Vpc/RestrictDefaultSecurityGroupCustomResource/Default")
    assert resource["Type"] == "Custom::VpcRestrictDefaultSG"
    assert resource["Properties"] == {
        "ServiceToken": {"Fn::GetAtt": [prod.logical_id(CLOSER), "Arn"]},
        "ServiceTimeout": "300",
        "DefaultSecurityGroupId": group,
        "Account": {"Ref": "AWS::AccountId"},
    }
    statement = prod.statements(f"{CLOSER}Policy")["OneGroup"]
    assert statement["Action"] == [
        "ec2:RevokeSecurityGroupEgress",
        "ec2:RevokeSecurityGroupIngress",
    ]
    assert statement["Resource"] == {
        "Fn::Join": [
            "",
            ["arn:aws:ec2:us-east-1:", {"Ref": "AWS::AccountId"}, ":security-group/", group],
        ]
    }


def test_the_closing_function_is_one_of_ours(prod: Assembly) -> None:
    """It has a log group, a dead-letter queue, tracing and the newest runtime like the other."""
    function = prod.properties(CLOSER)
    assert function["Runtime"] == "python3.14"
    assert function["LoggingConfig"] == {"LogGroup": {"Ref": prod.logical_id(f"{CLOSER}Logs")}}
    assert function["DeadLetterConfig"] == {
        "TargetArn": {"Fn::GetAtt": [prod.logical_id(f"{CLOSER}DeadLetters"), "Arn"]}
    }
    assert function["TracingConfig"] == {"Mode": "Active"}
    assert function["ReservedConcurrentExecutions"] == 1
    assert len(prod.of_type("AWS::Lambda::Function")) == 2


def test_nat_is_a_setting(nat: Assembly) -> None:
    """With it there is a NAT gateway, and the function may reach HTTPS anywhere through it."""
    assert len(nat.of_type("AWS::EC2::NatGateway")) == 1
    egress = nat.properties(FUNCTION_GROUP)["SecurityGroupEgress"]
    assert [rule["CidrIp"] for rule in egress if "CidrIp" in rule] == ["0.0.0.0/0"]
    assert {rule["ToPort"] for rule in egress} == {443}
    public = [
        subnet["Properties"]["MapPublicIpOnLaunch"]
        for path, subnet in nat.of_type("AWS::EC2::Subnet").items()
        if "Public" in path
    ]
    assert public == [False, False]
