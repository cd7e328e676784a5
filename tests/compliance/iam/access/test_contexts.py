"""Whether conditions hold for what a request brings with it, and which requests are tried."""

from __future__ import annotations

import itertools
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.iam.access.contexts import (
    ALWAYS,
    NEGATIONS,
    Line,
    _around,
    all_hold,
    candidates,
    holds,
    known,
    parse,
)
from compliance.iam.access.operators import OPERATORS, negated

Json = dict[str, Any]
ABSENT: dict[str, tuple[str, ...]] = {}


def only(operator: str, value: object, key: str = "k") -> Line:
    """The only line of a condition."""
    (found,) = parse({operator: {key: value}})
    return found


def has(*values: str) -> dict[str, tuple[str, ...]]:
    """A request that has values for the key."""
    return {"k": values}


# -- reading --------------------------------------------------------------------------------------


def test_a_condition_is_read_line_by_line() -> None:
    """Operators and keys lose their case, values keep it, numbers and booleans become text."""
    found = parse(
        {
            "ForAllValues:StringNotLikeIfExists": {"aws:TagKeys": ["Owner", "x*"]},
            "Bool": {"aws:SecureTransport": True},
            "NumericLessThan": {"s3:max-keys": 10, "s3:RemainingDays": "1.5"},
        }
    )
    bare = {"negated": False, "quantifier": "", "if_exists": False}
    assert [asdict(each) for each in found] == [
        {
            "operator": "stringlike",
            "negated": True,
            "quantifier": "forallvalues",
            "if_exists": True,
            "key": "aws:tagkeys",
            "values": {"Owner", "x*"},
        },
        {"operator": "bool", "key": "aws:securetransport", "values": {"true"}, **bare},
        {"operator": "numericlessthan", "key": "s3:max-keys", "values": {"10"}, **bare},
        {"operator": "numericlessthan", "key": "s3:remainingdays", "values": {"1.5"}, **bare},
    ]


def test_no_condition_has_no_lines() -> None:
    """An empty object holds for every request."""
    assert parse({}) == ()
    assert all_hold((), ABSENT) is True


@pytest.mark.parametrize("name", sorted(NEGATIONS))
def test_negated_operators_are_known_by_what_they_do_not_want(name: str) -> None:
    """Each operator that negates another one is read as that one, negated."""
    line = only(name, "x")
    assert (line.operator, line.negated) == (NEGATIONS[name], True)
    assert line.operator in OPERATORS


@pytest.mark.parametrize(
    "operator",
    [
        "StringMatches",
        "ForSomeValues:StringEquals",
        "NullIfExists",
        "ForAllValues:Null",
        "",
        "IfExists",
        "ForAllValues:ForAnyValue:StringEquals",
    ],
)
def test_what_no_operator_is_is_not_known(operator: str) -> None:
    """An operator that does not exist is read, and no request is said to satisfy it or not."""
    line = only(operator, "true")
    assert not known(line)
    assert holds(line, ABSENT) is None
    assert holds(line, has("true")) is None


@pytest.mark.parametrize("operator", ["Null", "StringEquals", "foranyvalue:arnnotlikeifexists"])
def test_operators_that_exist_are_known(operator: str) -> None:
    """The case of an operator's name does not matter."""
    assert known(only(operator, "true"))


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (["x"], "Condition is a list; an object is expected there."),
        (None, "Condition is null; an object is expected there."),
        ("x", "Condition is 'x'; an object is expected there."),
        ({"Bool": True}, "Condition.Bool is True; an object is expected there."),
        (
            {"Bool": {"k": {}}},
            "Condition.Bool.k holds an object; a text, a number or a boolean is expected there.",
        ),
        (
            {"Bool": {"k": ["true", None]}},
            "Condition.Bool.k holds null; a text, a number or a boolean is expected there.",
        ),
        (
            {"Bool": {"k": [["true"]]}},
            "Condition.Bool.k holds a list; a text, a number or a boolean is expected there.",
        ),
    ],
)
def test_what_is_no_condition_is_refused(condition: object, said: str) -> None:
    """The error names the place, what stands there and what is expected."""
    with pytest.raises(ValueError, match="expected") as raised:
        parse(condition)
    assert str(raised.value) == said


