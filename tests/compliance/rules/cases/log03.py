"""LOG03: every function's log group is in the template."""

from __future__ import annotations

from typing import Final

from tests.compliance.rules.case import (
    NO_VALUE,
    Case,
    Json,
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
    undecided,
)

RULE: Final = "LOG03"
SETTING: Final = "LoggingConfig.LogGroup"
MISSING: Final = "The function's log group is not in the template"
ELSEWHERE: Final = "The function logs to a group that is not in the template"
PARAMETERS: Json = {
    "Parameters": {"Unset": {"Type": "String"}, "Set": {"Type": "String", "Default": "items"}}
}


def function(name: object = NO_VALUE, group: object = NO_VALUE, **more: object) -> Json:
    """A function, with a name and a log group unless they are left out."""
    properties = {"FunctionName": name, "LoggingConfig": {"LogFormat": "JSON", "LogGroup": group}}
    return {**resource("AWS::Lambda::Function", **properties), **more}


def log_group(name: object = NO_VALUE, **more: object) -> Json:
    """A log group that expires."""
    return {**resource("AWS::Logs::LogGroup", LogGroupName=name, RetentionInDays=30), **more}


def linked(name: str, of: Json, group: Json) -> Case:
    """A function whose log group is here."""
    body = resources(PARAMETERS, Function=of, Group=group, Other=function(group=ref("Group")))
    return case(name, body, *passes("Function", "Other"))


def missing(name: str, of: Json, group: Json | None = None) -> Case:
    """A function whose log group is not."""
    body = resources(PARAMETERS, Function=of, **({"Group": group} if group else {}))
    return case(name, body, fails("Function", SETTING, MISSING))


def elsewhere(name: str, group: object, **more: Json) -> Case:
    """A function that logs to a group of which nobody here knows whether it expires."""
    body = resources(PARAMETERS, Function=function(group=group), **more)
    return case(name, body, undecided("Function", SETTING, ELSEWHERE))


def retention(days: object) -> Json:
    """CDK's legacy resource, for the function's own group."""
    return resource(
        "Custom::LogRetention",
        LogGroupName=join("/aws/lambda/", ref("Function")),
        RetentionInDays=days,
    )


BY_REFERENCE: Final = sub("/aws/lambda/${Function}")


def many(*words: str) -> Json:
    """A text of 128 alternatives."""
    return join(*({"Fn::If": [f"C{number}", *words]} for number in range(7)))


