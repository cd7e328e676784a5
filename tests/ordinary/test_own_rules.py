"""The own rules over ordinary CDK: what each pattern declares, and nothing besides."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from compliance import rules
from compliance.findings import Outcome, Severity

if TYPE_CHECKING:
    from tests.ordinary.run import Patterns

SILENT_BY_DEFAULT = frozenset({"LOG07"})
"""Rules that a setting turns on."""


def test_each_pattern_has_exactly_its_findings(patterns: Patterns) -> None:
    """Rule, construct, outcome and severity of each, alone in an app of its own."""
    wrong = {}
    for name in patterns.described:
        wanted = Counter(patterns.expected(name))
        found = Counter(patterns.found(name))
        if found != wanted:
            wrong[name] = {
                "not expected": list((found - wanted).elements()),
                "not found": list((wanted - found).elements()),
            }
    assert wrong == {}


def test_what_blocks_says_what_a_reviewer_would_say(patterns: Patterns) -> None:
    """From medium up, or undecided, each with a reason; the others need none."""
    for name in patterns.described:
        for each in patterns.expected(name):
            blocks = each.severity.at_least(Severity.MEDIUM) or each.outcome is Outcome.UNDECIDED
            assert bool(each.because) == blocks, f"{name}: {each}"


def test_every_rule_looks_at_some_pattern(patterns: Patterns) -> None:
    """Silence about a pattern is worth something where the rule looked at it."""
    looked = {each.rule for name in patterns.described for _, each in patterns.judged(name)}
    assert looked == set(rules.by_id()) - SILENT_BY_DEFAULT


def test_every_template_belongs_to_one_pattern(patterns: Patterns) -> None:
    """None is left out, none judged with another's."""
    whole = sorted(patterns.folder.glob("**/*.template.json"))
    alone = sorted(
        template.path for assembly in patterns.alone.values() for template in assembly.templates
    )
    assert alone == whole
    assert all(assembly.templates for assembly in patterns.alone.values())
