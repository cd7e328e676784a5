"""Pairs whose newer side allows more, where it is easy to overlook."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest

from compliance.assembly import Assembly, Template
from compliance.iam.access.comparison import compare
from compliance.iam.access.documents import policy
from compliance.iam.access.templates import compare_assemblies

Json = Any
GET: Final = "s3:GetObject"
READ_ONLY: Final = "arn:aws:iam::aws:policy/ReadOnlyAccess"
BOUNDARY: Final = "arn:aws:iam::111122223333:policy/Limit"
E: Final = {"E": {"Type": "String"}}
IS_A: Final = {"Fn::Equals": [{"Ref": "E"}, "a"]}
IS_NOT_A: Final = {"Fn::Not": [IS_A]}
NOTHING: Final[Json] = {"Ref": "AWS::NoValue"}


def document(*statements: Json, version: str = "2012-10-17") -> Json:
    """A policy document."""
    return {"Version": version, "Statement": list(statements)}


def allow(action: str, resource: Json = "*", **more: Json) -> Json:
    """A statement that allows."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: str, **more: Json) -> Json:
    """A statement that denies, everywhere."""
    return {"Effect": "Deny", "Action": action, "Resource": "*", **more}


def role(*statements: Json, **properties: Json) -> Json:
    """A role with an inline policy."""
    trust = allow("sts:AssumeRole", Principal={"Service": "lambda.amazonaws.com"})
    held = [{"PolicyName": "p", "PolicyDocument": document(*statements)}] if statements else []
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": document({**trust, "Resource": NOTHING}),
            "Policies": held,
            **properties,
        },
    }


def managed(*statements: Json) -> Json:
    """A managed policy that is attached to nobody."""
    return typed("AWS::IAM::ManagedPolicy", PolicyDocument=document(*statements))


def outside(*statements: Json) -> Json:
    """A policy of a role that stands elsewhere."""
    return typed("AWS::IAM::RolePolicy", RoleName="ext", PolicyDocument=document(*statements))


def of_group(name: str) -> Json:
    """A policy of a group that stands elsewhere."""
    return typed("AWS::IAM::GroupPolicy", GroupName=name, PolicyDocument=document(allow(GET)))


def bucket(name: Json, *statements: Json, version: str = "2012-10-17") -> Json:
    """A bucket policy."""
    body = document(*statements, version=version)
    return typed("AWS::S3::BucketPolicy", Bucket=name, PolicyDocument=body)


def typed(kind: str, **properties: Json) -> Json:
    """A resource."""
    return {"Type": kind, "Properties": properties}


def template(*, parts: Json = None, **resources: Json) -> Json:
    """A template's body, with other sections than its resources."""
    return {**(parts or {}), "Resources": resources}


def answer(old: Json, new: Json, **more: Json) -> str:
    """What the comparison of two templates, or of several by their names, says."""

    def assembly(body: Json) -> Assembly:
        bodies = {"t": body} if "Resources" in body else body
        listed = tuple(Template(name=n, path=Path(n), body=bodies[n]) for n in sorted(bodies))
        return Assembly(Path("t"), listed, is_assembly=len(listed) > 1)

    return str(compare_assemblies(assembly(old), assembly(new), **more).result)


LIMITED: Final = {"PermissionsBoundary": {"Ref": "B"}}
ADMIN: Final = role(allow("*"), ManagedPolicyArns=[{"Ref": "B"}])
WILD: Final = {"AWS": "arn:aws:iam::111122223333:role/x*"}
OWN: Final = "arn:aws:s3:::b/${aws:username}"
STACK_NAMED: Final = {"RoleName": {"Fn::Sub": "${AWS::StackName}-r"}}
N: Final = {"Parameters": {"N": {"Type": "String"}}}
CHOSEN: Final = {"Fn::If": ["C", "arn:aws:iam::111122223333:role/a", "*"]}
CONDITIONAL: Final = allow(GET, {"Fn::If": ["C", "arn:aws:s3:::b/a", "*"]}, Principal=WILD)
IMPORTS: Final = template(R=role(allow("s3:*", {"Fn::ImportValue": "X"})))
MADE: Final = {"Fn::Sub": "${AWS::StackName}-X"}
IMPORTS_MADE: Final = template(R=role(allow("s3:*", {"Fn::ImportValue": MADE})))


def when(condition: Json) -> Json:
    """Sections with one condition, `C`."""
    return {"Parameters": E, "Conditions": {"C": condition}}


