"""Pairs of policies and templates, labelled without a look at the comparison.

A label says the strictest true answer; `also` lists what an honest tool may answer besides.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from compliance.assembly import Assembly, Template
from compliance.findings import SynthgateError
from compliance.iam.access.comparison import compare
from compliance.iam.access.documents import policy
from compliance.iam.access.templates import compare_assemblies

if TYPE_CHECKING:
    from compliance.iam.access.model import Comparison

HERE: Final = Path(__file__).parent
UNDECIDED: Final = {"tpl-boundary-wider", "tpl-boundary-deny-dropped"}
"""What a permissions boundary of the template lets through newly is not worked out: it is left
open, where the label says that it is new."""


def pairs(name: str) -> list[dict[str, Any]]:
    """The labelled pairs of a file."""
    lines = (HERE / f"access_{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def compared(pair: dict[str, Any]) -> Comparison:
    """What the comparison of two lone documents says; `null` stands for nothing granted."""
    old, new = (
        [] if document is None else [policy(document, shown=side)]
        for side, document in (("old", pair["old"]), ("new", pair["new"]))
    )
    return compare(old, new)


def assembly(body: dict[str, Any] | None) -> Assembly:
    """A template, or none, as an assembly."""
    template = Template(name="t", path=Path("t"), body=body or {"Resources": {}})
    return Assembly(Path("t"), (template,), is_assembly=False)


def wrong(pair: dict[str, Any], found: str) -> bool:
    """Whether an answer is none that the label allows."""
    return found not in {pair["answer"], *pair.get("also", ())}


@pytest.mark.parametrize("name", ["identity", "resource"])
def test_documents_are_answered_as_labelled(name: str) -> None:
    """Every answer is the label, or one that the label allows besides; most are the label."""
    found = [(pair, str(compared(pair).result)) for pair in pairs(name)]
    assert [(pair["id"], each) for pair, each in found if wrong(pair, each)] == []
    assert sum(pair["answer"] == each for pair, each in found) / len(found) > 0.8


def test_templates_are_answered_as_labelled() -> None:
    """Every answer is the label, or one that the label allows besides; most are the label."""
    found = [
        (pair, str(compare_assemblies(assembly(pair["old"]), assembly(pair["new"])).result))
        for pair in pairs("templates")
    ]
    assert {pair["id"]: each for pair, each in found if wrong(pair, each)} == dict.fromkeys(
        UNDECIDED, "undecided"
    )
    assert sum(pair["answer"] == each for pair, each in found) / len(found) > 0.8


def test_what_is_no_policy_is_refused() -> None:
    """What IAM would refuse is refused in one line, with the file's name in front."""
    for pair in pairs("bad"):
        with pytest.raises(SynthgateError, match=r"\Ap\.json: ") as caught:
            policy(pair["document"], shown="p.json")
        assert "\n" not in str(caught.value)