# -- deciding -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operator", "absent", "same", "other"),
    [
        ("StringEquals", False, True, False),
        ("StringEqualsIfExists", True, True, False),
        ("StringNotEquals", True, False, True),
        ("StringNotEqualsIfExists", True, False, True),
        ("ForAllValues:StringEquals", True, True, False),
        ("ForAllValues:StringNotEquals", True, False, True),
        ("ForAllValues:StringEqualsIfExists", True, True, False),
        ("ForAnyValue:StringEquals", False, True, False),
        ("ForAnyValue:StringNotEquals", False, False, True),
        ("ForAnyValue:StringEqualsIfExists", None, True, False),
        ("ForAnyValue:StringNotEqualsIfExists", None, False, True),
    ],
)
def test_absent_keys_and_single_values(
    operator: str, absent: object, same: object, other: object
) -> None:
    """A key that is missing, that has the value, and that has another one."""
    line = only(operator, ["a", "b"])
    assert holds(line, ABSENT) is absent
    assert holds(line, {"k": ()}) is absent
    assert holds(line, has("a")) is same
    assert holds(line, has("c")) is other


@pytest.mark.parametrize(
    ("operator", "both", "one", "none"),
    [
        ("StringEquals", None, None, None),
        ("StringNotEquals", None, None, None),
        ("ForAllValues:StringEquals", True, False, False),
        ("ForAnyValue:StringEquals", True, True, False),
        ("ForAllValues:StringNotEquals", False, False, True),
        ("ForAnyValue:StringNotEquals", False, True, True),
    ],
)
def test_several_values(operator: str, both: object, one: object, none: object) -> None:
    """With a quantifier all or any of the values count; without one nobody knows."""
    line = only(operator, ["a", "b"])
    assert holds(line, has("a", "b")) is both
    assert holds(line, has("a", "c")) is one
    assert holds(line, has("c", "d")) is none


@pytest.mark.parametrize(
    ("values", "absent", "present"),
    [
        ("true", True, False),
        ("false", False, True),
        (True, True, False),
        (["true", "false"], True, True),
        ("TRUE", True, False),
        ("maybe", None, None),
        (["maybe", "true"], True, None),
    ],
)
def test_null(values: object, absent: object, present: object) -> None:
    """`Null` asks whether the key is missing."""
    line = only("Null", values)
    assert holds(line, ABSENT) is absent
    assert holds(line, has("x")) is present
    assert holds(line, has("x", "y")) is present


@pytest.mark.parametrize(
    ("operator", "wanted", "found", "answer"),
    [
        ("StringEquals", "", ("",), True),
        ("StringLike", "*", ("",), True),
        ("Null", "true", ("",), None),
        ("ForAllValues:StringEquals", "a", ("",), None),
        ("ForAllValues:StringEquals", "", ("",), True),
        ("ForAllValues:StringEquals", "a", ("", "b"), False),
        ("ForAnyValue:StringEquals", "a", ("",), False),
        ("ForAnyValue:StringEquals", "", ("",), None),
        ("ForAnyValue:StringEquals", "a", ("", "a"), True),
    ],
)
def test_an_empty_text_may_be_no_value(
    operator: str, wanted: str, found: tuple[str, ...], answer: object
) -> None:
    """The guide calls an empty text an empty data set: an answer needs both readings to agree."""
    assert holds(only(operator, wanted), has(*found)) is answer


@pytest.mark.parametrize(
    ("operator", "values", "found", "answer"),
    [
        ("StringEquals", ["a", "${X}"], ("a",), True),
        ("StringEquals", ["a", "${X}"], ("b",), None),
        ("StringNotEquals", ["a", "${X}"], ("a",), False),
        ("StringNotEquals", ["a", "${X}"], ("b",), None),
        ("StringNotEquals", ["a", "p-${X}"], ("b",), True),
        ("StringEquals", [], ("b",), None),
        ("ForAnyValue:StringEquals", ["${X}"], ("b", "${X}"), True),
        ("ForAllValues:StringEquals", ["p-${X}", "b"], ("b", "c"), False),
    ],
)
def test_what_is_not_known_stays_so(
    operator: str, values: list[str], found: tuple[str, ...], answer: object
) -> None:
    """A value that only the deployment knows decides nothing, and hides nothing that is decided."""
    assert holds(only(operator, values), has(*found)) is answer


