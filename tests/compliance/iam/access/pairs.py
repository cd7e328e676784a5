"""Random pairs of small policies, about a small world of requests."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from random import Random

Json = dict[str, Any]
Body = dict[str, Any]
"""One statement."""

TOKEN: Final = "${T}"
"""In the place of a text that only the deployment knows."""
FRESH: Final = "quite-new"
"""A name that is in no pattern, and longer than what a few question marks take."""
STRANGER: Final = "*"
"""Somebody whom no statement names."""
ROLES: Final = (
    "arn:aws:iam::111122223333:role/a",
    "arn:aws:iam::444455556666:role/b",
)
SERVICE: Final = "sns.amazonaws.com"
ASKERS: Final = (*ROLES, SERVICE, STRANGER)
_WORDS: Final = tuple(
    "".join(letters) for length in (1, 2) for letters in itertools.product("ab", repeat=length)
)
_BUCKETS: Final = tuple(f"arn:aws:s3:::{word}" for word in (*_WORDS, "aba", FRESH))
_OBJECTS: Final = tuple(
    f"arn:aws:s3:::{bucket}/{key}"
    for bucket in ("a", "b", "ab", FRESH)
    for key in (*_WORDS, "a/b", "b/a", "aba")
)
_TABLES: Final = tuple(
    f"arn:aws:dynamodb:us-east-1:111122223333:table/{word}" for word in (*_WORDS, "bab", FRESH)
)
WORLD: Final[Mapping[str, tuple[str, ...]]] = {
    "s3:GetObject": _OBJECTS,
    "s3:PutObject": _OBJECTS,
    "s3:PutObjectAcl": _OBJECTS,
    "s3:GetBucketAcl": _BUCKETS,
    "s3:ListBucket": _BUCKETS,
    "s3:ListAllMyBuckets": ("*",),
    "dynamodb:GetItem": _TABLES,
    "dynamodb:PutItem": _TABLES,
}
"""Actions, and resources that they can be asked for."""
ONE_VALUE: Final = "aws:SourceVpc"
SEVERAL_VALUES: Final = "aws:TagKeys"


def pair(random: Random) -> tuple[Json, Json]:
    """Two policies: the second one mostly made from the first, by a few changes.

    Some hold the token in resources, some name principals.
    """
    makes = Maker(
        random,
        has_principals=random.random() < 0.25,
        has_tokens=random.random() < 0.2,
    )
    old = [makes.body() for _ in range(random.randint(1, 4))]
    if random.random() < 0.1:
        new = [makes.body() for _ in range(random.randint(1, 4))]
    else:
        new = json.loads(json.dumps(old))
        for _ in range(random.randint(1, 4)):
            makes.change(new)
    return document(old), document(new)


def document(bodies: list[Body]) -> Json:
    """A policy of these statements."""
    return {"Version": "2012-10-17", "Statement": bodies}


class Maker:
    """Makes random statements, and changes them.

    Args:
        random: where chance comes from.
        has_principals: whether statements name principals.
        has_tokens: whether resources may hold the token.
    """

    def __init__(self, random: Random, *, has_principals: bool, has_tokens: bool) -> None:
        self._random = random
        self._has_principals = has_principals
        self._has_tokens = has_tokens

    def _is(self, share: float) -> bool:
        return self._random.random() < share

    def body(self, *, effect: str = "") -> Body:
        """A statement."""
        found: Body = {"Effect": effect or ("Deny" if self._is(0.25) else "Allow")}
        if self._has_principals:
            # Most statements are about everybody, or they would seldom meet.
            found["NotPrincipal" if self._is(0.1) else "Principal"] = self._principal()
        found["NotAction" if self._is(0.12) else "Action"] = self._some(self._action)
        found["NotResource" if self._is(0.12) else "Resource"] = self._some(self._resource)
        if self._is(0.35):
            found["Condition"] = self._condition()
        return found

    def _some(self, make: Callable[[], str]) -> list[str]:
        return [make() for _ in range(self._random.choice((1, 1, 1, 2, 2, 3)))]

    def _principal(self) -> object:
        return self._random.choice(
            (
                "*",
                {"AWS": "*"},
                {"AWS": ROLES[0]},
                {"AWS": list(ROLES)},
                {"AWS": ROLES[1], "Service": SERVICE},
            )
        )

    def _action(self) -> str:
        name = self._random.choice(tuple(WORLD))
        service, _, short = name.partition(":")
        kind = self._random.randrange(8)
        if kind == 0:
            return self._random.choice(("*", f"{service}:*"))
        if kind == 1:
            return name.swapcase()
        if kind == 2:
            return f"{service}:{self._wild(short)}".upper()
        return f"{service}:{self._wild(short)}" if kind < 6 else name

    def _resource(self) -> str:
        name = self._random.choice(_NAMED[self._random.choice(tuple(WORLD))])
        kind = self._random.randrange(8)
        if kind == 0 or name == "*":
            return "*"
        head, separator, tail = name.rpartition("table/" if "table/" in name else ":::")
        if kind < 5:
            tail = self._wild(tail)
        if self._has_tokens and self._is(0.5):
            tail = self._with_token(tail)
        if kind == 7:
            return self._random.choice(
                (f"arn:*{tail}", f"arn:aws:*:{tail}", f"{head[:11]}*/{tail}")
            )
        return f"{head}{separator}{tail}"

    def _with_token(self, text: str) -> str:
        at = self._random.randrange(len(text) + 1)
        return text[:at] + TOKEN + (text[at + 1 :] if self._is(0.5) else text[at:])

    def _wild(self, text: str) -> str:
        """The text with a run of its characters given over to a wildcard, or two."""
        for _ in range(self._random.choice((1, 1, 2))):
            first, last = sorted(self._random.randrange(len(text) + 1) for _ in "12")
            if self._is(0.3) and first < len(text):
                text = f"{text[:first]}?{text[first + 1 :]}"
            else:
                text = f"{text[:first]}*{text[last:]}"
        return text

    def _condition(self) -> Json:
        found: Json = {}
        for _ in range(self._random.choice((1, 1, 2))):
            operator, key = self._random.choice(_LINES)
            found.setdefault(operator, {})[key] = self._wanted(operator)
        return found

    def _wanted(self, operator: str) -> list[str]:
        if operator == "Null":
            return [self._random.choice(("true", "false"))]
        texts = ("x", "y", "xy", "x*", "*", "?") if "Like" in operator else ("x", "y", "xy")
        return [self._random.choice(texts) for _ in range(self._random.choice((1, 1, 2, 3)))]

    def change(self, bodies: list[Body]) -> None:
        """Change a policy: mostly what people do, now and then anything."""
        at = self._random.randrange(len(bodies))
        self._random.choice(
            (
                self._split,
                self._merge,
                self._reorder,
                self._add,
                self._drop,
                self._exchange,
                self._exchange,
                self._recase,
                self._deny,
                self._condition_line,
                self._condition_value,
                self._turn,
            )
        )(bodies, at)

    def _element(self, body: Body) -> str:
        names = [
            each for each in ("Action", "Resource", "NotAction", "NotResource") if each in body
        ]
        return self._random.choice(names)

    def _split(self, bodies: list[Body], at: int) -> None:
        """Two statements in the place of one with a longer list."""
        body = bodies[at]
        name = self._element(body)
        if len(body[name]) > 1:
            cut = self._random.randrange(1, len(body[name]))
            bodies[at : at + 1] = [body | {name: body[name][:cut]}, body | {name: body[name][cut:]}]

    def _merge(self, bodies: list[Body], at: int) -> None:
        """One statement in the place of two, sound only if they differ in nothing else."""
        other = self._random.randrange(len(bodies))
        name = self._element(bodies[at])
        if other != at and name in bodies[other]:
            bodies[at][name] = [*bodies[at][name], *bodies[other][name]]
            del bodies[other]

    def _reorder(self, bodies: list[Body], at: int) -> None:
        self._random.shuffle(bodies)
        self._random.shuffle(bodies[at][self._element(bodies[at])])

    def _add(self, bodies: list[Body], at: int) -> None:
        if self._is(0.3) and len(bodies) < 4:
            bodies.append(self.body())
            return
        name = self._element(bodies[at])
        bodies[at][name].append(self._action() if "Action" in name else self._resource())

    def _drop(self, bodies: list[Body], at: int) -> None:
        name = self._element(bodies[at])
        if len(bodies[at][name]) > 1:
            bodies[at][name].pop(self._random.randrange(len(bodies[at][name])))
        elif len(bodies) > 1:
            del bodies[at]

    def _exchange(self, bodies: list[Body], at: int) -> None:
        """Narrow or widen one pattern."""
        name = self._element(bodies[at])
        place = self._random.randrange(len(bodies[at][name]))
        text = bodies[at][name][place]
        wild = [index for index, letter in enumerate(text) if letter in "*?"]
        head, separator, tail = text.rpartition(":")
        if text == "*":
            # Whether `?*` is about actions that take no resource is nowhere said.
            text = self._action() if "Action" in name else self._resource()
        elif wild and self._is(0.6):
            index = self._random.choice(wild)
            text = (
                text[:index] + self._random.choice(("", "a", "?", "?*", "a*")) + text[index + 1 :]
            )
        elif separator and tail and TOKEN not in tail:
            text = f"{head}:{self._wild(tail)}"
        if "Action" not in name or (":" in text and text.partition(":")[2]):
            bodies[at][name][place] = text or "*"

    def _recase(self, bodies: list[Body], at: int) -> None:
        name = "Action" if "Action" in bodies[at] else "NotAction"
        bodies[at][name] = [each.swapcase() for each in bodies[at][name]]

    def _deny(self, bodies: list[Body], at: int) -> None:
        denies = [index for index, body in enumerate(bodies) if body["Effect"] == "Deny"]
        if denies and len(bodies) > 1 and self._is(0.5):
            del bodies[self._random.choice(denies)]
        else:
            bodies.insert(at, self.body(effect="Deny"))

    def _condition_line(self, bodies: list[Body], at: int) -> None:
        if "Condition" in bodies[at] and self._is(0.5):
            del bodies[at]["Condition"]
        else:
            bodies[at]["Condition"] = {**bodies[at].get("Condition", {}), **self._condition()}

    def _condition_value(self, bodies: list[Body], at: int) -> None:
        for operator, pairs in bodies[at].get("Condition", {}).items():
            for key, wanted in pairs.items():
                if operator != "Null":
                    more = self._wanted(operator)
                    pairs[key] = [*wanted, *more] if self._is(0.5) else wanted[:1]

    def _turn(self, bodies: list[Body], at: int) -> None:
        """An element becomes its opposite, or an effect does."""
        name = self._element(bodies[at])
        if self._is(0.3):
            bodies[at]["Effect"] = "Deny" if bodies[at]["Effect"] == "Allow" else "Allow"
        else:
            opposite = name.removeprefix("Not") if name.startswith("Not") else f"Not{name}"
            bodies[at][opposite] = bodies[at].pop(name)


_NAMED: Final = {
    action: tuple(name for name in resources if FRESH not in name)
    for action, resources in WORLD.items()
}
"""Resources that patterns are made from."""
_TESTS: Final = ("StringEquals", "StringNotEquals", "StringLike", "StringNotLike")
_LINES: Final = (
    *((test, ONE_VALUE) for test in _TESTS),
    *((f"{test}IfExists", ONE_VALUE) for test in _TESTS),
    *((f"ForAllValues:{test}", SEVERAL_VALUES) for test in _TESTS),
    *((f"ForAnyValue:{test}", SEVERAL_VALUES) for test in _TESTS),
    ("Null", ONE_VALUE),
    ("Null", SEVERAL_VALUES),
)
"""Operators and keys of conditions."""
