"""IAM13: one function, one execution role."""

from __future__ import annotations

from typing import Final

from tests.compliance.rules.case import (
    UNSET,
    Case,
    Json,
    Row,
    assembly,
    case,
    either,
    exported,
    fails,
    get,
    join,
    passes,
    ref,
    resource,
    resources,
    sub,
)

RULE: Final = "IAM13"

PLACE: Final = ""


def function(role: object, kind: str = "AWS::Lambda::Function") -> Json:
    """A function that runs with a role."""
    return resource(kind, Role=role)


def roles(name: str, *rows: Row, more: Json | None = None, **bodies: Json) -> Case:
    """A template with a role called `Role`, and further resources."""
    body = resources(more or UNSET, Role=resource("AWS::IAM::Role", RoleName="app"), **bodies)
    return case(name, body, *rows)


def shared(*names: str) -> Row:
    """A role that these functions share."""
    told = ", ".join(names)
    message = f"{len(names)} functions run with this role: {told}."
    return fails("Role", PLACE, message, observed=told)


ROLE: Final = get("Role", "Arn")

CASES: Final = (
    roles("one function", *passes("Role"), One=function(ROLE)),
    roles("two functions", shared("One", "Two"), One=function(ROLE), Two=function(ROLE)),
    roles(
        "three functions, in order",
        shared("A", "B", "C"),
        B=function(ROLE),
        C=function(ROLE),
        A=function(ROLE),
    ),
    roles(
        "a role each",
        *passes("Role", "Other"),
        One=function(ROLE),
        Other={"Type": "AWS::IAM::Role"},
        Two=function(get("Other", "Arn")),
    ),
    roles(
        "a SAM function among them",
        shared("One", "Two"),
        One=function(ROLE),
        Two=function(ROLE, "AWS::Serverless::Function"),
    ),
    roles(
        "SAM functions of which one has a role of its own",
        *passes("Role"),
        One=function(ROLE, "AWS::Serverless::Function"),
        Two=resource("AWS::Serverless::Function"),
    ),
    roles(
        "a role that all SAM functions share",
        shared("One", "Two"),
        more={"Globals": {"Function": {"Role": ROLE}}},
        One=resource("AWS::Serverless::Function"),
        Two=resource("AWS::Serverless::Function"),
    ),
    roles(
        "a role that is another's in one branch",
        shared("One", "Two"),
        *passes("Other"),
        One=function(ROLE),
        Two=function(either(ROLE, get("Other", "Arn"))),
        Other={"Type": "AWS::IAM::Role"},
    ),
    roles("either branch is the same role", *passes("Role"), One=function(either(ROLE, ROLE))),
    roles(
        "a role by its ARN",
        shared("One", "Two"),
        One=function(ROLE),
        Two=function(sub("arn:aws:iam::${AWS::AccountId}:role/${Role}")),
    ),
    roles(
        "a role by its name",
        shared("One", "Two"),
        One=function(ROLE),
        Two=function(
            join("arn:", ref("AWS::Partition"), ":iam::", ref("AWS::AccountId"), ":role/app")
        ),
    ),
    roles(
        "a function that names its role's policy",
        *passes("Role"),
        One=function(ROLE),
        Two={"Type": "AWS::Lambda::Function", "DependsOn": ["Role"]},
    ),
    assembly(
        "functions of other stacks",
        {
            "Functions": resources(
                One=function({"Fn::ImportValue": "Role"}),
                Two=function({"Fn::GetStackOutput": {"StackName": "Roles", "OutputName": "Role"}}),
            ),
            "Roles": resources(
                {"Outputs": {"Role": exported("Role", ROLE)}}, Role={"Type": "AWS::IAM::Role"}
            ),
        },
        shared("One", "Two"),
    ),
    assembly(
        "functions of one name in two stacks",
        {
            "A": resources(Function=function({"Fn::ImportValue": "Role"})),
            "B": resources(Function=function({"Fn::ImportValue": "Role"})),
            "Roles": resources(
                {"Outputs": {"Role": exported("Role", ROLE)}}, Role={"Type": "AWS::IAM::Role"}
            ),
        },
        shared("Function", "Function"),
    ),
    # -- what is not judged
    roles("no function"),
    roles("other users", Project=resource("AWS::CodeBuild::Project", ServiceRole=ROLE)),
    roles("a role by parameter", One=function(ref("Unset")), Two=function(ref("Unset"))),
    roles(
        "an imported role",
        One=function("arn:aws:iam::123456789012:role/shared"),
        Two=function("arn:aws:iam::123456789012:role/shared"),
    ),
    roles(
        "what is no role",
        One=function(get("Custom", "Arn")),
        Two=function(get("Custom", "Arn")),
        Custom={"Type": "Custom::Role"},
    ),
)
