"""Conditions of statements, and whether they hold for what a request brings with it.

Semantics: IAM User Guide, 'IAM JSON policy elements: Condition operators', 'Single-valued vs.
multivalued context keys' and 'AWS global condition context keys'.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from compliance.iam.access import samples
from compliance.iam.access.operators import OPERATORS, every, has_token, negated, some
from compliance.iam.conditions import NEGATED

if TYPE_CHECKING:
    from compliance.assembly.model import Json

Context = Mapping[str, tuple[str, ...]]
"""Values of a request by condition key, in lower case. A key without values is one that the request
does not have."""

NEGATIONS: Final[Mapping[str, str]] = {
    **NEGATED,
    "numericnotequals": "numericequals",
    "datenotequals": "dateequals",
}
"""Operators that hold for everything but the values, by the operator that asks for them."""
QUANTIFIERS: Final = ("forallvalues", "foranyvalue")
NULL: Final = "null"
IF_EXISTS: Final = "ifexists"

ALWAYS: Final = frozenset(
    {
        "aws:currenttime",
        "aws:epochtime",
        "aws:principalaccount",
        "aws:principaltype",
        "aws:requestedregion",
        "aws:securetransport",
        "aws:useragent",
    }
)
"""Keys that every request has, anonymous ones too, as their 'Availability' says."""
DIRECT: Final = "aws:sourceip"
THROUGH_ENDPOINT: Final = frozenset({"aws:sourcevpc", "aws:sourcevpce", "aws:vpcsourceip"})
"""Keys of requests through a VPC endpoint, which do not have `DIRECT`."""
MULTIVALUED: Final = frozenset(
    {
        "aws:calledvia",
        "aws:principalorgpaths",
        "aws:principalservicenameslist",
        "aws:resourceorgpaths",
        "aws:sourceorgpaths",
        "aws:tagkeys",
        "aws:vpceorgpaths",
    }
)
"""Global keys of several values, as their 'Value type' says; others have one at most."""
_Ways = tuple[tuple[str, ...], ...]
"""What a request may have for one key."""
_PAIRED: Final = 6
"""Of so many values of a multivalued key each two are tried together."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a condition.

    Attributes:
        operator: in lower case, without quantifier and `IfExists`: of a negated operator, what it
            does not want, so that `StringNotEquals` is a negated `stringequals`. As it is written,
            in lower case, when there is no such operator.
        negated: whether it holds for everything but the values.
        quantifier: `forallvalues`, `foranyvalue` or nothing.
        if_exists: whether it also holds for a request that does not have the key.
        key: in lower case, as IAM compares it.
        values: any of them will do, as text: booleans as `true` and `false`, numbers as they are
            written, policy variables and intrinsics as `${…}`.
    """

    operator: str
    negated: bool
    quantifier: str
    if_exists: bool
    key: str
    values: frozenset[str]


# -- reading --------------------------------------------------------------------------------------


def parse(condition: Json) -> tuple[Line, ...]:
    """The lines of a `Condition`, in their order.

    Args:
        condition: as plain JSON, without intrinsics. An operator that does not exist is no error:
            its lines are not `known`.

    Raises:
        ValueError: it is none; the text names what is wrong, and what is expected there.
    """
    return tuple(
        line(operator, key, wanted)
        for operator, pairs in _object(condition, "Condition").items()
        for key, wanted in _object(pairs, f"Condition.{operator}").items()
    )


def line(operator: str, key: str, wanted: Json) -> Line:
    """One line of a condition.

    Args:
        operator: as it is written, such as `ForAllValues:StringNotLikeIfExists`.
        key: as it is written.
        wanted: a value or a list of values.

    Raises:
        ValueError: a value is no text, number or boolean.
    """
    place = f"Condition.{operator}.{key}"
    values = frozenset(
        _text(value, place) for value in (wanted if isinstance(wanted, list) else [wanted])
    )
    name = operator.lower()
    quantifier, separator, bare = name.partition(":")
    if not separator:
        quantifier, bare = "", name
    elif quantifier not in QUANTIFIERS:
        return Line(
            name, negated=False, quantifier="", if_exists=False, key=key.lower(), values=values
        )
    short = bare.removesuffix(IF_EXISTS)
    return Line(
        operator=NEGATIONS.get(short, short),
        negated=short in NEGATIONS,
        quantifier=quantifier,
        if_exists=short != bare,
        key=key.lower(),
        values=values,
    )


def known(line: Line) -> bool:
    """Whether the operator exists: if not, nobody knows when the line holds."""
    if line.operator == NULL:
        return not line.quantifier and not line.if_exists and not line.negated
    return line.operator in OPERATORS


def _object(value: Json, place: str) -> Mapping[str, Json]:
    if not isinstance(value, Mapping):
        raise ValueError(  # noqa: TRY004 - of a document, not of the caller's types
            f"{place} is {_kind(value)}; an object is expected there."
        )
    return value


def _text(value: Json, place: str) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str() | int() | float():
            return str(value)
        case _:
            raise ValueError(
                f"{place} holds {_kind(value)}; a text, a number or a boolean is expected there."
            )


def _kind(value: Json) -> str:
    names = {dict: "an object", list: "a list", type(None): "null"}
    return names.get(type(value), repr(value))


# -- deciding -------------------------------------------------------------------------------------


def all_hold(lines: Iterable[Line], context: Context) -> bool | None:
    """Whether all lines hold for a request; `None` when it is not known."""
    return every(holds(line, context) for line in lines)


def holds(line: Line, context: Context) -> bool | None:
    """Whether a line holds for a request.

    Returns:
        `None` when it is not known: the operator does not exist, a value cannot be read or has a
        part that only the deployment knows, or AWS does not document what happens.
    """
    found = context.get(line.key, ())
    if not known(line) or not line.values or (has_token(line.key) and not found):
        return None
    if line.operator == NULL:
        return _is_null(line.values, found)
    if not found:
        return _holds_without(line)
    if not line.quantifier:
        # A key of several values 'requires' a set operator: what happens without is not said.
        return _holds_for(line, found[0]) if len(found) == 1 else None
    if "" not in found:
        return _holds_for_all(line, found)
    # An empty text counts as no value, as the guide says of set operators: all of it, or its part?
    without = tuple(value for value in found if value)
    readings = {_holds_for_all(line, found), _holds_for_all(line, without)}
    return readings.pop() if len(readings) == 1 else None


def _is_null(values: frozenset[str], found: tuple[str, ...]) -> bool | None:
    if found == ("",):
        return None  # 'exists and its value is not null': an empty text may be null.
    answers = {"true": not found, "false": bool(found)}
    return some(answers.get(value.lower()) for value in values)


def _holds_without(line: Line) -> bool | None:
    """Whether a line holds for a request that does not have its key."""
    if line.quantifier == "foranyvalue":
        # `IfExists` says yes, 'for no matching key the condition returns false' says no.
        return None if line.if_exists else False
    return line.quantifier == "forallvalues" or line.if_exists or line.negated


def _holds_for_all(line: Line, found: tuple[str, ...]) -> bool | None:
    join = every if line.quantifier == "forallvalues" else some
    return join(_holds_for(line, value) for value in found)


def _holds_for(line: Line, value: str) -> bool | None:
    satisfies = OPERATORS[line.operator]
    answer = some(satisfies(value, wanted) for wanted in line.values)
    return negated(answer) if line.negated else answer


# -- trying ---------------------------------------------------------------------------------------


def candidates(lines: Iterable[Line], *, most: int) -> Iterator[Context]:
    """Contexts of requests that may tell sets of these lines apart.

    Args:
        lines: of conditions; their order is of no matter.
        most: how many contexts there may be.

    Yields:
        Contexts that a real request may have, each once: those of fewest keys first where there are
        no more than `most`, else those near to a request that has no key, that has a value for each
        key which some line mentions, or one which none does. A key that is not in the context is
        absent from the request.
    """
    uses: dict[str, list[Line]] = {}
    for each in lines:
        uses.setdefault(each.key, []).append(each)
    keys = sorted(uses)
    ways = [_ways(key, uses[key]) for key in keys]
    chosen = _by_keys(ways) if math.prod(map(len, ways)) <= most else _around(ways)
    for found in itertools.islice(chosen, most):
        context = {key: values for key, values in zip(keys, found, strict=True) if values}
        if DIRECT not in context or THROUGH_ENDPOINT.isdisjoint(context):
            yield context


def _ways(key: str, lines: list[Line]) -> _Ways:
    """What a request may have for a key: nothing, if that can be, one value, or several."""
    values = samples.values(key, [(line.operator, line.values) for line in lines])
    several = [value for value in values if value]
    ways: list[tuple[str, ...]] = [] if key in ALWAYS else [()]
    if any(line.quantifier for line in lines):
        ways += ((value,) for value in several)
        if key in MULTIVALUED or not key.startswith("aws:"):
            few = dict.fromkeys((*several[: _PAIRED - 1], several[-1]))
            ways += itertools.combinations(few, 2)
            ways.append(tuple(several))
    else:
        ways += ((value,) for value in values)
    return tuple(dict.fromkeys(ways))


def _by_keys(ways: list[_Ways]) -> Iterator[tuple[tuple[str, ...], ...]]:
    """Every choice, those that have the fewest keys first."""
    without = [[()] if () in way else [] for way in ways]
    with_ = [[values for values in way if values] for way in ways]
    for number in range(len(ways) + 1):
        for which in itertools.combinations(range(len(ways)), number):
            yield from itertools.product(
                *(with_[at] if at in which else without[at] for at in range(len(ways)))
            )


def _around(ways: list[_Ways]) -> Iterator[tuple[tuple[str, ...], ...]]:
    """Choices that differ from a few plain ones in no, one, two … keys."""
    nothing = tuple(way[0] for way in ways)
    mentioned = tuple(next(filter(None, way)) for way in ways)
    fresh = tuple([values for values in way if len(values) == 1][-1] for way in ways)
    told: set[tuple[tuple[str, ...], ...]] = set()
    for distance in range(len(ways) + 1):
        for start, which in itertools.product(
            (nothing, mentioned, fresh), itertools.combinations(range(len(ways)), distance)
        ):
            for other in itertools.product(*(ways[at] for at in which)):
                found = list(start)
                for at, values in zip(which, other, strict=True):
                    found[at] = values
                if tuple(found) not in told:
                    told.add(tuple(found))
                    yield tuple(found)
