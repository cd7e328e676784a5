"""What became of every grant, and what follows from it: too much granted, or too little."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from compliance.findings import Finding, Outcome
from compliance.rehearsal.copying import place
from compliance.rehearsal.evidence import Match, match
from compliance.rehearsal.exercisable import INVOCATION, entry
from compliance.rehearsal.model import Evidence, Kind, Origin, Row
from compliance.rehearsal.rules import NECESSARY, SUFFICIENT, finding
from compliance.rehearsal.surroundings import Surroundings, invocations
from compliance.rehearsal.trail_actions import LEFT_OUT, leaves_out
from compliance.rehearsal.written_policies import OF_ROLES, ROLE
from compliance.review.references import names

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from compliance.assembly.model import Assembly
    from compliance.rehearsal.functions import Function
    from compliance.rehearsal.model import Call, Grant, Place, Use

DEPLOY: Final = "deploy"
"""Operation of what a function did before the API was called first: a custom resource's."""
EVENT: Final = "event"
"""Operation of what a function did later, for another event than a call of the API."""

IDLE: Final = (
    "the role was not seen at work in this time: what it does at a deploy, or for other events, "
    "was not looked at"
)
"""Why a trail says nothing of a role's grants."""
_SHOWN: Final = 3
"""How many resources a finding names."""


def ledger(
    grants: Sequence[Grant],
    uses: Iterable[Use],
    *,
    calls: Sequence[Call] = (),
    functions: Iterable[Function] = (),
    idle: Mapping[Place, str] | None = None,
    api: str = "",
    source: Origin = Origin.AUTHORIZATION,
) -> tuple[Row, ...]:
    """Tell of every grant what is known of it.

    Args:
        grants: all that is deployed.
        uses: all that was seen while nothing was tampered with, by whomever.
        calls: of the API, in the same time.
        functions: those deployed.
        idle: roles that nothing uses in this rehearsal, with the reason (`idle_roles`).
        api: id and stage of the API, such as `a1b2c3/v1`.
        source: what would have told of a use. A trail does not tell of data events, nor of what a
            role did before: what it may have left out is undecided, never 'never used'.

    Returns:
        One row for each grant, in their order.
    """
    matched, unclear = _matched(grants, uses)
    used: dict[str, set[str]] = defaultdict(set)
    for found in matched.values():
        for use in found:
            used[use.principal].add(use.action.partition(":")[0])
    around = Surroundings.of(grants, functions=functions, used=used, calls=calls, api=api)
    first = min((call.time for call in calls), default=None)
    rows = []
    for index, grant in enumerate(grants):
        if index in matched:
            rows.append(_exercised(grant, matched[index], first))
        elif grant.role is not None and grant.role in (idle or {}):
            rows.append(Row(grant, Evidence.NOT_REHEARSED, reason=(idle or {})[grant.role]))
        else:
            row = _unseen(grant, around, source, ambiguous=index in unclear)
            rows.append(_watched(row, source, used))
    return tuple(rows)


def _matched(grants: Sequence[Grant], uses: Iterable[Use]) -> tuple[dict[int, list[Use]], set[int]]:
    """The uses of each grant by its index; and the grants that a use may or may not be of."""
    matched: dict[int, list[Use]] = defaultdict(list)
    unclear: set[int] = set()
    for use in uses:
        found = {index: match(grant, use) for index, grant in enumerate(grants)}
        sure = [index for index, each in found.items() if each is Match.YES]
        perhaps = [index for index, each in found.items() if each is Match.PERHAPS]
        if not sure and len(perhaps) == 1:
            sure, perhaps = perhaps, []  # Nothing else could have allowed it.
        unclear.update(perhaps)
        for index in sure:
            matched[index].append(use)
    return dict(matched), unclear - matched.keys()


def _exercised(grant: Grant, found: Sequence[Use], first: float | None) -> Row:
    # Where both sources tell, they tell of the same calls.
    decided = [use for use in found if use.origin is Origin.AUTHORIZATION] or found
    operations = {_operation(use, first) for use in decided} - {""}
    return Row(grant, Evidence.EXERCISED, tuple(sorted(operations)), len(decided))


def _operation(use: Use, first: float | None) -> str:
    if use.operation or use.call or use.origin is Origin.TRAIL:
        return use.operation
    return DEPLOY if first is None or use.time < first else EVENT


def _unseen(grant: Grant, around: Surroundings, source: Origin, *, ambiguous: bool) -> Row:
    found = entry(grant, around)
    if found is INVOCATION and source is Origin.TRAIL:
        # In an account the call could not have succeeded without it.
        operations = invocations(grant, around)
        return Row(grant, Evidence.EXERCISED, operations, len(operations))
    if found is not None:
        operations = invocations(grant, around) if found is INVOCATION else ()
        return Row(grant, Evidence.NOT_EXERCISABLE, operations, reason=found.reason)
    if ambiguous:
        reason = "the trail does not tell on which resource the action was used"
        return Row(grant, Evidence.UNDECIDED, reason=reason)
    if source is Origin.TRAIL and leaves_out(grant.action):
        return Row(grant, Evidence.UNDECIDED, reason=LEFT_OUT)
    return Row(grant, Evidence.NEVER_USED)


