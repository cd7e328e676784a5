"""Whether anybody is told when an alarm goes off."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from compliance.findings import Outcome
from compliance.intrinsics import ABSENT, Resolver, Unknown, truth
from compliance.rehearsal.copying import place
from compliance.rehearsal.rules import ALARMS, finding
from compliance.review.references import names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compliance.assembly.model import Assembly, Resource
    from compliance.findings import Finding
    from compliance.intrinsics import Value

COMPOSITE: Final = "AWS::CloudWatch::CompositeAlarm"
DASHBOARD: Final = "AWS::CloudWatch::Dashboard"
MEMBER: Final = re.compile(r"\b(?:ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*['\"]?([^'\")]+?)['\"]?\s*\)")
"""An alarm that the rule of a composite alarm asks for
(https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html)."""

_HEARD: Final = replace(ALARMS, rationale="An alarm that nobody hears is as good as none.")


def findings(alarms: Iterable[Resource], given: Assembly) -> Iterator[Finding]:
    """Every alarm that nobody hears.

    One that something else uses, such as an alarm of alarms or a deployment that it rolls back,
    needs no action of its own.

    Args:
        alarms: metric alarms and composite alarms.
        given: where they stand, and what uses them.
    """
    used = set(_used(given))
    for alarm in alarms:
        own = str(alarm.properties.get("AlarmName", ""))
        if own in used or (alarm.template.stack, alarm.logical_id) in used:
            continue
        for key, told in _settings(alarm, Resolver(alarm.template, given)).items():
            if told == {True}:
                continue
            known = told == {False}
            yield finding(
                _HEARD,
                f"Nobody is told when it goes off: {_SILENT[key]}."
                if known
                else f"Whether anybody is told when it goes off depends on {key}.",
                place=place(alarm),
                location=f"Properties.{key}",
                observed=str(alarm.properties.get(key, "absent")),
                outcome=Outcome.FAIL if known else Outcome.UNDECIDED,
                remediation="Give it an action, such as a topic of SNS, and leave actions enabled.",
            )


_SILENT: Final = {"ActionsEnabled": "its actions are off", "AlarmActions": "it has no action"}


def _settings(alarm: Resource, resolver: Resolver) -> dict[str, set[bool | None]]:
    """Whether it acts, by each property that says so, in every alternative."""
    properties = alarm.properties
    enabled = resolver.get(properties, "ActionsEnabled")
    return {
        "ActionsEnabled": {each is ABSENT or truth(each) for each in enabled},
        "AlarmActions": {
            acts
            for value in resolver.get(properties, "AlarmActions")
            for acts in _acts(value, resolver)
        },
    }


def _acts(actions: Value, resolver: Resolver) -> Iterator[bool | None]:
    """Whether there is an action in a list, in each of its alternatives."""
    if isinstance(actions, Unknown):
        yield None
        return
    choices = [
        resolver.values(each) for each in (actions if isinstance(actions, list) else [actions])
    ]
    if any(action is not ABSENT for choice in choices for action in choice):
        yield True
    if all(any(action is ABSENT for action in choice) for choice in choices):
        yield False


def _used(given: Assembly) -> Iterator[tuple[str, str] | str]:
    """What something uses: by its stack and logical id, or by an alarm's name."""
    for template in given.templates:
        for resource in template.resources.values():
            # A dashboard shows an alarm to whoever looks at it.
            if resource.type == DASHBOARD:
                continue
            if resource.type == COMPOSITE:
                yield from MEMBER.findall(str(resource.properties.get("AlarmRule")))
            for name in names(dict(resource.body)).attributes:
                yield template.stack, name
        for output in template.outputs.values():
            if isinstance(output, Mapping) and "Export" in output:
                for name in names(output).attributes:
                    yield template.stack, name
