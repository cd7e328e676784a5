"""LOG01: every log group expires."""

from __future__ import annotations

from typing import Final

from tests.compliance.rules.case import (
    NO_VALUE,
    UNSET,
    Case,
    case,
    either,
    fails,
    passes,
    ref,
    resource,
    resources,
)

RULE: Final = "LOG01"
NEVER: Final = "The log group never expires"


def group(name: str, *expected: str, **properties: object) -> Case:
    """One log group: passes unless a phrase is expected."""
    body = resources(UNSET, Group=resource("AWS::Logs::LogGroup", **properties))
    rows = [fails("Group", "RetentionInDays", phrase) for phrase in expected]
    return case(name, body, *(rows or passes("Group")))


CASES: Final = (
    group("nothing said", f"{NEVER}."),
    group("no value", f"{NEVER}.", RetentionInDays=NO_VALUE),
    group("null", f"{NEVER}.", RetentionInDays=None),
    group(
        "one branch", f"{NEVER} in one branch of a condition.", RetentionInDays=either(30, NO_VALUE)
    ),
    group("a number", RetentionInDays=30),
    group("a number as text", RetentionInDays="30"),
    group("two branches", RetentionInDays=either(30, 400)),
    group("a number that LOG02 judges", RetentionInDays=1),
    group("a parameter", RetentionInDays=ref("Unset")),
    group("an import", RetentionInDays={"Fn::ImportValue": "Days"}),
    group("a dynamic reference", RetentionInDays="{{resolve:ssm:/days}}"),
    case(
        "no properties at all",
        resources(Group={"Type": "AWS::Logs::LogGroup"}),
        fails("Group", "RetentionInDays", NEVER),
    ),
    case(
        "what is no log group",
        resources(Retention=resource("Custom::LogRetention", LogGroupName="/aws/lambda/x")),
    ),
    case(
        "a group that only hands events on",
        resources(Group=resource("AWS::Logs::LogGroup", LogGroupClass="DELIVERY")),
        *passes("Group"),
    ),
    case(
        "a group of another class",
        resources(Group=resource("AWS::Logs::LogGroup", LogGroupClass="INFREQUENT_ACCESS")),
        fails("Group", "RetentionInDays", "The log group never expires."),
    ),
)
