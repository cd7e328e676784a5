"""`--format sarif`: SARIF 2.1.0 (OASIS), in the subset that GitHub code scanning reads.

Facts about code scanning are from the GitHub docs page "SARIF support for code scanning".
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from compliance import __version__
from compliance.findings import Outcome, Report, Severity, Status, Verdict
from compliance.reports.grouping import FAULTS, PASSED, WAIVED, Spot, identity, spots
from compliance.reports.wording import counted, is_missing
from compliance.sanitize import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from compliance.findings import EngineRun, Finding
    from compliance.reports.interface import Options

_SCHEMA: Final = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS: Final = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
}
# Code scanning calls a score over 9.0 critical, from 7.0 high, from 4.0 medium, above 0 low.
_SCORES: Final = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "2.0",
}
_MESSAGE: Final = 1000
_NAME: Final = 255
"""Characters of a name that are kept, as of a logical id; CloudFormation allows no longer one."""
_HELP: Final = 3
"""Ways to mend that a rule's help lists; most rules have one."""
MOST: Final = 25_000
"""Results that code scanning takes in one run."""
_INDEX: Final = re.compile(r"\[\d+\]")
"""The number of an element of a list, which others move up to when one before it goes."""


def render(report: Report, *, options: Options) -> str:
    """The report as one SARIF run; an alert is one thing to mend, whichever engines found it."""
    every = spots(report, outcomes=FAULTS | WAIVED | PASSED)
    # Told apart before any is left out: what is left out changes nobody else's fingerprint.
    known = dict(zip(map(id, every), _fingerprints(every), strict=True))
    found = every if len(every) <= MOST else sorted(every, key=_worst_first)[:MOST]
    rules = _rules(found, titles=options.titles)
    index = {str(rule["id"]): position for position, rule in enumerate(rules)}
    run = {
        "tool": {
            "driver": {"name": "synthgate", "version": __version__, "rules": rules},
            "extensions": [_extension(engine) for engine in report.engines],
        },
        "invocations": [_invocation(report, left_out=len(every) - len(found))],
        "results": [
            _result(spot, fingerprint=known[id(spot)], index=index, scope=report.scope)
            for spot in found
        ],
    }
    document = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, indent=2, allow_nan=False) + "\n"


def _worst_first(spot: Spot) -> tuple[bool, bool, int]:
    """What blocks before what does not, faults before what is accepted or holds."""
    return not spot.blocking, spot.outcome not in FAULTS, -spot.severity.rank


def _rules(found: Iterable[Spot], *, titles: Mapping[str, str]) -> list[dict[str, object]]:
    by_rule: dict[str, list[Spot]] = {}
    for spot in found:
        by_rule.setdefault(spot.rule, []).append(spot)
    return [_rule(rule, by_rule[rule], title=titles.get(rule, "")) for rule in sorted(by_rule)]


def _rule(rule: str, found: list[Spot], *, title: str) -> dict[str, object]:
    messages = {spot.message for spot in found}
    # A stock check says the same of every resource: that is its title.
    title = title or (messages.pop() if len(messages) == 1 else "") or rule
    severity = max((spot.severity for spot in found), key=lambda level: level.rank)
    engines = ", ".join(dict.fromkeys(clean(name) for spot in found for name in spot.engines))
    mend = list(dict.fromkeys(clean(s.remediation, limit=_MESSAGE) for s in found if s.remediation))
    return {
        "id": rule,
        "shortDescription": {"text": clean(title)},
        "fullDescription": {"text": f"{clean(title)} (judged by {engines})"},
        "help": {
            "text": "\n".join(mend[:_HELP])
            or f"{clean(title)}. How to mend it stands under {clean(rule)} in the documentation "
            f"of {engines}."
        },
        "defaultConfiguration": {"level": _LEVELS[severity]},
        "properties": {"security-severity": _SCORES[severity], "tags": ["security", "aws", "cdk"]},
    }


def _extension(engine: EngineRun) -> dict[str, object]:
    version = {"version": engine.version} if engine.version else {}
    return {"name": engine.name, **version}


def _invocation(report: Report, *, left_out: int) -> dict[str, object]:
    notifications = [
        {"level": "error" if is_missing(engine) else "note", "message": {"text": _absence(engine)}}
        for engine in report.engines
        if engine.status is not Status.RAN
    ] + [
        {"level": "note", "message": {"text": _text(clean(notice, limit=_MESSAGE))}}
        for notice in report.notices
    ]
    if left_out:
        notifications.append({"level": "warning", "message": {"text": _left_out(left_out)}})
    return {
        "executionSuccessful": report.verdict is not Verdict.ERROR
        and not any(is_missing(engine) for engine in report.engines),
        "exitCode": report.verdict.exit_code,
        "toolExecutionNotifications": notifications,
    }


def _left_out(number: int) -> str:
    return (
        f"Left out: {counted(number, 'more result')}. Code scanning takes {MOST:,} in a "
        "run, and these are the worst. The other formats have all."
    )


