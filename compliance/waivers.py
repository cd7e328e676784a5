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
from compliance.findings import (
    AppliedWaiver,
    Finding,
    Outcome,
    Severity,
    SynthgateError,
    engines_of,
)

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
_HEADER = re.compile(r"""^[ \t]*\[\[[ \t]*(waiver|"waiver"|'waiver')[ \t]*\]\]""", re.MULTILINE)


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

    def match(
        self, finding: Finding, *, today: dt.date, places: Sequence[str] = ()
    ) -> Waiver | None:
        """The first waiver in force that accepts a finding.

        Args:
            finding: of any engine.
            today: the date that ends are compared with.
            places: stacks and templates, which a waiver has to stay below.
        """
        for _, waiver in self.items:
            left = (waiver.expires - today).days
            if 0 <= left <= MAX_DAYS and waiver.covers(finding) and not _too_broad(waiver, places):
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
    lines = _header_lines(text, wanted=len(tables)) if isinstance(tables, list) else []
    if not isinstance(tables, list) or len(lines) != len(tables):
        raise SynthgateError(f"{shown}: 'waiver' is written [[waiver]], once for each waiver")
    items = []
    for line, table in zip(lines, tables, strict=True):
        try:
            items.append((line, Waiver.model_validate(table)))
        except ValidationError as error:
            raise SynthgateError(f"{shown}:{line}: {explain(error, 'waiver')}") from error
    return Waivers(file=shown, items=tuple(items))


def _header_lines(text: str, *, wanted: int) -> list[int]:
    """Line of each `[[waiver]]` that is a table's header, as many as `wanted` or a mistake."""
    headers = list(_HEADER.finditer(text))
    if len(headers) != wanted:
        headers = [found for found in headers if not _inside_a_string(text[: found.start()])]
    return [text.count("\n", 0, found.start()) + 1 for found in headers]


def _inside_a_string(before: str) -> bool:
    """Whether a TOML document that starts like this has a string still open."""
    try:
        tomllib.loads(before)
    except tomllib.TOMLDecodeError:
        return True
    return False


def apply(
    waivers: Waivers,
    findings: Iterable[Finding],
    *,
    today: dt.date,
    places: Sequence[str],
    environments: Sequence[str],
    in_scope: frozenset[str] | None = None,
    engines: frozenset[str] = frozenset(),
) -> Applied:
    """Accept what waivers accept, and say what is wrong with the waivers.

    Args:
        waivers: the file's content.
        findings: of every engine that ran.
        today: the date that ends are compared with.
        places: construct paths of the stacks, and names of the templates, that were looked at: a
            waiver of another one is not this run's business.
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
                if waiver.covers(finding) and not _too_broad(waiver, places):
                    used.add(line)
                    if today <= waiver.expires:
                        accepted = accepted or waiver
        done.findings.append(finding.waived_by(accepted.applied()) if accepted else finding)
    for line, waiver in waivers.items:
        if _concerns(waiver, places, environments):
            asked = in_scope is None or not in_scope.isdisjoint({waiver.rule, _base(waiver.rule)})
            could_be_found = asked and not engines_of(waiver.rule).isdisjoint(engines)
            unused = could_be_found and line not in used
            done.findings += _judge(
                waivers, line, waiver, today=today, places=places, unused=unused
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
    places: Sequence[str],
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
    if _too_broad(waiver, places):
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


def _places(finding: Finding) -> tuple[str, ...]:
    """Names by which a waiver may point to where a finding stands."""
    by_id = f"{finding.template}/{finding.logical_id}" if finding.logical_id else finding.template
    return (finding.construct_path, by_id) if finding.construct_path else (by_id,)


def _matches(pattern: str, path: str) -> bool:
    if pattern.endswith("/*"):
        return path.startswith(pattern[:-1])
    return path == pattern


def _too_broad(waiver: Waiver, places: Sequence[str]) -> bool:
    within = waiver.place.removesuffix("/*")
    return _names_no_construct(within) or any(
        place == within or place.startswith(f"{within}/") for place in places
    )


def _concerns(waiver: Waiver, places: Sequence[str], environments: Sequence[str]) -> bool:
    """Whether a run over these stacks, templates and environments has a word on the waiver."""
    if waiver.environments and not set(waiver.environments) & set(environments):
        return False
    within = waiver.place.removesuffix("/*")
    return _names_no_construct(within) or any(
        within == place or within.startswith(f"{place}/") or place.startswith(f"{within}/")
        for place in places
    )


def _names_no_construct(within: str) -> bool:
    """Whether a place is a stack or a pattern, whatever the stacks of a run are."""
    return "*" in within or "/" not in within


def _same(one: Waiver, other: Waiver) -> bool:
    return (one.rule, one.place, one.environments) == (
        other.rule,
        other.place,
        other.environments,
    )
