"""What became of every grant, and what follows from it: too much granted, or too little."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from compliance.findings import Finding, Outcome
from compliance.rehearsal.copying import place
from compliance.rehearsal.evidence import Match, match
from compliance.rehearsal.exercisable import INVOCATION, entry
from compliance.rehearsal.model import Evidence, Kind, Origin, Row
from compliance.rehearsal.role_users import users
from compliance.rehearsal.rules import NECESSARY, SUFFICIENT, finding
from compliance.rehearsal.surroundings import (
    Surroundings,
    invocations,
    is_for_all,
    source_arns,
)
from compliance.rehearsal.telling import counted, short, some, statement, where, who
from compliance.rehearsal.trail_actions import LEFT_OUT, leaves_out
from compliance.review.references import names

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from compliance.assembly.model import Assembly
    from compliance.rehearsal.functions import Function
    from compliance.rehearsal.model import Call, Grant, Place, Use
    from compliance.rehearsal.wiring import Wiring

DEPLOY: Final = "deploy"
"""Operation of what a function did before the API was called first: a custom resource's."""
EVENT: Final = "event"
"""Operation of what a function did later, for another event than a call of the API."""

UNSEEN: Final = (
    "nothing of it was seen in this time; what was done before, at a deploy or by a function that "
    "keeps what it has read, was not looked at"
)
"""Why a trail of a while, of a stage that was there before, does not tell 'never used'."""
_OF_AWS: Final = ":iam::aws:policy/"
_WILD: Final = frozenset("*?!")
_OBJECTS: Final = re.compile(r"(?<=:s3:::)([^/*?]+)/.*", re.DOTALL)
"""Which objects of one bucket."""


def ledger(
    grants: Sequence[Grant],
    uses: Iterable[Use],
    *,
    calls: Sequence[Call] = (),
    functions: Iterable[Function] = (),
    idle: Mapping[Place, str] | None = None,
    api: str = "",
    wiring: Wiring | None = None,
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
        wiring: what AWS does between the deployed resources (`compliance.rehearsal.wiring`).
            Without it nothing that rests on it is on the list of what leaves no trail.
        source: what would have told of a use. A trail tells of no data events, and of nothing
            before: what it has not told is undecided, never 'never used'.

    Returns:
        One row for each grant, in their order.
    """
    matched, unclear = _matched(grants, uses)
    around = Surroundings.of(
        grants,
        functions=functions,
        uses=[use for found in matched.values() for use in found],
        calls=calls,
        api=api,
        wiring=wiring,
    )
    roles = frozenset(grant.holder for grant in grants if grant.kind is not Kind.RESOURCE)
    first = min((call.time for call in calls), default=None)
    rows = []
    for index, grant in enumerate(grants):
        # What a function runs under is at work, whatever else was taken out.
        role = None if grant.holder in around.functions else grant.role
        rests = (idle or {}).get(role) if role else None
        if index in matched:
            rows.append(_exercised(grant, matched[index], first, roles))
        elif rests is not None:
            rows.append(Row(grant, Evidence.NOT_REHEARSED, reason=rests))
        else:
            rows.append(_unseen(grant, around, source, ambiguous=index in unclear))
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


def _exercised(
    grant: Grant, found: Sequence[Use], first: float | None, roles: frozenset[str]
) -> Row:
    callers = {use.principal for use in found}
    if is_for_all(grant) and callers <= roles:
        told = ", ".join(sorted(map(short, callers)))
        return Row(grant, Evidence.NEVER_USED, reason=f"only {told} used it: name it")
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
    if source is Origin.TRAIL:
        return Row(grant, Evidence.UNDECIDED, reason=UNSEEN)
    return Row(grant, Evidence.NEVER_USED)


def idle_roles(assembly: Assembly, removed: Collection[Place]) -> dict[Place, str]:
    """The roles whose every user was taken out before the deploy, each with the reason.

    Args:
        assembly: as it was gated, with what was taken out.
        removed: what was taken out.
    """
    gone = {(each.stack, each.logical_id) for each in removed}
    found = {}
    for role, named in users(assembly).items():
        left = [each for each in named if (each.template.stack, each.logical_id) not in gone]
        # What a stack gives out may be used by any other.
        given_out = role.logical_id in names(dict(role.template.outputs)).attributes
        if named and not left and not given_out:
            found[place(role)] = (
                f"its only user is not rehearsed: {', '.join(each.logical_id for each in named)}"
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
        if row.evidence is not Evidence.EXERCISED:
            continue
        used = [use for use in uses if match(grant, use) is not Match.NO]
        told = f"{where(grant)}: {grant.action} on {grant.resource} was exercised"
        if _WILD & set(grant.action):
            seen = sorted({use.action for use in used})
            found.append(f"{told} by {counted(seen, 'action')} alone: {', '.join(seen)}")
        # In its own policy a resource is `*`, too; and the objects of a bucket are many by nature.
        if grant.kind is Kind.ROLE and _WILD & set(_OBJECTS.sub("", grant.resource)):
            seen = sorted({use.resource for use in used} - {""})
            found.append(f"{told} on {counted(seen, 'resource')} alone: {some(seen)}")
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
            else (row.reason or "no call used it")
        )
        grant = row.grant
        found.append(
            finding(
                NECESSARY,
                f"{who(grant)} may {grant.action} on {grant.resource} "
                f"({statement(grant)}), and {told}.",
                place=grant.place,
                location=grant.location,
                observed=f"{grant.action} on {grant.resource}",
                remediation=_remediation(row),
                outcome=Outcome.UNDECIDED if undecided else Outcome.FAIL,
            )
        )
    return found


def _remediation(row: Row) -> str:
    """How to mend what has a way of its own; empty for any other."""
    grant = row.grant
    if is_for_all(grant) and row.reason:
        return "Name the roles that use it as the statement's principal, and nobody else."
    if _OF_AWS in grant.policy:
        return (
            "Give the role a policy of its own with the actions that it uses, in place of this one "
            "of AWS's, which cannot be narrowed."
        )
    if any("/test-invoke-stage/" in arn for arn in source_arns(grant)):
        return (
            "Remove the permission: it is for the console's test button alone. In CDK, give the "
            "integration `allow_test_invoke=False`."
        )
    return ""


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
        shown = some(resources)
        by = next((each.sid for use in times for each in use.statements), None)
        why = "no statement allows it" if by is None else f"the statement {by or '(no Sid)'} denies"
        found.append(
            finding(
                SUFFICIENT,
                f"{operation or 'A function'} was denied {action} on {shown}, as "
                f"{short(role)}, {len(times)} times: {why}.",
                place=roles[role],
                location=operation,
                observed=f"{action} on {resources[0]}",
            )
        )
    return found
