"""Decides one new Allow: is there a request that it lets through and the old policies did not?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.iam.access import whose
from compliance.iam.access.cells import cells
from compliance.iam.access.globs import EVERYTHING
from compliance.iam.access.question import Doubt, Question, Request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.iam.access.frame import Frame

CHECK_COST: Final = 4
"""States that deciding one resource of one cell counts for."""


def findings(frame: Frame) -> Iterator[Request | Doubt]:
    """New requests, one at least for each new action, resource pattern and principal; doubts.

    Args:
        frame: the Allow and what it is compared with.

    Raises:
        TooManyError: the budget is spent.
    """
    if frame.is_settled:
        return
    clause = frame.clause
    told: set[object] = set()
    resources = (
        [EVERYTHING] if clause.resources.negated else sorted(clause.resources.items, key=repr)
    )
    askers = list(whose.askers(clause, frame.others))
    for cell in cells(clause, frame.others, budget=frame.budget):
        for asker, through in askers:
            for resource in resources:
                question = Question(frame, cell, asker, through, resource)
                if question.is_covered():
                    continue
                frame.budget.spend(CHECK_COST)
                for finding in question.findings():
                    aspects = {("action", cell.asked), ("resource", resource), ("asker", asker)}
                    if isinstance(finding, Doubt) or not aspects <= told:
                        yield finding
                    if isinstance(finding, Request):
                        told |= aspects


def confirms(frame: Frame, request: Request) -> bool:
    """Whether a request is new by another reading as well."""
    question = Question(frame, request.cell, request.asker, request.through, EVERYTHING)
    return question.is_new(request.resource, request.context)
