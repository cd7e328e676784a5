"""What a run says of the controls that others know: NIST 800-53, CIS, AWS' own.

A control is never 'met' by a template: rules of ours serve it, and this is what they found.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from compliance import rules
from compliance.findings import Outcome
from compliance.reports import grouping
from compliance.rules.base import Standard
from compliance.security_report.model import Control

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.findings import Report
    from compliance.reports.grouping import Spot

_STATED: Final = re.compile(r"\(Control IDs?: ((?:[^()]|\([^()]*\)){1,500})\)")
"""How cdk-nag's NIST pack names controls in the text of a finding: `(Control IDs: AC-2(1), AU-12)`.
"""
_PACK: Final = "NIST.800.53.R5-"
_DIGITS: Final = re.compile(r"(\d+)")


def controls(report: Report) -> tuple[Control, ...]:
    """The controls that rules serve, and what the rules found, by standard and id.

    Args:
        report: a run, passes included. What three engines say of one place counts once.
    """
    serving: dict[tuple[Standard, str], set[str]] = defaultdict(set)
    for rule in rules.rules():
        for standard, ids in rule.controls.items():
            for control in ids:
                serving[standard, control].add(rule.id)
    found: dict[str, dict[Outcome, int]] = defaultdict(lambda: defaultdict(int))
    for spot in grouping.spots(report, outcomes=frozenset(Outcome)):
        found[spot.rule][spot.outcome] += 1
        for control in _stated(spot):
            serving[Standard.NIST, control].add(spot.rule)
    order = list(Standard)
    return tuple(
        Control(
            standard=standard,
            id=control,
            rules=tuple(sorted(ids)),
            failing=sum(found[rule][Outcome.FAIL] for rule in ids),
            undecided=sum(found[rule][Outcome.UNDECIDED] for rule in ids),
            waived=sum(found[rule][Outcome.WAIVED] for rule in ids),
            passing=sum(found[rule][Outcome.PASS] for rule in ids),
        )
        for (standard, control), ids in sorted(
            serving.items(), key=lambda item: (order.index(item[0][0]), _natural(item[0][1]))
        )
    )


def _stated(spot: Spot) -> Iterator[str]:
    """The controls that a finding of cdk-nag's NIST pack names itself."""
    told = _STATED.search(spot.message) if spot.rule.startswith(_PACK) else None
    for control in told[1].split(",") if told else ():
        yield control.strip()


def _natural(text: str) -> list[tuple[int, str]]:
    """Numbers by their value: `AC-6` before `AC-17`."""
    return [(int(part) if part.isdigit() else -1, part) for part in _DIGITS.split(text)]
