"""IAM11: no long-lived credentials."""

from __future__ import annotations

from typing import Final

from tests.compliance.rules.case import (
    NO_VALUE,
    UNSET,
    Case,
    allow,
    assembly,
    case,
    document,
    either,
    exported,
    fails,
    passes,
    ref,
    resource,
    resources,
    undecided,
)

RULE: Final = "IAM11"

ATTACHED: Final = "A policy is attached straight to a user."
WHAT: Final = "What is attached straight to a user is known only at deploy time: parameter Unset"
DOCUMENT: Final = document(allow("s3:GetObject", "arn:aws:s3:::items/*"))
INLINE: Final = {"PolicyName": "Read", "PolicyDocument": DOCUMENT}
READ_ONLY: Final = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def user(name: str, *rows: object, **properties: object) -> Case:
    """A user: passes unless rows are expected."""
    body = resources(UNSET, User=resource("AWS::IAM::User", **properties))
    return case(name, body, *(rows or passes("User")))  # type: ignore[arg-type]


def policy(name: str, kind: str, *rows: object, **properties: object) -> Case:
    """A policy of a type."""
    policy = resource(kind, PolicyDocument=DOCUMENT, **properties)
    body = resources(UNSET, Policy=policy)
    return case(f"{name}: {kind}", body, *rows)  # type: ignore[arg-type]


CASES: Final = (
    # -- access keys
    case(
        "an access key",
        resources(
            Key=resource("AWS::IAM::AccessKey", UserName=ref("User")),
            User={"Type": "AWS::IAM::User"},
        ),
        fails("Key", "UserName", "An access key is made for a user."),
        *passes("User"),
    ),
    case(
        "an access key that is switched off",
        resources(Key=resource("AWS::IAM::AccessKey", UserName="deploy", Status="Inactive")),
        fails("Key", "UserName", "An access key is made", observed="deploy"),
    ),
    # -- users
    user("a user without policies"),
    user("a user in a group", Groups=["readers"]),
    user("a user with a boundary", PermissionsBoundary=READ_ONLY),
    user("a user with no value as policies", Policies=NO_VALUE, ManagedPolicyArns=[NO_VALUE]),
    user("a user with empty lists", Policies=[], ManagedPolicyArns=[]),
    user("an inline policy", fails("User", "Policies[0]", ATTACHED), Policies=[INLINE]),
    user(
        "a managed policy",
        fails("User", "ManagedPolicyArns[0]", ATTACHED, observed=READ_ONLY),
        ManagedPolicyArns=[READ_ONLY],
    ),
    user(
        "two policies of each kind",
        fails("User", "Policies[0]", ATTACHED),
        fails("User", "Policies[1]", ATTACHED),
        fails("User", "ManagedPolicyArns[0]", ATTACHED),
        fails("User", "ManagedPolicyArns[1]", ATTACHED),
        Policies=[INLINE, INLINE],
        ManagedPolicyArns=[READ_ONLY, ref("Unset")],
    ),
    user(
        "a policy in one branch",
        fails("User", "Policies[0]", ATTACHED),
        Policies=either([INLINE], NO_VALUE),
    ),
    user(
        "policies by parameter",
        undecided("User", "ManagedPolicyArns", WHAT),
        ManagedPolicyArns=ref("Unset"),
    ),
    # -- policies that name users
    *(
        made
        for kind in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")
        for made in (
            policy("a user", kind, fails("Policy", "Users[0]", ATTACHED), Users=[ref("User")]),
            policy(
                "users by name",
                kind,
                fails("Policy", "Users[0]", ATTACHED, observed="one"),
                fails("Policy", "Users[1]", ATTACHED, observed="two"),
                Users=["one", "two"],
            ),
            policy(
                "a user by parameter",
                kind,
                fails("Policy", "Users[0]", ATTACHED),
                Users=[ref("Unset")],
            ),
            policy(
                "users by parameter", kind, undecided("Policy", "Users", WHAT), Users=ref("Unset")
            ),
            policy(
                "a user in one branch",
                kind,
                fails("Policy", "Users", ATTACHED),
                Users=either("one", NO_VALUE),
            ),
            policy("no users", kind, *passes("Policy"), Users=[]),
            policy("a role", kind, Roles=[ref("Role")]),
            policy("no value as users", kind, Groups=["readers"], Users=NO_VALUE),
        )
    ),
    policy(
        "a user's own policy",
        "AWS::IAM::UserPolicy",
        fails(
            "Policy", "UserName", "The policy is attached straight to a user.", observed="deploy"
        ),
        UserName="deploy",
    ),
    assembly(
        "a user of another stack",
        {
            "Policies": resources(
                Policy=resource("AWS::IAM::Policy", Users=[{"Fn::ImportValue": "User"}])
            ),
            "Users": resources(
                {"Outputs": {"User": exported("User", ref("User"))}},
                User={"Type": "AWS::IAM::User"},
            ),
        },
        fails("Policy", "Users[0]", ATTACHED, observed="${User}"),
        *passes("User"),
    ),
    # -- what is not judged
    policy("a role's policy", "AWS::IAM::RolePolicy", RoleName="app"),
    policy("a group's policy", "AWS::IAM::GroupPolicy", GroupName="readers"),
    case(
        "a role with policies",
        resources(Role=resource("AWS::IAM::Role", ManagedPolicyArns=[READ_ONLY])),
    ),
)
