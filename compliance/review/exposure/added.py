"""What opens a way by being there, whatever its properties say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.review.model import Note, Subject
from compliance.review.weakening import cut

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compliance.review.weakening import Sides

SENTENCES: Final[Mapping[str, str]] = {
    "AWS::AppSync::ApiKey": "whoever has a copy of the key may call the API",
    "AWS::EC2::ClientVpnEndpoint": "its users reach into the VPC",
    "AWS::EC2::TransitGatewayAttachment": "it joins its VPC with a transit gateway",
    "AWS::EC2::TransitGatewayVpcAttachment": "it joins its VPC with a transit gateway",
    "AWS::EC2::VPCEndpointService": "others may reach what stands behind it",
    "AWS::EC2::VPCPeeringConnection": "it joins its VPC with another one",
    "AWS::EC2::VPNConnection": "it joins its network with another one",
    "AWS::ECR::PublicRepository": "anyone may pull its images",
    "AWS::IAM::AccessKey": "it is a credential that does not expire",
    "AWS::IAM::OIDCProvider": "roles that trust it let in its users",
    "AWS::IAM::SAMLProvider": "roles that trust it let in its users",
    "AWS::RAM::ResourceShare": "it shares resources with others",
}
"""What is said of a new resource, by its type."""


def notes(sides: Sides) -> Iterator[Note]:
    """What comes with the resources that are new."""
    for pair in sides.pairs:
        if pair.old is None and pair.resource.type in SENTENCES:
            yield Note(
                Subject.EXPOSURE,
                pair.resource,
                f"{cut(pair.resource.logical_id)} is new: {SENTENCES[pair.resource.type]}",
            )