def test_a_key_that_is_not_known_may_be_any() -> None:
    """Whether a request has a key with a token in its name is told only if it names the same."""
    line = only("StringNotEquals", "a", key="aws:ResourceTag/${Tag}")
    assert holds(line, ABSENT) is None
    assert holds(line, {"aws:resourcetag/${tag}": ("b",)}) is True


@pytest.mark.parametrize(
    ("first", "second", "answer"),
    [
        ("a", "a", True),
        ("a", "b", False),
        ("${X}", "a", None),
        ("${X}", "b", False),
    ],
)
def test_lines_stand_together(first: str, second: str, answer: object) -> None:
    """All lines have to hold; one that does not decides."""
    lines = parse({"StringEquals": {"k": first}, "StringLike": {"K": second}})
    assert all_hold(lines, has("a")) is answer


VALUES = {
    "string": st.text(alphabet="aB*?", max_size=3),
    "arn": st.text(alphabet="a:*", max_size=7),
    "numeric": st.sampled_from(["1", "2", "2.0", "x"]),
    "date": st.sampled_from(["2030", "2030-01-01", "2031-01-01T00:00:00Z", "x"]),
    "notip": st.sampled_from(["198.51.100.7", "198.51.100.0/24", "2001:db8::1", "x"]),
}


@pytest.mark.parametrize("name", sorted(NEGATIONS))
def test_a_negated_operator_says_the_opposite(name: str) -> None:
    """For a request with one value, and for one with none, the two never agree."""
    values = next(each for kind, each in VALUES.items() if name.startswith(kind))

    @given(st.lists(values, min_size=1, max_size=3), values)
    def check(wanted: list[str], value: str) -> None:
        positive, opposite = only(NEGATIONS[name], wanted), only(name, wanted)
        assert holds(opposite, has(value)) is negated(holds(positive, has(value)))
        assert holds(opposite, ABSENT) is True
        assert holds(positive, ABSENT) is False

    check()


@given(st.lists(st.sampled_from("abc"), max_size=3), st.lists(st.sampled_from("abc"), min_size=1))
def test_quantifiers_are_each_others_opposites(found: list[str], wanted: list[str]) -> None:
    """Not all values are among those wanted just when any value is none of them."""
    for operator, other in (
        ("ForAllValues:StringEquals", "ForAnyValue:StringNotEquals"),
        ("ForAllValues:StringNotEquals", "ForAnyValue:StringEquals"),
    ):
        assert holds(only(operator, wanted), has(*found)) is not holds(
            only(other, wanted), has(*found)
        )


# -- trying ---------------------------------------------------------------------------------------


def tried(condition: Json, *, most: int = 100) -> list[dict[str, tuple[str, ...]]]:
    """The contexts that are tried for a condition."""
    return [dict(context) for context in candidates(parse(condition), most=most)]


def test_values_and_absence_are_tried() -> None:
    """The plainest request has no key at all; then those come that a line mentions."""
    assert tried({"StringEquals": {"aws:SourceVpc": ["vpc-2", "vpc-1"]}}) == [
        {},
        {"aws:sourcevpc": ("vpc-1",)},
        {"aws:sourcevpc": ("vpc-2",)},
        {"aws:sourcevpc": ("vpc-0example",)},
    ]


def test_no_lines_need_no_key() -> None:
    """Where no condition asks for anything, one request tells it all."""
    assert tried({}) == [{}]


def test_fewer_keys_come_first() -> None:
    """Requests with two keys come after those with one."""
    found = tried({"StringEquals": {"a": "x", "b": "y"}})
    assert [len(context) for context in found] == [0, *[1] * 4, *[2] * 4]


@pytest.mark.parametrize("key", sorted(ALWAYS))
def test_some_keys_are_in_every_request(key: str) -> None:
    """A request without them is none that is tried."""
    assert all(key in context for context in tried({"StringEquals": {key: "x", "k": "y"}}))


