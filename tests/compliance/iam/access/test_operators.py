"""Whether one value of a request satisfies one value of a policy."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.iam.access.globs import includes
from compliance.iam.access.operators import (
    OPERATORS,
    arn_like,
    every,
    letters,
    like,
    moment,
    negated,
    number,
    some,
)

TOPIC = "arn:aws:sns:eu-north-1:111122223333:alarms"
NESTED = '${Fn::Select [0,{"Fn::GetAtt":["T","Arn"]}]}'


@pytest.mark.parametrize(
    ("operator", "value", "wanted", "answer"),
    [
        ("stringequals", "vpc-1", "vpc-1", True),
        ("stringequals", "vpc-1", "VPC-1", False),
        ("stringequals", "axb", "a*b", False),
        ("stringequals", "a*b", "a*b", True),
        ("stringequals", "", "", True),
        ("stringequalsignorecase", "Vpc-1", "vPC-1", True),
        ("stringequalsignorecase", "vpc-1", "vpc-2", False),
        ("stringequalsignorecase", "axb", "a*b", False),
        ("stringlike", "home/bob/x", "home/*", True),
        ("stringlike", "home/", "home/*", True),
        ("stringlike", "home", "home/*", False),
        ("stringlike", "Home/", "home/*", False),
        ("stringlike", "t2.micro", "t?.*", True),
        ("stringlike", "t.micro", "t?.*", False),
        ("stringlike", "", "*", True),
        ("stringlike", "", "?*", False),
        ("stringlike", "a.b", "a?b", True),
        ("stringlike", "abab", "a**b", True),
        ("stringlike", "a\nb", "a*b", True),
        ("bool", "true", "true", True),
        ("bool", "true", "False", False),
        ("bool", "true", "yes", None),
        ("binaryequals", "QUI=", "QUI=", True),
        ("binaryequals", "QUI=", "QUM=", False),
        ("binaryequals", "QUI=", "no base 64", None),
        ("numericequals", "10", "10.0", True),
        ("numericequals", "10", "11", False),
        ("numericlessthan", "9", "10", True),
        ("numericlessthan", "10", "10", False),
        ("numericlessthan", "-1.5", "-1", True),
        ("numericlessthanequals", "10", "10", True),
        ("numericlessthanequals", "11", "10", False),
        ("numericgreaterthan", "11", "10", True),
        ("numericgreaterthan", "10", "10", False),
        ("numericgreaterthanequals", "10", "10", True),
        ("numericgreaterthanequals", "9", "10", False),
        ("numericequals", "ten", "10", None),
        ("numericequals", "10", "1e1", None),
        ("numericequals", "${Limit}", "${Limit}", None),
        ("dateequals", "2030-01-01", "2030-01-01T00:00:00Z", True),
        ("dateequals", "2030-01-01T01:00:00+01:00", "2030-01-01T00:00Z", True),
        ("dateequals", "1893456000", "2030", True),
        ("datelessthan", "2029-12-31T23:59:59Z", "2030-01", True),
        ("datelessthan", "2030-01-01T00:00:00Z", "2030-01", False),
        ("datelessthanequals", "2030-01-01T00:00:00Z", "2030-01", True),
        ("dategreaterthan", "2030-01-01T00:00:00.5Z", "2030-01-01T00:00:00Z", True),
        ("dategreaterthanequals", "2030-01-01T00:00:00Z", "2030-01-01T00:00:00.5Z", False),
        ("dateequals", "2030-01-01", "tomorrow", None),
        ("dateequals", "2030-01-01", "2030-02-30", None),
        ("ipaddress", "203.0.113.9", "203.0.113.0/24", True),
        ("ipaddress", "203.0.114.9", "203.0.113.0/24", False),
        ("ipaddress", "203.0.113.9", "203.0.113.9", True),
        ("ipaddress", "203.0.113.8", "203.0.113.9", False),
        ("ipaddress", "203.0.113.9", "203.0.113.200/24", True),
        ("ipaddress", "2001:db8::9", "2001:DB8::/64", True),
        ("ipaddress", "2001:db9::9", "2001:DB8::/64", False),
        ("ipaddress", "203.0.113.9", "::/0", False),
        ("ipaddress", "2001:db8::9", "2001:db8::9", True),
        ("ipaddress", "2001:db8::8", "2001:db8::9", None),
        ("ipaddress", "2001:db9::9", "2001:db8::9", False),
        ("ipaddress", "203.0.113.9", "somewhere", None),
        ("ipaddress", "203.0.113.9", "${Office}/24", None),
        ("ipaddress", "203.0.113.0/24", "203.0.113.0/24", None),
        ("ipaddress", "somewhere", "203.0.113.0/24", None),
    ],
)
def test_a_literal_is_compared(operator: str, value: str, wanted: str, answer: object) -> None:
    """Each operator says yes and no as its documentation does, and nothing of what is malformed."""
    assert OPERATORS[operator](value, wanted) is answer


@pytest.mark.parametrize("operator", ["arnequals", "arnlike"])
@pytest.mark.parametrize(
    ("value", "wanted", "answer"),
    [
        (TOPIC, TOPIC, True),
        (TOPIC, "arn:aws:sns:*:111122223333:*", True),
        (TOPIC, "arn:aws:sns:eu-*-?:*:alarm?", True),
        (TOPIC, "arn:aws:sqs:*:*:*", False),
        (TOPIC, "arn:aws:sns:*:*:Alarms", False),
        (TOPIC, "arn:aws:sns:*:alarms", None),
        (TOPIC, "*", None),
        (TOPIC, "alarms", False),
        ("alarms", "alarm*", None),
        (
            "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document",
            "arn:aws:someservice:*:111122223333:finance/*",
            False,
        ),
        ("arn:aws:logs:a:b:log-group:x:y", "arn:aws:logs:*:*:log-group:*", True),
    ],
)
def test_the_parts_of_an_arn_are_compared_one_by_one(
    operator: str, value: str, wanted: str, answer: object
) -> None:
    """`ArnEquals` and `ArnLike` are the same; the guide's own example is no match."""
    assert OPERATORS[operator](value, wanted) is answer


