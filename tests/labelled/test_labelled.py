"""The catalogue over templates that were labelled from its words alone, without a look at its code.

A line of a family's file is a template with every finding of that family that it should have. A
label is met by a finding of its rule on its resource (or one of them) with its outcome, and its
severity where it names one. `open` counts neither way: the words leave it to the reader.
Whatever else is found is a false positive.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from compliance import rules
from compliance.assembly import read
from compliance.config import Config
from compliance.findings import Outcome
from compliance.rules.base import Context

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).parent
FAMILIES = ("iam", "api", "log")
TOLERATED = {
    # A Deny on NotResource covers what it does not name; whether a bucket with a generated name is
    # another than the one named is taken for not known.
    ("iam", "n3-deny-forms", "IAM09", "NotRes"),
    # SAM's event turns authorization off for one route: the words know of methods alone.
    ("api", "f34_sam_open_questions", "API01", "Opened"),
}
"""Findings without a label that stand."""


@dataclass(frozen=True)
class Labelled:
    """A template, and what should be found in it."""

    name: str
    template: str
    labels: list[dict[str, Any]]


def labelled(family: str) -> Iterator[Labelled]:
    """The templates of a family."""
    for line in (FOLDER / f"{family}.jsonl").read_text(encoding="utf-8").splitlines():
        yield Labelled(**json.loads(line))


@pytest.mark.parametrize("family", FAMILIES)
def test_what_is_labelled_is_found_and_nothing_else(family: str, tmp_path: Path) -> None:
    """Every label is met; what no label names is not found."""
    missed, more, wanted = [], set(), 0
    for number, each in enumerate(labelled(family)):
        path = tmp_path / f"{number}.template"
        path.write_text(each.template, encoding="utf-8", newline="")
        found = _found(path, family)
        for label in each.labels:
            on = [found[key] for id_ in label["on"] if (key := (label["rule"], id_)) in found]
            wanted += label["outcome"] != "open"
            if label["outcome"] != "open" and not any(_meets(rows, label) for rows in on):
                missed.append(f"{each.name}: {label}")
        known = {(label["rule"], id_) for label in each.labels for id_ in label["on"]}
        more |= {(family, each.name, *key) for key in found.keys() - known}
    assert missed == []
    assert more <= TOLERATED
    assert wanted > 200


def _found(path: Path, family: str) -> dict[tuple[str, str], set[tuple[Outcome, str]]]:
    """Outcomes and severities of a family's findings, by rule and resource."""
    assembly = read(path)
    context = Context(assembly, Config())
    found: dict[tuple[str, str], set[tuple[Outcome, str]]] = {}
    for resource in assembly.resources():
        for rule, judgement in rules.judge(resource, context):
            if rule.family == family and judgement.outcome is not Outcome.PASS:
                rows = found.setdefault((rule.id, resource.logical_id), set())
                rows.add((judgement.outcome, str(judgement.severity or rule.severity)))
    return found


def _meets(rows: set[tuple[Outcome, str]], label: dict[str, Any]) -> bool:
    return any(
        outcome == label["outcome"] and label.get("severity", severity) == severity
        for outcome, severity in rows
    )