def test_a_key_with_a_quantifier_has_several_values() -> None:
    """Each value alone, each two, and all together."""
    assert tried({"ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b", ""]}}) == [
        {},
        {"aws:tagkeys": ("a",)},
        {"aws:tagkeys": ("b",)},
        {"aws:tagkeys": ("other",)},
        {"aws:tagkeys": ("a", "b")},
        {"aws:tagkeys": ("a", "other")},
        {"aws:tagkeys": ("b", "other")},
        {"aws:tagkeys": ("a", "b", "other")},
    ]


def test_many_values_are_not_all_paired() -> None:
    """Of many values a few are paired, with the one that no line mentions among them."""
    found = tried({"ForAnyValue:StringEquals": {"k": [f"v{number:02}" for number in range(20)]}})
    pairs = [context["k"] for context in found if context and len(context["k"]) == 2]
    assert len(pairs) == 15
    assert ("v00", "other") in pairs


def test_a_key_of_one_value_never_has_two() -> None:
    """A quantifier does not make a global key one of several values."""
    found = tried({"ForAllValues:StringEquals": {"aws:SourceVpc": ["a", "b"]}})
    assert all(len(values) == 1 for context in found for values in context.values())


def test_no_request_comes_directly_and_through_an_endpoint() -> None:
    """`aws:SourceIp` is not there when a VPC endpoint is used."""
    found = tried(
        {
            "IpAddress": {"aws:SourceIp": "192.0.2.0/24"},
            "StringEquals": {"aws:SourceVpce": "vpce-1"},
        }
    )
    assert {"aws:sourceip": ("192.0.2.1",)} in found
    assert {"aws:sourcevpce": ("vpce-1",)} in found
    assert not any({"aws:sourceip", "aws:sourcevpce"} <= context.keys() for context in found)


def test_the_order_of_lines_does_not_matter() -> None:
    """The same lines give the same contexts in the same order."""
    lines = parse({"StringEquals": {"a": ["x", "y"], "b": "z"}, "Bool": {"c": "true"}})
    found = [list(candidates(order, most=50)) for order in itertools.permutations(lines)]
    assert all(each == found[0] for each in found)
    assert len({str(context) for context in found[0]}) == len(found[0]) == 36


def test_of_too_many_contexts_the_telling_ones_come_first() -> None:
    """With many keys, all as wanted is among the first, and so is all but one as wanted."""
    keys = [f"k{number:02}" for number in range(20)]
    found = tried({"StringEquals": dict.fromkeys(keys, "x")}, most=200)
    wanted = dict.fromkeys(keys, ("x",))
    assert len(found) == 200
    assert len({str(context) for context in found}) == 200
    assert found[:3] == [{}, wanted, dict.fromkeys(keys, ("other",))]
    for key in keys:
        assert {name: value for name, value in wanted.items() if name != key} in found
        assert wanted | {key: ("other",)} in found


def test_around_a_few_choices_lie_all_others() -> None:
    """Going on for long enough, every choice comes once."""
    ways: list[tuple[tuple[str, ...], ...]] = [
        ((), ("a",), ("b",)),
        (("c",), ("c", "d")),
        ((), ("e",)),
    ]
    assert sorted(_around(ways)) == sorted(itertools.product(*ways))


@given(
    st.dictionaries(
        st.sampled_from(["StringEquals", "StringNotEqualsIfExists", "ForAnyValue:StringLike"]),
        st.dictionaries(st.sampled_from("kl"), st.sampled_from(["a", "b*"]), min_size=1),
        min_size=1,
    )
)
def test_a_condition_that_can_hold_is_seen_to_hold(condition: Json) -> None:
    """Among the contexts tried is one that satisfies, unless lines contradict one another."""
    lines = parse(condition)
    found = list(candidates(lines, most=1000))
    texts = ("a", "b", "b*", "c")
    space = [(), *((text,) for text in texts), *itertools.combinations(texts, 2)]
    possible = any(
        all_hold(lines, {"k": one, "l": other}) is True
        for one, other in itertools.product(space, repeat=2)
    )
    assert any(all_hold(lines, context) for context in found) is possible
