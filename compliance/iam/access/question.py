"""One question of a comparison: may somebody do something with a resource, and is that new?

Two readings of what is not certain (an account that may stand for a role, a token that may turn out
to be a resource named elsewhere) keep the answer honest: nothing is new when the reading that makes
the most of the old Denies and the least of the old Allows finds nothing, and a witness counts when
the opposite reading still has it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from compliance.iam.access import forms, formulas, globs, whose
from compliance.iam.access.globs import Machine, Reading
from compliance.iam.access.whose import Match

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from compliance.iam.access.cells import Cell
    from compliance.iam.access.clauses import Clause, Principal
    from compliance.iam.access.contexts import Context
    from compliance.iam.access.frame import Frame
    from compliance.iam.access.globs import Letters, Pattern
    from compliance.iam.actions import Action

ABOUT_ASKER: Final = frozenset(
    {
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalisawsservice",
        "aws:principalservicename",
        "aws:principaltype",
        "aws:userid",
        "aws:username",
    }
)
"""Keys whose values follow from who asks (IAM User Guide, 'AWS global condition context keys')."""
PROOF_COST: Final = 20
"""States that deciding the conditions of one set of statements counts for."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request that is new.

    Attributes:
        asker: who asks, where a statement names him.
        through: the principal of the statement by which he asks.
        action: an action that exists.
        resource: letters.
        context: values of condition keys.
        cell: of the action.
    """

    asker: Principal | None
    through: Principal | None
    action: Action
    resource: Letters
    context: Context
    cell: Cell


@dataclass(frozen=True, slots=True)
class Doubt:
    """A reason why the answer stays open.

    Attributes:
        reason: in words.
        is_unlisted: whether it is about requests that AWS does not list.
    """

    reason: str
    is_unlisted: bool = False


class Question:
    """One resource pattern of one cell, asked for by one principal.

    Args:
        frame: what it belongs to.
        cell: actions.
        asker: who asks.
        through: the principal of the Allow by which he asks.
        resource: a pattern of the Allow.
    """

    def __init__(
        self,
        frame: Frame,
        cell: Cell,
        asker: Principal | None,
        through: Principal | None,
        resource: Pattern,
    ) -> None:
        self._frame = frame
        self._clause = frame.clause
        self._others = frame.others
        self._masks: dict[tuple[int, bool], int] = {}
        self._cell = cell
        self._asker = asker
        self._through = through
        self._resource = resource
        self._matches = {
            index: found
            for index, is_named in enumerate(cell.named_by)
            if is_named
            and (found := whose.match(self._others[index], asker, through=through)) is not Match.NO
        }

    def _of(self, numbers: range, least: Match) -> list[int]:
        return [index for index in numbers if self._matches.get(index, Match.NO) >= least]

    @cached_property
    def _cautious(self) -> tuple[list[int], list[int], list[int]]:
        """New Denies, old Allows and old Denies in the reading that finds the most."""
        frame = self._frame
        denies = self._of(frame.old_denies, Match.MAYBE)
        return (
            self._of(frame.new_denies, Match.YES),
            self._of(frame.old_allows, Match.YES),
            [index for index in denies if index in frame.gone],
        )

    @cached_property
    def _certain(self) -> tuple[list[int], list[int], list[int]]:
        """The same in the reading that finds the least."""
        frame = self._frame
        return (
            self._of(frame.new_denies, Match.MAYBE),
            self._of(frame.old_allows, Match.MAYBE),
            self._of(frame.old_denies, Match.YES),
        )

    def is_covered(self) -> bool:
        """Whether one old Allow plainly takes in all of it: the quick yes."""
        _, allows, denies = self._cautious
        if denies:
            return False
        for index in allows:
            old = self._others[index]
            if old.when <= self._clause.when and (
                old == self._clause
                or (
                    not old.resources.negated
                    and any(self._includes(glob) for glob in old.resources.items)
                )
            ):
                return True
        return False

    def _includes(self, wide: Pattern) -> bool:
        return globs.includes(self._read(wide), self._read(self._resource))

    def _read(self, glob: Pattern) -> Pattern:
        return glob if self._frame.reading is Reading.TEXT else globs.by_fields(glob)

    # -- resources --------------------------------------------------------------------------------

    @cached_property
    def _forms(self) -> tuple[tuple[Action, str], ...]:
        return forms.forms(self._cell.actions, self._resource)

    @cached_property
    def _patterns(self) -> Mapping[tuple[Pattern, bool], int]:
        """Every resource pattern in play, and whether it is taken loosely, by its index."""
        found = {(self._resource, False): 0}
        clauses = [(self._clause, False)]
        clauses += [(self._others[index], False) for index in self._matches]
        clauses += [(self._others[index], True) for each in self._cautious for index in each]
        for clause, loosely in clauses:
            for glob in sorted(clause.resources.items, key=repr):
                found.setdefault((glob, loosely), len(found))
        return found

    @cached_property
    def _machine(self) -> Machine:
        read = [
            self._read(globs.loosened(glob) if loosely else glob)
            for glob, loosely in self._patterns
        ]
        loose = [index for (_, loosely), index in self._patterns.items() if loosely]
        return Machine([*read, *(forms.glob(form) for _, form in self._forms)], loose=loose)

    @cached_property
    def _kept(self) -> Mapping[int, frozenset[Pattern]]:
        """Patterns of old Denies that new ones deny as well, whatever they turn out to be."""
        new_denies, _, old_denies = self._cautious
        still = [self._others[index] for index in new_denies]
        return {index: _kept(self._others[index], still) for index in old_denies}

    def _takes(
        self,
        clause: Clause,
        key: int,
        *,
        loosely: bool = False,
        without: frozenset[Pattern] = frozenset(),
    ) -> bool:
        """Whether a statement is about the resources of a key.

        Args:
            clause: the statement.
            key: bits of the patterns' ends.
            loosely: whether a pattern with tokens is about all that it may turn out to be.
            without: patterns that do not count; of one statement always the same.
        """
        sought = (id(clause), loosely)
        if sought not in self._masks:
            accepts = self._machine.accepts
            self._masks[sought] = sum(
                accepts[self._patterns[glob, loosely]]
                for glob in clause.resources.items
                if glob not in without
            )
        return bool(key & self._masks[sought]) is not clause.resources.negated

    def findings(self) -> Iterator[Request | Doubt]:
        """New requests, at most one; doubts when there is none."""
        doubts: dict[Doubt, None] = {}
        judged: dict[tuple[frozenset[formulas.Block], ...], bool] = {}
        for key, text in self._texts():
            if not self._takes(self._clause, key):
                continue
            cautious = self._conditions(key, cautiously=True)
            if cautious not in judged:
                self._frame.budget.spend(PROOF_COST * (1 + sum(map(len, cautious))))
                judged[cautious] = self._proves(cautious)
            if judged[cautious]:
                continue
            found = self._request(key, text)
            if isinstance(found, Request):
                yield found
                return
            doubts[found] = None
        # Of several doubts about one resource pattern, one is enough, and the gravest is told.
        yield from sorted(doubts, key=lambda doubt: doubt.is_unlisted)[:1]

    def _texts(self) -> Iterator[tuple[int, Letters]]:
        if any(not action.arns for action in self._cell.actions):
            yield self._machine.run(forms.NO_RESOURCE), forms.NO_RESOURCE
        yield from self._machine.search(within=0, budget=self._frame.budget)
        # Behind a token, the shortest text is that of no type; one that goes on may be.
        for text in forms.continued(self._resource):
            yield self._machine.run(text), text

    def _conditions(self, key: int, *, cautiously: bool) -> tuple[frozenset[formulas.Block], ...]:
        """Conditions of new Denies, old Allows and old Denies that are about a key's resources."""
        others = self._others
        new_denies, old_allows, old_denies = self._cautious if cautiously else self._certain
        still = [others[index] for index in new_denies]

        def denied_before(index: int) -> bool:
            deny = others[index]
            if not cautiously or deny.resources.negated:
                return self._takes(deny, key)
            return self._takes(deny, key, loosely=True, without=self._kept[index])

        def is_excluding(clause: Clause) -> bool:
            # What is left out may turn out to be more than it says.
            return cautiously and clause.resources.negated

        def said(clause: Clause) -> formulas.Block:
            return clause.when if cautiously else clause.condition

        return (
            frozenset(
                said(deny) for deny in still if self._takes(deny, key, loosely=is_excluding(deny))
            ),
            frozenset(
                said(others[index])
                for index in old_allows
                if _leaves_out_less(others[index], self._clause)
                or self._takes(others[index], key, loosely=is_excluding(others[index]))
            ),
            frozenset(said(others[index]) for index in old_denies if denied_before(index)),
        )

    def _proves(self, conditions: tuple[frozenset[formulas.Block], ...]) -> bool:
        new_denies, old_allows, old_denies = conditions
        return formulas.proves(
            allow=self._clause.when,
            new_denies=new_denies,
            old_allows=old_allows,
            old_denies=old_denies,
        )

    # -- witnesses --------------------------------------------------------------------------------

    def _request(self, key: int, text: Letters) -> Request | Doubt:
        """A request of a key's resources that is surely new, or why there is none."""
        action = self._action(key, text)
        if action is None:
            return self._unlisted(text)
        new_denies, old_allows, old_denies = self._conditions(key, cautiously=False)
        context = formulas.distinguishing(
            allow=self._clause.condition,
            new_denies=new_denies,
            old_allows=old_allows,
            old_denies=old_denies,
        )
        if context is not None:
            # What was asked for before, and is not any more, is the news.
            asked = {line.key: () for block in old_allows for line in block}
            context = {**asked, **context}
        doubt = self._doubt(text, (*new_denies, *old_allows))
        if doubt:
            return Doubt(doubt)
        if context is None:
            return self._untold((*new_denies, *old_allows, *old_denies))
        if text == forms.NO_RESOURCE:
            return Request(self._asker, self._through, action, text, context, self._cell)
        for readable in forms.readable(text):
            if (
                forms.is_real(readable, text)
                and self._is_like(readable, action)
                and self.is_new(readable, context)
            ):
                return Request(self._asker, self._through, action, readable, context, self._cell)
        return self._unlisted(text)

    def _doubt(self, text: Letters, conditions: Sequence[formulas.Block]) -> str:
        """Why a request may have been let through before; empty when it was not."""
        if forms.has_tokens(text) and self._may_be_written_out(text):
            return "a pattern that was there takes in all that it can be, in one partition"
        if forms.has_tokens(text) and self._may_be_kept_out(text):
            return "a pattern that keeps it out may take in what it turns out to be"
        if self._machine.has_variant(text):
            return "a policy variable had another default"
        if self._rests_on_who_asks(conditions):
            return "conditions that were there ask who it is that asks"
        return ""

    def _may_be_written_out(self, text: Letters) -> bool:
        """Whether an old Allow takes in whatever the tokens of a text turn out to be."""
        spread = forms.spread(text, self._frame.sides.tokens)
        _, allows, _ = self._certain
        key = self._machine.run(forms.written_out(text))
        if any(
            not self._others[index].resources.negated and self._takes(self._others[index], key)
            for index in allows
        ):
            return True
        return any(
            globs.includes(forms.in_any_partition(glob), spread)
            for index in allows
            if not self._others[index].resources.negated
            for glob in self._others[index].resources.items
        )

    def _may_be_kept_out(self, text: Letters) -> bool:
        """Whether a new statement keeps out one thing that the tokens of a text may turn out to be.

        `?*` takes in any name, but `?` is not taken for a token.
        """
        key, out = self._machine.run(text), self._machine.run(forms.written_out(text))
        denies = [self._others[index] for index in self._certain[0]]
        excluded = self._clause.resources.negated and not self._takes(self._clause, out)
        # A Deny that takes in the token as it is has been reckoned with.
        return excluded or any(
            self._takes(deny, out) and not self._takes(deny, key) for deny in denies
        )

    def _rests_on_who_asks(self, conditions: Sequence[formulas.Block]) -> bool:
        """Whether conditions ask who a principal is that a statement names."""
        if self._asker is None or self._asker.is_anyone:
            return False
        asked = {line.key for line in self._clause.condition}
        return any(line.key in ABOUT_ASKER - asked for block in conditions for line in block)

    def is_new(self, text: Letters, context: Context) -> bool:
        """Whether a request is let through, and was not before, in the certain reading."""
        key = self._machine.run(text)
        if not self._takes(self._clause, key):
            return False
        new_denies, old_allows, old_denies = self._conditions(key, cautiously=False)
        return formulas.tells_apart(
            context,
            allow=self._clause.condition,
            new_denies=new_denies,
            old_allows=old_allows,
            old_denies=old_denies,
        )

    def _action(self, key: int, text: Letters) -> Action | None:
        """The first action that takes the resource."""
        if text == forms.NO_RESOURCE:
            return next(action for action in self._cell.actions if not action.arns)
        first = len(self._patterns)
        for offset, (action, form) in enumerate(self._forms):
            if key & self._machine.accepts[first + offset]:
                return action
            if forms.has_tokens(text) and forms.is_of(text, form, self._frame.sides.tokens):
                return action
        return None

    def _is_like(self, text: Letters, action: Action) -> bool:
        found = self._machine.run(text)
        return bool(found & self._machine.accepts[0]) and self._action(found, text) is action

    def _unlisted(self, text: Letters) -> Doubt:
        name = self._cell.sample
        if not self._cell.actions:
            return Doubt(f"AWS lists no action {name}", is_unlisted=True)
        shown = "".join(next(iter(forms.readable(text)), text))
        reason = f"{name} takes no resource like {shown}, as far as AWS lists"
        return Doubt(reason, is_unlisted=True)

    def _untold(self, conditions: Sequence[formulas.Block]) -> Doubt:
        named = sorted(
            {line.key for block in (self._clause.condition, *conditions) for line in block}
        )
        if not named:
            if any(clause.needs for clause in self._others):
                return Doubt("a request that lacks a policy variable may have been refused")
            return Doubt("whom or what it is about is known only at deploy time")
        return Doubt(f"conditions on {', '.join(named)} are not comparable")


def _kept(deny: Clause, still: Iterable[Clause]) -> frozenset[Pattern]:
    """Patterns of an old Deny that a new one denies as well, whatever they turn out to be.

    Args:
        deny: the old one.
        still: new Denies of the same action and principal.
    """
    return frozenset(
        glob
        for other in still
        if not other.resources.negated and other.when <= deny.when
        for glob in other.resources.items
    )


def _leaves_out_less(old: Clause, new: Clause) -> bool:
    """Whether an old Allow takes in all that a new one does, for the names that both leave out."""
    return old.resources == new.resources or (
        old.resources.negated
        and new.resources.negated
        and old.resources.items <= new.resources.items
    )
