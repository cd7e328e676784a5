"""Which VPCs and subnets of the assembly have a flow log."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from compliance.intrinsics import Text, Unknown, referred
from compliance.rules.log.groups import is_made_with

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compliance.assembly.model import Resource
    from compliance.rules.base import Context

FLOW_LOG: Final = "AWS::EC2::FlowLog"
VPC: Final = "AWS::EC2::VPC"
SUBNET: Final = "AWS::EC2::Subnet"
LEVELS: Final = {"VPC": VPC, "Subnet": SUBNET}
"""What a flow log's ResourceType calls the resources that carry it (EC2 API Reference,
'CreateFlowLogs'); network interfaces and transit gateways have flow logs of their own."""


def is_of_a_network(flow_log: Resource, context: Context) -> bool:
    """Whether a flow log is a VPC's or a subnet's, as far as the template tells."""
    return any(
        str(kind) in LEVELS or isinstance(kind, Text | Unknown)
        for kind in context.get(flow_log, "ResourceType")
    )


def has_one(vpc: Resource, context: Context) -> bool:
    """Whether a VPC has a flow log whenever it is made, or each of its subnets has one."""
    if _carries(vpc, context):
        return True
    subnets = context.answer(_subnets).get(vpc, ())
    return bool(subnets) and all(_carries(subnet, context) for subnet in subnets)


def _carries(network: Resource, context: Context) -> bool:
    return any(
        is_made_with(flow_log, network) for flow_log in context.answer(_by_carrier).get(network, ())
    )


def _by_carrier(context: Context) -> Mapping[Resource, list[Resource]]:
    """Flow logs of the VPC or subnet that they are for, whatever the conditions turn out to be."""
    found: dict[Resource, list[Resource]] = defaultdict(list)
    for flow_log in context.assembly.resources(FLOW_LOG):
        carriers = {referred(value) for value in context.get(flow_log, "ResourceId")}
        carrier = carriers.pop()
        if carrier is None or carriers:
            continue
        if all(
            LEVELS.get(str(kind)) == carrier.type or isinstance(kind, Text | Unknown)
            for kind in context.get(flow_log, "ResourceType")
        ):
            found[carrier].append(flow_log)
    return found


def _subnets(context: Context) -> Mapping[Resource, list[Resource]]:
    """Subnets that lie, or may lie, in a VPC."""
    found: dict[Resource, list[Resource]] = defaultdict(list)
    for subnet in context.assembly.resources(SUBNET):
        for vpc in {referred(value) for value in context.get(subnet, "VpcId")}:
            if vpc is not None:
                found[vpc].append(subnet)
    return found
