"""Whether a condition ties a statement down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from compliance.iam import conditions
from compliance.iam.conditions import (
    Test,
    addresses,
    any_values,
    blocks,
    every,
    is_true,
    names,
    narrowed,
    owners,
    some,
    spares_only,
    whole_values,
)
from compliance.intrinsics import Unknown
from tests.compliance.iam.policies import statement

if TYPE_CHECKING:
    from compliance.iam.conditions import Answer, Says

UNSET = {"Ref": "Unset"}
NO_VALUE = {"Ref": "AWS::NoValue"}
WHY = Unknown("why")
VPC = names("aws:sourcevpc")


def line(operator: str, value: object, key: str = "k") -> Test:
    """The only line of a condition."""
    ((found,),) = blocks(statement(Condition={operator: {key: value}}))
    assert isinstance(found, Test)
    return found


def told(answer: Answer) -> object:
    """Yes, no, or that it is not known."""
    return "unknown" if isinstance(answer, Unknown) else answer


@pytest.mark.parametrize(
    ("answers", "of_some", "of_every"),
    [
        ([], False, True),
        ([True], True, True),
        ([False], False, False),
        ([WHY], WHY, WHY),
        ([True, False], True, False),
        ([WHY, True], True, WHY),
        ([True, WHY], True, WHY),
        ([WHY, False], WHY, False),
        ([False, WHY, False], WHY, False),
        ([True, WHY, True], True, WHY),
    ],
    ids=str,
)
def test_answers_are_put_together(answers: list[Answer], of_some: Answer, of_every: Answer) -> None:
    """What is not known matters only where the rest does not decide it."""
    assert some(answers) == of_some
    assert every(answers) == of_every


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("StringEquals", ("stringequals", False, "", False)),
        ("StringNotEqualsIfExists", ("stringequals", True, "", True)),
        ("ForAnyValue:StringLike", ("stringlike", False, "foranyvalue", False)),
        ("forallvalues:stringnotlikeifexists", ("stringlike", True, "forallvalues", True)),
        ("ArnNotEquals", ("arnequals", True, "", False)),
        ("ArnNotLike", ("arnlike", True, "", False)),
        ("StringNotEqualsIgnoreCase", ("stringequalsignorecase", True, "", False)),
        ("NotIpAddress", ("ipaddress", True, "", False)),
        ("Null", ("null", False, "", False)),
    ],
)
def test_an_operator_is_taken_apart(operator: str, expected: tuple[object, ...]) -> None:
    """What it asks, whether it is negated, its quantifier, and whether a key may be missing."""
    found = line(operator, ["a", "b"], "AWS:SourceVpc")
    assert (found.operator, found.negated, found.quantifier, found.if_exists) == expected
    assert (found.key, found.values) == ("aws:sourcevpc", ("a", "b"))


def test_a_condition_has_its_ways() -> None:
    """One for each way in which its branches may turn out; nothing where nothing is asked."""
    condition = {
        "StringEquals": {"a": {"Fn::If": ["C", "1", "2"]}, "b": "3", "c": NO_VALUE},
        "StringLike": {"Fn::If": ["C", {"d": "4"}, NO_VALUE]},
    }
    found = [
        [(each.key, each.values) for each in block if isinstance(each, Test)]
        for block in blocks(statement(Condition=condition))
    ]
    assert found == [
        [("a", ("1",)), ("b", ("3",)), ("d", ("4",))],
        [("a", ("1",)), ("b", ("3",))],
        [("a", ("2",)), ("b", ("3",)), ("d", ("4",))],
        [("a", ("2",)), ("b", ("3",))],
    ]
    assert list(blocks(statement())) == [()]


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        (UNSET, "parameter Unset has no default"),
        ({"StringEquals": UNSET}, "parameter Unset has no default"),
        ({"StringEquals": {"Fn::GetAtt": ["Role", "X"]}}, "it is put in its place then"),
        ({"StringEquals": "text"}, "it is put in its place then"),
    ],
    ids=str,
)
def test_what_only_the_deployment_knows_is_told_with_its_reason(
    condition: object, reason: str
) -> None:
    """A whole condition, or the keys of an operator."""
    ((found,),) = blocks(statement(Condition=condition))
    assert isinstance(found, Unknown)
    assert found.reason == reason


def shown(value: object) -> str:
    """A parameter in a test's id, the same in every process."""
    return str(getattr(value, "__name__", value))


