"""Which of two values of a setting is the weaker one, and what the absent value means.

What a property means when it is not set is AWS's documented default: CloudFormation Template
Reference, the page of the resource's type, unless the table that names the property says otherwise.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Any, Final

from compliance.intrinsics import ABSENT, Unknown, Value, truth

if TYPE_CHECKING:
    from compliance.review.weakening.sides import Side

Rank = Any
"""What an order compares: a number, greater for the stronger value, or a set."""


@dataclass(frozen=True)
class Order(ABC):
    """How the values of a setting compare.

    Attributes:
        default: what the setting is when it is not set; `Unknown` where that hangs on something
            else than the resource.
        fresh: what it is on a new resource when it is not set, where that is something else.
        absent: what sentences call the value that is not set.
    """

    _: KW_ONLY
    default: Value = ABSENT
    fresh: Value = None
    absent: str = "not set"

    def rank(self, value: Value, side: Side, *, is_new: bool = False) -> Rank | None:
        """Where a value stands; `None` when only the deployment knows."""
        if value is ABSENT:
            value = self.fresh if is_new and self.fresh is not None else self.default
        return self._rank(value, side)

    @abstractmethod
    def _rank(self, value: Value, side: Side) -> Rank | None:
        """Where a value stands that is set, or is a default."""

    def is_weaker(self, new: Rank, old: Rank) -> bool:
        """Whether one rank is weaker than another."""
        return bool(new < old)

    @abstractmethod
    def is_open(self, rank: Rank) -> bool:
        """Whether a rank protects nothing."""


@dataclass(frozen=True)
class Flag(Order):
    """A boolean, one value of which is the safe one.

    Attributes:
        safe: that value.
    """

    safe: bool
    _: KW_ONLY
    default: Value = False

    def _rank(self, value: Value, _side: Side) -> Rank | None:
        found = truth(value)
        return None if found is None else int(found is self.safe)

    def is_open(self, rank: Rank) -> bool:
        """Whether it is the other value."""
        return bool(rank == 0)


@dataclass(frozen=True)
class Number(Order):
    """A number.

    Attributes:
        less_is_weaker: whether the smaller one is the weaker one.
        floor: a number that is no protection at all.
    """

    less_is_weaker: bool
    _: KW_ONLY
    default: Value
    floor: float | None = None

    def _rank(self, value: Value, _side: Side) -> Rank | None:
        number = number_of(value)
        return None if number is None else number if self.less_is_weaker else -number

    def is_open(self, rank: Rank) -> bool:
        """Whether it is no protection: without a bound, or at the floor."""
        if self.floor is None:
            return bool(rank == -_ENDLESS)
        return bool(rank <= (self.floor if self.less_is_weaker else -self.floor))


@dataclass(frozen=True)
class Ranks(Order):
    """Words, the weakest first; words side by side in one text, with spaces, are equally strong.

    Attributes:
        words: in order.
        open_words: how many of the weakest protect nothing.
    """

    words: tuple[str, ...]
    _: KW_ONLY
    default: Value = ""
    open_words: int = 1

    def _rank(self, value: Value, _side: Side) -> Rank | None:
        if not isinstance(value, str):
            return None
        return next(
            (index for index, words in enumerate(self.words) if value in words.split()), None
        )

    def is_open(self, rank: Rank) -> bool:
        """Whether it is one of the weakest."""
        return bool(rank < self.open_words)


@dataclass(frozen=True)
class There(Order):
    """Whether something is set at all, whatever it says.

    Attributes:
        safe: whether that it is there protects; else it exposes.
    """

    safe: bool = True

    def _rank(self, value: Value, _side: Side) -> Rank | None:
        if isinstance(value, Unknown):
            return None
        return int((value is not ABSENT and value not in ("", [], {})) is self.safe)

    def is_open(self, rank: Rank) -> bool:
        """Whether what protects is missing, or what exposes is there."""
        return bool(rank == 0)


@dataclass(frozen=True)
class Key(Order):
    """The key that data are encrypted with: nobody's but AWS's, AWS's of this account, one's own.

    Source: AWS KMS Developer Guide, 'AWS KMS keys': customer managed, AWS managed, AWS owned.
    """

    def _rank(self, value: Value, _side: Side) -> Rank | None:
        if isinstance(value, Unknown):
            return None
        if value is ABSENT or value == "":
            return 0
        return 1 if _AWS_KEY.search(str(value)) else 2

    def is_open(self, rank: Rank) -> bool:
        """Whether nothing says with which key."""
        return bool(rank == 0)


@dataclass(frozen=True)
class Tls(Order):
    """The name of a policy, as the oldest version of TLS that it takes.

    Names: API Gateway Developer Guide, 'Choose a minimum TLS version for a custom domain';
    Elastic Load Balancing User Guides, 'Security policies'; CloudFront Developer Guide, 'Supported
    protocols and ciphers between viewers and CloudFront'; OpenSearch Service Developer Guide,
    `TLSSecurityPolicy`.
    """

    def _rank(self, value: Value, _side: Side) -> Rank | None:
        if not isinstance(value, str):
            return None
        found = next(
            (found for found in (_TLS.search(value), _OLD_TLS.search(value)) if found), None
        )
        if found is None:
            return None
        return int(next((group for group in found.groups() if group), 0))

    def is_open(self, rank: Rank) -> bool:
        """Whether it takes TLS 1.1 or older."""
        return bool(rank < _MODERN)


@dataclass(frozen=True)
class Members(Order):
    """A list, of which only the elements count.

    Attributes:
        grows: whether one more element is weaker; else one less is.
        everything: elements that stand for all there are.
        names: when given, the only elements that count.
        from_none: whether the first element is one more, too; else an empty list is the widest.
    """

    grows: bool
    _: KW_ONLY
    default: Value = ()
    everything: tuple[str, ...] = ("*",)
    names: tuple[str, ...] = ()
    from_none: bool = True

    def _rank(self, value: Value, side: Side) -> Rank | None:
        found = side.members(list(value) if isinstance(value, tuple) else value)
        return found & frozenset(self.names) if found is not None and self.names else found

    def is_weaker(self, new: Rank, old: Rank) -> bool:
        """Whether an element is there that was not, or the other way round."""
        return bool(self._gained(new, old) if self.grows else old - new)

    def _gained(self, new: Rank, old: Rank) -> Rank:
        is_widest = not old and not self.from_none
        return frozenset() if is_widest or old & frozenset(self.everything) else new - old

    def is_open(self, rank: Rank) -> bool:
        """Whether everything is in the list; or nothing, where elements protect."""
        if not self.grows:
            return not rank
        return bool(rank & frozenset(self.names or self.everything))


@dataclass(frozen=True)
class Same(Order):
    """A value that says who or what: any other one is for the reviewer to judge."""

    def _rank(self, value: Value, side: Side) -> Rank | None:
        return str(side.plain(value))

    def is_weaker(self, new: Rank, old: Rank) -> bool:
        """Whether it is another."""
        return bool(new != old)

    def is_open(self, _rank: Rank) -> bool:
        """Never: it is neither weak nor strong."""
        return False


def number_of(value: Value) -> float | None:
    """A number of a template, which may be written as a string; `None` if it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return None if found != found else found  # noqa: PLR0124 - what is no number is not itself


_ENDLESS: Final = float("inf")
_MODERN: Final = 2
_AWS_KEY: Final = re.compile(r"(^|/)alias/aws/|^(AWS_OWNED|aws/)")
_TLS: Final = re.compile(
    r"(?:TLS13|TLS|FS|Min-TLS)[-_](?:RFC-)?1[-_]([0-3])|TLSv1\.([0-3])|_TLS1([0-3])_(?!1_)"
)
_OLD_TLS: Final = re.compile(r"^(?:SSLv3|TLSv1|TLSv1_2016|ELBSecurityPolicy-(?:FS-)?201\d-\d\d)$")