def exports(name: Json, value: Json, **parts: Json) -> Json:
    """A template that exports a value."""
    return {"Resources": {}, "Outputs": {"X": {"Value": value, "Export": {"Name": name}}}, **parts}


def nested(times: int) -> Json:
    """A condition, opposed so many times."""
    found: Json = IS_A
    for _ in range(times):
        found = {"Fn::Not": [found]}
    return found


def text_set(version: str) -> Json:
    """A permission set whose policy is text."""
    text = f'{{"Version":"{version}","Statement":[{{"Effect":"Allow","Action":"{GET}",'
    return typed("AWS::SSO::PermissionSet", InlinePolicy=f'{text}"Resource":"{OWN}"}}]}}')


PAIRS: Final[dict[str, tuple[Json, Json]]] = {
    "a Deny is gone from a role with a policy that does not stand here": (
        template(R=role(deny("s3:*"), ManagedPolicyArns=[READ_ONLY])),
        template(R=role(ManagedPolicyArns=[READ_ONLY])),
    ),
    "a boundary is gone from a role with a policy that does not stand here": (
        template(R=role(ManagedPolicyArns=[READ_ONLY], PermissionsBoundary=BOUNDARY)),
        template(R=role(ManagedPolicyArns=[READ_ONLY])),
    ),
    "a boundary is wider that an administrator holds as well": (
        template(B=managed(allow(GET)), R=role(allow("s3:*"), **LIMITED), A=ADMIN),
        template(B=managed(allow("s3:*")), R=role(allow("s3:*"), **LIMITED), A=ADMIN),
    ),
    "a Deny is gone from a role elsewhere": (template(P=outside(deny("s3:*"))), template()),
    "a Deny is gone from a group": (
        template(G=typed("AWS::IAM::Group", Policies=[{"PolicyDocument": document(deny("s3:*"))}])),
        template(G=typed("AWS::IAM::Group")),
    ),
    "a Deny is gone from a bucket elsewhere": (
        template(P=bucket("b", deny("s3:*", Principal="*"))),
        template(),
    ),
    "the condition that chooses a function's role is turned round": (
        template(parts=when(IS_A), F=typed("AWS::Lambda::Function", Role=CHOSEN)),
        template(parts=when(IS_NOT_A), F=typed("AWS::Lambda::Function", Role=CHOSEN)),
    ),
    "the condition inside of an unreadable statement is turned round": (
        template(parts=when(IS_A), P=bucket("b", CONDITIONAL)),
        template(parts=when(IS_NOT_A), P=bucket("b", CONDITIONAL)),
    ),
    "a condition stands too deep": (
        template(parts=when(nested(40)), R=role()),
        template(parts=when(nested(40)), R=role(), Q={"Condition": "C", **role(allow("s3:*"))}),
    ),
    "another stack's condition of the same name": (
        {"a": template(parts=when(IS_A), P={"Condition": "C", **outside(allow(GET))})}
        | {"b": template(parts=when(IS_A))},
        {"b": template(parts=when(IS_A), P={"Condition": "C", **outside(allow(GET))})}
        | {"a": template(parts=when(IS_A))},
    ),
    "another stack's role that is named after the stack": (
        {n: template(R=role(allow(a), **STACK_NAMED)) for n, a in (("a", "s3:*"), ("b", GET))},
        {n: template(R=role(allow("s3:*"), **STACK_NAMED)) for n in "ab"},
    ),
    "another account's role of the same name": (
        {n: template(R=role(allow(a), RoleName="r")) for n, a in (("a", "s3:*"), ("b", GET))},
        {n: template(R=role(allow("s3:*"), RoleName="r")) for n in "ab"},
    ),
    "another stack's parameter of the same name": (
        {"a": template(parts=N, P=outside(allow(GET, {"Ref": "N"}))), "b": template(parts=N)},
        {"b": template(parts=N, P=outside(allow(GET, {"Ref": "N"}))), "a": template(parts=N)},
    ),
    "an unreadable statement of a later version": (
        template(P=bucket("b", allow(GET, OWN, Principal=WILD), version="2008-10-17")),
        template(P=bucket("b", allow(GET, OWN, Principal=WILD))),
    ),
    "a text of a later version": (
        template(P=text_set("2008-10-17")),
        template(P=text_set("2012-10-17")),
    ),
    "an effect that is a list": (
        template(R=role(allow(GET))),
        template(R=role({**allow(GET), "Effect": ["Allow"]})),
    ),
    "a principal that is none": (
        template(R=role(allow(GET))),
        template(R=role(allow("s3:*", Principal=NOTHING))),
    ),
    "a user is in another group elsewhere": (
        template(U=typed("AWS::IAM::User", Groups=["g"]), P=of_group("g"), Q=of_group("h")),
        template(U=typed("AWS::IAM::User", Groups=["h"]), P=of_group("g"), Q=of_group("h")),
    ),
    "an export under a name of the deployment": (
        {"a": IMPORTS_MADE, "b": exports(MADE, "arn:aws:s3:::b")},
        {"a": IMPORTS_MADE, "b": exports(MADE, "*")},
    ),
    "the condition of an export is turned round": (
        {"a": IMPORTS, "b": exports("X", CHOSEN, **when(IS_A))},
        {"a": IMPORTS, "b": exports("X", CHOSEN, **when(IS_NOT_A))},
    ),
    "SAM writes the role, and its policies count": (
        template(F=typed("AWS::Serverless::Function", Role=BOUNDARY, Policies=[READ_ONLY])),
        template(F=typed("AWS::Serverless::Function", Policies=[READ_ONLY])),
    ),
    "SAM's Globals open every API": (
        template(A=typed("AWS::Serverless::Api")),
        template(
            parts={"Globals": {"Api": {"Auth": {"ResourcePolicy": {}}}}},
            A=typed("AWS::Serverless::Api"),
        ),
    ),
}


