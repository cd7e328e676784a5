"""The table of rules: what holds of every one of them."""

from __future__ import annotations

import ast
import inspect
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import compliance
from compliance import rules
from compliance.assembly import read
from compliance.config import Config
from compliance.findings import Outcome, Severity
from compliance.rules.base import Context, Family, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(next(iter(compliance.__path__)))
RULES = rules.rules()
ABOVE = ("engines", "waivers", "reports", "gate", "guard", "pipeline", "cli", "snapshots")
"""Rooms above the rules, which no rule may know."""


def test_the_table_is_in_the_order_of_the_ids() -> None:
    """Family by family, each id once: a reader finds a rule where it is expected."""
    ids = [(list(Family).index(rule.family), rule.id) for rule in RULES]
    assert ids == sorted(set(ids))
    assert rules.by_id() == {rule.id: rule for rule in RULES}


def test_every_file_of_a_rule_is_in_the_table() -> None:
    """A rule that is written and not listed would judge nothing."""
    written = {path.stem for path in ROOT.glob("rules/*/*.py") if re.match(r"[a-z]+\d", path.name)}
    assert written == {Path(inspect.getfile(type(rule))).stem for rule in RULES}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule.id))
class TestEachRule:
    """What is said of a rule is said by the rule."""

    def test_its_file_is_named_by_its_id_and_family(self, rule: Rule) -> None:
        """`iam01_scoped_resources.py` in `iam/`."""
        path = Path(inspect.getfile(type(rule)))
        assert path.name.startswith(f"{rule.id.lower()}_")
        assert path.parent.name == rule.family
        assert rule.id.startswith(rule.family.upper())

    def test_it_says_what_passes_why_and_what_to_do(self, rule: Rule) -> None:
        """Three texts, each a sentence, none of them another's."""
        texts = (rule.title, rule.rationale, rule.remediation)
        assert len(set(texts)) == 3
        assert not rule.title.endswith(".")
        assert rule.rationale.endswith(".")
        assert rule.remediation.endswith(".")
        assert isinstance(rule.severity, Severity)

    def test_it_rests_on_pages_of_aws(self, rule: Rule) -> None:
        """A reader can check the facts."""
        assert rule.references
        for address in rule.references:
            assert re.fullmatch(r"https://docs\.aws\.amazon\.com/\S+\.html", address)

    def test_it_is_asked_about_types_that_exist(self, rule: Rule) -> None:
        """CloudFormation's own form of a type, and no type twice."""
        assert rule.resource_types
        assert len(set(rule.resource_types)) == len(rule.resource_types)
        for kind in rule.resource_types:
            assert re.fullmatch(r"(AWS::\w+|Custom)::\w+", kind)

    def test_it_knows_nothing_of_those_who_serve_it(self, rule: Rule) -> None:
        """A rule is handed a resource and says what it found."""
        path = Path(inspect.getfile(type(rule)))
        for name in imports(path):
            assert not name.startswith(tuple(f"compliance.{room}" for room in ABOVE))

    def test_its_class_says_its_id(self, rule: Rule) -> None:
        """The docstring's only line."""
        assert type(rule).__doc__ == f"{rule.id}."


def test_titles_are_unique() -> None:
    """A title alone tells which rule it is."""
    assert len({rule.title for rule in RULES}) == len(RULES)


def test_helpers_of_rules_know_nothing_of_those_above_either() -> None:
    """Nothing below `rules/` imports what stands above it."""
    for path in ROOT.glob("rules/**/*.py"):
        for name in imports(path):
            assert not name.startswith(tuple(f"compliance.{room}" for room in ABOVE)), path


def imports(path: Path) -> Iterator[str]:
    """Modules that a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_every_rule_of_a_resources_type_judges_it(tmp_path: Path) -> None:
    """The door that all engines use: rule by rule, in the table's order."""
    path = tmp_path / "t.json"
    body = {
        "Resources": {"Group": {"Type": "AWS::Logs::LogGroup"}, "Q": {"Type": "AWS::SQS::Queue"}}
    }
    path.write_text(json.dumps(body))
    assembly = read(path)
    context = Context(assembly, Config())
    group, queue = assembly.resources()
    assert [(rule.id, found.outcome) for rule, found in rules.judge(group, context)] == [
        ("LOG01", Outcome.FAIL),
        ("LOG06", Outcome.FAIL),
    ]
    assert list(rules.judge(queue, context)) == []
