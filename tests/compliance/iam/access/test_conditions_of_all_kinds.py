"""Conditions with every operator: what is proven of them, beside requests that are tried.

Trying requests with `compliance.iam.access.contexts` is no part of the proof that there is no new
access, which looks at how conditions are made and at no values.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compliance.iam.access.comparison import compare
from compliance.iam.access.contexts import Context, all_hold, candidates, parse
from compliance.iam.access.documents import policy
from compliance.iam.access.model import Result
from compliance.iam.access.operators import every, negated, some
from tests.compliance.iam.access.pairs import document

if TYPE_CHECKING:
    from random import Random

Json = dict[str, Any]
_NUMBERS: Final = ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan")
KEYS: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "aws:SourceVpc": (
        ("StringEquals", "StringNotEquals", "StringLike", "StringNotEqualsIgnoreCase"),
        ("x", "X", "xy", "x*", "*", "", "${aws:PrincipalTag/vpc}", "x${aws:username}"),
    ),
    "s3:max-keys": (tuple(f"Numeric{name}" for name in _NUMBERS), ("1", "2", "3", "2.0")),
    "aws:CurrentTime": (
        tuple(f"Date{name}" for name in _NUMBERS),
        ("2030", "2030-01-01", "2031-01-01T00:00:00Z"),
    ),
    "aws:SourceIp": (
        ("IpAddress", "NotIpAddress"),
        ("10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "0.0.0.0/0"),
    ),
    "aws:SecureTransport": (("Bool",), ("true", "false")),
    "aws:SourceArn": (
        ("ArnLike", "ArnEquals", "ArnNotLike", "StringEquals"),
        ("arn:aws:sns:*:*:*", "arn:aws:sns:eu-west-1:111122223333:t", "arn:aws:sqs:*:*:*"),
    ),
    "aws:TagKeys": (("StringEquals", "StringNotEquals", "StringLike"), ("x", "y", "x*", "*")),
}
"""Operators and values by condition key."""


def random_condition(random: Random) -> Json:
    """A condition of up to two lines."""
    found: Json = {}
    for _ in range(random.choice((0, 1, 1, 1, 2, 2))):
        key = random.choice(tuple(KEYS))
        operators, values = KEYS[key]
        operator, wanted = random.choice(operators), random.choices(values, k=random.choice((1, 2)))
        if random.random() < 0.2:
            operator += "IfExists"
        if random.random() < (0.8 if key == "aws:TagKeys" else 0.1):
            operator = random.choice(("ForAllValues:", "ForAnyValue:")) + operator
        if random.random() < 0.1:
            operator, wanted = "Null", [random.choice(("true", "false"))]
        found.setdefault(operator, {})[key] = wanted
    return found


def changed(random: Random, condition: Json) -> Json:
    """A condition that was narrowed, widened or both."""
    found: Json = json.loads(json.dumps(condition))
    for operator, pairs in found.items():
        for key in tuple(pairs):
            kind = random.randrange(10)
            if kind < 2:
                pairs[key] = pairs[key][:1]
            elif kind < 4 and operator != "Null":
                pairs[key] = [*pairs[key], random.choice(KEYS[key][1])]
            elif kind == 4:
                del pairs[key]
    if random.random() < 0.3:
        for operator, pairs in random_condition(random).items():
            found.setdefault(operator, {}).update(pairs)
    return found


def allowed(allows: list[Json], denies: list[Json], context: Context) -> bool | None:
    """Whether Allows and Denies of one action let a request through."""
    return every(
        (
            some(all_hold(parse(condition), context) for condition in allows),
            negated(some(all_hold(parse(condition), context) for condition in denies)),
        )
    )


def filled(conditions: list[Json], context: Context) -> list[Json]:
    """Conditions with a request's values in the place of policy variables."""
    text = json.dumps(conditions)
    for key, values in context.items():
        for value in values:
            variable = re.compile(re.escape(f"${{{key}}}"), re.IGNORECASE)
            text = variable.sub(json.dumps(value)[1:-1].replace("\\", r"\\"), text)
    found: list[Json] = json.loads(text)
    return found


def statements(allows: list[Json], denies: list[Json]) -> Json:
    """A policy with these conditions."""
    return document(
        [
            {
                "Effect": effect,
                "Action": "s3:ListBucket",
                "Resource": "arn:aws:s3:::orders",
                "Condition": condition,
            }
            for effect, conditions in (("Allow", allows), ("Deny", denies))
            for condition in conditions
        ]
    )


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.randoms(use_true_random=False))
def test_no_answer_is_wrong(random: Random) -> None:
    """What is proven to be not new is let through by no request tried, and witnesses stand."""
    old = [random_condition(random) for _ in range(random.choice((1, 1, 2, 3)))]
    old_denies = [random_condition(random) for _ in range(random.choice((0, 0, 1)))]
    new = [changed(random, condition) for condition in old[: random.choice((1, 2, 3))]]
    new_denies = [condition for condition in old_denies if random.random() < 0.8]
    new_denies += [random_condition(random) for _ in range(random.choice((0, 0, 1)))]

    def is_new(context: Context) -> bool:
        return (
            allowed(filled(new, context), filled(new_denies, context), context) is True
            and allowed(filled(old, context), filled(old_denies, context), context) is False
        )

    comparison = compare(
        [policy(statements(old, old_denies), shown="old")],
        [policy(statements(new, new_denies), shown="new")],
    )
    lines = [line for each in (*old, *old_denies, *new, *new_denies) for line in parse(each)]
    if comparison.result is Result.NO_NEW_ACCESS:
        assert not any(map(is_new, candidates(lines, most=300)))
    assert all(is_new(witness.condition) for witness in comparison.witnesses)
