"""Compares policies by trying every request of a small world, and by nothing cleverer.

    python -m tests.compliance.iam.access.brute 100000 1

compares so many random pairs of policies both ways, and prints how often each answer is given and
every pair of which the exact comparison says what is not so, made as small as it gets. The second
number is the seed. Nothing of the comparison is used to judge it: patterns, conditions and the
evaluation are written anew, as the IAM User Guide has them.
"""

from __future__ import annotations

import itertools
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass
from functools import cache, partial
from random import Random
from typing import TYPE_CHECKING, Any, Final, TypeVar

from compliance.iam.access.comparison import compare
from compliance.iam.access.documents import policy
from compliance.iam.access.model import Comparison, Result
from tests.compliance.iam.access.pairs import (
    ASKERS,
    FRESH,
    ONE_VALUE,
    SEVERAL_VALUES,
    TOKEN,
    WORLD,
    Body,
    Json,
    document,
    pair,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

Values = tuple[str, ...]
Part = TypeVar("Part")
TOKEN_IS: Final = ("a", "b", "ab", FRESH)
"""What the token may turn out to be; the last is in no pattern."""
_TEXTS: Final = ("x", "y", "xy", "z")
CONTEXTS: Final[tuple[Mapping[str, Values], ...]] = tuple(
    {ONE_VALUE.lower(): one, SEVERAL_VALUES.lower(): several}
    for one in ((), *((text,) for text in _TEXTS))
    for several in (
        (),
        *((text,) for text in _TEXTS),
        *itertools.combinations(_TEXTS, 2),
        _TEXTS[:3],
    )
)
"""What a request brings with it; a key without values is not there."""


@dataclass(frozen=True)
class Request:
    """Somebody asks for something."""

    principal: str
    action: str
    resource: str
    context: Mapping[str, Values]


# -- one request ----------------------------------------------------------------------------------


def allowed(document: Json, request: Request) -> bool:
    """Whether a policy allows a request: some Allow is about it, and no Deny."""
    effects = {body["Effect"] for body in document["Statement"] if _is_about(body, request)}
    return effects == {"Allow"}


def _is_about(body: Body, request: Request) -> bool:
    return (
        _asks(body, request.principal)
        and _acts(body, request.action)
        and _reaches(body, request.resource)
        and _fits(body, request.context)
    )


def _asks(body: Body, principal: str) -> bool:
    if "NotPrincipal" in body:
        return not _names(body["NotPrincipal"], principal)
    return "Principal" not in body or _names(body["Principal"], principal)


def _names(element: object, principal: str) -> bool:
    if isinstance(element, dict):
        named = [name for names in element.values() for name in listed(names)]
    else:
        named = [element]
    return "*" in named or principal in named


def _acts(body: Body, action: str) -> bool:
    named = any(like(each.lower(), action.lower()) for each in _of(body, "Action"))
    return named is not ("NotAction" in body)


def _reaches(body: Body, resource: str) -> bool:
    named = any(like(each, resource) for each in _of(body, "Resource"))
    return named is not ("NotResource" in body)


def _of(body: Body, element: str) -> list[str]:
    return listed(body.get(element, body.get(f"Not{element}")))


def listed(value: object) -> list[Any]:
    """A value or a list of values, as a list."""
    return value if isinstance(value, list) else [value]


@cache
def like(pattern: str, text: str) -> bool:
    """Whether a text is of a pattern: `*` is any characters, `?` is one."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return like(pattern[1:], text) or (text != "" and like(pattern, text[1:]))
    return text != "" and pattern[0] in ("?", text[0]) and like(pattern[1:], text[1:])


def _fits(body: Body, context: Mapping[str, Values]) -> bool:
    return all(
        _holds(operator, listed(wanted), context.get(key.lower(), ()))
        for operator, pairs in body.get("Condition", {}).items()
        for key, wanted in pairs.items()
    )


def _holds(operator: str, wanted: Sequence[str], found: Values) -> bool:
    if operator == "Null":
        return (not found) is (wanted[0] == "true")
    if operator.startswith("ForAllValues:"):
        test = operator.removeprefix("ForAllValues:")
        return all(_satisfies(test, wanted, value) for value in found)
    if operator.startswith("ForAnyValue:"):
        test = operator.removeprefix("ForAnyValue:")
        return any(_satisfies(test, wanted, value) for value in found)
    if not found:
        return operator.endswith("IfExists") or "Not" in operator
    return _satisfies(operator.removesuffix("IfExists"), wanted, found[0])


def _satisfies(operator: str, wanted: Sequence[str], value: str) -> bool:
    if operator in ("StringLike", "StringNotLike"):
        same = any(like(each, value) for each in wanted)
    else:
        same = value in wanted
    return same is not ("Not" in operator)


# -- every request --------------------------------------------------------------------------------


def newly_allowed(old: Json, new: Json) -> Iterator[Request]:
    """Requests of the world that the new policy allows and the old one does not.

    Requests about which the same statements are have one fate: one of each is tried.
    """
    bodies = [*old["Statement"], *new["Statement"]]
    old_ones = (1 << len(old["Statement"])) - 1
    allows = sum(1 << at for at, body in enumerate(bodies) if body["Effect"] == "Allow")
    contexts = _kinds(CONTEXTS, bodies, _fits)
    askers = _kinds(ASKERS, bodies, _asks)
    for action, resources in WORLD.items():
        by_action = sum(1 << at for at, body in enumerate(bodies) if _acts(body, action))
        if not by_action & allows & ~old_ones:
            continue
        for (one, resource), (two, context), (three, asker) in itertools.product(
            _kinds(resources, bodies, _reaches).items(), contexts.items(), askers.items()
        ):
            about = by_action & one & two & three
            was, now = about & old_ones, about & ~old_ones
            if now and not now & ~allows and (not was or was & ~allows):
                yield Request(asker, action, resource, context)


def _kinds(
    parts: Iterable[Part], bodies: Sequence[Body], about: Callable[[Body, Part], bool]
) -> dict[int, Part]:
    """One part of each kind, by the statements (as bits) that are about it."""
    return {
        sum(1 << at for at, body in enumerate(bodies) if about(body, part)): part
        for part in reversed(tuple(parts))
    }


# -- the judgment ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Judgment:
    """What the exact comparison says of a pair, and what is wrong with it.

    Attributes:
        comparison: the answer.
        found: whether some request of the world is newly allowed.
        wrong: what is not so, empty when all is well.
        seconds: how long the answer took.
    """

    comparison: Comparison
    found: bool
    wrong: str
    seconds: float


def judge(old: Json, new: Json) -> Judgment:
    """Compare two policies both ways.

    Args:
        old: a policy document, whose resources may hold the token.
        new: likewise.
    """
    started = time.perf_counter()
    comparison = compare([policy(_given(old), shown="old")], [policy(_given(new), shown="new")])
    seconds = time.perf_counter() - started
    worlds = TOKEN_IS if TOKEN in json.dumps((old, new)) else TOKEN_IS[-1:]
    request = next(
        (
            request
            for text in worlds
            for request in newly_allowed(_deployed(old, text), _deployed(new, text))
        ),
        None,
    )
    wrong = ""
    if comparison.result is Result.NO_NEW_ACCESS and request is not None:
        wrong = f"no new access is said, and this is new: {request}"
    for witness in comparison.witnesses:
        asked = Request(
            witness.principal,
            witness.action,
            witness.resource.replace(TOKEN, FRESH),
            witness.condition,
        )
        if not allowed(_deployed(new, FRESH), asked):
            wrong = wrong or f"a witness is not allowed: {witness}"
        if allowed(_deployed(old, FRESH), asked):
            wrong = wrong or f"a witness was allowed before: {witness}"
    return Judgment(comparison, request is not None, wrong, seconds)


def _given(document: Json) -> Json:
    """The policy with an intrinsic function around each text that holds the token."""
    return _mapped(document, lambda text: {"Fn::Sub": text} if TOKEN in text else text)


def _deployed(document: Json, token: str) -> Json:
    """The policy with a text in the place of the token."""
    return _mapped(document, lambda text: text.replace(TOKEN, token))


def _mapped(document: Json, change: Callable[[str], object]) -> Json:
    bodies = [
        {
            name: [change(each) for each in value] if name.endswith("Resource") else value
            for name, value in body.items()
        }
        for body in document["Statement"]
    ]
    return document | {"Statement": bodies}


def smallest(old: Json, new: Json) -> tuple[Json, Json]:
    """The pair, without all that is not needed for it to be judged wrongly."""
    while True:
        for smaller in _smaller(old, new):
            if judge(*smaller).wrong:
                old, new = smaller
                break
        else:
            return old, new


def _smaller(old: Json, new: Json) -> Iterator[tuple[Json, Json]]:
    for side in (0, 1):
        bodies = (old, new)[side]["Statement"]
        for at, body in enumerate(bodies):
            versions: list[list[Body]] = [[]] if len(bodies) > 1 else []
            versions += [[each] for each in _shorter(body)]
            for version in versions:
                changed = document([*bodies[:at], *version, *bodies[at + 1 :]])
                yield (changed, new) if side == 0 else (old, changed)


def _shorter(body: Body) -> Iterator[Body]:
    for name, value in body.items():
        if isinstance(value, list) and len(value) > 1:
            for at in range(len(value)):
                yield body | {name: [*value[:at], *value[at + 1 :]]}
        if name == "Condition":
            yield {key: each for key, each in body.items() if key != name}
            for operator in value if len(value) > 1 else ():
                yield body | {name: {key: each for key, each in value.items() if key != operator}}


def main(number: int, seed: int) -> int:
    """Judge random pairs and print the figures.

    Returns:
        The exit code: 1 when an answer is wrong.
    """
    say = partial(print, flush=True)
    random = Random(seed)  # noqa: S311 - no secret
    answers: Counter[tuple[str, bool]] = Counter()
    reasons: Counter[str] = Counter()
    seconds: list[float] = []
    slowest, longest = "", 0.0
    wrong = 0
    for _ in range(number):
        old, new = pair(random)
        judgment = judge(old, new)
        answers[judgment.comparison.result, judgment.found] += 1
        reasons.update({each.reason for each in judgment.comparison.undecided})
        if judgment.seconds >= longest:
            longest = judgment.seconds
            slowest = f"old: {json.dumps(old)}\nnew: {json.dumps(new)}"
        seconds.append(judgment.seconds)
        if judgment.wrong:
            wrong += 1
            small = smallest(old, new)
            say(f"{judge(*small).wrong}\nold: {json.dumps(small[0])}\nnew: {json.dumps(small[1])}")
    seconds.sort()
    say(f"pairs {number}, seed {seed}, wrong {wrong}")
    for (answer, found), count in sorted(answers.items()):
        say(f"{answer:15} {'some' if found else 'none'} found by trying: {count}")
    say(f"median {seconds[number // 2] * 1000:.2f} ms, worst {longest * 1000:.0f} ms:")
    say(slowest)
    for reason, count in reasons.most_common(12):
        say(f"{count:7} undecided: {reason}")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:3])))
