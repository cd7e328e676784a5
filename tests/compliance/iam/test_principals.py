"""Whom a statement names, and whose they are."""

from __future__ import annotations

import pytest

from compliance.iam.principals import Who, Whose, are_everyone, principals
from compliance.intrinsics import ABSENT
from tests.compliance.iam.policies import policy, statement, template

ROOT = {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}
PLACE = "Properties.PolicyDocument.Statement[0].Principal"


@pytest.mark.parametrize(
    ("principal", "who", "whose"),
    [
        ("*", Who.EVERYONE, Whose.NAMED),
        ("arn:aws:iam::*:root", Who.EVERYONE, Whose.NAMED),
        ("arn:aws:iam::12345678901?:role/x", Who.EVERYONE, Whose.NAMED),
        ("123456789012", Who.ACCOUNT, Whose.OWN),
        (123456789012, Who.ACCOUNT, Whose.OWN),
        ({"Ref": "AWS::AccountId"}, Who.ACCOUNT, Whose.OWN),
        (ROOT, Who.ACCOUNT, Whose.OWN),
        ("111122223333", Who.ACCOUNT, Whose.KNOWN),
        ("arn:aws-cn:iam::999988887777:root", Who.ACCOUNT, Whose.OTHER),
        ("arn:aws:iam::999988887777:role/a:root", Who.IDENTITY, Whose.OTHER),
        ("arn:aws:sts::999988887777:assumed-role/a/b", Who.IDENTITY, Whose.OTHER),
        ("arn:aws:iam::cloudfront:user/x", Who.IDENTITY, Whose.NAMED),
        ("arn:aws:iam::9999888877771:root", Who.ACCOUNT, Whose.NAMED),
        ("AROAEXAMPLE", Who.IDENTITY, Whose.NAMED),
        ("1234567890123", Who.IDENTITY, Whose.NAMED),
        ({"Fn::GetAtt": ["Role", "Arn"]}, Who.IDENTITY, Whose.NAMED),
        ({"Fn::ImportValue": "X"}, Who.IDENTITY, Whose.NAMED),
        ({"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:role/${Unset}"}, Who.IDENTITY, Whose.OWN),
        ({"Fn::Sub": "arn:aws:iam::${Role.Account}:root"}, Who.ACCOUNT, Whose.NAMED),
        ({"Fn::Sub": "arn:aws:iam::1${AWS::AccountId}:root"}, Who.ACCOUNT, Whose.NAMED),
        ({"Fn::Sub": "arn:aws:iam::${Unset}:root"}, Who.ACCOUNT, Whose.UNTOLD),
        ({"Fn::Sub": "${Unset}:root"}, Who.UNTOLD, Whose.UNTOLD),
        ({"Ref": "Unset"}, Who.UNTOLD, Whose.UNTOLD),
        ({"a": "b"}, Who.UNTOLD, Whose.UNTOLD),
    ],
    ids=str,
)
def test_each_form_of_an_aws_principal(principal: object, who: Who, whose: Whose) -> None:
    """An id, an ARN, a unique id or a reference; what no one told is neither one's own nor not."""
    (found,) = principals(statement(Principal={"AWS": [principal]}))
    here = template(account="" if isinstance(principal, dict) else "123456789012")
    assert (found.who, found.whose(here, {"111122223333"})) == (who, whose)
    assert found.place == f"{PLACE}.AWS[0]"


@pytest.mark.parametrize(
    ("kind", "value", "who"),
    [
        ("Service", "sns.amazonaws.com", Who.SERVICE),
        ("Service", {"Ref": "Unset"}, Who.SERVICE),
        ("Service", "*", Who.EVERYONE),
        ("Federated", "accounts.google.com", Who.FEDERATED),
        ("Federated", "**", Who.EVERYONE),
        ("CanonicalUser", "79a5", Who.IDENTITY),
        ("CanonicalUser", {"Ref": "Unset"}, Who.UNTOLD),
        ("CanonicalUser", "*", Who.EVERYONE),
    ],
    ids=str,
)
def test_each_kind_of_principal(kind: str, value: object, who: Who) -> None:
    """A wildcard is everyone under any of them."""
    (found,) = principals(statement(Principal={kind: value}))
    assert (found.who, found.place) == (who, f"{PLACE}.{kind}")
    assert found.account is ABSENT
    assert found.literal_account == ""


def test_an_account_that_is_written_out() -> None:
    """Twelve digits, in whatever form; of one's own account nothing is written out."""
    found = principals(
        statement(Principal={"AWS": ["arn:aws:iam::999988887777:root", "111122223333", ROOT]})
    )
    assert [each.literal_account for each in found] == ["999988887777", "111122223333", ""]


def test_no_account_that_is_written_out_is_ones_own_when_that_is_not_told() -> None:
    """A template without an account has no account to compare with."""
    (found,) = principals(statement(Principal={"AWS": "123456789012"}))
    assert found.whose(template()) is Whose.OTHER
    assert found.whose(template(account="123456789012")) is Whose.OWN
    assert found.whose(template(account="999988887777")) is Whose.OTHER
    assert found.whose(template(), ("123456789012",)) is Whose.KNOWN


def test_principals_of_every_kind_and_branch_are_named() -> None:
    """In the order of the statement, each with its place."""
    block = {
        "AWS": ["111122223333", {"Fn::If": ["C", "*", {"Ref": "AWS::NoValue"}]}],
        "Service": "sns.amazonaws.com",
    }
    found = list(principals(statement(Principal={"Fn::If": ["C", block, "*"]})))
    assert [(each.who, each.place.removeprefix(PLACE)) for each in found] == [
        (Who.ACCOUNT, ".AWS[0]"),
        (Who.EVERYONE, ".AWS[1]"),
        (Who.SERVICE, ".Service"),
        (Who.EVERYONE, ""),
    ]


@pytest.mark.parametrize("principal", [{"Ref": "AWS::NoValue"}, {}, {"AWS": []}, []], ids=str)
def test_nobody_is_named(principal: object) -> None:
    """An empty list, or nothing at all."""
    assert list(principals(statement(Principal=principal))) == []
    assert list(principals(policy({"Effect": "Deny"})[0])) == []


def test_whoever_is_left_out_is_named_too() -> None:
    """`NotPrincipal` takes the same forms."""
    (found,) = principals(statement(NotPrincipal={"AWS": "*"}), "NotPrincipal")
    assert found.who is Who.EVERYONE
    assert found.place == f"{PLACE.removesuffix('Principal')}NotPrincipal.AWS"


@pytest.mark.parametrize(
    ("principal", "everyone"),
    [("*", True), ({"AWS": ["111122223333", "*"]}, True), ({"AWS": ROOT}, False), ([], False)],
    ids=str,
)
def test_a_statement_may_be_about_everybody(principal: object, *, everyone: bool) -> None:
    """If one of its principals is."""
    assert are_everyone(statement(Principal=principal)) is everyone