@pytest.mark.parametrize(
    ("operator", "value", "wanted", "answer"),
    [
        ("stringequals", "${Table}", "${Table}", True),
        ("stringequals", "${Table}", "${Other}", None),
        ("stringequals", "orders", "${Table}", None),
        ("stringequals", "${Table}", "orders", None),
        ("stringequals", "prod-orders", "dev-${Table}", False),
        ("stringequals", "dev-${Table}", "prod-orders", False),
        ("stringequals", "${Table}-dev", "${Table}-prod", False),
        ("stringequals", "prod-orders", "prod-${Table}", None),
        ("stringequals", NESTED, NESTED, True),
        ("stringequals", "orders", NESTED, None),
        ("stringequals", "${broken", "${broken", True),
        ("stringequals", "orders", "${broken", None),
        ("stringequalsignorecase", "PROD-${Table}", "prod-${Table}", True),
        ("stringequalsignorecase", "${TABLE}", "${Table}", None),
        ("stringlike", "home/${aws:username}/x", "home/${aws:username}/*", True),
        ("stringlike", "home/bob/x", "home/${aws:username}/*", None),
        ("stringlike", "away/bob/x", "home/${aws:username}/*", False),
        ("stringlike", "home/${aws:username}", "home/*", True),
        ("stringlike", "${aws:username}", "?", None),
        ("stringlike", "${aws:username}", "a*", None),
        ("arnlike", "${Topic}", "${Topic}", True),
        ("arnlike", TOPIC, "${Topic}", None),
        ("arnlike", "${Topic}", "arn:aws:sns:*:*:*", None),
        ("arnlike", TOPIC, "arn:aws:sqs:*:*:${Queue}", False),
        ("arnlike", "arn:aws:sns:${AWS::Region}:1:a", "arn:aws:sns:*:1:*", True),
        ("arnlike", "arn:aws:sns:${Where}:1:a", "arn:aws:sns:*:1:*", None),
        ("arnlike", "arn:aws:sns:${Where}:1:a", "arn:aws:sns:${Where}:1:*", True),
        ("arnlike", "arn:aws:sns:r:1:${Name}", "arn:aws:sns:*:1:*", True),
        ("arnlike", "arn:aws:a:r:1:${Api}/${Stage}/PUT/x", "arn:aws:a:r:1:${Api}/*/PUT/*", True),
        ("arnlike", "arn:aws:a:r:1:${Api}/${Stage}/PUT/x", "arn:aws:a:r:1:${Api}/*/GET/*", None),
        (
            "arnlike",
            "arn:aws:a:r:1:${Api}/${Stage}/PUT/x",
            "arn:aws:a:r:1:${Api}/${Stage}/GET/*",
            False,
        ),
        ("stringequals", "${One}a", "${One}b", False),
        ("stringequals", "${One}a", "${Two}b", False),
        ("stringequals", "${One}x", "a${Two}x", None),
        ("bool", "${Flag}", "${Flag}", True),
        ("bool", "true", "${Flag}", None),
        ("binaryequals", "${Bytes}", "${Bytes}", None),
    ],
)
def test_a_token_equals_itself_and_perhaps_all_else(
    operator: str, value: str, wanted: str, answer: object
) -> None:
    """A part that is not known yet is the same as itself; a no needs a part that is known."""
    assert OPERATORS[operator](value, wanted) is answer


