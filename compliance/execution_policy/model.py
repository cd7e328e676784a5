"""What an execution policy is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_PARTITIONS: Final = {
    "cn-": "aws-cn",
    "eu-isoe-": "aws-iso-e",
    "eusc-": "aws-eusc",
    "us-gov-": "aws-us-gov",
    "us-iso-": "aws-iso",
    "us-isob-": "aws-iso-b",
    "us-isof-": "aws-iso-f",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """Where the role works.

    Attributes:
        account: twelve digits.
        region: such as `us-east-1`.
    """

    account: str
    region: str

    @property
    def partition(self) -> str:
        """The partition of the region (AWS General Reference, 'ARNs: partition')."""
        found = (name for start, name in _PARTITIONS.items() if self.region.startswith(start))
        return next(found, "aws")


@dataclass(frozen=True, order=True, slots=True)
class Condition:
    """One condition of a statement, such as `StringEquals`, `iam:PassedToService`, services."""

    operator: str
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """One authorization that a deployment asks for, to be asked of an evaluator.

    Attributes:
        action: such as `sqs:CreateQueue`.
        resource: its ARN; `${<stack>/<logical id>}` stands for a physical id.
        context: condition keys of the request, with such values.
    """

    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Need:
    """An action that a deployment needs.

    Attributes:
        action: as AWS spells it.
        resources: patterns of ARNs, or `*` alone.
        conditions: under which it is allowed; all of them hold.
        purpose: why, in words that make a Sid, such as `DeployQueue`.
        place: template and logical id, for readers.
        stack: name of the stack whose deployment asks; empty when it has none.
        logical_id: the resource whose handlers ask; empty when the stack itself asks.
        checks: what to ask an evaluator once the resource is there.
    """

    action: str
    resources: tuple[str, ...]
    conditions: tuple[Condition, ...] = ()
    purpose: str
    place: str
    stack: str = ""
    logical_id: str = ""
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True, order=True, slots=True)
class Undecided:
    """Something of which it is not known what its deployment needs."""

    place: str
    kind: str
    reason: str


@dataclass(frozen=True, order=True, slots=True)
class Omitted:
    """An action that a schema names, and that the policy does not allow.

    Attributes:
        kind: the resource type whose schema names it.
        action: as the schema writes it.
        reason: why it is not needed, or not allowed.
    """

    kind: str
    action: str
    reason: str


@dataclass(slots=True)
class Found:
    """What was found while an assembly was read."""

    needs: list[Need] = field(default_factory=list)
    undecided: set[Undecided] = field(default_factory=set)
    omitted: set[Omitted] = field(default_factory=set)
    wide: dict[str, str] = field(default_factory=dict)
    """Patterns that are wider than one resource's name, with the reason."""
