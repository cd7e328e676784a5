"""`--format json`: the stable contract, described by `review.schema.json` beside this file.

What is absent on one side of a difference has no key, since `null` is a value of its own.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from compliance.findings import SCHEMA_VERSION
from compliance.intrinsics import ABSENT
from compliance.masking import mask_text, mask_value

if TYPE_CHECKING:
    from compliance.assembly.model import Json
    from compliance.iam.access.model import Comparison, Witness
    from compliance.review.model import Change, Difference, Note, Review, TemplateReview

CHANGED: Final = "changed"
SAME: Final = "same"


def render(review: Review) -> str:
    """The review as JSON, whole, ASCII only, so that no control character reaches a terminal."""
    return _text(
        {
            "schema_version": SCHEMA_VERSION,
            "result": CHANGED if review.templates else SAME,
            "compared": review.compared,
            "access": access(review.access),
            "templates": [template(found) for found in review.templates],
        }
    )


def render_access(comparison: Comparison) -> str:
    """What access is new, as `synthgate access --format json` prints it."""
    return _text(access(comparison))


def access(comparison: Comparison) -> dict[str, object]:
    """What access is new."""
    return {
        "result": comparison.result,
        "witnesses": [_witness(witness) for witness in comparison.witnesses],
        "undecided": [
            {"statement": item.statement, "reason": item.reason} for item in comparison.undecided
        ],
    }


def template(review: TemplateReview) -> dict[str, object]:
    """What happened to one template."""
    return {
        "name": review.name,
        "state": "added" if review.old is None else "removed" if review.new is None else "changed",
        "changes": [_change(change) for change in review.changes],
        "failures": [mask_text(failure) for failure in review.failures],
        "notes": [_note(note) for note in review.notes],
        "others": [_difference(difference) for difference in review.others],
        "diff": [mask_text(line) for line in review.diff],
    }


def _text(document: Json) -> str:
    return json.dumps(document, indent=2, allow_nan=False) + "\n"


def _witness(witness: Witness) -> dict[str, object]:
    return {
        "principal": witness.principal,
        "action": witness.action,
        "resource": witness.resource,
        "condition": {key: list(values) for key, values in witness.condition.items()} or None,
    }


def _change(change: Change) -> dict[str, object]:
    return {
        "kind": change.kind,
        "logical_id": change.resource.logical_id,
        "old_logical_id": change.old.logical_id if change.old else None,
        "resource_type": change.resource.type,
        "construct_path": change.resource.construct_path,
        "replaced": change.replaced,
        "reasons": [mask_text(reason) for reason in change.reasons],
        "loss": change.loss,
        "kept": change.kept,
        "differences": [_difference(difference) for difference in change.differences],
    }


def _difference(difference: Difference) -> dict[str, object]:
    name = difference.place.rpartition(".")[2].partition("[")[0]
    sides = {"old": difference.old, "new": difference.new}
    return {"place": difference.place} | {
        side: _finite(mask_value(value, name=name))
        for side, value in sides.items()
        if value is not ABSENT
    }


def _finite(value: Json) -> Json:
    """The value without what Python reads as a number and JSON has no name for."""
    return json.loads(json.dumps(value), parse_constant=str)


def _note(note: Note) -> dict[str, object]:
    return {
        "subject": note.subject,
        "logical_id": note.resource.logical_id,
        "resource_type": note.resource.type,
        "construct_path": note.resource.construct_path,
        "message": mask_text(note.message),
        "place": note.place,
    }
