"""The wildcard language of policies."""

from __future__ import annotations

import re
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.iam.access.globs import (
    EVERYTHING,
    MANY,
    NO_RESOURCE,
    ONE,
    OTHER,
    Budget,
    Machine,
    Pattern,
    TooManyError,
    by_fields,
    includes,
    loosened,
    pattern,
)
from compliance.intrinsics import Kind, Text, Token

TABLE: Final = Token("Table.Arn", Kind.RESOURCE)
GLOBS: Final = st.text("ab*?", max_size=6)
TEXTS: Final = st.text("abc", max_size=7)


def matches(glob: str, text: str) -> bool:
    """What the User Guide says of `*` and `?`, by way of an expression of Python's."""
    signs = {"*": ".*", "?": "."}
    expression = "".join(signs.get(sign, re.escape(sign)) for sign in glob)
    return re.fullmatch(expression, text, re.DOTALL) is not None


def taken(globs: list[str], text: str) -> list[bool]:
    """Which patterns take in a text, by the machine."""
    machine = Machine([pattern(glob) for glob in globs])
    key = machine.run(tuple(text))
    return [bool(key & end) for end in machine.accepts]


@given(st.lists(GLOBS, min_size=1, max_size=4), TEXTS)
def test_the_machine_matches_as_the_guide_says(globs: list[str], text: str) -> None:
    """Several patterns side by side take in what each takes in alone."""
    assert taken(globs, text) == [matches(glob, text) for glob in globs]


@given(st.lists(GLOBS, min_size=1, max_size=3), TEXTS)
def test_a_search_finds_every_set_of_patterns(globs: list[str], text: str) -> None:
    """Whatever patterns a text satisfies together, the search tells that set, with a text of it."""
    machine = Machine([pattern(glob) for glob in globs])
    key = machine.run(tuple(text))
    found = dict(machine.search(within=0, budget=Budget(10_000)))
    if key & machine.accepts[0]:
        assert key in found
        assert len(found[key]) <= len(text)
    for told, shortest in found.items():
        assert machine.run(shortest) == told


@given(GLOBS, GLOBS, TEXTS)
def test_what_one_pattern_includes_of_another_is_true(wide: str, narrow: str, text: str) -> None:
    """A pattern that includes another one takes in each of its texts."""
    if includes(pattern(wide), pattern(narrow)) and matches(narrow, text):
        assert matches(wide, text)


@pytest.mark.parametrize(
    ("wide", "narrow", "expected"),
    [
        ("*", "a?*", True),
        ("a*", "a?b", True),
        ("a?*", "a*", False),
        ("a*b*", "a?b?*", True),
        ("?", "*", False),
        ("a", "a", True),
        ("a", "b", False),
        ("a*", "b*", False),
    ],
)
def test_inclusion_of_patterns(wide: str, narrow: str, expected: bool) -> None:  # noqa: FBT001
    """Wildcards take in letters and other wildcards, letters only themselves."""
    assert includes(pattern(wide), pattern(narrow)) is expected


def test_wildcards_side_by_side_have_one_form() -> None:
    """`*?*` and `?**` are one pattern."""
    assert pattern("*?*") == pattern("?**") == (ONE, MANY)


def test_a_token_equals_itself_and_whatever_a_run_of_any_letters_takes_in() -> None:
    """`*` takes in a token, `?` does not, for nobody knows how long it is."""
    glob = pattern(Text((TABLE, "/index/*")))
    text = ("${Table.Arn}", *"/index/a")
    assert Machine([glob]).run(text)
    assert Machine([EVERYTHING]).run(text)
    assert not Machine([pattern("?*")]).run(text)
    assert not Machine([glob]).run(("${Other.Arn}", *"/index/a"))


def test_policy_variables_are_tokens_only_in_the_newer_version() -> None:
    """Before 2012-10-17, `${aws:username}` is that text."""
    name = "home/${aws:UserName}"
    assert pattern(name) == (*"home/", "${aws:username}")
    assert pattern(name, variables=False) == tuple(name)


def test_escaped_signs_are_letters() -> None:
    """`${*}`, `${?}` and `${$}` stand for the characters."""
    assert pattern("a${*}${?}${$}") == tuple("a*?$")


def test_a_loosened_pattern_takes_in_what_its_tokens_may_be() -> None:
    """A token may turn out to be any text."""
    assert loosened(pattern(Text((TABLE, "/a")))) == (MANY, "/", "a")


def test_a_loose_pattern_takes_a_token_for_any_run_of_its_letters() -> None:
    """A Deny of one table may be the Deny of the table that a token stands for."""
    glob = pattern("arn:table/x/index")
    text = ("${Table.Arn}", *"/index")
    assert Machine([glob], loose=[0]).run(text)
    assert not Machine([glob]).run(text)
    assert not Machine([glob], loose=[0]).run((NO_RESOURCE,))


def test_by_fields_a_wildcard_ends_at_the_colon() -> None:
    """It does in the first five fields, unless it ends the pattern."""
    reads: list[tuple[Pattern, str, bool]] = [
        (by_fields(pattern("arn:aws:s3:*:b")), "arn:aws:s3:::b", False),
        (pattern("arn:aws:s3:*:b"), "arn:aws:s3:::b", True),
        (by_fields(pattern("arn:aws:s3*")), "arn:aws:s3:::b", True),
        (by_fields(pattern("arn:aws:sns:*:*:a*b")), "arn:aws:sns:x:y:a:b", True),
        (by_fields(pattern("arn:aws:sns:?:*:t")), "arn:aws:sns:::y:t", False),
    ]
    for glob, text, expected in reads:
        assert bool(Machine([glob]).run(tuple(text))) is expected, text


def test_the_shortest_text_prefers_letters_that_no_pattern_names() -> None:
    """What a wildcard leaves open is told as such, for a witness to fill in."""
    machine = Machine([pattern("a?"), pattern("ab")])
    found = dict(machine.search(within=0, budget=Budget(100)))
    assert found[machine.accepts[0]] == ("a", OTHER)


def test_a_search_stops_at_its_budget() -> None:
    """Patterns whose states double with every sign are given up, not waited for."""
    machine = Machine([pattern("*a" + "?" * 20), pattern("*b" + "?" * 20)])
    with pytest.raises(TooManyError):
        list(machine.search(within=0, budget=Budget(1000)))
