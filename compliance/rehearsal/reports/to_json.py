"""The rehearsal as JSON: the stable contract, described by `rehearsal.schema.json` beside it.

Findings and verdict stand under `report`, as `synthgate check --format json` prints them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from compliance.findings import SCHEMA_VERSION
from compliance.rehearsal.reports import gathering
from compliance.rehearsal.reports.names import Names, place_name
from compliance.rehearsal.reports.sound import presentable
from compliance.reports import to_json
from compliance.sanitize import well_formed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compliance.rehearsal.model import Grant, Operation, Place, Rehearsal, Removal, Row, Step


def render(rehearsal: Rehearsal) -> str:
    """The rehearsal as JSON, whole, ASCII only, so that no control character reaches a terminal.

    Raises:
        ValueError: the verdict is green and what was seen says otherwise.
    """
    shown = presentable(rehearsal)
    document = {
        "schema_version": SCHEMA_VERSION,
        "assembly": shown.assembly,
        "digest": shown.digest,
        "environment": shown.environment,
        "target": shown.target,
        "report": to_json.document(shown.report),
        "notices": list(shown.notices),
        "rows": [_row(row) for row in gathering.ordered(shown.rows, Names(shown))],
        "removals": [
            _removal(removal)
            for removal in sorted(shown.removals, key=lambda r: (place_name(r.place), r.reason))
        ],
        "operations": [_operation(operation) for operation in shown.operations],
        "tests": dict(sorted(shown.tests.items())),
        "steps": [_step(step) for step in shown.steps],
        "names": dict(sorted(shown.names.items())),
    }
    return json.dumps(document, indent=2, allow_nan=False) + "\n"


def _row(row: Row) -> dict[str, object]:
    return {
        "grant": _grant(row.grant),
        "evidence": row.evidence,
        "operations": list(row.operations),
        "uses": row.uses,
        "reason": row.reason,
        "effect": row.effect,
        "broken": list(row.broken),
    }


def _grant(grant: Grant) -> dict[str, object]:
    return {
        "kind": grant.kind,
        "holder": grant.holder,
        "principal": grant.principal,
        "sid": grant.sid,
        "action": grant.action,
        "resource": grant.resource,
        "conditions": _conditions(grant.conditions),
        "place": _place(grant.place),
        "policy": grant.policy,
        "location": grant.location,
        "role": None if grant.role is None else _place(grant.role),
    }


def _conditions(conditions: Mapping[str, Any]) -> object:
    """Conditions as JSON has them: no number that Python alone reads, no lone surrogate."""
    text = well_formed(json.dumps(conditions, ensure_ascii=False, sort_keys=True))
    found: object = json.loads(text, parse_constant=str)
    return found


def _place(place: Place) -> dict[str, object]:
    return {
        "template": place.template,
        "stack": place.stack,
        "logical_id": place.logical_id,
        "resource_type": place.resource_type,
        "construct_path": place.construct_path,
    }


def _removal(removal: Removal) -> dict[str, object]:
    return {"place": _place(removal.place), "reason": removal.reason}


def _operation(operation: Operation) -> dict[str, object]:
    return {
        "name": operation.name,
        "calls": operation.calls,
        "succeeded": operation.succeeded,
        "failed": operation.failed,
    }


def _step(step: Step) -> dict[str, object]:
    return {"name": step.name, "seconds": round(step.seconds, 3)}
