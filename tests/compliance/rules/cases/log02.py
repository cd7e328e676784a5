"""LOG02: retention lies in the window."""

from __future__ import annotations

from typing import Final

from compliance.config import Config, Retention
from tests.compliance.rules.case import (
    NO_VALUE,
    Case,
    Json,
    assembly,
    case,
    either,
    exported,
    fails,
    passes,
    ref,
    resource,
    resources,
    undecided,
)

RULE: Final = "LOG02"
OUTSIDE: Final = "days are outside the window of 30 to 1096 days."
PARAMETERS: Json = {
    "Parameters": {
        "Unset": {"Type": "Number"},
        "Short": {"Type": "Number", "Default": 7},
        "Long": {"Type": "String", "Default": "400"},
        "Stored": {"Type": "AWS::SSM::Parameter::Value<Number>", "Default": "30"},
    },
    "Mappings": {"Days": {"prod": {"items": 400}, "dev": {"items": 3}}},
}
SETTINGS: Final = Config(retention=Retention(minimum_days=1, maximum_days=7))


def template(days: object) -> Json:
    """A log group with a retention."""
    return resources(PARAMETERS, Group=resource("AWS::Logs::LogGroup", RetentionInDays=days))


def outside(name: str, days: object, phrase: str = OUTSIDE, config: Config | None = None) -> Case:
    """A retention that is not in the window."""
    return case(name, template(days), fails("Group", "RetentionInDays", phrase), config=config)


def inside(name: str, days: object, config: Config | None = None) -> Case:
    """A retention that is."""
    return case(name, template(days), *passes("Group"), config=config)


def unknown(name: str, days: object, phrase: str) -> Case:
    """A retention that only the deployment knows."""
    return case(name, template(days), undecided("Group", "RetentionInDays", phrase))


CASES: Final = (
    outside("a day", 1),
    outside("a week", 7),
    outside("a week as text", "7", f"7 {OUTSIDE}"),
    outside("ten years", 3653),
    outside("nothing", 0),
    outside("a day less than the least", 29),
    outside("a day more than the most", 1097),
    outside("a parameter's default", ref("Short"), f"7 {OUTSIDE}"),
    outside("one branch", either(30, 1), f"1 {OUTSIDE}"),
    outside("a map's number", {"Fn::FindInMap": ["Days", "dev", "items"]}, f"3 {OUTSIDE}"),
    outside("no number", "a month", "This is no number of days."),
    outside("half a day", 30.5, "This is no number of days."),
    outside("true", days=True, phrase="This is no number of days."),
    outside("a list", [30], "This is no number of days."),
    inside("the least", 30),
    inside("the most", 1096),
    inside("CDK's own default", 731),
    inside("this project's", 400),
    inside("as text", "30"),
    inside("two branches", either(30, 400)),
    inside("a parameter with a default", ref("Long")),
    inside("a map", {"Fn::FindInMap": ["Days", "prod", "items"]}),
    inside("a branch without, which is LOG01's", either(30, NO_VALUE)),
    inside("a week where the settings say so", 7, SETTINGS),
    outside(
        "a month where the settings say less",
        30,
        "30 days are outside the window of 1 to 7 days.",
        SETTINGS,
    ),
    unknown("a parameter", ref("Unset"), "parameter Unset has no default"),
    unknown("a stored parameter", ref("Stored"), "read from Parameter Store"),
    unknown("a dynamic reference", "{{resolve:ssm:/days}}", "a dynamic reference"),
    unknown(
        "an import from outside",
        {"Fn::ImportValue": "Days"},
        "The retention is known only at deploy time.",
    ),
    case(
        "a map by region, one of which is short",
        template({"Fn::FindInMap": ["Days", ref("AWS::Region"), "items"]}),
        fails("Group", "RetentionInDays", f"3 {OUTSIDE}"),
    ),
    unknown(
        "a map by parameter", {"Fn::FindInMap": ["Days", ref("Unset"), "items"]}, "keys known at"
    ),
    case("no retention, which is LOG01's", template(NO_VALUE)),
    case("no log group", resources(Queue=resource("AWS::SQS::Queue", RetentionInDays=1))),
    assembly(
        "an import from a stack that is here",
        {
            "Api": resources(
                Group=resource("AWS::Logs::LogGroup", RetentionInDays={"Fn::ImportValue": "Days"})
            ),
            "Base": resources({"Outputs": {"D": exported("Days", "7")}}),
        },
        fails("Group", "RetentionInDays", f"7 {OUTSIDE}"),
    ),
    case(
        "a group that only hands events on",
        resources(
            Group=resource("AWS::Logs::LogGroup", LogGroupClass="DELIVERY", RetentionInDays=1)
        ),
    ),
)