def _absence(engine: EngineRun) -> str:
    return _text(
        f"{clean(engine.name)}: {engine.status}. {clean(engine.reason)}".rstrip(". ") + "."
    )


def _result(
    spot: Spot, *, fingerprint: str, index: Mapping[str, int], scope: tuple[str, ...]
) -> dict[str, object]:
    lead = spot.findings[0]
    return {
        "ruleId": spot.rule,
        "ruleIndex": index[spot.rule],
        **_level(spot),
        "message": {"text": _text(clean(spot.message, limit=_MESSAGE)) or clean(spot.rule)},
        "locations": [_location(spot, scope=scope)],
        # The first is the one that code scanning matches alerts by.
        "partialFingerprints": {
            "primaryLocationLineHash": fingerprint,
            "synthgateFinding/v2": fingerprint,
        },
        # SARIF 2.1.0, 3.27.23: present on all results or on none; empty says 'not suppressed'.
        "suppressions": _suppressions(spot),
        "properties": {
            "severity": spot.severity,
            "outcome": spot.outcome,
            "blocking": spot.blocking,
            "engines": list(spot.engines),
            "environments": list(spot.environments),
            "template": clean(lead.template, limit=_NAME),
            "stack": clean(lead.stack, limit=_NAME),
            "location": clean(spot.location, limit=_MESSAGE),
            "observed": clean(spot.observed, limit=_MESSAGE),
        },
    }


def _level(spot: Spot) -> dict[str, str]:
    match spot.outcome:
        case Outcome.PASS:
            return {"kind": "pass", "level": "none"}
        case Outcome.UNDECIDED:
            return {"level": "warning"}
        case _:
            return {"level": _LEVELS[spot.severity]}


def _suppressions(spot: Spot) -> list[dict[str, str]]:
    waiver = spot.findings[0].waiver
    if spot.outcome is not Outcome.WAIVED or waiver is None:
        return []
    reason = clean(waiver.reason, limit=_MESSAGE)
    ticket = f", ticket {clean(waiver.ticket)}" if waiver.ticket else ""
    by = f"owner {clean(waiver.owner)}, expires {clean(waiver.expires)}{ticket}"
    return [{"kind": "external", "status": "accepted", "justification": f"{reason} ({by})"}]


def _location(spot: Spot, *, scope: tuple[str, ...]) -> dict[str, object]:
    source = next((finding.source for finding in spot.findings if finding.source), None)
    lead = spot.findings[0]
    # Code scanning takes no result without a file.
    path = source.file if source else lead.template or next(iter(scope), "template")
    location: dict[str, object] = {
        "physicalLocation": {
            "artifactLocation": _artifact(path),
            "region": {"startLine": max(source.line, 1) if source else 1},
        }
    }
    construct = _construct(spot.findings)
    name = lead.logical_id or construct
    if name:
        logical = {"name": clean(name, limit=_NAME), "kind": "resource"}
        whole = {"fullyQualifiedName": clean(construct, limit=_MESSAGE)} if construct else {}
        location["logicalLocations"] = [logical | whole]
    return location


def _construct(findings: Iterable[Finding]) -> str:
    return next((finding.construct_path for finding in findings if finding.construct_path), "")


def _artifact(path: str) -> dict[str, str]:
    """A path as a URI: relative ones to the checkout's root, absolute ones as they are."""
    posix = PurePosixPath(path)
    if posix.is_absolute():
        return {"uri": f"file:///{quote(posix.as_posix().lstrip('/'))}"}
    return {"uri": quote(posix.as_posix()), "uriBaseId": "%SRCROOT%"}


def _fingerprints(found: Sequence[Spot]) -> list[str]:
    """One for each, such that what was said of one finding is never taken for another's.

    It is the same for the same rule, resource and property, whoever found it in whatever words. In
    a list, where what stands there moves up when something before it goes, and where several are
    found at one property, what was seen and said tells which one is meant. Findings alike in that
    too are numbered, and their number counts: when one of them goes, all are new.
    """
    places: list[tuple[str, ...]] = [
        (
            spot.rule,
            *identity(spot.findings[0]),
            _INDEX.sub("[]", spot.location),
            # Whether passes are shown too is to change no alert.
            *((Outcome.PASS,) if spot.outcome in PASSED else ()),
        )
        for spot in found
    ]
    several = Counter(places)
    parts = [
        (*place, spot.observed, spot.message)
        if several[place] > 1 or _INDEX.search(spot.location)
        else place
        for place, spot in zip(places, found, strict=True)
    ]
    alike, seen = Counter(parts), Counter[tuple[str, ...]]()
    fingerprints = []
    for each in parts:
        seen[each] += 1
        whole = (*each, str(alike[each])) if alike[each] > 1 else each
        told = hashlib.sha256("\0".join(whole).encode()).hexdigest()[:32]
        fingerprints.append(f"{told}:{seen[each]}")
    return fingerprints


def _text(text: str) -> str:
    """Text in which nothing reads as an embedded link, `[text](target)` (SARIF 2.1.0, 3.11.6)."""
    return text.replace("](", "] (")
