"""What is accepted, by whom, why, and until when: `waivers.toml`.

A waiver is data that a reviewer reads. It accepts one rule, or one exact finding, on one construct
or on the children of one construct, never on a whole stack; it has an owner, a reason and an end.
What is wrong with a waiver is a finding itself, and makes the run red.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from compliance.config import explain
from compliance.findings import AppliedWaiver, Finding, Outcome, Severity, SynthgateError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

MAX_DAYS: Final = 180
"""How far ahead a waiver may end."""
WARN_DAYS: Final = 30
"""From how many days before its end a waiver is announced."""
ENGINE: Final = "waivers"
"""Name under which findings about waivers are reported."""
_MIN_WORDS: Final = 5
_HEADER = re.compile(r"^\s*\[\[\s*waiver\s*\]\]", re.MULTILINE)


class Waiver(BaseModel):
    """One `[[waiver]]` table."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    rule: Annotated[str, Field(min_length=3)]
    """A rule's id (`IAM01`, `AwsSolutions-S1`, `CKV_AWS_18`), or one exact finding of it
    (`AwsSolutions-IAM5[Resource::*]`)."""
    place: Annotated[str, Field(min_length=3, alias="construct")]
    """Construct path such as `StorageStack/Bucket/Resource`; `…/*` stands for a construct's
    children. For templates without construct paths: `<template file>/<logical id>`."""
    reason: str
    owner: Annotated[str, Field(min_length=2)]
    expires: dt.date
    environments: tuple[str, ...] = Field(default=(), strict=False)
    """Environments it is meant for; every one when empty."""
    ticket: str | None = None

    @field_validator("reason")
    @classmethod
    def _is_a_sentence(cls, reason: str) -> str:
        if len(reason.split()) < _MIN_WORDS:
            raise ValueError(f"a sentence of at least {_MIN_WORDS} words is asked for")
        return reason

    def covers(self, finding: Finding) -> bool:
        """Whether this waiver accepts the finding, its end left aside."""
        if self.environments and finding.environment not in self.environments:
            return False
        if self.rule not in {finding.rule, _base(finding.rule)}:
            return False
        return any(_matches(self.place, path) for path in _places(finding))

    def applied(self) -> AppliedWaiver:
        """As it is written beside the finding that it accepts."""
        return AppliedWaiver(
            rule=self.rule,
            construct=self.place,
            reason=self.reason,
            owner=self.owner,
            expires=self.expires.isoformat(),
            ticket=self.ticket,
        )


@dataclass(frozen=True)
class Waivers:
    """A waivers file.

    Attributes:
        file: how the file is named in findings; empty when there is none.
        items: the waivers with the line of their `[[waiver]]`.
    """

    file: str = ""
    items: tuple[tuple[int, Waiver], ...] = ()

    def match(self, finding: Finding, *, today: dt.date) -> Waiver | None:
        """The first waiver in force that accepts a finding."""
        for _, waiver in self.items:
            if today <= waiver.expires and waiver.covers(finding):
                return waiver
        return None


@dataclass
class Applied:
    """What waivers made of a run's findings.

    Attributes:
        findings: all findings, accepted ones marked, those about waivers added.
        notices: waivers that end soon.
    """

    findings: list[Finding] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