CASES: Final = (
    # -- by setting
    linked("a setting that refers to it", function(group=ref("Group")), log_group()),
    linked(
        "a setting under a condition",
        function(group=either(ref("Group"), ref("Group"))),
        log_group("x"),
    ),
    linked("a setting that names it", function(group="/items/logs"), log_group("/items/logs")),
    linked(
        "a setting with the same Fn::Sub",
        function(group=sub("/items/${AWS::StackName}")),
        log_group(sub("/items/${AWS::StackName}")),
    ),
    linked(
        "a setting with the same parameter",
        function(group=join("/items/", ref("Unset"))),
        log_group(sub("/items/${Unset}")),
    ),
    case(
        "a setting in one branch",
        resources(Function=function(group=either(ref("Group"), NO_VALUE)), Group=log_group()),
        fails("Function", SETTING, MISSING),
    ),
    case(
        "a setting that refers to something else",
        resources(Function=function(group=ref("Bucket")), Bucket=resource("AWS::S3::Bucket")),
        fails("Function", SETTING, "The function logs to Bucket, which is no log group."),
    ),
    elsewhere("a parameter", ref("Unset")),
    elsewhere("a literal name", "/items/elsewhere"),
    elsewhere("an import from outside", {"Fn::ImportValue": "Group"}),
    elsewhere(
        "a weak reference from outside",
        {"Fn::GetStackOutput": {"StackName": "S", "OutputName": "O"}},
    ),
    elsewhere("a dynamic reference", "{{resolve:ssm:/group}}"),
    elsewhere(
        "what a custom resource says", get("Custom", "Name"), Custom=resource("Custom::Name")
    ),
    elsewhere(
        "a nested stack's output",
        get("Inner", "Outputs.Group"),
        Inner=resource("AWS::CloudFormation::Stack"),
    ),
    elsewhere("a group under a condition", "/x", Group=log_group("/x", Condition="IsProd")),
    # -- by name
    linked("Fn::Sub of the function", function(), log_group(BY_REFERENCE)),
    linked(
        "Fn::Join of the function", function(), log_group(join("/aws/lambda/", ref("Function")))
    ),
    linked("the literal name", function("items"), log_group("/aws/lambda/items")),
    linked(
        "the literal name by a join",
        function(join("it", "ems")),
        log_group(join("/aws/lambda/", "items")),
    ),
    linked("the name by reference", function("items"), log_group(BY_REFERENCE)),
    linked("a parameter's default", function(ref("Set")), log_group("/aws/lambda/items")),
    linked("the same parameter", function(ref("Unset")), log_group(sub("/aws/lambda/${Unset}"))),
    linked(
        "the same Fn::Sub",
        function(sub("${AWS::StackName}-items")),
        log_group(sub("/aws/lambda/${AWS::StackName}-items")),
    ),
    linked(
        "the same text by Fn::Join",
        function(sub("${AWS::StackName}-items")),
        log_group(join("/aws/lambda/", ref("AWS::StackName"), "-items")),
    ),
    linked(
        "a name for each branch",
        function(either("a", "b")),
        log_group(either("/aws/lambda/a", "/aws/lambda/b")),
    ),
    linked(
        "a name in one branch, by reference",
        function(either("a", NO_VALUE)),
        log_group(BY_REFERENCE),
    ),
    linked(
        "under the same condition",
        function("items", Condition="IsProd"),
        log_group("/aws/lambda/items", Condition="IsProd"),
    ),
    missing("no log group at all", function()),
    missing("no settings at all", {"Type": "AWS::Lambda::Function"}),
    missing(
        "no setting for the group",
        resource("AWS::Lambda::Function", LoggingConfig={"LogFormat": "JSON"}),
    ),
    missing("another function's group", function("items"), log_group("/aws/lambda/orders")),
    missing("a group without a name", function("items"), log_group()),
    missing("a group without the prefix", function("items"), log_group("items")),
    missing("the name in capitals", function("items"), log_group("/aws/lambda/Items")),
    missing("a mention in DependsOn", function("items", DependsOn=["Group"]), log_group("/other")),
    missing(
        "a mention in a tag",
        resource("AWS::Lambda::Function", Tags=[{"Key": "logs", "Value": ref("Group")}]),
        log_group("/other"),
    ),
    missing("a name in one branch", function(either("a", "b")), log_group("/aws/lambda/a")),
    missing(
        "the group's name in one branch", function("a"), log_group(either("/aws/lambda/a", "/x"))
    ),
    missing("another parameter", function(ref("Unset")), log_group(sub("/aws/lambda/${Set}"))),
    missing(
        "a group under a condition of its own",
        function("a"),
        log_group("/aws/lambda/a", Condition="IsProd"),
    ),
    missing(
        "another region's name",
        function(sub("a-${AWS::Region}")),
        log_group(sub("/aws/lambda/a-${AWS::StackName}")),
    ),
    missing(
        "two names that only look alike",
        function({"Fn::Select": [0, ref("Unset")]}),
        log_group(join("/aws/lambda/", {"Fn::Select": [1, ref("Unset")]})),
    ),
    # -- CDK's legacy resource
    case(
        "CDK's legacy resource",
        resources(Function=function(), Retention=retention("30")),
        *passes("Function"),
    ),
    case(
        "CDK's legacy resource without an end",
        resources(Function=function(), Retention=retention(NO_VALUE)),
        fails("Function", SETTING, MISSING),
    ),
    case(
        "a setting that names CDK's legacy resource",
        resources(
            Function=function(group=get("Retention", "LogGroupName")),
            Retention=resource(
                "Custom::LogRetention", LogGroupName="/orders", RetentionInDays="30"
            ),
        ),
        *passes("Function"),
    ),
    # -- who counts
    case(
        "a function of SAM's",
        resources(
            Bare=resource("AWS::Serverless::Function"),
            Linked=resource("AWS::Serverless::Function", LoggingConfig={"LogGroup": ref("Group")}),
            Group=log_group(),
        ),
        fails("Bare", SETTING, MISSING),
        *passes("Linked"),
    ),
    case(
        "a provider that CDK adds",
        resources(
            CustomS3AutoDeleteObjectsCustomResourceProviderHandler=resource(
                "AWS::Lambda::Function", Handler="index.handler", Timeout=900
            )
        ),
        fails("CustomS3AutoDeleteObjectsCustomResourceProviderHandler", SETTING, MISSING),
    ),
    case("no function", resources(Group=log_group("/aws/lambda/x"))),
    # -- over stacks
    assembly(
        "a setting by import",
        {
            "Api": resources(Function=function(group={"Fn::ImportValue": "Group"})),
            "Logs": resources(
                {"Outputs": {"G": exported("Group", ref("Group"))}}, Group=log_group()
            ),
        },
        *passes("Function"),
    ),
    assembly(
        "a name by weak reference",
        {
            "Api": resources({"Outputs": {"F": {"Value": ref("Function")}}}, Function=function()),
            "Logs": resources(
                Group=log_group(
                    join(
                        "/aws/lambda/",
                        {"Fn::GetStackOutput": {"StackName": "Api", "OutputName": "F"}},
                    )
                )
            ),
        },
        *passes("Function"),
    ),
    assembly(
        "a literal name in another stack",
        {
            "Api": resources(Function=function("items")),
            "Logs": resources(Group=log_group("/aws/lambda/items")),
        },
        *passes("Function"),
    ),
    assembly(
        "the same text with another stack's name in it",
        {
            "Api": resources(Function=function(sub("${AWS::StackName}-items"))),
            "Logs": resources(Group=log_group(sub("/aws/lambda/${AWS::StackName}-items"))),
        },
        fails("Function", SETTING, MISSING),
    ),
    assembly(
        "a function of the same id in another stack",
        {
            "Api": resources(Function=function()),
            "Logs": resources(Function=function(), Group=log_group(BY_REFERENCE)),
        },
        fails("Function", SETTING, MISSING),
        *passes("Function"),
    ),
    case(
        "SAM's Globals",
        resources(
            {"Globals": {"Function": {"LoggingConfig": {"LogGroup": ref("Group")}}}},
            Function=resource("AWS::Serverless::Function"),
            Group=log_group(),
        ),
        *passes("Function"),
    ),
    case(
        "names of more alternatives than are looked at",
        resources(
            Function=resource("AWS::Lambda::Function", FunctionName=many("a", "b")),
            Group=log_group(join("/aws/lambda/", many("c", "d"))),
        ),
        fails("Function", SETTING, MISSING),
    ),
)
