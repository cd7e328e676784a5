"""The exact comparison of policies, beside trying every request of a small world."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compliance.iam.access.model import Comparison, Result, Witness
from tests.compliance.iam.access import brute
from tests.compliance.iam.access.brute import (
    Request,
    allowed,
    judge,
    like,
    main,
    newly_allowed,
    smallest,
)
from tests.compliance.iam.access.pairs import ROLES, SERVICE, STRANGER, TOKEN, document, pair

Json = dict[str, Any]
OBJECT = "arn:aws:s3:::a/b"
READ: Json = {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::a/*"]}


def asks(
    action: str = "s3:GetObject",
    resource: str = OBJECT,
    principal: str = STRANGER,
    **context: tuple[str, ...],
) -> Request:
    """A request; keys of its context are named without `aws:`."""
    return Request(
        principal, action, resource, {f"aws:{key}": values for key, values in context.items()}
    )


# -- what is compared with ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "request_", "answer"),
    [
        ({}, asks(), True),
        ({}, asks(action="s3:PutObject"), False),
        ({}, asks(resource="arn:aws:s3:::b/b"), False),
        ({"Action": ["S3:g?tO*"]}, asks(), True),
        ({"Action": [], "NotAction": ["s3:Put*"]}, asks(), True),
        ({"Effect": "Deny"}, asks(), False),
        ({"Principal": "*"}, asks(), True),
        ({"Principal": {"AWS": ROLES[0]}}, asks(), False),
        ({"Principal": {"AWS": ROLES[0]}}, asks(principal=ROLES[0]), True),
        ({"Principal": {"Service": [SERVICE]}}, asks(principal=SERVICE), True),
        ({"NotPrincipal": {"AWS": ROLES[0]}}, asks(principal=ROLES[0]), False),
        ({"NotPrincipal": {"AWS": ROLES[0]}}, asks(), True),
        ({"Condition": {"StringEquals": {"aws:SourceVpc": "x"}}}, asks(), False),
        ({"Condition": {"StringEquals": {"aws:SourceVpc": "x"}}}, asks(sourcevpc=("x",)), True),
        ({"Condition": {"StringNotLike": {"aws:SourceVpc": "x*"}}}, asks(), True),
        ({"Condition": {"StringNotLike": {"aws:SourceVpc": "x*"}}}, asks(sourcevpc=("xy",)), False),
        ({"Condition": {"StringLikeIfExists": {"aws:SourceVpc": "x"}}}, asks(), True),
        ({"Condition": {"Null": {"aws:SourceVpc": ["true"]}}}, asks(), True),
        ({"Condition": {"Null": {"aws:SourceVpc": ["false"]}}}, asks(), False),
        ({"Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": ["x"]}}}, asks(), True),
        (
            {"Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": ["x"]}}},
            asks(tagkeys=("x", "y")),
            False,
        ),
        (
            {"Condition": {"ForAnyValue:StringNotEquals": {"aws:TagKeys": ["x"]}}},
            asks(tagkeys=("x", "y")),
            True,
        ),
        ({"Condition": {"ForAnyValue:StringNotEquals": {"aws:TagKeys": ["x"]}}}, asks(), False),
    ],
)
def test_one_request_is_judged_as_iam_does(
    changes: Json, request_: Request, *, answer: bool
) -> None:
    """The slow evaluation says what the User Guide says."""
    body = {name: value for name, value in (READ | changes).items() if value}
    assert allowed(document([body]), request_) is answer


def test_a_deny_wins() -> None:
    """Whatever else allows it, what is denied is not allowed."""
    policy = document([READ, READ | {"Effect": "Deny", "Resource": ["*/b"]}])
    assert not allowed(policy, asks())
    assert allowed(policy, asks(resource="arn:aws:s3:::a/a"))


@pytest.mark.parametrize(
    ("pattern", "text", "answer"),
    [
        ("", "", True),
        ("*", "", True),
        ("?", "", False),
        ("a*b?", "axxbc", True),
        ("a*b?", "axxb", False),
        ("a", "ab", False),
    ],
)
def test_a_wildcard_is_what_it_is_said_to_be(pattern: str, text: str, *, answer: bool) -> None:
    """`*` is any characters, none included; `?` is one."""
    assert like(pattern, text) is answer


def test_trying_finds_just_what_is_new() -> None:
    """A second bucket is found, for each kind of request once, and the first one is not."""
    found = list(newly_allowed(document([READ]), document([READ | {"Resource": ["*/b"]}])))
    assert {(each.action, each.resource.partition("/")[0]) for each in found} == {
        ("s3:GetObject", "arn:aws:s3:::b")
    }
    assert list(newly_allowed(document([READ]), document([READ]))) == []


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        (Comparison(), "no new access is said"),
        (
            Comparison((Witness("*", "s3:PutObject", OBJECT, {}, ""),)),
            "a witness is not allowed",
        ),
        (
            Comparison((Witness("*", "s3:GetObject", OBJECT, {}, ""),)),
            "a witness was allowed before",
        ),
        (Comparison((Witness("*", "s3:GetObject", "arn:aws:s3:::b/b", {}, ""),)), ""),
    ],
)
def test_a_wrong_answer_is_noticed(
    monkeypatch: pytest.MonkeyPatch, said: Comparison, wrong: str
) -> None:
    """Whatever the comparison gets wrong of a pair, the judgment names."""
    monkeypatch.setattr(brute, "compare", lambda _old, _new: said)
    judgment = judge(document([READ]), document([READ | {"Resource": ["*"]}]))
    assert judgment.wrong.startswith(wrong)
    assert bool(judgment.wrong) is bool(wrong)


def test_a_wrong_pair_is_made_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not needed for a wrong answer is taken away."""
    monkeypatch.setattr(brute, "compare", lambda _old, _new: Comparison())
    condition = {"Condition": {"StringEquals": {"aws:SourceVpc": ["x"]}}}
    new = (
        READ
        | {"Action": ["s3:ListBucket", "s3:PutObject"], "Resource": ["arn:aws:s3:::b", "*"]}
        | condition
    )
    found = smallest(document([READ, READ]), document([READ, new]))
    assert found == (
        document([READ]),
        document([READ | {"Action": ["s3:PutObject"], "Resource": ["*"]}]),
    )


