"""What each grant is for: it is taken away, and just the operations that use it have to fail."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from compliance.findings import Outcome
from compliance.rehearsal.errors import RehearsalError
from compliance.rehearsal.evidence import Match, match, takes_in_action, takes_in_resource
from compliance.rehearsal.model import Call, Effect, Evidence, Grant, Kind, Row, Use
from compliance.rehearsal.necessity import DEPLOY, EVENT
from compliance.rehearsal.rules import EXACT, finding
from compliance.rehearsal.withheld import can_withhold, withheld

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from compliance.findings import Finding
    from compliance.rehearsal.stage import Stage

FAILED: Final = 500
"""An operation has failed from this status on; below, it has answered."""

Observed = tuple[tuple[Call, ...], tuple[Use, ...]]
"""The calls of the rehearsed API and the uses of grants since the last time."""


def tamper(
    stage: Stage,
    rows: Sequence[Row],
    *,
    exercise: Callable[[], object],
    exercise_rare: Callable[[], object],
    observe: Callable[[], Observed],
    restart: Callable[[str], object],
    progress: Callable[[str], object],
) -> tuple[tuple[Row, ...], list[Finding]]:
    """Take away, one after the other, each grant that an operation used; put it back each time.

    Args:
        stage: its operator may change the policies.
        rows: the table so far.
        exercise: calls every operation once; that tests of it fail is no evidence.
        exercise_rare: calls what is too slow for that; for grants that it does not come to use.
        observe: tells what was called and used since it was last asked.
        restart: starts the functions of a role (its ARN) anew, which so ask for what they keep.
        progress: told in a few words what is being done.

    Returns:
        The table with what happened, in the same order, and what did not happen as it had to.

    Raises:
        RehearsalError: a policy cannot be changed or is not as before; or nothing is called.
    """
    tried = [row for row in rows if is_tried(row)]
    findings = [_cannot_try(row) for row in tried if not can_withhold(row.grant)]
    tried = [row for row in tried if can_withhold(row.grant)]
    if not tried:
        return tuple(rows), findings
    iam = stage.client("iam")
    effects: dict[int, Row] = {}
    for number, row in enumerate(tried, 1):
        progress(f"without {row.grant.action} ({number} of {len(tried)})")
        observe()
        with withheld(iam, row.grant):
            restart(row.grant.holder)
            exercise()
            seen = _Seen(row, *observe())
            if not seen.felt:
                exercise_rare()
                seen = seen.and_of_those_that_felt_it(*observe())
        effects[id(row)] = seen.row()
        findings += seen.findings(rows)
    progress("with all of them again")
    for role in dict.fromkeys(row.grant.holder for row in tried):
        restart(role)
    exercise()
    findings += _left_behind(tried, observe())
    return tuple(effects.get(id(row), row) for row in rows), findings


def is_tried(row: Row) -> bool:
    """Whether a row is of a grant to a role that the API's operations used."""
    return (
        row.grant.kind is Kind.ROLE
        and row.evidence is Evidence.EXERCISED
        and not {DEPLOY, EVENT}.issuperset(row.operations)
    )


