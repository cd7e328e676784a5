"""Values of a condition key that tell conditions on it apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.iam.access.operators import OPERATORS
from compliance.iam.access.samples import values


@pytest.mark.parametrize(
    ("key", "operator", "wanted", "found"),
    [
        ("aws:sourcevpc", "stringequals", {"vpc-1"}, ("vpc-1", "vpc-0example")),
        ("aws:sourcevpc", "stringequals", {"vpc-0example"}, ("vpc-0example", "other")),
        ("aws:principalorgid", "stringequals", {"o-1"}, ("o-1", "o-exampleorgid")),
        ("aws:principaltag/team", "stringequals", {"b", "a"}, ("a", "b", "other")),
        ("k", "stringequals", {"other", "other-2"}, ("other", "other-2", "other-3")),
        ("k", "stringequalsignorecase", {"Ab${X}"}, ("Ab${X}", "aB${X}", "other")),
        ("k", "stringlike", {"a*b?"}, ("aexamplebx", "abx", "other")),
        ("k", "stringlike", {"*"}, ("example", "", "other")),
        (
            "k",
            "stringlike",
            {"home/${aws:username}/*"},
            (
                "home/${aws:username}/example",
                "home/${aws:username}/",
                "other",
            ),
        ),
        ("k", "null", {"true"}, ("other",)),
        ("k", "nosuchoperator", {"x"}, ("other",)),
        ("aws:securetransport", "null", {"true"}, ("true",)),
        ("k", "bool", {"true"}, ("true", "false")),
        ("k", "binaryequals", {"b3RoZXI="}, ("b3RoZXI=", "b3RoZXIx")),
        ("k", "numericlessthan", {"10"}, ("10", "9", "11", "1")),
        ("k", "numericequals", {"1.5"}, ("1.5", "0.5", "2.5", "1")),
        ("k", "numericequals", {"${N}"}, ("1",)),
        (
            "aws:currenttime",
            "datelessthan",
            {"2026-05"},
            (
                "2026-05-01T00:00:00Z",
                "2026-04-30T00:00:00Z",
                "2026-05-02T00:00:00Z",
                "2030-01-01T00:00:00Z",
            ),
        ),
        (
            "aws:currenttime",
            "datelessthan",
            {"2026-05-01T10:00:00.50+02:00"},
            (
                "2026-05-01T08:00:00.5Z",
                "2026-04-30T08:00:00.5Z",
                "2026-05-02T08:00:00.5Z",
                "2030-01-01T00:00:00Z",
            ),
        ),
        (
            "aws:epochtime",
            "datelessthan",
            {"2026-05"},
            (
                "1777593600",
                "1777507200",
                "1777680000",
                "1893456000",
            ),
        ),
        ("k", "dateequals", {"100000"}, ("100000", "13600", "186400", "2030-01-01T00:00:00Z")),
        (
            "k",
            "dateequals",
            {"9999-12-31T23:59:59Z"},
            (
                "9999-12-31T23:59:59Z",
                "9999-12-30T23:59:59Z",
                "2030-01-01T00:00:00Z",
            ),
        ),
        ("k", "dateequals", {"soon"}, ("2030-01-01T00:00:00Z",)),
        (
            "aws:sourceip",
            "ipaddress",
            {"198.51.100.0/24"},
            (
                "198.51.100.1",
                "198.51.100.0",
                "198.51.100.255",
                "198.51.99.255",
                "198.51.101.0",
                "203.0.113.7",
            ),
        ),
        (
            "k",
            "ipaddress",
            {"0.0.0.0/0"},
            (
                "0.0.0.1",
                "0.0.0.0",  # noqa: S104 - nothing is bound to it
                "255.255.255.255",
                "2001:db8::7",
            ),
        ),
        (
            "aws:sourceip",
            "ipaddress",
            {"::/0", "0.0.0.0/0"},
            (
                "0.0.0.1",
                "0.0.0.0",  # noqa: S104 - nothing is bound to it
                "255.255.255.255",
                "::1",
                "::",
                "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
                "198.51.100.7",
            ),
        ),
        ("k", "ipaddress", {"${Office}"}, ("198.51.100.7",)),
        (
            "aws:sourcearn",
            "arnlike",
            {"arn:aws:sqs:*:*:q*"},
            (
                "arn:aws:sqs:us-east-1:999999999999:qexample",
                "arn:aws:sns:us-east-1:999999999999:other",
            ),
        ),
        (
            "aws:sourcearn",
            "arnlike",
            {"arn:aws:s3:::b-?"},
            (
                "arn:aws:s3:::b-x",
                "arn:aws:sns:us-east-1:999999999999:other",
            ),
        ),
        (
            "k",
            "arnequals",
            {"arn:aws:sns:*:${AWS::AccountId}:t"},
            (
                "arn:aws:sns:example:${AWS::AccountId}:t",
                "arn:aws:sns:us-east-1:999999999999:other",
            ),
        ),
        (
            "k",
            "arnlike",
            {"arn:*:*:*:*:*"},
            (
                "arn:aws:sns:us-east-1:999999999999:example",
                "arn:aws:sns:us-east-1:999999999999:other",
            ),
        ),
    ],
)
def test_values_are_those_that_matter(
    key: str, operator: str, wanted: set[str], found: tuple[str, ...]
) -> None:
    """What is mentioned and what is around it comes first, then something that is not mentioned."""
    assert values(key, [(operator, frozenset(wanted))]) == found


def test_a_key_with_several_operators_gets_values_for_each() -> None:
    """What one operator mentions and what the other one does are both tried, each once."""
    uses = [("stringequals", frozenset({"a"})), ("stringlike", frozenset({"a*", "a"}))]
    assert values("k", uses) == ("a", "aexample", "other")


ADDRESS = st.integers(0, 255).map(lambda last: f"198.51.100.{last}")
RANGE = st.builds("{}/{}".format, ADDRESS, st.integers(22, 32))
NUMBER = st.integers(-3, 3).map(str)
TEXT = st.text(alphabet="ab", max_size=3)
GLOB = st.text(alphabet="ab*", max_size=3)


@pytest.mark.parametrize(
    ("operator", "wanted", "other"),
    [
        ("ipaddress", RANGE, ADDRESS),
        ("numericlessthan", NUMBER, NUMBER),
        ("numericgreaterthanequals", NUMBER, NUMBER),
        ("stringequals", TEXT, TEXT),
    ],
)
def test_two_sets_that_differ_are_told_apart(
    operator: str, wanted: st.SearchStrategy[str], other: st.SearchStrategy[str]
) -> None:
    """Where any value satisfies one set and not the other, one of the values tried does as well."""

    @given(
        st.frozensets(wanted, min_size=1, max_size=3),
        st.frozensets(wanted, min_size=1, max_size=3),
        other,
    )
    def check(old: frozenset[str], new: frozenset[str], value: str) -> None:
        def apart(value: str) -> bool:
            holds = OPERATORS[operator]
            return any(holds(value, each) for each in new) and not any(
                holds(value, each) for each in old
            )

        if apart(value):
            assert any(map(apart, values("k", [(operator, old), (operator, new)])))

    check()
