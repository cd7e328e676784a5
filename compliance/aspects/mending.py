"""Puts the aspects on an app as one CDK Aspect, which CDK calls once.

An Aspect on the app would be called for each construct, across the language border. One on a leaf
is called for the leaf alone, and walks the tree once by itself. The leaf stands last when the app
is synthesized, so that what other Aspects of the same priority add above it in the tree is there by
then, and each stage has one, whenever it was made.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import aws_cdk as cdk
import jsii
from constructs import Construct

from compliance.aspects.table import ASPECTS
from compliance.aspects.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aws_cdk.cx_api import CloudAssembly
    from constructs import IConstruct

    from compliance.aspects.change import Change
    from compliance.aspects.interface import Aspect
    from compliance.config import Aspects

LEAF: Final = "SynthgateAspects"


@dataclass
class Mendings:
    """What the aspects have changed so far.

    Attributes:
        found: in the order in which it happened.
    """

    found: list[Change] = field(default_factory=list)

    @property
    def changes(self) -> tuple[Change, ...]:
        """Every change, by place; complete once the app is synthesized."""
        return tuple(sorted(self.found, key=lambda change: change.sort_key))


def attach(app: cdk.App, settings: Aspects, *, aspects: Sequence[Aspect] = ASPECTS) -> Mendings:
    """Put the aspects that the settings ask for on an app and each stage in it.

    CDK calls them when it synthesizes, before it writes a template. Where the settings ask for
    nothing, nothing is put on the app.

    Args:
        app: with its stacks, or before they are made.
        settings: which aspects, and what they set.
        aspects: to choose from.
    """
    mendings = Mendings()
    wanted = [aspect for aspect in aspects if aspect.wanted(settings)]
    if wanted:
        _settle(app, wanted, settings, mendings)
        synth = app.synth

        def settled(*args: Any, **kwargs: Any) -> CloudAssembly:  # noqa: ANN401 - as jsii has it
            _settle(app, wanted, settings, mendings)
            return synth(*args, **kwargs)

        # Who never calls it, as CDK's own assertions do, gets what stands where it was put.
        app.synth = settled  # type: ignore[method-assign]
    return mendings


def _settle(app: cdk.App, aspects: Sequence[Aspect], settings: Aspects, mendings: Mendings) -> None:
    """Let each stage that there is, the app among them, have its leaf, and have it last."""
    # CDK synthesizes a stage before it calls what is on the app.
    for stage in app.node.find_all():
        if not isinstance(stage, cdk.Stage):
            continue
        leaf = stage.node.try_find_child(LEAF)
        menders = [] if leaf is None else cdk.Aspects.of(leaf).all
        stage.node.try_remove_child(LEAF)
        leaf = Construct(stage, LEAF)
        if not any(isinstance(each, _Mender) and each.mendings is mendings for each in menders):
            menders = [*menders, _Mender(stage, aspects, settings, mendings)]
        for mender in menders:
            cdk.Aspects.of(leaf).add(mender, priority=cdk.AspectPriority.MUTATING)


def mend(
    root: cdk.Stage, settings: Aspects, *, aspects: Sequence[Aspect] = ASPECTS
) -> Iterator[Change]:
    """Have the aspects change the resources of an app or a stage now.

    Yields:
        Each change, once it is made.
    """
    for aspect in aspects:
        if aspect.wanted(settings):
            # Anew: what one adds, the next one sees.
            yield from aspect.mend(Tree(root), settings)


@jsii.implements(cdk.IAspect)
class _Mender:
    def __init__(
        self, root: cdk.Stage, aspects: Sequence[Aspect], settings: Aspects, mendings: Mendings
    ) -> None:
        self._root = root
        self._aspects = aspects
        self._settings = settings
        self.mendings = mendings

    def visit(self, _node: IConstruct) -> None:
        self.mendings.found += mend(self._root, self._settings, aspects=self._aspects)
