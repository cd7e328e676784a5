"""What a reader is told: every row of every case, as a text that a reviewer of a change reads.

`pytest tests/compliance/rules/test_said.py --snapshot-update` writes the texts anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from compliance import rules
from compliance.assembly import read
from compliance.findings import Outcome
from compliance.rules.base import Context
from tests.compliance.rules.every_case import every_case

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion


class Said(SingleFileSnapshotExtension):
    """One text a rule."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"


@pytest.mark.parametrize("rule", sorted(every_case()))
def test_what_a_rule_says_is_what_was_reviewed(
    rule: str, snapshot: SnapshotAssertion, tmp_path: Path
) -> None:
    """Message, value and way to mend of each row that does not pass."""
    text = "\n".join(_told(rule, tmp_path)) + "\n"
    assert text == snapshot(extension_class=Said)


def _told(rule: str, folder: Path) -> Iterator[str]:
    judging = rules.by_id()[rule]
    for number, case in enumerate(every_case()[rule]):
        place = folder / str(number)
        place.mkdir()
        assembly = read(case.write(place))
        context = Context(assembly, case.config, case.environment)
        told = [
            (resource.logical_id, judgement)
            for resource in assembly.resources()
            if resource.type in judging.resource_types
            for judgement in judging.judge(resource, context)
            if judgement.outcome is not Outcome.PASS
        ]
        if told:
            yield f"{case.name}"
        for logical_id, judgement in told:
            severity = judgement.severity or judging.severity
            yield f"  {judgement.outcome} {severity} {logical_id} {judgement.location}"
            yield f"    {judgement.message}"
            if judgement.observed:
                yield f"    observed: {judgement.observed}"
            if judgement.remediation:
                yield f"    mend: {judgement.remediation}"
