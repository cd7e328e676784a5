"""Roles and users get the configured permissions boundary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aws_cdk import aws_iam as iam

from compliance.aspects.interface import Aspect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.aspects.change import Change
    from compliance.aspects.tree import Tree
    from compliance.config import Aspects

PATH: Final = "PermissionsBoundary"


class PermissionsBoundary(Aspect):
    """Sets the boundary where there is none."""

    name = "permissions-boundary"

    def wanted(self, settings: Aspects) -> bool:
        """Whether there is one."""
        return settings.permissions_boundary is not None

    def mend(self, tree: Tree, settings: Aspects) -> Iterator[Change]:
        """Give roles and users without a boundary that of the settings."""
        boundary = settings.permissions_boundary or ""
        for node in tree.of("AWS::IAM::Role", "AWS::IAM::User"):
            if node.has(PATH):
                continue
            arn = boundary if boundary.startswith("arn:") else node.arn_of(boundary)
            if isinstance(node.construct, iam.CfnRole | iam.CfnUser):
                node.construct.permissions_boundary = arn
            else:
                node.override(PATH, arn)
            yield self.changed(node, PATH, arn)
