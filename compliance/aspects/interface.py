"""What an aspect is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from compliance.aspects.change import ABSENT, Change, shown
from compliance.aspects.tree import PROPERTIES, Node

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.aspects.tree import Json, Tree
    from compliance.config import Aspects


class Aspect(ABC):
    """One thing that is set where the code leaves it open.

    Attributes:
        name: as the list of changes has it: the setting's.
    """

    name: ClassVar[str]

    @abstractmethod
    def wanted(self, settings: Aspects) -> bool:
        """Whether the settings ask for it."""

    @abstractmethod
    def mend(self, tree: Tree, settings: Aspects) -> Iterator[Change]:
        """Change the resources of a tree.

        A second time it finds nothing to do.

        Args:
            tree: the resources of an app or stage.
            settings: which ask for this.

        Yields:
            Each change, once it is made.
        """

    def changed(self, node: Node, path: str, new: Json) -> Change:
        """The line of a property that was set."""
        return Change(
            aspect=self.name,
            construct_path=node.path,
            location=f"{PROPERTIES}.{path}",
            old=ABSENT,
            new=shown(node.resolve(new)),
        )

    def denied(self, node: Node, statement: Json) -> Change:
        """The line of a statement that was added to the policy of a resource."""
        return Change(
            aspect=self.name,
            construct_path=node.path,
            location="PolicyDocument",
            old=ABSENT,
            new=shown(node.resolve(statement)),
        )

    def added(self, node: Node) -> Change:
        """The line of a resource that was added."""
        return Change(
            aspect=self.name,
            construct_path=node.path,
            location="Type",
            old=ABSENT,
            new=shown(node.kind),
        )
