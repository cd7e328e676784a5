"""Whether new policies allow any request that old ones did not.

Semantics: IAM User Guide, 'Policy evaluation logic': a request is allowed when some Allow of its
policies is about it, and no Deny is. What is compared is what AWS's CheckNoNewAccess compares
(IAM Access Analyzer API Reference).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from compliance.iam.access import forms, search
from compliance.iam.access.clauses import ANYONE, Policy, fields_matter
from compliance.iam.access.frame import Frame, Sides
from compliance.iam.access.globs import Budget, Reading, TooManyError
from compliance.iam.access.model import Comparison, Open, Witness
from compliance.iam.access.question import Doubt, Request

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Sequence

    from compliance.iam.access.clauses import Clause, Unread

STATES: Final = 60_000
"""States that a comparison may visit: about a second."""
STATES_EACH: Final = 2_000
"""States more for each policy."""


def compare(old: Sequence[Policy], new: Sequence[Policy], *, states: int = STATES) -> Comparison:
    """What access is new.

    Args:
        old: policies as they were; those of one subject count together.
        new: policies as they are.
        states: how far to search before the answer is left open.

    Returns:
        Witnesses and what is open, in the order of the new policies.
    """
    budget = Budget(states + STATES_EACH * len(new))
    before, after = _by_subject(old), _by_subject(new)
    witnesses: dict[tuple[object, ...], Witness] = {}
    undecided: dict[Open, None] = {}
    for subject, policies in after.items():
        for finding in _of_subject(before.get(subject, []), policies, budget):
            if isinstance(finding, Witness):
                key = (
                    finding.principal,
                    finding.action,
                    finding.resource,
                    tuple(finding.condition.items()),
                )
                witnesses.setdefault(key, finding)
            else:
                undecided.setdefault(finding)
    return Comparison(tuple(witnesses.values()), tuple(undecided))


def _by_subject(policies: Iterable[Policy]) -> dict[Hashable, list[Policy]]:
    found: dict[Hashable, list[Policy]] = defaultdict(list)
    for policy in policies:
        found[policy.subject].append(policy)
    return found


def _of_subject(
    old: Sequence[Policy], new: Sequence[Policy], budget: Budget
) -> Iterator[Witness | Open]:
    was, now = _unread(old), _unread(new)
    for unread in now:
        if unread not in was:
            yield Open(unread.place, unread.reason)
    gone = [unread for unread in was if unread not in now]
    is_new = False
    sides = _sides(old, new)
    for clause in sides.new_allows:
        for finding in _of_clause(clause, sides, budget):
            if isinstance(finding, Doubt):
                yield Open(clause.place, finding.reason)
            elif gone:
                is_new = True
            else:
                yield _told(_witness(finding, clause, new[0].principal), new[0].doubt)
    yield from _unlimited(old, new, sides, budget)
    if any(policy.others_allow for policy in new) or any(each in was for each in now):
        yield from _no_longer_denied(sides, budget)
    for unread in gone:
        # It may have granted what seems to be new, or denied what seems to be old.
        if is_new or unread.may_deny:
            yield Open(unread.place, f"what it said before is not known: {unread.reason}")


def _told(witness: Witness, doubt: str) -> Witness | Open:
    if not doubt:
        return witness
    return Open(witness.statement, f"{doubt} {witness.action} on {witness.resource}")


def _unlimited(
    old: Sequence[Policy], new: Sequence[Policy], sides: Sides, budget: Budget
) -> Iterator[Witness | Open]:
    """What a permissions boundary kept from somebody, and keeps no more."""
    kept = {name: limit for policy in new for name, limit in policy.boundaries.items()}
    limits = {name: limit for policy in old for name, limit in policy.boundaries.items()}
    has_unread = any(policy.unread for policy in new)
    for name, limit in sorted(limits.items()):
        if name in kept or not (sides.new_allows or has_unread):
            continue
        if limit and any(_is_within(other, limit, sides, budget) for other in kept.values()):
            continue
        within = Sides(
            new_allows=sides.new_allows,
            new_denies=sides.new_denies,
            old_allows=tuple(clause for clause in limit if clause.allows),
            old_denies=tuple(clause for clause in limit if not clause.allows),
            tokens=sides.tokens,
        )
        beyond = [
            (clause, finding)
            for clause in within.new_allows
            for finding in (_of_clause(clause, within, budget) if limit else ())
        ]
        told = [
            _witness(finding, clause, new[0].principal)
            for clause, finding in beyond
            if isinstance(finding, Request)
        ]
        if not kept:
            yield from told
        if (beyond or not limit or has_unread) and (kept or not told):
            yield Open(new[0].principal, f"the permissions boundary {name} limits it no more")


def _is_within(
    limit: tuple[Clause, ...], other: tuple[Clause, ...], sides: Sides, budget: Budget
) -> bool:
    """Whether a permissions boundary plainly lets through no more than another one did."""
    both = Sides(
        new_allows=tuple(clause for clause in limit if clause.allows),
        new_denies=tuple(clause for clause in limit if not clause.allows),
        old_allows=tuple(clause for clause in other if clause.allows),
        old_denies=tuple(clause for clause in other if not clause.allows),
        tokens=sides.tokens,
    )
    return bool(limit) and not any(
        True for clause in both.new_allows for _ in _of_clause(clause, both, budget)
    )


def _no_longer_denied(sides: Sides, budget: Budget) -> Iterator[Open]:
    """What a Deny denied, and none denies any more: other policies may allow it."""
    turned = Sides(
        new_allows=tuple(replace(deny, allows=True) for deny in sides.old_denies),
        new_denies=(),
        old_allows=tuple(replace(deny, allows=True) for deny in sides.new_denies),
        old_denies=(),
        tokens=sides.tokens,
    )
    for deny in turned.new_allows:
        for finding in _of_clause(deny, turned, budget):
            what = "something"
            if isinstance(finding, Request):
                what = f"{finding.action.name} on {forms.written(finding.resource)}"
            elif finding.is_unlisted:
                continue
            told = f"{what} was denied before and is no more: a policy elsewhere may allow it"
            yield Open(deny.place, told)
            break


def _unread(policies: Sequence[Policy]) -> dict[Unread, None]:
    return dict.fromkeys(unread for policy in policies for unread in policy.unread)


def _sides(old: Sequence[Policy], new: Sequence[Policy]) -> Sides:
    def of(policies: Sequence[Policy], *, allows: bool) -> tuple[Clause, ...]:
        return tuple(
            dict.fromkeys(
                clause
                for policy in policies
                for clause in policy.clauses
                if clause.allows is allows
            )
        )

    return Sides(
        new_allows=of(new, allows=True),
        new_denies=of(new, allows=False),
        old_allows=of(old, allows=True),
        old_denies=of(old, allows=False),
        tokens={
            letter: token for policy in (*old, *new) for letter, token in policy.tokens.items()
        },
    )


def _of_clause(clause: Clause, sides: Sides, budget: Budget) -> Iterator[Request | Doubt]:
    """New requests and doubts of one Allow, by every reading that matters."""
    every = (clause, *sides.new_denies, *sides.old_allows, *sides.old_denies)
    readings = tuple(Reading) if any(map(fields_matter, every)) else (Reading.TEXT,)
    frames = [Frame(clause, sides, reading, budget) for reading in readings]
    doubts: dict[Doubt, None] = {}
    told: dict[object, None] = {}
    try:
        for frame in frames:
            others = [other for other in frames if other is not frame]
            for finding in search.findings(frame):
                if isinstance(finding, Doubt):
                    doubts.setdefault(finding)
                elif not all(search.confirms(other, finding) for other in others):
                    doubts.setdefault(
                        Doubt("it depends on whether a wildcard reaches over a colon")
                    )
                elif (key := (finding.asker, finding.action.name, finding.resource)) not in told:
                    told[key] = None
                    yield finding
    except TooManyError:
        doubts.setdefault(Doubt("it has more combinations of patterns than are searched"))
    # What nobody can ask for is no news beside what somebody can.
    yield from (doubt for doubt in doubts if not (told and doubt.is_unlisted))


def _witness(request: Request, clause: Clause, principal: str) -> Witness:
    return Witness(
        principal=request.asker.name if request.asker else principal or ANYONE,
        action=request.action.name,
        resource=forms.written(request.resource),
        condition=dict(sorted(request.context.items())),
        statement=clause.place,
    )