@pytest.mark.parametrize("name", PAIRS)
def test_what_may_be_new_is_not_overlooked(name: str) -> None:
    """What allows more is never called the same; what stays as it is, is."""
    old, new = PAIRS[name]
    assert answer(old, new) != "no-new-access"
    assert answer(new, new) != "new-access"


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("AWS::SSO::PermissionSet", {}, {"ManagedPolicies": [READ_ONLY]}),
        ("AWS::SSO::PermissionSet", {}, {"CustomerManagedPolicyReferences": [{"Name": "x"}]}),
        ("AWS::SSO::Assignment", None, {"PrincipalId": "u"}),
        ("AWS::EKS::AccessEntry", {}, {"AccessPolicies": [{"PolicyArn": "x"}]}),
        ("AWS::RAM::ResourceShare", {}, {"Principals": ["111122223333"]}),
        ("AWS::IAM::OIDCProvider", {"ClientIdList": ["a"]}, {"ClientIdList": ["a", "b"]}),
        ("AWS::OpenSearchServerless::AccessPolicy", {"Policy": "[]"}, {"Policy": "[{}]"}),
        ("AWS::S3::Bucket", None, {"AccessControl": "PublicRead"}),
        ("AWS::Serverless::Api", {}, {"Auth": {"ResourcePolicy": {"CustomStatements": []}}}),
        ("AWS::Serverless::Function", {}, {"Tracing": "Active"}),
        ("AWS::Serverless::Function", {}, {"DeadLetterQueue": {"Type": "SQS"}}),
    ],
)
def test_what_grants_without_a_policy_is_left_open(kind: str, old: Json, new: Json) -> None:
    """Grants in other words than a policy's are undecided, and settled when they stay."""
    before = template() if old is None else template(X=typed(kind, **old))
    after = template(X=typed(kind, **new))
    assert answer(before, after) == "undecided"
    assert answer(after, after) == "no-new-access"


def test_a_boundary_under_another_name_lets_through_no_more() -> None:
    """The same limit under another name is no news, and a wider one is no certain news."""
    old = template(B=managed(allow(GET)), R=role(allow("s3:*"), **LIMITED))
    other = role(allow("s3:*"), PermissionsBoundary={"Ref": "B2"})
    assert answer(old, template(B2=managed(allow(GET)), R=other)) == "no-new-access"
    assert answer(old, template(B2=managed(allow("s3:Get*")), R=other)) == "undecided"


def test_a_new_name_that_another_resource_had_is_not_that_resource() -> None:
    """A renamed role does not inherit what a deleted role of its new name was granted."""
    old = template(A=role(allow(GET)), B=role(allow("s3:*")))
    new = template(B=role(allow("s3:*")))
    assert answer(old, new, renames={"t": {"A": "B"}}) == "new-access"


def test_defaults_of_policy_variables_keep_their_case() -> None:
    """A default is a text of its own: another case of it is another resource."""
    old, new = (
        [policy(document(allow(GET, f"arn:aws:s3:::b/${{aws:username, '{each}'}}")), shown=each)]
        for each in "Aa"
    )
    assert compare(old, new).result != "no-new-access"
    assert compare(new, new).result == "no-new-access"