def _watched(row: Row, source: Origin, used: Collection[str]) -> Row:
    """The row of a grant whose role was at work; of any other, a trail tells too little."""
    idle = row.grant.kind is Kind.ROLE and row.grant.holder not in used
    if source is Origin.TRAIL and row.evidence is Evidence.NEVER_USED and idle:
        return replace(row, evidence=Evidence.UNDECIDED, reason=IDLE)
    return row


def idle_roles(assembly: Assembly, removed: Collection[Place]) -> dict[Place, str]:
    """The roles whose every user was taken out before the deploy, each with the reason.

    Args:
        assembly: as it was gated, with what was taken out.
        removed: what was taken out.
    """
    gone = {(each.stack, each.logical_id) for each in removed}
    found = {}
    for role in assembly.resources(ROLE):
        template = role.template
        users = [
            resource
            for resource in template.resources.values()
            if resource.type not in OF_ROLES
            and role.logical_id in names(dict(resource.body)).attributes
        ]
        left = [each for each in users if (template.stack, each.logical_id) not in gone]
        # What a stack gives out may be used by any other.
        given_out = role.logical_id in names(dict(template.outputs)).attributes
        if users and not left and not given_out:
            found[place(role)] = (
                f"its only user is not rehearsed: {', '.join(each.logical_id for each in users)}"
            )
    return found


def notices(rows: Iterable[Row], uses: Sequence[Use]) -> tuple[str, ...]:
    """What a reader should know of grants by wildcard: how little of one may have been used.

    Args:
        rows: of the ledger.
        uses: that it was made of.
    """
    found = []
    for row in rows:
        grant = row.grant
        if row.evidence is not Evidence.EXERCISED or not set("*?!") & set(grant.action):
            continue
        seen = sorted({use.action for use in uses if match(grant, use) is not Match.NO})
        found.append(
            f"{_where(grant)}: {grant.action} on {grant.resource} was exercised by {len(seen)} "
            f"{'action' if len(seen) == 1 else 'actions'} alone: {', '.join(seen)}"
        )
    return tuple(found)


def findings(rows: Iterable[Row]) -> list[Finding]:
    """What is granted and was not exercised, one finding for each grant."""
    found = []
    for row in rows:
        if row.evidence not in (Evidence.NEVER_USED, Evidence.UNDECIDED):
            continue
        undecided = row.evidence is Evidence.UNDECIDED
        told = (
            f"it cannot be told whether any call used it: {row.reason}"
            if undecided
            else ("no call used it")
        )
        grant = row.grant
        found.append(
            finding(
                NECESSARY,
                f"{_who(grant)} may {grant.action} on {grant.resource} "
                f"({_statement(grant)}), and {told}.",
                place=grant.place,
                location=grant.location,
                observed=f"{grant.action} on {grant.resource}",
                outcome=Outcome.UNDECIDED if undecided else Outcome.FAIL,
            )
        )
    return found


def sufficiency(uses: Iterable[Use], grants: Iterable[Grant]) -> list[Finding]:
    """What a deployed role was denied while nothing was tampered with.

    Args:
        uses: all that was seen in that time.
        grants: all that is deployed; tells the deployed roles.

    Returns:
        One finding for each role, operation and action.
    """
    roles = {grant.holder: grant.role for grant in grants if grant.kind is not Kind.RESOURCE}
    denied: dict[tuple[str, str, str], list[Use]] = defaultdict(list)
    for use in uses:
        if not use.allowed and use.principal in roles:
            denied[use.principal, use.operation, use.action].append(use)
    found = []
    for (role, operation, action), times in denied.items():
        resources = list(dict.fromkeys(use.resource or "an untold resource" for use in times))
        more = len(resources) - _SHOWN
        shown = ", ".join(resources[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
        by = next((each.sid for use in times for each in use.statements), None)
        why = "no statement allows it" if by is None else f"the statement {by or '(no Sid)'} denies"
        found.append(
            finding(
                SUFFICIENT,
                f"{operation or 'A function'} was denied {action} on {shown}, as "
                f"{_short(role)}, {len(times)} times: {why}.",
                place=roles[role],
                location=operation,
                observed=f"{action} on {resources[0]}",
            )
        )
    return found


def _where(grant: Grant) -> str:
    return grant.place.construct_path or f"{grant.place.stack}/{grant.place.logical_id}"


def _who(grant: Grant) -> str:
    if grant.kind is Kind.ROLE:
        return f"The role {_short(grant.holder)}"
    whom = "Everyone" if grant.principal == "*" else grant.principal.partition(":")[2]
    return whom or grant.principal


def _short(arn: str) -> str:
    return arn.rpartition("/")[2]


def _statement(grant: Grant) -> str:
    policy = _short(grant.policy) if grant.policy != grant.holder else "its policy"
    return f"statement {grant.sid} of {policy}" if grant.sid else f"a statement of {policy}"