def test_the_figures_are_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run counts its answers, and fails when one is wrong."""
    assert main(3, 1) == 0
    assert "pairs 3, seed 1, wrong 0" in capsys.readouterr().out
    monkeypatch.setattr(brute, "compare", lambda _old, _new: Comparison())
    assert main(12, 1) == 1
    assert "no new access is said, and this is new: Request(" in capsys.readouterr().out


# -- the comparison -------------------------------------------------------------------------------


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.randoms(use_true_random=False))
def test_no_answer_is_wrong(random: Random) -> None:
    """What is said to be not new is nowhere new, and each witness is allowed now and was not."""
    assert judge(*pair(random)).wrong == ""


def test_all_answers_are_given_often() -> None:
    """The random pairs make the comparison say each of its answers, and mostly decide."""
    random = Random(20)  # noqa: S311 - no secret
    judgments = [judge(*pair(random)) for _ in range(120)]
    answers = [judgment.comparison.result for judgment in judgments]
    assert all(judgment.wrong == "" for judgment in judgments)
    assert answers.count(Result.NO_NEW_ACCESS) > 25
    assert answers.count(Result.NEW_ACCESS) > 20
    assert 0 < answers.count(Result.UNDECIDED) < 30


@pytest.mark.parametrize(
    ("old", "new", "answer"),
    [
        (f"arn:aws:s3:::{TOKEN}/*", f"arn:aws:s3:::{TOKEN}/a", Result.NO_NEW_ACCESS),
        (f"arn:aws:s3:::{TOKEN}/a", f"arn:aws:s3:::{TOKEN}/*", Result.NEW_ACCESS),
        (f"arn:aws:s3:::{TOKEN}/a", "arn:aws:s3:::a/a", Result.NEW_ACCESS),
        ("arn:aws:s3:::a*/a", f"arn:aws:s3:::a{TOKEN}/a", Result.NO_NEW_ACCESS),
    ],
)
def test_tokens_are_deployed_in_several_ways(old: str, new: str, answer: Result) -> None:
    """A pair that holds the token is judged for each text that it may turn out to be."""
    judgment = judge(document([READ | {"Resource": [old]}]), document([READ | {"Resource": [new]}]))
    assert judgment.comparison.result is answer
    assert judgment.wrong == ""
