"""The resources of a construct tree, by CloudFormation's names for types and properties.

A walk costs one call across the language border, and a resource that nobody asks for none: a visit
of each construct, as an Aspect of its own would make it, costs 0.3 to 0.9 ms each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Final, cast

import aws_cdk as cdk

if TYPE_CHECKING:
    from constructs import Construct

Json = Any

PROPERTIES: Final = "Properties"
OVERRIDDEN: Final = "synthgate:overridden"
"""Type of the metadata that marks what an aspect set on an untyped resource."""
DEFAULT_CHILD: Final = "Resource"
"""What CDK calls the one resource that an L2 construct stands for."""


@dataclass(frozen=True, eq=False)
class Node:
    """One resource of the tree.

    Attributes:
        construct: its L1 construct.
        kind: resource type, such as `AWS::Logs::LogGroup`.
    """

    construct: cdk.CfnResource
    kind: str

    @cached_property
    def path(self) -> str:
        """Construct path."""
        return str(self.construct.node.path)

    @cached_property
    def _stack(self) -> cdk.Stack:
        return cdk.Stack.of(self.construct)

    @property
    def raw(self) -> Mapping[str, Json]:
        """Properties by CloudFormation's names, references still tokens.

        Property overrides are not among them: CDK shows those in the template alone.
        """
        construct = self.construct
        found: Json = construct._render_properties(construct._cfn_properties)  # noqa: SLF001 - protected: CDK's own way to tell them
        return found if isinstance(found, Mapping) else {}

    def get(self, *path: str) -> Json:
        """What lies at a path in the properties, with intrinsics; `None` where nothing does."""
        value = self._stack.resolve(self.raw)
        for key in path:
            value = value.get(key) if isinstance(value, Mapping) else None
        return value

    def has(self, path: str) -> bool:
        """Whether anything stands at a path, an override by an aspect included."""
        if self.get(*path.split(".")) is not None:
            return True
        # What CDK adds itself is often untyped. An override of it shows in the template alone, so
        # it leaves a mark in the construct's metadata.
        return any(
            entry.type == OVERRIDDEN and entry.data == path
            for entry in (() if _kind_of(type(self.construct)) else self.construct.node.metadata)
        )

    def override(self, path: str, value: Json) -> None:
        """Set a property of an untyped resource."""
        self.construct.add_property_override(path, value)
        self.construct.node.add_metadata(OVERRIDDEN, path)

    def beside(self, name: str) -> tuple[Construct, str]:
        """Scope and id of a construct that stands beside this one, named after it.

        Not below it: whatever the resource depends on, all below it would depend on too.
        """
        itself = str(self.construct.node.id)
        scope = cast("Construct", self.construct.node.scope)
        return scope, name if itself == DEFAULT_CHILD else f"{itself}{name}"

    def resolve(self, value: Json) -> Json:
        """A value with its tokens written out as intrinsics."""
        return self._stack.resolve(value)

    @property
    def account(self) -> str:
        """Account of the stack, a token where it is not known."""
        return str(self._stack.account)

    def arn_of(self, name: str) -> str:
        """ARN of a managed policy of this account."""
        return str(
            self._stack.format_arn(service="iam", region="", resource="policy", resource_name=name)
        )


class Tree:
    """The resources of an app or a stage, without those of the stages in it.

    Args:
        root: the app or stage.
    """

    def __init__(self, root: cdk.Stage) -> None:
        self._by_kind: dict[str, list[Node]] = {}
        self._by_path: dict[str, dict[str, Node]] = {}
        everything = root.node.find_all()
        inner = [f"{stage.node.path}/" for stage in everything[1:] if isinstance(stage, cdk.Stage)]
        for construct in everything:
            if isinstance(construct, cdk.CfnResource):
                node = Node(construct, _kind_of(type(construct)) or construct.cfn_resource_type)
                if not (inner and node.path.startswith(tuple(inner))):
                    self._by_kind.setdefault(node.kind, []).append(node)

    def of(self, *kinds: str) -> list[Node]:
        """Resources of these types, in the tree's order."""
        return [node for kind in kinds for node in self._by_kind.get(kind, ())]

    def target(self, value: Json, *kinds: str) -> Node | None:
        """The resource of one of these types that a value is a reference to, if it is one."""
        if not isinstance(value, str):
            return None
        token = cdk.Tokenization.reverse(value, fail_concat=False)
        if not isinstance(token, cdk.Reference):
            return None
        path = str(token.target.node.path)
        return next((node for kind in kinds if (node := self._paths(kind).get(path))), None)

    def _paths(self, kind: str) -> Mapping[str, Node]:
        if kind not in self._by_path:
            self._by_path[kind] = {node.path: node for node in self.of(kind)}
        return self._by_path[kind]


@cache
def _kind_of(of: type[cdk.CfnResource]) -> str:
    """The resource type of an L1 class, empty for one that may be of any."""
    return getattr(of, "CFN_RESOURCE_TYPE_NAME", "")