VALUES: list[tuple[Says, str, Any, object]] = [
    (whole_values, "StringEquals", "a", True),
    (whole_values, "StringEquals", ["a", "b"], True),
    (whole_values, "StringEquals", 7, True),
    (whole_values, "StringLike", "a*", False),
    (whole_values, "StringLike", "a?", False),
    (whole_values, "StringLike", ["a", "b*"], False),
    (whole_values, "StringEquals", "", False),
    (whole_values, "StringEquals", [], False),
    (whole_values, "StringEquals", UNSET, True),
    (whole_values, "StringEqualsIgnoreCase", UNSET, True),
    (whole_values, "StringLike", UNSET, "unknown"),
    (whole_values, "ArnLike", UNSET, "unknown"),
    (whole_values, "ArnEquals", UNSET, "unknown"),
    (whole_values, "StringLike", {"Fn::Sub": "${Unset}a"}, "unknown"),
    (whole_values, "StringEquals", {"Fn::Sub": "${Unset}a"}, True),
    (whole_values, "StringLike", {"Fn::Sub": "a${Unset}"}, True),
    (whole_values, "StringLike", {"Ref": "Role"}, True),
    (whole_values, "StringLike", {"Fn::Sub": "${Role}*"}, False),
    (whole_values, "NumericEquals", "1", False),
    (whole_values, "Bool", "true", False),
    (whole_values, "IpAddress", "192.0.2.1", False),
    (any_values, "StringLike", "a*", True),
    (any_values, "StringLike", "*?", False),
    (any_values, "StringLike", ["a", "*"], False),
    (owners, "ArnLike", "arn:aws:sns:eu-west-1:111122223333:*", True),
    (owners, "ArnLike", "arn:aws:sns:*:111122223333:*", True),
    (owners, "ArnLike", "arn:aws:sns:eu-west-1:111122223333*", True),
    (owners, "ArnLike", "arn:aws:iam::cloudfront:user/*", True),
    (owners, "ArnLike", "arn:aws:sns:eu-west-1:*:topic", False),
    (owners, "ArnLike", "arn:aws:sns:eu-west-1:1111*:topic", False),
    (owners, "ArnLike", "arn:aws:sns:eu-west-1:?:topic", False),
    (owners, "ArnLike", "arn:aws:sns:eu-west-1:11112222333?:topic", False),
    (owners, "ArnLike", "arn:aws:sns:*", False),
    (owners, "ArnLike", "arn:aws:sns:eu-west-1:topic", True),
    (owners, "ArnLike", "arn:aws:sns::*", False),
    (owners, "ArnLike", "arn:aws:apigateway:eu-west-1::/restapis/*", True),
    (owners, "ArnLike", "arn:aws:apigateway:eu-west-1::/*", False),
    (owners, "ArnLike", "arn:aws:s3:::items*", True),
    (owners, "ArnLike", "arn:aws:s3:*:*:items", True),
    (owners, "ArnLike", "arn:aws:s3:*:*:*", False),
    (owners, "ArnLike", "arn:aws:s3:::?*/*", False),
    (owners, "StringLike", "*:111122223333:*", True),
    (owners, "StringLike", "*:role/x", False),
    (owners, "StringLike", "arn*:111122223333:x", True),
    (owners, "ArnLike", {"Fn::Sub": "${Role.Arn}*"}, True),
    (owners, "ArnLike", {"Fn::Sub": "arn:aws:sns:*:${AWS::AccountId}:*"}, True),
    (owners, "ArnLike", {"Fn::Sub": "arn:aws:sns:*:1${AWS::AccountId}*:x"}, False),
    (owners, "ArnLike", {"Fn::Sub": "*${AWS::AccountId}*"}, True),
    (addresses, "IpAddress", "192.0.2.1", True),
    (addresses, "IpAddress", ["192.0.2.1/24", "2001:db8::/32"], True),
    (addresses, "IpAddress", "0.0.0.0/0", False),
    (addresses, "IpAddress", "::/0", False),
    (addresses, "IpAddress", ["0.0.0.0/1", "128.0.0.0/1"], False),
    (addresses, "IpAddress", ["::/1", "8000::/1", "192.0.2.1"], False),
    (addresses, "IpAddress", ["0.0.0.0/1", "8000::/1"], True),
    (addresses, "IpAddress", ["192.0.2.1", "*"], False),
    (addresses, "IpAddress", [], False),
    (addresses, "StringEquals", "192.0.2.1", False),
    (addresses, "IpAddress", UNSET, "unknown"),
    (addresses, "IpAddress", ["192.0.2.1", UNSET], "unknown"),
    (addresses, "IpAddress", [UNSET, "0.0.0.0/0"], False),
    (addresses, "IpAddress", {"Fn::Sub": "${Unset}/32"}, True),
    (addresses, "IpAddress", {"Fn::Sub": "${Unset}/0"}, "unknown"),
    (addresses, "IpAddress", {"Ref": "Role"}, "unknown"),
    (is_true, "Bool", "true", True),
    (is_true, "Bool", True, True),
    (is_true, "Bool", "false", False),
    (is_true, "Bool", [True, False], False),
    (is_true, "Bool", "*", False),
    (is_true, "Bool", [], False),
    (is_true, "StringEquals", "true", False),
    (is_true, "Bool", UNSET, "unknown"),
    (is_true, "Bool", {"Ref": "Role"}, "unknown"),
]


