"""The statements of a policy that stand beside one another, whatever the conditions turn out to be.

A rule that asks who is let in has to read a policy as a whole: an Allow may be narrowed by a Deny
that is there under a condition only.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from compliance.iam.statements import DOCUMENTS, Opaque, statements
from compliance.rules.branches import branches, is_decided

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.assembly.model import Resource
    from compliance.iam.statements import PolicyKind, Statement
    from compliance.rules.base import Context

SPREAD: Final = ("Action", "Principal", "Condition")
"""Where an event bus's policy in its older form has what others keep in a statement."""

_PROPERTY: Final = re.compile(r"[\[{]")
"""Ends the property's name in a document's path."""

Policy = list["Statement | Opaque"]


def policies(resource: Resource, context: Context, *kinds: PolicyKind) -> Iterator[Policy]:
    """A resource's policy of these kinds, once for each way in which its conditions may turn out.

    Args:
        resource: one that has a single policy of these kinds.
        context: where values are resolved.
        kinds: what the policy may be attached to.

    Yields:
        Its statements; without the Denies where there are too many conditions to tell what each is
        beside.
    """
    names = [_PROPERTY.split(path)[0] for path, kind in DOCUMENTS[resource.type] if kind in kinds]
    for branch in branches(resource, *names, *SPREAD):
        together = is_decided(branch.properties)
        yield [
            each
            for each in statements(branch, context.of(resource))
            if each.kind in kinds and (together or isinstance(each, Opaque) or each.allows)
        ]
