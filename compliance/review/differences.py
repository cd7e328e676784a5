"""The smallest places in which two declarations differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final

from compliance.intrinsics import ABSENT, is_intrinsic
from compliance.review.model import Difference
from compliance.review.references import DEPENDS_ON, depends_on, renamed, renamed_body, text

if TYPE_CHECKING:
    from compliance.assembly.model import Json, Resource

MAX_ALIGNED: Final = 40_000
"""Elements of the one list times those of the other, between what both begin and end with, up to
which lists are aligned."""
MAX_COMPARED: Final = 400
"""Likewise, up to which each element of a differing part is compared with each other."""
IDENTIFYING: Final = ("Sid", "Id", "Key", "Name", "IndexName", "AttributeName", "PolicyName")
"""Keys whose value tells an element of a list from the others."""
NOTED: Final = "Metadata.aws:"
"""How the places begin where CDK notes where a resource comes from (`aws:cdk:path`,
`aws:asset:path` …)."""

_GAP: Final = -1
"""Stands for the index of an element that is not there."""
_Opcode = tuple[str, int, int, int, int]


def differences(
    old: Resource, new: Resource, *, names: Mapping[str, str]
) -> tuple[Difference, ...]:
    """Where the declarations of two resources differ, in the order of the keys.

    Args:
        old: as it was.
        new: as it is.
        names: logical ids of the old template that are others in the new one: a reference to what
            is only renamed is no difference.

    Returns:
        Places inside the resource, values as they are written. What CDK notes in the metadata is
        told only where nothing else differs, and never of a resource of another logical id, whose
        construct path differs too. Elements of lists have the index that they have in the new
        list, removed ones that of the old.
    """
    if not names and text(old.body) == text(new.body):
        return ()
    before = dict(old.body)
    if DEPENDS_ON in before:
        waits_for = depends_on(before)
        before[DEPENDS_ON] = sorted(
            waits_for, key=lambda item: text(names.get(item, item) if _is_name(item) else item)
        )
    mapped = renamed_body(before, lambda name: names.get(name, name))
    found = list(_object(before, mapped, renamed_body(new.body, str), ""))
    own = [difference for difference in found if not difference.place.startswith(NOTED)]
    return tuple(own if own or old.logical_id != new.logical_id else found)


def differing(old: Json, new: Json, *, place: str = "") -> Iterator[Difference]:
    """Where two values of templates differ.

    Args:
        old: a value, or `ABSENT`.
        new: likewise.
        place: what their own place is called.
    """
    yield from _value(old, renamed(old, str), renamed(new, str), place)


def _value(raw: Json, old: Json, new: Json, place: str) -> Iterator[Difference]:
    """Compare `old` with `new`; `raw` is `old` before references in it were renamed."""
    if old is ABSENT or new is ABSENT or is_intrinsic(old) or is_intrinsic(new):
        if (branches := _branches(raw, old, new)) is not None:
            for index, parts in branches:
                yield from _value(*parts, f"{place}.Fn::If[{index}]")
        elif (pieces := _pieces(raw, old, new)) is not None:
            for index, parts in pieces:
                yield from _value(*parts, f"{place}.Fn::Join[1][{index}]")
        elif old is not new and (old is ABSENT or new is ABSENT or text(old) != text(new)):
            yield Difference(place, raw, new)
    elif isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from _object(raw, old, new, place)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _list(raw, old, new, place)
    elif text(old) != text(new):
        yield Difference(place, raw, new)


def _object(
    raw: Mapping[str, Json], old: Mapping[str, Json], new: Mapping[str, Json], place: str
) -> Iterator[Difference]:
    for key in sorted(old.keys() | new.keys()):
        inner = f"{place}.{key}" if place else key
        one, other = old.get(key, ABSENT), new.get(key, ABSENT)
        yield from _value(raw.get(key, ABSENT), one, other, inner)


def _branches(raw: Json, old: Json, new: Json) -> list[tuple[int, tuple[Json, Json, Json]]] | None:
    """Both branches of a value that the same condition decides; `None` of any other."""
    match raw, old, new:
        case {"Fn::If": [_, *was]}, {"Fn::If": [str(one), *before]}, {"Fn::If": [str(other), *now]}:
            if one == other and len(was) == len(now) == 2:  # noqa: PLR2004 - yes and no
                parts = zip(was, before, now, strict=True)
                return list(enumerate(parts, start=1))
    return None


def _pieces(raw: Json, old: Json, new: Json) -> list[tuple[int, tuple[Json, Json, Json]]] | None:
    """The pieces that two texts of as many are joined of; `None` of any others.

    What differs in a long text, such as a dashboard, is hard to find in it.
    """
    match raw, old, new:
        case (
            {"Fn::Join": [_, [*was]]},
            {"Fn::Join": [str(one), [*before]]},
            {"Fn::Join": [str(other), [*now]]},
        ):
            if one == other and len(before) == len(now):
                return list(enumerate(zip(was, before, now, strict=True)))
    return None


def _list(
    raw: Sequence[Json], old: Sequence[Json], new: Sequence[Json], place: str
) -> Iterator[Difference]:
    for one, other in _aligned(old, new):
        if one == _GAP:
            yield Difference(f"{place}[{other}]", ABSENT, new[other])
        elif other == _GAP:
            yield Difference(f"{place}[{one}]", raw[one], ABSENT)
        else:
            yield from _value(raw[one], old[one], new[other], f"{place}[{other}]")


def _aligned(old: Sequence[Json], new: Sequence[Json]) -> Iterator[tuple[int, int]]:
    """Indexes of elements that belong together, so that an inserted one shifts no other."""
    one, other = [text(item) for item in old], [text(item) for item in new]
    head = _shared(one, other)
    tail = _shared(one[head:][::-1], other[head:][::-1])
    one, other = one[head : len(one) - tail], other[head : len(other) - tail]
    if len(one) * len(other) > MAX_ALIGNED:
        opcodes: Sequence[_Opcode] = [("replace", 0, len(one), 0, len(other))]
    else:
        opcodes = SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
    for word, start, end, first, last in opcodes:
        if word != "equal":
            before, after = range(head + start, head + end), range(head + first, head + last)
            compared = len(before) * len(after) <= MAX_COMPARED
            yield from (_best if compared else _in_turn)(before, after, old, new)


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """How many elements two lists begin with alike."""
    for index, (before, after) in enumerate(zip(one, other, strict=False)):
        if before != after:
            return index
    return min(len(one), len(other))


def _in_turn(
    before: range, after: range, _old: Sequence[Json], _new: Sequence[Json]
) -> Iterator[tuple[int, int]]:
    shared = min(len(before), len(after))
    yield from zip(before[:shared], after[:shared], strict=True)
    yield from ((index, _GAP) for index in before[shared:])
    yield from ((_GAP, index) for index in after[shared:])


def _best(
    before: range, after: range, old: Sequence[Json], new: Sequence[Json]
) -> Iterator[tuple[int, int]]:
    """The order-preserving alignment of the most similar elements (Needleman and Wunsch)."""
    if not before or not after:
        yield from _in_turn(before, after, old, new)
        return
    best = [[0.0] * (len(after) + 1) for _ in range(len(before) + 1)]
    score = [[_similarity(old[one], new[other]) for other in after] for one in before]
    for row in reversed(range(len(before))):
        for column in reversed(range(len(after))):
            best[row][column] = max(
                best[row + 1][column],
                best[row][column + 1],
                best[row + 1][column + 1] + score[row][column],
            )
    row = column = 0
    while row < len(before) and column < len(after):
        if score[row][column] and best[row][column] == (
            best[row + 1][column + 1] + score[row][column]
        ):
            yield before[row], after[column]
            row, column = row + 1, column + 1
        elif best[row][column] == best[row + 1][column]:
            yield before[row], _GAP
            row += 1
        else:
            yield _GAP, after[column]
            column += 1
    yield from _in_turn(before[row:], after[column:], old, new)


def _similarity(old: Json, new: Json) -> float:
    """How alike two elements that differ are: 0 is not at all."""
    if not isinstance(old, Mapping) or not isinstance(new, Mapping):
        return 0.1
    keys = old.keys() | new.keys()
    same = {key for key in old.keys() & new.keys() if text(old[key]) == text(new[key])}
    for key in IDENTIFYING:
        if key in old and key in new:
            if key in same:
                return 1.0
            # Another name for what is the same otherwise.
            return 0.5 if 2 * len(same) >= len(keys) - 1 > 0 else 0.0
    return (len(same) + 0.1) / (len(keys) + 0.1)


def _is_name(item: Json) -> bool:
    return isinstance(item, str)
