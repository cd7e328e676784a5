"""A grant is taken out of its policy alone, and the policy is afterwards what it was before."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from compliance.rehearsal.errors import RehearsalError
from compliance.rehearsal.withheld import NOTHING, can_withhold, withheld, without
from tests.compliance.rehearsal import accounts, ledgers
from tests.compliance.rehearsal.accounts import allow, policy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROLE = "arn:aws:iam::123456789012:role/service/worker"
ACTIONS = ("s3:GetObject", "s3:PutObject", "s3:DeleteObject")
RESOURCES = ("arn:aws:s3:::a/*", "arn:aws:s3:::b/*", "*")
Pairs = list[tuple[str, str]]


def _pairs(document: Mapping[str, Any]) -> Pairs:
    """What a document allows, as often as it does."""
    return sorted(
        (action, resource)
        for statement in document["Statement"]
        if statement["Effect"] == "Allow"
        for action in _listed(statement["Action"])
        for resource in _listed(statement["Resource"])
    )


def _listed(value: Any) -> list[str]:  # noqa: ANN401 - a policy's
    return value if isinstance(value, list) else [value]


def _some(of: tuple[str, ...]) -> st.SearchStrategy[Any]:
    return st.sampled_from(of) | st.lists(st.sampled_from(of), min_size=1, unique=True)


@given(actions=_some(ACTIONS), resources=_some(RESOURCES), data=st.data())
def test_just_one_pair_is_gone(actions: Any, resources: Any, data: st.DataObject) -> None:  # noqa: ANN401
    """Whatever the statement allows besides, and all others, stays as it is."""
    statement = allow(actions, resources, Sid="One")
    document = policy(allow("sqs:*", "*"), statement, allow("sns:*", "*", Sid="Two"))
    action = data.draw(st.sampled_from(_listed(actions)))
    resource = data.draw(st.sampled_from(_listed(resources)))

    changed = without(document, ledgers.grant(action, resource))

    expected = _pairs(document)
    expected.remove((action, resource))
    assert _pairs(changed) == expected
    sids = [each["Sid"] for each in changed["Statement"] if "Sid" in each]
    assert len(sids) == len(set(sids))
    assert changed["Version"] == document["Version"]
    assert document["Statement"][1] == statement


def test_a_policy_keeps_a_statement() -> None:
    """IAM takes none without one; this one allows nothing."""
    document = policy(allow("s3:GetObject", "*", Sid="One"))
    assert without(document, ledgers.grant("s3:GetObject"))["Statement"] == [NOTHING]


def test_a_single_statement_need_not_be_a_list() -> None:
    """IAM takes it so, and gives it back so."""
    document = {"Version": "2012-10-17", "Statement": allow(["a:B", "a:C"], "*", Sid="One")}
    changed = without(document, ledgers.grant("a:B"))
    assert changed["Statement"] == [allow(["a:C"], "*", Sid="One")]


@pytest.mark.parametrize(
    "statement",
    [
        {"Effect": "Deny", "Sid": "One", "Action": "s3:GetObject", "Resource": "*"},
        allow("s3:GetObject", "*", Sid="Other"),
        allow("s3:GetObject", "*", Sid="One", Condition={"Bool": {"a": "true"}}),
        allow("s3:GetObject", "arn:aws:s3:::a/*", Sid="One"),
        allow("s3:*", "*", Sid="One"),
        {"Effect": "Allow", "Sid": "One", "NotAction": "iam:*", "NotResource": "x"},
    ],
)
def test_what_is_not_there_cannot_be_taken_away(statement: dict[str, Any]) -> None:
    """The statement is known by its Sid, its conditions and its words."""
    with pytest.raises(RehearsalError, match=r"no statement One allows s3:GetObject on \*"):
        without(policy(statement), ledgers.grant("s3:GetObject"))


def test_what_can_be_taken_away() -> None:
    """Not what AWS's own policy gives, nor what a statement leaves when it names the rest."""
    assert can_withhold(ledgers.grant("s3:GetObject"))
    assert not can_withhold(ledgers.grant("s3:GetObject", policy=accounts.OF_AWS))
    assert not can_withhold(ledgers.grant("!iam:*"))
    assert not can_withhold(ledgers.grant("s3:GetObject", "!arn:aws:s3:::a/*"))