@dataclass(frozen=True)
class _Seen:
    """What happened while a grant was away."""

    before: Row
    calls: tuple[Call, ...]
    uses: tuple[Use, ...]

    @property
    def grant(self) -> Grant:
        return self.before.grant

    def denied(self, *, of_grant: bool) -> list[Use]:
        """Denials of its role: those of the very grant, or all others."""
        return [
            use
            for use in self.uses
            if use.principal == self.grant.holder
            and not use.allowed
            and _is_of(self.grant, use) is of_grant
        ]

    @property
    def felt(self) -> frozenset[int]:
        """Numbers of the calls that went without the grant."""
        return frozenset(use.call for use in self.denied(of_grant=True))

    def and_of_those_that_felt_it(self, calls: Sequence[Call], uses: Sequence[Use]) -> _Seen:
        """With what slow tests did. Some of them make operations fail on purpose: those are not."""
        felt = _Seen(self.before, tuple(calls), tuple(uses)).felt
        return replace(
            self,
            calls=(*self.calls, *(call for call in calls if call.number in felt)),
            uses=(*self.uses, *uses),
        )

    def operations(self, *, failed: bool) -> tuple[str, ...]:
        """Operations that went without the grant, and failed or answered all the same."""
        found = {
            call.operation
            for call in self.calls
            if call.number in self.felt and (call.status >= FAILED) is failed
        }
        return tuple(sorted(found))

    def row(self) -> Row:
        """The row with what happened; operations that turned out to need the grant are added."""
        broken = self.operations(failed=True)
        spared = [name for name in self.operations(failed=False) if name not in broken]
        known = {*self.before.operations, *broken, *spared}
        unseen = sorted(known.difference(broken, spared))
        told = [self.before.reason] if self.before.reason else []
        if spared:
            told.append(f"{', '.join(spared)} answered all the same without it")
        if unseen and (broken or spared):
            told.append(f"{', '.join(unseen)} did not come to use it")
        return replace(
            self.before,
            operations=tuple(sorted(known)),
            effect=Effect.BROKE if broken else Effect.TOLERATED if spared else Effect.NOT_TRIED,
            broken=broken,
            reason="; ".join(told),
        )

    def findings(self, rows: Sequence[Row]) -> list[Finding]:
        """What did not happen as it had to."""
        found = []
        if not self.felt:
            found.append(self._nothing_denied(rows))
        elif not self.operations(failed=True) and not self.operations(failed=False):
            found.append(
                self._finding(
                    "It was denied for no call of the API, so that nothing shows what needs it.",
                    outcome=Outcome.UNDECIDED,
                )
            )
        for action, resource in sorted(
            {(use.action, use.resource) for use in self.denied(of_grant=False)}
        ):
            found.append(
                self._finding(
                    f"{action} on {resource} was denied as well, and was not taken away.",
                    observed=f"{action} on {resource}",
                )
            )
        failed = {
            (call.operation or f"{call.method} {call.path}", call.status)
            for call in self.calls
            if call.status >= FAILED and call.number not in self.felt
        }
        for operation, status in sorted(failed):
            found.append(
                self._finding(
                    f"{operation} failed with {status}, and nothing that it did was denied.",
                    observed=f"{operation}: {status}",
                )
            )
        return found

    def _nothing_denied(self, rows: Sequence[Row]) -> Finding:
        used = [
            use
            for use in self.uses
            if use.principal == self.grant.holder and use.allowed and _is_of(self.grant, use)
        ]
        if not used:
            return self._finding(
                "No call of the exercise came to use it, so that nothing shows what needs it.",
                outcome=Outcome.UNDECIDED,
                remediation="Mark a contract test as smoke that calls "
                f"{' or '.join(self.before.operations)} in the way that uses it.",
            )
        same = {
            _named(row.grant)
            for row in rows
            if row.grant != self.grant and any(match(row.grant, use) is Match.YES for use in used)
        }
        others = ", ".join(sorted(same)) or "a policy that is not told"
        return self._finding(
            f"Nothing was denied: {used[0].action} on {used[0].resource} is allowed by {others} "
            "as well.",
            observed=others,
        )

    def _finding(
        self,
        message: str,
        *,
        observed: str = "",
        outcome: Outcome = Outcome.FAIL,
        remediation: str = "",
    ) -> Finding:
        grant = self.grant
        return finding(
            EXACT,
            f"{grant.action} on {grant.resource} was taken away from {grant.holder}. {message}",
            place=grant.place,
            location=grant.location,
            observed=observed,
            outcome=outcome,
            remediation=remediation,
        )


def _cannot_try(row: Row) -> Finding:
    grant = row.grant
    return finding(
        EXACT,
        f"{grant.action} on {grant.resource} cannot be taken away from {grant.holder}: "
        f"{grant.policy} is AWS's own, or allows all but what it names.",
        place=grant.place,
        location=grant.location,
        observed=grant.policy,
        outcome=Outcome.UNDECIDED,
        remediation="Write the actions and resources out in a policy of the stack's own.",
    )


def _left_behind(tried: Sequence[Row], observed: Observed) -> list[Finding]:
    """What is wrong when everything is back: then nothing that was seen before holds."""
    calls, uses = observed
    if not calls:
        raise RehearsalError(
            "the exercise called no operation of the API: nothing is proven by what it did not do; "
            "next: see the log of the contract tests"
        )
    holders = {row.grant.holder for row in tried}
    denied = {
        f"{use.action} on {use.resource} was denied to {use.principal}"
        for use in uses
        if use.principal in holders and not use.allowed
    }
    failed = {
        f"{call.operation or call.path} failed with {call.status}"
        for call in calls
        if call.status >= FAILED
    }
    return [
        finding(
            EXACT,
            f"With every grant in place again, {what}: what happened without one shows nothing.",
            observed=what,
        )
        for what in sorted(denied | failed)
    ]


def _is_of(grant: Grant, use: Use) -> bool:
    return takes_in_action(grant.action, use.action) and takes_in_resource(
        grant.resource, use.resource
    )


def _named(grant: Grant) -> str:
    return f"{grant.action} on {grant.resource} ({grant.sid or 'no Sid'}, {grant.policy})"