def test_a_token_is_one_letter() -> None:
    """Braces inside of a token's name do not end it."""
    assert letters("a${b}" + NESTED + "$c") == ("a", "${b}", NESTED, "$", "c")


def test_what_is_too_long_is_not_compared() -> None:
    """A pattern of a hostile length is said to be unknown, quickly; equal texts still are."""
    text = "a*" * 5000
    assert like("a" * 10000, text) is None
    assert OPERATORS["stringequals"](text, text) is True


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970", 0),
        ("1970-01-02", 86400),
        ("1970-01-01T00:00:01.250Z", Decimal("1.25")),
        ("1970-01-01T01:00:00+01:00", 0),
        ("1969-12-31T23:59:59Z", -1),
        ("99999", 99999),
        ("999", None),
        ("1970-1-1", None),
        ("1970-01-01 00:00:00", None),
        ("1970-13-01", None),
    ],
)
def test_a_date_is_read(text: str, seconds: object) -> None:
    """The World Wide Web Consortium's forms and seconds are dates, nothing else is."""
    assert moment(text) == seconds


@pytest.mark.parametrize("text", ["", "1.", ".5", "0x1", "1_0", "1" * 16, "٣.x", " 1"])
def test_what_is_no_number_is_not_read(text: str) -> None:
    """Only digits, a sign and a decimal point make a number."""
    assert number(text) is None


@pytest.mark.parametrize(
    ("answers", "of_some", "of_every"),
    [
        ([], False, True),
        ([True, None], True, None),
        ([None, False], None, False),
        ([True, False, None], True, False),
        ([False, False], False, False),
        ([True, True], True, True),
        ([None], None, None),
    ],
)
def test_three_answers_are_joined(
    answers: list[bool | None], of_some: object, of_every: object
) -> None:
    """What is not known stays so, unless the others decide."""
    assert some(answers) is of_some
    assert every(answers) is of_every


def test_the_opposite_of_the_unknown_is_unknown() -> None:
    """Negation turns yes and no, and nothing else."""
    assert [negated(answer) for answer in (True, False, None)] == [False, True, None]


@given(st.text(alphabet="ab:*?", max_size=9), st.text(alphabet="ab:", max_size=9))
def test_arns_match_as_texts_at_least(pattern: str, value: str) -> None:
    """An ARN operator never takes in what `StringLike` does not."""
    if arn_like(value, pattern):
        assert like(value, pattern)


@given(st.text(alphabet="ab*?", max_size=9), st.text(alphabet="ab", max_size=9))
def test_patterns_agree_with_the_slow_definition(pattern: str, value: str) -> None:
    """Wildcards are what they are said to be: try every way to cut the text."""

    def slow(glob: str, text: str) -> bool:
        if not glob:
            return not text
        if glob[0] == "*":
            return any(slow(glob[1:], text[cut:]) for cut in range(len(text) + 1))
        return bool(text) and glob[0] in ("?", text[0]) and slow(glob[1:], text[1:])

    assert like(value, pattern) is slow(pattern, value)
    assert includes(letters(value), letters(value))


@given(st.text(alphabet="ab*", max_size=5), st.text(alphabet="ab", max_size=3))
def test_a_token_may_be_any_text(around: str, value: str) -> None:
    """What is said of a token holds for each text that it may turn out to be."""
    for wanted, subject in ((f"{around}${{T}}", "abab"), (around, "a${T}b")):
        answer = like(subject, wanted)
        if answer is not None:
            assert like(subject.replace("${T}", value), wanted.replace("${T}", value)) is answer
