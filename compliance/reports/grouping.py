"""Findings gathered for people: one thing to mend is said once, whoever found it.

A finding is one engine's word. Three engines that serve one rule say the same thing three times,
and an assembly made for three environments repeats it again. Here these become one `Spot`; the
spots of a rule on a resource one `Block`; the blocks of a resource one `Resource`. A stock rule
that says the same as an own rule, of the same resource, joins the own rule's block.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from compliance.findings import Finding, Outcome, Report, Severity, Source, blocks

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_GRAVITY: Final = (Outcome.FAIL, Outcome.UNDECIDED, Outcome.WAIVED, Outcome.PASS)

FAULTS: Final = frozenset({Outcome.FAIL, Outcome.UNDECIDED})
WAIVED: Final = frozenset({Outcome.WAIVED})
PASSED: Final = frozenset({Outcome.PASS})


@dataclass(frozen=True, slots=True)
class Spot:
    """One thing to mend: a rule, a resource, a property.

    Attributes:
        findings: what the engines said of it, in the order of the engines' table.
        blocking: whether any of them blocks.
    """

    findings: tuple[Finding, ...]
    blocking: bool

    @property
    def rule(self) -> str:
        """The rule's id."""
        return self.findings[0].rule

    @property
    def severity(self) -> Severity:
        """The worst that any engine gave it."""
        return max((finding.severity for finding in self.findings), key=lambda level: level.rank)

    @property
    def outcome(self) -> Outcome:
        """The gravest that any engine gave it."""
        return min((finding.outcome for finding in self.findings), key=_GRAVITY.index)

    @property
    def message(self) -> str:
        """The first engine's words."""
        return _first(finding.message for finding in self.findings)

    @property
    def location(self) -> str:
        """The property, from the first engine that tells it."""
        return _first(finding.location for finding in self.findings)

    @property
    def observed(self) -> str:
        """The value, from the first engine that tells it."""
        return _first(finding.observed for finding in self.findings)

    @property
    def remediation(self) -> str:
        """How to mend it, from the first engine that tells it."""
        return _first(finding.remediation for finding in self.findings)

    @property
    def engines(self) -> tuple[str, ...]:
        """Who said it, in the order of the engines' table."""
        return _distinct(finding.engine for finding in self.findings)

    @property
    def environments(self) -> tuple[str, ...]:
        """Environments it was found in; none when the assembly has none."""
        return _distinct(finding.environment for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a resource is, from every finding on it, since not every engine tells all.

    Attributes are those of `Finding`.
    """

    template: str
    stack: str
    logical_id: str
    resource_type: str
    construct_path: str
    source: Source | None

    @property
    def name(self) -> str:
        """What a reader calls it: construct path, else logical id, else the stack or template."""
        return self.construct_path or self.logical_id or self.stack or self.template


@dataclass(frozen=True, slots=True)
class Block:
    """What one rule says of one resource: `spots` either all block or none does.

    Attributes:
        spots: what the rule says.
        place: where the resource is.
        also: what stock rules say that say the same.
    """

    spots: tuple[Spot, ...]
    place: Place
    also: tuple[Spot, ...] = ()

    @property
    def rule(self) -> str:
        """The rule's id."""
        return self.spots[0].rule

    @property
    def severity(self) -> Severity:
        """The worst of its spots, the stock rules' included."""
        return max(
            (spot.severity for spot in (*self.spots, *self.also)), key=lambda level: level.rank
        )

    @property
    def outcome(self) -> Outcome:
        """The gravest of its spots."""
        return min((spot.outcome for spot in self.spots), key=_GRAVITY.index)

    @property
    def blocking(self) -> bool:
        """Whether it makes the run red."""
        return self.spots[0].blocking

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All that the engines said of the rule itself."""
        return tuple(finding for spot in self.spots for finding in spot.findings)

    @property
    def stock(self) -> tuple[str, ...]:
        """The stock rules that say the same, such as `CKV_AWS_76`."""
        return _distinct(spot.rule for spot in self.also)

    @property
    def engines(self) -> tuple[str, ...]:
        """Who found the rule."""
        return _distinct(engine for spot in self.spots for engine in spot.engines)

    @property
    def environments(self) -> tuple[str, ...]:
        """Environments it was found in."""
        return _distinct(name for spot in self.spots for name in spot.environments)

    @property
    def remediations(self) -> tuple[str, ...]:
        """The distinct ways to mend its spots."""
        return _distinct(spot.remediation for spot in self.spots)


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource and what the rules say of it, the worst first."""

    place: Place
    blocks: tuple[Block, ...]

    @property
    def severity(self) -> Severity:
        """The worst of its blocks."""
        return self.blocks[0].severity


def spots(report: Report, *, outcomes: frozenset[Outcome]) -> list[Spot]:
    """The things that a report's findings of some outcomes are about, in the report's order.

    Engines are merged by place: within a resource, the nth finding of each engine under one rule at
    one property is the same thing. An engine that tells no property joins one that does.
    Environments are merged only when they say the same of the same template.
    """
    order = {engine.name: position for position, engine in enumerate(report.engines)}
    rules: dict[tuple[str, ...], list[Finding]] = defaultdict(list)
    for finding in report.results:
        if finding.outcome in outcomes:
            rules[(finding.environment, *identity(finding), finding.rule)].append(finding)
    merged: dict[tuple[object, ...], list[Finding]] = {}
    for findings in rules.values():
        findings.sort(key=lambda finding: order.get(finding.engine, len(order)))
        for spot in _by_location(findings):
            lead = spot[0]
            said = (*identity(lead), lead.rule, lead.location, lead.severity, lead.outcome)
            merged.setdefault((*said, lead.observed, lead.message), []).extend(spot)
    return [
        Spot(
            findings=tuple(findings),
            blocking=any(blocks(finding, report.threshold) for finding in findings),
        )
        for findings in merged.values()
    ]


def gather(
    things: Iterable[Spot], *, equivalents: Mapping[str, Sequence[str]] | None = None
) -> list[Resource]:
    """Spots by resource and rule: the worst resource first, otherwise in the given order.

    Args:
        things: the spots; what blocks and what does not are to be gathered apart.
        equivalents: the stock rules that say the same as an own rule, by its id.
    """
    resources: dict[tuple[str, ...], dict[tuple[str, bool], list[Spot]]] = {}
    for spot in things:
        rules = resources.setdefault(identity(spot.findings[0]), {})
        rules.setdefault((spot.rule, spot.blocking), []).append(spot)
    gathered = []
    for rules in resources.values():
        place = _place(
            [finding for group in rules.values() for spot in group for finding in spot.findings]
        )
        found = _joined(rules, place, equivalents or {})
        found.sort(key=lambda block: -block.severity.rank)
        gathered.append(Resource(place=place, blocks=tuple(found)))
    gathered.sort(key=lambda resource: -resource.severity.rank)
    return gathered


def _joined(
    rules: Mapping[tuple[str, bool], Sequence[Spot]],
    place: Place,
    equivalents: Mapping[str, Sequence[str]],
) -> list[Block]:
    """The blocks of one resource; a stock rule joins the first own rule that says the same."""
    hosts = {key: key for key in rules}
    for key in rules:
        for host in rules:
            same = equivalents.get(host[0], ())
            if key[1] == host[1] and any(_says(stock, key[0]) for stock in same):
                hosts[key] = host
                break
    return [
        Block(
            spots=tuple(spots),
            place=place,
            also=tuple(
                spot
                for other, host in hosts.items()
                if host == key != other
                for spot in rules[other]
            ),
        )
        for key, spots in rules.items()
        if hosts[key] == key
    ]


def _says(stock: str, rule: str) -> bool:
    """Whether a stock rule is the one named; how they are named stands at `Rule.stock`."""
    if stock.endswith("*]"):
        return rule.startswith(stock[:-2])
    # Ids of cdk-nag begin with their pack: `NIST.800.53.R5-APIGWAccessLogging`.
    return stock in {rule, rule.partition("-")[2]}


def blocks_of(resources: Iterable[Resource]) -> list[Block]:
    """The blocks of all resources, in order."""
    return [block for resource in resources for block in resource.blocks]


def blocking_blocks(report: Report, *, equivalents: Mapping[str, Sequence[str]]) -> list[Block]:
    """What makes a report red, the worst resource first: their number is that of its verdict."""
    found = (spot for spot in spots(report, outcomes=FAULTS) if spot.blocking)
    return blocks_of(gather(found, equivalents=equivalents))


def identity(finding: Finding) -> tuple[str, str]:
    """What tells one resource from another: its template, and its logical id or else its path."""
    return finding.template, finding.logical_id or finding.construct_path


def _by_location(findings: Sequence[Finding]) -> list[list[Finding]]:
    placed: dict[tuple[str, int], list[Finding]] = {}
    unplaced: list[Finding] = []
    seen: Counter[tuple[str, str]] = Counter()
    for finding in findings:
        if not finding.location:
            unplaced.append(finding)
            continue
        placed.setdefault((finding.location, seen[finding.engine, finding.location]), []).append(
            finding
        )
        seen[finding.engine, finding.location] += 1
    found = list(placed.values())
    for finding in unplaced:
        host = next((spot for spot in found if _can_join(finding, spot)), None)
        if host is None:
            found.append([finding])
        else:
            host.append(finding)
    return found


def _can_join(finding: Finding, spot: Sequence[Finding]) -> bool:
    return all(other.engine != finding.engine for other in spot) and any(
        other.outcome is finding.outcome for other in spot
    )


def _place(findings: Sequence[Finding]) -> Place:
    return Place(
        template=_first(finding.template for finding in findings),
        stack=_first(finding.stack for finding in findings),
        logical_id=_first(finding.logical_id for finding in findings),
        resource_type=_first(finding.resource_type for finding in findings),
        construct_path=_first(finding.construct_path for finding in findings),
        source=next((finding.source for finding in findings if finding.source), None),
    )


def _first(values: Iterable[str]) -> str:
    return next((value for value in values if value), "")


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))
