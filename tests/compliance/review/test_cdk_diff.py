"""Every verdict on replacement is held against the real CDK CLI's, offline."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from compliance.assembly.model import Template
from compliance.review import schemas
from compliance.review.changes import changes
from compliance.review.losses import RETAINING
from compliance.review.model import Kind, Replaced
from tests.compliance.review.cdk_cases import (
    CASES,
    DESTROY,
    DISAGREEMENTS,
    MAYBE,
    NOTHING,
    ORPHAN,
    REPLACE,
    Case,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from compliance.review.model import Change

_LINE = re.compile(r"^\[[-+~]\] (\S+) (.*)$")
_MANIFEST = {
    "version": "48.0.0",
    "artifacts": {
        "Stack": {
            "type": "aws:cloudformation:stack",
            "environment": "aws://unknown-account/unknown-region",
            "properties": {"templateFile": "Stack.template.json"},
        }
    },
}


@pytest.fixture(scope="session")
def words(shared: Path, once: Callable[[Path, Callable[[Path], object]], Path]) -> dict[str, str]:
    """Return what `cdk diff` says of each logical id: all cases are one stack, and one run."""
    folder = once(shared / "cdk-diff", _diff)
    found: dict[str, str] = json.loads((folder / "words.json").read_text())
    return found


@pytest.mark.parametrize("name", CASES)
def test_the_review_and_the_cdk_cli_agree(name: str, words: Mapping[str, str]) -> None:
    """What is replaced, destroyed and orphaned is what `cdk diff` says, or listed with a reason."""
    case = CASES[name]
    ours = _ours(case)
    logical_ids = case.old.keys() | case.new.keys()
    assert ours == {name: case.expected.get(name, NOTHING) for name in logical_ids}
    theirs = {name: words.get(name, NOTHING) for name in logical_ids}
    expected = {
        name: DISAGREEMENTS[name].word if name in DISAGREEMENTS else ours[name]
        for name in logical_ids
    }
    assert theirs == expected


def test_no_disagreement_is_listed_of_a_case_that_is_gone() -> None:
    """The list is about the cases as they are."""
    cases = {name for case in CASES.values() for name in case.old.keys() | case.new.keys()}
    assert DISAGREEMENTS.keys() <= cases


def test_no_two_cases_share_a_resource() -> None:
    """All cases are compared in one run of the CLI, so that no two may meet there."""
    names = [name for case in CASES.values() for name in case.old.keys() | case.new.keys()]
    assert len(names) == len(set(names))


def test_no_property_that_the_cdk_cli_replaces_for_is_overlooked() -> None:
    """Of every property of every type that both know, our verdict is at least as grave as its."""
    rank = {"no": 0, "maybe": 1, "yes": 2}
    overlooked = []
    for kind, properties in _cli_properties().items():
        found = schemas.schema(kind)
        for name, theirs in properties.items() if found else ():
            assert found
            inside = [ours for place, ours in found.fixed.items() if place[0] == name]
            grave = max((rank[ours] for ours in inside), default=0)
            if rank[theirs] and not grave and name not in {"Tags", "TagSpecifications"}:
                overlooked.append(f"{kind}.{name}")
    assert overlooked == []


def _ours(case: Case) -> dict[str, str]:
    found = dict.fromkeys(case.old.keys() | case.new.keys(), NOTHING)
    for change in changes(_template(case.old), _template(case.new)):
        if change.old and change.kind in {Kind.REMOVED, Kind.RENAMED}:
            kept = change.old.body.get("DeletionPolicy") in RETAINING
            found[change.old.logical_id] = ORPHAN if kept else DESTROY
        elif change.kind is Kind.CHANGED:
            found[change.resource.logical_id] = _word(change)
    return found


def _word(change: Change) -> str:
    return {Replaced.YES: REPLACE, Replaced.MAYBE: MAYBE, Replaced.NO: NOTHING}[change.replaced]


def _template(resources: Mapping[str, Any]) -> Template:
    return Template(name="t", path=Path("t"), body={"Resources": resources})


def _diff(folder: Path) -> None:
    folder.mkdir()
    stacks = (
        {name: body for case in CASES.values() for name, body in case.old.items()},
        {name: body for case in CASES.values() for name, body in case.new.items()},
    )
    for name, resources in zip(("old.json", "Stack.template.json"), stacks, strict=True):
        (folder / name).write_text(json.dumps({"Resources": resources}))
    (folder / "manifest.json").write_text(json.dumps(_MANIFEST))
    done = subprocess.run(
        [_cli(), "diff", "--app", str(folder), "--template", "old.json", "--strict", "--no-color"],
        cwd=folder,
        env={**os.environ, "CI": "true"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert "Number of stacks with differences: 1" in done.stdout, done.stdout + done.stderr
    words = {}
    for line in done.stdout.splitlines():
        if found := _LINE.match(line):
            logical_id, _, word = found.group(2).partition(" ")
            words[logical_id] = word.strip()
    (folder / "words.json").write_text(json.dumps(words))


def _cli() -> str:
    found = shutil.which("cdk")
    assert found, "the CDK CLI is not on PATH; `python3 -m nox -s tests` installs it"
    return found


def _cli_properties() -> dict[str, dict[str, str]]:
    """What the CLI's own table of properties says of replacement."""
    path = Path(_cli()).resolve().parent.parent / "db.json.gz"
    document = json.loads(gzip.decompress(path.read_bytes()))
    return {
        entity["cloudFormationType"]: {
            name: body.get("causesReplacement") or "no"
            for name, body in entity["properties"].items()
        }
        for entity in document["schema"]["resource"]["entities"]
    }