def load(path: Path, *, shown: str = "") -> Waivers:
    """Read a waivers file.

    Args:
        path: the file; one that does not exist holds no waivers.
        shown: how the file is named in findings and errors, its name by default.

    Raises:
        SynthgateError: it is not TOML, or a waiver has an unknown, missing or wrong field; the text
            names the line.
    """
    shown = shown or path.name
    if not path.exists():
        return Waivers()
    try:
        text = path.read_text(encoding="utf-8")
        document = tomllib.loads(text)
    except OSError as error:
        raise SynthgateError(f"{shown}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SynthgateError(f"{shown}: not TOML: {error}") from error
    unknown = sorted(set(document) - {"waiver"})
    if unknown:
        raise SynthgateError(f"{shown}: unknown table {unknown[0]!r}; only [[waiver]] is known")
    tables = document.get("waiver", [])
    if not isinstance(tables, list):
        raise SynthgateError(f"{shown}: 'waiver' is written [[waiver]], once for each waiver")
    lines = [text.count("\n", 0, found.start()) + 1 for found in _HEADER.finditer(text)]
    items = []
    for index, table in enumerate(tables):
        line = lines[index] if index < len(lines) else 1
        try:
            items.append((line, Waiver.model_validate(table)))
        except ValidationError as error:
            raise SynthgateError(f"{shown}:{line}: {explain(error, 'waiver')}") from error
    return Waivers(file=shown, items=tuple(items))


def apply(
    waivers: Waivers,
    findings: Iterable[Finding],
    *,
    today: dt.date,
    stacks: Sequence[str],
    environments: Sequence[str],
    in_scope: frozenset[str] | None = None,
    engines: frozenset[str] = frozenset(),
) -> Applied:
    """Accept what waivers accept, and say what is wrong with the waivers.

    Args:
        waivers: the file's content.
        findings: of every engine that ran.
        today: the date that ends are compared with.
        stacks: construct paths of the stacks that were looked at: a waiver of another stack is not
            this run's business.
        environments: environments that were looked at, likewise.
        in_scope: rule ids this run asked for, `None` for all: waivers of other rules are not judged
            unused.
        engines: engines that ran: nor are waivers of rules that only another one could find.
    """
    done = Applied()
    used: set[int] = set()
    for finding in findings:
        accepted = None
        if finding.outcome in {Outcome.FAIL, Outcome.UNDECIDED}:
            for line, waiver in waivers.items:
                if waiver.covers(finding) and not _too_broad(waiver, stacks):
                    used.add(line)
                    if today <= waiver.expires:
                        accepted = accepted or waiver
        done.findings.append(finding.waived_by(accepted.applied()) if accepted else finding)
    for line, waiver in waivers.items:
        if _concerns(waiver, stacks, environments):
            asked = in_scope is None or _base(waiver.rule) in in_scope
            could_be_found = asked and _engine_of(waiver.rule) in {"", *engines}
            unused = could_be_found and line not in used
            done.findings += _judge(
                waivers, line, waiver, today=today, stacks=stacks, unused=unused
            )
            left = (waiver.expires - today).days
            if line in used and 0 <= left <= WARN_DAYS:
                done.notices.append(
                    f"{waivers.file}:{line}: the waiver of {waiver.rule} on {waiver.place} ends "
                    f"in {left} days ({waiver.expires}); owner {waiver.owner}"
                )
    return done


def _judge(
    waivers: Waivers,
    line: int,
    waiver: Waiver,
    *,
    today: dt.date,
    stacks: Sequence[str],
    unused: bool,
) -> Iterator[Finding]:
    place = f"{waivers.file}:{line}"
    what = f"waiver of {waiver.rule} on {waiver.place}"
    if waiver.expires < today:
        yield _about(
            "waiver-expired",
            place,
            f"The {what} ended on {waiver.expires}.",
            f"Mend the finding, or have {waiver.owner} renew the waiver with a reason.",
        )
    elif (waiver.expires - today).days > MAX_DAYS:
        yield _about(
            "waiver-too-long",
            place,
            f"The {what} ends on {waiver.expires}, more than {MAX_DAYS} days ahead.",
            f"Let it end by {today + dt.timedelta(days=MAX_DAYS)}.",
        )
    if _too_broad(waiver, stacks):
        yield _about(
            "waiver-too-broad",
            place,
            f"The {what} covers a whole stack or more.",
            "Name one construct, or the children of one construct.",
        )
    elif unused:
        yield _about(
            "waiver-unused",
            place,
            f"The {what} accepts nothing that this run found: it is mended, or misspelled.",
            "Take the waiver out, or copy rule and construct path from the finding.",
        )
    first = next(other for other, same in waivers.items if _same(same, waiver))
    if first != line:
        yield _about(
            "waiver-duplicate",
            place,
            f"The {what} stands in line {first} already.",
            "Keep one of the two.",
        )


def _about(rule: str, place: str, message: str, remediation: str) -> Finding:
    return Finding(
        engine=ENGINE,
        rule=rule,
        severity=Severity.HIGH,
        outcome=Outcome.FAIL,
        message=message,
        template=place,
        location=place,
        remediation=remediation,
    )


def _base(rule: str) -> str:
    """A rule's id without the finding in brackets."""
    return rule.partition("[")[0]


def _engine_of(rule: str) -> str:
    """The engine that alone can find a stock rule; empty for a rule that several serve."""
    if rule.startswith("CKV"):
        return "checkov"
    return "cdk-nag" if rule.startswith(("AwsSolutions-", "Serverless-", "NIST.")) else ""


def _places(finding: Finding) -> tuple[str, ...]:
    """Names by which a waiver may point to where a finding stands."""
    by_id = f"{finding.template}/{finding.logical_id}" if finding.logical_id else finding.template
    return (finding.construct_path, by_id) if finding.construct_path else (by_id,)


def _matches(pattern: str, path: str) -> bool:
    if pattern.endswith("/*"):
        return path.startswith(pattern[:-1])
    return path == pattern


def _too_broad(waiver: Waiver, stacks: Sequence[str]) -> bool:
    within = waiver.place.removesuffix("/*")
    return (
        "*" in within
        or "/" not in within
        or any(stack == within or stack.startswith(f"{within}/") for stack in stacks)
    )


def _concerns(waiver: Waiver, stacks: Sequence[str], environments: Sequence[str]) -> bool:
    """Whether a run over these stacks and environments has a word on the waiver."""
    if waiver.environments and not set(waiver.environments) & set(environments):
        return False
    within = waiver.place.removesuffix("/*")
    return any(
        within == stack or within.startswith(f"{stack}/") or stack.startswith(f"{within}/")
        for stack in stacks
    )


def _same(one: Waiver, other: Waiver) -> bool:
    return (one.rule, one.place, one.environments) == (
        other.rule,
        other.place,
        other.environments,
    )
