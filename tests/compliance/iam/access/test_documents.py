"""Lone policy documents."""

from __future__ import annotations

from typing import Any, Final

import pytest

from compliance.findings import SynthgateError
from compliance.iam.access.comparison import compare
from compliance.iam.access.documents import is_document, nothing, policy
from compliance.iam.access.model import Result

WHOLE: Final = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}


def document(**changes: object) -> dict[str, Any]:
    """A policy of one statement, with elements changed, or left out where they are `None`."""
    statement = {key: value for key, value in {**WHOLE, **changes}.items() if value is not None}
    return {"Version": "2012-10-17", "Statement": statement}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], "p.json: [] stands where an object with Version and Statement is expected"),
        ({"Version": "2012-10-17"}, "p.json: no Statement: a policy is expected to have some"),
        (
            {"Version": "2012-10-17", "Statement": []},
            "p.json: Statement: is empty; at least one statement is expected",
        ),
        (
            {"Version": "2012-10-17", "Statement": [{}]},
            "p.json: Statement[0]: is empty; Effect, Action and Resource are expected",
        ),
        (
            {"Statement": [WHOLE, "x"]},
            "p.json: Statement[1]: 'x' stands where an object is expected",
        ),
        (
            {"Version": "2024-01-01", "Statement": [WHOLE]},
            "p.json: Version: '2024-01-01' stands where 2012-10-17 or 2008-10-17 is expected",
        ),
        (
            {"Verison": "2012-10-17", "Statement": [WHOLE]},
            "p.json: no element is called 'Verison'; one of Version, Id, Statement",
        ),
        (document(Effect=None), "p.json: Statement: no Effect; Allow or Deny is expected"),
        (
            document(Effect="allow"),
            "p.json: Statement.Effect: 'allow' stands where Allow or Deny is expected",
        ),
        (document(Action=None), "p.json: Statement: no Action or NotAction"),
        (
            document(NotAction="s3:*"),
            "p.json: Statement: both Action and NotAction; one is expected",
        ),
        (
            document(Resource=None),
            (
                "p.json: Statement: no Resource or NotResource; only policies that name a "
                "Principal "
                "go without"
            ),
        ),
        (
            document(Action=["s3:GetObject", "GetObject"]),
            (
                "p.json: Statement.Action[1]: 'GetObject' stands where '*' or a service and a "
                "name, "
                "as in s3:GetObject is expected"
            ),
        ),
        (
            document(Resource=[]),
            "p.json: Statement.Resource: is empty; a text or a list of texts is expected",
        ),
        (
            document(Resource=[3]),
            "p.json: Statement.Resource[0]: 3 stands where a text is expected",
        ),
        (
            document(Resource="b/*"),
            "p.json: Statement.Resource: 'b/*' stands where '*' or an ARN is expected",
        ),
        (
            document(Principal={"Aws": "*"}),
            (
                "p.json: Statement.Principal: no element is called 'Aws'; one of AWS, Service, "
                "Federated, CanonicalUser"
            ),
        ),
        (
            document(Principal="me"),
            (
                "p.json: Statement.Principal: 'me' stands where '*' or an object with AWS, "
                "Service, "
                "Federated, CanonicalUser is expected"
            ),
        ),
        (
            document(Condition=[]),
            "p.json: Statement.Condition: [] stands where an object is expected",
        ),
        (
            document(Condition={"StringEquals": "x"}),
            (
                "p.json: Statement.Condition.StringEquals: 'x' stands where an object of condition "
                "keys is expected"
            ),
        ),
        (
            document(Condition={"StringEqual": {"aws:x": "a"}}),
            (
                "p.json: Statement.Condition: 'StringEqual' stands where an operator of IAM, "
                "such as "
                "StringEquals is expected"
            ),
        ),
        (
            document(Condition={"StringEquals": {"aws:x": [None]}}),
            (
                "p.json: Statement.Condition.StringEquals.aws:x[0]: None stands where a text, a "
                "number or a boolean is expected"
            ),
        ),
        (
            document(Sid="a", Efect="Allow"),
            (
                "p.json: Statement: no element is called 'Efect'; one of Sid, Effect, Principal, "
                "NotPrincipal, Action, NotAction, Resource, NotResource, Condition"
            ),
        ),
        (
            document(Effect="x" * 100),
            f"p.json: Statement.Effect: '{'x' * 59}… stands where Allow or Deny is expected",
        ),
    ],
)
def test_what_is_no_policy_is_refused(given: Any, expected: str) -> None:  # noqa: ANN401 - JSON
    """The text names the file, the place, what stands there and what is allowed."""
    with pytest.raises(SynthgateError) as caught:
        policy(given, shown="p.json")
    assert str(caught.value) == expected


@pytest.mark.parametrize(
    "given",
    [
        document(),
        document(Principal="*", Resource=None),
        document(Principal={"AWS": [111122223333, "*"], "Service": "s3.amazonaws.com"}),
        document(Resource={"Fn::GetAtt": ["Table", "Arn"]}),
        document(Principal={"Ref": "Who"}),
        document(Condition={"Fn::If": ["C", {}, {}]}),
        document(Condition={"Bool": {"aws:SecureTransport": True}}),
    ],
)
def test_what_is_a_policy_is_read(given: dict[str, Any]) -> None:
    """Each form that IAM takes, and CloudFormation's functions in the place of values."""
    found = policy(given, shown="p.json")
    assert len(found.clauses) + len(found.unread) == 1


def test_intrinsics_are_tokens_that_equal_themselves() -> None:
    """One and the same expression is one resource, any other is another."""
    table = {"Fn::GetAtt": ["Table", "Arn"]}
    same = {"Fn::Sub": "${Table.Arn}"}
    other = {"Fn::GetAtt": ["Other", "Arn"]}
    old = policy(document(Resource=table), shown="old")
    assert compare([old], [policy(document(Resource=same), shown="n")]).result == "no-new-access"
    assert compare([old], [policy(document(Resource=other), shown="n")]).result == "new-access"


def test_before_there_was_nothing_everything_is_new() -> None:
    """What `-` stands for on the command line."""
    assert compare([nothing()], [policy(document(), shown="p")]).result is Result.NEW_ACCESS
    assert compare([policy(document(), shown="p")], [nothing()]).result is Result.NO_NEW_ACCESS


def test_what_only_the_deployment_knows_stays_open() -> None:
    """An action that is a parameter is named, not guessed."""
    found = compare([nothing()], [policy(document(Action={"Ref": "P"}), shown="p")])
    assert [each.reason for each in found.undecided] == [
        "an action is '${P}', known only at deploy time"
    ]


def test_documents_are_told_from_templates() -> None:
    """A template has resources, a policy has statements."""
    assert is_document({"Statement": []})
    assert not is_document({"Resources": {}, "Statement": []})
    assert not is_document([])
