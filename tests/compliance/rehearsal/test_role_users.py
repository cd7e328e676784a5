"""Who works under a role is told by whatever names it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from compliance.rehearsal.role_users import users
from tests.compliance.rehearsal import accounts
from tests.compliance.rehearsal.accounts import get, resource

if TYPE_CHECKING:
    from compliance.assembly.model import Assembly


def _users(assembly: Assembly) -> list[str]:
    (found,) = users(assembly).values()
    return [each.logical_id for each in found]


NAMED = {"Role": resource("AWS::IAM::Role", RoleName="lit")}


@pytest.mark.parametrize(
    "named",
    [
        get("Role"),
        {"Ref": "Role"},
        {"Deep": [{"Deeper": {"Fn::Sub": "${Role.Arn}"}}]},
        {"Fn::If": ["X", get("Role"), {"Ref": "AWS::NoValue"}]},
        {"Fn::If": ["X", [{"Arn": get("Role")}], []]},
        f"arn:aws:iam::{accounts.ACCOUNT}:role/lit",
        f"arn:aws:iam::{accounts.ACCOUNT}:role/some/path/lit",
        {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/lit"},
    ],
)
def test_a_role_is_named_by_a_reference_or_by_its_arn(named: Any) -> None:  # noqa: ANN401 - JSON
    """However deep inside, and under a condition."""
    whole = accounts.assembly({**NAMED, "User": resource("AWS::X::Y", Role=named)})
    assert _users(whole) == ["User"]


@pytest.mark.parametrize(
    "named",
    ["lit", "arn:aws:iam::1:role/other", "arn:aws:iam::1:user/lit", get("Other"), 1, None],
)
def test_what_names_something_else_is_no_user(named: Any) -> None:  # noqa: ANN401 - JSON
    """Nor is a mere word."""
    more = {"User": resource("AWS::X::Y", Role=named), "Other": resource("AWS::X::Y")}
    assert _users(accounts.assembly({**NAMED, **more})) == []


def test_policies_of_roles_are_no_users() -> None:
    """They say what it may do."""
    own = resource("AWS::IAM::Policy", Roles=[{"Ref": "Role"}])
    assert _users(accounts.assembly({**NAMED, "Own": own})) == []


def test_a_user_may_stand_in_another_stack() -> None:
    """Which imports what the role's stack gives out."""
    first = accounts.assembly({"Role": resource("AWS::IAM::Role", RoleName={"Ref": "Name"})})
    out = {"Out": {"Value": get("Role"), "Export": {"Name": "the-role"}}}
    one = replace(first.templates[0], body={**first.templates[0].body, "Outputs": out})
    importing = {"User": resource("AWS::X::Y", Role={"Fn::ImportValue": "the-role"})}
    other = replace(
        accounts.assembly(importing).templates[0], name="B.template.json", stack="B", stack_name="b"
    )
    assert _users(replace(first, templates=(one, other))) == ["User"]