@pytest.fixture
def iam(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Return a client of an IAM with a role, which holds a policy of each kind."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        client = boto3.client("iam", region_name="us-east-1")
        client.create_role(
            RoleName="worker", Path="/service/", AssumeRolePolicyDocument=json.dumps(policy())
        )
        yield client


DOCUMENT = policy(allow(["s3:GetObject", "s3:PutObject"], "*", Sid="One"))


def _managed(iam: Any) -> str:  # noqa: ANN401 - boto3's
    made = iam.create_policy(PolicyName="mine", PolicyDocument=json.dumps(DOCUMENT))
    return str(made["Policy"]["Arn"])


def _read(iam: Any, arn: str) -> Any:  # noqa: ANN401 - boto3's
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    found = iam.get_policy_version(PolicyArn=arn, VersionId=version)
    return found["PolicyVersion"]["Document"]


def test_a_managed_policy_is_changed_and_put_back(iam: Any) -> None:  # noqa: ANN401 - boto3's
    """It has as many versions as before, even when what happens in between fails."""
    arn = _managed(iam)
    grant = ledgers.grant("s3:GetObject", policy=arn, holder=ROLE)
    with withheld(iam, grant):
        assert _pairs(_read(iam, arn)) == [("s3:PutObject", "*")]
    with pytest.raises(ZeroDivisionError), withheld(iam, grant):
        raise ZeroDivisionError

    assert _read(iam, arn) == DOCUMENT
    assert len(iam.list_policy_versions(PolicyArn=arn)["Versions"]) == 1


def test_an_inline_policy_is_changed_and_put_back(iam: Any) -> None:  # noqa: ANN401 - boto3's
    """The role's path is no part of its name."""
    named = {"RoleName": "worker", "PolicyName": "inline"}
    iam.put_role_policy(**named, PolicyDocument=json.dumps(DOCUMENT))
    with withheld(iam, ledgers.grant("s3:PutObject", policy="inline", holder=ROLE)):
        inside = iam.get_role_policy(**named)["PolicyDocument"]
        assert _pairs(inside) == [("s3:GetObject", "*")]

    assert iam.get_role_policy(**named)["PolicyDocument"] == DOCUMENT


def test_no_version_of_somebody_else_is_deleted(iam: Any) -> None:  # noqa: ANN401 - boto3's
    """Where no two more fit, nothing is done."""
    arn = _managed(iam)
    for _ in range(3):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(DOCUMENT))
    before = iam.list_policy_versions(PolicyArn=arn)["Versions"]
    grant = ledgers.grant("s3:GetObject", policy=arn, holder=ROLE)
    with (
        pytest.raises(RehearsalError, match=r"has 4 of 5 possible versions.*next: delete"),
        withheld(iam, grant),
    ):
        raise AssertionError

    assert _read(iam, arn) == DOCUMENT
    assert iam.list_policy_versions(PolicyArn=arn)["Versions"] == before


def test_a_policy_that_is_not_there_is_an_error(iam: Any) -> None:  # noqa: ANN401 - boto3's
    """It names the policy."""
    grant = ledgers.grant("s3:GetObject", policy=f"{accounts.MANAGED}-gone", holder=ROLE)
    with (
        pytest.raises(RehearsalError, match=r"managed-1-gone: cannot be read"),
        withheld(iam, grant),
    ):
        raise AssertionError


class _Iam:
    """An IAM that refuses or forgets from a certain change on."""

    def __init__(self, *, refuses: int = 0, forgets: int = 0) -> None:
        self.document = json.dumps(DOCUMENT)
        self._refuses = refuses
        self._forgets = forgets
        self._changes = 0

    def get_role_policy(self, **_: str) -> Any:  # noqa: ANN401 - boto3's
        """The policy as it is."""
        return {"PolicyDocument": json.loads(self.document)}

    def put_role_policy(self, *, PolicyDocument: str, **_: str) -> None:  # noqa: N803 - IAM's
        """Change it, or not."""
        self._changes += 1
        if self._refuses and self._changes >= self._refuses:
            raise accounts.denied("PutRolePolicy")
        if not self._forgets or self._changes < self._forgets:
            self.document = PolicyDocument


@pytest.mark.parametrize(
    ("iam", "reason"),
    [(_Iam(refuses=2), "AccessDenied"), (_Iam(forgets=2), "it reads otherwise than before")],
)
def test_a_policy_that_is_not_as_before_is_an_error(iam: _Iam, reason: str) -> None:
    """It says what is missing, why, and what to do."""
    grant = ledgers.grant("s3:GetObject", policy="inline", holder=ROLE)
    with pytest.raises(RehearsalError) as raised, withheld(iam, grant):
        pass
    assert "inline: s3:GetObject was taken out of it and is not back" in str(raised.value)
    assert reason in str(raised.value)
    assert "next: deploy the assembly again" in str(raised.value)


def test_a_policy_that_may_not_be_changed_is_an_error() -> None:
    """Nothing is exercised then, and nothing is to be put back."""
    iam = _Iam(refuses=1)
    grant = ledgers.grant("s3:GetObject", policy="inline", holder=ROLE)
    with (
        pytest.raises(RehearsalError, match="inline: s3:GetObject cannot be taken out of it"),
        withheld(iam, grant),
    ):
        raise AssertionError
    assert json.loads(iam.document) == DOCUMENT