@pytest.mark.parametrize(("says", "operator", "value", "expected"), VALUES, ids=shown)
def test_values_name_somebody(says: Says, operator: str, value: object, expected: object) -> None:
    """All of them do, or the line says nothing of who it is."""
    assert told(says(line(operator, value))) == expected


@pytest.mark.parametrize(
    ("keys", "key", "value", "expected"),
    [
        (("aws:sourcevpc",), "aws:SourceVpc", "v", True),
        (("aws:sourcevpc",), "aws:SourceVpce", "v", False),
        (("aws:principaltag/",), "aws:PrincipalTag/team", "a*", True),
        (("aws:principaltag/",), "aws:PrincipalTag/team", "*", False),
        (("aws:principaltag",), "aws:PrincipalTag/team", "a", False),
        (("kms:encryptioncontext:",), "kms:EncryptionContext:tenant", "a", True),
        (
            ("kms:encryptioncontext:",),
            "kms:EncryptionContext:aws:logs:arn",
            "arn:aws:logs:*",
            False,
        ),
        (("aws:principalorgpaths",), "aws:PrincipalOrgPaths", "o-1/*", True),
        (("aws:principalorgpaths",), "aws:PrincipalOrgPaths", "o-?/r-1/", False),
        (("aws:userid",), "aws:userid", "AROA:*", True),
        (("aws:userid",), "aws:userid", "AROA*", False),
        (("aws:principalorgid",), "aws:PrincipalOrgID", "o-*", False),
        (("aws:principalarn",), "aws:PrincipalArn", "arn:aws:iam::*:role/x", False),
    ],
    ids=str,
)
def test_a_key_says_what_its_values_have_to_be(
    keys: tuple[str, ...], key: str, value: str, *, expected: bool
) -> None:
    """An account is written out, an ARN names its owner, a path its organisation."""
    assert names(*keys)(line("StringLike", value, key)) is expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({}, False),
        ({"StringEquals": {"aws:SourceVpc": "v"}}, True),
        ({"StringNotEquals": {"aws:SourceVpc": "v"}}, False),
        ({"StringEqualsIfExists": {"aws:SourceVpc": "v"}}, False),
        ({"ForAllValues:StringEquals": {"aws:SourceVpc": "v"}}, False),
        ({"ForAnyValue:StringEquals": {"aws:SourceVpc": "v"}}, True),
        (
            {
                "StringEqualsIfExists": {"aws:SourceVpc": "v"},
                "Null": {"AWS:sourcevpc": [False]},
            },
            True,
        ),
        (
            {"StringEqualsIfExists": {"aws:SourceVpc": "v"}, "Null": {"aws:SourceVpc": "true"}},
            False,
        ),
        (
            {"StringEqualsIfExists": {"aws:SourceVpc": "v"}, "Null": {"aws:SourceVpce": "false"}},
            False,
        ),
        ({"StringEqualsIfExists": {"aws:SourceVpc": "v"}, "Null": {"aws:SourceVpc": []}}, False),
        (
            {"StringEqualsIfExists": {"aws:SourceVpc": "v"}, "Bool": {"aws:SourceVpc": "false"}},
            False,
        ),
        ({"Bool": {"aws:SecureTransport": "true"}, "StringLike": {"aws:SourceVpc": "v"}}, True),
        ({"Fn::If": ["C", {"StringEquals": {"aws:SourceVpc": "v"}}, NO_VALUE]}, False),
        (UNSET, "unknown"),
        ({"StringEquals": UNSET, "StringLike": {"aws:SourceVpc": "v"}}, True),
        ({"Fn::If": ["C", UNSET, {"StringEquals": {"aws:SourceVpc": "v"}}]}, "unknown"),
        ({"Fn::If": ["C", UNSET, {}]}, False),
    ],
    ids=str,
)
def test_an_allow_is_narrowed_by_a_line_that_it_asks_for(
    condition: object, expected: object
) -> None:
    """In each way; a line that also holds for a request without the key narrows nothing."""
    assert told(narrowed(statement(Condition=condition), VPC)) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({}, True),
        ({"StringNotEquals": {"aws:SourceVpc": "v"}}, True),
        ({"StringNotEqualsIfExists": {"aws:SourceVpc": "v"}}, True),
        ({"ForAllValues:StringNotEquals": {"aws:SourceVpc": "v"}}, True),
        ({"ForAnyValue:StringNotEquals": {"aws:SourceVpc": "v"}}, False),
        ({"StringEquals": {"aws:SourceVpc": "v"}}, False),
        ({"StringNotLike": {"aws:SourceVpc": "*"}}, False),
        ({"StringNotLike": {"aws:SourceVpc": UNSET}}, "unknown"),
        ({"StringNotEquals": {"aws:SourceVpc": "v", "aws:SourceVpce": "v"}}, False),
        (
            {
                "StringNotEquals": {"aws:SourceVpc": "v"},
                "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
            },
            True,
        ),
        (
            {"StringNotEquals": {"aws:SourceVpc": "v"}, "Bool": {"aws:ViaAWSService": False}},
            True,
        ),
        (
            {"StringNotEquals": {"aws:SourceVpc": "v"}, "Bool": {"aws:ViaAWSService": "true"}},
            False,
        ),
        (
            {"StringNotEquals": {"aws:SourceVpc": "v"}, "Bool": {"aws:SecureTransport": "false"}},
            False,
        ),
        (UNSET, "unknown"),
        ({"StringEquals": {"a": "b"}, "StringLike": UNSET}, False),
    ],
    ids=str,
)
def test_a_deny_spares_those_whom_each_of_its_lines_names(
    condition: object, expected: object
) -> None:
    """Each line spares more of them; without a line it spares nobody."""
    assert told(spares_only(statement(Effect="Deny", Condition=condition), VPC)) == expected


