"""What every format of a rehearsal is given: nothing secret, and no green that its rows deny."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any

from compliance.findings import Verdict
from compliance.masking import mask_text, mask_value
from compliance.rehearsal.model import Evidence
from compliance.rehearsal.reports.wording import failed_tests
from compliance.rehearsal.rules import NECESSARY, SUFFICIENT
from compliance.reports import presentable as findings_presentable
from compliance.reports.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.rehearsal.model import Rehearsal


def presentable(rehearsal: Rehearsal) -> Rehearsal:
    """A rehearsal as formats are given it: what looks like a secret is masked everywhere.

    Raises:
        ValueError: the verdict is green and what was seen says otherwise. That is a fault of the
            rehearsal, and nothing green is shown for it.
    """
    report = findings_presentable(rehearsal.report)
    if report.verdict is Verdict.GREEN and (told := "; ".join(_silences(rehearsal))):
        raise ValueError(
            f"the rehearsal's verdict is 'green', and no finding tells of {told}; make findings "
            "by compliance.rehearsal.rules.finding, and the verdict of them"
        )
    told_of = {
        field.name: _masked(getattr(rehearsal, field.name), name=field.name)
        for field in fields(rehearsal)
        if field.name != "report"
    }
    return replace(rehearsal, report=report, **told_of)


def _masked(value: Any, *, name: str) -> Any:
    if isinstance(value, Mapping):
        if name == "conditions":
            return mask_value(dict(value))
        return {mask_text(key): _masked(item, name=name) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(_masked(item, name=name) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        parts = {field.name: getattr(value, field.name) for field in fields(value)}
        return replace(value, **{name: _masked(part, name=name) for name, part in parts.items()})
    # A member of an enumeration is a word of ours.
    is_text = isinstance(value, str) and not isinstance(value, enum.Enum)
    return mask_text(value) if is_text else value


def _silences(rehearsal: Rehearsal) -> Iterator[str]:
    """What makes a rehearsal red, and has no finding: a waived one would be there as well."""
    rules = {finding.rule for finding in rehearsal.report.results}
    for evidence in (Evidence.NEVER_USED, Evidence.UNDECIDED):
        number = sum(1 for row in rehearsal.rows if row.evidence is evidence)
        if number and NECESSARY.id not in rules:
            yield f"{counted(number, 'grant')} {evidence}"
    silent = [operation.name for operation in rehearsal.operations if not operation.succeeded]
    if silent and SUFFICIENT.id not in rules:
        yield f"{counted(len(silent), 'operation')} that never succeeded"
    failed = failed_tests(rehearsal)
    if failed and not rules:
        yield counted(failed, "failed contract test")
