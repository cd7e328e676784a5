"""The wildcard language of policies: which texts a set of patterns takes in, decided exactly.

A text is a tuple of letters. A letter is a character, or a token: something that only the
deployment or the request knows (`${Table.Arn}`, `${aws:username}`), which equals itself alone.

All patterns run side by side as one automaton, whose state is one integer with a bit for each place
in each pattern. Following only letters that lead to different states, a breadth-first search finds
for each set of patterns that some text satisfies together the shortest such text.

Semantics: IAM User Guide, 'IAM JSON policy elements: Resource' (wildcards) and 'IAM policy
elements: Variables and tags' (`${*}`, `${?}` and `${$}` stand for the characters).
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from compliance.intrinsics import Text, Token

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Letter = str
"""One character; a token when it is longer."""
Letters = tuple[Letter, ...]

OTHER: Final = "\ue000"
"""Stands for a character that no pattern names."""
NO_RESOURCE: Final = "<no resource>"
"""The text of a request that is about no resource: only wildcards take it in."""
_VARIABLE: Final = re.compile(r"\$\{([^{}]*)\}")
_ARN_COLONS: Final = 5
"""Colons of an ARN before its last field, which may hold colons of its own."""


class Wild(enum.Enum):
    """What a place of a pattern takes besides one letter."""

    ONE = "?"
    MANY = "*"


@dataclass(frozen=True, slots=True)
class Spot:
    """A place of a pattern that takes several letters.

    Attributes:
        wild: how many of them.
        without: characters that it does not take.
        tokens: whether a single one may be a token as well.
    """

    wild: Wild
    without: str = ""
    tokens: bool = False


Symbol = Letter | Spot
Pattern = tuple[Symbol, ...]

MANY: Final = Spot(Wild.MANY)
ONE: Final = Spot(Wild.ONE)
EVERYTHING: Final[Pattern] = (MANY,)


class Reading(enum.Enum):
    """How far a wildcard in one of the first five fields of an ARN reaches.

    The User Guide says that a wildcard stands for characters of its segment, and that one at the
    end of a segment can reach beyond the colon: both readings are tried, and an answer is given
    when both agree.
    """

    TEXT = "it reaches over colons"
    FIELDS = "it ends at the colon"


class TooManyError(Exception):
    """More states than the search may visit."""


class Budget:
    """How many states a comparison may visit before it gives up.

    Args:
        states: their number.
    """

    def __init__(self, states: int) -> None:
        self._left = states

    def spend(self, states: int = 1) -> None:
        """Count states.

        Raises:
            TooManyError: there are not so many left.
        """
        self._left -= states
        if self._left < 0:
            raise TooManyError


@lru_cache(maxsize=16384)
def pattern(text: str | Text, *, variables: bool = True) -> Pattern:
    """A pattern as it is written in a policy.

    Args:
        text: with `*` and `?`, and tokens.
        variables: whether `${…}` is a policy variable, as it is from version 2012-10-17 on.
    """
    found: list[Symbol] = []
    for part in text.parts if isinstance(text, Text) else (text,):
        found += (name_of(part),) if isinstance(part, Token) else _symbols(part, variables)
    return _tidied(found)


def name_of(token: Token) -> Letter:
    """A token as a letter; longer than one character."""
    return str(token)


def _symbols(text: str, variables: bool) -> Iterator[Symbol]:  # noqa: FBT001 - one caller
    end = 0
    for found in _VARIABLE.finditer(text) if variables else ():
        yield from _wild(text[end : found.start()])
        end = found.end()
        name = found[1].strip()
        key, *default = name.split(",", 1)
        yield name if name in {"*", "?", "$"} else f"${{{','.join((key.lower(), *default))}}}"
    yield from _wild(text[end:])


def _wild(text: str) -> Iterator[Symbol]:
    for sign in text:
        yield MANY if sign == "*" else ONE if sign == "?" else sign


def _tidied(symbols: Iterable[Symbol]) -> Pattern:
    """Runs of wildcards in one order: the single ones first, then one for any number."""
    found: list[Symbol] = []
    many = False
    for symbol in symbols:
        if symbol == MANY:
            many = True
            continue
        if many and symbol != ONE:
            found.append(MANY)
            many = False
        found.append(symbol)
    if many:
        found.append(MANY)
    return tuple(found)


def loosened(glob: Pattern) -> Pattern:
    """The pattern with anything in the place of its tokens: all that it may turn out to be."""
    return _tidied(
        MANY if isinstance(symbol, str) and len(symbol) > 1 else symbol for symbol in glob
    )


def has_tokens(glob: Pattern) -> bool:
    """Whether a part of the pattern is a token."""
    return any(isinstance(symbol, str) and len(symbol) > 1 for symbol in glob)


@lru_cache(maxsize=16384)
def by_fields(glob: Pattern) -> Pattern:
    """The pattern as `Reading.FIELDS` has it."""
    colons = 0
    found: list[Symbol] = []
    for index, symbol in enumerate(glob):
        if symbol == ":":
            colons += 1
        if isinstance(symbol, Spot) and colons < _ARN_COLONS and index < len(glob) - 1:
            symbol = Spot(symbol.wild, f"{symbol.without}:")  # noqa: PLW2901 - it ends there
        found.append(symbol)
    return tuple(found)


@lru_cache(maxsize=65536)
def includes(wide: Pattern, narrow: Pattern) -> bool:
    """Whether a pattern takes in every text that another one does.

    Quick, and never wrong when it says yes; a no may come from wildcards side by side with
    `Spot.without`.
    """
    if wide in (EVERYTHING, narrow):
        return True
    # Texts of `narrow` are its letters with fresh ones in the place of wildcards: a wildcard of
    # `wide` takes those, a letter of it does not.
    reached = _past(wide, {0})
    for symbol in narrow:
        steps = {place: _taking(wide[place], symbol) for place in reached if place < len(wide)}
        reached = _past(wide, {place + step for place, step in steps.items() if step is not None})
        if not reached:
            return False
    return len(wide) in reached


def _taking(here: Symbol, symbol: Symbol) -> int | None:
    """How many places a pattern moves on when it takes in another's symbol; `None` if it can't."""
    if not isinstance(here, Spot):
        return 1 if here == symbol else None
    if isinstance(symbol, Spot):
        takes = set(here.without) <= set(symbol.without)
        is_one = symbol.wild is Wild.ONE and not symbol.tokens
    else:
        takes, is_one = symbol not in here.without, len(symbol) == 1
    if not takes:
        return None
    if here.wild is Wild.MANY:
        return 0
    return 1 if is_one else None


def _past(glob: Pattern, places: set[int]) -> set[int]:
    """Places reached by taking nothing for a wildcard of any number."""
    found = set(places)
    for place in places:
        while place < len(glob) and _is_many(glob[place]):
            place += 1  # noqa: PLW2901 - walking on from each place
            found.add(place)
    return found


def _is_many(symbol: Symbol) -> bool:
    return isinstance(symbol, Spot) and symbol.wild is Wild.MANY


class Machine:
    """Patterns that run side by side.

    Args:
        patterns: any number; they are told apart by their index.
        loose: indexes of patterns that take a token of the text for any run of their symbols.
    """

    def __init__(self, patterns: Sequence[Pattern], *, loose: Iterable[int] = ()) -> None:
        self.accepts: list[int] = []
        """For each pattern, the bit of its end."""
        self._spans: list[tuple[int, int]] = []
        self._loose = frozenset(loose)
        self._letters: dict[Letter, int] = {}
        self._one = self._many = self._piece = self.start = 0
        self._without: dict[Letter, int] = {}
        place = 0
        for glob in patterns:
            first = place
            for symbol in glob:
                bit = 1 << place
                if isinstance(symbol, Spot):
                    if symbol.wild is Wild.MANY:
                        self._many |= bit
                    else:
                        self._one |= bit
                        self._piece |= bit if symbol.tokens else 0
                    for sign in symbol.without:
                        self._without[sign] = self._without.get(sign, 0) | bit
                else:
                    self._letters[symbol] = self._letters.get(symbol, 0) | bit
                place += 1
            self.accepts.append(1 << place)
            self._spans.append((first, place))
            self.start |= 1 << first
            place += 1
        self.ends = sum(self.accepts)
        self.start = self._closed(self.start)
        self._masks = [((1 << (last + 1)) - 1) ^ ((1 << first) - 1) for first, last in self._spans]

    def _closed(self, state: int) -> int:
        # Patterns hold no two wildcards of any number side by side but in formats of ARNs.
        while True:
            more = state | (state & self._many) << 1
            if more == state:
                return state
            state = more

    def step(self, state: int, letter: Letter) -> int:
        """The state behind one more letter."""
        wild = ~self._without.get(letter, 0)
        moved = state & self._letters.get(letter, 0)
        moved |= state & (self._one if len(letter) == 1 else self._piece) & wild
        after = moved << 1 | (state & self._many & wild)
        if len(letter) > 1 and letter != NO_RESOURCE:
            for index in self._loose:
                after |= self._behind(state & self._masks[index], index)
        return self._closed(after)

    def _behind(self, active: int, index: int) -> int:
        """Every place of a pattern from its first active one on."""
        if not active:
            return 0
        lowest = active & -active
        return self._masks[index] & ~(lowest - 1)

    def has_variant(self, text: Letters) -> bool:
        """Whether a pattern has a policy variable of a text with another default."""
        names = {letter: letter.partition(",")[0].rstrip("} ") for letter in self._letters}
        return any(
            len(letter) > 1
            and any(
                other != letter and name == letter.partition(",")[0].rstrip("} ")
                for other, name in names.items()
            )
            for letter in text
        )

    def run(self, text: Letters) -> int:
        """The bits of the patterns' ends that a text reaches."""
        state = self.start
        for letter in text:
            state = self.step(state, letter)
        return state & self.ends

    def search(self, *, within: int, budget: Budget) -> Iterator[tuple[int, Letters]]:
        """The sets of patterns that some text satisfies together.

        Args:
            within: index of the pattern that every text has to satisfy.
            budget: of states.

        Yields:
            The bits of the patterns' ends, each set once, with the shortest text.

        Raises:
            TooManyError: the budget is spent.
        """
        guide, end = self._masks[within], self.accepts[within]
        wild = self._one | self._many
        seen = {self.start}
        told: set[int] = set()
        level: list[tuple[int, _Path]] = [(self.start, None)]
        while level:
            following: list[tuple[int, _Path]] = []
            for state, path in level:
                if state & end and (key := state & self.ends) not in told:
                    told.add(key)
                    yield key, _text(path)
                for letter in self._next(state, state & guide, wild):
                    after = self.step(state, letter)
                    if after & guide and after not in seen:
                        budget.spend()
                        seen.add(after)
                        following.append((after, (path, letter)))
            level = following

    def _next(self, state: int, guided: int, wild: int) -> list[Letter]:
        """Letters that may lead from a state to different ones."""
        if not guided & wild:
            return [letter for letter, bits in self._letters.items() if guided & bits]
        found = [letter for letter, bits in self._letters.items() if state & bits]
        found += [sign for sign in self._without if sign not in found]
        return [OTHER, *found]


_Path = tuple["_Path", Letter] | None


def _text(path: _Path) -> Letters:
    letters: list[Letter] = []
    while path is not None:
        path, letter = path
        letters.append(letter)
    return tuple(reversed(letters))
