"""What network traffic is let through that was not: security groups, network ACLs, routes.

Sources: CloudFormation Template Reference, `AWS::EC2::SecurityGroup` (a group without rules lets
nothing in; a group made without rules for it lets everything out), `AWS::EC2::NetworkAclEntry`,
`AWS::EC2::Route`; Amazon VPC User Guide, 'Security group rules', 'Subnet types'.
"""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from compliance.intrinsics import ABSENT, Unknown, Value, referred, truth, whole
from compliance.review.model import Note, Subject
from compliance.review.weakening import cut

if TYPE_CHECKING:
    from compliance.assembly.model import Json, Resource
    from compliance.review.weakening import Side, Sides

GROUP: Final = "AWS::EC2::SecurityGroup"
INGRESS: Final = "AWS::EC2::SecurityGroupIngress"
EGRESS: Final = "AWS::EC2::SecurityGroupEgress"
ACL_ENTRY: Final = "AWS::EC2::NetworkAclEntry"
ROUTE: Final = "AWS::EC2::Route"
ATTACHMENT: Final = "AWS::EC2::VPCGatewayAttachment"
INTERNET_GATEWAY: Final = "AWS::EC2::InternetGateway"

ALL: Final = "-1"
PROTOCOLS: Final = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}
WITH_PORTS: Final = ("tcp", "udp")
LAST_PORT: Final = 65535
RANGES: Final = ("CidrIp", "CidrIpv6", "CidrBlock", "Ipv6CidrBlock")
MEMBERS: Final = ("SourceSecurityGroupId", "SourceSecurityGroupName", "DestinationSecurityGroupId")
LISTS: Final = ("SourcePrefixListId", "DestinationPrefixListId")

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True)
class Rule:
    """One rule of a security group, or entry of a network ACL.

    Attributes:
        inbound: whether it is about traffic that comes in.
        protocol: a name, a number, or `-1` for all.
        ports: first and last; `None` for all, or where the protocol has none.
        peer: from where, or to where, as it is compared and shown.
        network: the same, where it is a literal range.
        place: path inside the resource.
        resource: what declares it.
    """

    inbound: bool
    protocol: str
    ports: tuple[int, int] | None
    peer: str
    network: Network | None
    place: str
    resource: Resource

    @property
    def of_everyone(self) -> bool:
        """Whether the range is all there are."""
        return self.network is not None and self.network.prefixlen == 0

    def covers(self, other: Rule) -> bool:
        """Whether it lets through all that another one does."""
        return (
            self.inbound == other.inbound
            and (self.protocol in (ALL, other.protocol))
            and (
                self.protocol == ALL
                or self.ports is None
                or (other.ports is not None and self._has_ports(other.ports))
            )
            and (self.peer == other.peer or _is_within(other.network, self.network))
        )

    def _has_ports(self, ports: tuple[int, int]) -> bool:
        assert self.ports is not None  # noqa: S101 - the caller has looked
        return self.ports[0] <= ports[0] and ports[1] <= self.ports[1]

    def __str__(self) -> str:
        way = "in" if self.inbound else "out to"
        who = f"everyone ({self.peer})" if self.of_everyone else self.peer
        return f"lets {way} {who} on {self._shown_ports()}"

    def _shown_ports(self) -> str:
        if self.protocol == ALL:
            return "every port"
        if self.protocol not in WITH_PORTS:
            return self.protocol
        if self.ports is None or self.ports == (0, LAST_PORT):
            return f"every {self.protocol} port"
        first, last = self.ports
        return f"{self.protocol} {first}" + ("" if first == last else f"-{last}")


def notes(sides: Sides) -> Iterator[Note]:
    """Traffic that is let through, and was not."""
    for message, rule in (*_of_groups(sides), *_of_lists(sides)):
        yield Note(Subject.EXPOSURE, rule.resource, message, rule.place)
    yield from _of_routes(sides)


def _is_within(inner: Network | None, outer: Network | None) -> bool:
    match inner, outer:
        case (ipaddress.IPv4Network(), ipaddress.IPv4Network()):
            return inner.subnet_of(outer)
        case (ipaddress.IPv6Network(), ipaddress.IPv6Network()):
            return inner.subnet_of(outer)
        case _:
            return False


# -- security groups ------------------------------------------------------------------------------


def _of_groups(sides: Sides) -> Iterator[tuple[str, Rule]]:
    before, after = _rules(sides.old), _rules(sides.new)
    for group, rules in after.items():
        resource = sides.new.template.resources.get(group)
        is_new = resource is not None and sides.is_new(resource)
        known = before.get(group, [])
        lets_all_out = resource is not None and not any(not rule.inbound for rule in known)
        for rule in dict.fromkeys(rules):
            if any(one.covers(rule) for one in known) or (lets_all_out and not rule.inbound):
                continue
            if is_new and not (rule.inbound and rule.of_everyone):
                continue
            yield f"{cut(group)} {rule}", rule


def _rules(side: Side) -> Mapping[str, list[Rule]]:
    """Rules by logical id, or id, of the group as the other side would call it."""
    found: dict[str, list[Rule]] = defaultdict(list)
    for group in side.template.by_type.get(GROUP, ()):
        name = side.name(group)
        for inbound, block in ((True, "SecurityGroupIngress"), (False, "SecurityGroupEgress")):
            listed = group.properties.get(block, ABSENT)
            for place, body in side.resolver.items(listed, f"Properties.{block}"):
                found[name] += _read(body, inbound=inbound, place=place, resource=group, side=side)
    for kind, inbound in ((INGRESS, True), (EGRESS, False)):
        for rule in side.template.by_type.get(kind, ()):
            for value in (*side.get(rule, "GroupId"), *side.get(rule, "GroupName")):
                if value is not ABSENT:
                    found[_group(value, side)] += _read(
                        rule.properties, inbound=inbound, place="", resource=rule, side=side
                    )
    return found