def test_more_ways_than_are_looked_at_are_unknown() -> None:
    """A condition that multiplies is no reason to wait."""
    many = {f"k{number}": {"Fn::If": [f"C{number}", "a", "b"]} for number in range(7)}
    assert told(narrowed(statement(Condition={"StringEquals": many}), VPC)) == "unknown"
    spread = {f"Op{number}": {"Fn::If": ["C", {}, {"k": "v"}]} for number in range(7)}
    assert told(narrowed(statement(Condition=spread), VPC)) == "unknown"
    assert conditions.names("aws:sourcevpc")(line("StringEquals", "v", "aws:SourceVpc")) is True


@pytest.mark.parametrize(
    ("says", "operator", "value", "reason"),
    [
        (whole_values, "StringLike", UNSET, "parameter Unset has no default"),
        (
            whole_values,
            "StringLike",
            {"Fn::Sub": "${Unset}a"},
            "it begins with what has no value yet",
        ),
        (addresses, "IpAddress", UNSET, "an address has no value yet"),
        (is_true, "Bool", UNSET, "parameter Unset has no default"),
        (is_true, "Bool", {"Ref": "Role"}, "it has no value yet"),
    ],
    ids=shown,
)
def test_what_is_not_known_says_why(says: Says, operator: str, value: object, reason: str) -> None:
    """A reader can mend it."""
    answer = says(line(operator, value))
    assert isinstance(answer, Unknown)
    assert answer.reason == reason
