"""Where things stand: account, stack, VPC."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.intrinsics import ABSENT, referred
from compliance.security_report.model import Boundary, Zone
from compliance.security_report.naming import cut, name
from compliance.security_report.picture import kinds
from compliance.security_report.referring import references

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from compliance.assembly.model import Resource, Template
    from compliance.rules.base import Context

OUTSIDE: Final = Boundary(id="outside", zone=Zone.OUTSIDE, label="Outside")
ELSEWHERE: Final = "VPC from outside of these templates"
MAX_STACKS: Final = 16
"""Stacks that are drawn as boxes; with more, the account is one box."""
_SUBNET: Final = "AWS::EC2::Subnet"
_GROUP: Final = "SubnetGroup"
_IN_VPC: Final = ("AWS::EC2::VPCEndpoint", "AWS::EC2::NatGateway")
_PLACES: Final[Mapping[str, tuple[str, ...]]] = {
    "AWS::Lambda::Function": ("VpcConfig", "SubnetIds"),
    "AWS::Serverless::Function": ("VpcConfig", "SubnetIds"),
}


class Boundaries:
    """Finds where resources stand.

    Args:
        context: the assembly and how its values are resolved.
        shown: what the picture may show.

    Attributes:
        drawn: VPCs that something was found in.
    """

    def __init__(self, context: Context, shown: Iterable[Resource]) -> None:
        self._context = context
        self.drawn: set[Resource] = set()
        templates = dict.fromkeys(resource.template for resource in shown)
        self._accounts = {
            (template.account, template.region): None
            for template in context.assembly.templates
            if template in templates
        }
        self._numbers = {
            template: index for index, template in enumerate(context.assembly.templates)
        }
        self._has_stacks = len(templates) <= MAX_STACKS

    def of(self, resource: Resource) -> tuple[Boundary, ...]:
        """The boundaries that a resource stands in, the outermost first."""
        account = self._account(resource.template)
        way = [account]
        if self._has_stacks:
            way += self._stacks(resource.template, account)
        vpc = self._vpc(resource)
        if vpc is not None:
            way.append(
                Boundary(
                    id=f"{way[-1].id}-{vpc[0]}",
                    zone=Zone.NETWORK,
                    label=vpc[1],
                    parent=way[-1].id,
                )
            )
        return tuple(way)

    def _account(self, template: Template) -> Boundary:
        known = list(self._accounts)
        index = known.index((template.account, template.region))
        label = "AWS account"
        if len(known) > 1:
            # Only what tells them apart: the pictures of environments that differ in it alone are
            # one picture.
            label = " ".join(filter(None, (label, template.account, template.region)))
        return Boundary(id=f"account{index or ''}", zone=Zone.ACCOUNT, label=cut(label))

    def _stacks(self, template: Template, account: Boundary) -> list[Boundary]:
        chain = [template]
        while (parent := chain[-1].parent) is not None and parent.template not in chain:
            chain.append(parent.template)
        found: list[Boundary] = []
        for each in reversed(chain):
            found.append(
                Boundary(
                    id=f"stack{self._numbers[each]}",
                    zone=Zone.STACK,
                    label=cut(each.stack or each.name),
                    parent=found[-1].id if found else account.id,
                )
            )
        return found

    # -- networks ---------------------------------------------------------------------------------

    def _vpc(self, resource: Resource) -> tuple[str, str] | None:
        """The VPC that a resource is in: how it is called in ids, and in the picture."""
        vpcs = self._context.answer(_vpcs)
        for there in self._named(resource):
            vpc = there if there.type == kinds.VPC else vpcs.get(there)
            if vpc is not None:
                self.drawn.add(vpc)
                number = f"vpc{self._numbers[vpc.template]}-{vpc.logical_id}"
                own = vpc.template is resource.template
                label = name(vpc).rpartition("/")[2] if own else name(vpc)
                return number, cut(label if label.lower() == "vpc" else f"VPC {label}")
        path = _PLACES.get(resource.type)
        if path and any(value not in (ABSENT, []) for value in self._context.get(resource, *path)):
            return "vpc", ELSEWHERE
        return None

    def _named(self, resource: Resource) -> Iterator[Resource]:
        """VPCs and subnets that a resource names, if only through a group of subnets."""
        named = references(self._context)
        for there in named.get(resource, ()):
            if there.type == _SUBNET or (there.type == kinds.VPC and resource.type in _IN_VPC):
                yield there
            elif there.type.endswith(_GROUP):
                yield from (each for each in named.get(there, ()) if each.type == _SUBNET)


def _vpcs(context: Context) -> Mapping[Resource, Resource]:
    """VPCs by their subnets."""
    return {
        subnet: vpc
        for subnet in context.assembly.resources(_SUBNET)
        for value in context.get(subnet, "VpcId")
        if (vpc := referred(value)) is not None and vpc.type == kinds.VPC
    }