def _group(value: Value, side: Side) -> str:
    resource = referred(value)
    return side.text(value) if resource is None else side.name(resource)


def _read(
    body: Value, *, inbound: bool, place: str, resource: Resource, side: Side
) -> Iterator[Rule]:
    """The rule that a block declares, once for each alternative of its peer."""
    if isinstance(body, Unknown):
        yield Rule(inbound, ALL, None, _untold(body), None, place, resource)
    if not isinstance(body, Mapping):
        return
    protocol = _protocol(body, side)
    for peer, network in _peers(body, side):
        yield Rule(inbound, protocol, _ports(body, protocol, side), peer, network, place, resource)


def _untold(value: Unknown) -> str:
    return f"what only the deployment knows ({cut(value.reason)})"


def _protocol(body: Mapping[str, Json], side: Side) -> str:
    found = side.resolver.one(body.get("IpProtocol", body.get("Protocol", ABSENT)))
    told = ALL if found is ABSENT or isinstance(found, Unknown) else side.text(found).lower()
    return ALL if told == "all" else PROTOCOLS.get(told, told)


def _ports(body: Mapping[str, Json], protocol: str, side: Side) -> tuple[int, int] | None:
    if protocol not in WITH_PORTS:
        return None
    block = side.resolver.one(body.get("PortRange", ABSENT))
    ends = block if isinstance(block, Mapping) else body
    names = ("From", "To") if isinstance(block, Mapping) else ("FromPort", "ToPort")
    first, last = (whole(side.resolver.one(ends.get(name, ABSENT))) for name in names)
    return None if first is None or last is None or first < 0 else (first, last)


def _peers(body: Mapping[str, Json], side: Side) -> Iterator[tuple[str, Network | None]]:
    for names, shown in ((RANGES, "{}"), (MEMBERS, "members of {}"), (LISTS, "prefix list {}")):
        for name in names:
            for value in side.resolver.get(body, name):
                if isinstance(value, Unknown):
                    yield _untold(value), None
                elif value is not ABSENT:
                    text = _group(value, side) if names is MEMBERS else side.text(value)
                    yield shown.format(cut(text)), _network(text)


def _network(text: str) -> Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


# -- network ACLs ---------------------------------------------------------------------------------


def _of_lists(sides: Sides) -> Iterator[tuple[str, Rule]]:
    for pair in sides.of_types(ACL_ENTRY):
        before = _entry(pair.old, sides.old)
        after = _entry(pair.new, sides.new)
        name = cut(pair.resource.logical_id)
        for allows, rule in after:
            if not allows or any(was and one.covers(rule) for was, one in before):
                continue
            if pair.old is not None or (rule.inbound and rule.of_everyone):
                yield f"{name} {rule}", rule
        for denied, rule in ((not allowed, rule) for allowed, rule in before):
            if denied and not any(not now and one.covers(rule) for now, one in after):
                what = str(rule).removeprefix("lets ")
                yield f"{name} keeps nothing out any more: it denied {what}", rule


def _entry(entry: Resource | None, side: Side) -> list[tuple[bool, Rule]]:
    if entry is None:
        return []
    allows = side.one(entry, "RuleAction") != "deny"
    inbound = truth(side.one(entry, "Egress")) is not True
    return [
        (allows, rule)
        for rule in _read(entry.properties, inbound=inbound, place="", resource=entry, side=side)
    ]


# -- routes ---------------------------------------------------------------------------------------


WAYS_OUT: Final[Mapping[str, str]] = {
    "GatewayId": "the internet gateway",
    "VpcPeeringConnectionId": "another VPC by",
    "TransitGatewayId": "the transit gateway",
}
"""Targets by which what is outside is reached, and reaches in."""


def _of_routes(sides: Sides) -> Iterator[Note]:
    for pair in sides.of_types(ROUTE):
        if pair.new is None:
            continue
        known = set(_ways(pair.both[0], sides.old)) if pair.both else set()
        for name, target in dict.fromkeys(_ways(pair.new, sides.new)):
            if (name, target) not in known:
                table = _group(sides.new.one(pair.new, "RouteTableId"), sides.new)
                yield Note(
                    Subject.EXPOSURE,
                    pair.new,
                    f"{cut(table)} routes {_destination(pair.new, sides.new)} to {WAYS_OUT[name]} "
                    f"{cut(target)}",
                    f"Properties.{name}",
                )
    for pair in sides.of_types(ATTACHMENT):
        gateway = sides.new.one(pair.new, "InternetGatewayId") if pair.new else ABSENT
        if (
            pair.new
            and gateway is not ABSENT
            and not (pair.old and sides.old.get(pair.old, "InternetGatewayId") != (ABSENT,))
        ):
            vpc = _group(sides.new.one(pair.new, "VpcId"), sides.new)
            yield Note(
                Subject.EXPOSURE,
                pair.new,
                f"{cut(vpc)} is attached to an internet gateway "
                f"({cut(_group(gateway, sides.new))})",
                "Properties.InternetGatewayId",
            )


def _ways(route: Resource, side: Side) -> Iterator[tuple[str, str]]:
    for name in WAYS_OUT:
        for value in side.get(route, name):
            target = referred(value)
            is_local = name == "GatewayId" and not (
                (target is not None and target.type == INTERNET_GATEWAY)
                or str(value).startswith("igw-")
            )
            if value is not ABSENT and not is_local:
                yield name, _group(value, side)


def _destination(route: Resource, side: Side) -> str:
    for name in ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId"):
        value = side.one(route, name)
        if value is not ABSENT:
            return cut(side.text(value))
    return "traffic"
